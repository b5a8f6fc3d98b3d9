"""What no part of the application can use is answered with 400, once, before anything is read."""

import json
import re
from contextlib import suppress
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.admin.sites import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse

from governance.models import Draft
from lvv.common.untrusted import DEEPEST, MOST_BYTES, is_deep, is_odd, read_json
from partners.models import AuditEntry
from tests.access.test_pages import patterns
from tests.partners.test_headers import check

pytestmark = pytest.mark.django_db

NUL = "\x00"


@pytest.fixture
def case(cast):
    return cast.case.reference


def addresses(about):
    """One address of each pattern of the project."""
    fills = {
        "slug": "guidance", "page": "gesprek", "act": "besproken", "kind": "procedure", "token": "x",
        "app_label": "partners", "url": "x", "key": "x", "object_id": "1", "content_type_id": 1,
        "level": "1",
    }  # fmt: skip
    for name, _entry, pattern in patterns():
        wanted = re.findall(r"<(\w+:)?(\w+)>", pattern)
        kwargs = {key: about if kind == "uuid:" else fills.get(key, "x") for kind, key in wanted}
        for more in ({}, {"pk": 1}):  # which may stand in what comes before the pattern
            with suppress(NoReverseMatch):
                yield name, reverse(name, kwargs=kwargs | more)
                break


@pytest.mark.long
@pytest.mark.parametrize("asker", ["owner", None])
def test_every_address_refuses_a_nul_wherever_it_stands(client, cast, case, asker):
    if asker:
        client.act_as(getattr(cast, asker))
    asked = 0
    for name, target in addresses(case):
        answers = [
            client.get(target + "?a=%00"),
            client.get(target + "?%00=a"),
            client.post(target, {"a\x00": "x"}),
            client.post(target, {"text": "x\x00y"}),
            client.post(target, {f"form-{NUL}": SimpleUploadedFile("a.csv", b"x")}),
            client.post(target, "a=%00", content_type="application/x-www-form-urlencoded"),
            client.get(target + "%00"),
        ]
        assert {answer.status_code for answer in answers} == {400}, name
        asked += 1
    assert asked > 100


@pytest.mark.parametrize("character", [chr(n) for n in range(32) if chr(n) not in "\t\n\r"])
def test_control_characters_are_refused(client, cast, case, character):
    target = reverse("casework:note_add", args=[case])
    assert client.act_as(cast.owner).post(target, {"text": character}).status_code == 400


def test_what_people_type_is_not_odd():
    for text in ("a\tb\r\nc", "ሰላም", "😀", "\u200b", "\ufffd", "\x85", "é"):
        assert not is_odd(text)
    assert is_odd("\ud800")


def test_bytes_that_are_no_text_break_nothing(client, cast, case):
    """As the frame reads them they are U+FFFD, which can be kept."""
    client.act_as(cast.owner)
    for query in ("%FF", "%ED%A0%80", "%C0%80"):
        assert client.get(f"{reverse('casework:readings')}?casus={query}").status_code == 200
        assert client.get(f"/casussen/{query}/").status_code == 404
    sent = client.post(
        reverse("casework:case_search"), "q=%FF", content_type="application/x-www-form-urlencoded"
    )
    assert sent.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "1\x00"},
        {"Accept-Language": "nl\x01"},
        {"Referer": "http://localhost/\x0b"},
        {"HX-Request": "\x1f"},
        {"Cookie": "a=\x00"},
        {"Cookie": f"{settings.SESSION_COOKIE_NAME}=aaaaaaaaaa\x00"},
        {"Cookie": f"{settings.LANGUAGE_COOKIE_NAME}=\x00"},
    ],
)
def test_headers_and_cookies_are_looked_at_too(client, headers):
    assert client.get(reverse("account_login"), headers=headers).status_code == 400


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-16", "undefined", "latin-1"])
def test_forms_are_utf_8(client, cast, charset):
    body = b'--b\r\nContent-Disposition: form-data; name="q"\r\n\r\nx\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    client.act_as(cast.owner)
    search = reverse("casework:case_search")
    assert client.generic("POST", search, body, content_type=kind).status_code == 400


