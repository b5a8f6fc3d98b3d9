"""T1: registering somebody, with everything that goes wrong at a desk."""

import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.enums import CaseState, Ground
from casework.models import Briefing, Case, Clash, IdentityValue, Involvement, Person
from casework.shelter.enums import StayGround
from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.template_convenant import GivenCell, write_cells
from governance.models import ConvenantParty, Draft, FormToken
from lvv.jobs import forget
from partners.models import AuditEntry
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from tests import factories as make
from tests.conftest import agreement, closed

pytestmark = pytest.mark.django_db
URL = "/personen/aanmelden/"
SHEET = "register:6f1de2a4-8d0e-4f5a-9f7b-0d7c8e2a1b34"


def typed(**changes):
    return {
        "name": "Selam Berhane",
        "other_names": "",
        "birth_date": "12-03-1990",
        "nationality": "0084",
        "second_nationality": "",
        "v_number": "",
        "referrer": "Wijkteam",
        "referred_on": timezone.localdate().strftime("%d-%m-%Y"),
        "told_on": timezone.localdate().strftime("%d-%m-%Y"),
        "language": "ti",
        "interpreter": "on",
        "form_token": str(uuid.uuid4()),
        "draft_key": SHEET,
        "form_page": URL,
        **changes,
    }


def test_a_registered_person_has_a_case_values_briefing_and_involvement(client, cast):
    response = client.act_as(cast.owner).post(
        URL,
        typed(
            other_names="ሰላም በርሃነ\nSelamawit", v_number="2345 678 901", second_nationality="0114"
        ),
    )
    case = Case.objects.latest("id")
    assert response.url == reverse("casework:case_detail", args=[case.reference])
    assert (case.state, case.pilot, case.lead_team, case.case_manager) == (
        CaseState.REGISTERED,
        cast.pilot,
        cast.municipal,
        cast.owner,
    )
    kinds = sorted(case.identity_values.values_list("kind", "value", "status"))
    assert kinds == [
        ("alias", "Selamawit", "claimed"),
        ("alias", "ሰላም በርሃነ", "claimed"),
        ("birth_date", "1990-03-12", "claimed"),
        ("name", "Selam Berhane", "claimed"),
        ("nationality", "0084", "claimed"),
        ("nationality", "0114", "claimed"),
        ("v_number", "2345678901", "claimed"),
    ]
    assert case.person.v_number is None
    assert Briefing.objects.get(case=case).language == "ti"
    assert list(case.involvements.values_list("team", "ground")) == [
        (cast.municipal.pk, Ground.MUNICIPALITY)
    ]
    assert case.history.get().history_user == cast.owner
    assert AuditEntry.objects.filter(
        action="casework:register_person", cases__contains=[case.reference]
    ).exists()
    shown = client.get(response.url).text
    assert "Selam Berhane" in shown
    assert "met een tolk" in shown


def test_an_ngo_registers_and_the_municipality_leads_from_the_start(client, cast):
    client.act_as(cast.stranger).post(URL, typed())
    case = Case.objects.latest("id")
    assert case.lead_team == cast.municipal
    assert set(case.team_ids) == {cast.municipal.pk, cast.stranger_team.pk}
    assert not Involvement.objects.filter(case=case, team=cast.partner_team).exists()


def test_only_municipality_ngo_and_shelter_register(client, cast):
    assert client.act_as(cast.partner).get(URL).status_code == 403
    assert client.act_as(cast.officer).get(URL).status_code == 403
    assert URL not in client.act_as(cast.partner).get(reverse("casework:case_list")).text


@pytest.mark.parametrize("state", ["winding_down", "closed"])
def test_a_pilot_that_winds_down_takes_nobody_new(client, cast, state):
    closed(cast.pilot, state=state, closes_on=timezone.localdate() + timedelta(days=30))
    assert client.act_as(cast.owner).get(URL).status_code == 403


