"""R29: when a facility ends each dossier goes once, and whole, to a named recipient; then it is
only read."""

import io
import json
import zipfile
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import (
    IntegrityError,
    InternalError,
    ProgrammingError,
    connection,
    models,
    transaction,
)
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from casework.custody.package import _holds_keys, _told, password_of, receipt_code
from casework.dossiers.kinds import KINDS
from casework.models import (
    Case,
    Contact,
    CustodyTransfer,
    Involvement,
    LegalAid,
    MedicalRecord,
    Note,
    Relation,
)
from governance.access.clearance import Clearance, acting_as
from governance.convenants.enums import ConvenantKind
from governance.convenants.perms import can_propose
from governance.convenants.template_convenant import make_from_model
from governance.models import Convenant, Draft
from lvv.common.database import call
from partners.models import AuditEntry
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.journeys import at, sent
from tests.casework.ten_teams import FILLED, TEAMS, adding, typed
from tests.casework.test_exporting import signed_in_now
from tests.conftest import closed
from tests.governance.test_printing import fetched

pytestmark = pytest.mark.django_db


@pytest.fixture
def ending(pilot, client):
    """A facility that winds down: its ten teams took part in one case, which has left."""
    pilot.pilot.state, pilot.pilot.closes_on = (
        "winding_down",
        timezone.localdate() + timedelta(days=30),
    )
    pilot.pilot.save()
    for case in (pilot.case, pilot.other):
        make.in_state(case, "exited")
    pilot.client = client
    pilot.there = make.PilotFactory(name="Ginderstad", slug="ginderstad")
    pilot.keeper = make.TeamFactory(organisation=pilot.there.municipality, pilot=pilot.there)
    convenant = make_from_model(pilot.there, ConvenantKind.CONVENANT)
    convenant.agreed_on = convenant.in_force_from = timezone.localdate() - timedelta(days=90)
    convenant.save()
    convenant.parties.update(signed_on=convenant.agreed_on)
    pilot.workers["second"] = make.MembershipFactory(
        team=pilot.teams["municipality"], role=Role.COORDINATOR
    ).user
    pilot.workers["keeper"] = make.MembershipFactory(team=pilot.keeper).user
    pilot.workers["keeping_coordinator"] = make.MembershipFactory(
        team=pilot.keeper, role=Role.COORDINATOR
    ).user
    return pilot


def page(ending, name="custody", *more):
    return reverse(f"casework:{name}", args=more or [ending.pilot.reference])


def hand_over(ending, *cases, who="coordinator", **changes):
    fields = {
        "to": str(ending.keeper.pk),
        "name": "",
        "agreed": "Overeenkomst 2026-14",
        "sure": "on",
        "cases": [str(case.reference) for case in cases or [ending.case]],
        **changes,
    }
    return ending.client.act_as(ending.workers[who]).post(page(ending), sent(fields))


def package(ending, *cases):
    answer = hand_over(ending, *cases, to="outside", name="Ministerie, dossierhouder")
    assert answer.status_code == 302, answer.text[:3000]
    return CustodyTransfer.objects.get(case=(cases or [ending.case])[0], taken_back_at=None).package


def agree(ending, team, **changes):
    fields = {
        "team": str(ending.teams[team].pk),
        "signed_on": -1,
        "since": 0,
        "until": 900,
        **changes,
    }
    return ending.client.act_as(ending.workers["coordinator"]).post(
        page(ending, "custody_agreement"), sent(fields)
    )


def test_a_page_that_does_not_show_all_dossiers_says_how_many_follow(ending, monkeypatch):
    monkeypatch.setattr("casework.custody.views.SHOWN", 1)
    shown = ending.client.act_as(ending.workers["coordinator"]).get(page(ending)).text
    assert "Nog 1 dossier" in shown
    assert ending.other.number not in shown or ending.case.number not in shown
    hand_over(ending, ending.case)
    hand_over(ending, ending.other)
    after = ending.client.get(page(ending)).text
    assert "1 dossier dat eerder is overgedragen" in after
    assert ending.other.number in after


