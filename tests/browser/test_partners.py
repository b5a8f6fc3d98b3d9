"""Each partner at its own work, from its own home: on one person it may see, as its people would
do it."""

import re
from datetime import timedelta

import psycopg2
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, violations

CASE_URL = re.compile(r"/casussen/[0-9a-f-]{36}/(#.*)?$")


def day(offset=0):
    return (timezone.localdate() + timedelta(days=offset)).strftime("%d-%m-%Y")


def open_case(page):
    """From one's own home: the newest of one's own cases."""
    page.goto("/")
    page.locator("section", has=page.locator("#h-mijn")).locator("tbody th a").first.click()
    page.wait_for_url(CASE_URL)
    return page.url.partition("#")[0]


def add(page, slug):
    """By the button that the case page has for it."""
    page.locator(f"a[href$='/dossier/{slug}/nieuw/']").first.click()
    page.wait_for_url(f"**/dossier/{slug}/nieuw/")


def fill(page, **typed):
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def save(page, where=CASE_URL):
    assert violations(page) == []
    page.get_by_role("button", name="Opslaan", exact=True).click()
    page.wait_for_url(where)


def test_ind_records_a_decision(visit):
    page = visit("ind-utrecht")
    open_case(page)
    add(page, "procedure")
    fill(page, kind="repeat_asylum", applied_on=day(-60), result="rejected", result_on=day(-1))
    save(page)
    expect(page.get_by_text("afgewezen").first).to_be_visible()
    assert violations(page) == []


def test_dtv_records_a_step_of_a_laissez_passer(visit):
    page = visit("dtv-utrecht")
    open_case(page)
    add(page, "travel_document")
    fill(page, kind="laissez_passer", country="Armenië", applied_on=day(-9))
    save(page)
    page.locator("a[href*='travel_document_step']").first.click()
    page.wait_for_url("**/travel_document_step/nieuw/**")
    page.locator("select[name=step]").select_option(index=1)
    page.locator("input[name=happened_on]").fill(day(-1))
    save(page)
    assert violations(page) == []


def test_avim_records_what_its_research_found(visit):
    page = visit("avim-utrecht")
    open_case(page)
    add(page, "research")
    fill(page, method="fingerprints", started_on=day(-4), result="confirmed", result_on=day(-1))
    save(page)
    expect(page.locator(".app-timeline").get_by_text("vingerafdrukken").first).to_be_visible()
    assert violations(page) == []


def test_an_ngo_shares_a_note_with_the_municipality_only(visit):
    page = visit("ngo-utrecht")
    case = open_case(page)
    page.get_by_label("Notitie", exact=True).check()
    page.get_by_label("Soort gegevens").select_option("guidance")
    page.get_by_text("Lezers wijzigen").click()
    page.locator("textarea[name=text]").fill("Alleen voor de gemeente bedoeld")
    page.get_by_label("teams die ik kies").check()
    page.locator(".app-choose-teams label", has_text="Gemeente Utrecht").locator("input").check()
    page.locator("input[name=share_purpose]").fill("plek zoeken")
    expect(page.locator("#lezers")).to_contain_text("Gemeente Utrecht")
    expect(page.locator("#lezers")).not_to_contain_text("DT&V")
    assert violations(page) == []
    page.locator("form[data-draft] button[type=submit]").first.click()
    page.wait_for_url(CASE_URL)
    municipality = visit("gemeente-utrecht")
    municipality.goto(f"{case}?toon=notes")
    expect(municipality.get_by_text("Alleen voor de gemeente bedoeld")).to_be_visible()
    departure = visit("dtv-utrecht")
    departure.goto(f"{case}?toon=notes")
    departure.locator("h1").first.wait_for()
    assert departure.get_by_text("Alleen voor de gemeente bedoeld").count() == 0


