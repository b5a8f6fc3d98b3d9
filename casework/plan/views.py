"""The plan of a case: scenario, goals and actions; and a version of it for the person."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.case_reader import CaseReader, find_case, reveals_always
from casework.cases.models import Case
from casework.cases.partners import team_reads
from casework.cases.views import case_url
from casework.journey.acts import locked, refresh_deadline
from casework.plan import perms
from casework.plan.enums import ScenarioKind
from casework.plan.forms import ACTION, ACTION_DONE, ActionForm, DoneForm, MendForm
from casework.plan.models import Action, Goal, Scenario
from casework.records.enums import Answer, EndReason
from casework.records.models import VersionConflict
from casework.tasks.models import Task
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.accountability.history import set_change_reason
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


def _case(reference: UUID) -> Case:
    case: Case = get_object_or_404(
        Case.objects.select_related("pilot", "person"), reference=reference
    )
    return case


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def plan(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    clearance, teams = request.clearance, reader.teams
    author = perms.planning_team(reader)
    goals = list(Goal.objects.current().filter(case=case))
    key = ACTION.key(case.reference)
    form = None
    if author is not None:
        form = ActionForm(
            request.POST or None, teams=_doers(request, case, teams, author), goals=goals
        )
        form.restore(find_draft(request, key))
    if request.method == "POST":
        if sent := sent_before(request):
            return sent
        if form is None or author is None:
            raise PermissionDenied
        if form.is_valid():
            data = form.cleaned_data

            @transaction.atomic
            def act() -> str:
                held = locked(case)
                Action.objects.create(
                    case=held,
                    author_team_id=author,
                    author=request.user,
                    what=data["what"],
                    due_on=data["due_on"],
                    to_team_id=data["to_team"],
                    by_person=data["by_person"],
                    goal_id=data.get("goal"),
                )
                refresh_deadline(held)
                return request.path

            return submit_once(request, key, act)
    actions = list(Action.objects.current().filter(case=case).order_by("due_on", "pk"))

    def opens(row: Action) -> bool:
        return perms.can_answer(reader, row) or perms.can_mend(reader, row)

    context = {
        "case": case,
        "name": reader.name,
        "scenarios": Scenario.objects.current().filter(case=case).select_related("decision"),
        "tracks": [
            (track, [g for g in goals if g.track == track])
            for track in ScenarioKind
            if any(g.track == track for g in goals)
        ],
        "actions": [
            (
                row,
                reader.label(row.to_team_id),
                opens(row),
                not row.answer and row.due_on < timezone.localdate(),
            )
            for row in actions
        ],
        "form": form,
        "draft_key": key,
        "form_page": request.path,
        "languages": person_languages(),
        "adds_goal": clearance.writes(case, Category.GUIDANCE),
    }
    return render(
        request, "casework/plan/plan.html", context, status=400 if form and form.errors else 200
    )


def _doers(
    request: ClearanceRequest, case: Case, teams: dict[int, Team], author: int
) -> list[Team]:
    """Teams that may be given an action. For IND and DT&V only the author's own team; otherwise
    every known partner of the conference. Left out are teams whose name tells of a lawyer, a doctor
    or a place, because whoever reads the conference reads the action."""
    if teams[author].organisation.kind in (OrganisationKind.IND, OrganisationKind.DTV):
        return [teams[author]]
    reader = CaseReader(request.clearance, case, teams)
    known = [team for team in reader.partners if reveals_always(team) is None]
    reads = team_reads([team.pk for team in known])
    return [team for team in known if Category.CONFERENCE in reads[team.pk]]


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def action_done(request: ClearanceRequest, reference: UUID, record: UUID) -> HttpResponse:
    """The team it belongs to says how an action or a task ended."""
    reader = find_case(request, reference)
    case = reader.case
    result: Any = (
        Action.objects.filter(case=case, reference=record).first()
        or Task.objects.filter(case=case, reference=record).first()
    )
    if result is None:
        raise Http404
    result.case = case
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    answers = perms.can_answer(reader, result)
    mends = perms.can_mend(reader, result)
    act = request.POST.get("act", "")
    if (
        not (answers or mends)
        or request.method == "POST"
        and not (mends if act in ("mend", "withdraw") else answers)
    ):
        raise PermissionDenied
    key = ACTION_DONE.key(result.reference)
    form = DoneForm((request.POST or None) if not act else None) if answers else None
    takes_on = answers and isinstance(result, Task) and result.worker_id != request.user.pk
    said_now = {"what": result.what, "due_on": result.due_on}
    mend = MendForm(request.POST if act == "mend" else None, initial=said_now) if mends else None
    if form is not None:
        form.restore(find_draft(request, key))
    sent_form = mend if act else form
    if request.method == "POST" and act == "mine" and isinstance(result, Task) and answers:
        _taken_on(result, request)
        return redirect(request.path)
    if request.method == "POST" and (
        act == "withdraw" or sent_form is not None and sent_form.is_valid()
    ):
        try:
            _written(case, result, sent_form, request)
        except VersionConflict:
            return render(request, "errors/409.html", {"back": case_url(case)}, status=409)
        drop_draft(request, key)
        return redirect(
            reverse("casework:plan", args=[reference])
            if isinstance(result, Action)
            else case_url(case)
        )
    context = {
        "case": case,
        "name": reader.name,
        "record": result,
        "form": form,
        "mend": mend,
        "takes_on": takes_on,
        "draft_key": key,
        "form_page": request.path,
        "version": result.version,
        "sent": sent_form,
    }
    failed = sent_form is not None and sent_form.errors
    return render(request, "casework/plan/done.html", context, status=400 if failed else 200)


@transaction.atomic
def _taken_on(task: Task, request: ClearanceRequest) -> None:
    """Assign the task to this worker, for whom alone it waits from now on."""
    locked(task.case)
    row: Task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if not row.answer and row.ended_at is None:
        row.worker = request.user
        row.version += 1
        set_change_reason(row, "taken on")
        row.save()


@transaction.atomic
def _written(case: Case, result: Any, form: Any, request: ClearanceRequest) -> None:
    """Save what was sent of an action or task: the team's answer, the author's changes, or the
    withdrawal. Raises VersionConflict if it was answered or ended meanwhile."""
    held = locked(case)
    row = type(result).objects.select_for_update(of=("self",)).get(pk=result.pk)
    row.claim_version(request.POST.get("version", ""))
    if row.answer or row.ended_at is not None:
        raise VersionConflict
    if request.POST.get("act") == "withdraw":
        row.end(EndReason.MISTAKE)
    elif isinstance(form, MendForm):
        row.what, row.due_on = form.cleaned_data["what"], form.cleaned_data["due_on"]
        row.save()
    else:
        row.answer, row.answer_text = (
            Answer(form.cleaned_data["answer"]),
            form.cleaned_data["answer_text"],
        )
        row.answered_on, row.answered_by = timezone.localdate(), request.user
        set_change_reason(row, row.answer)
        row.save()
    refresh_deadline(held)


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
    reader = reader
    general = [team for team in here if Category.IDENTITY in reader.reveals(team)]
    return owner.kind == OrganisationKind.AVIM or not general


def _guides(team: Team | None) -> bool:
    return team is not None and team.organisation.kind in (
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.NGO,
        OrganisationKind.SHELTER_OPERATOR,
    )