BAD = [
    ({"name": ""}, "name", "Vul de naam in"), ({"name": "x" * 300}, "name", "300 tekens"),
    ({"name": "😀😀"}, "name", "minstens één letter"), ({"name": "Jan 😀"}, "name", "plaatjes"),
    ({"name": "\u200b\u200b"}, "name", "minstens één letter"),
    ({"birth_date": "31-02-1990"}, "birth_date", "bestaat niet"),
    ({"birth_date": "01-01-2999"}, "birth_date", "toekomst"), ({"birth_date": "01-01-1899"}, "birth_date", "vóór 1900"),
    ({"birth_date": "gisteren"}, "birth_date", "12-03-1985"), ({"v_number": "123456789"}, "v_number", "tien cijfers"),
    ({"v_number": "12345678901"}, "v_number", "tien cijfers"), ({"v_number": "12345abcde"}, "v_number", "tien cijfers"),
    ({"nationality": ""}, "nationality", "Kies een nationaliteit"), ({"nationality": "9999"}, "nationality", None),
    ({"second_nationality": "0084"}, "second_nationality", "twee keer"), ({"referrer": ""}, "referrer", "wie de persoon"),
    ({"told_on": ""}, "told_on", "op welke dag"), ({"told_on": "31-02-2026"}, "told_on", "bestaande datum"),
    ({"told_on": "01-01-2999"}, "told_on", "toekomst"), ({"language": ""}, "language", "Kies de taal"),
    ({"other_names": "\n".join(f"Naam {chr(97 + n)}" for n in range(11))}, "other_names", "hoogstens 10"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field", "words"), BAD)
def test_bad_input_gets_a_message_at_the_field_and_in_the_summary_and_nothing_is_lost(
    client, cast, change, field, words
):
    before = Case.objects.count()
    response = client.act_as(cast.owner).post(URL, typed(**change))
    assert response.status_code == 400
    assert Case.objects.count() == before
    page = response.text
    assert "<title>Fout:" in page
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}_error"' in page
    assert words is None or page.count(words) >= 2
    kept = "Selam Berhane" if field != "name" else "Wijkteam"
    assert kept in page


GOOD = [
    {"name": "Yonas"}, {"name": "محمد"}, {"birth_date": ""}, {"birth_date": "1990"}, {"birth_date": "00-00-1985"},
    {"v_number": "2345 678 901"}, {"nationality": "0000"}, {"name": "\u202eSelam"},
]  # fmt: skip


@pytest.mark.parametrize("change", GOOD)
def test_uncertain_identity_is_the_normal_case(client, cast, change):
    assert client.act_as(cast.owner).post(URL, typed(**change)).status_code == 302


def test_the_same_form_twice_is_one_person(client, cast):
    form = typed()
    first = client.act_as(cast.owner).post(URL, form)
    again = client.post(URL, form)
    assert again.url == first.url
    assert IdentityValue.objects.filter(value="Selam Berhane").count() == 1


def test_a_draft_goes_when_its_form_was_sent(client, cast):
    form = typed()
    client.act_as(cast.owner).post(reverse("governance:draft_save"), form | {"name": "Half"})
    assert Draft.objects.get().fields["name"] == ["Half"]
    assert "csrfmiddlewaretoken" not in Draft.objects.get().fields
    client.post(URL, form)
    assert not Draft.objects.exists()


def test_two_sheets_side_by_side_keep_their_own_text(client, cast):
    client.act_as(cast.owner)
    sheets = [
        re.search(r'name="draft_key" value="(register:[^"]+)"', client.get(URL, follow=True).text)[
            1
        ]
        for _ in range(2)
    ]
    assert sheets[0] != sheets[1]
    for standalone_draft_key, name in zip(sheets, ("Een", "Twee"), strict=True):
        page = f"{URL}?concept={standalone_draft_key.partition(':')[2]}"
        client.post(
            reverse("governance:draft_save"),
            typed(draft_key=standalone_draft_key, form_page=page, name=name),
        )
    for standalone_draft_key, name in zip(sheets, ("Een", "Twee"), strict=True):
        page = f"{URL}?concept={standalone_draft_key.partition(':')[2]}"
        assert page in client.get("/").text
        assert f'value="{name}"' in client.get(page).text
    assert f'value="{sheets[0]}"' not in client.get(f"{URL}?concept=onzin", follow=True).text


def test_unsent_text_can_be_read_and_discarded_also_when_its_case_left_sight(client, cast):
    key = f"note:{cast.case.reference}"
    page = reverse("casework:note_add", args=[cast.case.reference])
    typing = {
        "draft_key": key,
        "text": "Bijna af",
        "form_page": page,
        "visibility": "own_organisation",
    }
    client.act_as(cast.partner).post(reverse("governance:draft_save"), typing)
    assert page in client.get("/").text
    row = Involvement.objects.get(team=cast.partner_team)
    row.until = timezone.localdate()
    row.save()
    home = client.get("/").text
    assert page not in home
    kept = re.search(r'href="(/concepten/[-\w]+/)"', home)[1]
    shown = client.get(kept).text
    assert "Bijna af" in shown
    assert "own_organisation" not in shown  # chosen, not typed
    assert client.act_as(cast.owner).get(kept).status_code == 404
    assert client.act_as(cast.partner).post(kept).status_code == 302
    assert not Draft.objects.exists()


def test_what_was_kept_of_a_form_is_forgotten_after_fourteen_days_also_of_who_never_came_back(
    client, cast
):
    for owner in (cast.owner, cast.stranger):
        FormToken.objects.create(owner=owner)
        Draft.objects.create(owner=owner, key=SHEET, fields={"name": ["Oud"]})
    FormToken.objects.update(used_at=timezone.now() - timedelta(days=15))
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=15))
    old = Draft.objects.get(owner=cast.owner)
    client.act_as(cast.owner)
    assert (
        client.get(reverse("governance:draft_detail", args=[old.reference])).status_code == 404
    )  # before the night's job
    assert "Oud" not in client.get(f"{URL}?concept={SHEET.partition(':')[2]}").text
    client.post(
        reverse("governance:draft_save"), typed(draft_key=SHEET, name="Nieuw")
    )  # in its place
    forget()
    assert [draft.fields["name"] for draft in Draft.objects.all()] == [["Nieuw"]]
    assert not FormToken.objects.exists()


