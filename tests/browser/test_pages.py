"""Every page at a desk and on a phone: WCAG 2.2 AA by axe, no sideways scroll, nothing in the
console."""

import html
import re

import psycopg2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, fits, violations

CASE, PERSON, CONVENANT, PILOT = "case", "person", "convenant", "pilot"
PAGES = [
    (None, "/inloggen/"), (None, "/uitnodiging/onzin/"),
    ("coordinator-utrecht", "/"), ("coordinator-utrecht", "/casussen/"),
    ("coordinator-utrecht", "/casussen/?state=in_guidance&partner=dtv"), ("coordinator-utrecht", "/casussen/?state=exited&tab=new"),
    ("coordinator-utrecht", CASE), ("coordinator-utrecht", CASE + "waarom/"), ("coordinator-utrecht", CASE + "betrekken/"),
    ("coordinator-utrecht", CASE + "notities/nieuw/"), ("coordinator-utrecht", CASE + "informeren/"),
    ("coordinator-utrecht", CASE + "dubbelen/"), ("coordinator-utrecht", PERSON),
    ("coordinator-utrecht", "/personen/"), ("coordinator-utrecht", "/personen/aanmelden/"),
    ("coordinator-utrecht", "/personen/noodopvang/"), ("coordinator-utrecht", "/convenanten/"),
    ("coordinator-utrecht", CONVENANT), ("coordinator-utrecht", CONVENANT + "voorstel/"),
    ("coordinator-utrecht", "/pilots/"), ("coordinator-utrecht", PILOT),
    ("coordinator-groningen", PILOT + "dossiers/"), ("coordinator-groningen", PILOT + "dossiers/bewaring/"),
    ("coordinator-utrecht", "/verantwoording/"),
    ("coordinator-utrecht", "/verantwoording/verwerkingen/"), ("coordinator-utrecht", "/bestaat-niet/"),
    ("coordinator-utrecht", "/account/tweede-factor/"), ("coordinator-utrecht", "/account/wachtwoord/"),
    ("coordinator-utrecht", "/account/tweede-factor/totp/activate/"),
    ("coordinator-utrecht", "/account/"), ("coordinator-utrecht", "/account/bevestigen/"),
    ("coordinator-utrecht", CASE + "gedeeld/"), ("coordinator-utrecht", CASE + "elders/"),
    ("coordinator-utrecht", CASE + "afschermen/"), ("coordinator-utrecht", CASE + "dossier/stay/nieuw/"),
    ("coordinator-utrecht", CASE + "dossier/identity_value/nieuw/?namens=1&soort=birth_date"),
    ("coordinator-utrecht", PERSON + "dubbel/"), ("coordinator-utrecht", "/personen/invoer/"),
    ("coordinator-utrecht", "/personen/huishouden/"), ("coordinator-utrecht", "/personen/vragen/"),
    ("coordinator-utrecht", "/opvang/locaties/"), ("coordinator-utrecht", "/casussen/controleren/"),
    ("coordinator-utrecht", "/casussen/overdragen/"),
    *(("coordinator-utrecht", CASE + part) for part in (
        "verwijzing/", "plan/", "plan/voor-de-persoon/?taal=nl", "uitstroom/", "overplaatsing/", "opschaling/", "lso/agenderen/", "intake/",
    )),
    *(("coordinator-utrecht", page) for page in (
        "/lso/", "/lso/niet-besproken/", "/lso/plannen/utrecht/", "/intake/", "/intake/criteria/utrecht/",
        "/convenanten/mandaten/",
    )),
    ("ind-utrecht", CASE), ("dtv-landelijk", CASE), ("ngo-utrecht", CASE), ("opvang-utrecht", CASE),
    ("avim-utrecht", CASE), ("ministerie", "/"), ("privacy", "/verantwoording/"), ("beheer", "/beheer/"),
    ("beheer", "/beheer/partners/membership/"), ("beheer", "/beheer/partners/membership/add/"),
    ("beheer", "/beheer/partners/pilot/"), ("beheer", "/beheer/partners/user/"),
    ("beheer", "/beheer/governance/legalterm/"), ("beheer", "/beheer/governance/legalterm/add/"),
]  # fmt: skip


