"""Is this person known in another pilot? A pilot and whom to phone, or nothing; and never of a
shielded person."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.known_elsewhere.views import ask
from casework.models import ContactRequest, Hit, Judgement, Question
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.convenants.enums import Allows, Cell
from governance.models import ConvenantArticle
from partners.models import AuditEntry
from partners.organisations.enums import Role
from tests import factories as make
from tests.conftest import agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast):
    """Somebody at hand here who is known there, by name and day of birth; both agreements have
    the article."""
    pilot = make.PilotFactory(
        name="Verderop", contact_name="Coördinator elders", contact_phone="088 1"
    )
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    there_agreed = agreement(pilot, {team: dict.fromkeys(Category, Cell.WRITE)})
    there = make.CaseFactory(lead_team=team, named="Tesfai Markerson")
    for case in (cast.case, there):
        make.NameFactory(
            case=case, kind="birth_date", value="1988-04-09", author_team=case.lead_team
        )
    articles = [
        ConvenantArticle.objects.create(
            convenant=agreed, number="12", title="Elders", text="…", allows=Allows.HIT_NO_HIT
        )
        for agreed in (cast.convenant, there_agreed)
    ]
    coordinator = make.MembershipFactory(team=team, role=Role.COORDINATOR).user
    return SimpleNamespace(
        **vars(cast),
        there=there,
        elsewhere=pilot,
        coordinator_there=coordinator,
        articles=articles,
        worker_there=make.MembershipFactory(team=team).user,
    )


def page_of(case):
    return reverse("casework:case_elsewhere", args=[case.reference])


def question(**changes):
    return {"ask": "1", "reason": "Zegt eerder opgevangen te zijn", **changes}


def test_a_hit_is_a_pilot_and_whom_to_phone_and_the_coordinator_there_sees_it(client, asked):
    shown = client.act_as(asked.owner).post(page_of(asked.case), question(), follow=True).text
    assert "Bekend in Verderop" in shown
    assert "Coördinator elders" in shown
    for hidden in (
        "Tesfai",
        asked.there.number,
        str(asked.there.reference),
        str(asked.there.person.reference),
    ):
        assert hidden not in shown
    with acting_as(asked.owner):
        assert not Hit.objects.exists()  # of which case it was, only the coordinator there reads
    received = (
        client.act_as(asked.coordinator_there).get(reverse("casework:questions_received")).text
    )
    for words in (asked.there.number, asked.pilot.name):
        assert words in received
    assert (
        str(asked.owner) not in received
    )  # for which team she works there would tell of a place or of care
    assert "Tesfay Markerson" not in received
    assert (
        client.act_as(asked.worker_there).get(reverse("casework:questions_received")).status_code
        == 403
    )
    assert AuditEntry.objects.filter(action="elsewhere_asked", actor_id=asked.owner.pk).exists()


def test_who_is_shielded_is_not_known_and_only_the_coordinator_sees_the_question(client, asked):
    shield = reverse("casework:case_shield", args=[asked.there.reference])
    client.act_as(asked.worker_there)
    assert (
        client.post(shield, {"reason": "Bedreigd door familie", "version": "0"}).status_code == 409
    )
    assert client.post(shield, {"reason": "", "version": "1"}).status_code == 400
    assert (
        client.post(shield, {"reason": "Bedreigd door familie", "version": "1"}).status_code == 302
    )
    shown = client.act_as(asked.owner).post(page_of(asked.case), question(), follow=True).text
    assert "Verderop" not in shown
    assert "Niet bekend" in shown
    # The same words as of somebody whom really nobody knows.
    nobody = make.CaseFactory(lead_team=asked.municipal, named="Geheel Onbekend")
    unknown = client.post(page_of(nobody), question(), follow=True).text
    assert "Niet bekend" in unknown
    received = (
        client.act_as(asked.coordinator_there).get(reverse("casework:questions_received")).text
    )
    assert "afgeschermd" in received
    assert asked.there.number in received
    with acting_as(asked.owner), pytest.raises(ProgrammingError), transaction.atomic():
        ContactRequest.objects.create(
            question=Question.objects.get(case=asked.case),
            pilot=asked.elsewhere,
            asking_pilot=asked.pilot,
            asked_by=asked.owner,
            text="x",
            due_on=timezone.localdate() + timedelta(days=3),
        )


def test_shielded_in_one_registration_is_shielded_in_all(asked):
    other = make.CaseFactory(
        lead_team=asked.there.lead_team, named="Andere Naam", shielded_reason="Bedreigd"
    )
    one, two = sorted((asked.there.person, other.person), key=lambda p: p.pk)
    Judgement.objects.create(
        one=one, other=two, answer="same", reason="gelijk", said_by=asked.coordinator_there
    )
    with acting_as(asked.owner):
        _said, found = ask(asked.case.reference, "Zegt eerder opgevangen te zijn")
        assert found.pilots == []


def test_one_shielded_match_and_nobody_is_known_anywhere(asked):
    """The other match may be the same person, whom nobody linked yet."""
    third = make.PilotFactory(name="Derdestad")
    team = make.TeamFactory(organisation=third.municipality, pilot=third)
    agreed = agreement(third, {team: dict.fromkeys(Category, Cell.WRITE)})
    ConvenantArticle.objects.create(
        convenant=agreed, number="12", title="E", text="…", allows=Allows.HIT_NO_HIT
    )
    hidden = make.CaseFactory(lead_team=team, named="Tesfay Markerson", shielded_reason="Bedreigd")
    make.NameFactory(case=hidden, kind="birth_date", value="1988-04-09", author_team=team)
    with acting_as(asked.owner):
        _said, found = ask(asked.case.reference, "Zegt eerder opgevangen te zijn")
        assert found.pilots == []
    # To the other it would say that she is elsewhere: only the pilot that shields her hears of it.
    assert [hit.pilot for hit in Hit.objects.filter(question=found)] == [third]


def test_of_whom_is_linked_and_shielded_elsewhere_one_hears_no_more_than_of_a_stranger(
    client, asked
):
    asked.there.shielded_reason = "Bedreigd"
    asked.there.save()
    asked.there.person.same_as = asked.case.person.same_as
    asked.there.person.save()
    answer = client.act_as(asked.owner).post(page_of(asked.case), question(), follow=True)
    assert answer.status_code == 200
    for hidden in ("Bekend in Verderop", "afgeschermd", asked.there.number):
        assert hidden not in answer.text
    assert Hit.objects.get().case == asked.there  # the coordinator there knows that it was asked


def test_of_whom_is_shielded_here_nothing_is_asked(client, asked):
    """The question itself would tell the coordinators elsewhere where she is."""
    asked.case.shielded_reason = "Bedreigd"
    asked.case.save()
    answer = client.act_as(asked.owner).post(page_of(asked.case), question())
    assert answer.status_code == 409
    assert "afgeschermd" in answer.text
    assert not Hit.objects.exists()
    # Only who leads shields, whatever is sent.
    asked.case.shielded_reason = ""
    with acting_as(asked.partner):
        asked.case.save()
    asked.case.refresh_from_db()
    assert asked.case.shielded_reason == "Bedreigd"


@pytest.mark.parametrize("lacking", [0, 1])
def test_both_agreements_must_have_the_article(client, asked, lacking):
    asked.articles[lacking].delete()
    answer = client.act_as(asked.owner).post(page_of(asked.case), question(), follow=True)
    assert "Bekend in Verderop" not in answer.text
    assert answer.status_code == (409 if lacking == 0 else 200)


@pytest.mark.parametrize("asker", ["partner", "stranger", "officer"])
def test_only_municipal_and_ngo_workers_with_the_case_at_hand_ask(client, asked, asker):
    client.act_as(getattr(asked, asker))
    assert client.get(page_of(asked.case)).status_code in (403, 404)
    assert client.post(page_of(asked.case), question()).status_code in (403, 404)
    with acting_as(getattr(asked, asker)):
        assert ask(asked.case.reference, "Zegt eerder opgevangen te zijn")[0] == "refused"
    assert not Question.objects.exists()


def test_only_of_an_open_case_with_a_reason_and_ten_times_an_hour(client, asked):
    client.act_as(asked.owner)
    assert client.post(page_of(asked.case), question(reason="")).status_code == 400
    assert client.post(page_of(asked.case), question(reason="x")).status_code == 400
    for _ in range(10):
        assert client.post(page_of(asked.case), question()).status_code == 302
    limited = client.post(page_of(asked.case), question())
    assert limited.status_code == 409
    assert "tien nummers of namen" in limited.text
    assert Question.objects.count() == 10
    make.in_state(asked.case, "exited")
    assert client.get(page_of(asked.case)).status_code == 403


def test_a_worker_asks_only_by_what_she_reads_herself(asked):
    """A number that another team keeps to itself is no key for hers."""
    asked.case.identity_values.filter(kind="birth_date").delete()
    hidden = make.NameFactory(
        case=asked.case, kind="v_number", value="2777777777", author_team=asked.partner_team
    )
    hidden.visibility = Visibility.OWN_ORGANISATION
    hidden.save()
    make.NameFactory(
        case=asked.there, kind="v_number", value="2777777777", author_team=asked.there.lead_team
    )
    with acting_as(asked.owner):
        _said, found = ask(asked.case.reference, "Zegt eerder opgevangen te zijn")
        assert found.pilots == []


def test_a_request_for_contact_has_a_term_and_an_answer(client, asked):
    client.act_as(asked.owner).post(page_of(asked.case), question())
    later = (timezone.localdate() + timedelta(days=5)).strftime("%d-%m-%Y")
    contact = {
        "contact": "1",
        "pilot": str(asked.elsewhere.pk),
        "text": "Graag overleg",
        "due_on": later,
        "form_token": str(uuid.uuid4()),
        "draft_key": f"contact:{asked.case.reference}",
    }
    for wrong in (
        {"due_on": ""},
        {"due_on": timezone.localdate().strftime("%d-%m-%Y")},
        {"text": ""},
        {"pilot": "999"},
    ):
        assert client.post(page_of(asked.case), {**contact, **wrong}).status_code == 400, wrong
    assert client.post(page_of(asked.case), contact).status_code == 302
    assert client.post(page_of(asked.case), contact).status_code == 302
    request = ContactRequest.objects.get()
    client.act_as(asked.coordinator_there)
    assert "1 verzoek" in client.get("/").text
    received = reverse("casework:questions_received")
    assert "Graag overleg" in client.get(received).text
    kept = {"draft_key": f"reply:{request.reference}", f"{request.reference}-text": "half geschr"}
    assert (
        client.post(reverse("governance:draft_save"), {**kept, "form_page": received}).status_code
        == 200
    )
    assert "half geschr" in client.get(received).text
    answer = {
        "request": str(request.reference),
        f"{request.reference}-text": "Gebeld, samen verder",
    }
    assert client.act_as(asked.worker_there).post(received, answer).status_code == 403
    assert (
        client.act_as(asked.coordinator).post(received, answer).status_code == 409
    )  # of the asking side
    assert client.act_as(asked.coordinator_there).post(received, answer).status_code == 302
    assert not client.get("/").context["drafts"]
    assert "Gebeld, samen verder" in client.act_as(asked.owner).get(page_of(asked.case)).text
    late = client.act_as(asked.coordinator_there).post(
        received, answer | {f"{request.reference}-text": "mijn antwoord"}
    )
    assert late.status_code == 409
    assert "mijn antwoord" in late.text
    # Answered; after a later question one may ask again.
    client.act_as(asked.owner).post(page_of(asked.case), question())
    again = {**contact, "form_token": str(uuid.uuid4())}
    assert client.post(page_of(asked.case), again).status_code == 302
    assert ContactRequest.objects.count() == 2
    waits = client.post(page_of(asked.case), {**contact, "form_token": str(uuid.uuid4())})
    assert waits.status_code == 400  # one that waits is enough
