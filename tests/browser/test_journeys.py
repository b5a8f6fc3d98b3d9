"""A few journeys as users make them: by mouse, by keyboard, without JavaScript."""

import re
import time

import psycopg2
import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import expect

from partners.accounts.middleware import SEEN
from partners.accounts.sessions import SessionStore
from tests.browser.conftest import PASSWORD, violations

CASE_URL = re.compile(r"/casussen/[0-9a-f-]{36}/")


def code_of(secret: str) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def confirm_password(page):
    """Adding a factor asks for the password once more."""
    if "/account/bevestigen/" in page.url:
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()


def fill_registration(page, name):
    page.get_by_label("Naam", exact=True).fill(name)
    page.get_by_label("Geboortedatum").fill("03-1988")
    page.get_by_label("Nationaliteit", exact=True).select_option("0084")
    page.get_by_label("Verwezen door").fill("Wijkteam")
    page.get_by_label("Geïnformeerd op").fill("01-11-2026")
    page.get_by_label("In welke taal").select_option("ti")
    page.get_by_label("Met een tolk").check()


def authenticator(visit, states):
    """The secret of the app of an account no other test signs in with: it asks for a code from
    now on; and the code it was registered with."""
    if "authenticator" not in states:
        page = visit("vng", fresh=True)
        page.goto("/account/tweede-factor/totp/activate/")
        confirm_password(page)
        page.wait_for_url("**/totp/activate/")
        expect(page.locator(".app-qr svg")).to_be_visible()
        secret = page.locator("#totp-key").inner_text()
        states["authenticator"] = secret, code_of(secret)
        page.locator("#id_code").fill(states["authenticator"][1])
        page.get_by_role("button", name="Toevoegen").click()
        page.wait_for_url("**/recovery-codes/")
        assert violations(page) == []
        page.get_by_role("button", name="Uitloggen").click()
        page.wait_for_url("**/inloggen/")
    return states["authenticator"]


def test_register_an_authenticator_app(visit, states):
    authenticator(visit, states)


def virtual_authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_register_a_passkey_sign_in_with_it_and_reopen_after_idling(visit, site):
    page = visit(
        "opvang-rotterdam", fresh=True, base=site.local
    )  # nor with this one: it asks for the passkey
    virtual_authenticator(page)
    page.goto("/account/tweede-factor/webauthn/add/")
    confirm_password(page)
    page.wait_for_url("**/webauthn/add/")
    if page.locator("#id_passwordless").count():
        page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/")
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url("**/inloggen/")
    page.get_by_role("button", name="Met een passkey inloggen").click()
    page.get_by_role("heading", name="Werkvoorraad").wait_for()
    # Idle: the page locks itself, and the passkey opens it with the typed text still there.
    page.clock.install()
    page.goto("/personen/aanmelden/")
    page.get_by_label("Naam", exact=True).fill("Nog Niet Klaar")
    page.get_by_text("Bewaard om").wait_for()
    key = next(
        cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "lvv_session"
    )
    with psycopg2.connect(site.owner) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM partners_session WHERE session_key = %s", [key])
        data = SessionStore().decode(cursor.fetchone()[0])
        data[SEEN] = int(time.time()) - 16 * 60
        cursor.execute(
            "UPDATE partners_session SET session_data = %s WHERE session_key = %s",
            [SessionStore().encode(data), key],
        )
    connection.close()
    page.clock.fast_forward(61_000)  # the page asks once a minute whether the session still holds
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Met mijn passkey verdergaan").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()  # not to be waved away
    dialog.get_by_role("button", name="Met mijn passkey verdergaan").click()
    dialog.wait_for(state="hidden")
    assert page.get_by_label("Naam", exact=True).input_value() == "Nog Niet Klaar"
    fill_registration(page, "Nog Niet Klaar")
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(CASE_URL)


def test_register_a_person_and_meet_a_possible_double(visit):
    page = visit("gemeente-utrecht")
    page.goto("/casussen/")
    page.get_by_role("link", name="Persoon aanmelden").click()
    fill_registration(page, "Zerezghi Woldemikael")
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(CASE_URL)
    expect(page.get_by_text("Zerezghi Woldemikael").first).to_be_visible()
    expect(page.get_by_text("maart 1988")).to_be_visible()
    # The same person again: shown first.
    page.goto("/personen/aanmelden/")
    fill_registration(page, "Zeresghi Woldemichael")
    page.get_by_role("button", name="Aanmelden").click()
    page.get_by_role("heading", name="Is deze persoon al aangemeld?").wait_for()
    expect(page.get_by_text("naam lijkt erop")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Geen van deze").click()
    page.wait_for_url(CASE_URL)


def test_bad_input_leads_to_the_field(visit):
    page = visit("gemeente-utrecht")
    page.goto("/personen/aanmelden/")
    fill_registration(page, "Iemand Nieuw")
    page.get_by_label("Geboortedatum").fill("31-02-1990")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.locator("#foutoverzicht")).to_be_focused()
    page.get_by_role("link", name="Deze datum bestaat niet").click()
    field = page.locator("#id_birth_date")
    expect(field).to_be_focused()
    assert page.get_by_label("Naam", exact=True).input_value() == "Iemand Nieuw"
    assert field.get_attribute("aria-invalid") == "true"
    assert "id_birth_date_error" in field.get_attribute("aria-describedby")