def test_r29_a_dossier_goes_whole_and_once_to_a_team_that_reads_it_under_its_own_convenant(ending):
    own = make.RECORDS["contact"](
        case=ending.case, author_team=ending.teams["municipality"], visibility="own_organisation"
    )
    care = make.TeamFactory(
        organisation=ending.pilot.municipality, pilot=ending.pilot, function="care"
    )
    make.InvolvementFactory(case=ending.case, team=care, ground="care")
    make.RECORDS["contact"](
        case=ending.case, author_team=care, visibility="own_organisation"
    )  # not the leading team's
    shown = make.RECORDS["contact"](
        case=ending.case,
        author_team=ending.teams["ngo"],
        visibility="selected_partners",
        shared_team_ids=[ending.teams["municipality"].pk],
        share_purpose="samen",
        share_basis="convenant",
    )
    kept = make.RECORDS["contact"](
        case=ending.case, author_team=ending.teams["ngo"], visibility="own_organisation"
    )
    legal = make.RECORDS["legalaid"](case=ending.case, author_team=ending.teams["legal"])
    with acting_as(ending.workers["keeper"]):
        assert not Case.objects.exists()
    answer = hand_over(ending)
    assert answer.status_code == 302, answer.text[:3000]
    with acting_as(ending.workers["keeper"]):
        assert list(Case.objects.all()) == [ending.case]
        assert set(Contact.objects.values_list("pk", flat=True)) == {own.pk, shown.pk}
        assert set(Contact.history.values_list("id", flat=True)) == {own.pk, shown.pk}
    read = ending.client.act_as(ending.workers["keeper"]).get(at(ending.case, "case_detail"))
    assert read.status_code == 200
    assert "Selam Zichtbaar" in read.text
    assert "Dit dossier kan alleen nog worden gelezen" in read.text
    for name in (*TEAMS, "coordinator"):  # nobody else reads on, from the next page
        assert (
            ending.client.act_as(ending.workers[name])
            .get(at(ending.case, "case_detail"))
            .status_code
            == 404
        ), name
        with acting_as(ending.workers[name]):
            assert not Contact.objects.filter(case=ending.case).exists(), name
    with acting_as(ending.workers["legal"]):
        assert not LegalAid.objects.filter(pk=legal.pk).exists()
    assert Contact.objects.filter(pk=kept.pk, visibility="own_organisation").exists()
    found = CustodyTransfer.objects.get()
    assert (found.recipient, found.made_by) == (str(ending.keeper), ending.workers["coordinator"])
    assert found.handed_over_on == timezone.localdate()
    listed = ending.client.act_as(ending.workers["coordinator"]).get(page(ending)).text
    assert ending.case.number in listed
    assert "Selam Zichtbaar" not in listed
    again = hand_over(ending)
    assert again.status_code == 400
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyTransfer.objects.create(
            case=ending.case,
            pilot=ending.pilot,
            number=ending.case.number,
            basis="own_convenant",
            to_team=ending.keeper,
            recipient="x",
            agreed="x",
            made_by=ending.workers["coordinator"],
        )


@pytest.mark.parametrize(("writer", "slug"), FILLED)
def test_r29_what_was_handed_over_is_only_read(ending, writer, slug):
    """Also while a package waits for its receipt, when its partners still read it."""
    post = (adding(ending.case, slug), typed(FILLED[writer, slug]))
    package(ending)
    before = ending.client.act_as(ending.workers[writer]).post(*post)
    assert before.status_code in (403, 404, 409), before.status_code


def test_r29_the_database_refuses_every_way_to_write_in_it(ending):
    contact = make.RECORDS["contact"](case=ending.case, author_team=ending.teams["municipality"])
    package(ending)
    with acting_as(ending.workers["municipality"]):
        for change in (
            lambda: QuerySet(Contact).filter(pk=contact.pk).update(text="anders"),
            lambda: QuerySet(Case).filter(pk=ending.case.pk).update(referrer="anders"),
            lambda: QuerySet(Case).filter(pk=ending.case.pk).update(read_only_from=None),
            lambda: QuerySet(Involvement).filter(case=ending.case).update(explanation="anders"),
            lambda: make.RECORDS["note"](
                case=ending.case,
                author_team=ending.teams["municipality"],
                author=ending.workers["municipality"],
            ),
        ):
            with pytest.raises(InternalError, match="handed over"), transaction.atomic():
                change()


def test_r29_every_table_of_a_case_is_closed_with_it():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'case_id'"
            r" WHERE c.relkind = 'r' AND c.relname LIKE 'casework\_%' AND c.relname NOT LIKE 'casework\_historical%'"
            " AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'a_read_only')"
        )
        open_still = {row[0] for row in cursor.fetchall()}
    # That an address was read, that another pilot asked, and the handing over itself.
    assert open_still == {"casework_addressreading", "casework_hit", "casework_custodytransfer"}


