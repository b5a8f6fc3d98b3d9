"""To another pilot: offered, accepted, handed over in the moment of the exit; what goes along
and what never does."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    Case,
    Contact,
    Exit,
    Goal,
    GuidanceTicked,
    IdentityValue,
    LegalAid,
    MedicalRecord,
    Note,
    OutcomeClass,
    Procedure,
    ProcedureStep,
    Reachability,
    Transfer,
)
from governance.access.clearance import acting_as
from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from lvv.common.database import call
from partners.organisations.enums import Role, TeamFunction
from tests import factories as make
from tests.casework.journeys import sent
from tests.conftest import own_copy
from tests.written_once import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(there_of_module, pilot):
    return own_copy(there_of_module)


@pytest.fixture(scope="module")
def there_of_module(pilot_of_module):
    """A second pilot, whose partners see nothing of the first."""
    pilot = own_copy(pilot_of_module)
    made = make.PilotFactory(name="Ginderstad", slug="ginderstad")
    haven = make.OrganisationFactory(name="Ginds Onderdak")
    teams = {
        "municipality": make.TeamFactory(organisation=made.municipality, pilot=made),
        "ngo": make.TeamFactory(organisation=haven, pilot=made),
        "care": make.TeamFactory(organisation=haven, pilot=made, function=TeamFunction.CARE),
        "ind": make.TeamFactory(organisation=pilot.teams["ind"].organisation, pilot=made),
    }
    for kind in (ConvenantKind.CONVENANT, ConvenantKind.NGO_AGREEMENT):
        convenant = make_from_model(made, kind)
        convenant.agreed_on = convenant.in_force_from = timezone.localdate() - timedelta(days=90)
        convenant.save()
        convenant.parties.update(signed_on=convenant.agreed_on)
    workers = {name: make.MembershipFactory(team=team).user for name, team in teams.items()}
    workers["coordinator"] = make.MembershipFactory(
        team=teams["municipality"], role=Role.COORDINATOR
    ).user
    return SimpleNamespace(pilot=made, teams=teams, workers=workers)


@pytest.fixture
def journey(in_guidance, client, pilot, there):
    made = in_guidance.again(client, pilot)
    made.there = there
    return made


def offer(journey, who="coordinator", **changes):
    fields = {
        "to_pilot": str(journey.there.pilot.pk),
        "text": "Haar zus woont bij u.",
        "wanted_on": 7,
        **changes,
    }
    return journey.post(who, "transfer", **fields)


def answered(journey, answer="accepted", why="", who="coordinator"):
    found = Transfer.objects.filter(case=journey.case).order_by("-pk").first()
    journey.client.act_as(journey.there.workers[who])
    return journey.client.post(
        reverse("casework:transfer_offered", args=[found.reference]),
        sent({"answer": answer, "why": why}),
    )


def hand_over(journey):
    assert offer(journey).status_code == 302
    assert answered(journey).status_code == 302
    assert (
        journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot").status_code
        == 302
    )
    return journey.confirm()


def arrived(journey):
    return Case.objects.get(pilot=journey.there.pilot)


def see(journey, who, url):
    return journey.client.act_as(journey.there.workers[who]).get(url)


def test_a_case_is_offered_accepted_and_handed_over_in_the_moment_of_its_exit(journey):
    assert offer(journey).status_code == 302
    assert not Case.objects.filter(pilot=journey.there.pilot).exists()
    assert "biedt een casus aan" in see(journey, "coordinator", "/").text
    assert answered(journey).status_code == 302
    journey.case.refresh_from_db()
    assert journey.case.progress.deadline_on <= timezone.localdate()  # now it waits for who offered
    assert (
        "De andere pilot heeft de casus aangenomen"
        in journey.get("municipality", "case_detail").text
    )
    assert not Case.objects.filter(pilot=journey.there.pilot).exists()
    assert (
        journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot").status_code
        == 302
    )
    assert journey.confirm().status_code == 302
    assert journey.case.state == "exited"
    made = arrived(journey)
    assert (made.person_id, made.state, made.lead_team) == (
        journey.case.person_id,
        "registered",
        journey.there.teams["municipality"],
    )
    assert made.registered_on == journey.case.left_on == timezone.localdate()
    found = Transfer.objects.get()
    assert (found.new_case, found.handed_over_on) == (made, timezone.localdate())
    page = see(journey, "coordinator", reverse("casework:case_detail", args=[made.reference]))
    assert "Hiwot Reiziger" in page.text
    assert journey.pilot.pilot.name in page.text
    assert journey.case.number not in page.text  # it would count that pilot
    assert made.history.count() == 1
    assert made.involvements.get().history.count() == 1


def test_what_was_offered_and_answered_is_not_overwritten_and_earlier_offers_are_listed(journey):
    offer(journey)
    first = Transfer.objects.get()
    assert answered(journey, "declined", "Geen plaats.").status_code == 302
    later, stranger = timezone.now(), make.UserFactory()
    answer = {"answer": "accepted", "answer_text": "Toch wel.", "answered_by": stranger}
    day = timezone.localdate()
    stands(first, text="Iets anders.", wanted_on=day, offered_by=stranger, offered_at=later)
    stands(first, **answer, answered_at=later)
    offer(journey, text="Nu met plaats.")
    page = journey.get("coordinator", "transfer").text
    assert "Geen plaats." in page
    second = Transfer.objects.order_by("pk").last()
    journey.done("coordinator", "transfer_take_back")
    stands(second, taken_back_at=later)


def test_the_exit_to_another_pilot_waits_until_that_has_accepted(journey):
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    refused = journey.confirm()
    assert refused.status_code == 409
    assert "andere pilot heeft deze casus aangenomen" in refused.text
    assert offer(journey).status_code == 302
    assert journey.confirm().status_code == 409  # offered is not accepted
    assert answered(journey, "declined", "Geen plek.").status_code == 302
    declined = reverse("casework:transfer_offered", args=[Transfer.objects.get().reference])
    assert see(journey, "coordinator", declined).status_code == 404  # it is no longer hers to read
    assert journey.confirm().status_code == 409
    assert not Case.objects.filter(pilot=journey.there.pilot).exists()
    assert "Geen plek." in journey.get("municipality", "transfer").text
    assert offer(journey).status_code == 302  # and may be asked again
    assert answered(journey).status_code == 302
    journey.there.pilot.state, journey.there.pilot.closes_on = (
        "winding_down",
        timezone.localdate() + timedelta(30),
    )
    journey.there.pilot.save()
    assert journey.confirm().status_code == 409  # it takes no new cases any more
    assert journey.case.state == "in_guidance"


def test_the_offer_says_where_she_would_live_so_it_reads_as_guidance_and_not_as_outcome(journey):
    assert offer(journey).status_code == 302
    for who, user in journey.workers.items():
        reads = who in ("municipality", "coordinator", "ngo", "dtv")
        journey.client.act_as(user)
        answer = journey.client.get(reverse("casework:transfer", args=[journey.case.reference]))
        assert (answer.status_code == 200) is reads, who
        assert ("Haar zus woont bij u." in answer.text) is reads, who
        with acting_as(user):
            assert Transfer.objects.exists() is reads, who


def test_what_goes_along_is_who_she_is_her_procedures_her_departure_and_ticked_guidance(journey):
    teams = journey.teams
    case = journey.case
    procedure = make.RECORDS["procedure"](case=case, author_team=teams["ind"])
    make.RECORDS["procedurestep"](case=case, author_team=teams["ind"], procedure=procedure)
    make.RECORDS["departureplan"](case=case, author_team=teams["dtv"])
    own = make.RECORDS["procedure"](
        case=case, author_team=teams["ind"], visibility="own_organisation"
    )
    said = [
        make.RECORDS["contact"](case=case, author_team=teams["ngo"], text=text)
        for text in ("Mee.", "Blijft.")
    ]
    goal = Goal.objects.create(
        case=case,
        author_team=teams["ngo"],
        author=journey.workers["ngo"],
        track="return",
        text="Koffie",
    )
    reached, _open_to_all = (
        make.RECORDS["reachability"](case=case, author_team=teams["ngo"], value=value)
        for value in ("06 0000 0001", "06 0000 0002")
    )
    make.RECORDS["legalaid"](case=case, author_team=teams["ngo"])
    make.RECORDS["medicalrecord"](case=case, author_team=teams["care"])
    make.NoteFactory(
        case=case, author_team=teams["municipality"], category="conference", text="Overleg."
    )
    assert offer(journey).status_code == 302
    ticking = {
        "team": str(teams["ngo"].pk),
        "record": [str(row.reference) for row in (said[0], goal, reached)],
    }
    assert journey.post("ngo", "transfer_tick", **ticking | {"record": []}).status_code == 302
    assert journey.post("ngo", "transfer_tick", **ticking).status_code == 409  # unseen
    assert 'name="version" value="1"' in journey.get("ngo", "transfer").text
    assert journey.post("ngo", "transfer_tick", **ticking | {"version": "1"}).status_code == 302
    assert (
        journey.post("municipality", "transfer_tick", **ticking).status_code == 403
    )  # not her team's to tick
    assert answered(journey).status_code == 302
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    assert journey.confirm().status_code == 302
    made = arrived(journey)
    assert list(IdentityValue.objects.filter(case=made).values_list("kind", "value")) == list(
        IdentityValue.objects.filter(case=case).values_list("kind", "value")
    )
    copied = Procedure.objects.get(case=made)
    assert copied.kind == procedure.kind
    assert copied.pk not in (procedure.pk, own.pk)
    assert ProcedureStep.objects.get(case=made).procedure == copied
    assert copied.history.get().history_change_reason == "transferred"
    assert (
        copied.received_document == "Overgenomen dossier"
    )  # where she came from, only the case says
    assert copied.source_team == journey.there.teams["ind"]
    # Of what somebody said who has no team there it stays known that it was said elsewhere.
    name = IdentityValue.objects.get(case=made, kind="name")
    document = "Overgenomen dossier, van de gemeente daar"
    assert (name.source_team, name.received_document) == (None, document)
    contact = Contact.objects.get(case=made)
    assert (contact.text, contact.visibility) == ("Mee.", "own_organisation")
    assert Goal.objects.get(case=made).text == "Koffie"
    number = Reachability.objects.get(case=made)
    assert (number.value, number.visibility) == ("06 0000 0001", "own_organisation")
    for never in (LegalAid, MedicalRecord):
        assert not never.objects.filter(case=made).exists()
    assert not Note.objects.filter(case=made).exists()
    assert Contact.objects.filter(case=case).count() == 2  # and nothing left
    assert Reachability.objects.filter(case=case).count() == 2
    page = reverse("casework:case_detail", args=[made.reference])
    assert "Mee." in see(journey, "municipality", page).text
    assert see(journey, "ngo", page).status_code == 404  # takes no part yet


def test_a_phone_number_alone_waits_for_the_word_of_who_wrote_it(journey):
    make.RECORDS["reachability"](
        case=journey.case,
        author_team=journey.teams["ngo"],
        visibility="own_organisation",
        value="06 0000 0003",
    )
    assert offer(journey).status_code == 302
    journey.client.act_as(journey.workers["ngo"])
    page = reverse("casework:transfer", args=[journey.case.reference])
    assert page in journey.client.get("/").text
    assert "Signal: 06 0000 0003" in journey.client.get(page).text
    journey.client.act_as(journey.workers["municipality"])
    assert "06 0000 0003" not in journey.client.get(page).text


def test_medical_content_goes_along_only_to_the_care_team_a_consent_names(journey):
    teams, care = journey.teams, journey.there.teams["care"]
    make.InvolvementFactory(case=journey.case, team=teams["care"], ground="care")
    kept = make.RECORDS["medicalrecord"](
        case=journey.case, author_team=teams["care"], text="Ernstig."
    )
    for hidden in (
        {"visibility": "own_organisation"},
        {"shared_until": timezone.localdate()},
    ):  # nor by the wall
        make.RECORDS["medicalrecord"](
            case=journey.case, author_team=teams["care"], text="Blijft.", **hidden
        )
    form = {"team": str(care.pk), "scope": "Mijn dossier", "since": 0, "until": 90}
    assert (
        journey.post("care", "record_add", "consent", **form).status_code == 400
    )  # no pilot accepted her yet
    assert offer(journey).status_code == 302
    assert answered(journey).status_code == 302
    assert journey.post("care", "record_add", "consent", **form).status_code == 302
    page = reverse("casework:case_detail", args=[journey.case.reference])
    assert see(journey, "care", page).status_code == 404  # a consent alone opens nothing there
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    assert journey.confirm().status_code == 302
    made = arrived(journey)
    copied = MedicalRecord.objects.get(case=made)
    assert (copied.text, copied.author_team, copied.visibility) == (
        "Ernstig.",
        care,
        "own_organisation",
    )
    assert copied.pk != kept.pk
    there = reverse("casework:case_detail", args=[made.reference])
    assert "Ernstig." in see(journey, "care", there).text
    assert "Ernstig." not in see(journey, "coordinator", there).text


def test_the_other_pilot_reads_the_offer_and_nothing_of_the_case(journey):
    offer(journey)
    found = Transfer.objects.get()
    url = reverse("casework:transfer_offered", args=[found.reference])
    page = see(journey, "coordinator", url)
    assert "Haar zus woont bij u." in page.text
    for hidden in ("Hiwot", journey.case.number, str(journey.case.reference)):
        assert hidden not in page.text
    assert (
        see(
            journey, "coordinator", reverse("casework:case_detail", args=[journey.case.reference])
        ).status_code
        == 404
    )
    for who in ("municipality", "ngo", "ind"):
        assert see(journey, who, url).status_code == 404
    journey.client.act_as(journey.workers["coordinator"])
    assert journey.client.get(url).status_code == 404  # it is not offered to her own pilot
    assert journey.post("coordinator", "transfer_take_back").status_code == 302
    assert see(journey, "coordinator", url).status_code == 404


def test_who_may_offer_answer_and_take_back(journey):
    for who in ("ngo", "ind", "dtv"):
        assert offer(journey, who=who).status_code == 403, who
    assert offer(journey, wanted_on=-1).status_code == 400
    assert offer(journey, to_pilot=str(journey.pilot.pilot.pk)).status_code == 400
    assert offer(journey, who="municipality").status_code == 302  # the case manager
    assert offer(journey).status_code == 403  # it is offered already
    for who in ("municipality", "ngo"):
        assert answered(journey, who=who).status_code == 404, who
    assert answered(journey, "declined").status_code == 400  # without a reason
    assert answered(journey).status_code == 302
    assert answered(journey, "declined", "Toch niet.").status_code == 409
    assert Transfer.objects.get().answer == "accepted"
    assert journey.post("ngo", "transfer_take_back").status_code == 403
    assert journey.post("coordinator", "transfer_take_back").status_code == 302
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    assert journey.confirm().status_code == 409


def test_an_exit_by_which_a_case_was_handed_over_is_not_undone(journey):
    assert hand_over(journey).status_code == 302
    undone = journey.post(
        "coordinator",
        "exit_undo",
        undone="error",
        undone_on=0,
        undone_reason="Vergissing.",
        version=journey.exit().version,
    )
    assert undone.status_code == 409
    assert "andere pilot gaat ermee verder" in undone.text
    assert Transfer.objects.get().new_case is not None


def test_a_shield_goes_along(journey):
    journey.case.shielded_reason = "In gevaar."
    journey.case.save()
    assert hand_over(journey).status_code == 302
    assert arrived(journey).shielded_reason == "In gevaar."


def test_a_team_ticks_only_its_own_records(journey):
    theirs = make.RECORDS["contact"](
        case=journey.case, author_team=journey.teams["municipality"], visibility="own_organisation"
    )
    offer(journey)
    ticking = {"team": str(journey.teams["ngo"].pk), "record": [str(theirs.reference)]}
    assert journey.post("ngo", "transfer_tick", **ticking).status_code == 302
    assert GuidanceTicked.objects.get().records == []


def test_whoever_came_again_finds_the_case_of_before(journey):
    journey.leave()
    again = make.CaseFactory(person=journey.case.person, lead_team=journey.teams["municipality"])
    journey.client.act_as(journey.workers["municipality"])
    page = journey.client.get(reverse("casework:case_detail", args=[again.reference]))
    assert "Was hier eerder" in page.text
    assert journey.case.number in page.text
    assert "Later opnieuw aangemeld" in journey.get("municipality", "case_detail").text


def test_r13_a_repeat_application_that_ends_without_a_permit_asks_what_becomes_of_her(journey):
    journey.leave(outcome="repeat_asylum_reception", reason="durable_solution_reached")
    waits = "eindigde zonder vergunning"
    form = {"kind": "repeat_asylum", "applied_on": -1, "result": "pending", "checked_on": 0}
    assert (
        journey.post(
            "ind", "record_add", "procedure", **form, visibility="permitted_partners"
        ).status_code
        == 302
    )
    assert waits not in journey.get("municipality", "case_detail").text
    pending = Procedure.objects.get(case=journey.case)
    form |= {
        "result": "rejected",
        "result_on": 0,
        "visibility": "permitted_partners",
        "version": pending.version,
    }
    assert (
        journey.post("ind", "record_change", "procedure", pending.reference, **form).status_code
        == 302
    )
    assert journey.case.progress.deadline_on == timezone.localdate()
    assert waits in journey.get("municipality", "case_detail").text
    assert journey.case.state == "exited"  # nothing moves by itself, and what was published stands
    assert journey.exit().outcome == "repeat_asylum_reception"
    looked = {
        "months": "3",
        "checked_on": 0,
        "result": "does_not_hold",
        "outcome": "unknown_destination",
        "how": "IND",
    }
    journey.done("municipality", "check_add", **looked)
    page = journey.get("municipality", "case_detail").text
    assert waits not in page
    assert "6 maanden later" not in page  # it was followed until it ended


def test_an_offer_says_not_who_she_is(journey):
    for text in (
        "Dit is hiwot reiziger.",
        f"Casus {journey.case.number}.",
        "V-nummer 28 123 456 78.",
    ):
        refused = offer(journey, text=text)
        assert refused.status_code == 400, text
        assert "blijkt wie de persoon is" in refused.text


def test_who_leaves_otherwise_is_offered_to_nobody_any_more(journey):
    assert offer(journey).status_code == 302
    journey.propose(reason="left_own_request", outcome="moved_to_other_pilot")
    assert not Exit.objects.exists()  # the reason and what became of her say the same
    assert journey.propose().status_code == 302
    assert journey.confirm().status_code == 302
    assert Transfer.objects.get().taken_back_at is not None
    assert answered(journey).status_code == 404
    assert not Case.objects.filter(pilot=journey.there.pilot).exists()


def test_what_is_shared_until_a_day_is_so_there_too(journey):
    until = timezone.localdate() + timedelta(days=9)
    for day in (until, timezone.localdate()):
        make.RECORDS["procedure"](
            case=journey.case, author_team=journey.teams["ind"], shared_until=day
        )
    assert hand_over(journey).status_code == 302
    assert Procedure.objects.get(case=arrived(journey)).shared_until == until


def test_the_web_writes_no_answer_and_ticks_for_nobody_else(journey):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(journey.workers["coordinator"]),
    ):
        Transfer.objects.create(
            case=journey.case,
            pilot=journey.pilot.pilot,
            to_pilot=journey.there.pilot,
            text="x",
            wanted_on=timezone.localdate(),
            offered_by=journey.workers["coordinator"],
            answer="accepted",
            answered_by=journey.workers["coordinator"],
            to_team=journey.there.teams["municipality"],
        )
    offer(journey)
    found = Transfer.objects.get()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting_as(journey.workers["coordinator"]),
    ):
        Transfer.objects.update(answer="accepted")
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(journey.workers["ngo"]),
    ):
        GuidanceTicked.objects.create(
            transfer=found, team=journey.teams["ngo"], ticked_by=journey.workers["ind"]
        )


def test_an_exit_that_was_written_past_the_coordinator_hands_nothing_over(journey):
    """The database asks for itself who confirms: a worker of another partner writes no case into
    another pilot."""
    offer(journey)
    answered(journey)
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    with acting_as(journey.workers["municipality"]):
        row = Exit.objects.current().get(case=journey.case)
        row.confirmed_on, row.classed = (
            timezone.localdate(),
            OutcomeClass.objects.filter(outcome=row.outcome).first(),
        )
        row.save()
        assert not call("transfer_case", row.pk, "{}")
    assert not Case.objects.filter(pilot=journey.there.pilot).exists()


def test_an_exit_that_was_undone_hands_nothing_over(journey):
    offer(journey)
    answered(journey)
    journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot")
    row = Exit.objects.current().get(case=journey.case)
    row.confirmed_on = row.undone_on = timezone.localdate()
    row.confirmed_by = journey.workers["coordinator"]
    row.classed = OutcomeClass.objects.filter(outcome=row.outcome).first()
    row.undone, row.undone_reason = "error", "vergissing"
    row.save()
    with acting_as(journey.workers["coordinator"]):
        assert not call("transfer_case", row.pk, "{}")
    row.undone_on, row.undone, row.undone_reason = None, "", ""
    row.save()
    with acting_as(journey.workers["coordinator"]):
        assert call("transfer_case", row.pk, '{"document": "x"}')


def test_who_confirmed_the_exit_today_takes_back_what_was_offered_and_nobody_else(journey, on_day):
    assert journey.propose().status_code == 302
    assert journey.confirm().status_code == 302
    left = Exit.objects.current().get(case=journey.case)
    offered = Transfer.objects.create(  # as the owner, past the policy
        case=journey.case,
        pilot=journey.pilot.pilot,
        to_pilot=journey.there.pilot,
        text="x",
        wanted_on=timezone.localdate(),
        offered_by=journey.workers["coordinator"],
    )

    def taken_back(who):
        with acting_as(journey.workers[who]):
            call("transfer_lapses", left.pk)
        offered.refresh_from_db()
        return offered.taken_back_at is not None

    today = timezone.localdate()
    assert not taken_back("municipality")
    on_day(today + timedelta(days=1))
    assert not taken_back("coordinator")
    on_day(today)
    assert taken_back("coordinator")


def test_a_guardian_and_a_household_stand_in_the_new_case_too(journey):
    sister = make.CaseFactory(lead_team=journey.teams["municipality"], named="Zus Blijft")
    for other in (
        {"other": None, "other_name": "Stichting Voogdij"},
        {"other": sister.person, "other_name": ""},
    ):
        make.RECORDS["relation"](
            case=journey.case, author_team=journey.teams["municipality"], **other
        )
    assert hand_over(journey).status_code == 302
    page = see(
        journey, "coordinator", reverse("casework:case_detail", args=[arrived(journey).reference])
    ).text
    assert "Stichting Voogdij" in page
    assert (
        "Zus Blijft" not in page
    )  # of the other one there is no more than they may see of her anyway
    assert sister.number not in page


def test_who_wrote_guidance_is_asked_what_goes_along_and_who_offered_hears_of_a_refusal(journey):
    def waits(who):
        return [
            row.what
            for row in journey.client.act_as(journey.workers[who]).get("/").context["worklist"]
        ]

    asks, declined = (
        "Geef aan welke begeleiding meegaat naar de andere pilot",
        "De andere pilot heeft de overplaatsing afgewezen",
    )
    contact = make.RECORDS["contact"](case=journey.case, author_team=journey.teams["ngo"])
    assert offer(journey).status_code == 302
    assert asks in waits("ngo")
    for who in ("ind", "avim", "dtv", "legal"):
        assert asks not in waits(who), who
    journey.done(
        "ngo", "transfer_tick", team=str(journey.teams["ngo"].pk), record=[str(contact.reference)]
    )
    assert asks not in waits("ngo")
    assert answered(journey, "declined", "Geen plek.").status_code == 302
    assert declined in waits("coordinator")
    assert declined not in waits("municipality")
    assert offer(journey).status_code == 302  # asked again
    assert declined not in waits("coordinator")


def test_a_case_that_cannot_be_handed_over_stays_where_it_is_and_nobody_hears_why(journey):
    """She was registered elsewhere meanwhile, out of sight of both: the exit waits, in one
    sentence for every cause."""
    assert offer(journey).status_code == 302
    assert answered(journey).status_code == 302
    elsewhere = make.CaseFactory(person=journey.case.person, state="in_guidance")
    assert (
        journey.propose(reason="moved_to_other_pilot", outcome="moved_to_other_pilot").status_code
        == 302
    )
    refused = journey.confirm()
    assert refused.status_code == 409
    assert "kan nu niet worden overgedragen" in refused.text
    assert elsewhere.number not in refused.text
    assert elsewhere.pilot.name not in refused.text
    assert journey.case.state == "in_guidance"
    assert journey.exit().confirmed_on is None
    assert Transfer.objects.get().handed_over_on is None
