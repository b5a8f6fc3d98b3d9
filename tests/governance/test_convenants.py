"""Agreements: their state follows from facts, their matrix changes by two people, as a new
version."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell, ConvenantKind, ConvenantState
from governance.convenants.matrix import matrix_of
from governance.convenants.template_convenant import (
    MATRIX,
    GivenCell,
    make_from_model,
    model_cell,
    write_cells,
)
from governance.convenants.versions import OutOfDate, activate
from governance.models import Convenant, ConvenantArticle, ConvenantParty, Proposal
from partners.models import AuditEntry
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from tests import factories as make
from tests.governance.consent import agree, proposal_of
from tests.written_once import stands

pytestmark = pytest.mark.django_db


def days(number):
    return timezone.localdate() + timedelta(days=number)


# Days from today; reckoned in the test, for a run may go past midnight.
STATES = [
    ({"agreed_on": None, "in_force_from": None}, True, ConvenantState.DRAFT),
    ({"in_force_from": None}, True, ConvenantState.AGREED),
    ({"in_force_from": 1}, True, ConvenantState.AGREED),
    ({}, False, ConvenantState.AGREED),
    ({}, True, ConvenantState.IN_FORCE),
    ({"in_force_until": 1}, True, ConvenantState.IN_FORCE),
    ({"in_force_until": 0}, True, ConvenantState.EXPIRED),
    ({"in_force_until": 0, "terminated_on": -5}, True, ConvenantState.TERMINATED),
]


@pytest.mark.parametrize(("facts", "signed", "state"), STATES)
def test_state_follows_from_facts_and_queryset_and_sql_agree(facts, signed, state):
    facts = {name: None if day is None else days(day) for name, day in facts.items()}
    from django.db import connection

    convenant = make.ConvenantFactory(**facts)
    ConvenantParty.objects.create(
        convenant=convenant,
        organisation=convenant.pilot.municipality,
        signed_on=days(-20) if signed else None,
    )
    assert convenant.state == state
    in_force = state == ConvenantState.IN_FORCE
    assert Convenant.objects.in_force().filter(pk=convenant.pk).exists() is in_force
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM access_convenants_at(access_today())")
        assert ((convenant.pk,) in cursor.fetchall()) is in_force


def test_of_one_kind_only_one_is_in_force():
    first = make.ConvenantFactory()
    with pytest.raises(IntegrityError, match="convenant_one_in_force"), transaction.atomic():
        make.ConvenantFactory(pilot=first.pilot, version=2)
    make.ConvenantFactory(pilot=first.pilot, kind="ngo_agreement")


@pytest.mark.parametrize("missing", ["legal_basis", "purpose", "article"])
def test_a_cell_without_basis_purpose_or_article_is_refused(cast, missing):
    facts = {"legal_basis": "b", "purpose": "p", "article": "1", missing: ""}
    with pytest.raises(IntegrityError, match="cell_has_basis"), transaction.atomic():
        write_cells(
            cast.convenant,
            [GivenCell(cast.municipal, Category.MEDICAL_CONTENT, Cell.READ, **facts)],
        )


K, F = OrganisationKind, TeamFunction
MODEL = [  # some cells of the model convenant, one for each word of it
    (K.MUNICIPALITY, F.GENERAL, Category.IDENTITY, Cell.WRITE),
    (K.IND, F.GENERAL, Category.SHELTER_ADDRESS, Cell.NONE),
    (K.AVIM, F.GENERAL, Category.CONTACT_SHELTER, Cell.NONE),
    (K.DTV, F.GENERAL, Category.DEPARTURE, Cell.WRITE),
    (K.NGO, F.GENERAL, Category.PUBLIC_ORDER, Cell.WRITE_OWN),
    (K.NGO, F.LEGAL, Category.LEGAL_AID, Cell.WRITE),
    (K.NGO, F.CARE, Category.MEDICAL_CONTENT, Cell.WRITE),
    (K.NGO, F.SHELTER, Category.MEDICAL_CONTENT, Cell.NONE),
    (K.IOM, F.GENERAL, Category.DEPARTURE, Cell.WRITE_OWN),
    (K.COA, F.GENERAL, Category.OUTCOME, Cell.READ),
    (K.MINISTRY, F.GENERAL, Category.IDENTITY, Cell.NONE),
    (K.HEALTH_PROVIDER, F.GENERAL, Category.IDENTITY, Cell.NONE),
    (K.IND, F.CARE, Category.IDENTITY, Cell.NONE),
]


@pytest.mark.parametrize(("kind", "function", "category", "cell"), MODEL)
def test_the_model_convenant_gives_what_the_domain_says(kind, function, category, cell):
    team = make.TeamFactory.build(organisation__kind=kind, function=function)
    assert model_cell(team, category) == cell


def test_only_the_legal_team_reads_legal_aid_and_only_the_care_team_medical_content():
    assert MATRIX[Category.LEGAL_AID].split().count("-") == 9
    assert MATRIX[Category.MEDICAL_CONTENT].split().count("-") == 9


def test_the_model_makes_a_draft_with_parties_articles_and_cells():
    pilot = make.PilotFactory()
    municipal = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    make.TeamFactory(organisation__kind=K.IND, pilot=pilot)
    ngo = make.TeamFactory(organisation__kind=K.NGO, pilot=pilot)
    convenant = make_from_model(pilot, ConvenantKind.CONVENANT)
    assert convenant.state == ConvenantState.DRAFT
    assert convenant.parties.count() == 2
    assert convenant.articles.count() == 12
    teams, matrix = matrix_of(convenant)
    assert ngo not in teams
    assert matrix[municipal.pk][Category.IDENTITY].cell == Cell.WRITE


def proposed(client, cast, cell="read"):
    client.act_as(cast.coordinator)
    name = f"cell_{cast.partner_team.pk}_procedures"
    return client.post(
        reverse("governance:proposal_add", args=[cast.convenant.reference]),
        {
            name: cell,
            "explanation": "nodig",
            "article": "4",
            "purpose": "afstemmen",
            "legal_basis": "AVG 6, 1, e",
        },
    )


def test_a_coordinator_proposes_and_a_privacy_officer_activates(client, cast):
    case_page = reverse("casework:case_detail", args=[cast.case.reference])
    make.NoteFactory(case=cast.case, category=Category.PROCEDURES, text="procedure-tekst")
    assert "procedure-tekst" not in client.act_as(cast.partner).get(case_page).text
    assert proposed(client, cast).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.changes == {str(cast.partner_team.pk): {"procedures": "read"}}
    # A proposal changes nothing.
    assert "procedure-tekst" not in client.act_as(cast.partner).get(case_page).text
    page = reverse("governance:proposal_decide", args=[proposal.reference])
    assert client.act_as(cast.coordinator).post(page, {"activate": "1"}).status_code == 403
    assert client.act_as(cast.owner).post(page, {"activate": "1"}).status_code == 403
    assert client.act_as(cast.officer).post(page, {"activate": "1"}).status_code == 409
    assert "procedure-tekst" not in client.act_as(cast.partner).get(case_page).text
    agree(proposal)
    assert client.act_as(cast.officer).post(page, {"activate": "1"}).status_code == 302
    assert "procedure-tekst" in client.act_as(cast.partner).get(case_page).text
    new = Convenant.objects.get(version=2)
    cast.convenant.refresh_from_db()
    assert (new.replaces, new.activated_by, new.proposed_by) == (
        cast.convenant,
        cast.officer,
        cast.coordinator,
    )
    assert cast.convenant.in_force_until == timezone.localdate()
    # Everything else is as it was.
    before, after = matrix_of(cast.convenant)[1], matrix_of(new)[1]
    differing = {
        (team, category)
        for team in before
        for category in Category
        if before[team][category] != after[team][category]
    }
    assert differing == {(cast.partner_team.pk, Category.PROCEDURES)}
    actions = list(
        AuditEntry.objects.filter(pilot_id=cast.pilot.pk).values_list("action", flat=True)
    )
    assert actions == ["matrix_activated", "matrix_proposed"]


def test_what_was_proposed_and_decided_is_not_overwritten_and_stays_listed(client, cast):
    proposed(client, cast)
    proposal = Proposal.objects.get()
    page = reverse("governance:proposal_decide", args=[proposal.reference])
    client.act_as(cast.officer).post(page, {"decline": "1", "reason": "Niet nodig."})
    later = timezone.now()
    stands(proposal, changes={"1": {}}, explanation="x", legal_basis="x", purpose="x", article="9")
    stands(proposal, proposed_by=cast.owner, proposed_at=later, decided_by=cast.owner)
    stands(proposal, decided_at=later, declined_because="x")
    agreement = reverse("governance:convenant_detail", args=[cast.convenant.reference])
    assert page in client.act_as(cast.partner).get(agreement).text


def test_an_article_is_never_rewritten(cast):
    article = ConvenantArticle.objects.create(
        convenant=cast.convenant, number="77", title="Overleg", text="Maandelijks."
    )
    stands(article, number="78", title="x", text="x")
    with (
        acting_as(cast.officer),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        ConvenantArticle.objects.update(allows="known_elsewhere")


def test_a_signature_day_that_was_changed_shows_what_stood_there(client, cast):
    party = cast.convenant.parties.first()
    before = party.signed_on
    party.signed_on = before - timedelta(days=3)
    party.save()
    agreement = reverse("governance:convenant_detail", args=[cast.convenant.reference])
    page = " ".join(client.act_as(cast.partner).get(agreement).text.split())
    assert f"eerst vastgelegd als ondertekend op {date_format(before, 'j b Y')}" in page


def test_a_right_that_is_taken_is_gone_at_the_next_request(client, cast):
    make.NoteFactory(case=cast.case, category=Category.GUIDANCE, text="begeleid-tekst")
    page = reverse("casework:case_detail", args=[cast.case.reference])
    assert "begeleid-tekst" in client.act_as(cast.partner).get(page).text
    proposal = proposal_of(cast, {str(cast.partner_team.pk): {"guidance": "none"}})
    client.act_as(cast.officer).post(
        reverse("governance:proposal_decide", args=[proposal.reference])
    )
    assert "begeleid-tekst" not in client.act_as(cast.partner).get(page).text


WIDENS = "Een ruimere cel opent ook wat eerder voor alle partners is geschreven"


def test_who_proposes_or_agrees_reads_that_earlier_records_open_too(client, cast):
    add = reverse("governance:proposal_add", args=[cast.convenant.reference])
    assert WIDENS in client.act_as(cast.coordinator).get(add).text
    assert proposed(client, cast).status_code == 302
    row = Proposal.objects.get().approvals.first()
    officer = make.MembershipFactory(
        team=None, organisation=row.organisation, role=Role.PRIVACY_OFFICER
    ).user
    asked = reverse("governance:approval_detail", args=[row.reference])
    assert WIDENS in client.act_as(officer).get(asked).text


def test_one_proposal_at_a_time_and_not_an_empty_one(client, cast):
    assert proposed(client, cast, cell="none").status_code == 400
    assert proposed(client, cast).status_code == 302
    assert proposed(client, cast, cell="write").status_code == 403


@pytest.mark.parametrize("category", [Category.LEGAL_AID, Category.MEDICAL_CONTENT])
def test_what_is_confidential_is_no_matter_of_agreement(client, cast, category):
    """R17 and R18: no proposal gives it to another partner, also none that came past the form."""
    cell = f"cell_{cast.partner_team.pk}_{category}"
    form = {
        cell: "read",
        "explanation": "nodig",
        "article": "6",
        "purpose": "afstemmen",
        "legal_basis": "AVG 6, 1, e",
    }
    url = reverse("governance:proposal_add", args=[cast.convenant.reference])
    assert client.act_as(cast.coordinator).post(url, form).status_code == 400
    changes = {str(cast.partner_team.pk): {category: "read", "procedures": "read"}}
    proposal = proposal_of(cast, changes)
    agree(proposal)
    with acting_as(cast.officer) as clearance:
        matrix = matrix_of(activate(proposal, by=clearance))[1]
    assert matrix[cast.partner_team.pk][Category.PROCEDURES].cell == Cell.READ
    assert matrix[cast.partner_team.pk][category].cell == Cell.NONE


def test_a_new_version_still_allows_what_its_articles_allow(cast):
    ConvenantArticle.objects.create(
        convenant=cast.convenant, number="12", title="Elders", text="", allows="hit_no_hit"
    )
    proposal = proposal_of(cast, {str(cast.partner_team.pk): {"procedures": "read"}})
    agree(proposal)
    with acting_as(cast.officer) as clearance:
        assert activate(proposal, by=clearance).articles.get().allows == "hit_no_hit"


def test_a_declined_proposal_leaves_everything(client, cast):
    proposed(client, cast)
    page = reverse("governance:proposal_decide", args=[Proposal.objects.get().reference])
    client.act_as(cast.officer).post(page, {"decline": "1", "reason": "geen noodzaak"})
    assert Convenant.objects.count() == 1
    assert "geen noodzaak" in client.get(page).text


def test_declining_takes_a_reason_and_loses_none(client, cast):
    proposed(client, cast)
    proposal = Proposal.objects.get()
    page = reverse("governance:proposal_decide", args=[proposal.reference])
    client.act_as(cast.officer)
    for reason in ("", "x" * 2001):
        answer = client.post(page, {"decline": "1", "reason": reason})
        assert answer.status_code == 400
        assert reason in answer.text
    proposal.refresh_from_db()
    assert proposal.decided_at is None
    saved = {"draft_key": f"declined:{proposal.reference}", "form_page": page, "reason": "Bijna af"}
    assert client.post(reverse("governance:draft_save"), saved).status_code == 200
    assert "Bijna af" in client.get(page).text


def test_a_proposal_for_a_version_that_ended_cannot_be_activated(cast):
    proposal = proposal_of(cast, {})
    cast.convenant.in_force_until = timezone.localdate()
    cast.convenant.save()
    with acting_as(cast.officer) as clearance, pytest.raises(OutOfDate):
        activate(proposal, by=clearance)


def test_the_page_shows_who_reads_who_writes_article_purpose_and_basis(client, cast):
    page = (
        client.act_as(cast.owner)
        .get(reverse("governance:convenant_detail", args=[cast.convenant.reference]))
        .text
    )
    for word in ("schrijft", "leest", "artikel 2", "proef", "AVG 6, 1, e", cast.partner_team.label):
        assert word in page


def test_strangers_to_an_agreement_do_not_find_it(client, cast):
    other = make.ConvenantFactory()
    client.act_as(cast.owner)
    assert (
        client.get(reverse("governance:convenant_detail", args=[other.reference])).status_code
        == 404
    )
    assert other.pilot.name not in client.get(reverse("governance:convenant_list")).text


def test_nobody_activates_what_her_own_organisation_gains(client, cast):
    proposal = proposal_of(cast, {str(cast.municipal.pk): {"medical_content": "read"}})
    page = reverse("governance:proposal_decide", args=[proposal.reference])
    assert client.act_as(cast.officer).post(page).status_code == 403
    other = make.MembershipFactory(
        team=None, organisation=cast.partner_team.organisation, role="privacy_officer"
    ).user
    agree(proposal)
    assert client.act_as(other).post(page).status_code == 302
    assert client.post(page).status_code == 403  # decided already
