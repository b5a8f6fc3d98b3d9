"""One person, once: links and their undoing, what is remembered, and clashes that two
coordinators settle."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.links.acts import Outcome, cases_of, judge, judged_cases, revoke
from casework.models import Case, Clash, IdentityValue, Judgement, Person
from casework.records.enums import EndReason
from casework.register.doubles import identities_of, likely_doubles
from casework.register.enums import ClashAnswer
from casework.registration.acts import Claim, register
from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.models import ConvenantGroupObjectPermission
from partners.accounts.models import Invitation
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.ten_teams import day
from tests.casework.test_household import household
from tests.conftest import agreement
from tests.written_once import stands

pytestmark = pytest.mark.django_db
SAME, NOT_SAME = ClashAnswer.SAME, ClashAnswer.NOT_SAME


@pytest.fixture
def twice(cast):
    """Somebody registered twice in one pilot; the partner takes part in the first registration
    only."""
    second = make.CaseFactory(lead_team=cast.municipal, named="Tesfai Markerson")
    make.NameFactory(
        case=cast.case, kind="birth_date", value="1988-04-09", author_team=cast.municipal
    )
    make.NameFactory(case=second, kind="birth_date", value="1988-09-04", author_team=cast.municipal)
    return SimpleNamespace(**{**vars(cast), "second": second})


def link_page(one, other):
    return reverse("casework:person_link", args=[one.person.reference, other.person.reference])


def person_page(case):
    return reverse("casework:person_detail", args=[case.person.reference])


def form(answer, reason="Zelfde foto en litteken", **more):
    return {"answer": answer, "reason": reason, "form_token": str(uuid.uuid4()), **more}


def teams_of(case):
    return sorted(Person.objects.get(pk=case.person_id).team_ids)


def test_two_registrations_are_compared_linked_and_parted_again(client, twice):
    client.act_as(twice.owner)
    doubles = client.get(reverse("casework:person_double", args=[twice.case.person.reference]))
    assert link_page(twice.case, twice.second) in doubles.text
    page = client.get(link_page(twice.case, twice.second))
    for words in (
        "Tesfay Markerson",
        "Tesfai Markerson",
        "dag en maand",
        "Allebei hebben ze een open casus",
    ):
        assert words in page.text, words
    assert (
        client.post(link_page(twice.case, twice.second), form("same", reason="")).status_code == 400
    )
    before = {case.pk: teams_of(case) for case in (twice.case, twice.second)}
    sent = form("same")
    assert client.post(link_page(twice.case, twice.second), sent).status_code == 302
    assert (
        client.post(link_page(twice.case, twice.second), sent).status_code == 302
    )  # sent twice is one link
    link = Judgement.objects.get()
    assert (link.answer, link.said_by, link.reason) == (
        "same",
        twice.owner,
        "Zelfde foto en litteken",
    )
    for case in (twice.case, twice.second):  # either page shows both, and the values of both
        shown = client.get(person_page(case)).text
        for words in (
            twice.case.number,
            twice.second.number,
            "Tesfay Markerson",
            "Tesfai Markerson",
            "meer dan één open",
        ):
            assert words in shown, words
    # Nothing moved.
    assert Case.objects.get(pk=twice.second.pk).person == twice.second.person
    undo = reverse("casework:judgement_undo", args=[link.reference])
    assert client.post(undo, {"reason": ""}).status_code == 400
    assert client.post(undo, {"reason": "Toch een broer"}).status_code == 302
    link.refresh_from_db()
    assert (link.revoked_by, link.revoke_reason) == (twice.owner, "Toch een broer")
    assert {case.pk: teams_of(case) for case in (twice.case, twice.second)} == before
    assert twice.second.number not in client.get(person_page(twice.case)).text
    assert client.post(undo, {"reason": "nog eens"}).status_code == 404


@pytest.mark.parametrize("reason", ["clash", " registration "])
def test_nobody_gives_as_a_reason_what_only_the_application_notes(client, twice, reason):
    """A link by one worker would say that both coordinators said so."""
    refused = client.act_as(twice.owner).post(
        link_page(twice.case, twice.second), form("same", reason=reason)
    )
    assert refused.status_code == 400
    assert not Judgement.objects.exists()


def test_nobody_sees_a_case_more_by_a_link(client, twice):
    with acting_as(twice.owner):
        assert judge(twice.case.person, twice.second.person, SAME, "gelijk") == Outcome.DONE
    client.act_as(twice.partner)  # takes part in the first registration only
    page = client.get(person_page(twice.case)).text
    assert "Tesfay Markerson" in page
    for hidden in (
        "Tesfai Markerson",
        twice.second.number,
        str(twice.second.reference),
        "gekoppeld",
    ):
        assert hidden not in page
    assert (
        client.get(reverse("casework:case_detail", args=[twice.second.reference])).status_code
        == 404
    )
    with acting_as(twice.partner):
        assert list(Case.objects.all()) == [twice.case]
        assert not Judgement.objects.exists()
        assert not IdentityValue.objects.filter(case=twice.second).exists()
    # By the address of the second registration she finds the person as she knows her.
    assert "Tesfai Markerson" not in client.get(person_page(twice.second)).text


@pytest.mark.parametrize("asker", ["partner", "stranger", "officer"])
def test_who_does_not_answer_for_a_registration_judges_nothing(client, twice, asker):
    client.act_as(getattr(twice, asker))
    for page in (
        link_page(twice.case, twice.second),
        reverse("casework:person_double", args=[twice.case.person.reference]),
    ):
        assert client.get(page).status_code in (403, 404)
        assert client.post(page, form("same")).status_code in (403, 404)
    with acting_as(getattr(twice, asker)):
        assert judge(twice.case.person, twice.second.person, SAME, "gelijk") == Outcome.REFUSED
    assert not Judgement.objects.exists()


def test_a_person_is_not_linked_with_herself_twice_or_in_a_circle(client, twice):
    third = make.CaseFactory(lead_team=twice.municipal, named="Derde Keer")
    client.act_as(twice.owner)
    herself = client.post(link_page(twice.case, twice.case), form("same"))
    assert herself.status_code == 409
    assert "een en dezelfde aanmelding" in herself.text
    for one, other in ((twice.case, twice.second), (twice.second, third)):
        assert client.post(link_page(one, other), form("same")).status_code == 302
    for one, other in ((twice.case, twice.second), (third, twice.case)):
        answer = client.post(link_page(one, other), form("same"))
        assert answer.status_code == 409
        assert "Er is niets gewijzigd" in answer.text
    assert Judgement.objects.count() == 2
    number = reverse("casework:person_double", args=[twice.case.person.reference])
    assert client.post(number, {"number": third.number}).status_code == 400
    assert client.post(number, {"number": "2026-999999"}).status_code == 400
    assert client.post(number, {"number": "' OR 1=1 --"}).status_code == 400


def test_not_the_same_is_remembered_and_can_be_taken_back(client, twice):
    with acting_as(twice.owner):
        facts = identities_of([twice.case.pk])[twice.case.pk]
        assert twice.second.pk in {
            c.case_id for c in likely_doubles(facts, besides=[twice.case.pk])
        }
    client.act_as(twice.owner)
    assert (
        client.post(link_page(twice.case, twice.second), form("not_same", reason="")).status_code
        == 302
    )
    with acting_as(twice.owner):
        person = Person.objects.get(pk=twice.case.person_id)
        assert judged_cases(person) == {twice.case.pk, twice.second.pk}
        assert not likely_doubles(facts, besides=judged_cases(person))
    assert "niet dezelfde" in client.get(link_page(twice.case, twice.second)).text
    refused = client.post(link_page(twice.case, twice.second), form("same"))
    assert refused.status_code == 409
    assert "Neem dat eerst terug" in refused.text
    with acting_as(twice.owner):
        assert revoke(Judgement.objects.get().reference, "vergissing")
        assert judge(twice.case.person, twice.second.person, SAME, "gelijk") == Outcome.DONE


def test_whom_a_worker_leaves_when_checking_doubles_is_remembered(client, twice):
    page = reverse("casework:case_doubles", args=[twice.case.reference])
    client.act_as(twice.owner)
    shown = client.get(page)
    assert link_page(twice.case, twice.second) in shown.text
    assert client.post(page, {"judged": shown.context["judged"]}).status_code == 302
    assert Judgement.objects.get().answer == "not_same"
    assert not client.get(page).context["candidates"]


@pytest.mark.parametrize("name", ["municipality", "ngo"])
def test_whom_a_worker_passes_by_at_registration_is_remembered(client, pilot, name):
    """Also one whose team does not lead: she registered her, so she said who she is not. Judging
    further she may not."""
    client.act_as(pilot.workers[name])
    form = {
        "name": "Selam Sichtbaar",
        "nationality": "0084",
        "birth_date": "1990",
        "referrer": "Wijkteam",
        "referred_on": day(),
        "told_on": day(),
        "language": "nl",
        "form_token": str(uuid.uuid4()),
        "draft_key": f"register:{uuid.uuid4()}",
    }
    url = reverse("casework:register_person")
    shown = client.post(url, form)
    assert pilot.case.number in shown.text
    assert client.post(url, {**form, "judged": shown.context["judged"]}).status_code == 302
    made = Case.objects.latest("pk")
    with acting_as(pilot.workers[name]):
        held = Judgement.objects.get()
        assert {held.one, held.other} == {pilot.case.person, made.person}
        assert held.answer == NOT_SAME
        assert not likely_doubles(
            identities_of([made.pk])[made.pk], besides=judged_cases(made.person)
        )
        said = judge(made.person, pilot.case.person, SAME, "toch wel")
    assert said == (Outcome.NOT_SAME if name == "municipality" else Outcome.REFUSED)


def test_who_was_passed_by_is_for_the_coordinators_once_the_numbers_are_the_same(client, pilot):
    """A name passed by at the desk keeps no clash of numbers from them: neither one found at
    once, nor a later one."""
    make.NameFactory(
        case=pilot.case,
        kind="v_number",
        value="2777777777",
        author_team=pilot.teams["municipality"],
    )
    client.act_as(pilot.workers["municipality"])
    url = reverse("casework:register_person")
    for number in ("2777777777", ""):
        form = {
            "name": "Selam Sichtbaar",
            "nationality": "0084",
            "birth_date": "1990",
            "referrer": "Wijkteam",
            "referred_on": day(),
            "v_number": number,
            "told_on": day(),
            "language": "nl",
            "form_token": str(uuid.uuid4()),
            "draft_key": f"register:{uuid.uuid4()}",
        }
        judged = client.post(url, form).context["judged"]
        assert client.post(url, {**form, "judged": judged}).status_code == 302
        made = Case.objects.latest("pk")
        if not number:  # written down a week later
            later = {
                "value": "2777777777",
                "said_on": day(),
                "status": "claimed",
                "form_token": str(uuid.uuid4()),
            }
            adding_it = (
                reverse("casework:record_add", args=[made.reference, "identity_value"])
                + "?soort=v_number"
            )
            answer = client.post(adding_it, {**later, "visibility": "permitted_partners"})
            assert answer.status_code == 302, answer.context["form"].errors
        clash = Clash.objects.get(newer_case=made, older_case=pilot.case)
        assert (clash.newer_answer, clash.older_answer) == ("", "")


def test_whom_a_worker_passes_by_for_a_household_is_remembered(client, pilot):
    client.act_as(pilot.workers["municipality"])
    url = reverse("casework:register_household")
    form = household(**{"lid0-name": "Selam Sichtbaar"})
    shown = client.post(url, form)
    assert pilot.case.number in shown.text
    assert client.post(url, {**form, "judged": shown.context["judged"]}).status_code == 302
    mother = Case.objects.order_by("-pk")[1]
    held = Judgement.objects.get()
    assert {held.one, held.other} == {pilot.case.person, mother.person}


def test_a_second_open_case_is_refused_through_the_link(client, twice):
    make.in_state(twice.case, "exited")
    with acting_as(twice.owner):
        judge(twice.case.person, twice.second.person, SAME, "gelijk")
    register = {
        "name": "Tesfay Markerson",
        "other_names": "",
        "birth_date": "",
        "nationality": "0000",
        "second_nationality": "",
        "v_number": "",
        "referrer": "Wijkteam",
        "referred_on": timezone.localdate().strftime("%d-%m-%Y"),
        "told_on": timezone.localdate().strftime("%d-%m-%Y"),
        "language": "ti",
        "guardian": "",
        "form_token": str(uuid.uuid4()),
        "draft_key": f"register:{uuid.uuid4()}",
        "person": str(twice.case.person.reference),
    }
    answer = client.act_as(twice.owner).post(reverse("casework:register_person"), register)
    assert answer.status_code == 409
    assert twice.second.number in answer.text


def test_two_open_cases_are_said_to_who_reads_that_both_are_open(client, twice):
    """Where somebody was refused, her case is open to who does not read conferences (R1)."""
    with acting_as(twice.owner):
        judge(twice.case.person, twice.second.person, SAME, "gelijk")
    make.InvolvementFactory(case=twice.second, team=twice.partner_team)
    warned = "meer dan één open casus"
    for who in (twice.owner, twice.partner):
        assert warned in client.act_as(who).get(person_page(twice.case)).text
    ConvenantGroupObjectPermission.objects.filter(
        group=twice.partner_team.group, permission__codename__endswith="_conference"
    ).delete()
    assert warned in client.act_as(twice.owner).get(person_page(twice.case)).text
    read = client.act_as(twice.partner).get(person_page(twice.case))
    assert read.status_code == 200
    assert warned not in read.text


# ------------------------------------------------------------------ two pilots


@pytest.fixture
def two_pilots(cast):
    """The same number in two pilots; DT&V's national desk sees both, nobody else does."""
    pilot = make.PilotFactory(contact_name="Coördinator elders", contact_phone="088 1")
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    departure = make.TeamFactory(organisation=cast.partner_team.organisation, pilot=pilot)
    agreement(
        pilot,
        {team: dict.fromkeys(Category, Cell.WRITE), departure: {Category.IDENTITY: Cell.READ}},
    )
    there = make.CaseFactory(lead_team=team, involve=[departure], named="Elders Bekend")
    make.MembershipFactory(user=cast.partner, team=departure)
    for case in (cast.case, there):
        make.NameFactory(case=case, kind="v_number", value="2777777777", author_team=case.lead_team)
    with acting_as(cast.owner), connection.cursor() as cursor:
        cursor.execute("SELECT register_clashes(%s)", [cast.case.pk])
    coordinator = make.MembershipFactory(team=team, role=Role.COORDINATOR).user
    worker = make.MembershipFactory(team=team).user
    return SimpleNamespace(
        **vars(cast),
        there=there,
        elsewhere=pilot,
        coordinator_there=coordinator,
        worker_there=worker,
    )