def test_drafts_with_other_keys_are_refused(client, cast):
    client.act_as(cast.owner)
    for key in ("", "other", "note:x", "register", SHEET + "\n"):
        assert (
            client.post(reverse("governance:draft_save"), typed(draft_key=key)).status_code == 400
        )
    assert (
        client.post(reverse("governance:draft_save"), typed(name="x" * 300_000)).status_code == 400
    )


def test_likely_doubles_in_sight_come_first(client, cast):
    client.act_as(cast.owner)
    form = typed(name="Tesfai Markersen")  # misspelt
    shown = client.post(URL, form)
    assert shown.status_code == 200
    assert "Tesfay Markerson" in shown.text
    assert "naam lijkt erop" in shown.text
    judged = re.search(r'name="judged" value="([^"]*)"', shown.text)[1]
    assert client.post(URL, {**form, "judged": judged}).status_code == 302


def test_the_same_v_number_in_sight_comes_first(client, cast):
    make.NameFactory(case=cast.case, kind="v_number", value="2345678901")
    shown = client.act_as(cast.owner).post(URL, typed(v_number="2345678901"))
    assert "zelfde V-nummer" in shown.text


def test_a_known_person_whose_case_ended_gets_a_new_case(client, cast):
    make.in_state(cast.case, CaseState.EXITED)
    form = typed(name="Tesfay Markerson", person=str(cast.case.person.reference))
    assert client.act_as(cast.owner).post(URL, form).status_code == 302
    assert Case.objects.filter(person=cast.case.person).count() == 2