def test_a_page_that_forgot_to_ask_answers_with_a_sentence_and_keeps_the_text(ending, monkeypatch):
    package(ending)
    monkeypatch.setattr(
        Clearance, "seats_writing", lambda hers, case, *_what: list(hers._seats_in(case))
    )
    key = f"note:{ending.case.reference}"
    answer = ending.client.act_as(ending.workers["municipality"]).post(
        at(ending.case, "note_add"),
        sent(
            {
                "kind": "note",
                "category": "guidance",
                "happened_on": 0,
                "text": "Late gedachte.",
                "visibility": "own_organisation",
                "draft_key": key,
            }
        ),
    )
    assert answer.status_code == 409
    assert AuditEntry.objects.latest("seq").outcome == "denied"
    assert "overgedragen" in answer.text
    assert not Note.objects.filter(text="Late gedachte.").exists()
    assert "Late gedachte." in str(Draft.objects.get(key=key).fields)


def test_r29_under_a_custody_agreement_the_keeper_reads_on_when_the_pilot_is_closed_and_nobody_else(
    ending,
):
    assert agree(ending, "municipality").status_code == 302
    own = make.RECORDS["contact"](
        case=ending.case, author_team=ending.teams["municipality"], visibility="own_organisation"
    )
    assert (
        hand_over(
            ending, ending.case, ending.other, to=str(ending.teams["municipality"].pk)
        ).status_code
        == 302
    )
    ending.pilot.state = "closed"
    ending.pilot.full_clean()
    ending.pilot.save()
    with acting_as(ending.workers["municipality"]) as clearance:
        assert set(Case.objects.all()) == {ending.case, ending.other}
        assert Contact.objects.filter(pk=own.pk).exists()
        assert not any(seat.writes for seat in clearance.seats)
        assert not MedicalRecord.objects.exists()
    with acting_as(ending.workers["coordinator"]) as clearance:
        assert not clearance.coordinated
    for name in TEAMS:
        if name != "municipality":
            with acting_as(ending.workers[name]) as clearance:
                assert not clearance.seats, name
                assert not Case.objects.exists(), name
    assert (
        ending.client.act_as(ending.workers["municipality"])
        .get(at(ending.case, "case_detail"))
        .status_code
        == 200
    )


def test_a_custody_agreement_gives_no_more_than_its_team_reads_today(ending):
    assert agree(ending, "dtv").status_code == 302
    with acting_as(ending.workers["dtv"]) as clearance:
        before = {seat.team: seat.reads for seat in clearance.seats}
    assert agree(ending, "ngo").status_code == 400  # one agreement at a time
    assert agree(ending, "avim", since=1000, until=1001).status_code == 400
    number, said = (
        make.RECORDS[kind](
            case=ending.case,
            author_team=ending.teams["municipality"],
            visibility="own_organisation",
        )
        for kind in ("reachability", "contact")
    )
    assert hand_over(ending, ending.case, to=str(ending.teams["dtv"].pk)).status_code == 302
    with acting_as(ending.workers["dtv"]):
        assert Contact.objects.filter(pk=said.pk).exists()
        assert not type(number).objects.filter(pk=number.pk).exists()
    with acting_as(ending.workers["ngo"]):
        assert not Case.objects.filter(pk=ending.case.pk).exists()
    closed(ending.pilot, state="winding_down", closes_on=timezone.localdate())
    with acting_as(
        ending.workers["dtv"]
    ) as clearance:  # the last day came, and a dossier has no recipient yet
        assert not clearance.seats
    closed(ending.pilot)
    with acting_as(ending.workers["dtv"]) as clearance:
        after = {seat.team: (seat.reads, seat.writes, seat.attends) for seat in clearance.seats}
    allowed = before[ending.teams["dtv"].pk] - {"legal_aid", "medical_content"}
    assert after == {ending.teams["dtv"].pk: (allowed, frozenset(), frozenset())}
    agreement = Convenant.objects.get(kind=ConvenantKind.CUSTODY_AGREEMENT)
    with acting_as(ending.workers["coordinator"]) as clearance:
        assert not can_propose(clearance, agreement)  # nor is it widened later


