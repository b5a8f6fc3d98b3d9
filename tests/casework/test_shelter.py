"""Stays, the teams they let in, and the protected address (R19)."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    AddressReading,
    Involvement,
    Location,
    LocationAddress,
    Stay,
)
from governance.access.clearance import acting_as
from lvv.common.database import call
from partners.models import AuditEntry
from partners.organisations.enums import OrganisationKind as K
from partners.organisations.enums import TeamFunction as F
from tests import factories as make
from tests.casework.ten_teams import adding, day, page_of, record_page, typed, written

pytestmark = pytest.mark.django_db


def test_a_stay_at_a_location_involves_its_team_until_the_day_after(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["shelter"]).delete()
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    client.act_as(pilot.workers["municipality"])
    form = typed(
        {"location": str(location.pk), "ground": "admitted", "since": -2},
        visibility="permitted_partners",
    )
    assert client.post(adding(pilot.case, "stay"), form).status_code == 302
    stay = Stay.objects.get()
    assert stay.kind == location.kind
    row = Involvement.objects.get(case=pilot.case, team=pilot.teams["shelter"])
    assert (row.ground, row.until) == ("stay", None)
    ending = {"reason": "over", "version": "1"}
    assert client.post(record_page(pilot.case, stay, "record_end"), ending).status_code == 302
    stay.refresh_from_db()
    row.refresh_from_db()
    assert (stay.until, row.until) == (
        timezone.localdate(),
        timezone.localdate() + timedelta(days=1),
    )
    assert stay.ended_at is None  # it is part of the story


def test_nobody_has_two_places_at_once(client, pilot):
    client.act_as(pilot.workers["ngo"])
    form = {
        "kind": "dwelling",
        "ground": "admitted",
        "since": -9,
        "visibility": "permitted_partners",
    }
    assert client.post(adding(pilot.case, "stay"), typed(form, until=day(-2))).status_code == 302
    assert client.post(adding(pilot.case, "stay"), typed(form, since=day(-3))).status_code == 400
    assert client.post(adding(pilot.case, "stay"), typed(form, since=day(-2))).status_code == 302
    assert Stay.objects.count() == 2


@pytest.fixture
def sheltered(pilot):
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"], name="De Brug")
    LocationAddress.objects.create(location=location, team=location.team, address="Geheime Kade 12")
    stay = written(pilot, "stay", location=location, kind="dwelling")
    return SimpleNamespace(location=location, stay=stay, **vars(pilot))


def address_of(sheltered):
    return reverse(
        "casework:stay_address", args=[sheltered.case.reference, sheltered.stay.reference]
    )


def test_the_address_opens_with_a_reason_which_is_kept(client, sheltered):
    url = address_of(sheltered)
    client.act_as(sheltered.workers["municipality"])
    for page in (page_of(sheltered.case), record_page(sheltered.case, sheltered.stay), url):
        assert "Geheime Kade" not in client.get(page).text
    for reason in ("", "   ", "x", "x" * 301):
        refused = client.post(url, {"reason": reason})
        assert (refused.status_code, "Geheime Kade" in refused.text) == (400, False)
    assert not AddressReading.objects.exists()
    shown = client.post(url, {"reason": "Afspraak met de huisarts"})
    assert "Geheime Kade 12" in shown.text
    reading = AddressReading.objects.get()
    assert (reading.user, reading.team, reading.reason) == (
        sheltered.workers["municipality"],
        sheltered.teams["municipality"],
        "Afspraak met de huisarts",
    )
    assert AuditEntry.objects.filter(action="address_read").count() == 1
    page = record_page(sheltered.case, sheltered.stay)
    assert "Afspraak met de huisarts" in client.act_as(sheltered.workers["ngo"]).get(page).text
    for name in ("ind", "dtv"):  # read of the stay, not of its address, nor of who read that
        assert (
            "Afspraak met de huisarts" not in client.act_as(sheltered.workers[name]).get(page).text
        )


def test_staff_of_the_location_needs_no_reason(client, sheltered):
    client.act_as(sheltered.workers["shelter"])
    assert "Geheime Kade 12" in client.get(record_page(sheltered.case, sheltered.stay)).text
    assert "Geheime Kade 12" in client.get(reverse("casework:location_list")).text
    assert AuditEntry.objects.latest("seq").action == "addresses_read"  # each reading (R19)


@pytest.mark.parametrize("name", ["ind", "dtv", "avim", "legal", "care", "iom", "coa"])
def test_nobody_else_reads_the_address_by_any_way(client, sheltered, name):
    client.act_as(sheltered.workers[name])
    expected = (
        403 if name in ("ind", "dtv", "legal", "care") else 404
    )  # the stay is there for them, or not
    for response in (
        client.get(address_of(sheltered)),
        client.post(address_of(sheltered), {"reason": "nieuwsgierig"}),
    ):
        assert response.status_code == expected
        assert "Geheime" not in response.text
    assert client.get(reverse("casework:location_list")).status_code == 403
    for page in (
        page_of(sheltered.case),
        reverse("casework:case_shared", args=[sheltered.case.reference]),
    ):
        assert "De Brug" not in client.get(page).text
    with acting_as(sheltered.workers[name]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_address(%s, 'nieuwsgierig')", [sheltered.stay.reference])
        assert cursor.fetchone() == (None,)
        assert not Location.objects.exists()
        assert not LocationAddress.objects.exists()
    assert not AddressReading.objects.exists()


def test_the_address_is_gone_with_the_stay_and_in_another_case(client, sheltered):
    elsewhere = written(sheltered, "stay", case=sheltered.other, location=sheltered.location)
    with acting_as(sheltered.workers["ngo"]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_address(%s, 'voor een afspraak')", [elsewhere.reference])
        assert cursor.fetchone() == (None,)
    sheltered.stay.until = timezone.localdate()
    sheltered.stay.save()
    client.act_as(sheltered.workers["municipality"])
    assert client.post(address_of(sheltered), {"reason": "voor een afspraak"}).status_code == 404


def test_coordinators_keep_locations_and_write_an_address_without_reading_it(client, pilot):
    add = reverse("casework:location_add", args=[pilot.pilot.slug])
    form = {
        "name": "Nieuwe plek",
        "kind": "dwelling",
        "team": str(pilot.teams["shelter"].pk),
        "address": "Stille Laan 3",
    }
    for name in ("municipality", "ngo", "dtv"):
        assert client.act_as(pilot.workers[name]).post(add, form).status_code == 403
    client.act_as(pilot.workers["coordinator"])
    assert client.post(add, form).status_code == 302
    assert client.post(add, form).status_code == 400  # once by this name
    location = Location.objects.get()
    change = reverse("casework:location_change", args=[location.reference])
    assert "Stille Laan" not in client.get(change).text
    assert "Stille Laan" not in client.get(reverse("casework:location_list")).text
    renamed = {**form, "name": "Andere naam", "address": "", "version": "1"}
    assert client.post(change, renamed).status_code == 302
    assert LocationAddress.objects.get().address == "Stille Laan 3"
    assert client.act_as(pilot.workers["ngo"]).get(change).status_code == 403
    with acting_as(pilot.workers["municipality"]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_write_address(%s, 'Ergens anders')", [location.pk])
        assert cursor.fetchone() == (False,)
    # What stood there before is read by who reads what stands there, and by nobody else.
    client.act_as(pilot.workers["coordinator"])
    client.post(change, {**form, "address": "Nieuwe Laan 4", "version": "2"})
    places = reverse("casework:location_list")
    for who, reads in (("shelter", True), ("coordinator", False), ("ngo", False)):
        text = client.act_as(pilot.workers[who]).get(places).text
        assert ("Nieuwe Laan 4" in text, "Stille Laan 3" in text) == (reads, reads), who


def test_a_stay_long_past_or_outside_the_facility_lets_nobody_in(client, pilot):
    Involvement.objects.filter(
        case=pilot.case, team__in=[pilot.teams["shelter"], pilot.teams["dtv"]]
    ).delete()
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    client.act_as(pilot.workers["municipality"])
    shared = {"visibility": "permitted_partners", "ground": "admitted"}
    past = typed({"location": str(location.pk), "since": -60, "until": -30}, **shared)
    assert client.post(adding(pilot.case, "stay"), past).status_code == 302
    outside = typed({"kind": "bbb", "since": -3}, **shared)
    assert client.post(adding(pilot.case, "stay"), outside).status_code == 302
    assert not Involvement.objects.filter(
        case=pilot.case, team__in=[pilot.teams["shelter"], pilot.teams["dtv"]]
    ).exists()


def test_somebody_who_moves_is_no_longer_the_affair_of_the_team_she_left(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["shelter"]).delete()
    there = make.TeamFactory(
        organisation=make.OrganisationFactory(name="De Kade", kind=K.NGO),
        pilot=pilot.pilot,
        function=F.SHELTER,
    )
    first = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    second = make.LocationFactory(pilot=pilot.pilot, team=there, name="Tweede")
    client.act_as(pilot.workers["municipality"])
    form = typed(
        {"location": str(first.pk), "ground": "admitted", "since": -2},
        visibility="permitted_partners",
    )
    line = client.post(
        reverse("casework:record_readers", args=[pilot.case.reference, "stay"]), form
    ).text
    assert pilot.teams["shelter"].label in line  # who would take part by it is said before
    assert client.post(adding(pilot.case, "stay"), form).status_code == 302
    stay = Stay.objects.get()
    moved = {**form, "location": str(second.pk), "version": "1", "form_token": str(uuid.uuid4())}
    assert client.post(record_page(pilot.case, stay, "record_change"), moved).status_code == 302
    open_ones = Involvement.objects.filter(case=pilot.case, ground="stay")
    assert {(row.team, row.until) for row in open_ones} == {
        (pilot.teams["shelter"], timezone.localdate()),
        (there, None),
    }
    # An earlier stay at the same place is corrected: the running one still holds.
    earlier = typed(
        {"location": str(second.pk), "ground": "admitted", "since": -9, "until": -3},
        visibility="permitted_partners",
    )
    assert client.post(adding(pilot.case, "stay"), earlier).status_code == 302
    assert open_ones.get(team=there).until is None


def test_a_location_that_closed_stays_with_the_stay_that_was_there(client, pilot):
    location = make.LocationFactory(
        pilot=pilot.pilot, closed_on=timezone.localdate() - timedelta(days=1)
    )
    stay = written(
        pilot,
        "stay",
        author_team=pilot.teams["municipality"],
        location=location,
        kind=location.kind,
    )
    client.act_as(pilot.workers["municipality"])
    changing = record_page(pilot.case, stay, "record_change")
    assert str(location) in client.get(changing).text
    form = typed(
        {"location": str(location.pk), "ground": "admitted", "since": -4, "version": "1"},
        visibility="permitted_partners",
    )
    assert client.post(changing, form).status_code == 302
    stay.refresh_from_db()
    assert stay.location == location


def test_who_takes_a_location_over_does_not_read_where_it_was_before(client, pilot):
    place = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    change = reverse("casework:location_change", args=[place.reference])
    client.act_as(pilot.workers["coordinator"])
    form = {"name": place.name, "kind": place.kind, "team": str(place.team_id)}
    for version, address in enumerate(("Oude Laan 1", "Oude Laan 2"), start=1):
        sent = {**form, "address": address, "version": version}
        assert client.post(change, sent).status_code == 302
    place.team = pilot.teams["ngo"]
    place.save()
    with acting_as(pilot.workers["ngo"]):
        assert not LocationAddress.objects.exists()
        assert not LocationAddress.history.exists()
    for address in ("Nieuwe Laan 3", "Nieuwe Laan 4"):
        with acting_as(pilot.workers["coordinator"]):
            assert call("shelter_write_address", place.pk, address)
    with acting_as(pilot.workers["ngo"]):
        assert LocationAddress.objects.get().address == "Nieuwe Laan 4"
        read = set(LocationAddress.history.values_list("address", flat=True))
    assert read == {"Nieuwe Laan 3", "Nieuwe Laan 4"}


def test_a_location_that_a_colleague_gave_to_a_team_does_not_go_back(client, pilot):
    place = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    change = reverse("casework:location_change", args=[place.reference])
    client.act_as(pilot.workers["coordinator"])
    assert 'name="version" value="1"' in client.get(change).text
    form = {"name": place.name, "kind": place.kind, "address": "", "version": "1"}
    assert client.post(change, form | {"team": str(pilot.teams["shelter"].pk)}).status_code == 302
    assert client.post(change, form | {"team": "", "version": "2"}).status_code == 302
    late = form | {"team": str(place.team_id), "name": "De Brug"}
    assert client.post(change, late).status_code == 409
    place.refresh_from_db()
    assert (place.team, place.name) == (None, form["name"])