def test_a_person_with_an_open_case_gets_no_second_one_and_the_form_may_be_sent_again(client, cast):
    form = typed(name="Tesfay Markerson", person=str(cast.case.person.reference))
    response = client.act_as(cast.owner).post(URL, form)
    assert response.status_code == 409
    assert cast.case.number in response.text
    shown = client.post(URL, {**form, "person": ""})
    assert f'value="{cast.case.pk}"' not in shown.text  # no key, which would count
    judged = {"judged": shown.context["judged"], "person": ""}
    assert client.post(URL, {**form, **judged}).status_code == 302


def test_a_person_out_of_sight_cannot_be_named(client, cast):
    form = typed(person=str(cast.other_case.person.reference))
    assert client.act_as(cast.owner).post(URL, form).status_code == 404
    assert client.post(URL, typed(person="geen-uuid")).status_code == 404


def other_pilot():
    pilot = make.PilotFactory(contact_name="Coördinator elders", contact_phone="088 1")
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    agreement(pilot, {team: dict.fromkeys(Category, Cell.WRITE)})
    case = make.CaseFactory(lead_team=team, named="Elders Bekend")
    make.NameFactory(case=case, kind="v_number", value="2777777777")
    coordinator = make.MembershipFactory(team=team, role=Role.COORDINATOR).user
    return SimpleNamespace(pilot=pilot, team=team, case=case, coordinator=coordinator)


def bare(text):
    return re.sub(
        r"\"p\d+\"|deelname/\d+|[0-9a-f-]{36}|\d{4}-\d{7}|\d{2}:\d{2}|token\": \"\w+|value=\"\w+\"|2\d{3} \d{3} \d{3}",
        "",
        text,
    )


def test_a_number_known_elsewhere_looks_like_an_unknown_one_and_both_coordinators_hear(
    client, cast
):
    elsewhere = other_pilot()
    client.act_as(cast.owner)
    unknown = client.post(URL, typed(v_number="2111111111", name="Persoon Een"))
    known = client.post(URL, typed(v_number="2777777777", name="Persoon Een Twee"[:11]))
    if known.status_code == 200:  # the first registration is a likely double of the second
        judged = re.search(r'name="judged" value="([^"]*)"', known.text)[1]
        known = client.post(URL, typed(v_number="2777777777", name="Persoon Een", judged=judged))
    assert (unknown.status_code, known.status_code) == (302, 302)
    assert bare(unknown.url) == bare(known.url)
    assert bare(client.get(unknown.url).text) == bare(client.get(known.url).text)
    case = Case.objects.latest("id")
    assert case.person.v_number is None
    clash = Clash.objects.get()
    assert (clash.newer_case, clash.older_case, clash.agreeing) == (
        case,
        elsewhere.case,
        ["v_number"],
    )
    # Both coordinators see pilot, contact and which fields agree; nobody sees the other's person.
    here = client.act_as(cast.coordinator).get(reverse("home")).text
    assert elsewhere.pilot.name in here
    assert "Coördinator elders" in here
    assert "Elders Bekend" not in here
    there = client.act_as(elsewhere.coordinator).get(reverse("home")).text
    assert cast.pilot.name in there
    assert "Persoon Een" not in there
    # The worker hears nothing.
    with acting_as(cast.owner):
        assert not Clash.objects.exists()
    assert "Op twee plaatsen" not in client.act_as(cast.owner).get(reverse("home")).text


