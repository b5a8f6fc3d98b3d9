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
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.case_reader import find_case
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.known_elsewhere.models import ContactRequest, Hit, Question
from casework.known_elsewhere.perms import can_ask
from casework.records.models import VersionConflict
from casework.register.forms import ReasonField
from casework.registration import perms
from governance.access.clearance import Clearance, current_clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_drafts, kept_value
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
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
SHIELD = DraftKind(
    "shield",
    gettext_lazy("Shield this person"),
    lambda about, _part: Case.objects.filter(
        reference=about, lead_team__in=getattr(current_clearance(), "teams", ())
    ).exists(),
)

SAID = {
    "refused": gettext_lazy("You may not ask this of this case."),
    "no_article": gettext_lazy("Your convenant has no article that allows this question."),
    "shielded": gettext_lazy(
        "This person is shielded here. By asking, others would learn where this person is."
    ),
    "too_many": gettext_lazy(
        "Ten numbers or names were compared for you within an hour. Try again later."
    ),
}
TERM = timedelta(days=14)


class AskForm(KeptForm):
    reason = ReasonField(
        label=gettext_lazy("Why do you ask?"),
        help_text=gettext_lazy(
            "Kept with the question. Where the person is known, the coordinator sees that "
            "you asked."
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
        label=gettext_lazy("At the latest"),
        error_messages={"required": gettext_lazy("Enter by which day you need to hear.")},
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
@form_view
def case_elsewhere(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Is this person known in another pilot? What was asked before, a new question, a request
    for contact."""
    reader = find_case(request, reference)
    case = reader.case
    if not can_ask(reader):
        raise PermissionDenied
    key, ask_key = CONTACT.key(case.reference), ASK.key(case.reference)
    asking = open_form(request, AskForm, ask_key, sent="ask" in request.POST)
    free = _without_request(_asked(case))
    contacting = open_form(request, ContactForm, key, sent="contact" in request.POST, pilots=free)
    status = 0

    def put() -> str:
        nonlocal status
        if problem := _put(request, case, asking.cleaned_data["reason"]):
            status = 403 if problem == "refused" else 409
            raise ValidationError(str(SAID[problem]))
        return request.path

    def contact() -> str:
        _request_contact(case, contacting.cleaned_data, by=request.clearance)
        return request.path

    answer = send_form(request, asking, put) or send_form(request, contacting, contact)
    return answer or show_form(
        request,
        "casework/known_elsewhere/ask.html",
        contacting if contacting.is_bound else asking,
        status=status,
        asking=asking,
        contacting=contacting,
        asked=_asked(case),
        open=bool(free),
        draft_key=key,
        ask_key=ask_key,
        **reader.context(),
    )


def _without_request(asked: list[Asked]) -> list[Pilot]:
    """The pilots that know the person and of which no contact was asked yet."""
    known = [known for row in asked for known in row.known]
    waiting = {row.pilot.pk for row in known if row.request and row.request.answered_at is None}
    free = {
        row.pilot.pk: row.pilot
        for row in known
        if row.request is None and row.pilot.pk not in waiting
    }
    return list(free.values())


def _put(request: ClearanceRequest, case: Case, reason: str) -> str:
    """Put the question to the other pilots. Returns what is in the way, or nothing."""
    request.audited = {"action": "elsewhere_asked", "obj": ("case", case.reference)}
    answer, question = ask(case.reference, reason)
    if question is None:
        return answer
    messages.success(
        request,
        _("Asked. The answer stands below.")
        if question.pilots
        else _("Asked. Among the pilots that may answer nobody like this is known."),
    )
    return ""


def _request_contact(case: Case, data: dict[str, Any], *, by: Clearance) -> None:
    questions = Question.objects.filter(case=case, pilots__contains=[data["pilot"]])
    ContactRequest.objects.create(
        question=questions.exclude(contact_requests__pilot=data["pilot"]).latest("asked_at"),
        pilot_id=data["pilot"],
        asking_pilot=case.pilot,
        asked_by=by.user,
        text=data["text"],
        due_on=data["due_on"],
    )


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
@form_view
def questions_received(request: ClearanceRequest) -> HttpResponse:
    """For coordinators: what other pilots asked about people here, and requests for contact to
    answer."""
    if not request.clearance.coordinated:
        raise PermissionDenied
    answer = form = None
    if request.method == "POST":
        asked = _request_asked(request)
        form = open_form(request, ContactAnswerForm, REPLY.key(asked), prefix=str(asked))

        def act() -> str:
            assert form is not None
            if not call("elsewhere_answer", asked, form.cleaned_data["text"]):
                raise ValidationError(_("This was answered already, or is not yours to answer."))
            return request.path

        answer = send_form(request, form, act)
    if answer is not None:
        return answer
    late = form is not None and bool(form.non_field_errors())
    # no row has this form any more: her text stands by itself
    typed = {"typed": form.cleaned_data["text"]} if form is not None and late else {}
    return show_form(
        request,
        "casework/known_elsewhere/received.html",
        form,
        status=409 if late else 0,
        rows=hits_for(request, form),
        **typed,
    )


def _request_asked(request: ClearanceRequest) -> UUID:
    """Reference of the request for contact that was answered."""
    try:
        return UUID(request.POST.get("request", ""))
    except ValueError:
        raise Http404 from None


class ShieldForm(KeptForm):
    reason = forms.CharField(
        label=gettext_lazy("Why is this person shielded?"),
        max_length=200,
        help_text=gettext_lazy("Shown to the team that leads."),
        error_messages={"required": gettext_lazy("Write why.")},
    )


@processes(CASEWORK)
@form_view
def case_shield(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Shield somebody: no other pilot hears that she is known here. What a colleague wrote
    meanwhile stands beside what was typed."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_complete_registration(reader):
        raise PermissionDenied
    key = SHIELD.key(case.reference)
    form = open_form(request, ShieldForm, key, initial={"reason": case.shielded_reason})
    # of what she saw when she began to type
    meanwhile: dict[str, Any] = {"version": kept_value(form.draft, "version") or case.version}

    def act() -> str:
        lifts = "lift" in request.POST
        _shield(request, case, "" if lifts else form.cleaned_data["reason"].strip())
        return case_url(case)

    try:
        if "lift" in request.POST:
            return do_once(request, act, key=key, raises=VersionConflict)
        answer = send_form(request, form, act, raises=VersionConflict)
    except VersionConflict:
        form.add_error(
            None, _("Somebody else changed this case meanwhile. Look again before you save.")
        )
        now, answer = Case.objects.get(pk=case.pk), None
        meanwhile = {"case": now, "version": now.version, "meanwhile": now.shielded_reason}
    return answer or show_form(
        request,
        "casework/known_elsewhere/shield.html",
        form,
        status=409 if "meanwhile" in meanwhile else 0,
        **reader.context() | meanwhile,
    )


def _shield(request: ClearanceRequest, case: Case, reason: str) -> None:
    """Raises VersionConflict."""
    row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    row.claim_version(seen_version(request))
    row.shielded_reason = reason
    row.save()
    action = "shielded" if reason else "unshielded"
    request.audited = {"action": action, "obj": ("case", case.reference)}
