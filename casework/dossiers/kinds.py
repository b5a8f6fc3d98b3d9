"""Every kind of record a worker can add, correct and end: one table, from which pages, forms and
story are made."""

import json
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casework.care.models import MedicalLimitation, MedicalRecord
from casework.cases.models import Consent
from casework.conference.models import AgendaItem, ConferenceDecision, Position
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.departure import (
    DeparturePlan,
    Mediation,
    ReturnSupport,
    TravelDocument,
    TravelDocumentStep,
)
from casework.dossiers.procedures import Procedure, ProcedureStep, ResidenceTitle
from casework.dossiers.record_kind import (
    AVIM,
    CARE,
    DTV,
    EVERYBODY,
    IND,
    IOM,
    LEGAL,
    MUNICIPAL,
    NGO,
    SHELTER,
    RecordKind,
    of_case,
    of_itself,
    of_record,
)
from casework.dossiers.supervision import IdentityResearch, Signal, Supervision
from casework.dossiers.support import Allowance, LegalAid, ReceptionHandover
from casework.escalation.models import Escalation, EscalationPart
from casework.formal_decisions.models import FormalDecision
from casework.intake.enums import DossierResult
from casework.intake.models import DossierRequest, Intake, IntakeReport, ServiceDossier
from casework.journal.models import Contact, Note, Reachability
from casework.outcomes.models import Confirmation, DestinationReport, Exit, FollowUpCheck
from casework.plan.models import Action, Goal, Scenario
from casework.records.models import Addressed, Record
from casework.register.models import Briefing, IdentityDocument, IdentityValue, Relation
from casework.shelter.models import Absence, Stay
from casework.tasks.models import Task
from governance.drafts.kinds import DraftKind
from governance.law.enums import ProcedureKind
from partners.organisations.enums import OrganisationKind

K = OrganisationKind


def _residence_warning(title: ResidenceTitle) -> str | Promise:
    if title.code != "98":
        return ""
    return _(
        "Code 98 can also stand while an application is undecided. It does not mean that the "
        "person may be removed."
    )


def _no_dossier(dossier: ServiceDossier) -> str:
    if dossier.result != DossierResult.NONE:
        return ""
    return gettext("%(service)s has no dossier") % {"service": dossier.get_of_display()}


