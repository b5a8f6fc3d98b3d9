"""One page for the questions of a case that went above the conference, and its forms."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.case_reader import find_case
from casework.escalation.acts import (
    admit,
    advise,
    answer,
    ask,
    askable,
    asked_by,
    contribute,
    dismiss,
    extend,
    part_of,
    reached,
    seats_empty,
    withdraw,
)
from casework.escalation.enums import Level
from casework.escalation.forms import (
    ESCALATION,
    AdviceForm,
    AnswerForm,
    EscalateForm,
    ExtendForm,
    MemberForm,
    PartForm,
)
from casework.escalation.models import Escalation, EscalationPart
from casework.journey.facts import fact_of
from casework.journey.perms import FACILITY, SERVICES, leads, team_of_kind
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

IN_THE_WAY = {
    "unknown": _("This account cannot be a member of a review team."),
    "involved": _("This person had to do with the case before."),
    "full": _("Of this kind of organisation the review team has all its members."),
    "closed": _("The question is answered, or its day has passed."),
}


class Questions:
    """The questions of a case before one worker, the one that waits for an answer, and the forms
    that she may send about it.

    sent: the name of the form that this request sends.
    """

    def __init__(self, request: ClearanceRequest, reference: UUID, sent: str = "") -> None:
        self.request, self.sent = request, sent
        self.reader = find_case(request, reference)
        self.case = self.reader.case
        self.page = reverse("casework:escalation", args=[reference])
        self.leads = leads(self.reader)
        self.team = team_of_kind(self.reader, FACILITY) or team_of_kind(self.reader, SERVICES)
        rows = Escalation.objects.current().filter(case=self.case)
        self.rows = list(rows.prefetch_related("members__user", "members__organisation"))
        self.asked = next((row for row in self.rows if row.adopted is None), None)
        if self.asked is not None:
            self.asked.case = self.case
        self.forms = self._forms()
        self.form: Any = self.forms.get(sent)

    @property
    def question(self) -> Escalation:
        """The one that waits for an answer, where a form or a button is about it."""
        if self.asked is None:
            raise PermissionDenied
        return self.asked

    def _forms(self) -> dict[str, Any]:
        asked, result = self.asked, {}
        if self.team and asked:
            mine = part_of(asked, self.team)
            result["part"] = self._open("part", PartForm, initial={"text": mine and mine.text})
            result["part"].version = mine.version if mine else ""
        if not self.leads:
            return result
        if asked is None:
            facts = fact_of(self.case)
            levels = askable(self.case, facts) if self.case.is_open else []
            if levels or (
                self.sent == "ask" and self.case.is_open
            ):  # the act says why it cannot be any more
                highest = reached(self.case)
                levels = levels or list(Level)
                decided = {level: row.on for level in levels if (row := asked_by(level, facts))}
                options = {"reached": highest, "levels": levels, "decided": decided}
                result["ask"] = self._open("ask", EscalateForm, **options)
            return result
        if asked.level == Level.MRT:
            result["member"] = self._open("member", MemberForm)
        if asked.advised_on is None:
            result["advice"] = self._open("advice", AdviceForm, asked=asked)
        elif asked.level != Level.MRT:  # what a review team advised is decided in a meeting
            result["answer"] = self._open("answer", AnswerForm, asked=asked)
        return result | {"extend": self._open("extend", ExtendForm, asked=asked)}

    def _open(self, name: str, form: Any, **options: Any) -> Any:
        key = ESCALATION.key(self.case.reference, name)
        return open_form(self.request, form, key, sent=name == self.sent, **options)

    def parts(self) -> dict[int, list[tuple[str, EscalationPart]]]:
        """For each question: what each team brought forward, under the team's name."""
        result: dict[int, list[tuple[str, EscalationPart]]] = {}
        for part in EscalationPart.objects.current().filter(case=self.case).order_by("pk"):
            label = self.reader.label(part.source_id)
            result.setdefault(part.escalation_id, []).append((label, part))
        return result

    def take(self, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
        """The answer to the form that was sent: the act is done once with what it says, or the page
        shows what is wrong."""

        def act_once() -> str:
            act(self.form.cleaned_data)
            return self.page

        return send_form(self.request, self.form, act_once) or self.show()

    def show(self) -> HttpResponse:
        """The page, with the form that was sent if it is wrong."""
        asked, parts = self.asked, self.parts()
        review_team = self.leads and asked is not None and asked.level == Level.MRT
        return show_form(
            self.request,
            "casework/escalation/escalation.html",
            self.form,
            form_page=self.page,
            forms=self.forms,
            asked=asked,
            rows=[(row, parts.get(row.pk, []), list(row.members.all())) for row in self.rows],
            chairs=self.leads,
            empty=seats_empty(asked) if asked is not None and review_team else [],
            **self.reader.context(),
        )


@processes(CASEWORK)
@require_GET
def escalation(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Questions at each level, with what each team brought forward, the advice, and what was
    done with it."""
    return Questions(request, reference).show()


@processes(CASEWORK)
@form_view
def escalation_ask(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "ask")
    case, team = questions.case, team_of_kind(questions.reader, (OrganisationKind.MUNICIPALITY,))

    def act(data: dict[str, Any]) -> None:
        assert team is not None
        ask(case, data, fact_of(case), by=request.clearance, author_team=team)

    return questions.take(act)


@processes(CASEWORK)
@form_view
def escalation_part(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "part")

    def act(data: dict[str, Any]) -> None:
        assert questions.team is not None
        question, team = questions.question, questions.team
        contribute(
            question,
            data["text"],
            by=request.clearance,
            author_team=team,
            version=seen_version(request),
        )

    return questions.take(act)


@processes(CASEWORK)
@form_view
def escalation_member(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "member")

    def act(data: dict[str, Any]) -> None:
        if problem := admit(questions.question, data["username"].strip()):
            raise ValidationError({"username": str(IN_THE_WAY[problem])})

    return questions.take(act)


@processes(CASEWORK)
@form_view
def escalation_advice(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "advice")
    version = seen_version(request)
    return questions.take(lambda data: advise(questions.question, **data, version=version))


@processes(CASEWORK)
@form_view
def escalation_answer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "answer")
    version = seen_version(request)

    def act(data: dict[str, Any]) -> None:
        adopted, reasons, on = data["adopted"], data["reasons"], data["adopted_on"]
        answer(questions.question, adopted, reasons, on, version=version)

    return questions.take(act)


@processes(CASEWORK)
@form_view
def escalation_extend(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference, "extend")
    version = seen_version(request)
    return questions.take(
        lambda data: extend(questions.question, data["answer_due_on"], version=version)
    )


@processes(CASEWORK)
@require_POST
def escalation_dismiss(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Somebody who was let in by mistake advises no longer."""
    questions = Questions(request, reference)
    if not questions.leads or questions.asked is None:
        raise PermissionDenied
    member = request.POST.get("member", "")

    def act() -> str:
        dismiss(questions.question, int(member) if member.isdecimal() else 0)
        return questions.page

    return do_once(request, act, back=questions.page)


@processes(CASEWORK)
@require_POST
def escalation_withdraw(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    questions = Questions(request, reference)
    if not questions.leads or questions.asked is None:
        raise PermissionDenied

    def act() -> str:
        withdraw(questions.question, version=seen_version(request))
        return questions.page

    return do_once(request, act, back=questions.page)