def test_a_part_of_a_form_in_an_unknown_encoding_breaks_nothing(client, cast):
    body = (
        b"--b\r\nContent-Disposition: form-data; name=\"q\"; filename*=foo''x\r\n\r\nx\r\n--b--\r\n"
    )
    client.act_as(cast.owner)
    answer = client.post(
        reverse("casework:case_search"), body, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 200


def test_the_name_of_a_file_comes_in_without_what_is_odd(client, cast, rf):
    """The frame itself takes it out."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a\x00\x01b.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\nx\r\n--b--\r\n"
    )
    request = rf.post("/", body, content_type="multipart/form-data; boundary=b")
    assert request.FILES["file"].name == "ab.csv"


@pytest.mark.parametrize("encoded", [True, False])
def test_too_many_fields_are_refused(client, cast, case, encoded):
    fields = {f"f{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    more = {}
    if encoded:
        fields = "&".join(f"{name}=x" for name in fields)
        more = {"content_type": "application/x-www-form-urlencoded"}
    target = reverse("casework:note_add", args=[case])
    assert client.act_as(cast.owner).post(target, fields, **more).status_code == 400
    assert AuditEntry.objects.get(actor_id=cast.owner.pk).outcome == "denied"


def test_too_much_and_a_broken_form_are_refused(client, cast, case):
    target = reverse("casework:note_add", args=[case])
    client.act_as(cast.owner)
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b")
    for kind, body in zip(kinds, (b"a=" + b"x" * 3_000_000, b"--c"), strict=True):
        assert client.post(target, body, content_type=kind).status_code == 400
    assert client.post(target, b"x", content_type="multipart/form-data").status_code == 400


def report(client, body):
    kind = "application/csp-report"
    return client.generic("POST", reverse("csp_report"), body, content_type=kind).status_code


def test_a_report_of_a_browser_is_read_within_bounds(client, caplog):
    good = {"csp-report": {"effective-directive": "img-src", "blocked-uri": "https://x/y?z=1"}}
    assert report(client, json.dumps(good)) == 204
    caplog.clear()
    for body in (
        "[" * 19_000,
        '{"a":' * 4_000,
        '{"csp-report": ' + "[" * 30 + "]" * 30 + "}",
        json.dumps(good | {"more": "x" * MOST_BYTES}),
        '{"csp-report": {"blocked-uri": "\\u0000"}}',
        '{"csp-report": {"blocked-uri": "\\ud800"}}',
        '{"csp-report": {"\\u0001": "x"}}',
        b"\xff", b"", b"3", b"[]", b'"' * 19_999, b'"\\' * 9_000,
    ):  # fmt: skip
        assert report(client, body) == 400, body[:40]
    assert "Traceback" not in caplog.text


def test_how_deep_json_may_be():
    deepest = "[" * DEEPEST + "]" * DEEPEST
    assert not is_deep(deepest)
    assert read_json(deepest.encode())
    assert is_deep(f"[{deepest}]")
    assert not is_deep('["' + "[" * 100 + '"]')
    assert not is_deep('["\\"' + "{" * 100 + '"]')
    assert not is_deep("[],{}" * 100)


@pytest.mark.parametrize("name", ["mfa_login_webauthn", "session_reopen"])
def test_what_a_passkey_answers_is_bounded_too(client, cast, name):
    if name == "session_reopen":
        client.act_as(cast.owner)
    answer = client.post(reverse(name), {"credential": "[" * 100_000})
    assert answer.status_code == 400


SHEET = f"register:{uuid4()}"


def test_the_places_of_text_beside_forms(client, cast, case):
    """Names and values that go to the database past the fields of a form."""
    client.act_as(cast.admin)
    for model in site._registry:
        if model._meta.app_label == "partners":
            page = reverse(f"admin:partners_{model._meta.model_name}_changelist")
            for question in ("role__exact=%00", "function__exact=%00", "q=%00", "o=%00", "%00=1"):
                assert client.get(f"{page}?{question}").status_code == 400
    client.act_as(cast.owner)
    for name, fields in (
        ("governance:draft_save", {"draft_key": SHEET, "form_page": f"/{NUL}", "text": "x"}),
        ("governance:draft_save", {"draft_key": SHEET, f"te{NUL}xt": "x"}),
        ("governance:draft_save", {"draft_key": SHEET, "text": f"a{NUL}b"}),
        ("governance:draft_discard", {"draft_key": NUL}),
        ("governance:draft_discard", {"draft_key": SHEET, "draft_from": NUL}),
        ("casework:case_search", {"q": NUL}),
    ):
        assert client.post(reverse(name), fields).status_code == 400, fields
    assert client.get(reverse("casework:readings") + "?casus=%00").status_code == 400
    assert not Draft.objects.exists()


def test_an_odd_request_of_a_worker_is_a_denial_and_of_a_stranger_nothing(client, cast, case):
    target = reverse("casework:note_add", args=[case])
    fields = {"draft_key": f"note:{case}", "form_page": NUL, f"a{NUL}": "x"}
    assert client.post(target, fields).status_code == 400
    assert not AuditEntry.objects.exists()
    answer = client.act_as(cast.stranger).post(target, fields)
    assert answer.status_code == 400
    check(answer)
    assert "klopt niet" in answer.text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome) == ("casework:note_add", "denied")
    assert (entry.actor_id, entry.role, entry.cases) == (cast.stranger.pk, "caseworker", [case])
    assert not Draft.objects.exists()


def test_what_stands_in_the_log_of_an_odd_address_is_not_odd(client, cast):
    client.act_as(cast.admin)
    target = reverse("admin:partners_user_change", args=[1]).replace("/1/", "/1%00/")
    assert client.get(target).status_code == 400
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.object_id) == ("denied", "1")
