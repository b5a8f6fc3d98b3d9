"""Judging likely doubles, linking two registrations of one person, undoing that, and settling a
clash."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.cases.partners import visible_teams, with_teams
from casework.cases.views import case_url
from casework.links.acts import (
    Outcome,
    can_judge,
    cases_of,
    judge,
    judged_cases,
    judgements_of,
    revoke,
)
from casework.register.clashes import ClashView, answer_clash, find_clash, revoke_clash
from casework.register.doubles import (
    WORDS,
    Candidate,
    identities_of,
    likely_doubles,
    remember_others,
)
from casework.register.enums import ClashAnswer
from casework.register.identity import by_kind, distinct, leading_names
from casework.register.matching import Identity, agreements
from casework.register.models import IdentityValue, Judgement, Person
from casework.registration import perms
from casework.registration.candidates import candidate_rows, same_candidates
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, sent_before, submit_once
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.accountability.activities import REGISTRATION, processes
from partners.organisations.models import Team

LINK = DraftKind("link", gettext_lazy("Registered twice?"))
UNDO = DraftKind("undo", gettext_lazy("Take back"))
CLASH = DraftKind("clash", gettext_lazy("Registered in two places?"))

SAID = {
    Outcome.HERSELF: gettext_lazy(
        "This is one and the same registration: there is nothing to link."
    ),
    Outcome.ALREADY: gettext_lazy("This was judged already. Nothing was changed."),
    Outcome.NOT_SAME: gettext_lazy(
        "These two were judged not to be the same person. Take that back first."
    ),
    Outcome.TWO_PILOTS: gettext_lazy(
        "This concerns two teams that lead. It stands on the worklist of the coordinators: "
        "when both say the same, it"
        " is settled."
    ),
    Outcome.REFUSED: gettext_lazy("You may not judge this registration."),
}


# What the application itself notes as a reason.
REASONS = {
    "clash": gettext_lazy("both coordinators said so"),
    "registration": gettext_lazy("said when registering"),
}


class ReasonForm(KeptForm):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What you compared. Others read this before they undo it."),
        error_messages={"required": gettext_lazy("Write what shows it.")},
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if reason.strip() in REASONS:  # nobody says what the application alone may note
            raise ValidationError(gettext_lazy("Write what shows it."), code="reserved")
        return reason


class NumberForm(forms.Form):
    use_required_attribute = False
    number = forms.CharField(
        label=gettext_lazy("Case number"),
        max_length=14,
        help_text=gettext_lazy("Of the other registration."),
        error_messages={"required": gettext_lazy("Enter the number of the other case.")},
    )


@dataclass(frozen=True)
class Side:
    """One of two registrations beside each other: what was said of her, and her cases with who
    takes part."""

    person: Person
    name: str
    values: list[tuple[str, list[IdentityValue]]]
    cases: list[tuple[Case, list[str]]]
    facts: Identity


def _side(clearance: Clearance, person: Person, teams: dict[int, Team]) -> Side:
    cases = cases_of(person)
    keys = [case.pk for case in cases]
    values = by_kind(
        with_teams(
            IdentityValue.objects.current().filter(case__in=keys),
            teams,
            "author_team",
            "source_team",
        )
    )
    together = Identity()
    for facts in identities_of(keys).values():
        for name, text in vars(facts).items():
            getattr(together, name).extend(text)
    return Side(
        person,
        values["name"][0].value if values["name"] else cases[0].number,
        [(group[0].get_kind_display(), distinct(group)) for group in values.values() if group],
        [
            (case, [team.label for team in CaseReader(clearance, case, teams).partners])
            for case in cases
        ],
        together,
    )


def _person(request: ClearanceRequest, reference: UUID) -> Person:
    """Somebody of whom this worker sees a case, and whose registration she may judge."""
    person = get_object_or_404(Person, reference=reference)
    if not cases_of(person):
        raise Http404
    return person


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def person_double(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Look for another registration of somebody: likely ones, or one by the number of its case."""
    person = _person(request, reference)
    cases = cases_of(person)
    if not can_judge(request.clearance, cases):
        raise PermissionDenied
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        other = (
            Case.objects.filter(number=form.cleaned_data["number"].strip())
            .select_related("person")
            .first()
        )
        if other is None:
            form.add_error("number", _("You see no case with this number."))
        elif other.person.same_as == person.same_as:
            form.add_error("number", SAID[Outcome.HERSELF])
        else:
            return redirect("casework:person_link", person.reference, other.person.reference)
    candidates = likely_doubles(
        identities_of([cases[0].pk])[cases[0].pk], besides=judged_cases(person)
    )
    context = {
        "person": person,
        "form": form,
        "name": leading_names([cases[0].pk]).get(cases[0].pk, ""),
        "candidates": candidate_rows(candidates),
    }
    return render(
        request, "casework/links/double.html", context, status=400 if form.errors else 200
    )


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def person_link(request: ClearanceRequest, reference: UUID, other: UUID) -> HttpResponse:
    """Two registrations beside each other; link them, or remember that they are two people."""
    one, two = _person(request, reference), _person(request, other)
    clearance = request.clearance
    if not (can_judge(clearance, cases_of(one)) or can_judge(clearance, cases_of(two))):
        raise PermissionDenied
    key = LINK.key(uuid5(one.reference, str(two.reference)))
    form = ReasonForm(request.POST or None)
    form.restore(find_draft(request, key))
    text = request.POST.get("answer", "")
    status = 200
    if request.method == "POST" and text == ClashAnswer.NOT_SAME:
        form.fields["reason"].required = False
    if request.method == "POST" and text in ClashAnswer.values and form.is_valid():
        outcome = Outcome.DONE

        def act() -> str:
            nonlocal outcome
            outcome = judge(one, two, ClashAnswer(text), form.cleaned_data["reason"])
            if outcome not in (Outcome.DONE, Outcome.TWO_PILOTS):
                raise _Refused
            return reverse("casework:person_detail", args=[one.reference])

        try:
            answer = submit_once(request, key, act)
        except _Refused:
            form.add_error(None, str(SAID[outcome]))
            status = 403 if outcome == Outcome.REFUSED else 409
        else:
            action = f"judged_{text}" if outcome == Outcome.DONE else f"judgement_{outcome}"
            request.audited = {"action": action, "obj": ("person", one.reference)}
            messages.success(request, str(SAID.get(outcome, _("This was recorded."))))
            return answer
    teams = visible_teams(clearance)
    sides = [_side(clearance, person, teams) for person in (one, two)]
    agreed = agreements(sides[0].facts, sides[1].facts)
    context = {
        "form": form,
        "sides": sides,
        "draft_key": key,
        "form_page": request.path,
        "words": [WORDS[pair] for pair in agreed.items() if pair in WORDS],
        "two_open": sum(case.is_open for side in sides for case, _teams in side.cases) > 1,
        "judged": [
            row
            for row in judgements_of(one)
            if row.answer == ClashAnswer.NOT_SAME
            and two.same_as in (row.one.same_as, row.other.same_as)
        ],
        "herself": one.same_as == two.same_as,
    }
    if form.errors and status == 200:
        status = 400
    return render(request, "casework/links/link.html", context, status=status)


