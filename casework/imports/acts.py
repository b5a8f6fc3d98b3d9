"""Checking an uploaded list, taking it over and undoing that: in batches, each with its owner's
access of then."""

import logging
import time
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from casework.cases.enums import CaseState, Ending
from casework.cases.models import Case, Involvement
from casework.dossiers.rows import records_of
from casework.imports.columns import claim_of, guess_mapping, split, understand
from casework.imports.dossiers import dossiers_came
from casework.imports.enums import ImportState, RowAnswer
from casework.imports.files import Line, Unreadable
from casework.imports.models import Import, ImportFile, ImportRow
from casework.imports.reader import read_apart
from casework.records.enums import EndReason
from casework.register.doubles import candidates, compare, identities_of
from casework.register.models import Person
from casework.register.values import name_key
from casework.registration import perms
from casework.registration.acts import register_many
from governance.access.clearance import Clearance, acting_as
from governance.access.enums import Category
from lvv.common.database import call
from partners.accountability.activities import REGISTRATION
from partners.accountability.history import changed_in_bulk, save_fields
from partners.accountability.logs import audit, log_processing
from partners.accountability.models import AuditEntry
from partners.accountability.trace import current_trace
from partners.accounts.models import User
from partners.organisations.enums import Role

log = logging.getLogger("lvv.work")
BATCH = 250
SECONDS_A_ROUND = 10  # then the rest of the schedule has its turn
S = ImportState


def work_on_imports() -> None:
    """Process the uploads that wait, in the background, with the access of their owners."""
    until = time.monotonic() + SECONDS_A_ROUND
    while True:
        waiting = Import.objects.filter(
            state__in=[S.READING, S.CHECKING, S.RUNNING, S.UNDOING]
        ).order_by("uploaded_at")
        row = waiting.values_list("pk", "owner", "state", "reference").first()
        if row is None:
            return
        pk, owner, state, reference = row
        with translation.override(settings.LANGUAGE_CODE):
            try:
                if state == S.READING:
                    read_file(pk, User.objects.get(pk=owner))
                    return  # that may have taken long
                work_one_batch(pk, User.objects.get(pk=owner))
            except Import.DoesNotExist:  # its owner left the team; nobody sees it any more
                _stop(pk, reference, _("Stopped: you no longer register people for this team."))
            except Exception:  # whatever it is, the lists of others go on
                log.exception("import %s stopped", pk)
                _stop(pk, reference, _("Stopped by an error. Nothing of the last rows was saved."))
        if time.monotonic() >= until:
            return


@transaction.atomic
def _stop(pk: int, reference: UUID, why: str) -> None:
    call("import_stop", pk, why)
    audit(
        "import_stopped",
        obj=("import", reference),
        outcome=AuditEntry.Outcome.FAILED,
        purpose=REGISTRATION.identifier,
    )


def _locked(pk: int) -> Import:
    return (
        Import.objects.select_for_update(of=("self",))
        .select_related("team__pilot", "team__organisation")
        .get(pk=pk)
    )


def read_file(pk: int, owner: User) -> None:
    """From bytes to rows, or to the reason why not. The bytes are gone before they are read, so
    that a file that ends this process is not read twice."""
    with acting_as(owner):
        file = ImportFile.objects.select_for_update().get(upload=_locked(pk))
        content = bytes(file.content)
        file.delete()
    lines: list[Line] = []
    try:
        header, lines = split(read_apart(content))
    except Unreadable as error:
        refused = str(error.message)
    with acting_as(owner) as clearance:
        upload = _locked(pk)
        if lines:
            upload.state, upload.header, upload.skipped = (
                S.UPLOADED,
                header.cells,
                header.number - 1,
            )
            upload.mapping, upload.total = guess_mapping(header.cells, upload.team), len(lines)
            ImportRow.objects.bulk_create(
                [
                    ImportRow(
                        upload=upload, number=line.number, cells=line.cells, formulas=line.formulas
                    )
                    for line in lines
                ],
                batch_size=1000,
            )
        else:
            upload.state, upload.stopped = S.REFUSED, refused
        upload.version += 1
        upload.save()
        _log(upload, clearance)


def _log(upload: Import, clearance: Clearance) -> None:
    if trace := current_trace():
        log_processing(trace, "import", REGISTRATION)
        # Whoever adds to the chain waits for who did before, until that is on the disk: what
        # takes long comes first.
        connection.check_constraints()
        audit(
            f"import_{upload.state}",
            trace=trace,
            worker=clearance,
            cases=trace.cases,
            obj=("import", upload.reference),
            pilot_id=upload.team.pilot_id,
            purpose=REGISTRATION.identifier,
            reason="stopped" if upload.stopped else "",
        )