def refresh_deadline(client, clash, said, *coordinators):
    for coordinator in coordinators:
        answer = client.act_as(coordinator).post(
            reverse("casework:clash_answer", args=[clash.reference]), {"answer": said}
        )
        assert answer.status_code == 302


def test_two_coordinators_settle_a_clash_on_one_screen(client, two_pilots):
    w = two_pilots
    clash = Clash.objects.get()
    page = reverse("casework:clash_detail", args=[clash.reference])
    for nobody in (w.owner, w.partner, w.stranger, w.officer, w.worker_there):
        assert client.act_as(nobody).get(page).status_code == 404
    shown = client.act_as(w.coordinator).get(page).text
    assert "Coördinator elders" in shown
    assert "Elders Bekend" not in shown
    refresh_deadline(client, clash, "same", w.coordinator)
    assert not Judgement.objects.exists()  # it needs both
    refresh_deadline(client, clash, "same", w.coordinator_there)
    link = Judgement.objects.get()
    assert {link.one, link.other} == {w.case.person, w.there.person}
    assert "de aanmeldingen zijn gekoppeld" in client.get(page).text
    assert (
        Person.objects.filter(v_number="2777777777").count() == 1
    )  # what both wrote down is confirmed
    # Settled is settled: another answer needs the link taken back first.
    assert (
        client.post(
            reverse("casework:clash_answer", args=[clash.reference]), {"answer": "not_same"}
        ).status_code
        == 409
    )
    # Workers of either pilot see no case more, and nothing of the other registration.
    for worker, hidden in ((w.owner, "Elders Bekend"), (w.worker_there, "Tesfay Markerson")):
        case = w.case if worker == w.owner else w.there
        text = client.act_as(worker).get(person_page(case)).text
        assert hidden not in text
        assert "gekoppeld" not in text
    # Undone in one act; the clash is open between them again.
    with acting_as(w.coordinator_there):
        assert revoke(link.reference, "andere foto")
    assert Person.objects.filter(v_number=None).count() == Person.objects.count()
    assert "Op twee plaatsen" in client.act_as(w.coordinator).get("/").text