def test_a_clash_is_settled_when_both_say_the_same(client, cast):
    elsewhere = other_pilot()
    client.act_as(cast.owner).post(URL, typed(v_number="2777777777"))
    answer = reverse("casework:clash_answer", args=[Clash.objects.get().reference])
    assert client.post(answer, {"answer": "same"}).status_code == 404  # not hers
    assert client.act_as(cast.coordinator).post(answer, {"answer": "maybe"}).status_code == 400
    assert client.post(answer, {"answer": "not_same"}).status_code == 302
    assert (
        "Daar zeggen ze: niet dezelfde persoon"
        in client.act_as(elsewhere.coordinator).get("/").text
    )
    client.post(answer, {"answer": "not_same"})
    for coordinator in (cast.coordinator, elsewhere.coordinator):
        assert "Op twee plaatsen" not in client.act_as(coordinator).get("/").text
    clash = Clash.objects.get()
    assert (clash.newer_answered_by, clash.older_answered_by) == (
        cast.coordinator,
        elsewhere.coordinator,
    )


def test_a_clash_is_nobody_elses(client, cast):
    """Not a third pilot's coordinator's, nor a worker's whose own registration is in it."""
    other_pilot()
    client.act_as(cast.owner).post(URL, typed(v_number="2777777777"))
    third = make.PilotFactory()
    team = make.TeamFactory(pilot=third, organisation=third.municipality)
    agreement(third, {team: {Category.IDENTITY: Cell.WRITE}})
    coordinator = make.MembershipFactory(team=team, role=Role.COORDINATOR).user
    with acting_as(cast.coordinator):
        assert Clash.objects.count() == 1
    for user in (coordinator, cast.owner):
        with acting_as(user):
            assert not Clash.objects.exists()
    answer = reverse("casework:clash_answer", args=[Clash.objects.get().reference])
    assert client.act_as(coordinator).post(answer, {"answer": "same"}).status_code == 404


