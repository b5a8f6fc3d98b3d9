"""Checking an uploaded list, taking it over and undoing that: in batches, each with its owner's access of then."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from casework.cases import perms
from casework.cases.enums import CaseState
from casework.cases.models import Case, Involvement
from casework.cases.registering import register_many
from casework.dossiers.reading import records_of
from casework.importing.columns import claim_of, understand
from casework.importing.enums import ImportState, RowAnswer
from casework.importing.models import Import, ImportRow
from casework.records.enums import EndReason
from casework.register.doubles import Candidate, candidates_of_many, facts_of
from casework.register.matching import agreements, is_likely, weight
from casework.register.models import Person
from casework.register.values import name_key
from governance.access.clearance import Clearance, acting_as
from partners.accountability.activities import REGISTRATION
from partners.accountability.history import changed_in_bulk
from partners.accountability.logs import audit, log_processing
from partners.accountability.trace import current_trace
from partners.accounts.models import User
from partners.organisations.enums import Role

BATCH = 250
BATCHES_A_ROUND = 8  # then the rest of the schedule has its turn
S = ImportState


def work_on_imports() -> None:
    """What the background does of uploads that wait, as their owners."""
    for _batch in range(BATCHES_A_ROUND):
        with transaction.atomic():
            waiting = (
                Import.objects.filter(state__in=[S.CHECKING, S.RUNNING, S.UNDOING])
                .order_by("uploaded_at").values_list("pk", "owner").first()
            )  # fmt: skip
        if waiting is None:
            return
        pk, owner = waiting
        with translation.override(settings.LANGUAGE_CODE):
            work_one_batch(pk, User.objects.get(pk=owner))


def work_one_batch(pk: int, owner: User) -> None:
    with acting_as(owner) as clearance:
        upload = (
            Import.objects.select_for_update(of=("self",))
            .select_related("team__pilot", "team__organisation")
            .get(pk=pk)
        )
        if upload.team not in perms.registering_teams(clearance):
            upload.state = S.DONE if upload.state == S.RUNNING else S.UPLOADED if upload.state == S.CHECKING else S.DONE
            upload.stopped = _("Stopped: you no longer register people for this team.")
            upload.save()
            return
        {S.CHECKING: check, S.RUNNING: take_over, S.UNDOING: undo}[S(upload.state)](upload, clearance)
        upload.save()
        if trace := current_trace():
            audit(
                f"import_{upload.state}", trace=trace, worker=clearance, cases=trace.cases,
                obj=("import", upload.reference), pilot_id=upload.team.pilot_id, purpose=REGISTRATION.identifier,
            )  # fmt: skip
            log_processing(trace, "import", REGISTRATION)


def takes_over_running_cases(clearance: Clearance, upload: Import) -> bool:
    """T18: the coordinator of the pilot's municipality."""
    return clearance.coordinates(upload.team.pilot_id) and any(
        seat.team == upload.team_id and Role.COORDINATOR in seat.roles for seat in clearance.seats
    )


def check(upload: Import, clearance: Clearance) -> None:
    """The dry run of one batch: what each row says, what is wrong with it, who is likely registered already."""
    rows = list(upload.rows.all()[upload.done : upload.done + BATCH])
    takes_over = takes_over_running_cases(clearance, upload)
    for row in rows:
        said, problems = understand(row.cells, row.formulas, upload.mapping, takes_over=takes_over)
        row.claim, row.problems, row.doubles, row.answer, row.same_as = said, problems, [], "", None
    sound = [row for row in rows if not row.problems]
    many = [claim_of(row.claim).facts() for row in sound]
    candidates = candidates_of_many(many)
    known = facts_of(sorted({case for found in candidates for case in found}))
    for row, facts, found in zip(sound, many, candidates, strict=True):
        likely = []
        for case in found:
            agreed = agreements(facts, known[case])
            if is_likely(agreed):
                likely.append(Candidate(case, agreed, weight(agreed)))
        likely.sort(key=lambda candidate: -candidate.weight)
        row.doubles = [[candidate.case_id, [str(word) for word in candidate.words]] for candidate in likely[:3]]
    ImportRow.objects.bulk_update(rows, ["claim", "problems", "doubles", "answer", "same_as"])
    upload.done += len(rows)
    if upload.done >= upload.total:
        _compare_within(upload)
        upload.state, upload.done = S.CHECKED, 0


