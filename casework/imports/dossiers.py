"""T18: what an earlier list knows of the dossiers of a case that is taken over."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.cases.partners import ask_for_dossiers
from casework.imports.models import Import
from casework.intake.enums import DossierOf, DossierResult
from casework.intake.models import ServiceDossier
from casework.journey.acts import in_dutch
from casework.journey.deadlines import next_deadline
from casework.journey.facts import facts_of
from governance.access.clearance import Clearance
from partners.accountability.history import without_history, written_in_bulk
from partners.organisations.models import Team

COLUMNS = {DossierOf.IND: "ind_dossier_on", DossierOf.DTV: "dtv_dossier_on"}


def dossiers_came(
    taken: list[tuple[dict[str, str], Case]], upload: Import, clearance: Clearance
) -> None:
    """Record, on behalf of IND and DT&V (R20), the days on which they delivered according to the
    list, and let them take part. The rest period and the next deadline of each case follow from
    these."""
    running = [case for text, case in taken if "state" in text]
    known = [
        (case, of, text[name])
        for text, case in taken
        for of, name in COLUMNS.items()
        if text.get(name)
    ]
    if known:
        services = {
            of: Team.objects.filter(pilot=upload.team.pilot_id, organisation__kind=of.value).first()
            for of in DossierOf
        }
        came = [
            (case, of, day, team) for case, of, day in known if (team := services[of]) is not None
        ]
        ask_for_dossiers((case, team) for case, _of, _day, team in came)
        written_in_bulk(
            [
                ServiceDossier(
                    case=case,
                    author_team=upload.team,
                    author=clearance.user,
                    source_team=team,
                    of=of,
                    result=DossierResult.COMPLETE,
                    delivered_on=date.fromisoformat(day),
                    received_on=timezone.localdate(),
                    received_document=in_dutch(gettext_lazy("list that was taken over")),
                )
                for case, of, day, team in came
            ]
        )
    facts = facts_of(running)
    for case in running:
        case.progress.deadline_on = next_deadline(facts[case.pk])
        if case.progress.deadline_on:
            without_history(case.progress, ["deadline_on"])