def test_text_survives_leaving_the_page(visit):
    page = visit("coordinator-rotterdam")
    page.goto("/personen/aanmelden/")
    page.get_by_label("Verwezen door").fill("Een half formulier")
    page.get_by_text("Bewaard om").wait_for()
    page.goto("/")
    page.get_by_role("link", name="Aanmelding van een persoon", exact=True).click()
    assert page.get_by_label("Verwezen door").input_value() == "Een half formulier"
    page.get_by_role("button", name="Concept weggooien").click()
    page.get_by_role("button", name="Concept weggooien").wait_for(state="hidden")
    assert page.get_by_label("Verwezen door").input_value() == ""
    page.get_by_label("Verwezen door").fill("Opnieuw")  # and what is typed then is kept again
    page.get_by_text("Bewaard om").wait_for()
    page.get_by_role("button", name="Concept weggooien").wait_for()


def test_characters_that_nothing_can_keep_are_left_out_of_what_is_sent(visit):
    """They come along when text is pasted from a document; the web refuses them."""
    page = visit("coordinator-rotterdam")
    page.goto("/personen/aanmelden/")
    page.get_by_label("Verwezen door").fill("Uit een\x0b document\x02")
    page.get_by_text("Bewaard om").wait_for()
    sheet = page.url
    page.goto("/")
    page.goto(sheet)
    assert page.get_by_label("Verwezen door").input_value() == "Uit een document"
    page.get_by_role("button", name="Concept weggooien").click()
    page.get_by_role("button", name="Concept weggooien").wait_for(state="hidden")


def test_filter_live_and_open(visit):
    page = visit("gemeente-utrecht")
    page.goto("/casussen/")
    with page.expect_response(lambda response: "state=intake" in response.url):
        page.get_by_label("Status").select_option("intake")
    page.get_by_role("link", name="Status: intake").wait_for()
    page.wait_for_url(re.compile("state=intake"))
    assert violations(page) == []
    name = page.locator("tbody th a").first.inner_text()
    page.locator("tbody th a").first.click()
    page.wait_for_url(CASE_URL)
    assert name in page.title()
    page.go_back()
    page.get_by_role("link", name="Status: intake").wait_for()


def test_a_contact_takes_three_clicks_and_says_who_will_read_it(visit):
    page = visit("gemeente-utrecht")
    page.goto("/casussen/?state=in_guidance")
    page.locator("tbody th a").first.click()
    page.wait_for_url(CASE_URL)
    loads = []
    page.on("request", lambda request: request.is_navigation_request() and loads.append(request))
    page.get_by_role("link", name="Contact vastleggen").click()  # 1
    text = page.get_by_label("Wat is er besproken of gebeurd?")
    expect(text).not_to_be_visible()
    page.get_by_text("Telefoongesprek", exact=True).click()  # 2
    page.locator("#lezers").get_by_text("Gemeente Utrecht").wait_for()
    page.get_by_text("Lezers wijzigen").click()
    page.get_by_label("alle partners die het convenant toelaat").check()
    page.locator("#lezers").get_by_text("DT&V").wait_for()
    page.get_by_label("alleen mijn eigen team").check()
    page.locator("#lezers").get_by_text("DT&V").wait_for(state="detached")
    text.fill("Kennisgemaakt in de browser.")
    page.get_by_role("button", name="Opslaan", exact=True).click()  # 3
    page.get_by_text("Kennisgemaakt in de browser.").wait_for()
    expect(page.get_by_role("status").first).to_contain_text("Het contact is opgeslagen.")
    assert len([one for one in loads if one.method == "POST"]) == 1


def test_the_language_switch(visit):
    page = visit("gemeente-rotterdam", fresh=True)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Worklist").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    assert violations(page) == []
    page.get_by_role("button", name="Nederlands").click()
    page.get_by_role("heading", name="Werkvoorraad").wait_for()


