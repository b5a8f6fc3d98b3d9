"""Three people, each from referral to her outcome, only through the screens, by the partners of
one pilot."""

import itertools
import re
from datetime import timedelta

import pytest
from django.utils import formats, timezone
from playwright.sync_api import expect

from casework.journey.calendar import is_ordinary
from tests.browser.conftest import violations
from tests.browser.test_journeys import fill_registration

CASE_URL = re.compile(r"/casussen/[0-9a-f-]{36}/(#.*)?$")
MEETINGS = itertools.count()
CHECKED: set[str] = set()  # pages that axe has seen


def day(offset=0):
    return (timezone.localdate() + timedelta(days=offset)).strftime("%d-%m-%Y")


def words(offset):
    """The day as the timeline writes it."""
    return formats.date_format(timezone.localdate() + timedelta(days=offset), "j b Y")


class Story:
    """One case of Utrecht. `where` is the end of the address of a page that its case page, or
    the one before, links to."""

    def __init__(self, visit, site):
        self.visit, self.site, self.pages = visit, site, {}

    def page(self, who):
        if who not in self.pages:
            self.pages[who] = self.visit(f"{who}-utrecht")
        return self.pages[who]

    def register(self, name, referred):
        page = self.page("gemeente")
        page.goto("/")
        page.get_by_role("link", name="Persoon aanmelden").first.click()
        fill_registration(page, name)
        page.get_by_label("Geïnformeerd op").fill(day(referred))
        page.locator("[name=referred_on]").fill(day(referred))
        page.get_by_role("button", name="Aanmelden").click()
        page.wait_for_url(CASE_URL)
        self.name, self.case = name, page.url.partition("#")[0]

    def open(self, who, where=""):
        page = self.page(who)
        page.goto(self.case)
        if where:
            self.follow(page, self.case.replace(self.site.url, "").rstrip("/") + where)
        return page

    def follow(self, page, where):
        """By a link of the page she is on; where it stands folded, she unfolds it first."""
        link = page.locator(f"a[href^='{where}']").first
        folded = page.locator("details:not([open])", has=page.locator(f"a[href^='{where}']"))
        if not link.is_visible() and folded.count():
            folded.first.locator("summary").first.click()
        link.click()
        page.wait_for_url(f"**{where}**")
        self.look(page)

    def look(self, page):
        known = re.sub(r"[0-9a-f-]{36}|\d+", "", page.url)
        page.locator("h1").first.wait_for()
        if known not in CHECKED:
            CHECKED.add(known)
            page.evaluate(
                "scrollTo(0, 0)"
            )  # what lies under the bar of a page that is scrolled counts as too small
            found = violations(page)
            assert found == [], (page.url, found)

    def fill(self, page, fields, scope="main"):
        for name, value in fields.items():
            field = page.locator(f"{scope} [name='{name}']")
            kind = field.first.evaluate("field => field.type")
            if kind in ("checkbox", "radio"):
                (
                    field
                    if value == "on"
                    else page.locator(f"{scope} [name='{name}'][value='{value}']")
                ).check()
            elif kind == "select-one":
                options = field.locator("option").all_inner_texts()
                chosen = next((text for text in sorted(options, key=len) if value in text), None)
                field.select_option(label=chosen) if chosen else field.select_option(value)
            else:
                field.fill(value)

    def send(self, page, button="", **fields):
        """Fill in the form and press its button; it is taken."""
        self.fill(page, fields)
        form = page.locator("main form")
        if fields:
            form = form.filter(has=page.locator(f"[name='{next(iter(fields))}']"))
        pressed = (
            form.get_by_role("button", name=button, exact=True)
            if button
            else form.locator("button[type=submit]")
        )
        with page.expect_navigation():
            pressed.first.click()
        page.locator("h1").first.wait_for()
        assert not page.title().startswith("Fout:"), page.locator("main").inner_text()[:2000]
        assert "Nog niet mogelijk" not in page.locator("main").inner_text(), page.locator(
            "main"
        ).inner_text()[:1000]
        self.look(page)

    def municipal(self, admin, on):
        """The administrator turns the municipal mode of the pilot on or off."""
        admin.goto("/beheer/partners/pilot/")
        admin.get_by_role("link", name="Utrecht", exact=True).click()
        admin.locator("[name=municipal_mode]").set_checked(on)
        with admin.expect_navigation():
            admin.locator("[name=_save]").click()
        expect(admin.locator("body")).to_contain_text("Utrecht")

    def step(self, who, label, **fields):
        """A step of the journey, from the case page."""
        page = self.open(who)
        page.locator("section", has=page.locator("#h-stap")).get_by_role("link", name=label).click()
        page.wait_for_url("**/stap/**")
        self.look(page)
        self.send(page, **fields)

    def state(self, words, who="gemeente"):
        page = self.open(who)
        expect(page.locator(".app-context__name")).to_contain_text(words)

    # ------------------------------------------------------------------ what the stories share

    def involve_ngo(self):
        page = self.open("gemeente", "/betrekken/")
        self.send(
            page, team="Stichting Tussenstap", ground="cooperation", explanation="Begeleiding."
        )
        self.send(page, button="Deze partner betrekken")

    def intake(self, on):
        """By keyboard alone: six pages with at most 25 required fields, none asked for twice."""
        page = self.open("ngo", "/intake/")
        asked = self.answer(page, begun_on=day(on))
        situation = {
            "living": "Slaapt bij een vriend.",
            "wishes": "Een vaste plek.",
            "needs": "Rust.",
        }
        pages = (
            {"interviewed_on": day(on), "interpreter": "yes", "informed": "on"},
            situation,
            {"limited": "no"},
        )
        for fields in pages:
            asked += self.answer(page, **fields)
        criteria = {field.removeprefix("*") for field in self.fields(page) if "result_" in field}
        assert criteria
        asked += self.answer(page, **dict.fromkeys(sorted(criteria), "met"))
        asked += self.answer(
            page,
            visibility="permitted_partners",
            share_basis="convenant",
            share_purpose="samen verder",
        )
        names = [field.removeprefix("*") for field in asked]
        assert len(names) == len(set(names)), names
        assert len([field for field in asked if field.startswith("*")]) <= 25
        assert len([{}, *pages, criteria, {}]) <= 6  # with the first, that begins it, and the last
        page = self.open("ngo", "/dossiers/opvragen/")
        self.send(page, requested_on=day(on + 1))
        self.state("wacht op dossiers")

    def fields(self, page):
        """The names of the fields of this page, with a star before what it requires."""
        return page.locator("main form.app-form").first.evaluate(
            """form => [...new Map([...form.elements].filter(field => field.name && field.type !== "hidden"
                && field.type !== "submit").map(field => {
                const group = field.closest("fieldset, .utrecht-form-field");
                const free = group && group.querySelector(".app-optional");
                return [field.name, (free ? "" : "*") + field.name];
            })).values()]"""
        )

    def answer(self, page, **fields):
        """Fill in this page and send it, by keyboard; returns what it asked for."""
        asked = self.fields(page)
        for name, value in fields.items():
            self.type(page, f"main [name='{name}']", value)
        before = page.url
        self.tab_to(page, "main form.app-form .nl-button--primary")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.locator("h1").first.wait_for()
        assert not page.title().startswith("Fout:"), (
            before,
            page.locator("main").inner_text()[:2000],
        )
        self.look(page)
        return asked

    def dossiers(self, on):
        for service in ("ind", "dtv"):
            page = self.open(service, "/dossier/dossier/nieuw/")
            self.send(page, result="complete", delivered_on=day(on))
        self.state("rusttermijn")

    def meet(self, question, decide, partners=("ind", "dtv")):
        """A meeting of today with this case on its agenda: planned, prepared by the partners and
        held by keyboard."""
        chair = self.page("coordinator")
        chair.goto("/lso/")
        self.look(chair)
        self.follow(chair, "/lso/plannen/")
        # of each meeting here another
        moment = f"{timezone.localtime() + timedelta(minutes=next(MEETINGS)):%H:%M}"
        self.plan(chair, moment)
        meeting = chair.url
        chair = self.open("coordinator", "/lso/")
        options = chair.locator("main select[name=meeting] option")
        held = options.filter(has_text=moment).first.get_attribute("value")
        self.answer(chair, meeting=held, question=question)
        item = chair.url.replace(self.site.url, "")
        for partner in partners:
            page = self.page(partner)
            page.goto("/")
            self.follow(page, item)
            self.answer(page, preparation="Dossier gelezen.", stance="agree")
        chair.goto(meeting)
        self.press(chair, "a[href$='/aanwezig/']")
        self.answer(chair, present=chair.locator("main [name=present]").last.get_attribute("value"))
        expect(chair.locator("main")).to_contain_text("aanwezig")
        chair.goto(meeting)
        self.press(chair, "form[action$='/openen/'] button")
        if not chair.url.endswith(item):
            chair.goto(item)
        self.press(chair, "a[href$='/scherm/']")
        self.look(chair)
        expect(chair.locator("main")).to_contain_text(self.name)
        expect(chair.locator("main")).not_to_contain_text(
            "Dossier gelezen."
        )  # no more than the room needs
        with chair.expect_navigation():
            chair.keyboard.press("Escape")
        for number, fields in enumerate(decide):
            for name, value in fields.items():
                self.type(chair, f".app-decide [name='{name}']", value)
            self.press(chair, ".app-decide button.nl-button--secondary")
            assert not chair.title().startswith("Fout:"), chair.locator("main").inner_text()[:1500]
            assert chair.locator("#h-besluit + ul > li").count() > number, chair.locator(
                "main"
            ).inner_text()[:1500]
        return item, meeting

    def plan(self, chair, moment):
        """A meeting of today; on a weekend or holiday the page asks first, and is answered."""
        if is_ordinary(timezone.localdate()):
            self.answer(chair, on=day(), begins_at=moment)
            return
        self.fill(chair, {"on": day(), "begins_at": moment})
        chair.locator("main form.app-form .nl-button--primary").click()
        self.send(chair, anyway="on")

    def met(self, on, question, decide):
        """A meeting of a past day with this case on its agenda, recorded by its chair afterwards:
        who was there, what they said, what was decided."""
        chair = self.page("coordinator")
        chair.goto("/lso/")
        self.follow(chair, "/lso/vastleggen/")
        moment = f"09:{next(MEETINGS):02}"
        teams = chair.locator("main [name=teams]")
        for box in teams.all():
            box.check()
        self.send(chair, on=day(on), begins_at=moment)
        meeting = chair.url
        chair = self.open("coordinator", "/lso/")
        options = chair.locator("main select[name=meeting] option")
        held = options.filter(has_text=f"{day(on)} {moment}").first.get_attribute("value")
        self.answer(chair, meeting=held, question=question)
        item = chair.url
        chair.goto(meeting)
        self.press(chair, "a[href$='/aanwezig/']")
        for box in chair.locator("main [name=present]").all():
            box.check()
        self.send(chair)
        chair.goto(item)
        for number, fields in enumerate(decide):
            for name, value in fields.items():
                self.type(chair, f".app-decide [name='{name}']", value)
            self.press(chair, ".app-decide button.nl-button--secondary")
            assert chair.locator("#h-besluit + ul > li").count() > number, chair.locator(
                "main"
            ).inner_text()[:1500]
        return meeting

    def close(self, meeting, partner="ind"):
        """The chair closes, sends the minutes; a partner agrees."""
        chair = self.page("coordinator")
        chair.goto(meeting)
        self.press(chair, "form[action$='/sluiten/'] button")
        self.look(chair)
        self.press(chair, "form[action$='/versturen/'] button")
        if partner:
            page = self.page(partner)
            page.goto(chair.url)
            self.look(page)
            self.answer(page, answer="agreed")

    def tab_to(self, page, selector):
        page.locator("h1").first.evaluate(
            "node => { node.setAttribute('tabindex', '-1'); node.focus() }"
        )
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        pytest.fail(f"not reached by keyboard: {selector} on {page.url}")

    def press(self, page, selector):
        self.tab_to(page, selector)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.locator("h1").first.wait_for()

    def type(self, page, selector, value):
        self.tab_to(page, selector)
        kind = page.evaluate("document.activeElement.type")
        if kind == "select-one":
            label = page.locator(f"{selector} option[value='{value}']").inner_text()
            page.keyboard.type(label)
            assert page.evaluate("document.activeElement.value") == value
        elif kind == "radio":
            for _ in range(20):
                if page.evaluate("document.activeElement.value") == value:
                    break
                page.keyboard.press("ArrowDown")
            page.keyboard.press("Space")
        elif kind == "checkbox":
            page.keyboard.press("Space")  # the first of several
        else:
            page.keyboard.press("Control+a")
            page.keyboard.type(value)

    def decide(self, kind, **fields):
        """The formal decision, with its letter."""
        page = self.open("coordinator", "/besluit/")
        function = page.locator("main select[name=function] option").nth(1).get_attribute("value")
        asked = {
            "kind": kind,
            "function": function,
            "reasons": "Zoals besproken.",
            "remedies": "Bezwaar binnen de termijn.",
        }
        self.send(page, **asked | fields)
        expect(page.locator("main")).to_contain_text("brief")
        self.send(page)

    def to_conference(self, name, began=-60, delivered=-20):
        """From a referral of so many days ago to the end of the rest period."""
        self.register(name, began)
        self.involve_ngo()
        self.intake(began + 3)
        self.dossiers(delivered)

    def to_guidance(self, name, scenario):
        self.to_conference(name)
        _item, meeting = self.meet(
            "Hoort zij in de LVV?",
            [
                {"kind": "admitted", "reasons": "Zij werkt mee."},
                {"kind": "scenario_set", "scenario": scenario, "reasons": "Haar eigen wens."},
            ],
        )
        self.close(meeting)
        self.decide("admitted")
        page = self.open("ngo", "/plan/")
        self.send(page, what="Papieren aanvragen", to_team="Stichting Tussenstap", due_on=day(30))
        self.step("gemeente", "Begeleiding beginnen")
        self.state("in begeleiding")

    def leave(self, reason, outcome, on=0):
        page = self.open("gemeente", "/uitstroom/voorstellen/")
        self.send(
            page,
            exited_on=day(on),
            reason=reason,
            outcome=outcome,
            evidence="brief",
            evidence_on=day(on),
        )
        page = self.open("coordinator", "/uitstroom/bevestigen/")
        self.send(page, button="Uitstroom bevestigen")
        self.state("uitgestroomd")

    def claim(self, who, result):
        page = self.page(who)
        page.goto("/")
        self.follow(page, self.case.replace(self.site.url, "") + "uitstroom/antwoorden/")
        self.send(page, result=result, said_on=day(), evidence="vertrekstaat")

    def check(self, result, on=0, **fields):
        page = self.open("gemeente", "/uitstroom/")
        self.follow(page, page.url.replace(self.site.url, "") + "controleren/")
        self.send(page, result=result, checked_on=day(on), how="Van de partner gehoord.", **fields)

    def told(self, *words):
        """The timeline tells it, to the case manager, in this order (the newest first)."""
        page = self.open("gemeente")
        page.goto(self.case + "?meer=9")
        story = page.locator(".app-timeline").inner_text().lower()
        found = [story.find(word.lower()) for word in words]
        assert -1 not in found, (dict(zip(words, found, strict=True)), story)
        assert found == sorted(found, reverse=True), (dict(zip(words, found, strict=True)), story)


