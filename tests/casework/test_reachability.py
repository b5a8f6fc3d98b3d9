"""How the person herself can be reached: recorded by who guides, of the own team until shared,
and never where many people or other pilots read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.journal.models import Reachability
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.ten_teams import (
    FILLED,
    TEAMS,
    adding,
    day,
    page_of,
    record_page,
    typed,
    written,
)

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "06 0000 4711", "06 0000 4712"
PHONE = FILLED["ngo", "reachability"] | {"value": NUMBER}


def key_facts(client, case):
    return client.get(page_of(case)).text.split('id="h-kern"')[1].split("</section>")[0]


@pytest.fixture
def recorded(client, pilot):
    """A phone number as the NGO records it, with the form as it opens: nobody chose who reads."""
    client.act_as(pilot.workers["ngo"])
    url = adding(pilot.case, "reachability")
    offered = client.get(url).context["form"]
    form = typed(
        PHONE, visibility=offered.initial.get("visibility") or offered["visibility"].initial
    )
    assert client.post(url, form).status_code == 302
    return Reachability.objects.get(case=pilot.case)


def test_a_phone_number_is_the_own_teams_until_it_is_shared_with_a_partner_who_alone_reads_it(
    client, pilot, recorded
):
    def read_by():
        found = set()
        for name in TEAMS:
            client.act_as(pilot.workers[name])
            opened = client.get(record_page(pilot.case, recorded)).status_code == 200
            told = NUMBER in client.get(page_of(pilot.case)).text
            with acting_as(pilot.workers[name]):
                past = Reachability.history.filter(id=recorded.pk).exists()
            assert opened == told == past, name
            found |= {name} if opened else set()
        return found

    assert recorded.visibility == "own_organisation"
    assert read_by() == {"ngo"}
    client.act_as(pilot.workers["ngo"])
    sharing = {
        "visibility": "selected_partners",
        "shared_with": [str(pilot.teams["municipality"].pk)],
        "share_purpose": "afspraken doorgeven",
        "version": "1",
    }
    page = record_page(pilot.case, recorded, "record_change")
    assert client.post(page, typed(PHONE, **sharing)).status_code == 302
    assert read_by() == {"ngo", "municipality"}  # and not DT&V, with the same right
    client.act_as(pilot.workers["municipality"])
    facts = key_facts(client, pilot.case)
    for words in (
        "Bereikbaarheid",
        "Telefoon",
        NUMBER,
        "alleen na 18 uur",
        pilot.teams["ngo"].label,
    ):
        assert words in facts
    assert client.get(page).status_code == 403  # read, and not hers to change
    client.act_as(pilot.workers["ngo"])
    withdrawn = client.post(record_page(pilot.case, recorded, "record_withdraw"), {"version": "2"})
    assert withdrawn.status_code == 302
    assert read_by() == {"ngo"}


def test_a_changed_number_keeps_the_old_one(client, pilot, recorded):
    form = typed(PHONE, value=OTHER, version="1")
    changing = record_page(pilot.case, recorded, "record_change")
    assert client.post(changing, form).status_code == 302
    facts = key_facts(client, pilot.case)
    assert OTHER in facts
    assert NUMBER not in facts
    page = client.get(record_page(pilot.case, recorded)).text
    assert OTHER in page
    assert NUMBER in page  # what it was
    assert (
        client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, recorded)).status_code
        == 404
    )


def test_a_number_that_no_longer_holds_leaves_the_key_facts_and_stays_in_the_story(
    client, pilot, recorded
):
    client.act_as(pilot.workers["ngo"])
    form = typed(PHONE, until=day(-1), version="1")
    assert client.post(record_page(pilot.case, recorded, "record_change"), form).status_code == 302
    assert NUMBER not in key_facts(client, pilot.case)
    assert NUMBER in client.get(page_of(pilot.case)).text.split('id="tijdlijn"')[1]
    newer = typed(PHONE, kind="messenger", messenger="Signal", value=OTHER)
    assert client.post(adding(pilot.case, "reachability"), newer).status_code == 302
    facts = key_facts(client, pilot.case)
    assert "Signal" in facts
    assert OTHER in facts
    added = Reachability.objects.get(value=OTHER)
    ending = {"reason": "mistake", "version": "1"}
    assert client.post(record_page(pilot.case, added, "record_end"), ending).status_code == 302
    assert OTHER not in key_facts(client, pilot.case)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"value": "06-12 34"}, True),
        ({"value": "+251 (0) 91 1"}, True),
        ({"value": "bel mij: 123"}, False),
        ({"kind": "e_mail", "value": "selam@voorbeeld.nl"}, True),
        ({"kind": "address", "value": "Proefstraat 1, t.a.v. Selam"}, True),
        ({"kind": "messenger", "messenger": "Telegram", "value": "@selam"}, True),
        ({"kind": "messenger", "messenger": " ", "value": "@selam"}, False),
    ],
)
def test_a_number_is_kept_as_it_is_written_and_asked_again_when_it_is_too_short(
    client, pilot, changes, kept
):
    client.act_as(pilot.workers["ngo"])
    answer = client.post(adding(pilot.case, "reachability"), typed(PHONE, **changes))
    assert answer.status_code == (302 if kept else 400)
    values = list(Reachability.objects.values_list("value", flat=True))
    assert values == ([changes["value"]] if kept else [])


def test_it_is_not_recorded_on_a_partners_behalf_for_it_would_no_longer_be_of_the_own_team(
    client, pilot
):
    client.act_as(pilot.workers["coordinator"])
    url = adding(pilot.case, "reachability", "?namens=1")
    assert url.replace("&", "&amp;") not in client.get(page_of(pilot.case)).text
    form = typed(
        PHONE,
        source_team=str(pilot.teams["ngo"].pk),
        received_on=0,
        received_document="brief",
        visibility="permitted_partners",
        share_purpose="samen verder",
    )
    client.post(url, form)
    assert not Reachability.objects.filter(source_team=pilot.teams["ngo"]).exists()


def test_no_minutes_say_it(room):
    case, ngo = room.journey.case, room.journey.teams["ngo"]
    make.RECORDS["reachability"](case=case, author_team=ngo, value=NUMBER)  # open to all partners
    room.add()
    room.open()
    room.decide("admitted", reasons="Voldoet aan alles.", review_on=30)
    room.close()
    for who in ("ngo", "dtv"):
        assert NUMBER not in room.see(who, "minutes", room.meeting.reference).text
        assert NUMBER not in room.see(who, "agenda_item", room.item.reference).text
        assert NUMBER in room.journey.client.get(page_of(case)).text


def test_a_sharing_that_ended_closes_it_by_itself(client, pilot, on_day):
    shared = written(
        pilot,
        "reachability",
        value=NUMBER,
        visibility="selected_partners",
        shared_team_ids=[pilot.teams["dtv"].pk],
        share_purpose="vertrekgesprek afspreken",
        share_basis="convenant",
        shared_until=timezone.localdate() + timedelta(days=5),
    )
    client.act_as(pilot.workers["dtv"])
    assert NUMBER in key_facts(client, pilot.case)
    on_day(shared.shared_until)
    assert NUMBER not in client.get(page_of(pilot.case)).text
    person = reverse("casework:person_detail", args=[pilot.case.person.reference])
    assert NUMBER not in client.get(person).text
