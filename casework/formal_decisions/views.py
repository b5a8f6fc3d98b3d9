"""Formal decisions on screen: writing one, its letter, reading it; the letters of a pilot."""

from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.enums import ADMITTED_STATES
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.formal_decisions.acts import ending_of, issue, reopen, set_aside
from casework.formal_decisions.copies import copies_of, representatives
from casework.formal_decisions.enums import FormalKind
from casework.formal_decisions.forms import (
    FORMAL,
    LETTER,
    POSSIBLE,
    REOPEN,
    FormalForm,
    LetterForm,
    ReopenForm,
    SetAsideForm,
    TemplateForm,
    first_text,
)
from casework.formal_decisions.letters import FIELDS, clean_html, filled, template_of
from casework.formal_decisions.models import FormalDecision, LetterTemplate
from casework.formal_decisions.terms import TermsToObject
from casework.journey import perms
from casework.journey.addresses import linked
from casework.journey.calendar import by_law
from casework.journey.facts import Facts, fact_of
from casework.journey.steps import STEPS
from casework.register.identity import name_for_all
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import kept_value, save_draft
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from governance.drafts.models import Draft
from governance.mandates.models import MandateDecision
from partners.accountability.activities import AGREEMENTS, CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Pilot

ANSWERS = (
    "kind",
    "decided_on",
    "known_on",
    "known_by",
    "effective_on",
    "until",
    "reasons",
    "remedies",
    "objection_until",
)


@processes(CASEWORK)
@form_view
def formal_decision_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """First what was decided, then its letter, made from the pilot's text and mended on screen;
    then it is issued."""
    reader = find_case(request, reference, "pilot__municipality")
    case = reader.case
    if not perms.leads(reader):
        raise PermissionDenied
    author = perms.team_of_kind(reader, (OrganisationKind.MUNICIPALITY,))
    assert author is not None
    facts = fact_of(case)
    mandates = list(MandateDecision.objects.filter(pilots=case.pilot_id))
    key = FORMAL.key(case.reference)
    form = open_form(request, FormalForm, key, case=case, facts=facts, mandates=mandates)
    mended, mended_for = _mended(request, form.draft)
    back = "back" in request.POST
    letter: LetterForm | None = None
    if request.method == "POST" and form.is_valid():
        letter = _letter_form(request, reader, form, mended, mended_for)
        if letter.is_valid():
            text, copies = letter.cleaned_data["letter"], letter.chosen()

            def act() -> str:
                decision = issue(
                    case,
                    {name: form.cleaned_data[name] for name in ANSWERS},
                    by=request.clearance,
                    author_team=author,
                    mandate=form.mandate,
                    function=form.function_name,
                    letter=text,
                    copies=copies,
                )
                return reverse(
                    "casework:formal_decision", args=[case.reference, decision.reference]
                )

            return do_once(request, act, key=key)
    # not issued: she went back, or the case moved on; what she mended is kept
    if "letter" in request.POST:
        save_draft(request.user, request.POST, key=key, page=request.path)
    letter = None if back else letter
    return show_form(
        request,
        "casework/formal_decisions/add.html",
        form,
        errors=letter.errors if letter is not None else None,
        letter=letter,
        mandates=mandates,
        possible=case.state in POSSIBLE,
        missing=_in_the_way(case, facts),
        mended=mended,
        mended_for=mended_for,
        former=clean_html(mended)
        if letter and mended and letter.initial.get("letter", mended) != mended
        else "",
        **reader.context(),
    )


def _letter_form(
    request: ClearanceRequest, reader: CaseReader, form: FormalForm, mended: str, mended_for: str
) -> LetterForm:
    """The letter as it was sent; else as it was mended for these answers, or made from them."""
    known = representatives(reader)
    if "letter" in request.POST:
        data = request.POST if "back" not in request.POST else None
        return LetterForm(data, representatives=known)
    same = mended_for == _digest(lambda name: request.POST.get(name, ""))
    text = mended if mended and same else _letter(reader, form)
    return LetterForm(initial={"letter": text}, representatives=known)


def _in_the_way(case: Case, facts: Facts) -> list[tuple[str, str]]:
    """What is missing for both decisions that are possible from here; nothing if one may be
    taken."""
    missing = [
        sentence
        for kind, number in ((FormalKind.ADMITTED, "T7"), (FormalKind.REFUSED, "T8"))
        if kind in POSSIBLE.get(case.state, ())
        for sentence in linked(
            case, [m for m in STEPS[number].missing(facts) if m.page != "formal_decision_add"]
        )
    ]
    return missing if len(missing) == 2 else []


def _digest(values: Callable[[str], str]) -> str:
    """Digest of the form's answers. It tells whether a mended letter still belongs to these
    answers."""
    names = [name for name in FormalForm.base_fields if name != FormalForm.TICK]
    return sha256("\x1f".join(values(name) for name in names).encode()).hexdigest()


