"""Cases change hands: a colleague's, and what a leaver left behind."""

import pytest
from django.urls import reverse

from casework.models import Case, Involvement, Note, Task
from governance.access.clearance import acting_as
from governance.models import ConvenantGroupObjectPermission
from partners.accounts.lifecycle import open_work_of
from partners.models import OutboxMessage
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.journeys import sent

pytestmark = pytest.mark.django_db
PAGE = reverse("casework:caseload_give")


@pytest.fixture
def colleague(journey):
    return make.MembershipFactory(
        team=journey.teams["municipality"], user__name="Nieuwe Collega"
    ).user


def give(journey, who, *cases, to, note="Paspoort ligt klaar.", page=PAGE):
    fields = {"cases": [str(case.reference) for case in cases], "to": str(to.pk), "note": note}
    return journey.client.act_as(journey.workers[who]).post(page, sent(fields))


def test_a_coordinator_gives_several_cases_to_a_colleague_who_hears_why(journey, colleague):
    lead, former = journey.teams["municipality"], journey.workers["municipality"]
    second = make.CaseFactory(lead_team=lead, case_manager=former)
    held = Involvement.objects.get(case=second, team=lead)
    held.worker = former
    held.save()
    assert give(journey, "coordinator", journey.case, second, to=colleague).status_code == 302
    for case in (journey.case, second):
        case.refresh_from_db()
        assert case.case_manager == colleague
        assert case.history.first().history_change_reason == "given"
    assert Involvement.objects.get(case=second, team=lead).worker == colleague
    told = Task.objects.filter(worker=colleague)
    assert set(told.values_list("case", flat=True)) == {journey.case.pk, second.pk}
    home = journey.client.act_as(colleague).get("/").text
    assert "Paspoort ligt klaar." in home
    with acting_as(journey.workers["ngo"]):  # what colleagues tell each other stays with them
        assert not Task.objects.filter(rule="given").exists()


def test_one_gives_her_own_case_and_no_other(journey, colleague):
    other = make.CaseFactory(lead_team=journey.teams["municipality"], case_manager=colleague)
    assert give(journey, "municipality", other, to=colleague).status_code == 400
    assert give(journey, "municipality", journey.case, to=colleague).status_code == 302
    assert (
        give(journey, "municipality", journey.case, to=colleague).status_code == 400
    )  # no longer hers
    for who in ("ngo", "ind", "avim"):
        assert journey.client.act_as(journey.workers[who]).get(PAGE).status_code == 403, who


def test_a_case_goes_to_nobody_outside_the_team_that_leads(journey):
    for stranger in (journey.workers["ngo"], make.UserFactory()):
        assert give(journey, "coordinator", journey.case, to=stranger).status_code == 400


def test_what_a_leaver_left_is_counted_before_and_given_after(journey, colleague):
    lead = journey.teams["municipality"]
    leaver = make.MembershipFactory(team=lead).user
    case = make.CaseFactory(lead_team=lead, case_manager=leaver)
    admin = make.MembershipFactory(
        office=True, team=None, organisation=lead.organisation, role=Role.FUNCTIONAL_ADMIN
    ).user
    with acting_as(admin):
        assert open_work_of(leaver) == [(lead.organisation.name, 1, 0)]
    with acting_as(journey.workers["ngo"]):  # of another organisation
        assert open_work_of(leaver) == []
    before = waiting(journey)
    page = journey.client.act_as(admin)
    url = reverse("admin:partners_user_changelist")
    ask = {"action": "close", "_selected_action": leaver.pk}
    asked = page.post(url, ask)
    assert "casemanager van 1" in asked.text
    assert "contactpersoon in 0" in asked.text
    leaver.refresh_from_db()
    assert leaver.is_active
    page.post(url, ask | {"sure": "1"})
    leaver.refresh_from_db()
    assert not leaver.is_active
    told = OutboxMessage.objects.filter(user=journey.workers["coordinator"]).latest("pk")
    assert "collega" in told.subject
    assert case.number not in told.body
    assert waiting(journey) == before + 1
    home = journey.client.get("/").text
    assert "geen casemanager" in home
    assert case in journey.client.get(PAGE + "?van=niemand").context["listed"]
    assert give(journey, "coordinator", case, to=colleague).status_code == 302
    assert waiting(journey) == before


def waiting(journey):
    """How many cases the home of the coordinator says nobody manages."""
    home = journey.client.act_as(journey.workers["coordinator"]).get("/")
    return home.context["without_manager"]


def test_whose_case_was_given_away_while_her_page_stood_open_gives_it_no_more(journey, colleague):
    third = make.MembershipFactory(team=journey.teams["municipality"]).user
    page = journey.client.act_as(journey.workers["municipality"]).get(PAGE)
    assert page.status_code == 200
    assert give(journey, "coordinator", journey.case, to=colleague).status_code == 302
    assert give(journey, "municipality", journey.case, to=third).status_code == 400
    assert Case.objects.get(pk=journey.case.pk).case_manager == colleague