def test_r29_who_has_no_access_gets_an_encrypted_package_and_it_counts_from_the_receipt(ending):
    make.RECORDS["contact"](
        case=ending.case,
        author_team=ending.teams["municipality"],
        text="Zo begon het.",
        visibility="own_organisation",
    )
    secret = make.RECORDS["contact"](
        case=ending.case,
        author_team=ending.teams["ngo"],
        text="Alleen van ons.",
        visibility="own_organisation",
    )
    for team, number in (("municipality", "06 0000 0001"), ("ngo", "06 0000 0002")):
        make.RECORDS["reachability"](
            case=ending.case,
            author_team=ending.teams[team],
            value=number,
            visibility="own_organisation",
        )
    medical = make.RECORDS["medicalrecord"](
        case=ending.case, author_team=ending.teams["care"], text="Diagnose X."
    )
    make.ConsentFactory(
        case=ending.case, author_team=ending.teams["care"], team=ending.teams["municipality"]
    )
    with acting_as(ending.workers["coordinator"]):
        assert (
            MedicalRecord.objects.get() == medical
        )  # to her it is shown; it does not leave the house
    make.RECORDS["relation"](
        case=ending.case,
        author_team=ending.teams["municipality"],
        other=ending.other.person,
        other_name="",
    )
    taken = package(ending)
    worker = ending.client.act_as(ending.workers["coordinator"])
    url = page(ending, "custody_package", taken)
    assert worker.get(url).status_code == 302  # signs in once more
    signed_in_now(worker, ending.workers["coordinator"])
    shown = worker.get(url).text
    assert password_of(taken) in shown
    assert receipt_code(taken) not in shown
    answer = fetched(worker, worker.post(url))
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.namelist() == [f"{ending.case.number}.pdf"]
    content = archive.read(f"{ending.case.number}.pdf")
    assert b"Selam" not in content
    with pytest.raises(FileNotDecryptedError):
        len(PdfReader(io.BytesIO(content)).pages)
    assert not PdfReader(io.BytesIO(content)).decrypt("raden")
    book = PdfReader(io.BytesIO(content), password=password_of(taken))
    text = "".join(leaf.extract_text() for leaf in book.pages)
    assert "Selam Zichtbaar" in text
    assert receipt_code(taken) in text
    assert "Zo begon het." in text
    assert "Alleen van ons." not in text
    assert "Diagnose" not in text
    assert "Zorg" not in text
    data = json.loads(book.attachments["dossier.json"][0])
    assert data["case"]["number"] == ending.case.number
    assert [row["text"] for row in data["records"]["contact"]] == ["Zo begon het."]
    assert [row["value"] for row in data["records"]["reachability"]] == ["06 0000 0001"]
    assert not {"medical", "consent", "legal_aid"} & set(data["records"])
    told = set().union(*(row for rows in data["records"].values() for row in rows))
    # Neither keys of cases and records, nor accounts, nor who else takes part.
    assert {name for name in told if name == "id" or name.endswith(("_id", "_ids"))} == {
        "author_team_id",
        "source_team_id",
    }
    assert "text" in told
    assert str(secret.reference) not in str(data)
    receipt = {"receipt_from": "Dossierhouder", "receipt_on": 0}
    refused = worker.post(
        page(ending, "custody_receipt", taken), sent({"code": "AAAAA-BBBBB", **receipt})
    )
    assert refused.status_code == 400
    assert password_of(taken) not in refused.text  # that takes signing in once more
    assert CustodyTransfer.objects.get().handed_over_on is None
    assert worker.get(at(ending.case, "case_detail")).status_code == 200  # still reads
    said = receipt_code(taken).lower().replace("-", " ")
    own = worker.post(page(ending, "custody_receipt", taken), sent({"code": said, **receipt}))
    assert own.status_code == 400  # who made the package does not say that it arrived
    assert "Een andere coördinator" in own.text
    worker.act_as(ending.workers["second"])
    assert (
        worker.post(
            page(ending, "custody_receipt", taken), sent({"code": said, **receipt})
        ).status_code
        == 302
    )
    found = CustodyTransfer.objects.get()
    assert (found.receipt_from, found.handed_over_on) == ("Dossierhouder", timezone.localdate())
    for name in (*TEAMS, "coordinator"):
        assert (
            ending.client.act_as(ending.workers[name])
            .get(at(ending.case, "case_detail"))
            .status_code
            == 404
        ), name
    signed_in_now(worker, ending.workers["coordinator"])
    assert worker.post(url).status_code == 409
    assert password_of(taken) not in worker.get(url).text