def work_one_batch(pk: int, owner: User) -> None:
    with acting_as(owner) as clearance:
        upload = _locked(pk)
        if upload.state != S.UNDOING and upload.team not in perms.registering_teams(clearance):
            upload.state = S.UPLOADED if upload.state == S.CHECKING else S.CHECKED
            upload.stopped = _("Stopped: you no longer register people for this team.")
        else:
            {S.CHECKING: check, S.RUNNING: take_over, S.UNDOING: undo}[S(upload.state)](
                upload, clearance
            )
        upload.save()
        _log(upload, clearance)


def takes_over_running_cases(clearance: Clearance, upload: Import) -> bool:
    """True if the worker is coordinator of the pilot, in the team of the upload: the municipality's
    (T18)."""
    return clearance.coordinates(upload.team.pilot_id) and any(
        seat.team == upload.team_id and Role.COORDINATOR in seat.roles for seat in clearance.seats
    )


def shelters(clearance: Clearance, upload: Import) -> bool:
    """Whether this worker may write for the team that somebody has a place."""
    return any(
        seat.team == upload.team_id and Category.CONTACT_SHELTER in seat.writes
        for seat in clearance.seats
    )


def check(upload: Import, clearance: Clearance) -> None:
    """The dry run of one batch: what each row says, what is wrong with it, who is likely
    registered already."""
    rows = list(upload.rows.filter(case=None)[upload.done : upload.done + BATCH])
    rights = {
        "takes_over": takes_over_running_cases(clearance, upload),
        "shelters": shelters(clearance, upload),
    }
    for row in rows:
        row.claim, row.problems = understand(row.cells, row.formulas, upload.mapping, **rights)
    for row, doubles in zip(rows, _doubles_of(rows), strict=True):
        if [case for case, _words in doubles] != [case for case, _words in row.doubles]:
            row.answer, row.same_as = "", None  # judged by what was shown then
        row.doubles = doubles
    save_fields(rows, ["claim", "problems", "doubles", "answer", "same_as"])
    upload.done += len(rows)
    if upload.done >= upload.rows.filter(case=None).count():
        _compare_within(upload)
        upload.state, upload.done = S.CHECKED, 0


def _doubles_of(rows: list[ImportRow]) -> list[list[Any]]:
    """Likely doubles in sight for each row, the likeliest first, as key of the case and words.
    Empty for a row with problems."""
    sound = [row for row in rows if not row.problems]
    many = [claim_of(row.claim).facts() for row in sound]
    offered = candidates(many)
    known = identities_of(sorted({case for result in offered for case in result}))
    likely: dict[int, list[Any]] = {}
    for row, facts, result in zip(sound, many, offered, strict=True):
        best = compare(facts, {case: known[case] for case in result})[:3]
        likely[row.pk] = [
            [candidate.case_id, [str(word) for word in candidate.words]] for candidate in best
        ]
    return [likely.get(row.pk, []) for row in rows]


def _compare_within(upload: Import) -> None:
    """Add a problem to every row with the V-number, or the name and date of birth, of another row
    of the same list."""
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
                _("The same V-number stands in row %(rows)s.")
                if slug == "v_number"
                else _("The same name and date of birth stand in row %(rows)s.")
            )
            row = changed.setdefault(row.pk, row)
            row.problems.append([upload.mapping.get(slug), words % {"rows": others}])
    save_fields(changed.values(), ["problems"])


def ready(upload: Import) -> Any:
    """The rows that would be taken over: nothing wrong, and judged where somebody alike is
    registered."""
    good = upload.rows.filter(problems=[], case=None, undone=False).exclude(answer=RowAnswer.SKIP)
    return good.exclude(pk__in=unjudged(upload).values("pk"))


def without_day(upload: Import) -> Any:
    """Of the rows that could be taken over those that do not say since which day the case is in
    its state."""
    rows = upload.rows.filter(problems=[], case=None, claim__has_key="state")
    rows = rows.exclude(answer=RowAnswer.SKIP).exclude(claim__has_key="state_since")
    rows = rows.exclude(claim__state=CaseState.REGISTERED)
    for state, day in (("admitted", "admitted_on"), ("in_guidance", "guidance_from")):
        rows = rows.exclude(claim__state=state, claim__has_key=day)
    return rows.order_by("number")


def unjudged(upload: Import) -> Any:
    return upload.rows.filter(problems=[], case=None, answer="").exclude(doubles=[])