def _compare_within(upload: Import) -> None:
    """Rows of one list that say the same of two people."""
    by: dict[tuple[str, str], list[ImportRow]] = defaultdict(list)
    for row in upload.rows.all():
        if number := row.claim.get("v_number"):
            by["v_number", number].append(row)
        if row.claim.get("name") and row.claim.get("birth_date"):
            by["name", f"{name_key(row.claim['name'])} {row.claim['birth_date']}"].append(row)
    changed: dict[int, ImportRow] = {}
    for (slug, _value), rows in by.items():
        for row in rows if len(rows) > 1 else []:
            others = ", ".join(str(other.number) for other in rows if other is not row)
            words = (
                _("The same V-number stands in row %(rows)s.") if slug == "v_number"
                else _("The same name and date of birth stand in row %(rows)s.")
            )  # fmt: skip
            row = changed.setdefault(row.pk, row)
            row.problems.append([upload.mapping.get(slug), words % {"rows": others}])
    ImportRow.objects.bulk_update(changed.values(), ["problems"])


def ready(upload: Import) -> Any:
    """The rows that would be taken over: nothing wrong, and judged where somebody alike is registered."""
    good = upload.rows.filter(problems=[], case=None, undone=False).exclude(answer=RowAnswer.SKIP)
    return good.exclude(pk__in=unjudged(upload).values("pk"))


def unjudged(upload: Import) -> Any:
    return upload.rows.filter(problems=[], case=None, answer="").exclude(doubles=[])


def take_over(upload: Import, clearance: Clearance) -> None:
    """Register one batch of the rows that are ready; who has an open case by now is left out and said so."""
    rows = list(ready(upload)[:BATCH])
    people = Person.objects.in_bulk([row.same_as for row in rows if row.same_as])
    groups = {person.same_as for person in people.values()}
    busy = set(Case.objects.open().filter(person__same_as__in=groups).values_list("person__same_as", flat=True))
    entries, taken = [], []
    for row in rows:
        person = people.get(row.same_as) if row.same_as else None
        if row.same_as and (person is None or person.same_as in busy):
            row.problems = [[None, _("This person has an open case.")]]
            continue
        if person is not None:
            busy.add(person.same_as)
        entries.append((claim_of(row.claim), person))
        taken.append(row)
    if entries:
        cases = register_many(entries, by=clearance, team=upload.team)
        counted = records_of(cases)
        per_case: dict[int, int] = defaultdict(int)
        for records in counted.values():
            for record in records:
                per_case[record.case_id] += 1
        for row, case in zip(taken, cases, strict=True):
            row.case, row.cells, row.claim = case, [], {"records": per_case[case.pk]}
    ImportRow.objects.bulk_update(rows, ["case", "cells", "claim", "problems"])
    upload.done += len(taken)
    if not rows:
        upload.state = S.DONE


def undo(upload: Import, clearance: Clearance) -> None:
    """End what one batch made: records as a mistake, involvements today, the case archived. A case that was worked on
    since then stays."""
    rows = list(upload.rows.filter(case__isnull=False, undone=False, answer__in=["", RowAnswer.NEW, RowAnswer.SAME])
                .exclude(claim__has_key="kept").select_related("case")[:BATCH])  # fmt: skip
    cases = {
        case.pk: case for case in Case.objects.filter(pk__in=[row.case_id for row in rows]).select_related("person")
    }
    records: dict[int, list[Any]] = defaultdict(list)
    for found in records_of(cases.values()).values():
        for record in found:
            records[record.case_id].append(record)
    ended: list[int] = []
    for row in rows:
        case = cases.get(row.case_id or 0)
        its = records[row.case_id or 0]
        untouched = (
            case is not None and case.version == 1 and len(its) == row.claim.get("records")
            and all(record.version == 1 for record in its)
        )  # fmt: skip
        if untouched:
            row.undone = True
            ended.append(row.case_id or 0)
        else:
            row.claim = {**row.claim, "kept": True}
    now, today = timezone.now(), timezone.localdate()
    by_model: dict[type, list[Any]] = defaultdict(list)
    for key in ended:
        for record in records[key]:
            record.ended_at, record.end_reason, record.version = now, EndReason.MISTAKE, record.version + 1
            by_model[type(record)].append(record)
    for objects in by_model.values():
        changed_in_bulk(objects, ["ended_at", "end_reason", "version"], reason="import undone")
    gone = [cases[key] for key in ended]
    for case in gone:
        case.state, case.state_since, case.version = CaseState.ARCHIVED, today, case.version + 1
    changed_in_bulk(gone, ["state", "state_since", "version"], reason="import undone")
    involvements = list(Involvement.objects.filter(case__in=ended, until=None))
    for involvement in involvements:
        involvement.until = today
    changed_in_bulk(involvements, ["until"], reason="import undone")
    ImportRow.objects.bulk_update(rows, ["undone", "claim"])
    upload.done -= len(ended)
    if not rows:
        upload.state = S.UNDONE
