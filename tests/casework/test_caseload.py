"""The caseload of somebody who works in several pilots."""

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from tests import factories as make
from tests.casework.test_cases import LIST_STATEMENTS, statements

pytestmark = pytest.mark.django_db


def works_elsewhere_too(pilot, user, slug):
    """Another pilot in which the departure service has a team, and this worker a seat."""
    elsewhere = make.PilotFactory(name=slug.capitalize(), slug=slug)
    lead = make.TeamFactory(organisation=elsewhere.municipality, pilot=elsewhere)
    team = make.TeamFactory(organisation=pilot.teams["dtv"].organisation, pilot=elsewhere)
    make.MembershipFactory(team=team, user=user)
    convenant = make_from_model(elsewhere, ConvenantKind.CONVENANT)
    convenant.agreed_on = convenant.in_force_from = timezone.localdate()
    convenant.save()
    convenant.parties.update(signed_on=convenant.agreed_on)
    return make.CaseFactory(lead_team=lead, involve=[team], named=f"In {elsewhere.name}")


def test_the_worklist_costs_the_same_in_one_pilot_and_in_four(
    client, pilot, django_assert_max_num_queries
):
    supervisor = pilot.workers["dtv"]
    client.act_as(supervisor)
    one = statements(client, django_assert_max_num_queries, LIST_STATEMENTS, "/")
    for slug in ("elders", "verder", "ginder"):
        works_elsewhere_too(pilot, supervisor, slug)
    assert statements(client, django_assert_max_num_queries, LIST_STATEMENTS, "/") == one


def test_a_supervisor_of_several_pilots_has_her_own_caseload_over_them(client, pilot):
    supervisor = pilot.workers["dtv"]
    there = works_elsewhere_too(pilot, supervisor, "elders")
    client.act_as(supervisor)

    def mine():
        return {
            row.name
            for row in client.get(reverse("casework:case_list") + "?tab=mine").context["rows"]
        }

    assert mine() == set()
    for case in (pilot.case, there):
        assert (
            client.post(reverse("casework:case_contact", args=[case.reference])).status_code == 302
        )
    assert mine() == {"Selam Zichtbaar", "In Elders"}
    assert "In Elders" in client.get("/").text
    tabs = client.get(reverse("casework:case_list")).context["tabs"]
    assert {name: number for name, _label, number in tabs}["mine"] == 2
    assert (
        client.post(reverse("casework:case_contact", args=[pilot.case.reference])).status_code
        == 403
    )  # already
    assert (
        client.post(reverse("casework:case_contact", args=[pilot.other.reference])).status_code
        == 404
    )