def test_the_municipality_opens_an_address_with_a_reason(visit, site):
    connection = psycopg2.connect(site.owner)
    with connection, connection.cursor() as cursor:  # somebody who stays at a location
        cursor.execute(
            "SELECT c.reference, s.reference FROM casework_stay s JOIN casework_case c ON c.id = s.case_id"
            " JOIN partners_pilot p ON p.id = c.pilot_id AND p.slug = 'utrecht' WHERE (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_guidance'"
            " AND s.ended_at IS NULL AND s.until IS NULL AND s.location_id IS NOT NULL ORDER BY s.id LIMIT 1"
        )
        case, stay = cursor.fetchone()
    connection.close()
    page = visit("gemeente-utrecht")
    page.goto(f"/casussen/{case}/")
    page.locator(f"a[href*='/dossier/stay/{stay}/']").first.click()
    page.locator("#h-bron").wait_for()
    page.get_by_role("link", name="Adres tonen, met opgave van reden").click()
    page.wait_for_url("**/adres/")
    page.get_by_label(re.compile("Waarvoor heeft u het adres nodig")).fill("Bezoek aan de locatie")
    assert violations(page) == []
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("verzonnen")
    assert violations(page) == []


def test_shelter_legal_care_iom_and_coa_do_their_own_work(visit):
    for account, slug, typed, said in (
        (
            "opvang-utrecht",
            "signal",
            {"kind": "missing", "happened_on": day(), "text": "Niet in bed"},
            "Niet in bed",
        ),
        (
            "ngo-juridisch-utrecht",
            "legal_aid",
            {"subject": "Nieuwe aanvraag", "asked_on": day(-1)},
            "Nieuwe aanvraag",
        ),
        (
            "ngo-zorg-utrecht",
            "limitation",
            {"take_account_of": "rust in de ochtend", "since": day()},
            "rust in de ochtend",
        ),
        ("iom-landelijk", "return_support", {"kind": "ticket", "requested_on": day(-1)}, "ticket"),
    ):
        page = visit(account)
        open_case(page)
        add(page, slug)
        fill(page, **typed)
        save(page)
        expect(page.locator(".app-timeline").get_by_text(said).first).to_be_visible()
    reception = visit("coa-landelijk")
    reception.goto("/")
    question = reception.get_by_role("link", name=re.compile("Overdracht")).first
    question.click()
    reception.wait_for_url("**/antwoorden/")
    assert violations(reception) == []
    reception.locator("input[name=answer][value=accepted]").check()
    reception.locator("[name=answer_text]").fill("Er is plaats vanaf maandag")
    reception.locator("main form button[type=submit]").first.click()
    expect(reception.get_by_text("Er is plaats vanaf maandag")).to_be_visible()


def test_a_list_is_taken_over_by_mouse(visit, site):
    """Upload, columns, check; the background process does the rest and the page follows it."""
    page = visit("coordinator-utrecht")
    page.goto("/personen/invoer/")
    content = b"Naam;Geboortedatum;Nationaliteit\nQuilla Vantongeren;12-03-1985;0084\nZonder;31-02-1990;\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Lijst inlezen").click()
    page.wait_for_url("**/personen/invoer/*-*/")
    expect(page.get_by_text("De lijst wordt gelezen")).to_be_visible()
    assert violations(page) == []
    site.work()
    page.get_by_role("button", name="Lijst controleren").click(timeout=30_000)
    page.get_by_role("status").first.wait_for()
    assert violations(page) == []
    site.work()
    expect(page.get_by_text("Deze datum bestaat niet")).to_be_visible(timeout=30_000)
    assert violations(page) == []
    page.get_by_role("button", name="Goede rijen overnemen").click()
    page.get_by_role("status").first.wait_for()
    site.work()
    expect(page.get_by_text("1 casus is overgenomen")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Hele invoer terugdraaien").click()
    page.get_by_role("status").first.wait_for()
    site.work()
    expect(page.get_by_text("1 casus is teruggedraaid")).to_be_visible(timeout=30_000)


def test_the_list_is_exported_after_the_password(visit):
    page = visit("dtv-utrecht", fresh=True)
    page.goto("/casussen/?tab=mine")
    page.locator("#uitvoer").click()
    page.wait_for_url("**/account/bevestigen/**")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/casussen/uitvoer/**")
    assert violations(page) == []
    page.get_by_label(re.compile("Waarvoor heeft u deze lijst")).fill("Overleg van donderdag")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporteren").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_two_coordinators_and_a_planted_double(visit):
    page = visit("coordinator-amsterdam")
    page.goto("/")
    page.get_by_role("link", name="Beslissen").first.click()
    page.wait_for_url("**/botsingen/**")
    assert violations(page) == []
    page.get_by_role("button", name="Dezelfde persoon", exact=True).click()
    page.get_by_role("heading", name="Wat er is gezegd").wait_for()
    assert violations(page) == []
