"""What pages say where a word carries the meaning: how late, who waits for whom, where somebody
stays, what a role may do; and abbreviations written out where a page first has them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from casework.dossiers.kinds import headline
from casework.dossiers.support import Allowance
from lvv.templatetags.ui import lateness, why_once_more
from partners.organisations.enums import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
WRITTEN_OUT = {
    "LSO": "lokaal samenwerkingsoverleg",
    "MRT": "multidisciplinair review team",
    "HASA": "herhaalde asielaanvraag",
    "V-nummer": "vreemdelingennummer",
}


def words(page):
    """What is read of a page, and the titles of its abbreviations before these."""
    text = re.sub(r'<abbr title="([^"]+)">', r" \1 ", page.text)
    text = re.sub(r"<(script|style|title|svg)\b.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"</?(strong|a|bdi)\b[^>]*>", "", text)
    return unescape(re.sub(r"<[^>]+>", " ", text))


def test_abbreviations_are_written_out_where_a_page_first_has_them(guided):
    guided.room.decide("escalate_mrt")
    pages = [
        guided.get("municipality", name)
        for name in ("case_detail", "escalation", "exit", "plan", "case_elsewhere")
    ]
    for who, address in (
        ("municipality", reverse("casework:register_person")),
        ("municipality", reverse("casework:meeting_list")),
        ("municipality", reverse("home")),
        ("coordinator", reverse("casework:meeting_detail", args=[guided.room.meeting.reference])),
    ):
        pages.append(guided.client.act_as(guided.workers[who]).get(address, follow=True))
    met = set()
    for page in pages:
        assert page.status_code == 200
        text = words(page)
        for short, full in WRITTEN_OUT.items():
            if first := re.search(rf"(?<![\w-]){short}\b", text):
                met.add(short)
                assert full in text[: first.start()].lower(), (page.request["PATH_INFO"], short)
    assert {"LSO", "MRT", "V-nummer"} <= met


@pytest.mark.parametrize(
    ("days", "said"), [(-1, ""), (0, "vandaag"), (1, "1 dag te laat"), (24, "24 dagen te laat")]
)
def test_what_was_due_says_how_late_it_is(days, said):
    assert lateness(timezone.localdate() - timedelta(days=days)) == said


def test_the_worklist_says_how_late_each_thing_is(guided):
    guided.done(
        "ngo", "plan", what="Brief versturen", to_team=str(guided.teams["ngo"].pk), due_on=0
    )
    page = guided.client.act_as(guided.workers["ngo"]).get(reverse("home")).text
    assert re.search(r"Brief versturen.*?vandaag\s*</span>", page, re.S)
    assert "termijn bereikt" not in page


def test_a_case_says_whose_dossier_it_waits_for(journey):
    journey.interviewed()
    journey.request_dossiers()

    def waits():
        worker = journey.workers["municipality"]
        return journey.client.act_as(worker).get(reverse("casework:intake_list")).text

    assert "Wacht op dossiers van IND en DT&amp;V." in waits()
    journey.deliver("ind", result="none")
    assert "Wacht op dossier van DT&amp;V." in waits()
    case = journey.get("municipality", "case_detail").text
    assert "IND heeft geen dossier" in case
    assert "Dossier: IND heeft geen dossier" not in case
    journey.deliver("dtv")
    assert not re.search("Wacht op dossiers? van", waits())


def test_key_facts_say_in_what_shelter_somebody_stays_and_since_when(journey):
    make.StayFactory(
        case=journey.case,
        author_team=journey.teams["municipality"],
        kind="night_shelter",
        location=None,
        since=date(2026, 11, 21),
    )
    page = " ".join(words(journey.get("municipality", "case_detail")).split())
    assert "Verblijf Nachtopvang, sinds 21 november 2026" in page


def test_a_point_of_the_agenda_is_told_as_a_sentence(guided):
    page = guided.get("municipality", "case_detail").text
    assert f"Toelating: {guided.room.item.question}" in unescape(page)
    assert "Status: toegelaten" in page
    # The next step is a link as a whole, and not beside a word "open".
    make.StayFactory(case=guided.case, author_team=guided.teams["municipality"])
    guided.propose()
    page = guided.get("coordinator", "case_detail").text
    assert "Het verblijf loopt nog op de uitstroomdatum" in page
    assert re.search(r"<a [^>]+>\s*<strong>Uitstroom bevestigen</strong>\s*</a>", page)
    assert 'open<span class="app-vh">' not in page


@pytest.mark.parametrize(
    ("amount", "said"), [("52", "€ 52 per week"), ("62.50", "€ 62,50 per week")]
)
def test_an_allowance_is_said_as_money(amount, said):
    assert headline(Allowance(amount=Decimal(amount), period="week")) == said


def test_a_travel_document_asks_of_which_country_it_is(guided):
    refused = guided.post("dtv", "record_add", "travel_document", kind="laissez_passer")
    assert refused.status_code == 400
    assert "Vul in bij welk land u het document aanvraagt." in refused.text
    assert "Dit veld is verplicht." not in refused.text


def test_the_plan_is_printed_in_languages_that_are_named(guided):
    page = " ".join(words(guided.get("municipality", "plan")).split())
    assert "Afdrukken voor de persoon: Engels, Nederlands" in page
    paper = guided.client.get(
        reverse("casework:plan_person", args=[guided.case.reference]) + "?taal=nl"
    ).text
    assert "Vóór" not in paper


@pytest.mark.parametrize(
    ("role", "says"),
    [
        (Role.ANALYST, "Analist: U leest de convenanten"),
        (Role.FUNCTIONAL_ADMIN, "Functioneel beheerder: U houdt onder Beheer"),
        (Role.PRIVACY_OFFICER, "Privacyfunctionaris: U leest in het inzagelogboek"),
        (Role.DATA_PROTECTION_OFFICER, "Functionaris gegevensbescherming: U leest in de conv"),
    ],
)
def test_a_role_without_cases_reads_what_it_can_do_here(client, role, says):
    worker = make.MembershipFactory(
        team=None, organisation=make.OrganisationFactory(kind="ministry"), role=role
    ).user
    client.act_as(worker)
    assert says in " ".join(words(client.get(reverse("home"))).split())
    refused = client.get(reverse("casework:case_list"))
    assert refused.status_code == 403
    assert "Deze pagina hoort niet bij uw rol." in refused.text


def test_before_an_export_it_is_said_why_the_password_is_asked():
    def says(page):
        request = RequestFactory().get("/account/bevestigen/", {"next": page})
        return why_once_more({"request": request})

    with translation.override("nl"):
        assert says(reverse("casework:case_export") + "?tab=mine").startswith("Voor een export")
        assert says("/account/").startswith("U wijzigt iets aan de beveiliging")
        assert says("https://elders.example/x").startswith("U wijzigt iets")


def test_a_page_without_a_field_keeps_no_draft(journey):
    journey.done("municipality", "intake", begun_on=-50)
    bare = journey.get("municipality", "intake_page", "beperking").text
    assert "Concept wordt automatisch bewaard" not in bare
    asks = journey.get("municipality", "intake_page", "situatie").text
    assert "Concept wordt automatisch bewaard" in asks