def test_keyboard_only(visit):
    page = visit("gemeente-eindhoven")
    page.goto("/casussen/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Direct naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhoud"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "snelzoek"
    # Walk to the first case and open it: every stop must be visible.
    page.locator("h1").evaluate("node => node.setAttribute('tabindex', '-1')")
    page.locator("h1").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(() => { const b = document.activeElement.getBoundingClientRect(); return [b.width, b.height] })()"
        )
        assert min(box) > 0
        if page.evaluate("document.activeElement.classList.contains('app-rowlink')"):
            break
    else:
        pytest.fail("no case within 40 stops")
    page.keyboard.press("Enter")
    page.wait_for_url(CASE_URL)
    # Write a note without the mouse.
    page.keyboard.press("n")
    page.keyboard.press("ArrowRight")
    page.get_by_label("Wat is er besproken of gebeurd?").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "text":
            break
    page.keyboard.type("Met het toetsenbord geschreven.")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Met het toetsenbord geschreven.").wait_for()


def test_without_javascript(visit):
    page = visit("gemeente-amsterdam", fresh=True, java_script_enabled=False)
    page.goto("/casussen/")
    page.get_by_label("Status").select_option("intake")
    page.get_by_role("button", name="Filteren", exact=True).click()
    page.wait_for_url(re.compile("state=intake"))
    expect(page.locator("tbody tr")).not_to_have_count(0)
    page.goto("/personen/aanmelden/")
    fill_registration(page, "Zonder Scripts Werkend")
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(CASE_URL)
    page.get_by_label("Notitie", exact=True).check()
    page.get_by_label("Soort gegevens").select_option("guidance")
    page.get_by_text("Lezers wijzigen").click()
    page.get_by_label("alle partners die het convenant toelaat").check()
    page.get_by_label("Waar is het voor nodig?").fill("samen verder")
    page.get_by_label("Wat is er besproken of gebeurd?").fill("Zonder scripts.")
    page.get_by_role("button", name="Lezers tonen").click()
    expect(page.locator("#lezers")).to_contain_text("Zichtbaar voor")
    text = page.get_by_label("Wat is er besproken of gebeurd?")
    assert text.input_value() == "Zonder scripts."
    page.get_by_role("button", name="Opslaan", exact=True).click()
    page.wait_for_url(re.compile("#tijdlijn"))
    expect(page.get_by_text("Zonder scripts.", exact=True)).to_be_visible()
    page.get_by_label("Zoek een casus").fill("Zonder Scripts")
    page.get_by_label("Zoek een casus").press("Enter")
    expect(page.get_by_role("link", name="Zonder Scripts Werkend")).to_be_visible()


def test_pilots_see_their_own_cases_and_nothing_of_each_others(visit):
    seen = {}
    for place in ("utrecht", "groningen"):
        page = visit(f"gemeente-{place}")
        found = set()
        for tab in range(1, 4):
            page.goto(f"/casussen/?tab=all&page={tab}")
            found |= {link.get_attribute("href") for link in page.locator("tbody th a").all()}
            assert {cell.inner_text() for cell in page.locator("tbody td[data-l=Pilot]").all()} == {
                place.capitalize()
            }
        seen[place] = found
    assert seen["utrecht"]
    assert not seen["utrecht"] & seen["groningen"]
    page = visit("gemeente-utrecht")
    for address in list(seen["groningen"])[:3]:
        assert page.goto(address).status == 404


def test_the_shelter_sees_neither_legal_aid_nor_care(visit):
    """In a case in which legal team, care team and shelter all take part."""
    texts = {"ngo-juridisch": "Dossier bestudeerd", "ngo-zorg": "Afspraak bij de huisarts"}
    pages = {account: visit(f"{account}-amsterdam") for account in (*texts, "opvang")}
    shown = {}
    for account, page in pages.items():
        for number in range(1, 6):
            page.goto(f"/casussen/?state=in_guidance&page={number}")
            for address in [
                link.get_attribute("href") for link in page.locator("tbody th a").all()
            ]:
                shown.setdefault(address, set()).add(account)
    common = [address for address, accounts in shown.items() if len(accounts) == 3]
    assert common
    hidden = 0
    for address in common[:12]:
        for account, text in texts.items():
            if text in pages[account].request.get(address).text():
                assert text not in pages["opvang"].request.get(address).text()
                hidden += 1
    assert hidden > 0


def test_supervisor_of_all_pilots_and_counting_roles(visit):
    page = visit("dtv-landelijk")
    page.goto("/casussen/?tab=all")
    expect(page.get_by_label("Pilot").locator("option")).to_have_count(6)
    page = visit("ministerie")
    assert page.goto("/casussen/").status == 403
    page.goto("/")
    expect(page.get_by_text("ziet u geen casussen")).to_be_visible()


def test_sign_in_with_an_authenticator_app(visit, states):
    """Last, when the code it was registered with has passed: a code is taken once."""
    secret, used = authenticator(visit, states)
    page = visit()
    page.goto("/inloggen/")
    page.get_by_label("Gebruikersnaam").fill("vng")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen", exact=True).click()
    page.wait_for_url("**/authenticate/")
    assert violations(page) == []
    if code_of(secret) == used:
        time.sleep(30 - time.time() % 30 + 1)
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("heading", name="Werkvoorraad").wait_for()
