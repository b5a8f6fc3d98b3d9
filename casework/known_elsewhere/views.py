"""Asking whether somebody is known in another pilot, asking for contact, and what the
coordinator there sees of it."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import find_case
from casework.cases.models import Case
from casework.known_elsewhere.models import ContactRequest, Hit, Question
from casework.known_elsewhere.perms import can_ask
from casework.records.models import VersionConflict
from casework.register.forms import ReasonField
from casework.registration import perms
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import (
    drop_draft,
    find_draft,
    find_drafts,
    kept_value,
    sent_before,
    submit_once,
)
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.database import call
from lvv.common.forms import DateField
from partners.accountability.activities import CASEWORK, ELSEWHERE, processes
from partners.organisations.models import Pilot

ASK = DraftKind("ask", gettext_lazy("Known elsewhere?"))
CONTACT = DraftKind("contact", gettext_lazy("Known elsewhere?"))
REPLY = DraftKind("reply", gettext_lazy("Asked by other pilots"))
SHIELD = DraftKind("shield", gettext_lazy("Shield this person"))

SAID = {
    "refused": gettext_lazy("You may not ask this of this case."),
    "no_article": gettext_lazy("Your agreement has no article that allows this question."),
    "shielded": gettext_lazy(
        "This person is shielded here. By asking, others would learn where she is."
    ),
    "too_many": gettext_lazy("You asked ten times within an hour. Try again later."),
}
TERM = timedelta(days=14)


class AskForm(KeptForm):
    reason = ReasonField(
        label=gettext_lazy("Why do you ask?"),
        help_text=gettext_lazy(
            "Kept with the question. Where she is known, the coordinator sees that you asked."
        ),
        required_message=gettext_lazy("Write why you ask."),
    )


class ContactForm(KeptForm):
    pilot = forms.TypedChoiceField(
        label=gettext_lazy("Pilot"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose the pilot.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What is it about?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("No names and no details: those you give on the phone."),
        error_messages={"required": gettext_lazy("Write what it is about.")},
    )
    due_on = DateField(
        label=gettext_lazy("Before"),
        error_messages={"required": gettext_lazy("Enter before which day you need to hear.")},
    )

    def __init__(self, *args: Any, pilots: list[Pilot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((pilot.pk, pilot.name) for pilot in pilots),
        ]
        self.fields["due_on"].initial = timezone.localdate() + TERM

    def clean_due_on(self) -> date:
        due: date = self.cleaned_data["due_on"]
        if due <= timezone.localdate():
            raise ValidationError(_("The term must lie in the future."), code="past")
        return due


class ContactAnswerForm(KeptForm):
    text = forms.CharField(
        label=gettext_lazy("What was done?"),
        max_length=500,
        error_messages={"required": gettext_lazy("Write what was done.")},
    )


def ask(case: UUID, reason: str) -> tuple[str, Question | None]:
    """Ask the other pilots; what came of it, and the question as it was kept."""
    text = call("elsewhere_ask", case, reason)
    text = json.loads(text) if isinstance(text, str) else text
    question = (
        Question.objects.filter(reference=text["question"]).first() if "question" in text else None
    )
    return text["answer"], question


class _NotAsked(Exception):
    """Nothing was asked; the answer says why."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True)
class Known:
    """A pilot that knows the person, and whom to phone there."""

    pilot: Pilot
    request: ContactRequest | None


@dataclass(frozen=True)
class Asked:
    question: Question
    known: list[Known]


def _asked(case: Case) -> list[Asked]:
    questions = list(
        Question.objects.filter(case=case).select_related("asked_by", "team__organisation")[:20]
    )
    pilots = Pilot.objects.in_bulk({pilot for question in questions for pilot in question.pilots})
    requests = {
        (row.question_id, row.pilot_id): row
        for row in ContactRequest.objects.filter(question__in=questions)
    }
    return [
        Asked(
            question, [Known(pilots[pk], requests.get((question.pk, pk))) for pk in question.pilots]
        )
        for question in questions
    ]


