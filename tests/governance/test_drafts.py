"""What is typed is kept of each opened form: two tabs with one form lose nothing of each other."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.models import Draft

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().strftime("%d-%m-%Y")


class Tab:
    """One showing of the form for a note about a case, as a browser has it."""

    def __init__(self, client, case, query=""):
        self.client, self.page = client, reverse("casework:note_add", args=[case.reference])
        self.shown = client.get(self.page + query).text

    def hidden(self, name):
        return re.search(f'name="{name}" value="([^"]*)"', self.shown)[1]

    def sent(self, text):
        housekeeping = ("form_token", "draft_key", "draft_from", "form_page")
        choices = {"kind": "note", "category": "identity", "visibility": "own_organisation"}
        what = {"happened_on": TODAY, "text": text}
        return {name: self.hidden(name) for name in housekeeping} | choices | what

    def type(self, text):
        answer = self.client.post(reverse("governance:draft_save"), self.sent(text))
        assert answer.status_code == 200

    def holds(self, text):
        return text in self.shown


@pytest.fixture
def tab(client, cast):
    client.act_as(cast.owner)
    return lambda query="": Tab(client, cast.case, query)


def kept():
    return sorted(draft.fields["text"][0] for draft in Draft.objects.all())


def test_two_tabs_with_one_form_keep_a_text_each(tab):
    one, other = tab(), tab()
    one.type("Gesprek van maandag")
    other.type("Gesprek van dinsdag")
    one.type("Gesprek van maandag, vervolg")
    assert kept() == ["Gesprek van dinsdag", "Gesprek van maandag, vervolg"]
    # The page puts the newest back; the home page leads to each.
    assert tab().holds("Gesprek van maandag, vervolg")
    home = one.client.get("/").text
    asked = re.findall(r'href="/casussen/[-\w]+/(\?tekst=[-\w]+)?#contact"', home)
    assert len(asked) == 2
    assert tab(max(asked)).holds("Gesprek van dinsdag")


def test_a_form_that_is_loaded_again_goes_on_with_its_text(tab):
    tab().type("Half")
    again = tab()
    assert again.holds("Half")
    again.type("Half af")
    assert kept() == ["Half af"]


def test_of_two_tabs_that_are_sent_each_forgets_its_own_text(tab):
    one, other = tab(), tab()
    one.type("Een")
    other.type("Twee")
    assert one.client.post(one.page, one.sent("Een")).status_code == 302
    assert kept() == ["Twee"]
    assert other.client.post(other.page, other.sent("Twee")).status_code == 302
    assert kept() == []


def test_what_is_sent_or_discarded_from_a_form_filled_in_from_a_draft_takes_that_along(tab):
    tab().type("Half")
    again = tab()
    assert again.client.post(again.page, again.sent("Half")).status_code == 302
    assert kept() == []
    tab().type("Nog een")
    again = tab()
    again.client.post(reverse("governance:draft_discard"), again.sent("Nog een"))
    assert kept() == []


def test_text_that_another_tab_goes_on_with_stays(tab):
    first = tab()
    first.type("Half")
    second = tab()
    first.type("Half, en verder")
    second.type("Half, maar anders")
    assert kept() == ["Half, en verder", "Half, maar anders"]
    second.client.post(second.page, second.sent("Half, maar anders"))
    assert kept() == ["Half, en verder"]
