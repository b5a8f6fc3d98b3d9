"""List, search, case and person pages; involving and ending; notes and who reads them."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.cases.case_rows import CAP, capped_count
from casework.cases.enums import CaseState, Ground
from casework.cases.involvements import departure_team
from casework.models import Case, Involvement, Note
from casework.register.identity import leading_names
from casework.sharing.audience import readers
from casework.shelter.stays import shelter_is_running
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.convenants.enums import Cell
from tests import factories as make
from tests.conftest import agreement

pytestmark = pytest.mark.django_db
LIST = "/casussen/"
LIST_STATEMENTS = 15
CASE_STATEMENTS = 25


def page_of(case):
    return reverse("casework:case_detail", args=[case.reference])


def statements(client, django_assert_max_num_queries, most, url):
    """How many statements a page costs, savepoints of the test aside."""
    client.get(url)  # the first page after signing in also writes the session
    with django_assert_max_num_queries(1000) as seen:
        assert client.get(url).status_code == 200
    own = ("SAVEPOINT", "RELEASE", "SET LOCAL", "RESET", "ROLLBACK", "SELECT ACCESS_LEAVE")
    counted = [q["sql"] for q in seen.captured_queries if not q["sql"].upper().startswith(own)]
    assert len(counted) <= most, "\n".join(counted)
    return len(counted)


def test_the_list_costs_the_same_for_one_case_and_thirty(
    client, cast, django_assert_max_num_queries
):
    client.act_as(cast.owner)
    one = statements(client, django_assert_max_num_queries, LIST_STATEMENTS, LIST)
    for number in range(30):
        make.CaseFactory(
            lead_team=cast.municipal,
            involve=[cast.partner_team],
            named=f"Persoon {chr(97 + number % 26)}",
        )
    assert statements(client, django_assert_max_num_queries, LIST_STATEMENTS, LIST) == one


def test_a_case_costs_the_same_whatever_happened_in_it(client, cast, django_assert_max_num_queries):
    def one_of_each(number):
        for name, factory in make.RECORDS.items():
            since = timezone.localdate() - timedelta(days=100 + number)
            extra = {"since": since, "until": since + timedelta(days=1)} if name == "stay" else {}
            factory(case=cast.case, **extra)

    client.act_as(cast.owner)
    one_of_each(1)
    one = statements(client, django_assert_max_num_queries, CASE_STATEMENTS, page_of(cast.case))
    for number in range(2, 8):
        one_of_each(number)
    assert (
        statements(client, django_assert_max_num_queries, CASE_STATEMENTS, page_of(cast.case))
        == one
    )


def test_a_person_costs_the_same_whatever_was_said_of_her(
    client, cast, django_assert_max_num_queries
):
    page = reverse("casework:person_detail", args=[cast.case.person.reference])
    client.act_as(cast.owner)
    make.NameFactory(case=cast.case, kind="birth_date", value="1988")
    make.RECORDS["relation"](
        case=cast.case, other=make.CaseFactory(lead_team=cast.municipal).person, other_name=""
    )
    one = statements(client, django_assert_max_num_queries, CASE_STATEMENTS, page)
    for number in range(6):
        make.NameFactory(case=cast.case, value=f"Andere Naam {chr(97 + number)}")
        make.RECORDS["identitydocument"](case=cast.case)
        make.RECORDS["relation"](
            case=cast.case, other=make.CaseFactory(lead_team=cast.municipal).person, other_name=""
        )
    assert statements(client, django_assert_max_num_queries, CASE_STATEMENTS, page) == one


def test_a_search_costs_the_same_for_one_found_and_thirty(
    client, cast, django_assert_max_num_queries
):
    def cost(asked):
        client.post("/casussen/zoeken/", asked)
        with django_assert_max_num_queries(LIST_STATEMENTS + 20) as seen:
            assert client.post("/casussen/zoeken/", asked).context["rows"]
        return len(seen.captured_queries)

    client.act_as(cast.owner)
    make.NameFactory(case=cast.case, kind="birth_date", value="1988-04-09")
    asks = (
        {"q": "Markerson"},
        {"born": "1988"},
        {"q": "Marker", "born": "09-04-1988"},
        {"q": cast.case.number},
    )
    one = [cost(asked) for asked in asks]
    for number in range(30):
        case = make.CaseFactory(
            lead_team=cast.municipal, named=f"Markerson {chr(97 + number % 26)}"
        )
        make.NameFactory(case=case, kind="birth_date", value="1988-04-09")
    assert [cost(asked) for asked in asks] == one


def test_tabs_and_filters(client, cast):
    other = make.CaseFactory(lead_team=cast.municipal, state=CaseState.INTAKE, named="In Intake")
    client.act_as(cast.owner)

    def names(query):
        return {row.name for row in client.get(LIST + query).context["rows"]}

    assert names("?tab=mine") == {"Tesfay Markerson"}
    assert names("?tab=new") == {"Tesfay Markerson"}
    assert names("?tab=all") == {"Tesfay Markerson", "In Intake"}
    assert names("?state=intake") == {"In Intake"}
    assert names("?partner=dtv") == {"Tesfay Markerson"}
    assert names(f"?pilot={cast.pilot.slug}") == {"Tesfay Markerson", "In Intake"}
    other.registered_on = other.referred_on = timezone.localdate() - timedelta(days=60)
    other.save()
    assert names("?since=30") == {"Tesfay Markerson"}
    # Nonsense in an address is forgiven, not a fault.
    for odd in ("?state=zzz", "?pilot=x", "?tab=../", "?page=999", "?page=x", "?since=1' OR 1=1"):
        assert client.get(LIST + odd).status_code == 200


def test_htmx_gets_the_table_alone_and_the_address_is_shareable(client, cast):
    client.act_as(cast.owner)
    part = client.get(LIST + "?state=intake", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Status: intake" in part.text
    assert "<html" in client.get(LIST + "?state=intake").text


def test_counts_stop_at_a_thousand(monkeypatch):
    assert CAP == 1000
    monkeypatch.setattr("casework.cases.case_rows.CAP", 2)
    for _ in range(5):
        make.CaseFactory()
    assert capped_count(Case.objects.all()) == 3


def test_names_are_searched_by_post_and_never_stand_in_an_address(client, cast):
    client.act_as(cast.owner)
    url = reverse("casework:case_search")
    assert client.get(url, {"q": "Tesfay"}).url == LIST
    for wanted in (
        "Tesfay Markerson",
        "tesfay",
        "ERSON",
        "Tesfai Markerson",
        "te",
        cast.case.number,
        "markérson",
    ):
        assert str(cast.case.reference) in client.post(url, {"q": wanted}).text, wanted
    make.NameFactory(case=cast.case, kind="v_number", value="2345678901")
    assert str(cast.case.reference) in client.post(url, {"q": "2345 678 901"}).text
    for wanted in ("Zonder Deelname", "zonder", "", "%", "_", "\\", "'", "x" * 500, "😀"):
        shown = client.post(url, {"q": wanted})
        assert shown.status_code == 200, wanted
        assert str(cast.other_case.reference) not in shown.text


def test_the_leading_name_is_what_avim_or_ind_established(cast):
    police = make.TeamFactory(organisation__kind="avim", pilot=cast.pilot)
    assert leading_names([cast.case.pk])[cast.case.pk] == "Tesfay Markerson"
    make.NameFactory(case=cast.case, value="Later Genoemd", author_team=cast.municipal)
    assert leading_names([cast.case.pk])[cast.case.pk] == "Tesfay Markerson"
    make.NameFactory(
        case=cast.case, value="Gemeente Zegt", author_team=cast.municipal, status="established"
    )
    assert leading_names([cast.case.pk])[cast.case.pk] == "Gemeente Zegt"
    make.NameFactory(
        case=cast.case, value="Politie Vaststelde", author_team=police, status="established"
    )
    assert leading_names([cast.case.pk])[cast.case.pk] == "Politie Vaststelde"


def test_the_person_page_shows_each_value_with_status_source_and_date(client, cast):
    make.NameFactory(
        case=cast.case, value="Ander Gezegd", author_team=cast.partner_team, status="plausible"
    )
    page = (
        client.act_as(cast.owner)
        .get(reverse("casework:person_detail", args=[cast.case.person.reference]))
        .text
    )
    for word in (
        "Tesfay Markerson",
        "Ander Gezegd",
        "gesteld",
        "aannemelijk",
        cast.partner_team.label,
    ):
        assert word in page


def test_a_former_pilot_learns_nothing_of_what_came_later(client, cast):
    """Identity values are records of the case they were recorded in."""
    pilot = make.PilotFactory()
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    agreement(pilot, {team: dict.fromkeys(Category, Cell.WRITE)})
    later = make.CaseFactory(person=cast.case.person, lead_team=team, named="Nieuwe Naam")
    page = reverse("casework:person_detail", args=[cast.case.person.reference])
    shown = client.act_as(cast.owner).get(page).text
    assert "Nieuwe Naam" not in shown
    assert later.number not in shown


def involving(team, **changes):
    return {
        "team": str(team.pk),
        "ground": "cooperation",
        "explanation": "Advies nodig",
        "until": "",
        "form_token": str(uuid.uuid4()),
        **changes,
    }


def test_a_partner_is_involved_after_reading_what_it_will_see(client, cast):
    url = reverse("casework:case_involve", args=[cast.case.reference])
    until = timezone.localdate() + timedelta(days=30)
    form = involving(cast.stranger_team, until=until.strftime("%d-%m-%Y"))
    read = client.act_as(cast.owner).post(url, form)
    assert "Deze partner ziet dan:" in read.text
    assert "begeleiding" in read.text
    assert not Involvement.objects.filter(case=cast.case, team=cast.stranger_team).exists()
    assert client.act_as(cast.stranger).get(page_of(cast.case)).status_code == 404
    done = client.act_as(cast.owner).post(url, {**form, "confirmed": "1"})
    assert done.url == page_of(cast.case)
    row = Involvement.objects.get(case=cast.case, team=cast.stranger_team)
    assert (row.ground, row.until, row.counted) == (Ground.COOPERATION, until, True)
    assert row.history.get().history_user == cast.owner
    assert client.act_as(cast.stranger).get(page_of(cast.case)).status_code == 200


def test_bad_involvements(client, cast):
    url = reverse("casework:case_involve", args=[cast.case.reference])
    client.act_as(cast.owner)
    elsewhere = make.TeamFactory()
    yesterday = (timezone.localdate() - timedelta(days=1)).strftime("%d-%m-%Y")
    for change in (
        {"team": ""},
        {"team": str(elsewhere.pk)},
        {"team": str(cast.partner_team.pk)},
        {"ground": ""},
        {"ground": "registered"},
        {"ground": "legal_aid"},
        {"ground": "stay"},
        {"ground": "care"},
        {"explanation": ""},
        {"until": yesterday},
        {"until": "31-02-2030"},
    ):
        assert (
            client.post(
                url, {**involving(cast.stranger_team), "confirmed": "1", **change}
            ).status_code
            == 400
        ), change
    assert Involvement.objects.filter(case=cast.case).count() == 2


def test_the_departure_service_gets_no_end_date_while_the_person_is_sheltered(client, cast):
    Involvement.objects.filter(case=cast.case, team=cast.partner_team).delete()
    make.StayFactory(case=cast.case)
    url = reverse("casework:case_involve", args=[cast.case.reference])
    until = (timezone.localdate() + timedelta(days=30)).strftime("%d-%m-%Y")
    form = {**involving(cast.partner_team), "confirmed": "1"}
    refused = client.act_as(cast.owner).post(url, {**form, "until": until})
    assert (refused.status_code, "zolang de persoon opvang" in refused.text) == (400, True)
    assert client.post(url, form).status_code == 302
    assert (
        Involvement.objects.in_force()
        .filter(case=cast.case, team=cast.partner_team, until=None)
        .exists()
    )


def test_who_takes_part_in_nothing_hears_of_no_shelter(cast):
    """The function behind rule R7 answers the departure service and the municipality only, where
    they take part."""
    make.StayFactory(case=cast.case)
    ngo, police = (
        make.TeamFactory(organisation__kind=kind, pilot=cast.pilot) for kind in ("ngo", "avim")
    )
    agreement(
        cast.pilot,
        {team: {Category.IDENTITY: Cell.WRITE} for team in (ngo, police)},
        kind="ngo_agreement",
    )
    for team in (ngo, police):
        make.InvolvementFactory(case=cast.case, team=team)
    worker, officer = (make.MembershipFactory(team=team).user for team in (ngo, police))
    for user, answer in (
        (cast.partner, True),
        (cast.owner, True),
        (worker, True),
        (officer, False),
        (cast.stranger, False),
    ):
        with acting_as(user):
            assert shelter_is_running(cast.case.pk) is answer


def test_two_workers_involving_one_team_make_one_involvement(client, cast):
    url = reverse("casework:case_involve", args=[cast.case.reference])
    form = {**involving(cast.stranger_team), "confirmed": "1"}
    client.act_as(cast.owner).post(url, form)
    client.post(url, form)  # sent twice
    again = client.act_as(cast.coordinator).post(url, {**form, "form_token": str(uuid.uuid4())})
    assert again.status_code == 400  # it is no choice any more
    assert Involvement.objects.filter(case=cast.case, team=cast.stranger_team).count() == 1


def end_url(case, team):
    row = Involvement.objects.get(case=case, team=team)
    return reverse("casework:involvement_end", args=[case.reference, row.reference])


def test_a_partner_ends_its_own_follow_up(client, cast):
    url = end_url(cast.case, cast.partner_team)
    assert client.act_as(cast.partner).get(url).status_code == 200
    assert client.post(url).status_code == 302
    assert client.get(page_of(cast.case)).status_code == 404
    row = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    assert row.until == timezone.localdate()
    assert row.history.first().history_user == cast.partner


@pytest.mark.parametrize("sheltered", [True, False])
def test_the_departure_service_does_not_leave_while_the_person_must_be_known_to_it(
    client, cast, sheltered
):
    if sheltered:
        make.StayFactory(case=cast.case)
    else:
        make.in_state(cast.case, CaseState.IN_GUIDANCE)
    url = end_url(cast.case, cast.partner_team)
    for asker in (cast.partner, cast.owner, cast.coordinator):
        assert client.act_as(asker).post(url).status_code == 403
    assert url not in client.get(page_of(cast.case)).text


def test_the_leading_team_cannot_leave(client, cast):
    assert client.act_as(cast.owner).post(end_url(cast.case, cast.municipal)).status_code == 403


def test_another_partner_cannot_end_it(client, cast):
    third = make.TeamFactory(organisation__kind="ngo", pilot=cast.pilot)
    agreement(cast.pilot, {third: {Category.IDENTITY: Cell.WRITE}}, kind="ngo_agreement")
    user = make.MembershipFactory(team=third).user
    make.InvolvementFactory(case=cast.case, team=third)
    row = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    url = end_url(cast.case, cast.partner_team)
    # of the departure service, as far as she may know of it: not before its dossier is asked for
    assert client.act_as(user).post(url).status_code == 404
    row.ground = "dossier_request"
    row.save()
    assert client.act_as(user).post(url).status_code == 403


def test_a_stale_version_is_refused(client, cast):
    url = reverse("casework:case_take_over", args=[cast.case.reference])
    version = str(cast.case.version)
    assert client.act_as(cast.coordinator).post(url, {"version": "99"}).status_code == 409
    assert client.post(url, {"version": version}).status_code == 302
    cast.case.refresh_from_db()
    assert (cast.case.case_manager, cast.case.version) == (cast.coordinator, int(version) + 1)
    assert client.act_as(cast.owner).post(url, {"version": version}).status_code == 409
    assert client.act_as(cast.partner).post(url, {"version": version}).status_code == 403


def note(**changes):
    return {
        "kind": "note",
        "category": "guidance",
        "happened_on": timezone.localdate().strftime("%d-%m-%Y"),
        "text": "Kennismaking.",
        "visibility": "own_organisation",
        "form_token": str(uuid.uuid4()),
        **changes,
    }


def test_a_note_is_written_once_and_stands_in_the_timeline(client, cast):
    url = reverse("casework:note_add", args=[cast.case.reference])
    form = note()
    client.act_as(cast.owner).post(url, form)
    client.post(url, form)
    kept = Note.objects.get()
    assert (kept.author_team, kept.visibility, kept.author) == (
        cast.municipal,
        "own_organisation",
        cast.owner,
    )
    assert "Kennismaking." in client.get(page_of(cast.case)).text
    assert "Kennismaking." not in client.get(page_of(cast.case) + "?toon=partners").text


def test_before_saving_one_reads_who_will_see_it(client, cast):
    url = reverse("casework:note_readers", args=[cast.case.reference])
    client.act_as(cast.owner)
    assert cast.partner_team.label not in client.post(url, note()).text
    everybody = client.post(url, note(visibility="permitted_partners")).text
    assert cast.partner_team.label in everybody
    hidden = client.post(url, note(category="public_order", visibility="permitted_partners")).text
    assert cast.partner_team.label not in hidden
    chosen = client.post(
        url, note(visibility="selected_partners", shared_with=str(cast.partner_team.pk))
    ).text
    assert cast.partner_team.label in chosen
    assert (
        client.post(url, note(category="medical_content")).status_code == 200
    )  # writes none of it: no line


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("category", [Category.GUIDANCE, Category.DEPARTURE, Category.PUBLIC_ORDER])
def test_what_is_announced_is_what_happens(cast, category, visibility):
    """The line "visible to" and the database name the same teams."""
    third = make.TeamFactory(organisation__kind="ngo", pilot=cast.pilot)
    agreement(
        cast.pilot,
        {third: {Category.IDENTITY: Cell.READ, Category.GUIDANCE: Cell.WRITE_OWN}},
        kind="ngo_agreement",
    )
    workers = {
        third.pk: make.MembershipFactory(team=third).user,
        cast.partner_team.pk: cast.partner,
        cast.municipal.pk: cast.owner,
    }
    make.InvolvementFactory(case=cast.case, team=third)
    cast.case.refresh_from_db()
    shared = [cast.partner_team.pk] if visibility == Visibility.SELECTED_PARTNERS else []
    announced = readers(
        cast.case, category, visibility, author_team=cast.municipal.pk, shared=shared
    )
    written = make.NoteFactory(
        case=cast.case, category=category, visibility=visibility, shared_team_ids=shared
    )
    seen = []
    for team, user in workers.items():
        with acting_as(user):
            if Note.objects.filter(pk=written.pk).exists():
                seen.append(team)
    assert sorted(seen) == sorted(announced)


def test_bad_notes(client, cast):
    url = reverse("casework:note_add", args=[cast.case.reference])
    client.act_as(cast.owner)
    for change in (
        {"text": ""},
        {"category": ""},
        {"category": "medical_content"},
        {"happened_on": "01-01-2999"},
        {"visibility": "selected_partners"},
        {"visibility": "all"},
        {"text": "x" * 20_001},
        {"visibility": "selected_partners", "shared_with": str(cast.stranger_team.pk)},
    ):
        response = client.post(url, note(**change))
        assert response.status_code == 400, change
        assert "Fout:" in response.text
    assert not Note.objects.exists()


def test_a_reader_gets_no_form_for_what_she_may_not_write(client, cast):
    reader = make.TeamFactory(organisation__kind="coa", pilot=cast.pilot)
    agreement(cast.pilot, {reader: {Category.IDENTITY: Cell.READ}}, kind="ngo_agreement")
    make.InvolvementFactory(case=cast.case, team=reader)
    client.act_as(make.MembershipFactory(team=reader).user)
    assert "Contact vastleggen" not in client.get(page_of(cast.case)).text
    assert (
        client.post(reverse("casework:note_add", args=[cast.case.reference]), note()).status_code
        == 403
    )


def test_why_do_i_see_this(client, cast):
    page = (
        client.act_as(cast.partner)
        .get(reverse("casework:case_why", args=[cast.case.reference]))
        .text
    )
    for word in (
        "vertrek",
        "artikel 2",
        "proef",
        "AVG 6, 1, e",
        cast.partner_team.label,
        str(cast.convenant),
    ):
        assert word in page
    # Categories the reader does not see are not named at all.
    assert "openbare orde" not in page
    assert "medische" not in page


def test_the_switch_speaks_english(client, cast):
    client.act_as(cast.owner)
    assert 'lang="nl"' in client.get("/").text
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    page = client.get("/").text
    assert 'lang="en"' in page
    assert "Worklist" in page


def test_an_involvement_with_an_end_can_end_earlier(client, cast):
    row = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    row.until = timezone.localdate() + timedelta(days=30)
    row.save()
    assert client.act_as(cast.owner).post(end_url(cast.case, cast.partner_team)).status_code == 302
    assert client.act_as(cast.partner).get(page_of(cast.case)).status_code == 404


def test_older_notes_are_within_reach(client, cast):
    for number in range(60):
        make.NoteFactory(
            case=cast.case,
            text=f"verslag-nummer-{number:02}",
            happened_on=timezone.localdate() - timedelta(days=number),
        )
    client.act_as(cast.owner)
    first = client.get(page_of(cast.case) + "?toon=notes").text
    assert "verslag-nummer-00" in first
    assert "verslag-nummer-55" not in first
    assert "Toon oudere" in first
    assert "verslag-nummer-55" in client.get(page_of(cast.case) + "?toon=notes&meer=1").text
    for odd in ("x", "-1", "²", "9" * 5000):
        assert client.get(page_of(cast.case) + f"?meer={odd}").status_code == 200


def test_odd_posts_are_no_faults(client, cast):
    client.act_as(cast.owner)
    readers_url = reverse("casework:note_readers", args=[cast.case.reference])
    assert (
        client.post(readers_url, note(visibility="selected_partners", shared_with="²")).status_code
        == 200
    )
    for key in ("note:" + "-" * 36, "note:" + "0" * 36):
        assert (
            client.post(
                reverse("governance:draft_save"), {"draft_key": key, "text": "x"}
            ).status_code
            == 400
        )
    assert client.get("/").status_code == 200


def test_r7_the_general_team_of_the_departure_service_is_told_and_no_other(client, cast):
    """A team of another function sorts first, and one administrator can make it."""
    service = make.OrganisationFactory(kind="dtv", name="DT&V")
    for function in ("care", "general"):
        make.TeamFactory(organisation=service, pilot=cast.pilot, function=function)
    team = departure_team(cast.pilot.pk)
    assert team is not None
    assert team.function == "general"
