"""The plan of a case: scenario, goals and actions; and a version of it for the person."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.cases.case_reader import CaseReader, find_case, reveals_always
from casework.cases.models import Case
from casework.cases.partners import team_reads
from casework.cases.views import case_url
from casework.journey.acts import locked, refresh_deadline
from casework.plan import acts, perms
from casework.plan.enums import ScenarioKind
from casework.plan.forms import ACTION, ACTION_DONE, ActionForm, DoneForm, MendForm
from casework.plan.models import Action, Goal, Scenario
from casework.records.enums import Answer
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Organisation, Team

READS = ("read", "write", "attend")
REVEALING = (
    Category.LEGAL_AID,
    Category.MEDICAL_LIMITATION,
    Category.MEDICAL_CONTENT,
    Category.PUBLIC_ORDER,
)
PERSON = Path(__file__).parents[2] / "templates" / "casework" / "plan" / "person"


@processes(CASEWORK)
@form_view
def plan(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    author = perms.planning_team(reader)
    goals = list(Goal.objects.current().filter(case=case))
    form = None
    if author is not None:
        key = ACTION.key(case.reference)
        form = open_form(request, ActionForm, key, teams=_doers(reader, author), goals=goals)

    def act() -> str:
        assert form is not None
        assert author is not None
        data = form.cleaned_data
        goal = next((g for g in goals if g.reference == data.get("goal")), None)
        _add_action(case, data, goal, by=request.clearance, author_team=author)
        return request.path

    return send_form(request, form, act) or show_form(
        request,
        "casework/plan/plan.html",
        form,
        scenarios=Scenario.objects.current().filter(case=case).select_related("decision"),
        tracks=[
            (track, [g for g in goals if g.track == track])
            for track in ScenarioKind
            if any(g.track == track for g in goals)
        ],
        actions=_actions(reader),
        languages=person_languages(),
        adds_goal=reader.writes(Category.GUIDANCE),
        **reader.context(),
    )


@transaction.atomic
def _add_action(
    case: Case, data: dict[str, Any], goal: Goal | None, *, by: Clearance, author_team: int
) -> None:
    case = locked(case)
    Action.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        what=data["what"],
        due_on=data["due_on"],
        to_team_id=data["to_team"],
        by_person=data["by_person"],
        goal=goal,
    )
    refresh_deadline(case)


def _actions(reader: CaseReader) -> list[tuple[Action, str, bool, bool]]:
    """Each action with the team that does it, whether this worker may open it, and whether it is
    late."""
    today = timezone.localdate()
    return [
        (
            row,
            reader.label(row.to_team_id),
            perms.can_answer(reader, row) or perms.can_mend(reader, row),
            not row.answer and row.due_on < today,
        )
        for row in Action.objects.current().filter(case=reader.case).order_by("due_on", "pk")
    ]


def _doers(reader: CaseReader, author: int) -> list[Team]:
    """Teams that may be given an action. For IND and DT&V only the author's own team; otherwise
    every known partner of the conference. Left out are teams whose name tells of a lawyer, a doctor
    or a place, because whoever reads the conference reads the action."""
    own = reader.teams[author]
    if own.organisation.kind in (OrganisationKind.IND, OrganisationKind.DTV):
        return [own]
    known = [team for team in reader.partners if reveals_always(team) is None]
    reads = team_reads([team.pk for team in known])
    return [team for team in known if Category.CONFERENCE in reads[team.pk]]


def action_or_task(case: Case, reference: UUID) -> Any:
    for model in (Action, Task):
        if row := model.objects.filter(case=case, reference=reference).first():
            row.case = case
            return row
    raise Http404


@processes(CASEWORK)
@form_view
def action_done(request: ClearanceRequest, reference: UUID, record: UUID) -> HttpResponse:
    """The team it belongs to says how an action or a task ended; its author changes or withdraws
    it."""
    reader = find_case(request, reference)
    row = action_or_task(reader.case, record)
    act = request.POST.get("act", "")
    answers, mends = perms.can_answer(reader, row), perms.can_mend(reader, row)
    allowed = mends if act in ("mend", "withdraw") else answers
    if not (answers or mends) or request.method == "POST" and not allowed:
        raise PermissionDenied
    form = mend = None
    if answers:
        form = open_form(request, DoneForm, ACTION_DONE.key(row.reference), sent=not act)
    if mends:
        now = {"what": row.what, "due_on": row.due_on}
        mend = open_form(
            request,
            MendForm,
            ACTION_DONE.key(row.reference, "mend"),
            sent=act == "mend",
            initial=now,
        )
    takes_on = answers and isinstance(row, Task) and row.worker_id != request.user.pk
    sent: Any = mend if act else form
    if act == "mine" and isinstance(row, Task):
        return do_once(request, lambda: _taken_on(row, request))
    back = case_url(reader.case)
    if act == "withdraw":
        return do_once(request, lambda: _written(row, None, request), back=back)
    return send_form(request, sent, lambda: _written(row, sent, request), back=back) or show_form(
        request,
        "casework/plan/done.html",
        form,
        errors=sent.errors if sent is not None else None,
        record=row,
        mend=mend,
        takes_on=takes_on,
        version=row.version,
        sent=sent,
        **reader.context(),
    )


def _written(row: Any, form: Any, request: ClearanceRequest) -> str:
    """Save what was sent of an action or task: the team's answer, the author's changes, or without
    a form its withdrawal. Returns where it leads."""
    version = seen_version(request)
    if form is None:
        acts.withdraw(row, version=version)
    elif isinstance(form, MendForm):
        data = form.cleaned_data
        acts.change(row, data["what"], data["due_on"], version=version)
    else:
        data = form.cleaned_data
        result = Answer(data["answer"])
        acts.answer(row, result, data["answer_text"], version=version, by=request.clearance)
    planned = isinstance(row, Action)
    return reverse("casework:plan", args=[row.case.reference]) if planned else case_url(row.case)


def _taken_on(task: Task, request: ClearanceRequest) -> str:
    acts.assign(task, request.clearance.user, version=seen_version(request))
    return request.path


def person_languages() -> list[str]:
    """The languages in which there is a plan for the person: one template each."""
    return sorted(path.stem for path in PERSON.glob("*.html") if not path.stem.startswith("_"))


@processes(CASEWORK)
@require_GET
def plan_person(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The plan for her to take along: plain words, large type, and nothing that would harm her
    when others read it."""
    reader = find_case(request, reference)
    case = reader.case
    teams = reader.teams
    if perms.planning_team(reader) is None:
        raise PermissionDenied
    language = request.GET.get("taal", "nl")
    if language not in person_languages():
        raise Http404
    goals = [g for g in Goal.objects.current().filter(case=case) if g.state == "open"]
    actions = list(Action.objects.current().filter(case=case, answer="").order_by("due_on", "pk"))
    readers = _readers(reader)
    # To begin with what she does herself and what those who guide her do; of the services only what
    # is ticked, and no kind of data or organisation that by standing there would tell of a lawyer,
    # an illness or the police.
    first = {
        str(row.reference) for row in actions if row.by_person or _guides(teams.get(row.to_team_id))
    }
    first |= {str(goal.reference) for goal in goals}
    first |= {category.value for category, _owners in readers if category not in REVEALING}
    owners_of_all = {owner for _category, owners in readers for owner in owners}
    first |= {f"o{owner.pk}" for owner in owners_of_all if not _telling(reader, owner)}
    ticked = set(request.GET.getlist("regel")) if "gekozen" in request.GET else first
    context = {
        "case": case,
        "language": language,
        "ticked": ticked,
        "categories": [category for category, _owners in readers],
        "owners": sorted(owners_of_all, key=lambda owner: owner.name),
        "named": {owner.pk for owner in owners_of_all if f"o{owner.pk}" in ticked},
        "lines": [(str(g.reference), g.text) for g in goals]
        + [(str(a.reference), a.what) for a in actions],
        "goals": [goal for goal in goals if str(goal.reference) in ticked],
        "actions": [
            (
                row,
                team.organisation.name
                if (team := teams.get(row.to_team_id)) and reveals_always(team) is None
                else "",
            )
            for row in actions
            if str(row.reference) in ticked
        ],
        "readers": [
            (category.value, names)
            for category, owners in readers
            if category.value in ticked
            if (names := sorted(owner.name for owner in owners if f"o{owner.pk}" in ticked))
        ],
        "lead": teams.get(case.lead_team_id),
    }
    return render(request, f"casework/plan/person/{language}.html", context)


def _readers(reader: CaseReader) -> list[tuple[Category, set[Organisation]]]:
    """Organisations that read each category, as far as a paper may name them. Categories without
    any are left out."""
    listed = reader.listed_partners
    reads = team_reads([team.pk for team in listed])
    result = [
        (category, {team.organisation for team in listed if reads[team.pk].get(category) in READS})
        for category in Category
    ]
    return [(category, owners) for category, owners in result if owners]


def _telling(reader: CaseReader, owner: Organisation) -> bool:
    """True if the organisation's name on paper would reveal an illness, a lawyer, a place, leaving,
    or the police."""
    here = [
        team
        for pk in reader.case.team_ids
        if (team := reader.teams.get(pk)) and team.organisation_id == owner.pk
    ]
    general = [team for team in here if Category.IDENTITY in reader.reveals(team)]
    return owner.kind == OrganisationKind.AVIM or not general


def _guides(team: Team | None) -> bool:
    return team is not None and team.organisation.kind in (
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.NGO,
        OrganisationKind.SHELTER_OPERATOR,
    )
