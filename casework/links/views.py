"""Judging likely doubles, linking two registrations of one person, undoing that, and settling a
clash."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.cases.numbers import clean_case_number
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
    taken_back_about,
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
from casework.registration.candidates import candidate_rows, judged, same_candidates
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, form_view, open_form, send_form, show_form
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.refusal import NotDone
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


class NumberForm(KeptForm):
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
@form_view
def person_double(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Look for another registration of somebody: likely ones, or one by the number of its case."""
    person = _person(request, reference)
    case = cases_of(person)[0]
    if not can_judge(request.clearance, cases_of(person)):
        raise PermissionDenied
    form = open_form(request, NumberForm, "")

    def act() -> str:
        number = clean_case_number(form.cleaned_data["number"])
        other = Case.objects.filter(number=number).select_related("person").first()
        if other is None:
            raise ValidationError({"number": _("You see no case with this number.")})
        if other.person.same_as == person.same_as:
            raise ValidationError({"number": str(SAID[Outcome.HERSELF])})
        return reverse("casework:person_link", args=[person.reference, other.person.reference])

    alike = likely_doubles(identities_of([case.pk])[case.pk], besides=judged_cases(person))
    return send_form(request, form, act) or show_form(
        request,
        "casework/links/double.html",
        form,
        person=person,
        name=CaseReader(request.clearance, case).name,
        candidates=candidate_rows(alike),
    )


@processes(REGISTRATION)
@form_view
def person_link(request: ClearanceRequest, reference: UUID, other: UUID) -> HttpResponse:
    """Two registrations beside each other; link them, or remember that they are two people."""
    one, two = _person(request, reference), _person(request, other)
    clearance = request.clearance
    if not (can_judge(clearance, cases_of(one)) or can_judge(clearance, cases_of(two))):
        raise PermissionDenied
    form = open_form(request, ReasonForm, LINK.key(uuid5(one.reference, str(two.reference))))
    text, status, answer = request.POST.get("answer", ""), 0, None
    form.fields["reason"].required = text != ClashAnswer.NOT_SAME

    def act() -> str:
        nonlocal status
        outcome = judge(one, two, ClashAnswer(text), form.cleaned_data["reason"])
        if outcome not in (Outcome.DONE, Outcome.TWO_PILOTS):
            status = 403 if outcome == Outcome.REFUSED else 409
            raise ValidationError(str(SAID[outcome]))
        action = f"judged_{text}" if outcome == Outcome.DONE else f"judgement_{outcome}"
        request.audited = {"action": action, "obj": ("person", one.reference)}
        messages.success(request, str(SAID.get(outcome, _("This was saved."))))
        return reverse("casework:person_detail", args=[one.reference])

    if text in ClashAnswer.values:
        answer = send_form(request, form, act)
    return answer or show_form(
        request, "casework/links/link.html", form, status=status, **_beside(clearance, one, two)
    )