_ALL = (
    RecordKind(
        "identity_value",
        IdentityValue,
        _("identity value"),
        "user-circle",
        frozenset({MUNICIPAL, NGO, SHELTER, IND, DTV, AVIM}),
        "said_on",
        ("kind", "display_value"),
        ("value", "estimated", "status", "said_on"),
        supplied=True,
        goes_along=True,
    ),
    RecordKind(
        "document",
        IdentityDocument,
        _("identity document"),
        "file-text",
        frozenset({MUNICIPAL, NGO, SHELTER, IND, DTV, AVIM}),
        "seen_on",
        ("kind", "number"),
        ("kind", "number", "country", "status", "seen_on", "valid_until", "kept_by"),
        supplied=True,
        panel=270,
        goes_along=True,
    ),
    RecordKind(
        "relation",
        Relation,
        _("member of the household"),
        "users",
        frozenset({MUNICIPAL, NGO, SHELTER, IND, DTV, AVIM}),
        "since",
        ("kind", "other_name"),
        ("kind", "other_name", "is_responsible", "since"),
        supplied=True,
        goes_along=True,
    ),
    RecordKind(
        "briefing",
        Briefing,
        _("told what happens with the data"),
        "message",
        frozenset({MUNICIPAL, NGO, SHELTER}),
        "told_on",
        ("text_version", "language"),
        ("told_on", "language", "interpreter"),
        added_here=False,
    ),
    RecordKind(
        "research",
        IdentityResearch,
        _("identity research"),
        "search",
        frozenset({AVIM}),
        "started_on",
        ("method", "result"),
        ("method", "started_on", "result", "result_on", "remark"),
        supplied=True,
        panel=260,
        goes_along=True,
    ),
    RecordKind(
        "procedure",
        Procedure,
        _("procedure"),
        "file-text",
        frozenset({IND, MUNICIPAL}),
        "applied_on",
        ("kind", "result"),
        ("kind", "applied_on", "representative", "result", "result_on", "known_on", "checked_on"),
        only={K.MUNICIPALITY: {"kind": (ProcedureKind.OBJECTION_LVV_DECISION,)}},
        supplied=True,
        panel=200,
        goes_along=True,
    ),
    RecordKind(
        "procedure_step",
        ProcedureStep,
        _("stage of a procedure"),
        "arrow-right",
        frozenset({IND, MUNICIPAL}),
        "happened_on",
        ("stage", "result"),
        ("stage", "happened_on", "result", "known_on", "remark"),
        parent="procedure",
        supplied=True,
        goes_along=True,
    ),
    RecordKind(
        "residence_title",
        ResidenceTitle,
        _("residence title"),
        "file-text",
        frozenset({IND}),
        "since",
        ("code", "other_code"),
        ("code", "other_code", "since", "until", "checked_on"),
        warning=_residence_warning,
        supplied=True,
        panel=210,
        goes_along=True,
    ),
    RecordKind(
        "departure_plan",
        DeparturePlan,
        _("departure plan"),
        "arrow-right",
        frozenset({DTV}),
        "agreed_on",
        ("destination",),
        ("destination", "agreed_on", "target_on", "plan", "checked_on"),
        supplied=True,
        panel=220,
        goes_along=True,
    ),
    RecordKind(
        "travel_document",
        TravelDocument,
        _("application for a travel document"),
        "file-text",
        frozenset({DTV}),
        "applied_on",
        ("kind", "country"),
        ("kind", "country", "applied_on", "remark", "checked_on"),
        supplied=True,
        panel=230,
        goes_along=True,
    ),
    RecordKind(
        "travel_document_step",
        TravelDocumentStep,
        _("step of an application"),
        "arrow-right",
        frozenset({DTV}),
        "happened_on",
        ("step",),
        ("step", "happened_on", "remark"),
        parent="application",
        supplied=True,
        goes_along=True,
    ),
    RecordKind(
        "mediation",
        Mediation,
        _("mediation"),
        "users",
        frozenset({DTV}),
        "requested_on",
        ("country", "result"),
        ("country", "requested_on", "reason", "result", "result_on"),
        supplied=True,
        panel=240,
        goes_along=True,
    ),
    RecordKind(
        "return_support",
        ReturnSupport,
        _("support of return"),
        "arrow-right",
        frozenset({IOM}),
        "requested_on",
        ("kind",),
        ("kind", "requested_on", "departs_on", "remark"),
        supplied=True,
        panel=250,
        goes_along=True,
    ),
    RecordKind(
        "supervision",
        Supervision,
        _("supervision"),
        "shield-check",
        frozenset({AVIM}),
        "since",
        ("kind",),
        ("kind", "since", "until", "terms", "checked_on"),
        panel=320,
    ),
    RecordKind(
        "signal",
        Signal,
        _("signal"),
        "alert-triangle",
        EVERYBODY,
        "happened_on",
        ("kind",),
        ("kind", "happened_on", "text"),
        panel=330,
    ),
    RecordKind(
        "contact",
        Contact,
        pgettext_lazy("record", "contact"),
        "message",
        EVERYBODY,
        "happened_on",
        ("kind",),
        ("kind", "happened_on", "language", "interpreter", "present", "text"),
        panel=340,
    ),
    RecordKind(
        "reachability",
        Reachability,
        _("reachability"),
        "phone",
        frozenset({MUNICIPAL, NGO}),
        "since",
        ("means", "value"),
        ("kind", "messenger", "value", "remark", "since", "until"),
        panel=335,
    ),
    RecordKind(
        "note",
        Note,
        _("note"),
        "notes",
        EVERYBODY,
        "happened_on",
        ("category",),
        ("happened_on", "text"),
        added_here=False,
    ),
    RecordKind(
        "legal_aid",
        LegalAid,
        _("legal aid"),
        "file-text",
        frozenset({LEGAL}),
        "asked_on",
        ("subject",),
        ("subject", "asked_on", "lawyer", "deadline_on", "advice"),
        supplied=True,
        panel=310,
    ),
    RecordKind(
        "limitation",
        MedicalLimitation,
        _("limitation to take account of"),
        "info-circle",
        frozenset({CARE, NGO}),
        "since",
        ("take_account_of",),
        ("take_account_of", "since", "until"),
        supplied=True,
        panel=280,
    ),
    RecordKind(
        "medical",
        MedicalRecord,
        _("medical content"),
        "lock",
        frozenset({CARE}),
        "happened_on",
        ("care_giver",),
        ("happened_on", "care_giver", "text"),
        supplied=True,
        panel=290,
    ),
    RecordKind(
        "consent",
        Consent,
        _("consent"),
        "circle-check",
        frozenset({CARE}),
        "since",
        ("scope",),
        ("team", "scope", "since", "until"),
        end_label=_("Withdraw"),
        panel=300,
    ),
    RecordKind(
        "stay",
        Stay,
        _("stay"),
        "home",
        frozenset({MUNICIPAL, NGO, SHELTER}),
        "since",
        ("kind", "ground"),
        ("location", "kind", "ground", "since", "until"),
        panel=180,
    ),
    RecordKind(
        "allowance",
        Allowance,
        _("living allowance"),
        "home",
        frozenset({MUNICIPAL}),
        "since",
        ("payment",),
        ("amount", "period", "since", "until"),
        panel=190,
    ),
    RecordKind(
        "hand_over",
        ReceptionHandover,
        _("hand-over to state reception"),
        "arrow-right",
        frozenset({MUNICIPAL, NGO}),
        "planned_on",
        ("place", "answer"),
        ("place", "planned_on", "remark"),
        panel=170,
    ),
    RecordKind(
        "intake",
        Intake,
        _("intake"),
        "pencil",
        frozenset({MUNICIPAL, NGO}),
        "begun_on",
        (),
        ("interviewed_on", "interpreter", "present", "informed", "completed_on", "stopped_because"),
        added_here=False,
        moves_case=True,
        panel=150,
        page=of_case("intake_report"),
    ),
    RecordKind(
        "intake_report",
        IntakeReport,
        _("report of the intake"),
        "notes",
        frozenset({MUNICIPAL, NGO}),
        "told_on",
        (),
        ("living", "network", "story", "means", "wishes", "needs"),
        added_here=False,
        panel=160,
    ),
    RecordKind(
        "dossier_request",
        DossierRequest,
        _("request for a dossier"),
        "file-text",
        frozenset({MUNICIPAL, NGO}),
        "requested_on",
        ("of",),
        ("of", "requested_on"),
        added_here=False,
        moves_case=True,
        panel=140,
    ),
    RecordKind(
        "dossier",
        ServiceDossier,
        pgettext_lazy("record", "dossier"),
        "folder-open",
        frozenset({IND, DTV}),
        "delivered_on",
        ("of", "result"),
        ("result", "delivered_on", "completed_on", "remark"),
        supplied=True,
        panel=130,
        says=_no_dossier,
    ),
    RecordKind(
        "agenda_item",
        AgendaItem,
        _("item of a case conference"),
        "users",
        frozenset({MUNICIPAL}),
        "happened_on",
        ("why", "question"),
        ("why", "question", "summary"),
        added_here=False,
        moves_case=True,
        panel=120,
        page=of_itself("agenda_item"),
        says=lambda item: f"{item.get_why_display()}: {item.question}",
    ),
    RecordKind(
        "position",
        Position,
        _("position in the case conference"),
        "message",
        frozenset({MUNICIPAL, NGO, IND, DTV, AVIM}),
        "said_on",
        ("stance",),
        ("preparation", "stance", "reasons"),
        parent="item",
        added_here=False,
        supplied=True,
    ),
    RecordKind(
        "decision",
        ConferenceDecision,
        _("decision of the case conference"),
        "circle-check",
        frozenset({MUNICIPAL}),
        "decided_on",
        ("kind", "scenario"),
        ("kind", "scenario", "body", "decided_on", "reasons", "due_on", "review_on"),
        added_here=False,
        moves_case=True,
        panel=60,
    ),
    RecordKind(
        "formal_decision",
        FormalDecision,
        _("formal decision"),
        "file-text",
        frozenset({MUNICIPAL}),
        "decided_on",
        ("kind",),
        (
            "kind",
            "decided_on",
            "known_on",
            "known_by",
            "function",
            "effective_on",
            "until",
            "reasons",
            "remedies",
            "objection_until",
        ),
        added_here=False,
        moves_case=True,
        panel=50,
        page=of_record("formal_decision"),
    ),
    RecordKind(
        "scenario",
        Scenario,
        _("scenario"),
        "arrow-right",
        frozenset({MUNICIPAL}),
        "since",
        ("scenario",),
        ("scenario", "since", "until"),
        added_here=False,
        moves_case=True,
        panel=80,
        page=of_case("plan"),
    ),
    RecordKind(
        "goal",
        Goal,
        _("goal"),
        "circle-check",
        frozenset({MUNICIPAL, NGO}),
        "set_on",
        ("text", "state"),
        ("track", "text", "set_on", "state", "progress"),
        panel=100,
    ),
    RecordKind(
        "action",
        Action,
        _("action"),
        "check",
        frozenset({MUNICIPAL, NGO, IND, DTV}),
        "agreed_on",
        ("what", "answer"),
        ("what", "due_on", "by_person", "agreed_on"),
        added_here=False,
        moves_case=True,
        panel=90,
        page=of_case("plan"),
    ),
    RecordKind(
        "task",
        Task,
        _("task"),
        "check",
        frozenset({MUNICIPAL, NGO, IND, DTV}),
        "set_on",
        ("what", "answer"),
        ("what", "due_on"),
        added_here=False,
        moves_case=True,
        panel=110,
    ),
    RecordKind(
        "escalation",
        Escalation,
        _("escalation"),
        "alert-triangle",
        frozenset({MUNICIPAL}),
        "asked_on",
        ("level",),
        (
            "level",
            "question",
            "answer_due_on",
            "skipped_because",
            "advice",
            "advised_on",
            "adopted",
            "adopted_reasons",
        ),
        added_here=False,
        moves_case=True,
        panel=70,
        page=of_case("escalation"),
    ),
    RecordKind(
        "escalation_part",
        EscalationPart,
        _("contribution to an escalation"),
        "message",
        frozenset({MUNICIPAL, NGO, IND, DTV}),
        "said_on",
        (),
        ("text",),
        parent="escalation",
        added_here=False,
        supplied=True,
        page=of_case("escalation"),
    ),
    RecordKind(
        "absence",
        Absence,
        _("absence"),
        "clock",
        frozenset({MUNICIPAL, NGO, SHELTER}),
        "since",
        (),
        ("since", "until", "remark"),
        parent="stay",
    ),
    RecordKind(
        "exit",
        Exit,
        _("exit"),
        "arrow-right",
        frozenset({MUNICIPAL, NGO}),
        "exited_on",
        ("reason", "outcome"),
        (
            "exited_on",
            "reason",
            "outcome",
            "explanation",
            "evidence_on",
            "evidence",
            "unconfirmed_because",
            "undone",
            "undone_reason",
        ),
        added_here=False,
        moves_case=True,
        panel=10,
        page=of_case("exit"),
    ),
    RecordKind(
        "confirmation",
        Confirmation,
        _("answer to a claimed outcome"),
        "circle-check",
        frozenset({IND, DTV, IOM, MUNICIPAL}),
        "said_on",
        ("result",),
        ("result", "said_on", "evidence"),
        added_here=False,
        moves_case=True,
        supplied=True,
        panel=20,
        page=of_case("exit"),
    ),
    RecordKind(
        "check",
        FollowUpCheck,
        _("check of an outcome"),
        "history",
        frozenset({MUNICIPAL, NGO, IND, DTV}),
        "checked_on",
        ("months", "result"),
        ("months", "checked_on", "result", "outcome", "lapsed_because", "how"),
        added_here=False,
        moves_case=True,
        supplied=True,
        panel=30,
        page=of_case("exit"),
    ),
    RecordKind(
        "destination_report",
        DestinationReport,
        _("report of unknown destination"),
        "alert-triangle",
        frozenset({IND, DTV}),
        "reported_on",
        (),
        ("reported_on", "text"),
        supplied=True,
        panel=40,
    ),
    RecordKind(
        "correction",
        CorrectionRequest,
        _("request to correct"),
        "pencil",
        EVERYBODY,
        "recorded_at",
        ("answer",),
        ("text",),
        added_here=False,
    ),
)
KINDS = {kind.slug: kind for kind in _ALL}