class _Refused(Exception):
    """The database refused a judgement; the form says why."""


@dataclass(frozen=True)
class JudgementRow:
    judgement: Judgement
    words: str
    reason: str
    page: str


def judgement_rows(judgements: list[Judgement]) -> list[JudgementRow]:
    return [
        JudgementRow(
            row,
            _("Two registrations are linked as one person")
            if row.answer == ClashAnswer.SAME
            else _("Somebody alike was judged to be another person"),
            str(REASONS.get(row.reason, row.reason)),
            reverse("casework:judgement_undo", args=[row.reference]),
        )
        for row in judgements
    ]


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def judgement_undo(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Take back a link, or a judgement that two are not one."""
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    judgement = get_object_or_404(
        Judgement.objects.standing().select_related("one", "other", "said_by"), reference=reference
    )
    cases = [*cases_of(judgement.one), *cases_of(judgement.other)]
    if not can_judge(request.clearance, cases):
        raise PermissionDenied
    key = UNDO.key(judgement.reference)
    form = ReasonForm(request.POST or None)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            if not revoke(judgement.reference, form.cleaned_data["reason"]):
                raise _Refused
            return reverse("casework:person_detail", args=[judgement.one.reference])

        try:
            answer = submit_once(request, key, act)
        except _Refused:
            form.add_error(None, str(SAID[Outcome.REFUSED]))
        else:
            request.audited = {
                "action": "judgement_undone",
                "obj": ("judgement", judgement.reference),
            }
            messages.success(
                request, _("This was taken back. Both registrations are as they were before.")
            )
            return answer
    context = {
        "form": form,
        "row": judgement_rows([judgement])[0],
        "cases": {case.pk: case for case in cases}.values(),
        "draft_key": key,
        "form_page": request.path,
    }
    return render(request, "casework/links/undo.html", context, status=400 if form.errors else 200)


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def case_doubles(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Judge likely doubles afterwards, when an emergency left no time."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_complete_registration(reader):
        raise PermissionDenied
    candidates: list[Candidate] = likely_doubles(
        identities_of([case.pk])[case.pk], besides=judged_cases(case.person)
    )
    if request.method == "POST":
        if not same_candidates(request.POST.get("judged", ""), candidates):
            return render(request, "errors/409.html", {"back": request.path}, status=409)
        remember_others([(case.person_id, candidate.case_id) for candidate in candidates])
        case = Case.objects.select_for_update(of=("self",)).get(
            pk=case.pk
        )  # after the lock of judging, as everywhere
        case.doubles_judged_on = timezone.localdate()
        case.version += 1
        case.save()
        return redirect(case_url(case))
    context = {
        "case": case,
        "judged": ",".join(str(candidate.case_id) for candidate in candidates),
        "candidates": candidate_rows(candidates),
        "name": reader.name,
    }
    return render(request, "casework/links/doubles.html", context)


@processes(REGISTRATION)
@require_GET
def clash_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """One screen for the coordinators of both pilots: what agrees, whom to phone, what each
    said."""
    clash = find_clash(request.clearance, reference)
    if clash is None:
        raise Http404
    form = ReasonForm()
    form.restore(find_draft(request, CLASH.key(reference)))
    return _clash_page(request, clash, form)


def _clash_page(request: ClearanceRequest, clash: ClashView, form: ReasonForm) -> HttpResponse:
    own = list(Case.objects.filter(pk__in=clash.own_cases).select_related("person").order_by("pk"))
    names = leading_names([case.pk for case in own]) if own else {}
    context = {
        "clash": clash,
        "own": [(case, names.get(case.pk) or case.number) for case in own],
        "form": form,
        "draft_key": CLASH.key(clash.reference),
        "form_page": reverse("casework:clash_detail", args=[clash.reference]),
    }
    return render(request, "casework/links/clash.html", context, status=400 if form.errors else 200)


@processes(REGISTRATION)
@require_http_methods(["POST"])
def clash_undo(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """One of the two coordinators takes back what both had settled."""
    clash = find_clash(request.clearance, reference)
    if clash is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _clash_page(request, clash, form)
    if not revoke_clash(reference, form.cleaned_data["reason"]):
        form.add_error(None, str(SAID[Outcome.ALREADY]))
        return _clash_page(request, clash, form)
    drop_draft(request, CLASH.key(reference))
    request.audited = {"action": "clash_undone", "obj": ("clash", reference)}
    return redirect("casework:clash_detail", reference)


@processes(REGISTRATION)
@require_http_methods(["POST"])
def clash_answer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A coordinator says for her own pilot whether two registrations are one person."""
    text = request.POST.get("answer", "")
    if text not in ClashAnswer.values:
        return render(request, "errors/400.html", status=400)
    clash = find_clash(request.clearance, reference)
    if clash is None:
        raise Http404
    if not answer_clash(reference, text):
        return render(
            request,
            "errors/409.html",
            {"back": reverse("casework:clash_detail", args=[reference])},
            status=409,
        )
    request.audited = {"action": f"clash_{text}", "obj": ("clash", reference)}
    return redirect("casework:clash_detail", reference)