def first_page(page, account, start, states):
    """The address of the first case, person, convenant or pilot this account comes to by its own
    links; once for each."""
    if (account, start) not in states:
        if start in (CASE, PERSON):
            page.goto("/casussen/?state=in_guidance")
            page.locator("tbody th a").first.click()
            page.wait_for_url(re.compile(r"/casussen/[0-9a-f-]{36}/$"))
            if start == PERSON:
                page.get_by_role("link", name="Persoon", exact=True).click()
                page.wait_for_url(re.compile(r"/personen/[0-9a-f-]{36}/$"))
        elif start == CONVENANT:
            page.goto("/convenanten/")
            page.get_by_role("link", name="Convenant LVV Utrecht").click()
            page.wait_for_url(re.compile(r"/convenanten/[0-9a-f-]{36}/$"))
        else:
            page.goto("/pilots/")
            page.get_by_role("link", name=re.compile("^(Utrecht|Groningen)$")).first.click()
            page.wait_for_url(re.compile(r"/pilots/[0-9a-f-]{36}/$"))
        states[account, start] = page.url
    return states[account, start]


def go(page, account, address, states):
    start = next(
        (start for start in (CASE, PERSON, CONVENANT, PILOT) if address.startswith(start)), ""
    )
    page.goto(
        first_page(page, account, start, states) + address.removeprefix(start) if start else address
    )


