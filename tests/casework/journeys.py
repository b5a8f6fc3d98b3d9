"""How tests take a case along its journey: each act as the page sends it, by the worker it
belongs to."""

import copy
import uuid
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from casework.intake.acts import begin_intake, complete_intake, criteria_of, keep_page
from casework.journey.calendar import statutory_end
from casework.models import AgendaItem, Involvement, Meeting, MeetingTeam
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.ten_teams import day

# A check that lapses because she died, as its form sends it.
LAPSED = {
    "months": "3",
    "checked_on": 0,
    "result": "lapsed",
    "outcome": "",
    "lapsed_because": "deceased",
    "died_on": 0,
    "how": "bericht van haar broer",
}


def six_weeks(known):
    """The last day to object to, or to appeal against, what was made known on this day."""
    return statutory_end(known + timedelta(weeks=6))


def at(case, name, *more):
    return reverse(f"casework:{name}", args=[case.reference, *more])


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def sent(fields):
    fields = {name: value for name, value in fields.items() if value is not None}
    filled = {
        name: day(value) if type(value) is int and name != "version" else value
        for name, value in fields.items()
    }
    return {"form_token": str(uuid.uuid4()), **filled}


def started_from(page, reference, team):
    """What an opened form of this page of a meeting says of the row it starts from."""
    if page in ("meeting_attendance", "meeting_move"):
        return {"version": Meeting.objects.get(reference=reference).version}
    if page != "minutes":
        return {}
    row = MeetingTeam.objects.filter(meeting__reference=reference, team=team).first()
    if row is None:
        return {}
    return {"team": str(row.team_id), "version": row.version}


class Room:
    """A meeting of this pilot, and what its chair and partners do there."""

    def __init__(self, journey, days=0):
        self.journey = journey
        answer = self.plan(on=days)
        assert answer.status_code == 302, answer.text[:2000]
        self.meeting = Meeting.objects.order_by("-pk").first()

    def plan(self, **changes):
        form = {
            "on": 0,
            "anyway": "on",  # tests are run on Sundays too
            "begins_at": "10:00",
            "every": "0",
            "times": "",
            "teams": [
                self.journey.teams[name].pk for name in ("municipality", "ngo", "ind", "dtv")
            ],
        }
        form |= changes
        form["begins_at"] = f"{9 + Meeting.objects.count() % 10}:00"
        self.journey.client.act_as(self.journey.workers["coordinator"])
        return self.journey.client.post(
            f"/lso/plannen/{self.journey.pilot.pilot.slug}/", sent(form)
        )

    def add(self, teams=("ngo", "ind", "dtv"), who="coordinator", **changes):
        fields = {
            "meeting": str(self.meeting.reference),
            "why": "admission",
            "question": "Hoort zij in de LVV?",
            "teams": [self.journey.teams[name].pk for name in teams],
            **changes,
        }
        answer = self.journey.post(who, "agenda_add", **fields)
        if answer.status_code == 302:
            self.item = AgendaItem.objects.order_by("-pk").first()
        return answer

    def to(self, who, page, *more, **fields):
        self.journey.client.act_as(self.journey.workers[who])
        fields = started_from(page, more[0], self.journey.teams.get(who)) | fields
        answer = self.journey.client.post(reverse(f"casework:{page}", args=[*more]), sent(fields))
        self.journey.case.refresh_from_db()
        return answer

    def open(self):
        assert (
            self.to("coordinator", "meeting_act", self.meeting.reference, "openen").status_code
            == 302
        )

    def close(self):
        assert (
            self.to("coordinator", "meeting_act", self.meeting.reference, "sluiten").status_code
            == 302
        )
        self.meeting.refresh_from_db()

    def attend(self, *teams, **fields):
        """These teams were there, and no other that was invited."""
        present = [self.journey.teams[name].pk for name in teams]
        page = self.meeting.reference
        return self.to("coordinator", "meeting_attendance", page, present=present, **fields)

    def act(self, what):
        return self.to("coordinator", "meeting_act", self.meeting.reference, what)

    def send_minutes(self, *teams):
        assert self.attend(*teams).status_code == 302
        assert self.act("versturen").headers["Location"].endswith("/verslag/")

    def decide(self, kind, **fields):
        fields = {
            "kind": kind,
            "reasons": "Zo besloten.",
            "body": "lso",
            "scenario": "",
            "owner_team": "",
            "due_on": "",
            "review_on": "",
            "version": AgendaItem.objects.get(pk=self.item.pk).version,
            **fields,
        }
        return self.to("coordinator", "agenda_decide", self.item.reference, **fields)

    def see(self, who, name="agenda_item", reference=None):
        self.journey.client.act_as(self.journey.workers[who])
        return self.journey.client.get(
            reverse(f"casework:{name}", args=[reference or self.item.reference])
        )