def test_from_referral_to_a_confirmed_return(visit, site):
    story = Story(visit, site)
    story.to_guidance("Abrehet Terugkeer", "return_home")
    story.leave("durable_solution_reached", "independent_return")
    story.claim("dtv", "confirmed")
    story.told(
        "status: rusttermijn",
        "lso-besluit: toegelaten",
        "status: in begeleiding",
        "status: uitgestroomd",
        "bevestigd",
    )


def test_to_a_refused_admission_with_an_objection_upheld(visit, site):
    story = Story(visit, site)
    story.to_conference("Berhane Bezwaar")
    _item, meeting = story.meet(
        "Hoort hij in de LVV?", [{"kind": "not_admitted", "reasons": "Geen binding."}]
    )
    story.close(meeting)
    story.decide("refused")
    story.state("niet toegelaten")
    page = story.open("gemeente", "/dossier/procedure/nieuw/")
    story.send(
        page, kind="objection_lvv_decision", applied_on=day(), result="upheld", result_on=day()
    )
    page = story.open("coordinator", "/heroverwegen/")
    story.send(page, ground="upheld", because="Bezwaar gegrond verklaard.")
    story.state("in LSO")
    story.told(
        "lso-besluit: niet toegelaten",
        "formeel besluit: ",
        "status: niet toegelaten",
        "status: in lso",
    )
    stands = "geldt niet meer: Een bezwaar of beroep is gegrond: Bezwaar gegrond verklaard."
    expect(story.page("gemeente").locator(".app-timeline")).to_contain_text(stands)