def _beside(clearance: Clearance, one: Person, two: Person) -> dict[str, Any]:
    """Two registrations: what each says, in what they agree, and what was judged of them before."""
    teams = visible_teams(clearance)
    sides = [_side(clearance, person, teams) for person in (one, two)]
    agreed = agreements(sides[0].facts, sides[1].facts)
    return {
        "sides": sides,
        "words": [WORDS[pair] for pair in agreed.items() if pair in WORDS],
        "two_open": sum(case.is_known_open for side in sides for case, _teams in side.cases) > 1,
        "judged": [
            row
            for row in judgements_of(one)
            if row.answer == ClashAnswer.NOT_SAME
            and two.same_as in (row.one.same_as, row.other.same_as)
        ],
        "taken_back": taken_back_about(one, two),
        "herself": one.same_as == two.same_as,
    }


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
@form_view
def judgement_undo(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Take back a link, or a judgement that two are not one."""
    judgement = get_object_or_404(
        Judgement.objects.standing().select_related("one", "other", "said_by"), reference=reference
    )
    cases = [*cases_of(judgement.one), *cases_of(judgement.other)]
    if not can_judge(request.clearance, cases):
        raise PermissionDenied
    form = open_form(request, ReasonForm, UNDO.key(judgement.reference))

    def act() -> str:
        if not revoke(judgement.reference, form.cleaned_data["reason"]):
            raise ValidationError(str(SAID[Outcome.REFUSED]))
        request.audited = {"action": "judgement_undone", "obj": ("judgement", judgement.reference)}
        messages.success(
            request, _("This was taken back. Both registrations are as they were before.")
        )
        return reverse("casework:person_detail", args=[judgement.one.reference])

    return send_form(request, form, act) or show_form(
        request,
        "casework/links/undo.html",
        form,
        row=judgement_rows([judgement])[0],
        cases={case.pk: case for case in cases}.values(),
    )


@processes(REGISTRATION)
@form_view
def case_doubles(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Judge likely doubles afterwards, when an emergency left no time."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_complete_registration(reader):
        raise PermissionDenied
    candidates: list[Candidate] = likely_doubles(
        identities_of([case.pk])[case.pk], besides=judged_cases(case.person)
    )

    def act() -> str:
        if not same_candidates(request.POST.get("judged", ""), candidates):
            raise NotDone
        remember_others([(case.person_id, candidate.case_id) for candidate in candidates])
        # after the lock of judging, as everywhere
        row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        row.doubles_judged_on = timezone.localdate()
        row.version += 1
        row.save()
        return case_url(case)

    if request.method == "POST":
        return do_once(request, act)
    context = reader.context() | {
        "judged": judged(candidates),
        "candidates": candidate_rows(candidates),
    }
    return render(request, "casework/links/doubles.html", context)


@processes(REGISTRATION)
@require_GET
def clash_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """One screen for the coordinators of both pilots: what agrees, whom to phone, what each
    said."""
    clash = _clash(request, reference)
    return _clash_page(request, clash, open_form(request, ReasonForm, CLASH.key(reference)))


def _clash(request: ClearanceRequest, reference: UUID) -> ClashView:
    clash = find_clash(request.clearance, reference)
    if clash is None:
        raise Http404
    return clash


def _clash_url(reference: UUID) -> str:
    return reverse("casework:clash_detail", args=[reference])


def _clash_page(request: ClearanceRequest, clash: ClashView, form: ReasonForm) -> HttpResponse:
    own = list(Case.objects.filter(pk__in=clash.own_cases).select_related("person").order_by("pk"))
    names = leading_names([case.pk for case in own]) if own else {}
    return show_form(
        request,
        "casework/links/clash.html",
        form,
        form_page=_clash_url(clash.reference),
        clash=clash,
        own=[(case, names.get(case.pk) or case.number) for case in own],
    )


@processes(REGISTRATION)
@require_POST
@form_view
def clash_undo(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """One of the two coordinators takes back what both had settled."""
    clash = _clash(request, reference)
    form = open_form(request, ReasonForm, CLASH.key(reference))

    def act() -> str:
        if not revoke_clash(reference, form.cleaned_data["reason"]):
            raise ValidationError(str(SAID[Outcome.ALREADY]))
        request.audited = {"action": "clash_undone", "obj": ("clash", reference)}
        return _clash_url(reference)

    return send_form(request, form, act) or _clash_page(request, clash, form)


@processes(REGISTRATION)
@require_POST
def clash_answer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A coordinator says for her own pilot whether two registrations are one person."""
    _clash(request, reference)
    text = request.POST.get("answer", "")
    if text not in ClashAnswer.values:
        raise BadRequest

    def act() -> str:
        if not answer_clash(reference, text):
            raise NotDone
        request.audited = {"action": f"clash_{text}", "obj": ("clash", reference)}
        return _clash_url(reference)

    return do_once(request, act, back=_clash_url(reference))