@pytest.mark.parametrize(("account", "address"), PAGES)
def test_wcag_and_reflow(visit, states, account, address):
    page = visit(account)
    go(page, account, address, states)
    page.locator("h1").first.wait_for()  # a click does not wait for the page it leads to
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page, again=True) == []
    assert fits(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert fits(page)


# Pages about one particular thing, and where it is found: the first value of the answer is the
# address.
IN_UTRECHT = (
    "JOIN partners_pilot p ON p.id = c.pilot_id AND p.slug = 'utrecht' AND c.read_only_from IS NULL"
)
OF_NGO = "JOIN partners_team t ON t.id = {} AND t.function = 'general' JOIN partners_organisation o ON o.id = t.organisation_id AND o.kind = 'ngo'"
PARTICULAR = [
    ("coordinator-utrecht", "SELECT '/lso/brieven/utrecht/'"),
    ("coordinator-utrecht", "SELECT '/lso/vastleggen/utrecht/'"),
    ("coordinator-utrecht", "SELECT '/intake/dossiers/?namens=ind'"),
    ("coordinator-utrecht", "SELECT '/lso/' || m.reference || '/aanwezig/' FROM casework_meeting m JOIN partners_pilot p"
     " ON p.id = m.pilot_id AND p.slug = 'utrecht' WHERE m.closed_at IS NOT NULL AND m.minutes_sent_on IS NULL"),
    ("coordinator-utrecht", "SELECT '/lso/' || m.reference || '/afgelasten/' FROM casework_meeting m JOIN partners_pilot p"
     " ON p.id = m.pilot_id AND p.slug = 'utrecht' WHERE m.opened_at IS NULL AND m.cancelled_on IS NULL"),
    ("coordinator-utrecht", "SELECT '/lso/' || m.reference || '/verplaatsen/' FROM casework_meeting m JOIN partners_pilot p"
     " ON p.id = m.pilot_id AND p.slug = 'utrecht' WHERE m.opened_at IS NULL AND m.cancelled_on IS NULL"),
    ("coordinator-utrecht", "SELECT '/lso/punt/' || a.reference || '/wijzigen/' FROM casework_agendaitem a"
     f" JOIN casework_meeting m ON m.id = a.meeting_id AND m.opened_at IS NULL JOIN casework_case c ON c.id = a.case_id {IN_UTRECHT}"
     " WHERE a.ended_at IS NULL AND m.cancelled_on IS NULL"),
    ("coordinator-utrecht", "SELECT '/casussen/' || c.reference || '/uitstroom/vaststellen/' FROM casework_exit x"
     f" JOIN casework_case c ON c.id = x.case_id {IN_UTRECHT} WHERE (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'exited' AND x.outcome = 'not_established'"),
    ("coordinator-groningen", "SELECT '/dossierpakketten/' || d.package || '/' FROM casework_custodytransfer d"
     " WHERE d.package IS NOT NULL AND d.handed_over_on IS NULL"),
    ("coordinator-utrecht", "SELECT '/casussen/' || c.reference || '/uitstroom/terugdraaien/' FROM casework_case c"
     f" {IN_UTRECHT} WHERE (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'exited'"),
    # No exit stands there: the page of a refusal.
    ("coordinator-utrecht", "SELECT '/casussen/' || c.reference || '/uitstroom/terugdraaien/' FROM casework_case c"
     f" {IN_UTRECHT} WHERE (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'rest_period' AND NOT EXISTS (SELECT FROM casework_exit x WHERE x.case_id = c.id)"),
    ("coordinator-utrecht", "SELECT '/overplaatsingen/' || x.reference || '/' FROM casework_transfer x JOIN partners_pilot p"
     " ON p.id = x.to_pilot_id AND p.slug = 'utrecht' WHERE x.answer = '' AND x.taken_back_at IS NULL"),
    ("coordinator-utrecht", "SELECT '/casussen/' || c.reference || '/stappen/' || s.reference || '/dag/' FROM casework_steptaken s"
     f" JOIN casework_case c ON c.id = s.case_id {IN_UTRECHT} WHERE s.number IN ('T5', 'T18')"),
    ("coordinator-utrecht", "SELECT '/casussen/' || c.reference || '/dossier/formal_decision/' || d.reference || '/dagen/'"
     f" FROM casework_formaldecision d JOIN casework_case c ON c.id = d.case_id {IN_UTRECHT} WHERE d.ended_at IS NULL"),
    *(("ngo-utrecht", f"SELECT '/casussen/' || c.reference || '/intake/{page}/' FROM casework_intake i JOIN casework_case c"
       f" ON c.id = i.case_id AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'intake' {IN_UTRECHT} {OF_NGO.format('i.author_team_id')}"
       " WHERE i.completed_on IS NULL AND i.ended_at IS NULL") for page in ("verslag", "stoppen")),
    ("ngo-utrecht", "SELECT '/casussen/' || c.reference || '/plan/' || a.reference || '/' FROM casework_action a"
     f" JOIN casework_case c ON c.id = a.case_id {IN_UTRECHT} {OF_NGO.format('a.to_team_id')}"
     " WHERE a.answer = '' AND a.ended_at IS NULL AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_guidance' AND a.to_team_id = ANY (c.team_ids)"),
]  # fmt: skip


@pytest.mark.parametrize(("account", "where"), PARTICULAR, ids=lambda value: value[-60:])
def test_pages_about_one_thing_pass_too(visit, site, account, where):
    connection = psycopg2.connect(site.owner)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"{where} LIMIT 1")
        (address,) = cursor.fetchone()
    connection.close()
    page = visit(account)
    refused = "NOT EXISTS (SELECT FROM casework_exit" in where
    assert page.goto(address).status == (409 if refused else 200)
    if "/account/" in page.url:  # what it shows takes signing in once more
        page.locator("main [type=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(f"**{address}")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page, again=True) == []
    assert fits(page)


def test_the_paper_for_her_is_large_and_prints_without_the_choices_above_it(visit, states):
    page = visit("coordinator-utrecht")
    go(page, "coordinator-utrecht", CASE + "plan/voor-de-persoon/?taal=nl", states)
    size = "getComputedStyle(document.querySelector('.app-person__page li, .app-person__page p')).fontSize"
    assert float(page.evaluate(size).removesuffix("px")) >= 20
    page.emulate_media(media="print")
    expect(page.locator(".app-person__choose")).to_be_hidden()
    expect(page.locator("main h1")).to_have_text("Uw plan")
    assert float(page.evaluate(size).removesuffix("px")) >= 21  # 16 points
    heading = "getComputedStyle(document.querySelector('main h2')).fontSize"
    assert float(page.evaluate(heading).removesuffix("px")) >= 25


def test_the_screen_of_the_room_is_read_from_afar_and_led_by_the_keyboard(visit, site):
    """Of a meeting with several items: the arrows go to the next and back, and escape leaves."""
    connection = psycopg2.connect(site.owner)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT a.reference FROM casework_agendaitem a WHERE a.meeting_id = m.id AND a.ended_at IS NULL"
            " ORDER BY a.place, a.id LIMIT 1) FROM casework_meeting m JOIN partners_pilot p ON p.id = m.pilot_id"
            " AND p.slug = 'utrecht' JOIN casework_agendaitem i ON i.meeting_id = m.id AND i.ended_at IS NULL"
            " WHERE m.closed_at IS NOT NULL GROUP BY m.id HAVING count(DISTINCT i.place) > 1 LIMIT 1"
        )
        (item,) = cursor.fetchone()
    connection.close()
    page = visit("coordinator-utrecht", viewport={"width": 1920, "height": 1080})
    page.goto(f"/lso/punt/{item}/scherm/")
    expect(page.locator("header")).to_contain_text("Punt 1 van")
    assert violations(page) == []
    for selector, least in (("main", 28), ("h1", 44), (".app-room__question", 32)):
        size = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).fontSize")
        assert float(size.removesuffix("px")) >= least, selector
    assert fits(page)
    first = page.locator("h1").inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("header")).to_contain_text("Punt 2 van")
    expect(page.locator("h1")).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text(first)
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/lso/punt/[0-9a-f-]{36}/$"))


