"""What is shared with whom: what one partner sees of a case, and the register of sharing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.partners import team_reads
from casework.dossiers.kinds import KINDS, headline
from casework.dossiers.presentation import is_told_of_sharing, record_url
from casework.dossiers.rows import records_of, seen_by
from casework.records.enums import begins_with_author
from casework.records.models import Record
from casework.sharing.audience import other_teams
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes


@dataclass(frozen=True)
class Sharing:
    """One entry of the register: that a record was shared with teams, or no longer."""

    at: datetime
    who: str
    kind: str
    title: str
    page: str
    teams: list[str]
    everybody: bool  # all partners that may read this kind of data, by its author's choice
    purpose: str
    basis: str
    until: date | None


def register_of_sharing(reader: CaseReader, records: dict[str, list[Record]]) -> list[Sharing]:
    """Entries for each time that the sharing of a record changed, from the history of the records
    this reader sees. They cover sharing with chosen teams of which the reader may know, and sharing
    with all partners for categories that begin with the author's own team. A change among other
    teams leaves no entry, nor does its end."""
    changed = []
    for slug, rows in records.items():
        by_key = {row.pk: row for row in rows}
        if not by_key:
            continue
        shared: dict[int, tuple[list[str], bool]] = {}
        history = KINDS[slug].model.history.filter(id__in=by_key).select_related("history_user")
        for version in history.order_by("history_date", "history_id"):
            chosen = (
                version.shared_team_ids
                if version.visibility == Visibility.SELECTED_PARTNERS
                else []
            )
            visible = [
                reader.teams[team].label
                for team in chosen
                if team in reader.teams and reader.may_know(reader.teams[team])
            ]
            record = by_key[version.id]
            everybody = version.visibility == Visibility.PERMITTED_PARTNERS and begins_with_author(
                record.record_category
            )
            if (visible, everybody) != shared.get(version.id, ([], False)):
                shared[version.id] = (visible, everybody)
                changed.append((version, slug, record, visible, everybody))
    named = reader.known_workers(
        {row[0].history_user_id for row in changed if row[0].history_user_id},
    )
    result = [
        Sharing(
            version.history_date,
            str(version.history_user) if version.history_user_id in named else "",
            str(KINDS[slug].label),
            headline(record),
            record_url(reader.case, slug, record.reference),
            visible,
            everybody,
            *(
                (version.share_purpose, version.get_share_basis_display(), version.shared_until)
                if everybody or is_told_of_sharing(version, reader)
                else ("", "", None)
            ),
        )
        for version, slug, record, visible, everybody in changed
    ]
    return sorted(result, key=lambda row: row.at, reverse=True)


@processes(CASEWORK)
@require_GET
def case_shared(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Per partner: of what I see, what that team sees. And the register of what was shared with
    chosen teams."""
    clearance = request.clearance
    reader = find_case(request, reference)
    case = reader.case
    partners = [team for team in other_teams(reader) if team.pk not in clearance.teams]
    asked = request.GET.get("team", "")
    chosen = next((team for team in partners if str(team.pk) == asked), None)
    records = records_of([case])
    sees: list[tuple[str, list[tuple[str, object, str, str]]]] = []
    rights: dict[str, str] = {}
    if chosen is not None:
        visible = seen_by([case], chosen.pk)
        rights = team_reads([chosen.pk])[chosen.pk]
        for slug, rows in records.items():
            displayed = [row for row in rows if (slug, row.reference) in visible]
            if displayed:
                sees.append(
                    (
                        str(KINDS[slug].label),
                        [
                            (
                                headline(row),
                                getattr(row, KINDS[slug].happened),
                                record_url(case, slug, row.reference),
                                row.get_end_reason_display() if row.ended_at else "",
                            )
                            for row in displayed
                        ],
                    )
                )
    context = {
        "case": case,
        "name": reader.name,
        "partners": partners,
        "chosen": chosen,
        "sees": sees,
        "categories": [c.label for c in Category if c in rights and clearance.reads(case, c)],
        "register": register_of_sharing(reader, records),
        "question": _("What does %(team)s see of this person?") % {"team": chosen.label}
        if chosen
        else "",
    }
    return render(request, "casework/overview/sharing_register.html", context)