def take_over(upload: Import, clearance: Clearance) -> None:
    """Register one batch of the rows that are ready, judged once more as things stand now."""
    rows = list(ready(upload)[:BATCH])
    running, may_shelter = takes_over_running_cases(clearance, upload), shelters(clearance, upload)
    people = Person.objects.in_bulk([row.same_as for row in rows if row.same_as])
    groups = sorted({person.same_as or person.pk for person in people.values()})
    with connection.cursor() as cursor:  # as at the desk: two who choose the same person
        cursor.execute("SELECT lock_person(p) FROM unnest(%s::bigint[]) p", [groups])
    busy = set(
        Case.objects.open()
        .filter(person__same_as__in=groups)
        .values_list("person__same_as", flat=True)
    )
    entries, taken = [], []
    for row, doubles in zip(rows, _doubles_of(rows), strict=True):
        person = people.get(row.same_as) if row.same_as else None
        known = {case for case, _words in row.doubles}
        if {
            case for case, _words in doubles
        } - known:  # registered by somebody since the list was checked
            row.doubles, row.answer, row.same_as = doubles, "", None
        elif row.answer == RowAnswer.SAME and person is None:
            row.problems = [[None, _("You do not see this person any more.")]]
        elif person is not None and person.same_as in busy:
            row.problems = [[None, _("This person has an open case.")]]
        elif row.claim.get("state", CaseState.REGISTERED) != CaseState.REGISTERED and not running:
            row.problems = [
                [None, _("Only the coordinator of the municipality takes over running cases.")]
            ]
        elif row.claim.get("sheltered_since") and not may_shelter:
            row.problems = [[None, _("Your team does not record shelter.")]]
        else:
            if person is not None:
                busy.add(person.same_as)
            claim = claim_of(row.claim)
            claim.others = [case for case, _words in row.doubles] if person is None else []
            entries.append((claim, person))
            taken.append(row)
    if entries:
        cases = register_many(entries, by=clearance, team=upload.team)
        dossiers_came(
            [(row.claim, case) for row, case in zip(taken, cases, strict=True)], upload, clearance
        )
        for row, case in zip(taken, cases, strict=True):
            row.case, row.cells, row.claim, row.doubles = case, [], {}, []
    save_fields(rows, ["case", "cells", "claim", "problems", "doubles", "answer", "same_as"])
    call("import_seal", upload.pk)
    upload.done += len(taken)
    if not rows:  # whoever is still to be judged can be, and taken over then
        upload.state = S.CHECKED if unjudged(upload).exists() else S.DONE


def undo(upload: Import, _clearance: Clearance) -> None:
    """End what one batch made: records as a mistake, involvements today, the case archived. A
    case that was worked on since then stays, whoever did; the database looks, because the
    importer may not see it."""
    rows = list(upload.rows.filter(case__isnull=False, undone=False, kept=False)[:BATCH])
    with connection.cursor() as cursor:  # locks the cases and their records
        cursor.execute(
            "SELECT import_untouched(%s, %s)", [upload.pk, [row.case_id for row in rows]]
        )
        ended = {row[0] for row in cursor.fetchall()}
    cases = list(Case.objects.filter(pk__in=ended).select_related("person"))
    ended &= {case.pk for case in cases}
    for row in rows:
        row.undone = row.case_id in ended
        row.kept = not row.undone
    now, today = timezone.now(), timezone.localdate()
    by_model: dict[type, list[Any]] = defaultdict(list)
    for result in records_of(cases).values():
        for record in result:
            record.ended_at, record.end_reason, record.version = (
                now,
                EndReason.MISTAKE,
                record.version + 1,
            )
            by_model[type(record)].append(record)
    call("import_archive", upload.pk, sorted(ended))
    for objects in by_model.values():
        changed_in_bulk(objects, ["ended_at", "end_reason", "version"], reason="import undone")
    with connection.cursor() as cursor:  # what their numbers made goes with them
        cursor.execute(
            "SELECT register_clashes(c) FROM unnest(%s::bigint[]) c", [[case.pk for case in cases]]
        )
    involvements = list(Involvement.objects.filter(case__in=ended, until=None))
    for involvement in involvements:
        involvement.until, involvement.ending = today, Ending.IMPORT_UNDONE
    changed_in_bulk(involvements, ["until", "ending"], reason="import undone")
    save_fields(rows, ["undone", "kept"])
    upload.done = max(upload.done - len(ended), 0)
    if not rows:
        upload.state = S.UNDONE