@pytest.mark.parametrize(
    ("field", "keys"),
    [
        (ArrayField(models.IntegerField()), True),
        (ArrayField(models.BigIntegerField()), True),
        (ArrayField(models.CharField()), False),
        (models.IntegerField(), False),
        (models.BigAutoField(primary_key=True), True),
    ],
)
def test_no_list_of_numbers_ever_leaves_in_a_package(field, keys):
    """A column that is added later is left out by what it is, not by its name."""
    assert _holds_keys(field) is keys


def test_a_package_holds_neither_lists_of_teams_nor_who_gets_a_copy():
    for kind in KINDS.values():
        names = list(_told(kind.model))
        assert not [name for name in names if name.endswith("_ids")], kind.slug
        assert not [name for name in names if name.startswith("copy")], kind.slug


def test_a_package_is_taken_back_until_its_receipt(ending):
    taken = package(ending)
    worker = ending.client.act_as(ending.workers["coordinator"])
    assert worker.post(page(ending, "custody_take_back", taken)).status_code == 302
    ending.case.refresh_from_db()
    assert ending.case.read_only_from is None
    assert worker.post(page(ending, "custody_take_back", taken)).status_code == 409
    assert hand_over(ending).status_code == 302  # to somebody else


def test_r29_no_pilot_closes_while_a_dossier_lacks_a_recipient(ending):
    admin = make.MembershipFactory(
        organisation=ending.pilot.municipality, role=Role.FUNCTIONAL_ADMIN, team=None
    ).user
    for change in ({"state": "closed"}, {"closes_on": timezone.localdate()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(ending.pilot).objects.filter(pk=ending.pilot.pk).update(**change)
    url = reverse("admin:partners_pilot_change", args=[ending.pilot.pk])
    ending.client.act_as(admin)
    form = {
        field.html_name: field.value() for field in ending.client.get(url).context["adminform"].form
    }
    form = {
        name: "" if value is None else value for name, value in form.items() if value is not False
    }
    refused = ending.client.post(url, {**form, "state": "closed"})
    assert "hebben al een ontvanger" in refused.text
    assert "2 dossiers" not in refused.text  # who closes a pilot may be of the ministry (R25)
    package(ending)  # without its receipt it has no recipient
    assert hand_over(ending, ending.other).status_code == 302
    assert (
        "hebben al een ontvanger"
        in ending.client.act_as(admin).post(url, {**form, "state": "closed"}).text
    )
    signed = CustodyTransfer.objects.get(basis="package")
    ending.client.act_as(ending.workers["second"]).post(
        page(ending, "custody_receipt", signed.package),
        sent(
            {"code": receipt_code(signed.package), "receipt_from": "Dossierhouder", "receipt_on": 0}
        ),
    )
    assert ending.client.act_as(admin).post(url, {**form, "state": "closed"}).status_code == 302
    ending.pilot.refresh_from_db()
    assert ending.pilot.state == "closed"


def test_only_the_coordinator_of_a_pilot_that_winds_down_hands_over_and_only_what_has_ended(ending):
    for name in (*TEAMS, "keeper", "keeping_coordinator"):
        assert ending.client.act_as(ending.workers[name]).get(page(ending)).status_code == 403, name
        assert hand_over(ending, who=name).status_code == 403, name
        assert agree(ending, "ngo").status_code in (302, 400)
    make.in_state(ending.other, "in_guidance")
    assert hand_over(ending, ending.other).status_code == 400
    for fields in (
        {"to": ""},
        {"to": str(ending.teams["avim"].pk)},
        {"agreed": ""},
        {"sure": ""},
        {"cases": []},
        {"to": "outside", "name": " "},
    ):
        assert (
            hand_over(ending, **{"cases": [str(ending.case.reference)], **fields}).status_code
            == 400
        ), fields
    with acting_as(ending.workers["coordinator"]):
        for wrong in (
            {"case": ending.other, "number": ending.other.number},
            {"to_team": ending.teams["avim"]},
            {"made_by": ending.workers["ngo"]},
            {"number": "2026-999999"},
            {"handed_over_on": timezone.localdate()},
        ):
            fields = {
                "case": ending.case,
                "pilot": ending.pilot,
                "number": ending.case.number,
                "agreed": "x",
                "basis": "own_convenant",
                "to_team": ending.keeper,
                "recipient": "x",
                "made_by": ending.workers["coordinator"],
                **wrong,
            }
            with pytest.raises(ProgrammingError), transaction.atomic():
                CustodyTransfer.objects.create(**fields)
    ending.pilot.state = "open"
    ending.pilot.save()
    assert hand_over(ending).status_code == 403
    assert not CustodyTransfer.objects.exists()
    assert not Relation.objects.exists()


def test_nobody_is_let_into_a_dossier_that_was_handed_over(ending):
    """A guest of a meeting on whose agenda it still stands, or a member of a review team."""
    assert agree(ending, "municipality").status_code == 302
    room = SimpleNamespace(
        meeting=make.RECORDS["agendaitem"](
            case=ending.case,
            author_team=ending.teams["municipality"],
            shared_team_ids=[ending.teams["municipality"].pk],
            visibility="selected_partners",
        ).meeting
    )
    guest = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv")).user
    assert hand_over(ending, to=str(ending.teams["municipality"].pk)).status_code == 302
    ending.client.act_as(ending.workers["coordinator"]).post(
        reverse("casework:meeting_attendance", args=[room.meeting.reference]),
        sent({"guest": "1", "name": "Gast", "capacity": "toezicht", "username": guest.username}),
    )
    with acting_as(ending.workers["coordinator"]), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conference_admit(%s, %s, %s)", [room.meeting.pk, guest.username, "gast"]
        )
    with acting_as(guest):
        assert not Case.objects.exists()


def test_an_archived_dossier_needs_its_recipient_too(ending):
    make.in_state(ending.other, "archived")
    assert hand_over(ending).status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        QuerySet(type(ending.pilot)).filter(pk=ending.pilot.pk).update(state="closed")
    assert hand_over(ending, ending.other).status_code == 302
    assert QuerySet(type(ending.pilot)).filter(pk=ending.pilot.pk).update(state="closed") == 1


def test_a_recipient_who_took_part_for_a_time_keeps_the_dossier(ending, on_day):
    assert agree(ending, "ngo").status_code == 302
    row = ending.case.involvements.get(team=ending.teams["ngo"])
    row.until = timezone.localdate() + timedelta(days=5)
    row.save()
    assert hand_over(ending, to=str(ending.teams["ngo"].pk)).status_code == 302
    row.refresh_from_db()
    assert row.until is None
    assert row.history.order_by("history_id").last().history_change_reason == "handed_over"


def test_a_case_that_moved_on_meanwhile_is_not_handed_over(ending):
    """Its state is read again when the case is locked: the policy saw what was before."""
    make.in_state(ending.case, "in_guidance")
    made = CustodyTransfer.objects.create(  # as the owner, past the policy
        case=ending.case,
        pilot=ending.pilot,
        number=ending.case.number,
        basis="own_convenant",
        to_team=ending.keeper,
        recipient="x",
        agreed="x",
        made_by=ending.workers["coordinator"],
    )
    with (
        acting_as(ending.workers["coordinator"]),
        pytest.raises(IntegrityError, match="is open"),
        transaction.atomic(),
    ):
        call("custody_carry_out", made.pk, "x")
    made.delete()  # it may not stay as it is


def test_a_transfer_that_is_only_written_down_is_refused(ending):
    """Its recipient would stand there as keeper, while everybody goes on reading and writing."""
    transfer = {
        "case": ending.case,
        "pilot": ending.pilot,
        "number": ending.case.number,
        "recipient": "x",
        "agreed": "x",
        "made_by": ending.workers["coordinator"],
    }
    receipt = {
        "receipt_on": timezone.localdate(),
        "receipt_from": "x",
        "receipt_by": ending.workers["coordinator"],
    }

    @transaction.atomic
    def written(carried_out=False, **fields):
        row, _new = CustodyTransfer.objects.update_or_create(**transfer, defaults=fields)
        if carried_out:
            with acting_as(ending.workers["coordinator"]):
                call("custody_carry_out", row.pk, "x")
        connection.check_constraints()

    in_package = {"basis": "package", "package": uuid4()}
    for fields in ({"basis": "own_convenant", "to_team": ending.keeper}, in_package):
        with pytest.raises(IntegrityError, match="not carried out"):
            written(**fields)
    written(carried_out=True, **in_package)
    with pytest.raises(IntegrityError, match="not carried out"):
        written(**in_package, **receipt)
    written(carried_out=True, **in_package, **receipt)