def test_form_errors_pass_too(visit):
    page = visit("coordinator-utrecht")
    page.goto("/personen/aanmelden/")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page).to_have_title(re.compile("^Fout:"))
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page, again=True) == []
    assert fits(page)


def test_the_policy_is_really_strict(browser, site):
    page = browser.new_page()
    page.goto(site.url + "/inloggen/")
    seen = []
    page.on("console", lambda message: seen.append(message.text))
    page.evaluate(
        "()=>{const d=document.createElement('div');d.setAttribute('style','color:red');document.body.append(d);"
        "const s=document.createElement('script');s.textContent='window.x=1';document.body.append(s)}"
    )
    page.wait_for_timeout(200)
    assert len([text for text in seen if "Content Security Policy" in text]) == 2
    assert page.evaluate("window.x") is None
    page.close()


def test_nothing_stays_in_the_browsers_storage(visit, states):
    page = visit("coordinator-utrecht")
    page.goto("/casussen/")
    go(page, "coordinator-utrecht", CASE, states)
    assert page.evaluate("localStorage.length") == 0
    # htmx notes the address it is on, which names nobody; it keeps no copy of any page.
    assert page.evaluate("Object.keys(sessionStorage)") in ([], ["htmx-current-path-for-history"])


def test_a_letter_that_was_not_cleaned_yet_is_shown_without_what_could_run(visit):
    page = visit("coordinator-utrecht")
    hostile = "<h2>Beste</h2><p class='x'>Amina<img src='/nergens'></p><script>x()</script><svg><a href='/'>b</a></svg>"

    def unclean(route):
        answer = route.fetch()
        text, count = re.subn(
            r"(<textarea[^>]*data-rich[^>]*>)[^<]*",
            lambda m: m[1] + html.escape(hostile),
            answer.text(),
        )
        assert count
        route.fulfill(response=answer, body=text)

    page.route("**/lso/brieven/utrecht/", unclean)
    page.goto("/lso/brieven/utrecht/")
    shown = page.locator(".app-letter--edited").first
    assert shown.inner_html() == "<h2>Beste</h2><p>Amina</p>b"