def test_what_two_coordinators_settled_is_taken_back_on_the_same_screen(client, two_pilots):
    w = two_pilots
    clash = Clash.objects.get()
    undo = reverse("casework:clash_undo", args=[clash.reference])
    assert (
        client.act_as(w.coordinator).post(undo, {"reason": "te vroeg"}).status_code == 400
    )  # nothing is settled
    refresh_deadline(client, clash, "same", w.coordinator, w.coordinator_there)
    assert undo in client.get(reverse("casework:clash_detail", args=[clash.reference])).text
    for nobody in (w.owner, w.partner, w.worker_there):
        assert client.act_as(nobody).post(undo, {"reason": "zomaar"}).status_code == 404
    client.act_as(w.coordinator)
    assert client.post(undo, {"reason": ""}).status_code == 400
    assert client.post(undo, {"reason": "andere vingerafdruk"}).status_code == 302
    assert not Judgement.objects.standing().exists()
    assert Person.objects.filter(v_number=None).count() == Person.objects.count()
    clash.refresh_from_db()
    assert (clash.newer_answer, clash.older_answer) == ("", "")


def test_a_link_made_by_a_worker_settles_the_clash_and_not_same_needs_it_taken_back(client, twice):
    for case in (twice.case, twice.second):
        make.NameFactory(
            case=case, kind="v_number", value="2777777777", author_team=twice.municipal
        )
    with acting_as(twice.owner), connection.cursor() as cursor:
        cursor.execute("SELECT register_clashes(%s)", [twice.second.pk])
    with acting_as(twice.owner):
        assert judge(twice.case.person, twice.second.person, SAME, "gelijk") == Outcome.DONE
    clash = Clash.objects.get()
    assert (clash.newer_answer, clash.older_answer) == ("same", "same")
    answer = reverse("casework:clash_answer", args=[clash.reference])
    assert client.act_as(twice.coordinator).post(answer, {"answer": "not_same"}).status_code == 409
    shown = client.get(reverse("casework:clash_detail", args=[clash.reference])).text
    assert twice.case.number in shown
    assert twice.second.number in shown


