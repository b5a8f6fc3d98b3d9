"""What stands out among a worker's own cases: three counts, each with the cases behind it, from
what she reads and from nothing else."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.enums import CaseState
from casework.cases.models import Case, CaseQuerySet
from casework.journal.models import Contact
from casework.plan.models import Action, Goal
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from governance.access.enums import Category

SILENT = timedelta(days=30)
SOON = timedelta(days=7)
MOST = 500  # cases of one worker


@dataclass(frozen=True)
class Signal:
    words: str
    cases: list[tuple[Case, str]]  # with the name of the person, by that name


def signals(clearance: Clearance, own: CaseQuerySet) -> list[Signal]:
    """The signals of the categories that a team of this worker reads, over her own open cases of
    which she reads them. One statement for the cases, one for their names."""
    today = timezone.localdate()
    of_case = {"case": OuterRef("pk"), "ended_at": None}
    cases = list(
        own.select_related("progress")
        .annotate(
            recent=Exists(Contact.objects.filter(**of_case, happened_on__gt=today - SILENT)),
            planned=Exists(Goal.objects.filter(**of_case))
            | Exists(Action.objects.filter(**of_case)),
        )
        .order_by("registered_on", "pk")[:MOST]
    )
    if not cases:
        return []
    guidance = [case for case in cases if clearance.reads(case, Category.GUIDANCE)]
    conference = [case for case in cases if clearance.reads(case, Category.CONFERENCE)]
    asked = []
    if any(Category.GUIDANCE in seat.reads for seat in clearance.seats):
        silent = [c for c in guidance if not c.recent and c.registered_on <= today - SILENT]
        guided = [c for c in guidance if c.state == CaseState.IN_GUIDANCE and not c.planned]
        asked += [(_("without contact for 30 days"), silent), (_("guided without a plan"), guided)]
    if any(Category.CONFERENCE in seat.reads for seat in clearance.seats):
        resting = [
            case
            for case in conference
            if case.state == CaseState.REST_PERIOD
            and (day := case.progress.deadline_on)
            and today <= day <= today + SOON
        ]
        asked.append((_("rest period ends within a week"), resting))
    names = leading_names({case.pk for _words, chosen in asked for case in chosen})
    return [
        Signal(
            words,
            sorted(
                ((case, names.get(case.pk) or case.number) for case in chosen),
                key=lambda row: row[1].casefold(),
            ),
        )
        for words, chosen in asked
    ]