def declaration() -> str:
    """The kinds as rows of access_record_table, from which the wall around them and the statement
    that reads them all are made (sql/records.sql, sql/dossier_rows.sql)."""
    rows = [
        {
            "name": kind.model._meta.db_table,
            "kind": kind.slug,
            "category": kind.model.CATEGORY,
            "supplied": kind.supplied,
            "addressed": issubclass(kind.model, Addressed),
            "goes_along": kind.goes_along,
            "parent": kind.parent and f"{kind.parent}_id",
            "parent_name": kind.parent_model and kind.parent_model._meta.db_table,
        }
        for kind in _ALL
    ]
    sql = (
        "DELETE FROM access_record_table; INSERT INTO access_record_table"
        " SELECT * FROM jsonb_populate_recordset(NULL::access_record_table, '{}');"
    )
    return sql.format(json.dumps(rows))


BY_MODEL = {kind.model: kind for kind in _ALL}
# In the order in which a case page has them, and the kind of step that each has.
PANELS = [kind.slug for kind in sorted(_ALL, key=lambda kind: kind.panel or 0) if kind.panel]
STEPS_OF = {BY_MODEL[kind.parent_model].slug: kind for kind in _ALL if kind.parent_model}


def headline(record: Record) -> str:
    """What is said of a record first: choices in words, empty parts left out."""
    kind = BY_MODEL[type(record)]
    if kind.says and (sentence := kind.says(record)):
        return sentence
    parts = []
    for name in kind.headline:
        display = getattr(record, f"get_{name}_display", None)
        text = display() if display else getattr(record, name)
        if text not in ("", None):
            parts.append(str(text))
    return str(format_lazy("{}", ", ".join(parts))) if parts else str(kind.label)


def _label_of_kind(part: str) -> Promise | str:
    """What a record of this kind is called; a part may say more, such as which value of an
    identity."""
    slug = part.partition("-")[0]
    return KINDS[slug].label if slug in KINDS else _("Text")


def reads_record(about: UUID, part: str) -> bool:
    kind = KINDS.get(part.partition("-")[0])
    return kind is not None and kind.model.objects.filter(reference=about).exists()


ADD = DraftKind("add", _label_of_kind)
CHANGE = DraftKind("change", _label_of_kind, begins_with=reads_record)
CORRECT = DraftKind("correct", _("Ask for a correction"))
ANSWER = DraftKind("answer", _("Answer"))