def test_one_person_with_an_open_case_in_each_pilot_is_for_both_coordinators(client, two_pilots):
    """The worker registers her again and hears nothing; R1."""
    w = two_pilots
    refresh_deadline(client, Clash.objects.get(), "same", w.coordinator, w.coordinator_there)
    make.in_state(w.there, "exited")
    claim = Claim(names=["Elders Bekend"])
    with acting_as(w.worker_there) as clearance:
        again = register(claim, by=clearance, team=w.there.lead_team, person=w.there.person)
        assert not Clash.objects.exists()
    clash = Clash.objects.get(newer_case=again)
    assert (clash.older_case, clash.agreeing) == (w.case, [])
    for coordinator in (w.coordinator, w.coordinator_there):
        shown = (
            client.act_as(coordinator)
            .get(reverse("casework:clash_detail", args=[clash.reference]))
            .text
        )
        assert "een open casus in beide pilots" in shown
    refresh_deadline(client, clash, "same", w.coordinator, w.coordinator_there)
    assert "Beslist" in client.get(reverse("casework:clash_detail", args=[clash.reference])).text


def test_two_coordinators_who_say_not_the_same_are_not_asked_again(client, two_pilots):
    w = two_pilots
    clash = Clash.objects.get()
    refresh_deadline(client, clash, "not_same", w.coordinator, w.coordinator_there)
    assert Judgement.objects.get().answer == "not_same"
    again = make.CaseFactory(person=w.case.person, lead_team=w.municipal)
    make.NameFactory(case=again, kind="v_number", value="2777777777", author_team=w.municipal)
    with acting_as(w.owner), connection.cursor() as cursor:
        cursor.execute("SELECT register_clashes(%s)", [again.pk])
    assert Clash.objects.count() == 1


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR])
def test_nobody_links_two_pilots_alone(client, two_pilots, role):
    """Who sees both registrations, and who leads one, also who coordinates both: both coordinators
    are asked."""
    w = two_pilots
    Clash.objects.all().delete()
    for team in (w.case.lead_team, w.there.lead_team):
        make.MembershipFactory(user=w.owner, team=team, role=role)
    with acting_as(w.partner):
        assert judge(w.case.person, w.there.person, SAME, "gelijk") == Outcome.REFUSED
    answer = client.act_as(w.owner).post(link_page(w.case, w.there), form("same"), follow=True)
    assert answer.status_code == 200
    assert "zodra beiden hetzelfde zeggen" in answer.text
    assert not Judgement.objects.exists()
    assert Clash.objects.count() == 1
    # What she compared reaches the coordinators.
    page = reverse("casework:clash_detail", args=[Clash.objects.get().reference])
    assert "Zelfde foto en litteken" in client.act_as(w.coordinator_there).get(page).text