class Journey:
    """One case of the pilot with ten teams, begun by the municipality and the NGO alone."""

    def __init__(self, client, pilot, **case):
        self.client, self.pilot, self.workers, self.teams = (
            client,
            pilot,
            pilot.workers,
            pilot.teams,
        )
        case.setdefault("registered_on", timezone.localdate() - timedelta(days=60))
        self.case = make.CaseFactory(
            lead_team=pilot.teams["municipality"],
            case_manager=pilot.workers["municipality"],
            involve=[pilot.teams["ngo"]],
            named="Hiwot Reiziger",
            **case,
        )
        make.BriefingFactory(
            case=self.case, author_team=pilot.teams["municipality"], told_on=self.case.referred_on
        )

    def again(self, client, pilot):
        """The same journey for one test, with its own client and among its own teams and
        workers."""
        own = [
            (self.client, client),
            (self.pilot, pilot),
            (self.workers, pilot.workers),
            (self.teams, pilot.teams),
        ]
        return copy.deepcopy(self, {id(shared): mine for shared, mine in own})

    def get(self, who, name, *more):
        return self.client.act_as(self.workers[who]).get(at(self.case, name, *more))

    def post(self, who, name, *more, **fields):
        answer = self.client.act_as(self.workers[who]).post(
            at(self.case, name, *more), sent(fields)
        )
        self.case.refresh_from_db()
        return answer

    def done(self, who, name, *more, **fields):
        """The act is done and leads on."""
        answer = self.post(who, name, *more, **fields)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return answer

    def step(self, who, slug, on=0):
        return self.post(who, "case_step", slug, version=self.case.progress.version, on=on)

    # ------------------------------------------------------------------ the way a case goes

    def intake(self, who="ngo", **pages):
        self.done(who, "intake", begun_on=-50)
        return self.fill_intake(who, **pages)

    def interviewed(self, who="ngo"):
        """The same by the acts behind the pages, for tests that are about what comes after."""
        with acting_as(self.workers[who]) as by:
            self.fill(
                begin_intake(self.case, by=by, team=self.teams[who].pk, begun_on=self.day(-50)), by
            )
        self.case.refresh_from_db()

    def fill(self, intake, by):
        criteria = criteria_of(self.pilot.pilot, timezone.localdate())
        intake.interviewed_on, intake.interpreter, intake.informed = self.day(-50), True, True
        intake.limitation_asked, intake.criteria = True, criteria
        intake.results = (
            [{"result": "met", "remark": ""} for _criterion in criteria.criteria]
            if criteria
            else []
        )
        report = {"living": "Slaapt bij een vriend.", "wishes": "Een vaste plek.", "needs": "Rust."}
        intake = keep_page(intake, report, by=by, version=str(intake.version))
        sharing, version = {"visibility": "own_organisation"}, str(intake.version)
        complete_intake(intake, sharing, version=version, on=timezone.localdate())

    @staticmethod
    def day(days):
        return timezone.localdate() + timedelta(days=days)

    def fill_intake(self, who="ngo", visibility="own_organisation", results="met", but=""):
        number = (
            len(make.CriteriaList.objects.filter(pilot=self.pilot.pilot).first().criteria)
            if (make.CriteriaList.objects.filter(pilot=self.pilot.pilot).exists())
            else 0
        )
        pages = {
            "gesprek": {"interviewed_on": -50, "interpreter": "yes", "informed": "on"},
            "situatie": {
                "living": "Slaapt bij een vriend.",
                "wishes": "Een vaste plek.",
                "needs": "Rust.",
            },
            "beperking": {"limited": "no"},
            "criteria": {f"result_{n}": results for n in range(number)},
            "afronden": {
                "completed_on": 0,
                "visibility": visibility,
                "share_basis": "convenant",
                "share_purpose": "samen verder",
            },
        }
        for page, fields in pages.items():
            if page == but or (page == "beperking" and who == "municipality"):
                continue
            self.done(who, "intake_page", page, version=self.intake_now().version, **fields)

    def intake_now(self):
        return make.Intake.objects.current().get(case=self.case)

    def request_dossiers(self, who="ngo", on=-40):
        self.done(who, "dossiers_request", requested_on=on)

    def deliver(self, service, result="complete", on=-30):
        self.done(
            service,
            "record_add",
            "dossier",
            result=result,
            delivered_on=on,
            completed_on="",
            remark="",
            visibility="",
        )

    def to_rest(self, on=-30):
        self.interviewed()
        self.request_dossiers()
        self.deliver("ind", on=on)
        self.deliver("dtv", on=on)

    def to_conference(self, on=-30, days=0):
        """On the agenda of a meeting that is under way."""
        self.to_rest(on=on)
        self.room = Room(self, days)
        self.room.add()
        self.room.open()

    def formal(self, kind, who="coordinator", **changes):
        mandate = changes.pop("mandate", None) or make.mandate(self.pilot.pilot)
        fields = {
            "kind": kind,
            "decided_on": 0,
            "effective_on": 0,
            "function": f"{mandate.pk}:0" if mandate else "",
            "reasons": "Zoals besproken.",
            "remedies": "Bezwaar binnen de termijn.",
            "until": "",
            "objection_until": f"{six_weeks(timezone.localdate()):%d-%m-%Y}"
            if kind in ("refused", "ended")
            else "",
            "letter": "<p>Geachte, zo is besloten.</p>",
            **changes,
        }
        return self.post(who, "formal_decision_add", **fields)

    def to_admitted(self):
        self.to_conference()
        assert self.room.decide("admitted").status_code == 302
        assert self.formal("admitted").status_code == 302

    def to_guidance(self):
        self.to_admitted()
        self.room.decide("scenario_set", scenario="return_home")
        self.done(
            "ngo", "plan", what="Paspoort aanvragen", to_team=str(self.teams["ngo"].pk), due_on=30
        )
        assert self.step("municipality", "guidance").status_code == 302

    def propose(self, who="municipality", **changes):
        fields = {
            "exited_on": 0,
            "reason": "durable_solution_reached",
            "outcome": "independent_return",
            "explanation": "Zo is het gegaan.",
            "evidence": "",
            "evidence_on": "",
            **changes,
        }
        return self.post(who, "exit_propose", **fields)

    def confirm(self, who="coordinator"):
        return self.post(who, "exit_confirm", version=self.exit().version)

    def exit(self):
        return make.Exit.objects.current().get(case=self.case, undone_on=None)

    def to_exit(self, **changes):
        self.to_guidance()
        self.leave(**changes)

    def leave(self, **changes):
        """From guidance: an exit that is proposed and confirmed."""
        assert self.propose(**changes).status_code == 302
        answer = self.confirm()
        assert answer.status_code == 302, answer.text[:3000]


