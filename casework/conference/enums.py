from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import ADMITTED_STATES, CaseState


class DecisionKind(TextChoices):
    """What a case conference can decide."""

    ADMITTED = "admitted", _("admitted")
    ADMITTED_EXCEPTIONALLY = "admitted_exceptionally", _("admitted exceptionally")
    NOT_ADMITTED = "not_admitted", _("not admitted")
    DEFERRED = "deferred", _("deferred")
    SCENARIO_SET = "scenario_set", _("scenario set")
    SCENARIO_CHANGED = "scenario_changed", _("scenario changed")
    COMMITMENTS_SET = "commitments_set", _("commitment of each organisation")
    RESEARCH_QUESTION = "research_question", _("research question")
    EXTENSION = "extension", _("extension")
    ESCALATE_MRT = "escalate_mrt", _("escalate to the review team")
    MRT_ADVICE_ADOPTED = "mrt_advice_adopted", _("advice of the review team adopted")
    MRT_ADVICE_NOT_ADOPTED = "mrt_advice_not_adopted", _("advice of the review team not adopted")
    ESCALATE_STEERING = "escalate_steering", _("escalate to steering group or programme council")
    TERMINATION_PROPOSED = "termination_proposed", _("termination proposed")
    EXIT_CONFIRMED = "exit_confirmed", _("exit established")


D = DecisionKind
ADMITS = (D.ADMITTED, D.ADMITTED_EXCEPTIONALLY)
ADMISSION = (*ADMITS, D.NOT_ADMITTED, D.DEFERRED)
SETS_SCENARIO = (D.SCENARIO_SET, D.SCENARIO_CHANGED)
# From which states a decision of this kind makes sense; the others from any.
FROM: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ADMISSION, (CaseState.IN_CONFERENCE,)),
    **dict.fromkeys(SETS_SCENARIO, (CaseState.IN_CONFERENCE, *ADMITTED_STATES)),
    D.EXTENSION: ADMITTED_STATES,
    D.TERMINATION_PROPOSED: ADMITTED_STATES,
}
# What has to be done after a decision of this kind. The municipality does it, but for the exit:
# whoever leads the case.
ASKS = {
    D.ADMITTED: _("Take the formal decision to admit"),
    D.ADMITTED_EXCEPTIONALLY: _("Take the formal decision to admit"),
    D.NOT_ADMITTED: _("Take the formal decision to refuse"),
    D.EXTENSION: _("Take the formal decision to extend"),
    D.TERMINATION_PROPOSED: _("Take the formal decision to end"),
    D.ESCALATE_MRT: _("Put the question to the review team"),
    D.ESCALATE_STEERING: _("Put the question to the steering group or the programme council"),
    D.EXIT_CONFIRMED: _("Propose the exit"),
}


class DecidingBody(TextChoices):
    """Who may decide an exceptional admission (R5)."""

    LSO = "lso", _("case conference")
    STEERING_GROUP = "steering_group", _("steering group")


class Stance(TextChoices):
    AGREE = "agree", _("agrees")
    OBJECT = "object", _("objects")


class WhyOnAgenda(TextChoices):
    """Why a case is discussed."""

    ADMISSION = "admission", _("admission")
    NOT_YET_DISCUSSED = "not_yet_discussed", _("not discussed yet")
    REVIEW = "review", _("review date")
    ESCALATION = "escalation", _("escalation")
    END_OF_TERM = "end_of_term", _("end of a term")
    OTHER = "other", _("asked for by a partner")


class MinutesAnswer(TextChoices):
    AGREED = "agreed", _("agrees with the minutes")
    OBJECTED = "objected", _("objects to the minutes")
    NO_RESPONSE = "no_response", _("no response within the term")
