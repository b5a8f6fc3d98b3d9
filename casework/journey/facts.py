"""What the steps of the journey ask of a case: read in one statement, as the worker who acts may
see it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.cases.enums import CaseState
from casework.cases.models import Case
from governance.law.models import Term
from partners.organisations.models import Pilot

REST = timedelta(days=14)  # R8: calendar days from the later dossier


@dataclass(frozen=True)
class Decided:
    """A decision, of the conference or a formal one: what, when, and what else guards ask of it."""

    kind: str
    on: date
    key: int = 0
    effective: date | None = None
    until: date | None = None
    objection_until: date | None = None
    article: str = ""  # of the law's term to object to it; empty if the table holds none
    scenario: str = ""
    review: date | None = None  # when the conference looks again
    annulled: bool = False
    rests: int | None = None  # of a formal decision: that of the conference on which it rests


@dataclass(frozen=True)
class Ruling:
    """The last word on an objection, if it went against the person: when, which remedy is open
    against it, when it was made known, and the law's term from that day. None if nobody recorded
    that day, or the table holds no term."""

    on: date
    remedy: str
    known: date | None = None
    term: Term | None = None


@dataclass(frozen=True)
class Left:
    """The exit that stands in a case: proposed, or confirmed."""

    on: date
    reason: str
    outcome: str
    belongs_to: str = ""
    state_before: str = ""
    confirmed: bool = False
    explained: bool = False
    unconfirmed_because: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything a guard may ask. Pure data: guards are tested on it without a database."""

    today: date
    state: str = CaseState.REGISTERED
    since: date | None = None  # the case is in this state
    early_admission: bool = False
    municipal: bool = False
    take_over_months: int = 6
    maximum_stay_months: int | None = None
    informed: bool = False
    managed: bool = False
    registered_on: date | None = None
    admitted_on: date | None = None
    guidance_from: date | None = None
    intake_begun: date | None = None
    intake_done: date | None = None
    criteria_missing: int = 0
    requested: dict[str, date] = field(default_factory=dict)  # by whose dossier
    dossiers: dict[str, date] = field(default_factory=dict)
    earlier_dossiers: dict[str, date] = field(default_factory=dict)  # of the case before this one
    from_list: bool = False  # it was taken over in a later state (T18)
    taken_over: bool = False  # with those dossiers (T17)
    newer_case: bool = False
    newer_open_case: bool = False
    repeat_ended: date | None = None  # when a repeat asylum application ended without a permit
    checked: date | None = None  # when an outcome was last looked at
    accepted_elsewhere: date | None = None  # by another pilot, to which she may be handed over
    handed_over: bool = False
    agenda: date | None = None  # of the meeting on whose agenda it stands
    discussed: date | None = None
    decisions: tuple[Decided, ...] = ()  # of the conference, the oldest first
    formal: tuple[Decided, ...] = ()
    upheld: date | None = None  # an objection or appeal against the last refusal or ending
    objection_pending: bool = False
    rulings: tuple[Ruling, ...] = ()
    scenario: str = ""
    scenario_since: date | None = None
    actions: int = 0
    stay_since: date | None = None  # of a stay that has not ended
    stay_until: date | None = None  # the last day any stay runs to
    left: Left | None = None
    claim: str = ""  # what the competent partner said last
    checks: dict[int, str] = field(default_factory=dict)  # by months after the exit
    open_tasks: int = 0
    escalated_until: date | None = None
    advised: date | None = None  # by a review team whose advice waits for the conference

    @property
    def rest_ends(self) -> date | None:
        """The day on which the rest period ends: fourteen days after the later dossier (R8). None
        while a dossier is missing. After T17 the dossiers of the earlier case count too."""
        return None if self.awaited_dossiers else max(self.counted_dossiers.values()) + REST

    @property
    def counted_dossiers(self) -> dict[str, date]:
        return {**self.earlier_dossiers, **self.dossiers} if self.taken_over else self.dossiers

    @property
    def awaited_dossiers(self) -> set[str]:
        """Of whom a dossier is missing."""
        return {"ind", "dtv"} - set(self.counted_dossiers)

    @property
    def lacks_request(self) -> bool:
        """It went into the conference without dossiers (T6) or came from a list (T18), and
        nobody has asked since."""
        later = self.state in ("in_conference", "admitted", "in_guidance") or (
            self.state in ("awaiting_dossiers", "rest_period") and self.intake_begun is None
        )
        return (
            later
            and not self.municipal
            and self.rest_ends is None
            and not set(self.requested) >= {"ind", "dtv"}
        )

    @property
    def rested(self) -> bool:
        return self.municipal or (self.rest_ends is not None and self.rest_ends <= self.today)

    def last_formal(self, *kinds: str) -> Decided | None:
        """The newest formal decision of these kinds that was not annulled."""
        return next((d for d in reversed(self.formal) if d.kind in kinds and not d.annulled), None)

    @property
    def superseded(self) -> set[int | None]:
        """Ids of conference decisions whose formal decision was annulled. They no longer count
        (T9)."""
        return {formal.rests for formal in self.formal if formal.annulled}

    def last_decision(self, *kinds: str) -> Decided | None:
        return next(
            (
                d
                for d in reversed(self.decisions)
                if d.kind in kinds and d.key not in self.superseded
            ),
            None,
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _days(data: dict[str, str]) -> dict[str, date]:
    return {key: date.fromisoformat(text) for key, text in data.items()}


def _decided(row: dict[str, Any]) -> Decided:
    return Decided(
        kind=row["kind"],
        on=date.fromisoformat(row["on"]),
        key=row["key"],
        effective=_day(row.get("effective")),
        until=_day(row.get("until")),
        objection_until=_day(row.get("objection_until")),
        article=row.get("article") or "",
        scenario=row.get("scenario", ""),
        review=_day(row.get("review")),
        annulled=bool(row.get("annulled")),
        rests=row.get("rests"),
    )


def _ruling(row: dict[str, Any]) -> Ruling:
    term = row["term"]
    return Ruling(
        on=date.fromisoformat(row["on"]),
        remedy=row["remedy"],
        known=_day(row["known"]),
        term=Term(**term) if term else None,
    )


def _left(row: dict[str, Any] | None) -> Left | None:
    if row is None:
        return None
    return Left(
        on=date.fromisoformat(row["on"]),
        reason=row["reason"],
        outcome=row["outcome"],
        belongs_to=row["belongs_to"] or "",
        state_before=row["state_before"],
        confirmed=row["confirmed"],
        explained=row["explained"],
        unconfirmed_because=row["unconfirmed_because"],
    )


def facts_of(cases: Iterable[Case], today: date | None = None) -> dict[int, Facts]:
    """The facts of these cases, whose pilots are at hand, in one statement and under the
    policies of who asks."""
    by_key = {case.pk: case for case in cases}
    if not by_key:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, facts FROM journey_facts(%s)", [list(by_key)])
        rows = cursor.fetchall()
    result = {}
    for key, text in rows:
        result[key] = _facts(
            by_key[key], json.loads(text) if isinstance(text, str) else text, today
        )
    return result


def _facts(case: Case, data: dict[str, Any], today: date | None) -> Facts:
    pilot: Pilot = case.pilot
    return Facts(
        today=today or timezone.localdate(),
        state=case.state,
        since=progress.since if (progress := case.visible_progress) else None,
        early_admission=pilot.early_admission,
        municipal=pilot.municipal_mode,
        take_over_months=pilot.take_over_months,
        maximum_stay_months=pilot.maximum_stay_months,
        managed=case.case_manager_id is not None,
        registered_on=case.registered_on,
        admitted_on=_day(data["admitted_on"]),
        guidance_from=_day(data["guidance_from"]),
        informed=data["informed"],
        intake_begun=_day(data["intake_begun"]),
        intake_done=_day(data["intake_done"]),
        criteria_missing=data["criteria_missing"] or 0,
        requested=_days(data["requested"]),
        dossiers=_days(data["dossiers"]),
        earlier_dossiers=_days(data["earlier_dossiers"]),
        from_list=data["from_list"],
        taken_over=data["taken_over"],
        repeat_ended=_day(data["repeat_ended"]),
        checked=_day(data["checked"]),
        newer_case=data["newer_case"],
        newer_open_case=data["newer_open_case"],
        accepted_elsewhere=_day((data["transfer"] or {}).get("on")),
        handed_over=bool((data["transfer"] or {}).get("handed_over")),
        agenda=_day(data["agenda"]),
        discussed=_day(data["discussed"]),
        decisions=tuple(_decided(row) for row in data["decisions"]),
        formal=tuple(_decided(row) for row in data["formal"]),
        upheld=_day(data["upheld"]),
        objection_pending=data["objection_pending"],
        rulings=tuple(_ruling(row) for row in data["rulings"]),
        scenario=(data["scenario"] or {}).get("scenario", ""),
        scenario_since=_day((data["scenario"] or {}).get("since")),
        actions=data["actions"],
        stay_since=_day(data["stay_since"]),
        stay_until=_day(data["stay_until"]),
        left=_left(data["left"]),
        claim=data["claim"] or "",
        checks={int(months): result for months, result in data["checks"].items()},
        open_tasks=data["open_tasks"],
        escalated_until=_day(data["escalated_until"]),
        advised=_day(data["advised"]),
    )


def fact_of(case: Case, today: date | None = None) -> Facts:
    return facts_of([case], today)[case.pk]