@processes(ELSEWHERE)
@require_http_methods(["GET", "POST"])
def case_elsewhere(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Is this person known in another pilot? What was asked before, a new question, a request
    for contact."""
    reader = find_case(request, reference)
    case = reader.case
    if not can_ask(reader):
        raise PermissionDenied
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    here = reverse("casework:case_elsewhere", args=[case.reference])
    key, ask_key = CONTACT.key(case.reference), ASK.key(case.reference)
    asking = AskForm(request.POST if "ask" in request.POST else None)
    asking.restore(find_draft(request, ask_key))
    before = [known for row in _asked(case) for known in row.known]
    waiting = {
        known.pilot.pk for known in before if known.request and known.request.answered_at is None
    }
    known = {
        row.pilot.pk: row.pilot
        for row in before
        if row.request is None and row.pilot.pk not in waiting
    }
    contacting = ContactForm(
        request.POST if "contact" in request.POST else None, pilots=list(known.values())
    )
    contacting.restore(find_draft(request, key))
    status = 200
    if asking.is_bound and asking.is_valid():
        request.audited = {"action": "elsewhere_asked", "obj": ("case", case.reference)}

        def put() -> str:
            answer, question = ask(case.reference, asking.cleaned_data["reason"])
            if question is None:
                raise _NotAsked(answer)
            messages.success(
                request,
                _("Asked. The answer stands below.")
                if question.pilots
                else _("Asked. Among the pilots that may answer nobody like this is known."),
            )
            return here

        try:
            return submit_once(request, ask_key, put)
        except _NotAsked as refused:
            asking.add_error(None, str(SAID[refused.answer]))
            status = 403 if refused.answer == "refused" else 409
    if contacting.is_bound and contacting.is_valid():
        data = contacting.cleaned_data
        question = (
            Question.objects.filter(case=case, pilots__contains=[data["pilot"]])
            .exclude(contact_requests__pilot=data["pilot"])
            .latest("asked_at")
        )

        def act() -> str:
            ContactRequest.objects.create(
                question=question,
                pilot_id=data["pilot"],
                asking_pilot=case.pilot,
                asked_by=request.user,
                text=data["text"],
                due_on=data["due_on"],
            )
            return here

        return submit_once(request, key, act)
    form = contacting if contacting.is_bound else asking
    context = {
        "case": case,
        "name": reader.name,
        "asking": asking,
        "contacting": contacting,
        "form": form,
        "asked": _asked(case),
        "open": bool(known),
        "draft_key": key,
        "ask_key": ask_key,
        "form_page": here,
    }
    if form.errors and status == 200:
        status = 400
    return render(request, "casework/known_elsewhere/ask.html", context, status=status)


@dataclass(frozen=True)
class HitRow:
    """What the coordinator of the pilot asked about reads: who asked about which case there, and
    what is asked of that coordinator."""

    hit: Hit
    case: Case | None
    requests: list[tuple[ContactRequest, ContactAnswerForm | None]]  # with a form while it waits


def hits_for(
    request: ClearanceRequest, sent: ContactAnswerForm | None = None, most: int = 50
) -> list[HitRow]:
    """Questions of other pilots about people of the pilots that this worker coordinates, of the
    last ninety days. Those with a waiting request for contact stand first, with the forms to
    answer. `sent` is a submitted form that had errors."""
    clearance = request.clearance
    if not clearance.coordinated:
        return []
    waiting = ContactRequest.objects.filter(pilot__in=clearance.coordinated, answered_at=None)
    recent = Q(asked_at__gte=timezone.now() - timedelta(days=90))
    hits = list(
        Hit.objects.filter(
            recent | Q(question__in=waiting.values("question")), pilot__in=clearance.coordinated
        )
        .annotate(waits=Exists(waiting.filter(question=OuterRef("question"))))
        .order_by("-waits", "-asked_at")
        .select_related("asking_pilot", "asking_team__organisation", "asked_by")[:most]
    )
    cases = Case.objects.in_bulk([hit.case_id for hit in hits])
    asked = list(
        ContactRequest.objects.filter(
            question__in=[hit.question_id for hit in hits], pilot__in=clearance.coordinated
        )
    )
    drafts = find_drafts(request, [REPLY.key(row.reference) for row in asked])
    requests: dict[tuple[int, int], list[tuple[ContactRequest, ContactAnswerForm | None]]] = {}
    for row in asked:
        form = None
        if row.answered_at is None:
            form = (
                sent
                if sent and sent.prefix == str(row.reference)
                else ContactAnswerForm(prefix=str(row.reference))
            )
            form.restore(drafts.get(REPLY.key(row.reference)))
        requests.setdefault((row.question_id, row.pilot_id), []).append((row, form))
    rows = [
        HitRow(hit, cases.get(hit.case_id), requests.get((hit.question_id, hit.pilot_id), []))
        for hit in hits
    ]
    return sorted(rows, key=lambda row: not any(form for _asked, form in row.requests))


def contact_requests_waiting(clearance: Clearance) -> int:
    if not clearance.coordinated:
        return 0
    return ContactRequest.objects.filter(pilot__in=clearance.coordinated, answered_at=None).count()


@processes(ELSEWHERE)
@require_http_methods(["GET", "POST"])
def questions_received(request: ClearanceRequest) -> HttpResponse:
    """For coordinators: what other pilots asked about people here, and requests for contact to
    answer."""
    if not request.clearance.coordinated:
        raise PermissionDenied
    form = None
    if request.method == "POST":
        try:
            asked = UUID(request.POST.get("request", ""))
        except ValueError:
            raise Http404 from None
        form = ContactAnswerForm(request.POST, prefix=str(asked))
        if form.is_valid():
            if call("elsewhere_answer", asked, form.cleaned_data["text"]):
                drop_draft(request, REPLY.key(asked))
                return redirect("casework:questions_received")
            form.add_error(None, _("This was answered already, or is not yours to answer."))
    context = {"rows": hits_for(request, form), "form": form, "form_page": request.path}
    if form and form.non_field_errors():  # no row has this form any more: her text stands by itself
        context["typed"] = form.cleaned_data["text"]
    status = 200 if form is None else 409 if form.non_field_errors() else 400
    return render(request, "casework/known_elsewhere/received.html", context, status=status)


class ShieldForm(KeptForm):
    reason = forms.CharField(
        label=gettext_lazy("Why is this person shielded?"),
        max_length=200,
        help_text=gettext_lazy("Shown to the team that leads."),
        error_messages={"required": gettext_lazy("Write why.")},
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def case_shield(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Shield somebody: no other pilot hears that she is known here."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_complete_registration(reader):
        raise PermissionDenied
    key = SHIELD.key(case.reference)
    draft = find_draft(request, key)
    form = ShieldForm(request.POST or None, initial={"reason": case.shielded_reason})
    form.restore(draft)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "name": reader.name,
        "draft_key": key,
        "form_page": request.path,
        "restored": draft,
        "version": kept_value(draft, "version")
        or case.version,  # of what she saw when she began to type
    }
    lifts = "lift" in request.POST
    if request.method == "POST" and (lifts or form.is_valid()):
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        try:
            locked.claim_version(request.POST.get("version", ""))
        except VersionConflict:
            form.add_error(
                None, _("Somebody else changed this case meanwhile. Look again before you save.")
            )
            context |= {
                "case": locked,
                "version": locked.version,
                "meanwhile": locked.shielded_reason,
            }
            return render(request, "casework/known_elsewhere/shield.html", context, status=409)
        locked.shielded_reason = "" if lifts else form.cleaned_data["reason"].strip()
        locked.save()
        drop_draft(request, key)
        request.audited = {
            "action": "shielded" if locked.shielded_reason else "unshielded",
            "obj": ("case", case.reference),
        }
        return redirect("casework:case_detail", case.reference)
    return render(
        request, "casework/known_elsewhere/shield.html", context, status=400 if form.errors else 200
    )
