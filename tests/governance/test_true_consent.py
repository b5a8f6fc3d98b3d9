"""A changed matrix stands on true consent: of whom, how, and what it is without."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.approvals import advise, missing, parties_to_agree
from governance.convenants.enums import Cell
from governance.convenants.matrix import matrix_of
from governance.convenants.template_convenant import GivenCell, write_cells
from governance.convenants.versions import Waits, activate
from governance.models import Convenant, ConvenantParty, Proposal
from partners.accounts.lifecycle import invite
from partners.models import AuditEntry, OutboxMessage
from partners.organisations.enums import OrganisationKind, Role
from tests import factories as make
from tests.conftest import agreement
from tests.governance.consent import DECISION, agree, officer_of, proposal_of, somebody

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def police(cast):
    """The police in the convenant, and an NGO that writes guidance under an agreement of its own."""
    pilot = cast.pilot
    avim = make.TeamFactory(organisation__kind=OrganisationKind.AVIM, pilot=pilot)
    ngo = make.TeamFactory(organisation__kind=OrganisationKind.NGO, pilot=pilot)
    agreement(pilot, {ngo: {Category.GUIDANCE: Cell.WRITE}}, kind="ngo_agreement")
    ConvenantParty.objects.create(
        convenant=cast.convenant, organisation=avim.organisation, signed_on=TODAY()
    )
    write_cells(
        cast.convenant, [GivenCell(avim, Category.IDENTITY, Cell.READ, "2", "proef", "AVG 6")]
    )
    cast.avim, cast.ngo = avim, ngo
    cast.avim_worker = cast.worker(avim)
    cast.proposal = proposal_of(cast, {str(avim.pk): {"guidance": "read"}})
    return cast


def approval(proposal, team):
    return proposal.approvals.get(organisation=team.organisation)


def page(name, row):
    return reverse(f"governance:{name}", args=[row.reference])


def confirmed(client, row):
    row.refresh_from_db()
    return client.post(page("approval_detail", row), {"recorded": str(row.recorded_at)})


def form(**changes):
    day = DECISION["agreed_on"].strftime("%d-%m-%Y")
    return {**DECISION, "agreed_on": day, **changes}


def test_who_reads_and_everybody_who_writes_must_agree_also_under_another_agreement(police):
    asked = set(parties_to_agree(police.proposal))
    assert {police.avim.organisation_id, police.ngo.organisation_id} <= asked
    assert police.municipal.organisation_id in asked
    assert police.partner_team.organisation_id not in asked  # reads guidance, and writes none
    assert {row.organisation_id for row in police.proposal.approvals.all()} == asked


def test_the_old_version_stays_in_force_till_everybody_agreed(police):
    with acting_as(police.officer) as clearance, pytest.raises(Waits):
        activate(police.proposal, by=clearance)
    assert Convenant.objects.in_force().filter(pk=police.convenant.pk).exists()
    agree(police.proposal)
    with acting_as(police.officer) as clearance:
        new = activate(police.proposal, by=clearance)
    assert matrix_of(new)[1][police.avim.pk][Category.GUIDANCE].cell == Cell.READ
    assert new.in_force_from == TODAY()


def test_the_database_lets_no_version_begin_without_it(police):
    police.proposal.result = police.convenant
    with pytest.raises(IntegrityError), transaction.atomic():
        police.proposal.save()


def test_one_party_that_came_to_write_meanwhile_is_waited_for(police):
    agree(police.proposal)
    other = make.TeamFactory(organisation__kind=OrganisationKind.NGO, pilot=police.pilot)
    agreement(police.pilot, {other: {Category.GUIDANCE: Cell.WRITE}}, kind="municipal_decision")
    assert missing(police.proposal) == [other.organisation.name]


def test_no_signature_is_copied_from_the_older_version(police):
    agree(police.proposal)
    with acting_as(police.officer) as clearance:
        new = activate(police.proposal, by=clearance)
    avim = new.parties.get(organisation=police.avim.organisation)
    assert (avim.signed_on, avim.stands_on) == (DECISION["agreed_on"], None)
    partner = new.parties.get(organisation=police.partner_team.organisation)
    assert partner.signed_on is None
    assert partner.signature.convenant == police.convenant
    assert Convenant.objects.in_force().filter(pk=new.pk).exists()


def test_each_step_is_hers_who_may_and_the_page_leads_through_them(client, police):
    row = approval(police.proposal, police.ngo)
    officer, colleague = officer_of(row.organisation), police.worker(police.ngo)
    fg = make.MembershipFactory(
        team=None, organisation=row.organisation, role=Role.DATA_PROTECTION_OFFICER
    ).user
    said = {"advice": "for", "advice_text": "Noodzakelijk."}
    for other in (police.coordinator, police.officer, colleague, fg, police.avim_worker):
        assert client.act_as(other).post(page("approval_advise", row), said).status_code == 403
    assert (
        client.act_as(fg).post(page("approval_object", row), {"objection": "Te ruim."}).status_code
        == 302
    )
    assert client.act_as(officer).post(page("approval_advise", row), said).status_code == 302
    for other in (police.avim_worker, fg, police.stranger):
        assert client.act_as(other).post(page("approval_record", row), form()).status_code == 403
    client.act_as(police.coordinator).post(page("approval_record", row), form())
    for other in (police.coordinator, police.avim_worker, fg):
        assert confirmed(client.act_as(other), row).status_code == 403
    assert "Te ruim." in client.act_as(colleague).get(page("approval_detail", row)).text
    assert confirmed(client, row).status_code == 302
    row.refresh_from_db()
    assert (row.recorded_by, row.confirmed_by) == (police.coordinator, colleague)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    wanted = ("advised", "objected", "recorded", "confirmed")
    assert {f"approval_{word}" for word in wanted} <= actions
    assert [version.history_change_reason for version in row.history.all()][:4] == [
        *reversed(("objected", "advised", "recorded", "confirmed"))
    ]


def test_who_recorded_it_does_not_confirm_it_nor_does_an_account_she_invited(client, police):
    row = approval(police.proposal, police.ngo)
    officer, colleague = officer_of(row.organisation), police.worker(police.ngo)
    client.act_as(officer).post(
        page("approval_advise", row), {"advice": "for", "advice_text": "Ja."}
    )
    client.post(page("approval_record", row), form())
    assert confirmed(client, row).status_code == 403
    invite(colleague, by=officer)
    assert confirmed(client.act_as(colleague), row).status_code == 403
    other = somebody(row.organisation)
    assert confirmed(client.act_as(other), row).status_code == 302
    assert client.act_as(officer).get(page("approval_record", row)).status_code == 403


@pytest.mark.parametrize(
    ("category", "asked"),
    [("identity", {"police_basis"}), ("public_order", {"police_basis", "criminal_basis"})],
)
def test_what_the_police_writes_opens_with_its_own_ground_beside(client, cast, category, asked):
    avim = make.TeamFactory(organisation__kind=OrganisationKind.AVIM, pilot=cast.pilot)
    agreement(cast.pilot, {avim: {Category(category): Cell.WRITE}}, kind="municipal_decision")
    changes = {str(cast.partner_team.pk): {category: "none"}}
    narrowed = proposal_of(cast, changes)
    with acting_as(cast.officer) as clearance:
        cast.convenant = activate(narrowed, by=clearance)
    proposal = proposal_of(cast, {str(cast.partner_team.pk): {category: "read"}})
    row = approval(proposal, avim)
    officer = officer_of(row.organisation)
    assert client.act_as(officer).get(page("approval_record", row)).status_code == 403
    with acting_as(officer) as clearance:
        advise(row, "for", "Noodzakelijk.", by=clearance)
    for name in asked:
        answer = client.act_as(officer).post(page("approval_record", row), form(**{name: ""}))
        assert answer.status_code == 400
    with pytest.raises(IntegrityError), transaction.atomic():
        agreed_without(row, officer)
    agree(proposal)
    with acting_as(cast.officer) as clearance:
        new = activate(proposal, by=clearance)
    cell = matrix_of(new)[1][cast.partner_team.pk][Category(category)]
    assert all(DECISION[name] in cell.further_basis for name in asked)
    assert (
        DECISION["police_basis"]
        in client.act_as(cast.owner)
        .get(reverse("governance:convenant_detail", args=[new.reference]))
        .text
    )


def agreed_without(row, officer):
    row.advised_by = row.recorded_by = officer
    row.confirmed_by, row.confirmed_at = somebody(row.organisation), timezone.now()
    row.agreed_on, row.document, row.function, row.mandate = TODAY(), "x", "x", "x"
    row.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_was_recorded_anew_meanwhile_is_not_confirmed(client, police):
    row = approval(police.proposal, police.ngo)
    officer, colleague = officer_of(row.organisation), police.worker(police.ngo)
    client.act_as(officer).post(
        page("approval_advise", row), {"advice": "for", "advice_text": "Ja."}
    )
    client.post(page("approval_record", row), form())
    row.refresh_from_db()
    read = {"recorded": str(row.recorded_at)}
    client.act_as(police.coordinator).post(page("approval_record", row), form(mandate="Ander"))
    assert client.act_as(colleague).post(page("approval_detail", row), read).status_code == 409
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_who_could_write_once_is_asked_too(cast):
    """Narrowed first, and opened then: the records of before would open without a word."""
    writes = {str(cast.partner_team.pk): {"departure": "none"}}
    with acting_as(cast.officer) as clearance:
        cast.convenant = activate(proposal_of(cast, writes), by=clearance)
    proposal = proposal_of(cast, {str(cast.stranger_team.pk): {"departure": "none"}})
    with acting_as(cast.officer) as clearance:
        cast.convenant = activate(proposal, by=clearance)
    proposal = proposal_of(cast, {str(cast.stranger_team.pk): {"departure": "read"}})
    assert cast.partner_team.organisation_id in parties_to_agree(proposal)


def test_narrowing_asks_nobody_else_and_takes_two_people_of_the_municipality(client, cast):
    proposal = proposal_of(cast, {str(cast.partner_team.pk): {"guidance": "none"}})
    assert not proposal.approvals.exists()
    decide = reverse("governance:proposal_decide", args=[proposal.reference])
    assert client.act_as(cast.coordinator).post(decide).status_code == 403
    assert client.act_as(cast.officer).post(decide).status_code == 302


def test_who_invited_the_proposer_does_not_activate(client, cast):
    proposal = proposal_of(cast, {str(cast.partner_team.pk): {"guidance": "none"}})
    invite(cast.coordinator, by=cast.officer)
    decide = reverse("governance:proposal_decide", args=[proposal.reference])
    assert client.act_as(cast.officer).post(decide).status_code == 403


def test_all_parties_are_told_that_it_is_proposed_and_that_it_begins(police):
    told = set(OutboxMessage.objects.values_list("user", flat=True))
    assert police.officer.pk in told
    assert police.avim_worker.pk in told  # of an organisation without officer or coordinator
    OutboxMessage.objects.all().delete()
    agree(police.proposal)
    with acting_as(police.officer) as clearance:
        activate(police.proposal, by=clearance)
    assert police.officer.pk in set(OutboxMessage.objects.values_list("user", flat=True))


def test_a_day_to_come_is_no_day_on_which_somebody_agreed(client, police):
    row = approval(police.proposal, police.ngo)
    officer = officer_of(row.organisation)
    client.act_as(officer)
    with acting_as(officer) as clearance:
        advise(row, "for", "Noodzakelijk.", by=clearance)
    for days in (1, -1):  # nor one before the proposal and the advice
        day = (TODAY() + timedelta(days=days)).strftime("%d-%m-%Y")
        assert client.post(page("approval_record", row), form(agreed_on=day)).status_code == 400
    assert client.post(page("approval_record", row), form()).status_code == 302


def test_what_a_party_says_is_found_by_nobody_outside_the_agreement(client, police):
    row = approval(police.proposal, police.ngo)
    elsewhere = cast_elsewhere()
    for name in ("approval_detail", "approval_advise", "approval_record", "approval_object"):
        assert client.act_as(elsewhere).get(page(name, row)).status_code == 404
    assert Proposal.objects.count() == 1


def cast_elsewhere():
    return make.MembershipFactory(team=make.TeamFactory()).user