def involved(journey):
    """The teams that take part, by their names here."""
    rows = Involvement.objects.in_force().filter(case=journey.case).values_list("team", flat=True)
    return {name for name, team in journey.teams.items() if team.pk in set(rows)}


def held(journey, on, teams=("municipality", "ngo", "ind", "dtv"), **more):
    """A meeting of a past day, recorded by the coordinator. Returns the answer."""
    fields = {
        "on": on,
        "begins_at": "10:00",
        "place": "",
        "teams": [journey.teams[name].pk for name in teams],
        **more,
    }
    return journey.client.act_as(journey.workers["coordinator"]).post(
        f"/lso/vastleggen/{journey.pilot.pilot.slug}/", sent(fields)
    )


class Held(Room):
    """A meeting that was held, with the case on its agenda."""

    def __init__(self, journey, on, **more):
        self.journey = journey
        answer = held(journey, on, **more)
        assert answer.status_code == 302, answer.text[:2000]
        self.meeting = Meeting.objects.latest("pk")


def passed(client, pilot, *, decided, guided, admitted=None):
    """A running case that is taken down today with the days of before, by the screens: the
    conference decided, the admission took effect and the guidance began so many days ago."""
    journey = Journey(client, pilot, referred_on=ago(decided + 50), registered_on=ago(0))
    journey.done("ngo", "intake", begun_on=-(decided + 45))
    journey.fill_intake()
    journey.request_dossiers(on=-(decided + 30))
    for service in ("ind", "dtv"):
        journey.deliver(service, on=-(decided + 20))
    journey.room = Held(journey, -decided)
    assert journey.room.add().status_code == 302
    for decision in ({"kind": "admitted"}, {"kind": "scenario_set", "scenario": "return_home"}):
        assert journey.room.decide(**decision).status_code == 302
    effective = -(decided if admitted is None else admitted)
    assert (
        journey.formal("admitted", decided_on=-decided, effective_on=effective).status_code == 302
    )
    ngo = str(journey.teams["ngo"].pk)
    journey.done("ngo", "plan", what="Paspoort", to_team=ngo, due_on=30)
    assert journey.step("municipality", "guidance", on=-guided).status_code == 302
    return journey