def test_to_legalisation_with_a_check_that_fails_after_six_months(visit, site):
    """All of it happened before it was typed in: each event has its own day."""
    story = Story(visit, site)
    story.to_conference("Saba Vergunning", began=-330, delivered=-300)
    meeting = story.met(
        -280,
        "Past deze persoon in de LVV?",
        [
            {"kind": "admitted", "reasons": "Werkt mee."},
            {"kind": "scenario_set", "scenario": "legalisation", "reasons": "Eigen wens."},
        ],
    )
    story.close(meeting)
    story.decide(
        "admitted", decided_on=day(-279), effective_on=day(-278), known_on=day(-279),
        known_by="Zaak 2026-17",
    )  # fmt: skip
    page = story.open("ngo", "/plan/")
    story.send(page, what="Papieren aanvragen", to_team="Stichting Tussenstap", due_on=day(30))
    story.step("gemeente", "Begeleiding beginnen", on=day(-275))
    story.leave("durable_solution_reached", "legalisation_regular", on=-200)
    story.claim("ind", "confirmed")
    story.step("gemeente", "Nazorg beginnen", on=day(-199))
    story.check("holds", on=-105)
    story.check("does_not_hold", on=-10, outcome="unknown_destination")
    page = story.open("gemeente", "/uitstroom/")
    expect(page.locator("main")).to_contain_text("houdt geen stand")
    story.told(
        "status: in begeleiding",
        "status: uitgestroomd",
        "status: nazorg",
        "nazorgcontrole: 3, houdt stand",
        "nazorgcontrole: 6, houdt geen stand",
    )
    timeline = story.page("gemeente").locator(".app-timeline")
    for happened in (-330, -280, -275, -200):
        expect(timeline).to_contain_text(words(happened))


def test_from_registration_to_a_return_in_municipal_mode_on_one_day(visit, site):
    """The municipality decides alone: no dossiers, no rest period, no mandate."""
    admin = visit("beheer")
    settings = Story(visit, site)
    settings.municipal(admin, True)
    try:
        story = Story(visit, site)
        story.register("Robel Gemeentelijk", -3)
        story.involve_ngo()
        _item, meeting = story.meet(
            "Past deze persoon in de LVV?",
            [
                {"kind": "admitted", "reasons": "Werkt mee."},
                {"kind": "scenario_set", "scenario": "return_home", "reasons": "Eigen wens."},
            ],
            partners=(),
        )
        story.close(meeting, partner="")
        story.decide("admitted", function="college")
        page = story.open("ngo", "/plan/")
        story.send(page, what="Papieren", to_team="Stichting Tussenstap", due_on=day(30))
        story.step("gemeente", "Begeleiding beginnen")
        story.leave("durable_solution_reached", "independent_return")
        story.told("lso-besluit: toegelaten", "status: in begeleiding", "status: uitgestroomd")
    finally:
        settings.municipal(admin, False)
