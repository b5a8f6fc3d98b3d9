"""What happened in a case, as a story: built from rows the reader may see, never from the audit log."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.enums import CaseState
from casework.cases.involving import knows_team, team_label
from casework.cases.models import Case, Involvement
from casework.journal.models import Note
from casework.register.models import Briefing, IdentityValue
from casework.shelter.models import Stay
from governance.access.clearance import Clearance
from partners.organisations.models import Team

KINDS = ("all", "steps", "notes", "partners")


@dataclass(frozen=True)
class Event:
    on: date
    at: datetime  # for the order within a day
    kind: str
    icon: str
    title: str
    who: str
    text: str = ""


@dataclass(frozen=True)
class Known:
    """What the case page has read already and its story needs too."""

    involvements: list[Involvement]
    values: list[IdentityValue]
    stays: list[Stay]
    briefings: list[Briefing]


def events(
    case: Case, known: Known, teams: dict[int, Team], clearance: Clearance, *, kind: str = "all", most: int = 40
) -> list[Event]:
    """Newest first. A fixed number of queries, whatever happened."""
    found: list[Event] = []

    def who(team: int) -> str:
        return team_label(clearance, case, teams, team)

    def written_by(note: Note) -> str:
        known_team = note.author_team_id in teams and knows_team(clearance, case, teams[note.author_team_id])
        return f"{note.author}, {who(note.author_team_id)}" if known_team else who(note.author_team_id)

    if kind in ("all", "notes"):
        notes = Note.objects.current().filter(case=case).select_related("author")[:most]
        found += [
            Event(note.happened_on, note.recorded_at, "notes", "notes", note.get_category_display(),
                  written_by(note), note.text)
            for note in notes
        ]  # fmt: skip
    if kind in ("all", "partners"):
        for row in known.involvements:
            found.append(
                Event(row.since, _moment(row.since), "partners", "users",
                      _("%(team)s takes part") % {"team": row.team.label}, row.get_ground_display(), row.explanation)
            )  # fmt: skip
            if row.until and row.until <= timezone.localdate():
                found.append(
                    Event(row.until, _moment(row.until), "partners", "users",
                          _("%(team)s ended its follow-up") % {"team": row.team.label}, "")
                )  # fmt: skip
    if kind in ("all", "steps"):
        found += _steps(case)
        for stay in known.stays:
            ground = _("Ground: %(ground)s") % {"ground": stay.get_ground_display()}
            found.append(
                Event(
                    stay.since, stay.recorded_at, "steps", "home", _("Shelter began"), who(stay.author_team_id), ground
                )
            )
            if stay.until and stay.until <= timezone.localdate():
                found.append(Event(stay.until, _moment(stay.until), "steps", "home", _("Shelter ended"), "", ground))
        for told in known.briefings:
            found.append(
                Event(told.told_on, told.recorded_at, "steps", "message", _("Told what happens with the data"),
                      who(told.author_team_id),
                      _("Text %(version)s, in %(language)s") % {
                          "version": told.text_version, "language": told.get_language_display()
                      })
            )  # fmt: skip
        kinds: dict[tuple[date, int], list[IdentityValue]] = {}
        for value in known.values:
            kinds.setdefault((value.said_on, value.author_team_id), []).append(value)
        for (on, team), values in kinds.items():
            names = ", ".join(dict.fromkeys(value.get_kind_display() for value in values))
            found.append(
                Event(
                    on, values[0].recorded_at, "steps", "user-circle", _("Identity values recorded"), who(team), names
                )
            )
    found.sort(key=lambda event: (event.on, event.at), reverse=True)
    return found[:most]


def _steps(case: Case) -> list[Event]:
    """The states the case went through, from its history rows."""
    found = []
    before = None
    for state, since, at, who in case.history.order_by("history_date", "history_id").values_list(
        "state", "state_since", "history_date", "history_user__name"
    ):
        if state != before:
            label = CaseState(state).label
            title = _("Registered") if before is None else _("Now: %(state)s") % {"state": label}
            found.append(Event(since, at, "steps", "arrow-right" if before else "plus", title, who or ""))
        before = state
    return found


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
