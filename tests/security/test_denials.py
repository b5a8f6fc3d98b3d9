"""A refusal leaves its row in the audit log, whatever breaks after it and however it was asked."""

import re
from contextlib import suppress
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from governance.models import Draft
from partners.accounts.middleware import SEEN
from partners.models import AuditEntry
from partners.organisations.enums import Role
from tests import factories as make
from tests.access.test_pages import patterns

pytestmark = pytest.mark.django_db


def broken(*_args, **_more):
    raise RuntimeError("broken on purpose")


def typed(case, **more):
    """A form as it is sent, with what is kept of it when it is refused."""
    key = f"note:{case.reference}"
    return {"draft_key": key, "form_page": "/", "form_token": str(uuid4()), "text": "x", **more}


def only_denial(worker):
    entry = AuditEntry.objects.get(actor_id=worker.pk)
    assert entry.outcome == "denied"
    return entry


STEPS = {
    "keeping the text": ("governance.drafts.acts.save_draft", broken),
    "entering the scope for it": ("governance.drafts.acts.entered", broken),
    "reading the fields": ("governance.drafts.acts.typed_fields", broken),
    "the page that says no": ("lvv.urls.handler{status}", broken),
    "every page": ("lvv.views.render", broken),
    "the processing log": ("partners.accountability.logs.log_processing", broken),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_logged_whatever_breaks_after_it(client, cast, monkeypatch, step, status):
    client.raise_request_exception = False
    where, instead = STEPS[step]
    monkeypatch.setattr(where.format(status=status), instead)
    worker, name = {403: (cast.partner, "case_involve"), 404: (cast.stranger, "note_add")}[status]
    target = reverse(f"casework:{name}", args=[cast.case.reference])
    with suppress(RuntimeError):
        client.act_as(worker).post(target, typed(cast.case))
    entry = only_denial(worker)
    assert (entry.action, entry.cases) == (f"casework:{name}", [cast.case.reference])
    assert entry.role == "caseworker"


def test_text_that_cannot_be_kept_changes_no_answer(client, cast, monkeypatch):
    target, sent = reverse("casework:note_add", args=[cast.case.reference]), typed(cast.case)
    assert client.act_as(cast.stranger).post(target, sent).status_code == 404
    assert Draft.objects.filter(owner=cast.stranger).exists()
    monkeypatch.setattr("governance.drafts.acts.save_draft", broken)
    assert client.post(target, sent).status_code == 404


def test_text_that_cannot_be_kept_does_not_keep_a_session_alive(client, cast, monkeypatch):
    monkeypatch.setattr("governance.drafts.acts.save_draft", broken)
    client.act_as(cast.owner)
    session = client.session
    session[SEEN] = 0
    session.save()
    target = reverse("casework:note_add", args=[cast.case.reference])
    answer = client.post(target, typed(cast.case))
    assert answer.url.startswith(settings.LOGIN_URL.replace("account_login", "/inloggen/"))
    assert client.get(reverse("home")).status_code == 302


def test_what_breaks_is_logged_as_failed_and_tells_no_officer_a_number(client, cast, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("casework.overview.case_views.passages_with", broken)
    target = reverse("casework:case_detail", args=[cast.case.reference])
    assert client.act_as(cast.stranger).get(target).status_code == 500
    entry = AuditEntry.objects.get(actor_id=cast.stranger.pk)
    assert (entry.outcome, entry.cases) == ("failed", [cast.case.reference])
    officer = make.MembershipFactory(
        organisation=cast.stranger_team.organisation, team=None, role=Role.PRIVACY_OFFICER
    ).user
    shown = client.act_as(officer).get(reverse("casework:readings")).text
    assert str(cast.stranger) in shown
    assert cast.case.number not in shown


@pytest.mark.parametrize("method", ["head", "options", "post", "put", "patch", "delete", "trace"])
def test_a_method_that_a_page_does_not_know_is_a_denial(client, cast, method):
    target = reverse("casework:case_detail", args=[cast.case.reference])
    assert getattr(client.act_as(cast.owner), method)(target).status_code == 405
    entry = only_denial(cast.owner)
    assert (entry.reason, entry.cases) == (method.upper(), [cast.case.reference])


def test_who_comes_back_to_an_address_that_only_saves_reads_that_nothing_was(client, cast):
    """As a reload or signing in again leads there: the status stays, and the row in the log."""
    target = reverse("casework:case_take_over", args=[cast.case.reference])
    answer = client.act_as(cast.owner).get(target)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "er is niets opgeslagen" in answer.text
    home, back = reverse("home"), reverse("casework:case_detail", args=[cast.case.reference])
    assert f'href="{home}"' in answer.text
    assert f'href="{back}"' in answer.text
    entry = only_denial(cast.owner)
    assert (entry.reason, entry.cases) == ("GET", [cast.case.reference])


def test_the_page_of_an_address_that_only_saves_tells_no_stranger_what_exists(client, cast):
    client.act_as(cast.stranger)

    def page(reference):
        answer = client.get(reverse("casework:case_take_over", args=[reference]))
        assert answer.status_code == 405
        changing = r'nonce="[^"]*"|\b[A-Za-z0-9]{64}\b'  # at each request
        return re.sub(changing, "", answer.text).replace(str(reference), "")

    assert page(cast.case.reference) == page(uuid4())
    assert AuditEntry.objects.filter(actor_id=cast.stranger.pk, outcome="denied").count() == 2


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put"])
def test_no_way_of_asking_for_what_is_not_hers_goes_unseen(client, cast, method):
    """Every address with a reference, by each method: one row, and it says denied."""
    procedure = make.RECORDS["procedure"](case=cast.case)
    item = make.RECORDS["agendaitem"](case=cast.case)
    fills = {
        "slug": "guidance", "page": "gesprek", "act": "besproken", "kind": "procedure",
        "involvement": cast.case.involvements.first().reference, "other": cast.case.person.reference,
        "record": procedure.reference, "step": uuid4(),
    }  # fmt: skip
    client.act_as(cast.stranger)
    asked = 0
    for name, _entry, pattern in patterns():
        if "<uuid:reference>" not in pattern or name.startswith(
            ("casework:meeting_", "casework:minutes", "partners:", "governance:")
        ):
            continue
        wanted = re.findall(r"<\w+:(\w+)>", pattern)
        about = item.reference if pattern.startswith("lso/") else cast.case.reference
        target = reverse(name, kwargs={key: {"reference": about, **fills}[key] for key in wanted})
        before = AuditEntry.objects.count()
        assert getattr(client, method)(target).status_code in (404, 405), (name, method)
        rows = list(AuditEntry.objects.all()[: AuditEntry.objects.count() - before])
        assert [(row.outcome, row.reason) for row in rows] == [("denied", method.upper())], name
        assert about in rows[0].cases, name
        asked += 1
    assert asked > 40


@override_settings(MFA_REQUIRED=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_second_factor_nothing_is_done(client, cast, method):
    target = reverse("casework:note_add", args=[cast.case.reference])
    answer = getattr(client.act_as(cast.owner), method)(target, {"text": "x"})
    assert answer.status_code == 302
    assert only_denial(cast.owner).cases == [cast.case.reference]


def sheet(person):
    return {
        "name": "Selam Berhane", "referrer": "Wijkteam", "referred_on": "01-03-2026", "told_on": "01-03-2026", "language": "ti",
        "nationality": "0084", "birth_date": "12-03-1990", "person": str(person),
        "draft_key": f"register:{uuid4()}", "form_token": str(uuid4()),
    }  # fmt: skip


def test_the_case_manager_reads_who_tried_to_register_upon_her_person(client, cast):
    target = reverse("casework:register_person")
    answer = client.act_as(cast.stranger).post(target, sheet(cast.case.person.reference))
    assert answer.status_code in (403, 404)
    assert only_denial(cast.stranger).cases == [cast.case.person.reference]
    log = reverse("casework:readings")
    for asked in ({}, {"casus": cast.case.number}):
        shown = client.act_as(cast.owner).get(log, asked).text
        assert str(cast.stranger) in shown
        assert "geweigerd" in shown
        assert cast.case.number in shown
    assert str(cast.stranger) not in client.act_as(cast.partner).get(log).text
    other = cast.worker(cast.municipal)
    mine = make.CaseFactory(lead_team=cast.municipal, case_manager=other)
    assert str(cast.stranger) not in client.act_as(other).get(log).text
    assert str(cast.stranger) not in client.get(log, {"casus": mine.number}).text


def test_the_case_manager_reads_who_tried_the_address_of_her_person(client, cast):
    target = reverse("casework:person_detail", args=[cast.case.person.reference])
    assert client.act_as(cast.stranger).get(target).status_code == 404
    assert str(cast.stranger) in client.act_as(cast.owner).get(reverse("casework:readings")).text


def test_of_a_form_only_so_many_references_are_logged(client, cast):
    target = reverse("casework:note_add", args=[cast.case.reference])
    tried = {f"f{number}": str(uuid4()) for number in range(250)}
    client.act_as(cast.stranger).post(target, tried)
    assert len(only_denial(cast.stranger).cases) == 201


@pytest.mark.parametrize("written", ["{}", "{{{}}}", "urn:uuid:{}", "hex"])
def test_somebody_who_was_tried_is_logged_however_her_reference_was_written(client, cast, written):
    target = reverse("casework:note_add", args=[cast.case.reference])
    person = cast.case.person.reference
    text = person.hex if written == "hex" else written.format(person)
    client.act_as(cast.stranger).post(target, {"person": text})
    assert person in only_denial(cast.stranger).cases
