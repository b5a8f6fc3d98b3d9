"""The two logs: what is written, that it cannot be changed unseen, and who reads it."""

import hashlib
import json
import subprocess
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from partners.accountability.heads import (
    FILE,
    verify,
    vouched_for,
    write_head,
    write_head_if_due,
)
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


CUT_OFF = "DELETE FROM audit_log WHERE seq >= 7"
REMOVED = "DELETE FROM audit_log WHERE seq = 7"
CHANGED = "UPDATE audit_log SET reason = 'other' WHERE seq = 7"
RENUMBERED = "UPDATE audit_log SET seq = 7 WHERE seq = 8"
REHASHED = """
DO $$ DECLARE one bigint; BEGIN FOR one IN SELECT seq FROM audit_log WHERE seq >= 7 ORDER BY seq LOOP
    UPDATE audit_log SET prev_hash = (SELECT hash FROM audit_log WHERE seq = one - 1) WHERE seq = one;
    UPDATE audit_log a SET hash = audit_hash(a.*) WHERE seq = one;
END LOOP; END $$"""
# What is done to rows after the last head, and whether it is noticed before the next one.
TAMPERINGS = [
    ((CHANGED,), True),
    ((REMOVED,), True),
    ((REMOVED, RENUMBERED), True),
    ((CUT_OFF,), False),
    ((CHANGED, REHASHED), False),
    ((REMOVED, RENUMBERED, REHASHED), False),
]


@pytest.mark.parametrize("headed", [False, True])
@pytest.mark.parametrize(("statements", "noticed"), TAMPERINGS)
def test_what_is_noticed_after_the_last_head_and_what_only_once_there_is_one(
    chain, capsys, statements, noticed, headed
):
    for _ in range(3):
        audit("probe")  # 6, 7 and 8
    if headed:
        write_head()
    for statement in statements:
        tamper(statement)
    assert bool(verify()) is (noticed or headed)
    # What it does not notice it does not vouch for.
    words = vouched_for()
    assert words.startswith("Vouched for up to row 5, by the head of ")
    since = AuditEntry.objects.get(seq=6).at.isoformat()
    assert f"{AuditEntry.objects.count() - 5} rows from row 6, since {since}" in words
    if not (noticed or headed):
        call_command("verify_audit")
        assert words in capsys.readouterr().out
    else:
        with pytest.raises(CommandError, match="Vouched for up to row 5"):
            call_command("verify_audit")


def test_a_chain_up_to_its_head_is_vouched_for_whole(chain):
    assert "Not vouched for" not in vouched_for()
    (chain / FILE).unlink()
    assert vouched_for().startswith("No head vouches for any row. Not vouched for: 5 rows from row")


def test_a_copy_of_the_heads_kept_elsewhere_shows_what_ours_was_made_to_hide(chain, tmp_path):
    copy = tmp_path / "elsewhere.jsonl"
    audit("probe")
    write_head()
    copy.write_text((chain / FILE).read_text())
    tamper("DELETE FROM audit_log WHERE seq = 6")
    first, _last = (chain / FILE).read_text().splitlines(keepends=True)
    (chain / FILE).write_text(first)
    call_command("verify_audit")
    with pytest.raises(CommandError, match="row 6: cut off"):
        call_command("verify_audit", heads=copy)
    with pytest.raises(CommandError, match="no file"):
        call_command("verify_audit", heads=tmp_path / "nothing")


@pytest.mark.parametrize("line", ["{", "3", "{}", '{"seq": "x"}', '{"seq": 5, "signature": 3}'])
def test_a_line_that_is_no_head_is_a_problem_and_stops_nothing(chain, line):
    with (chain / FILE).open("a") as file:
        file.write(line + "\n")
    assert "head 0: not signed by this installation" in verify()
    assert vouched_for().startswith("Vouched for up to row 5")
    audit("probe", outcome="denied")
    write_head_if_due()
    assert vouched_for().startswith("Vouched for up to row 6")


def heads_written(chain):
    return len((chain / FILE).read_text().splitlines())


@pytest.fixture
def later(monkeypatch):
    """Moves the clock that heads are dated by."""
    now = timezone.now()

    def move(seconds):
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=seconds))

    return move


@pytest.mark.parametrize("urgent", [{"outcome": "denied"}, {"outcome": "failed"}, "administrator"])
def test_a_head_follows_a_denial_and_an_administrator_within_a_minute_and_one_a_minute(
    chain, later, cast, urgent
):
    if urgent == "administrator":
        with acting_as(cast.admin) as clearance:
            audit("probe", worker=clearance)
    else:
        audit("probe", **urgent)
    later(59)
    write_head_if_due()
    assert heads_written(chain) == 1
    later(61)
    write_head_if_due()
    write_head_if_due()
    assert heads_written(chain) == 2
    later(200)
    audit("probe")  # nobody refused since
    write_head_if_due()
    assert heads_written(chain) == 2


def test_a_head_follows_a_thousand_rows(chain, later, monkeypatch):
    monkeypatch.setattr("partners.accountability.heads.MOST_ROWS", 3)
    later(61)
    for number in range(3):
        assert heads_written(chain) == 1, number
        audit("probe")
        write_head_if_due()
    assert heads_written(chain) == 2


def test_a_head_is_found_at_the_end_of_a_long_file(chain, later):
    for _ in range(50):
        write_head()
    audit("probe", outcome="denied")
    write_head_if_due()
    assert heads_written(chain) == 51
    later(61)
    write_head_if_due()
    assert heads_written(chain) == 52


def test_each_head_is_handed_to_a_command(chain, settings, tmp_path):
    kept = tmp_path / "kept"
    settings.AUDIT_SINK = f"tee -a '{kept}'"
    write_head()
    assert kept.read_text() == (chain / FILE).read_text().splitlines(keepends=True)[-1]
    settings.AUDIT_SINK = "false"
    with pytest.raises(subprocess.CalledProcessError):
        write_head()
    assert heads_written(chain) == 3  # ours is written first


def test_within_a_scope_its_owner_is_the_actor_whoever_is_passed(cast):
    with acting_as(cast.partner):
        audit("probe", actor=cast.owner)
        with connection.cursor() as cursor:
            columns = ("trace_id", "role", "object_type", "object_id", "outcome", "purpose_of_use",
                       "reason", "origin")  # fmt: skip
            entry = {"action": "probe", "actor_id": cast.owner.pk, "cases": []}
            forged = json.dumps(entry | dict.fromkeys(columns, ""))
            cursor.execute("SELECT audit_append(%s::jsonb)", [forged])
    actors = AuditEntry.objects.filter(action="probe").values_list("actor_id", flat=True)
    assert list(actors) == [cast.partner.pk] * 2
    with as_the_web():
        audit("signed_in", actor=cast.owner)  # before any scope
    assert AuditEntry.objects.get(action="signed_in").actor_id == cast.owner.pk


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
    log = reverse("casework:readings")
    ministry = make.MembershipFactory(
        office=True, team=None, organisation__kind="ministry", role=Role.ANALYST
    ).user
    for user, reads in ((cast.owner, True), (ministry, False)):
        assert (f'href="{log}"' in client.act_as(user).get("/").text) is reads
        assert client.get(log).status_code == (200 if reads else 403)
    shown = client.act_as(cast.owner).get(log)
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
