"""What a page tells beside its records: who left, who asked elsewhere, what is kept, what was
shared, and with whom."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, Clash, FormalDecision, Involvement, Note, Task
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.convenants.enums import Allows, Cell
from governance.models import Convenant, ConvenantArticle, Draft
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.ten_teams import adding, day, page_of, record_page, typed, written
from tests.casework.test_exporting import signed_in_now
from tests.conftest import agreement

pytestmark = pytest.mark.django_db
NUMBER = "1234567890"


def there(name="Verderop", **case):
    """A pilot elsewhere, with a team of its municipality and a case there."""
    pilot = make.PilotFactory(name=name)
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    made = agreement(pilot, {team: dict.fromkeys(Category, Cell.WRITE)})
    hit_no_hit(made)
    return team, make.CaseFactory(lead_team=team, **case)


def hit_no_hit(convenant):
    ConvenantArticle.objects.create(
        convenant=convenant, number="99", title="E", text="x", allows=Allows.HIT_NO_HIT
    )


def goes_to(user, team):
    """She works for this team from today, and for her former one no longer."""
    today = timezone.localdate()
    user.memberships.update(until=today)
    make.MembershipFactory(user=user, team=team, since=today)


def sent(**fields):
    return {"form_token": str(uuid.uuid4()), **fields}


@pytest.mark.parametrize("to", ["avim", "dtv"])
def test_a_manager_who_went_to_a_partner_keeps_no_power_over_the_case(client, pilot, to):
    client.act_as(pilot.workers["ngo"]).get(page_of(pilot.case))
    user = pilot.workers["municipality"]
    goes_to(user, pilot.teams[to])
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["iom"]).delete()
    client.act_as(user)
    assert client.get(page_of(pilot.case)).status_code == 200
    involve = reverse("casework:case_involve", args=[pilot.case.reference])
    assert client.get(involve).status_code == 403
    new = {"team": pilot.teams["iom"].pk, "ground": "cooperation", "explanation": "x"}
    assert client.post(involve, sent(**new, confirmed="1")).status_code == 403
    ind = Involvement.objects.get(case=pilot.case, team=pilot.teams["ind"])
    end = reverse("casework:involvement_end", args=[pilot.case.reference, ind.reference])
    assert client.post(end, sent()).status_code == 403
    assert pilot.workers["ngo"].name not in client.get(reverse("casework:readings")).text


def test_who_was_refused_a_person_in_another_pilot_is_told_to_nobody_here(client, pilot):
    team, case = there(person=pilot.case.person)
    nurse = make.MembershipFactory(team=team, user=make.UserFactory(name="Vera Elders")).user
    link = reverse("casework:person_detail", args=[pilot.case.person.reference])
    assert client.act_as(nurse).get(link).status_code == 200
    nurse.memberships.update(until=timezone.localdate())
    assert client.get(link).status_code in (403, 404)
    text = client.act_as(pilot.workers["municipality"]).get(reverse("casework:readings")).text
    assert "Vera Elders" not in text
    assert case.number not in text


@pytest.mark.parametrize("shielded", [True, False])
def test_that_she_is_shielded_elsewhere_is_told_to_no_third_pilot(client, pilot, shielded):
    before, left = there("Vroegerstad", named="Iemand", state="exited")
    now, case = there(
        "Nieuwstad", person=left.person, shielded_reason="Bedreigd" if shielded else ""
    )
    for convenant in Convenant.objects.filter(pilot=pilot.pilot):
        hit_no_hit(convenant)
    for one in (pilot.case, left):  # in the third it is not written down
        make.NameFactory(case=one, kind="v_number", value=NUMBER, author_team=one.lead_team)
    ask = reverse("casework:case_elsewhere", args=[pilot.case.reference])
    client.act_as(pilot.workers["municipality"])
    answer = client.post(ask, {"ask": "1", "reason": "Zegt elders te zijn"}, follow=True).text
    assert "Nieuwstad" not in answer
    assert ("Vroegerstad" in answer) is not shielded
    case.refresh_from_db()
    received = {}
    for team in (before, now):
        coordinator = make.MembershipFactory(team=team, role=Role.COORDINATOR).user
        page = client.act_as(coordinator).get(reverse("casework:questions_received")).text
        received[team] = (pilot.pilot.name in page, "afgeschermd: " in page)
    assert received[before] == (not shielded, False)
    assert received[now] == (shielded, shielded)


def changing(client, pilot, record):
    """The form with which a record is changed, as the page sends it while one types."""
    page = record_page(pilot.case, record, "record_change")
    form = client.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields}
    fields = {
        name: value if isinstance(value, str | list) else "" if value is None else str(value)
        for name, value in values.items()
    }
    return sent(**fields | {"draft_key": form.draft_key, "form_page": page, "present": "x"})


def test_a_draft_of_a_colleagues_text_closes_with_the_record(client, pilot):
    contact = written(pilot, "contact", visibility="own_organisation", text="Verslag van een ander")
    user = make.MembershipFactory(team=pilot.teams["ngo"]).user
    client.act_as(user)
    form = changing(client, pilot, contact)
    assert "Verslag van een ander" in form["text"]
    assert client.post(reverse("governance:draft_save"), form).status_code == 200
    page = reverse("governance:draft_detail", args=[Draft.objects.get(owner=user).reference])
    assert "Verslag van een ander" in client.get(page).text
    goes_to(user, pilot.teams["avim"])
    assert client.act_as(user).get(record_page(pilot.case, contact)).status_code == 404
    text = client.get(page).text
    assert "Verslag van een ander" not in text
    assert "gesloten" in text


def test_a_task_after_a_talk_with_a_lawyer_stays_with_her_team(client, pilot):
    user = make.MembershipFactory(team=pilot.teams["legal"]).user
    make.MembershipFactory(team=pilot.teams["ngo"], user=user)
    form = {
        "kind": "legal_consultation", "happened_on": day(0), "text": "Gesprek", "task": "Beroep schrijven",
        "task_due_on": day(5), "visibility": "own_organisation", "share_basis": "convenant",
    }  # fmt: skip
    page = reverse("casework:note_add", args=[pilot.case.reference])
    answer = client.act_as(user).post(page, sent(**form))
    legal = pilot.teams["legal"].pk
    assert not Task.objects.exclude(author_team=legal).exists()
    assert (
        "Beroep schrijven" not in client.act_as(pilot.workers["ngo"]).get(page_of(pilot.case)).text
    )
    assert (answer.status_code == 302) == Task.objects.exists()
    if answer.status_code == 400:  # her team sets none: nothing is lost, and nothing half done
        assert "Beroep schrijven" in answer.text
        assert not Note.objects.exists()


@pytest.mark.parametrize("kept", [True, False])
def test_a_number_that_a_partner_keeps_meets_nobody(client, pilot, kept):
    team, case = there(named="Iemand Anders")
    make.NameFactory(case=case, kind="v_number", value=NUMBER, author_team=team)
    value = {"value": NUMBER, "status": "established", "said_on": 0, "variant": "v_number"}
    value["visibility"] = "own_organisation" if kept else "permitted_partners"
    client.act_as(pilot.workers["ind"])
    answer = client.post(adding(pilot.case, "identity_value", "?soort=v_number"), typed(value))
    assert answer.status_code == 302, answer.text
    assert Clash.objects.filter(withdrawn_at=None).exists() is not kept
    if kept:  # until it is for all
        number = make.IdentityValue.objects.get(case=pilot.case, kind="v_number")
        form = changing(client, pilot, number) | {"visibility": "permitted_partners"}
        form["version"] = number.version
        assert (
            client.post(record_page(pilot.case, number, "record_change"), form).status_code == 302
        )
        assert Clash.objects.filter(withdrawn_at=None).exists()


def test_what_a_sharing_was_for_is_read_by_those_it_is_with(client, pilot):
    """Also where one of them is a team of which another may not know: that it is missing would say
    so."""
    for teams in (["dtv", "municipality"], ["dtv", "legal"]):
        note = written(
            pilot, "note", visibility="selected_partners", text="tekst", share_basis="convenant",
            shared_team_ids=[pilot.teams[name].pk for name in teams], share_purpose="Doel van delen",
        )  # fmt: skip
        client.act_as(pilot.workers["dtv"])
        assert "Doel van delen" in client.get(record_page(pilot.case, note)).text
        shared = reverse("casework:case_shared", args=[pilot.case.reference])
        assert "Doel van delen" in client.get(shared).text
        assert pilot.teams["legal"].label not in client.get(shared).text


def test_that_it_was_shared_with_others_before_shows_to_its_author_alone(client, pilot):
    note = written(pilot, "note", visibility="own_organisation", text="tekst")
    page = record_page(pilot.case, note, "record_change")
    base = {"happened_on": day(0), "text": "tekst", "share_basis": "convenant"}
    client.act_as(pilot.workers["ngo"])
    withdraw = record_page(pilot.case, note, "record_withdraw")
    for change in (
        {"visibility": "selected_partners", "shared_with": [str(pilot.teams["legal"].pk)], "share_purpose": "beroep"},
        {},
        {"visibility": "permitted_partners", "share_purpose": "allen"},
    ):  # fmt: skip
        note.refresh_from_db()
        to, fields = (page, base | change) if change else (withdraw, {})
        answer = client.post(to, sent(**fields, version=note.version))
        assert answer.status_code == 302, answer.text
    own = client.get(record_page(pilot.case, note)).text
    others = client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, note)).text
    for words in (str(Visibility.SELECTED_PARTNERS.label), "ingetrokken"):
        assert words in own
        assert words not in others


def test_a_letter_begins_with_no_name_that_its_readers_may_not_read(journey):
    journey.to_conference()
    avim = journey.teams["avim"]
    make.InvolvementFactory(case=journey.case, team=avim, ground="cooperation")
    make.NameFactory(
        case=journey.case, kind="name", value="Vertrouwelijke Naam", status="established", author_team=avim,
        visibility="selected_partners", shared_team_ids=[journey.teams["municipality"].pk],
        share_purpose="x", share_basis="convenant",
    )  # fmt: skip
    journey.room.attend("municipality", "ngo", "ind", "dtv")
    assert journey.room.decide("admitted").status_code == 302
    page = journey.formal("admitted", letter=None)
    letter = re.search(r'name="letter"[^>]*>(.*?)</textarea>', page.text, re.S)[1]
    assert "Geachte" in letter
    assert "Vertrouwelijke Naam" not in letter
    assert not FormalDecision.objects.exists()


def test_who_carries_a_decision_out_is_named_to_who_may_know_of_her(client, pilot):
    teams = pilot.teams
    make.in_state(pilot.case, "in_conference")
    meeting = make.MeetingFactory(pilot=pilot.pilot, opened_at=timezone.now())
    shared = [teams[name].pk for name in ("municipality", "avim", "dtv")]
    item = make.RECORDS["agendaitem"](
        case=pilot.case, meeting=meeting, author_team=teams["municipality"],
        visibility="selected_partners", shared_team_ids=shared,
    )  # fmt: skip
    make.RECORDS["conferencedecision"](
        case=pilot.case, item=item, author_team=teams["municipality"], kind="research_question",
        owner_team=teams["dtv"], due_on=timezone.localdate() + timedelta(days=3),
    )  # fmt: skip
    organisation = teams["dtv"].organisation
    organisation.name = "Zorgvuldig genoemd"
    organisation.save()
    pages = [
        reverse("casework:agenda_item", args=[item.reference]),
        reverse("casework:minutes", args=[meeting.reference]),
    ]
    for who, known in (("municipality", True), ("avim", None)):
        client.act_as(pilot.workers[who])
        if known is None:  # what her case page tells, the others tell
            known = "Zorgvuldig genoemd" in client.get(page_of(pilot.case)).text
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200
            assert ("Zorgvuldig genoemd" in answer.text) is known, (who, page)


def test_that_she_is_shielded_shows_to_the_team_that_leads(client, pilot):
    pilot.case.shielded_reason = "Bedreigd"
    pilot.case.save()
    shown = {
        who: "Afgeschermd" in client.act_as(pilot.workers[who]).get(page_of(pilot.case)).text
        for who in ("municipality", "ngo", "dtv", "ind", "shelter")
    }
    assert shown == {
        "municipality": True,
        "ngo": False,
        "dtv": False,
        "ind": False,
        "shelter": False,
    }


def test_police_take_no_list_of_their_cases_out_through_another_seat(client, pilot):
    team, case = there(named="Daar Bekend")
    user = pilot.workers["avim"]
    make.MembershipFactory(user=user, team=team)
    page = reverse("casework:case_export") + "?tab=all"
    signed_in_now(client, user)
    answer = client.post(page, sent(reason="overleg met de keten", format="csv"))
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    assert case.number in text
    assert pilot.case.number not in text
    with acting_as(user):
        assert Case.objects.filter(pk=pilot.case.pk).exists()  # though she sees it


def test_a_legal_team_is_shared_with_apart_from_others(client, pilot):
    note = written(pilot, "note", visibility="own_organisation", text="tekst")
    client.act_as(pilot.workers["ngo"])
    form = {
        "happened_on": day(0), "text": "tekst", "share_basis": "convenant", "version": note.version,
        "visibility": "selected_partners", "share_purpose": "beroep",
        "shared_with": [str(pilot.teams[name].pk) for name in ("legal", "dtv")],
    }  # fmt: skip
    answer = client.post(record_page(pilot.case, note, "record_change"), sent(**form))
    assert answer.status_code == 400
    assert "apart" in answer.text
    note.refresh_from_db()
    assert note.shared_team_ids == []


def test_a_clash_goes_with_the_sharing_that_made_it(client, pilot, on_day):
    """On its last day, without anybody doing something."""
    team, case = there(named="Iemand Anders")
    make.NameFactory(case=case, kind="v_number", value=NUMBER, author_team=team)
    until = timezone.localdate() + timedelta(days=5)
    value = {
        "value": NUMBER, "status": "established", "said_on": 0, "variant": "v_number",
        "visibility": "selected_partners", "shared_with": [str(pilot.teams["municipality"].pk)],
        "share_purpose": "vergelijken", "share_basis": "convenant", "shared_until": 5,
    }  # fmt: skip
    client.act_as(pilot.workers["ind"])
    answer = client.post(adding(pilot.case, "identity_value", "?soort=v_number"), typed(value))
    assert answer.status_code == 302, answer.text
    clash = Clash.objects.get()
    page = reverse("casework:clash_detail", args=[clash.reference])
    assert client.act_as(pilot.workers["coordinator"]).get(page).status_code == 200
    on_day(until)
    assert client.get(page).status_code == 404
