"""The journey of a case: from which state to which, what must be so, and who takes the step. One
table; the guards, the buttons, the refusals and docs/journey.md are made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey import guards as g
from casework.journey import perms
from casework.journey.facts import Facts
from casework.journey.guards import Guard, Missing
from governance.access.enums import Category

S, C = CaseState, Category
Who = Callable[[CaseReader], bool]


@dataclass(frozen=True)
class Step:
    """One arrow of the journey.

    `page` is where it is taken: the name of the address of the act that brings it about, or
    `case_step` if it is a button. A step without `target` goes to where the act says.
    """

    number: str
    slug: str
    label: str | Promise
    sources: tuple[CaseState, ...]
    target: CaseState | None
    guards: tuple[Guard, ...]
    who: Who
    page: str = "case_step"
    asks: str | Promise = ""  # what the act asks besides, for the table in the docs
    # What the guards look for the absence of: who does not read it would find nothing, and go on.
    rests_on: tuple[Category, ...] = ()
    # Its day is that of a decision or an exit, which may lie before the case came into its state.
    may_precede: bool = False
    municipal_label: str | Promise = ""  # what it is called in municipal mode, if otherwise

    def name(self, facts: Facts) -> str:
        """What this step is called in a pilot such as that of these facts."""
        return str((facts.municipal and self.municipal_label) or self.label)

    def missing(self, facts: Facts) -> list[Missing]:
        """What stands in the way, each in a sentence; nothing if the step may be taken."""
        return [data for guard in self.guards if (data := guard(facts)) is not None]


_ALL = (
    Step("T1", "register", _("Register"), (), S.REGISTERED, (),
         perms.registers, "register_person",
         asks=_("that the person was told, or an emergency; no open case in sight; likely "
                "doubles judged")),
    Step("T2", "intake", _("Begin the intake"), (S.REGISTERED,), S.INTAKE, (),
         perms.guides, "intake",
         asks=_("the day, and in the name of which organisation")),
    Step("T3", "dossiers", _("Ask for the dossiers"), (S.INTAKE,), S.AWAITING_DOSSIERS,
         (g.informed, g.intake_complete, g.criteria_checked, g.dossiers_requested),
         perms.guides, "dossiers_request"),
    Step("T4", "rest", _("Begin the rest period"), (S.AWAITING_DOSSIERS,), S.REST_PERIOD,
         (g.dossiers_in,),
         perms.serves, "dossiers"),
    Step("T5", "conference", _("Take into the case conference"), (S.REST_PERIOD,), S.IN_CONFERENCE,
         (g.rest_over, g.on_agenda),
         perms.leads),
    Step("T6", "early", _("Take into the case conference early"),
         (S.INTAKE, S.AWAITING_DOSSIERS, S.REST_PERIOD), S.IN_CONFERENCE,
         (g.early_admission,),
         perms.leads),
    Step("T7", "admit", _("Admit"), (S.IN_CONFERENCE,), S.ADMITTED,
         (g.conference_admitted, g.formally("admitted")),
         perms.leads, "formal_decision_add", may_precede=True),
    Step("T8", "refuse", _("Do not admit"), (S.IN_CONFERENCE,), S.NOT_ADMITTED,
         (g.conference_refused, g.formally("refused")),
         perms.leads, "formal_decision_add", may_precede=True),
    Step("T9", "reopen", _("Back to the case conference"), (S.NOT_ADMITTED,), S.IN_CONFERENCE,
         (g.new_ground, g.no_newer_open_case),
         perms.leads, "case_reopen", rests_on=(C.CONFERENCE, C.PROCEDURES),
         asks=_("the day, and the objection or appeal that was upheld, or the new facts in words")),
    Step("T10", "guidance", _("Begin the guidance"), (S.ADMITTED,), S.IN_GUIDANCE,
         (g.scenario_set, g.has_commitment, g.has_manager),
         perms.manages),
    Step("T11", "exit", _("Confirm the exit"), (*OPEN_STATES, S.NOT_ADMITTED), S.EXITED,
         (g.exit_proposed, g.stay_ended, g.ending_decided, g.accepted_elsewhere),
         perms.leads, "exit_confirm", rests_on=(C.CONTACT_SHELTER,), may_precede=True,
         asks=_("proposed by the case manager, or before the guidance by a caseworker of the team"
                " that leads")),
    Step("T12", "aftercare", _("Begin the aftercare"), (S.EXITED,), S.IN_AFTERCARE,
         (g.durable,),
         perms.manages),
    Step("T13", "archive", _("Archive"), (S.EXITED,), S.ARCHIVED,
         (g.without_solution, g.no_open_task),
         perms.leads, rests_on=(C.CONFERENCE, C.OUTCOME)),
    Step("T14", "close", _("Archive after the aftercare"), (S.IN_AFTERCARE,), S.ARCHIVED,
         (g.checks_recorded, g.claim_answered),
         perms.leads),
    Step("T15", "dismiss", _("Archive after the refusal"), (S.NOT_ADMITTED,), S.ARCHIVED,
         (g.remedies_exhausted, g.no_running_stay),
         perms.leads, rests_on=(C.CONFERENCE, C.PROCEDURES, C.CONTACT_SHELTER)),
    Step("T16", "undo", _("Undo the exit"), (S.EXITED,), None,
         (g.no_newer_case, g.not_handed_over),
         perms.leads, "exit_undo", rests_on=(C.GUIDANCE,),
         asks=_("the day, and whether it was an error, or which ruling undid it")),
    Step("T17", "take-over", _("Take into the case conference with the dossiers of before"),
         (S.REGISTERED, S.INTAKE), S.IN_CONFERENCE,
         (g.informed, g.dossiers_of_before),
         perms.leads, municipal_label=_("Take into the case conference")),
    Step("T18", "list", _("Take over from a list"), (), None, (),
         perms.takes_over, "import_list",
         asks=_("an open state, with the days that are known; gaps become findings")),
)  # fmt: skip
STEPS = {step.number: step for step in _ALL}
BY_SLUG = {step.slug: step for step in _ALL}


def steps() -> tuple[Step, ...]:
    return _ALL


def steps_from(state: str) -> list[Step]:
    return [step for step in _ALL if state in step.sources]