def _mended(request: ClearanceRequest, draft: Draft | None) -> tuple[str, str]:
    """The letter that the worker mended last, and the digest of the answers it was made for: from
    the page, else from the draft."""
    text = request.POST
    if "letter" in text:
        return text["letter"], _digest(lambda name: text.get(name, ""))
    if text.get("mended"):
        return text["mended"], text.get("mended_for", "")
    if letter := kept_value(draft, "letter"):
        return letter, _digest(lambda name: kept_value(draft, name))
    return kept_value(draft, "mended"), kept_value(draft, "mended_for")


def _letter(reader: CaseReader, form: FormalForm) -> str:
    """The letter as the pilot's own text tells it, or the model's where it has written none."""
    data, case = form.cleaned_data, reader.case
    template = template_of(case.pilot, data["kind"], data["decided_on"])
    mandate = form.mandate
    return filled(
        template.text if template else first_text(data["kind"]),
        {
            "naam": name_for_all(case.pk) or case.number,
            "casusnummer": case.number,
            "datum": data["decided_on"],
            "functie": form.function_name,
            "gemeente": case.pilot.municipality.name,
            "mandaat": f"{mandate.title}{f', {mandate.source}' if mandate.source else ''}"
            if mandate
            else "",
            "redenen": data["reasons"],
            "rechtsmiddelen": data["remedies"],
            "ingangsdatum": data["effective_on"],
            "tot": data["until"],
            "bezwaar_tot": data["objection_until"],
        },
    )


@processes(CASEWORK)
@form_view
def formal_decision(request: ClearanceRequest, reference: UUID, record: UUID) -> HttpResponse:
    """A formal decision as it was issued, its letter, the objections to it; and setting aside
    one that ends."""
    reader = find_case(request, reference, "pilot__municipality")
    case = reader.case
    result = get_object_or_404(
        FormalDecision.objects.select_related(
            "mandate", "conference_decision", "template", "criteria"
        ),
        case=case,
        reference=record,
    )
    term = TermsToObject().on(result.known_on or result.decided_on)
    leads = perms.leads(reader)
    ending = ending_of(case) if leads and case.state in ADMITTED_STATES else None
    form = None
    if ending is not None and ending.pk == result.pk:
        form = open_form(request, SetAsideForm, FORMAL.key(result.reference), decision=result)

    def act() -> str:
        assert form is not None
        result.case = case
        data, version = form.cleaned_data, seen_version(request)
        set_aside(result, data["because"], version=version, on=data["annulled_on"])
        return request.path

    return send_form(request, form, act) or show_form(
        request,
        "casework/formal_decisions/decision.html",
        form,
        record=result,
        law=by_law(term.article if term else ""),
        copies=copies_of(result, reader),
        objections=result.objections.current().prefetch_related("steps").order_by("pk"),
        objects=leads,
        **reader.context(),
    )


@processes(CASEWORK)
@form_view
def case_reopen(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Back to the conference after a refusal (T9)."""
    reader = find_case(request, reference, "pilot__municipality")
    case = reader.case
    if not perms.leads(reader):
        raise PermissionDenied
    facts = fact_of(case)
    step = STEPS["T9"]
    form = open_form(request, ReopenForm, REOPEN.key(case.reference), facts=facts)

    def act() -> str:
        on, version = form.cleaned_data["on"], seen_version(request)
        reopen(case, form.why(), by=request.clearance, version=version, on=on)
        return case_url(case)

    return send_form(request, form, act) or show_form(
        request,
        "casework/formal_decisions/reopen.html",
        form,
        here=case.state in step.sources,
        missing=linked(case, step.missing(facts)) if case.state in step.sources else [],
        **reader.context(),
    )


@processes(AGREEMENTS)
@form_view
def letters(request: ClearanceRequest, slug: str) -> HttpResponse:
    """The letters of a pilot; its coordinator writes the next version of one."""
    pilot = get_object_or_404(
        Pilot.objects.filter(pk__in={seat.pilot for seat in request.clearance.seats}), slug=slug
    )
    kind = request.GET.get("soort", FormalKind.ADMITTED)
    if kind not in FormalKind.values:
        raise Http404
    versions = list(LetterTemplate.objects.filter(pilot=pilot, kind=kind))
    form = None
    if request.clearance.coordinates(pilot.pk):
        form = open_form(
            request,
            TemplateForm,
            LETTER.key(pilot.reference, kind),
            initial={"text": versions[0].text if versions else first_text(kind)},
        )

    def act() -> str:
        assert form is not None
        try:
            with transaction.atomic():
                LetterTemplate.objects.create(
                    pilot=pilot,
                    kind=kind,
                    version=versions[0].version + 1 if versions else 1,
                    text=form.cleaned_data["text"],
                    in_force_from=timezone.localdate(),
                )
        except IntegrityError:
            raise ValidationError(
                _("Somebody else wrote a new version meanwhile. Load the page again.")
            ) from None
        return request.get_full_path()

    return send_form(request, form, act) or show_form(
        request,
        "casework/formal_decisions/letters.html",
        form,
        form_page=request.get_full_path(),
        pilot=pilot,
        kind=FormalKind(kind),
        kinds=list(FormalKind),
        versions=versions,
        fields=FIELDS,
        model=first_text(kind),
    )
