"""The two logs: what is written, that it cannot be changed unseen, and who reads it."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from partners.accountability.heads import FILE, verify, write_head
from partners.accountability.logs import audit, pseudonym
from partners.models import AuditEntry, ProcessingEntry
from partners.organisations.enums import Role
from tests import factories as make
from tests.conftest import agreement, as_the_web

pytestmark = pytest.mark.django_db


def tamper(sql: str, *values: object) -> None:
    """Change the log as somebody with the owner's password would: past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_only_grows")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE audit_log ENABLE TRIGGER audit_only_grows")


@pytest.fixture
def chain(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    for number in range(5):
        audit("probe", reason=f"reason {number}")
    write_head()
    assert verify() == []
    return tmp_path


def test_a_whole_chain_verifies(chain, capsys):
    call_command("verify_audit")
    assert "whole" in capsys.readouterr().out


def test_a_changed_row_is_found(chain):
    tamper("UPDATE audit_log SET reason = 'other' WHERE seq = 3")
    assert verify() == ["row 3: changed"]
    with pytest.raises(CommandError, match="row 3"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "column", ["at", "actor_id", "cases", "origin", "outcome", "trace_id", "object_id"]
)
def test_every_column_is_in_the_hash(chain, column):
    value = {"at": "now()", "actor_id": "1", "cases": "ARRAY[gen_random_uuid()]"}.get(column, "'x'")
    tamper(f"UPDATE audit_log SET {column} = {value} WHERE seq = 2")
    assert verify()[0] == "row 2: changed"


def test_a_removed_row_is_found(chain):
    tamper("DELETE FROM audit_log WHERE seq = 3")
    assert verify() == ["row 4: removed or reordered"]


def test_reordered_rows_are_found(chain):
    tamper("UPDATE audit_log SET seq = CASE seq WHEN 3 THEN 104 ELSE 103 END WHERE seq IN (3, 4)")
    tamper("UPDATE audit_log SET seq = seq - 100 WHERE seq > 100")
    assert verify()


def test_a_cut_tail_is_found_against_the_head_kept_outside(chain):
    tamper("DELETE FROM audit_log WHERE seq >= 4")
    assert len(verify()) == 1
    assert "row 5: cut off" in verify()[0]


def test_a_forged_head_is_found(chain):
    path = chain / FILE
    head = json.loads(path.read_text())
    path.write_text(
        json.dumps({**head, "seq": 4, "hash": AuditEntry.objects.get(seq=4).hash}) + "\n"
    )
    assert "not signed" in verify()[0]


def test_a_rewritten_chain_does_not_fit_its_head(chain):
    """Whoever recomputes every hash from a row on still meets the head outside."""
    tamper("UPDATE audit_log SET reason = 'rewritten' WHERE seq = 5")
    tamper("UPDATE audit_log a SET hash = audit_hash(a.*) WHERE seq = 5")
    assert len(verify()) == 1
    assert "differs from the head" in verify()[0]


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
def test_the_log_only_grows(sql):
    audit("probe")
    with (
        pytest.raises(InternalError, match="append only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO audit_log (seq) VALUES (9)",
        "UPDATE audit_log SET reason = 'x'",
        "DELETE FROM audit_log",
        "SELECT * FROM processing_log",
    ],
)
def test_the_web_writes_only_through_the_function(sql):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with as_the_web(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_hash_is_sha256_over_the_canonical_row(chain):
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_canonical(a.*), hash, prev_hash FROM audit_log a ORDER BY seq")
        rows = cursor.fetchall()
    for canonical, digest, _before in rows:
        assert hashlib.sha256(canonical.encode()).hexdigest() == digest
    assert [before for *_, before in rows[1:]] == [digest for _, digest, _ in rows[:-1]]


def test_a_page_leaves_one_audit_row_and_one_row_for_each_person(client, cast):
    client.act_as(cast.owner)
    client.get(
        reverse("casework:case_detail", args=[cast.case.reference]),
        headers={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    )
    entry = AuditEntry.objects.get(action="casework:case_detail")
    assert (entry.actor_id, entry.actor_org_id) == (cast.owner.pk, cast.municipal.organisation_id)
    assert (entry.role, entry.outcome, entry.cases) == ("caseworker", "done", [cast.case.reference])
    assert entry.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    parent, child = ProcessingEntry.objects.filter(trace_id=entry.trace_id).order_by("id")
    assert (parent.parent_span_id, parent.data_subject_id, parent.status) == (
        "00f067aa0ba902b7",
        "",
        "Ok",
    )
    assert (child.parent_span_id, child.data_subject_id) == (
        parent.span_id,
        pseudonym(cast.case.person_id),
    )
    assert child.processing_activity_id == "urn:lvv:processing:casework:1"


def test_a_list_of_25_people_leaves_25_child_rows(client, cast):
    for _ in range(30):
        make.CaseFactory(lead_team=cast.municipal)
    client.act_as(cast.owner)
    client.get(reverse("casework:case_list"))
    rows = ProcessingEntry.objects.filter(name="casework:case_list").exclude(data_subject_id="")
    assert rows.count() == 25
    assert len(AuditEntry.objects.get(action="casework:case_list").cases) == 25


def test_the_processing_log_holds_no_user(client, cast):
    client.act_as(cast.owner)
    client.get(reverse("casework:case_detail", args=[cast.case.reference]))
    names = {field.name for field in ProcessingEntry._meta.get_fields()}
    assert not {"user", "actor", "actor_id", "origin"} & names
    text = json.dumps(list(ProcessingEntry.objects.values()), default=str)
    assert cast.owner.username not in text


def test_a_page_that_cannot_be_logged_is_not_shown(client, cast):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE processing_log ADD CONSTRAINT broken CHECK (false) NOT VALID")
    client.act_as(cast.owner)
    response = client.get(reverse("casework:case_detail", args=[cast.case.reference]))
    assert response.status_code == 500
    assert b"Markerson" not in response.content


def test_a_denial_is_logged_though_its_transaction_was_rolled_back(client, cast):
    client.act_as(cast.partner)
    client.post(reverse("casework:case_involve", args=[cast.case.reference]), {})
    client.get(reverse("casework:case_detail", args=[cast.other_case.reference]))
    first, second = AuditEntry.objects.filter(outcome="denied").order_by("seq")
    assert (first.action, first.actor_id) == ("casework:case_involve", cast.partner.pk)
    assert (second.action, second.object_id) == (
        "casework:case_detail",
        str(cast.other_case.reference),
    )
    assert ProcessingEntry.objects.get(trace_id=second.trace_id).status == "Unset"


def test_no_log_row_holds_a_name_a_number_or_what_was_typed(client, cast):
    make.NameFactory(case=cast.case, kind="v_number", value="2345678901")
    client.act_as(cast.owner)
    client.get(reverse("casework:case_detail", args=[cast.case.reference]))
    client.post(reverse("casework:case_search"), {"q": "Markerson"})
    client.post(reverse("casework:case_search"), {"q": "2345678901"})
    client.post(reverse("account_login"), {"login": "Markerson\nfake", "password": "2345678901"})
    text = json.dumps(
        [*AuditEntry.objects.values(), *ProcessingEntry.objects.values()], default=str
    )
    for secret in ("Markerson", "Tesfay", "2345678901", "fake"):
        assert secret not in text


def test_get_writes_nothing_but_logs(client, cast, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    client.act_as(cast.owner)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("casework:case_detail", args=[cast.case.reference]))
    writes = [
        q["sql"]
        for q in queries
        if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert all("processing_log" in sql or "partners_session" in sql for sql in writes), writes


def test_a_case_manager_reads_who_looked_and_others_do_not(client, cast):
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.partner).get(page)
    shown = client.act_as(cast.owner).get(reverse("casework:readings"))
    assert cast.partner.name in shown.text
    assert cast.case.number in shown.text
    assert (
        cast.partner.name not in client.act_as(cast.stranger).get(reverse("casework:readings")).text
    )


def test_a_case_manager_reads_of_attempts_that_were_refused(client, cast):
    page = reverse("casework:case_detail", args=[cast.case.reference])
    assert client.act_as(cast.stranger).get(page).status_code == 404
    shown = client.act_as(cast.owner).get(reverse("casework:readings")).text
    assert str(cast.stranger) in shown
    assert "geweigerd" in shown
    assert (
        str(cast.stranger) not in client.act_as(cast.partner).get(reverse("casework:readings")).text
    )


def test_who_works_for_two_organisations_is_read_by_the_privacy_officer_of_the_one_she_worked_for(
    client, cast
):
    other = make.TeamFactory(organisation__kind="ngo")
    agreement(other.pilot, {other: {Category.IDENTITY: Cell.READ}})
    make.MembershipFactory(user=cast.partner, team=other)
    elsewhere = make.CaseFactory(lead_team=other, pilot=other.pilot)
    client.act_as(cast.partner)
    for case in (cast.case, elsewhere):
        assert client.get(reverse("casework:case_detail", args=[case.reference])).status_code == 200
    for team, mine, theirs in (
        (cast.partner_team, cast.case, elsewhere),
        (other, elsewhere, cast.case),
    ):
        officer = make.MembershipFactory(
            organisation=team.organisation, team=None, role=Role.PRIVACY_OFFICER
        ).user
        shown = client.act_as(officer).get(reverse("casework:readings")).text
        assert mine.number in shown
        assert theirs.number not in shown
    # A list with both is read by both, each with her own cases.
    client.act_as(cast.partner).get(reverse("casework:case_list") + "?tab=all")
    lists = AuditEntry.objects.filter(action="casework:case_list")
    assert {row.actor_org_id: set(row.cases) for row in lists} == {
        cast.partner_team.organisation_id: {cast.case.reference},
        other.organisation_id: {elsewhere.reference},
    }


def test_a_refused_attempt_does_not_tell_that_there_is_a_case(client, cast):
    officer = make.MembershipFactory(
        organisation=cast.stranger_team.organisation, team=None, role=Role.PRIVACY_OFFICER
    ).user
    client.act_as(cast.stranger).get(reverse("casework:case_detail", args=[cast.case.reference]))
    shown = client.act_as(officer).get(reverse("casework:readings"))
    assert str(cast.stranger) in shown.text
    assert cast.case.number not in shown.text
    found = client.get(reverse("casework:readings"), {"casus": cast.case.number})
    assert str(cast.stranger) not in found.text


def test_a_case_manager_who_left_reads_no_more(cast, client):
    client.act_as(cast.partner).get(reverse("casework:case_detail", args=[cast.case.reference]))
    with acting_as(cast.owner):
        assert AuditEntry.objects.filter(actor_id=cast.partner.pk).exists()
    membership = cast.owner.memberships.get()
    membership.until = membership.since + timedelta(days=1)
    membership.save()
    with acting_as(cast.owner):
        assert not AuditEntry.objects.filter(actor_id=cast.partner.pk).exists()


def test_a_privacy_officer_reads_her_organisation_by_number_and_no_name(client, cast):
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.owner).get(page)
    client.act_as(cast.partner).get(page)
    shown = client.act_as(cast.officer).get(
        reverse("casework:readings"), {"casus": cast.case.number}
    )
    assert cast.owner.name in shown.text
    assert cast.case.number in shown.text
    assert "Markerson" not in shown.text
    assert cast.partner.name not in shown.text  # of another organisation
    unknown = client.get(reverse("casework:readings"), {"casus": cast.other_case.number})
    assert cast.owner.name not in unknown.text


@override_settings(PSEUDONYM_KEY="another")
def test_pseudonyms_depend_on_the_key_of_the_installation(cast):
    other = pseudonym(cast.case.person_id)
    with override_settings(PSEUDONYM_KEY="one"):
        assert pseudonym(cast.case.person_id) != other


def test_the_background_signs_the_head_under_its_own_role(chain):
    """As lvv_jobs, not as the owner for whom no policy runs."""
    path = chain / FILE
    path.unlink()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lvv_jobs")
        write_head()
        tampered = verify()
        cursor.execute("RESET ROLE")
    assert json.loads(path.read_text())["seq"] == 5
    assert tampered == []
    tamper("DELETE FROM audit_log WHERE seq >= 4")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lvv_jobs")
        assert len(verify()) == 1
        cursor.execute("RESET ROLE")