def test_nobody_asks_for_clashes_of_anothers_case(cast):
    with (
        acting_as(cast.stranger),
        pytest.raises(DatabaseError, match="not your case"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT register_clashes(%s)", [cast.case.pk])


def test_anothers_form_token_leads_nowhere(client, cast):
    form = typed()
    first = client.act_as(cast.owner).post(URL, form)
    again = client.act_as(cast.coordinator).post(URL, form)
    assert first.url not in again.headers.get("Location", "")
    assert Case.objects.filter(identity_values__value="Selam Berhane").count() == 1


def emergency(**changes):
    return {
        "name": "Onbekende vrouw",
        "sheltered_since": timezone.localdate().strftime("%d-%m-%Y"),
        "referrer": "",
        "form_token": str(uuid.uuid4()),
        "draft_key": SHEET.replace("register", "emergency"),
        **changes,
    }


def test_an_emergency_is_one_short_form_and_the_rest_becomes_work(client, cast):
    url = reverse("casework:register_emergency")
    response = client.act_as(cast.owner).post(url, emergency())
    case = Case.objects.latest("id")
    assert (case.stays.get().ground, case.stays.get().since) == (
        StayGround.EMERGENCY,
        timezone.localdate(),
    )
    assert not Briefing.objects.filter(case=case).exists()
    # R7: sheltered, so known to the departure service.
    assert cast.partner_team.pk in case.team_ids
    page = client.get(response.url).text
    for task in ("Vertel de persoon", "Kijk of deze persoon al is aangemeld"):
        assert task in page
    assert "Onbekende vrouw" in client.get("/").text
    client.post(
        reverse("casework:case_briefing", args=[case.reference]),
        {
            "told_on": timezone.localdate().strftime("%d-%m-%Y"),
            "language": "en",
            "form_token": str(uuid.uuid4()),
        },
    )
    client.post(reverse("casework:case_doubles", args=[case.reference]))
    case.refresh_from_db()
    assert case.doubles_judged_on == timezone.localdate()
    assert "Te doen" not in client.get(response.url).text


def test_an_emergency_in_the_future_is_refused(client, cast):
    url = reverse("casework:register_emergency")
    assert (
        client.act_as(cast.owner).post(url, emergency(sheltered_since="01-01-2999")).status_code
        == 400
    )


def test_the_page_of_a_sheet_is_the_same_when_loaded_again(client, cast):
    page = client.act_as(cast.owner).get(URL)
    assert page.status_code == 302
    key = "register:" + page.url.partition("?concept=")[2]
    client.post(reverse("governance:draft_save"), typed(draft_key=key, name="Nog niet af"))
    assert 'value="Nog niet af"' in client.get(page.url).text


def test_an_emergency_needs_the_right_to_record_shelter(client, cast):
    """A team that writes identity alone registers people, and is refused here instead of failing
    half-way."""
    team = make.TeamFactory(organisation__kind=OrganisationKind.NGO, pilot=cast.pilot)
    agreement(cast.pilot, {team: {Category.IDENTITY: Cell.WRITE}}, kind="ngo_agreement")
    user = make.MembershipFactory(team=team).user
    assert client.act_as(user).get(URL, follow=True).status_code == 200
    assert client.post(reverse("casework:register_emergency"), emergency()).status_code == 403


def test_an_emergency_hides_itself_from_who_may_not_read_shelter(client, cast):
    """The trace of an emergency as the form makes it, not as a factory would."""
    client.act_as(cast.owner).post(reverse("casework:register_emergency"), emergency())
    case = Case.objects.latest("id")
    third = make.TeamFactory(organisation__kind=OrganisationKind.AVIM, pilot=cast.pilot)
    convenant = cast.convenant
    write_cells(convenant, [GivenCell(third, Category.IDENTITY, Cell.WRITE, "1", "p", "b")])
    ConvenantParty.objects.create(
        convenant=convenant, organisation=third.organisation, signed_on=case.registered_on
    )
    make.InvolvementFactory(case=case, team=third)
    user = make.MembershipFactory(team=third).user
    for name in ("case_detail", "case_why", "note_add"):
        page = client.act_as(user).get(reverse(f"casework:{name}", args=[case.reference]))
        assert page.status_code == 200
        assert not [
            word for word in ("opvang", "Opvang", "nog niet") if word in page.text.split("<main")[1]
        ], name


def test_a_shelter_team_registers_for_its_pilot(client, cast):
    shelter = make.TeamFactory(
        organisation=cast.stranger_team.organisation,
        pilot=cast.pilot,
        function=TeamFunction.SHELTER,
    )
    cells = {Category.IDENTITY: Cell.WRITE, Category.CONTACT_SHELTER: Cell.WRITE}
    agreement(cast.pilot, {shelter: cells}, kind="ngo_agreement")
    user = make.MembershipFactory(team=shelter).user
    assert (
        client.act_as(user).post(reverse("casework:register_emergency"), emergency()).status_code
        == 302
    )
    case = Case.objects.latest("id")
    assert (case.lead_team, set(case.team_ids)) == (
        cast.municipal,
        {shelter.pk, cast.municipal.pk, cast.partner_team.pk},
    )


def test_a_worker_of_two_teams_chooses_for_which(client, cast):
    second = make.TeamFactory(
        organisation__kind=OrganisationKind.NGO, pilot=make.PilotFactory(name="Tweede stad")
    )
    agreement(second.pilot, {second: {Category.IDENTITY: Cell.WRITE}})
    make.MembershipFactory(user=cast.owner, team=second)
    client.act_as(cast.owner)
    assert "Tweede stad" in client.get(URL, follow=True).text
    assert client.post(URL, typed()).status_code == 400
    assert client.post(URL, typed(team=str(cast.stranger_team.pk))).status_code == 400
    assert client.post(URL, typed(team=str(second.pk))).status_code == 302
    assert Case.objects.latest("id").pilot == second.pilot


def test_numbers_of_cases_tell_only_the_year():
    number = Case.objects.next_number()
    assert re.fullmatch(rf"{timezone.localdate().year}-\d{{7}}", number)


def test_person_has_nothing_but_a_reference():
    person = Person.objects.create()
    assert str(person) == str(person.reference)