def test_nobody_settles_a_clash_of_two_pilots_alone(two_pilots):
    """That two are not the same may be remembered by whoever sees both; the clash stays with
    both coordinators (R1)."""
    w = two_pilots
    make.MembershipFactory(user=w.owner, team=w.there.lead_team)
    with acting_as(w.owner):
        assert judge(w.case.person, w.there.person, NOT_SAME, "ander mens") == Outcome.DONE
    clash = Clash.objects.get()
    assert (clash.newer_answer, clash.older_answer) == ("", "")


@pytest.mark.parametrize("first", ["coordinator", "coordinator_there"])
def test_who_was_invited_by_the_other_coordinator_does_not_answer_for_the_second_pilot(
    client, two_pilots, first
):
    """Whichever side was answered first: they are not two people yet."""
    w = two_pilots
    second = w.coordinator_there if first == "coordinator" else w.coordinator
    clash = Clash.objects.get()
    refresh_deadline(client, clash, "same", getattr(w, first))
    Invitation.objects.issue(second, by=getattr(w, first))
    client.act_as(second).post(
        reverse("casework:clash_answer", args=[clash.reference]), {"answer": "same"}
    )
    clash.refresh_from_db()
    assert sorted((clash.newer_answer, clash.older_answer)) == ["", "same"]


