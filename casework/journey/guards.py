"""What must be so before a case moves on. Pure functions of the facts: each says in a sentence
what is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from casework.journey.calendar import by_law, remedy_until, statutory_end
from casework.journey.facts import Decided, Facts, Ruling
from governance.law.enums import ProcedureStage


@dataclass(frozen=True)
class Missing:
    """Why a step may not be taken, and the page on which that is mended, by the name of its
    address."""

    sentence: str
    page: str = ""


Guard = Callable[[Facts], Missing | None]
ADMITS = ("admitted", "admitted_exceptionally")
DURABLE = ("durable", "semi_durable")


def format_day(day: date) -> str:
    return formats.date_format(day, "j F Y")


def informed(facts: Facts) -> Missing | None:
    if not facts.informed:
        return Missing(
            _("The person was not told yet what happens with the data."), "case_briefing"
        )
    return None


def intake_complete(facts: Facts) -> Missing | None:
    if facts.intake_done is None:
        return Missing(_("The intake is not complete."), "intake")
    return None


def criteria_checked(facts: Facts) -> Missing | None:
    if facts.criteria_missing:
        return Missing(_("Not every local criterion was checked."), "intake")
    return None


def dossiers_requested(facts: Facts) -> Missing | None:
    if not {"ind", "dtv"} <= set(facts.requested):
        return Missing(
            _("The dossiers of IND and DT&V were not both asked for."), "dossiers_request"
        )
    return None


def dossiers_in(facts: Facts) -> Missing | None:
    awaited = facts.awaited_dossiers
    if awaited == {"ind"}:
        return Missing(_("Waits for the dossier of IND."), "dossiers")
    if awaited == {"dtv"}:
        return Missing(_("Waits for the dossier of DT&V."), "dossiers")
    return Missing(_("Waits for the dossiers of IND and DT&V."), "dossiers") if awaited else None


def rest_over(facts: Facts) -> Missing | None:
    if facts.rested:
        return None
    if facts.rest_ends is None:
        page = "dossiers_request" if facts.lacks_request else "dossiers"
        return Missing(_("The rest period has not begun: a dossier is still out."), page)
    return Missing(
        _("The rest period ends on %(day)s.") % {"day": format_day(facts.rest_ends)}, "dossiers"
    )


def on_agenda(facts: Facts) -> Missing | None:
    if facts.agenda is None:
        return Missing(_("The case is on no agenda."), "agenda_add")
    return None


def early_admission(facts: Facts) -> Missing | None:
    # a municipality by itself waits for no dossiers
    if not (facts.early_admission or facts.municipal):
        return Missing(_("This pilot has not agreed on early admission."))
    return None


def conference_admitted(facts: Facts) -> Missing | None:
    last = facts.last_decision(*ADMITS, "not_admitted", "deferred")
    if last is None or last.kind not in ADMITS:
        return Missing(_("The conference has not decided to admit the person."), "conference")
    return None


def conference_refused(facts: Facts) -> Missing | None:
    last = facts.last_decision(*ADMITS, "not_admitted", "deferred")
    if last is None or last.kind != "not_admitted":
        return Missing(_("The conference has not decided not to admit the person."), "conference")
    return None


def formally(kind: str) -> Guard:
    """Guard that asks for a formal decision of this kind, on or after the conference's last
    decision on the admission."""

    def guard(facts: Facts) -> Missing | None:
        decided = facts.last_decision(*ADMITS, "not_admitted")
        formal = facts.last_formal("admitted", "refused")
        if formal is None or formal.kind != kind:
            return Missing(_("The formal decision was not taken yet."), "formal_decision_add")
        if decided is not None and formal.on < decided.on:
            older = _(
                "The formal decision of %(day)s is older than the decision of the conference, of "
                "%(decided)s."
            )
            days = {"day": format_day(formal.on), "decided": format_day(decided.on)}
            return Missing(older % days, "formal_decision_add")
        return None

    guard.__name__ = f"formally_{kind}"
    return guard


def new_ground(facts: Facts) -> Missing | None:
    """T9 asks for an objection upheld, or new facts, which the coordinator puts in words."""
    refusal = facts.last_formal("refused")
    if refusal is not None and facts.upheld is not None and facts.upheld < refusal.on:
        return Missing(
            _("The objection that was upheld is older than the last refusal."), "formal_decisions"
        )
    return None


def no_newer_open_case(facts: Facts) -> Missing | None:
    return (
        Missing(_("This person has a newer case that is open."), "case_detail")
        if facts.newer_open_case
        else None
    )


def no_newer_case(facts: Facts) -> Missing | None:
    return Missing(_("This person has a newer case."), "case_detail") if facts.newer_case else None


def scenario_set(facts: Facts) -> Missing | None:
    if not facts.scenario or facts.scenario_since is None:
        return Missing(_("The conference has set no scenario."), "conference")
    if not facts.municipal and (facts.rest_ends is None or facts.scenario_since < facts.rest_ends):
        return Missing(_("The scenario was set before the rest period ended."), "conference")
    return None


def has_commitment(facts: Facts) -> Missing | None:
    if not facts.actions:
        return Missing(_("The plan holds no action to which a partner is committed."), "plan")
    return None


def has_manager(facts: Facts) -> Missing | None:
    return None if facts.managed else Missing(_("The case has no case manager."), "case_detail")


def exit_proposed(facts: Facts) -> Missing | None:
    if facts.left is None:
        return Missing(
            _("No exit was proposed, with its date, reason and outcome."), "exit_propose"
        )
    return None


def stay_ended(facts: Facts) -> Missing | None:
    """Any stay has ended by the date of the exit."""
    by = facts.left.on if facts.left else facts.today
    if facts.stay_since is not None or (facts.stay_until is not None and facts.stay_until > by):
        return Missing(_("The stay goes on after the date of the exit; end it first."), "stays")
    return None


# After admission these need a formal decision to end (T11).
ENDED_BY_DECISION = (
    "insufficient_cooperation",
    "house_rules_breach",
    "maximum_stay_reached",
    "criteria_not_met",
    "facility_closed",
)


def ending_decided(facts: Facts) -> Missing | None:
    last = facts.last_formal("ended", "extended")
    if (
        facts.left is not None
        and facts.state in ("admitted", "in_guidance")
        and facts.left.reason in ENDED_BY_DECISION
        and (last is None or last.kind != "ended")
    ):
        return Missing(
            _("After admission this reason needs a formal decision to end."), "formal_decision_add"
        )
    return _ends_later(facts, last)


def _ends_later(facts: Facts, decided: Decided | None) -> Missing | None:
    """Missing if the exit, for a reason that follows from a decision to end, lies before that
    decision takes effect."""
    left = facts.left
    if (
        left is None
        or left.reason not in ENDED_BY_DECISION
        or decided is None
        or decided.kind != "ended"
    ):
        return None
    if decided.effective is None or left.on >= decided.effective:
        return None
    sentence = _("The decision to end takes effect on %(day)s.") % {
        "day": format_day(decided.effective)
    }
    return Missing(sentence, "formal_decisions")


def accepted_elsewhere(facts: Facts) -> Missing | None:
    """Guard that asks, of a move to another pilot, that the other pilot has accepted the person:
    the exit hands the case over at once."""
    if (
        facts.left is not None
        and facts.left.outcome == "moved_to_other_pilot"
        and not facts.accepted_elsewhere
    ):
        return Missing(
            _("No other pilot has accepted this case; offer it there first."), "transfer"
        )
    return None


def not_handed_over(facts: Facts) -> Missing | None:
    if facts.handed_over:
        return Missing(
            _("The case was handed over to another pilot, which goes on with it."), "transfer"
        )
    return None


def durable(facts: Facts) -> Missing | None:
    if facts.left is None or facts.left.belongs_to not in DURABLE:
        return Missing(_("Only a durable or semi-durable outcome is followed."), "exit")
    return None


def without_solution(facts: Facts) -> Missing | None:
    left = facts.left
    if left is None or left.belongs_to in DURABLE:
        return Missing(_("A durable or semi-durable outcome goes on to aftercare first."), "exit")
    if left.outcome == "not_established":
        return Missing(_("The outcome is not established yet."), "exit_establish")
    if left.belongs_to == "undecided" and not left.explained:
        return Missing(_("The outcome has no explanation."), "exit_establish")
    return None


def no_open_task(facts: Facts) -> Missing | None:
    return Missing(_("There are open tasks in this case."), "tasks") if facts.open_tasks else None


def checks_to_come(facts: Facts) -> list[int]:
    """Months after exit (3, 6, 12) for which no follow-up check was recorded (R12). Empty for a
    repeat asylum application that has ended and after whose end a check was made (R13)."""
    waited = (
        facts.left is not None
        and facts.left.outcome == "repeat_asylum_reception"
        and facts.repeat_ended
    )
    if waited and facts.checked and facts.checked >= waited:
        return []
    return [months for months in (3, 6, 12) if months not in facts.checks]


def checks_recorded(facts: Facts) -> Missing | None:
    out = checks_to_come(facts)
    if out:
        return Missing(
            _("Not recorded yet: the check after %(months)s months.")
            % {"months": ", ".join(map(str, out))},
            "exit",
        )
    return None


def claim_answered(facts: Facts) -> Missing | None:
    left = facts.left
    if (
        left is not None
        and left.belongs_to == "durable"
        and not (facts.claim or left.unconfirmed_because)
    ):
        return Missing(
            _("The outcome is neither confirmed nor refuted, and nothing says why not."), "exit"
        )
    return None


def objection_until(facts: Facts) -> date | None:
    """Until when one may object to the last refusal: as it stands there, but never to end on a day
    on which no statutory term ends. None if it is not recorded."""
    refusal = facts.last_formal("refused")
    if refusal is None or refusal.objection_until is None:
        return None
    return statutory_end(refusal.objection_until)


def appeal_until(facts: Facts) -> tuple[date, str] | None:
    """Until when one may appeal against the rulings on the objections, and by which article. None
    if nothing was ruled, or no term runs against any of them that anybody knows."""
    ends = [
        (remedy_until(r.known, r.term), r.term.article) for r in facts.rulings if r.known and r.term
    ]
    return max(ends, default=None)


def ruling_without_term(facts: Facts) -> Ruling | None:
    """The newest ruling of which nobody can say until when one may appeal: the day on which it was
    made known is not recorded, or the table of terms holds nothing. None if there is none."""
    return max(
        (ruling for ruling in facts.rulings if ruling.known is None or ruling.term is None),
        key=lambda ruling: ruling.on,
        default=None,
    )


def term_to_enter(ruling: Ruling) -> Missing:
    """What has to be entered before anybody knows until when one may appeal: the day on which the
    ruling was made known, or by an administrator the term of the law."""
    words = {"remedy": ProcedureStage(ruling.remedy).label, "day": format_day(ruling.on)}
    if ruling.known is None:
        sentence = _(
            "The day on which the ruling of %(day)s was made known is not recorded, and the term "
            "for %(remedy)s begins on the day after it (Awb 6:8). Enter it with the procedure."
        )
        return Missing(sentence % words, "procedures")
    sentence = _(
        "No term of the law is entered for this remedy (%(remedy)s) against what was ruled on "
        "%(day)s. Ask the administrator to add it."
    )
    return Missing(sentence % words, "formal_decisions")


def remedies_exhausted(facts: Facts) -> Missing | None:
    refusal = facts.last_formal("refused")
    if facts.objection_pending:
        return Missing(_("An objection or appeal is still pending."), "formal_decisions")
    if refusal is not None and facts.upheld is not None and facts.upheld >= refusal.on:
        return Missing(
            _("An objection or appeal was upheld: the conference decides anew."), "case_reopen"
        )
    until = objection_until(facts)
    if refusal is not None and until is None:
        return Missing(
            _("The term for objection is not recorded with the refusal."), "formal_decisions"
        )
    if until is not None and until >= facts.today:
        law = by_law(refusal.article if refusal else "")
        return Missing(
            _("Objection is possible until %(day)s (%(law)s).")
            % {"day": format_day(until), "law": law}
        )
    if ruling := ruling_without_term(facts):
        return term_to_enter(ruling)
    appeal = appeal_until(facts)
    if appeal is not None and appeal[0] >= facts.today:
        day, article = appeal
        return Missing(
            _("Appeal is possible until %(day)s (%(law)s).")
            % {"day": format_day(day), "law": by_law(article)},
            "formal_decisions",
        )
    return None


def no_running_stay(facts: Facts) -> Missing | None:
    running = facts.stay_since is not None or (
        facts.stay_until is not None and facts.stay_until > facts.today
    )
    return Missing(_("The stay has not ended."), "stays") if running else None


def dossiers_of_before(facts: Facts) -> Missing | None:
    """Guard that asks that both dossiers of an earlier case are younger than the pilot's take-over
    term (T17). In municipal mode it asks nothing."""
    if facts.municipal:
        return None
    if not {"ind", "dtv"} <= set(facts.earlier_dossiers):
        return Missing(_("There is no earlier case with both dossiers."), "intake")
    if add_months(min(facts.earlier_dossiers.values()), facts.take_over_months) <= facts.today:
        return Missing(
            _("The dossiers of the earlier case are older than the take-over term of this pilot."),
            "intake",
        )
    return None


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month: 30 November and three
    months is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))