@pytest.mark.parametrize("left", [("guidance", "identity"), ("identity",)])
def test_a_note_is_read_also_where_the_team_writes_nothing_of_the_conference(
    journey, colleague, left
):
    lead = journey.teams["municipality"]
    cells = ConvenantGroupObjectPermission.objects.filter(group=lead.group)
    gone = {f"write_{name}" for name in ("conference", "guidance")} - {f"write_{c}" for c in left}
    cells.filter(permission__codename__in=gone).delete()
    assert give(journey, "coordinator", journey.case, to=colleague).status_code == 302
    assert not Task.objects.filter(worker=colleague).exists()
    with acting_as(colleague):
        note = Note.objects.get(text__contains="Paspoort ligt klaar.")
    assert (note.category, note.visibility, note.author_team) == (left[0], "own_organisation", lead)


def test_who_takes_cases_over_keeps_what_is_noted(journey):
    chief = journey.workers["coordinator"]
    assert give(journey, "coordinator", journey.case, to=chief, note="").status_code == 302
    assert not Task.objects.filter(worker=chief).exists()
    assert give(journey, "coordinator", journey.case, to=chief).status_code == 302
    assert "Paspoort ligt klaar." in Task.objects.get(worker=chief).what


# ------------------------------------------------------------- the contact of a team in a case


@pytest.fixture
def partner(journey):
    """The NGO takes part, with a contact, a coordinator of its own and a colleague."""
    team, contact = journey.teams["ngo"], journey.workers["ngo"]
    part = Involvement.objects.get(case=journey.case, team=team)
    part.worker = contact
    part.save()
    journey.workers["chief"] = make.MembershipFactory(
        team=team, role=Role.COORDINATOR, user__name="Coördinator NGO"
    ).user
    journey.workers["other"] = make.MembershipFactory(team=team, user__name="Tweede NGO").user
    return part


def pass_on(journey, who, *parts, to, note="Elke dinsdag.", cases=()):
    fields = {
        "cases": [str(case.reference) for case in cases],
        "parts": [str(part.reference) for part in parts],
        "to": str(to.pk),
        "note": note,
    }
    return journey.client.act_as(journey.workers[who]).post(PAGE, sent(fields))


@pytest.mark.parametrize("who", ["ngo", "chief"])
def test_a_partner_hands_its_contact_over_to_a_colleague_who_hears_why(journey, partner, who):
    page = journey.get(who, "case_detail").text
    assert f"{PAGE}?casus={journey.case.number}" in page
    assert pass_on(journey, who, partner, to=journey.workers["other"]).status_code == 302
    partner.refresh_from_db()
    assert partner.worker == journey.workers["other"]
    assert partner.history.first().history_change_reason == "given"
    task = Task.objects.get(worker=journey.workers["other"])
    assert (task.to_team, task.author_team) == (partner.team, partner.team)
    assert "Elke dinsdag." in task.what
    with acting_as(journey.workers["municipality"]):  # what colleagues tell each other
        assert not Task.objects.filter(rule="given").exists()
    journey.case.refresh_from_db()
    assert journey.case.case_manager == journey.workers["municipality"]


def test_nobody_else_hands_over_the_contact_of_a_team_and_to_nobody_outside_it(journey, partner):
    lead = make.MembershipFactory(team=journey.teams["municipality"]).user
    for who in ("coordinator", "municipality", "other"):
        answer = pass_on(journey, who, partner, to=journey.workers["other"])
        assert answer.status_code in (400, 403), who
    for outsider in (lead, make.UserFactory()):
        assert pass_on(journey, "ngo", partner, to=outsider).status_code == 400
    assert pass_on(journey, "ngo", to=journey.workers["other"]).status_code == 400  # nothing chosen
    partner.refresh_from_db()
    assert partner.worker == journey.workers["ngo"]


def test_a_leavers_cases_and_contacts_go_in_one_act(journey, partner):
    """Of a partner that leads a case of its own and is the contact in another."""
    team, leaver = partner.team, journey.workers["ngo"]
    case = make.CaseFactory(lead_team=team, case_manager=leaver)
    row = leaver.memberships.get(team=team)
    row.until = row.since
    row.save()
    chief = journey.client.act_as(journey.workers["chief"])
    page = chief.get(PAGE + "?van=niemand")
    assert set(page.context["listed"]) == {case, partner}
    answer = pass_on(journey, "chief", partner, to=journey.workers["other"], cases=[case])
    assert answer.status_code == 302
    case.refresh_from_db()
    partner.refresh_from_db()
    assert case.case_manager == partner.worker == journey.workers["other"]


def test_a_contact_that_went_to_another_meanwhile_is_not_handed_over_again(journey, partner):
    second = make.MembershipFactory(team=partner.team).user
    page = journey.client.act_as(journey.workers["ngo"]).get(PAGE)
    assert partner in page.context["listed"]
    assert pass_on(journey, "chief", partner, to=journey.workers["other"]).status_code == 302
    assert pass_on(journey, "ngo", partner, to=second).status_code in (400, 403)
    partner.refresh_from_db()
    assert partner.worker == journey.workers["other"]