def test_who_writes_a_person_cannot_make_her_somebody_else(cast):
    """The projection says who is one with whom; no row the web writes does."""
    with acting_as(cast.stranger), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_person (reference, team_ids, same_as, created_at)"
            " VALUES (gen_random_uuid(), %s, %s, now()) RETURNING id, same_as",
            [[cast.stranger_team.pk], cast.case.person_id],
        )
        key, same = cursor.fetchone()
    assert key == same


def test_two_links_at_once_make_one_group():
    """Serialised by a lock: whatever comes first, the second sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname IN ('register_judge', 'register_regroup', 'clash_answer')"
        )
        assert all("lock_links()" in row[0] for row in cursor.fetchall())


# ------------------------------------------------------------------ links and undos at random


def together(links, number):
    """Connected components, in plain Python."""
    groups = [{n} for n in range(number)]
    for a, b in links:
        if groups[a] is not groups[b]:
            merged = groups[a] | groups[b]
            for n in merged:
                groups[n] = merged
    return groups


@pytest.mark.long
@given(
    steps=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=14),
    data=st.data(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_links_and_undos_leave_persons_and_projections_as_they_were(cast, steps, data):
    with transaction.atomic():
        others = [make.TeamFactory(organisation__kind="ngo", pilot=cast.pilot) for _ in range(2)]
        cases = [
            make.CaseFactory(
                lead_team=cast.municipal,
                involve=data.draw(st.sets(st.sampled_from([cast.partner_team, *others]))),
            )
            for _ in range(5)
        ]
        people = [case.person for case in cases]

        def facts():
            rows = {
                p.pk: (p.same_as, p.team_ids, p.v_number)
                for p in Person.objects.filter(pk__in=[x.pk for x in people])
            }
            with acting_as(cast.partner):
                seen = set(Case.objects.values_list("pk", flat=True))
                pages = {
                    p.pk: {c.pk for c in cases_of(p)} for p in Person.objects.filter(pk__in=rows)
                }
            return rows, seen, pages

        before = facts()
        links = {}
        for a, b, undoes in steps:
            with acting_as(cast.owner):
                if undoes and links:
                    assert revoke(links.pop(sorted(links)[(a + b) % len(links)]), "toch niet")
                elif judge(people[a], people[b], SAME, "gelijk") == Outcome.DONE:
                    found = Judgement.objects.standing().get(
                        one=min(people[a], people[b], key=lambda p: p.pk),
                        other=max(people[a], people[b], key=lambda p: p.pk),
                    )
                    links[a, b] = found.reference
            groups = together(links, 5)
            for n, person in enumerate(people):
                person.refresh_from_db()
                assert person.same_as == min(people[m].pk for m in groups[n])
                assert set(person.team_ids) == {
                    t for m in groups[n] for t in Case.objects.get(pk=cases[m].pk).team_ids
                }
            # Whoever takes part in one of her cases finds the person at each of her addresses, with
            # that case only.
            with acting_as(cast.partner):
                mine = {n for n, case in enumerate(cases) if cast.partner_team.pk in case.team_ids}
                for n, person in enumerate(people):
                    shown = Person.objects.filter(pk=person.pk).first()
                    assert (shown is not None) == bool(groups[n] & mine)
                    if shown:
                        assert {case.pk for case in cases_of(shown)} == {
                            cases[m].pk for m in groups[n] & mine
                        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM access_check_projections() WHERE wrong > 0")
            assert cursor.fetchall() == []
        for reference in links.values():
            with acting_as(cast.owner):
                assert revoke(reference, "alles terug")
        assert facts() == before
        transaction.set_rollback(True)


def test_the_trail_of_a_judgement_stays(twice):
    with acting_as(twice.owner):
        judge(twice.case.person, twice.second.person, SAME, "gelijk")
        revoke(Judgement.objects.get().reference, "toch niet")
        judge(twice.case.person, twice.second.person, SAME, "toch wel")
    rows = list(Judgement.objects.order_by("pk"))
    assert [row.revoked_at is None for row in rows] == [False, True]
    assert rows[0].said_at <= timezone.now() + timedelta(seconds=1)
    with (
        acting_as(twice.owner),
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
    ):
        Judgement.objects.update(reason="herschreven")
    later, other = timezone.now(), twice.coordinator
    stands(rows[0], answer="not_same", reason="anders", said_at=later, said_by=other)
    stands(rows[0], revoked_at=later, revoked_by=other, revoke_reason="anders")


def test_what_was_judged_and_taken_back_shows_where_two_are_compared(client, twice):
    with acting_as(twice.owner):
        judge(twice.case.person, twice.second.person, SAME, "gelijk")
        revoke(Judgement.objects.get().reference, "toch een zus")
    page = client.act_as(twice.owner).get(link_page(twice.case, twice.second)).text
    assert "toch een zus" in page
    with acting_as(twice.partner):  # takes part in the first registration only
        assert not Judgement.objects.exists()


def test_a_clash_keeps_each_answer_and_that_it_went_with_its_number_and_came_back(
    client, two_pilots
):
    w = two_pilots
    refresh_deadline(client, Clash.objects.get(), "not_same", w.coordinator)
    refresh_deadline(client, Clash.objects.get(), "same", w.coordinator)
    clash = Clash.objects.get()
    answers = [(row["said"], row["by"]) for row in clash.trail]
    assert answers == [("not_same", w.coordinator.pk), ("same", w.coordinator.pk)]
    IdentityValue.objects.get(case=w.case, kind="v_number").end(EndReason.MISTAKE)
    register_clashes(w)
    clash.refresh_from_db()
    assert clash.withdrawn_at is not None
    make.NameFactory(case=w.case, kind="v_number", value="2777777777", author_team=w.municipal)
    register_clashes(w)
    clash.refresh_from_db()
    assert [row["said"] for row in clash.trail] == ["not_same", "same", "found", "withdrawn"]
    page = client.act_as(w.coordinator).get(
        reverse("casework:clash_detail", args=[clash.reference])
    )
    assert "Ingetrokken met het nummer" in page.text
    for change in ({"trail": []}, {"newer_answer": "same", "older_answer": "not_same"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Clash.objects.update(**change)


def register_clashes(w):
    with acting_as(w.owner), connection.cursor() as cursor:
        cursor.execute("SELECT register_clashes(%s)", [w.case.pk])
