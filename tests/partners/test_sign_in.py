"""Signing in: password and second factor, invitations, time limits, leavers, lost factors,
throttling."""

import re
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from governance.models import Draft
from lvv.jobs import deliver_messages
from partners.accounts.forms import AccountForm
from partners.accounts.lifecycle import (
    NotTwo,
    ask_factor_reset,
    close_account,
    confirm_factor_reset,
    invite,
)
from partners.accounts.middleware import SEEN, STARTED
from partners.models import AuditEntry, Invitation, OutboxMessage, Session, User
from tests import factories as make

SHEET = "register:6f1de2a4-8d0e-4f5a-9f7b-0d7c8e2a1b34"
pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord"


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def sign_in(client, user, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": user.username, "password": password})


def give_totp(user):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret):
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def test_a_password_signs_in_where_a_factor_is_only_offered(client):
    user = make.UserFactory()
    assert sign_in(client, user).url == "/"
    assert AuditEntry.objects.get(action="signed_in").actor_id == user.pk


@override_settings(MFA_REQUIRED=True)
def test_outside_the_demo_a_password_alone_opens_nothing(client, cast):
    sign_in(client, cast.owner)
    for name in (
        "home",
        "casework:case_list",
        "governance:convenant_list",
        "casework:readings",
        "admin:index",
    ):
        assert client.get(reverse(name)).url == reverse("mfa_index")
    assert client.get(reverse("casework:case_detail", args=[cast.case.reference])).url == reverse(
        "mfa_index"
    )
    again = client.get(reverse("mfa_activate_totp"))
    assert again.url.startswith(reverse("account_reauthenticate"))
    client.post(again.url, {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


@override_settings(MFA_REQUIRED=True)
def test_with_a_factor_the_code_is_asked_and_then_the_page_opens(client, cast):
    secret = give_totp(cast.owner)
    assert sign_in(client, cast.owner).url == reverse("mfa_authenticate")
    assert client.get(reverse("home")).status_code == 302  # not signed in yet
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_secrets_of_factors_are_encrypted_in_the_database():
    user = make.UserFactory()
    secret = give_totp(user)
    stored = Authenticator.objects.get(user=user).data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret


def test_the_square_code_is_inline_and_holds_no_style(client):
    client.act_as(make.UserFactory())
    page = client.get(reverse("mfa_activate_totp"))
    if page.status_code == 302:  # asks for the password again first
        client.post(page.url, {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
    assert "<svg" in page.text
    assert "data:image" not in page.text
    assert "style=" not in page.text


def test_nobody_signs_herself_up(client):
    for name in ("account_signup", "account_reset_password", "account_email"):
        assert client.get(reverse(name)).status_code == 404
    page = client.get(reverse("account_login")).text
    assert "Wachtwoord vergeten?" not in page
    assert "gesloten" not in page


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(client):
    user = make.UserFactory()
    wrong = sign_in(client, user, "fout wachtwoord").text
    unknown = client.post(
        reverse("account_login"), {"login": "niemand", "password": "fout wachtwoord"}
    ).text

    def bare(text):
        return re.sub(r'value="[^"]*"|"x-csrftoken": "[^"]*"', "", text)

    assert bare(wrong) == bare(unknown)


def test_five_wrong_passwords_close_the_door_for_this_name(client):
    user = make.UserFactory()
    for _ in range(5):
        sign_in(client, user, "fout wachtwoord")
    assert sign_in(client, user).status_code != 302
    other = make.UserFactory()
    assert sign_in(client, other).status_code == 302


def test_passwords_have_fifteen_characters_and_are_not_common(client):
    user = make.UserFactory()
    link = invite(user, by=make.UserFactory())
    path = "/" + link.split("/", 3)[3]
    for bad in ("kort", "passwordpassword"[:14], user.username + "12345"):
        response = client.post(path, {"password": bad, "again": bad})
        assert response.status_code == 400
    assert (
        client.post(path, {"password": "een hele lange zin", "again": "een andere zin"}).status_code
        == 400
    )


def test_an_invitation_works_once_and_not_for_ever(client):
    user, admin = make.UserFactory(), make.UserFactory()
    old = "/" + invite(user, by=admin).split("/", 3)[3]
    path = "/" + invite(user, by=admin).split("/", 3)[3]
    assert client.get(old).status_code == 404  # a newer one replaced it
    done = client.post(path, {"password": "een hele lange zin", "again": "een hele lange zin"})
    assert done.url == reverse("mfa_index")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    client.logout()
    assert client.get(path).status_code == 404
    late = "/" + invite(user, by=admin).split("/", 3)[3]
    Invitation.objects.filter(user=user, used_at=None).update(
        expires_at=timezone.now() - timedelta(minutes=1)
    )
    assert client.get(late).status_code == 404


def test_an_invitation_keeps_the_second_factor(client):
    user = make.UserFactory()
    give_totp(user)
    path = "/" + invite(user, by=make.UserFactory()).split("/", 3)[3]
    client.post(path, {"password": "een hele lange zin", "again": "een hele lange zin"})
    assert Authenticator.objects.filter(user=user).exists()
    # And the link alone opens nothing.
    assert client.get(reverse("home")).url.startswith("/inloggen/")
    assert sign_in(client, user, "een hele lange zin").url == reverse("mfa_authenticate")


def test_no_page_leads_to_a_reset_by_mail(client, cast):
    """There is none: an administrator invites anew. The package's own forms link to one."""
    client.act_as(cast.owner)
    for name in ("account_reauthenticate", "account_change_password"):
        page = client.get(reverse(name)).text
        assert reverse("account_reset_password") not in page
        assert not re.search(r"\b(je|jouw)\b", page.split("<main")[1].split("</main")[0])
    assert reverse("account_reset_password") not in client.get(reverse("account_login")).text


def test_my_account(client, cast):
    client.act_as(cast.owner)
    first = client.session.session_key
    page = client.get(reverse("account_home"))
    assert cast.municipal.label in page.text
    assert client.post(reverse("account_home"), {"phone": "088 999 00 11"}).status_code == 302
    cast.owner.refresh_from_db()
    assert (cast.owner.phone, cast.owner.shortcuts) == ("088 999 00 11", False)
    assert 'data-shortcuts="off"' in client.get(reverse("account_home")).text
    elsewhere = Client()
    elsewhere.force_login(cast.owner)
    assert Session.objects.filter(user=cast.owner).count() == 2
    client.post(reverse("account_end_sessions"))
    assert [row.session_key for row in Session.objects.filter(user=cast.owner)] == [first]
    assert client.get(reverse("account_home")).status_code == 200


def age(client, **seconds):
    """Let time pass for this session."""
    session = client.session
    now = int(time.time())
    session[STARTED] = now - seconds.get("since_start", seconds.get("idle", 0))
    session[SEEN] = now - seconds.get("idle", 0)
    session.save()


def test_fifteen_idle_minutes_end_the_session(client, cast):
    client.act_as(cast.owner)
    age(client, idle=15 * 60 - 5)
    assert client.get(reverse("home")).status_code == 200
    age(client, idle=15 * 60)
    assert client.get(reverse("home")).url == "/inloggen/?next=/"
    assert not Session.objects.filter(user=cast.owner).exists()


def test_eight_hours_end_the_session_however_busy(client, cast):
    client.act_as(cast.owner)
    age(client, since_start=8 * 3600, idle=1)
    assert client.get(reverse("home")).status_code == 302


def test_what_a_page_asks_by_itself_is_no_activity(client, cast):
    client.act_as(cast.owner)
    age(client, idle=10 * 60)
    left = client.get(reverse("session_state")).json()
    assert 290 <= left["idle"] <= 300
    assert client.session[SEEN] <= time.time() - 10 * 60 + 2
    client.post(reverse("session_prolong"))
    assert client.session[SEEN] >= time.time() - 2


def test_reopening_needs_a_passkey(client, cast):
    client.act_as(cast.owner)
    age(client, idle=16 * 60)
    assert client.get(reverse("session_reopen")).json() == {"request_options": None}
    assert client.post(reverse("session_reopen"), {"credential": "{}"}).status_code == 400
    assert client.get(reverse("home")).status_code == 302


def test_a_form_sent_after_the_end_is_kept_as_a_draft(client, cast):
    client.act_as(cast.owner)
    age(client, idle=16 * 60)
    page = f"{reverse('casework:register_person')}?concept={SHEET.partition(':')[2]}"
    sent = client.post(
        page, {"name": "Half Ingevuld", "draft_key": SHEET, "form_page": page, "form_token": "x"}
    )
    assert sent.url == f"/inloggen/?next={quote(page)}"
    assert Draft.objects.get(owner=cast.owner).fields["name"] == ["Half Ingevuld"]
    client.logout()  # that browser's session is over
    client.act_as(cast.owner)
    assert "Half Ingevuld" in client.get(page).text
    assert "Half Ingevuld" not in client.act_as(cast.coordinator).get(page).text


def test_signing_out_clears_the_browser(client, cast):
    client.act_as(cast.owner)
    response = client.post(reverse("account_logout"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'  # test_throttle.py says why
    assert client.get(reverse("home")).status_code == 302


def test_a_leaver_is_out_at_once(client, cast):
    client.act_as(cast.owner)
    assert client.get(reverse("home")).status_code == 200
    close_account(cast.owner, by=cast.admin)
    assert client.get(reverse("home")).status_code == 302
    assert not cast.owner.memberships.in_force().exists()
    assert sign_in(client, cast.owner).url == reverse("account_inactive")
    assert client.get(reverse("home")).status_code == 302
    assert AuditEntry.objects.filter(action="account_closed", actor_id=cast.admin.pk).exists()


def test_a_lost_factor_takes_two_administrators_and_the_user_is_told(cast):
    second = make.UserFactory()
    give_totp(cast.owner)
    reset = ask_factor_reset(cast.owner, by=cast.admin)
    for wrong in (cast.admin, cast.owner):
        with pytest.raises(NotTwo):
            confirm_factor_reset(reset, by=wrong)
    assert Authenticator.objects.filter(user=cast.owner).exists()
    confirm_factor_reset(reset, by=second)
    assert not Authenticator.objects.filter(user=cast.owner).exists()
    with pytest.raises(NotTwo):
        confirm_factor_reset(reset, by=second)
    assert deliver_messages() == 2  # that it was asked, and that it was done
    assert {tuple(message.to) for message in mail.outbox} == {(cast.owner.email,)}
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"factor_reset_asked", "factor_reset_confirmed"} <= actions


def test_the_database_refuses_one_administrator_in_both_parts(cast):
    from django.db import IntegrityError, transaction

    reset = ask_factor_reset(cast.owner, by=cast.admin)
    reset.confirmed_by, reset.confirmed_at = cast.admin, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        reset.save()


def test_login_is_required_everywhere_else(client, cast):
    for name in (
        "home",
        "casework:case_list",
        "casework:register_person",
        "governance:convenant_list",
        "partners:pilot_list",
    ):
        assert client.get(reverse(name)).url.startswith("/inloggen/")
    assert (
        client.get("/beheer/").url.startswith("/inloggen/")
        or client.get("/beheer/", follow=True).redirect_chain
    )


def test_a_page_of_a_signed_out_worker_learns_it(client, cast):
    assert client.get(reverse("session_state")).json() == {"idle": 0, "absolute": 0}
    swapped = client.get(reverse("casework:case_list"), headers={"HX-Request": "true"})
    assert swapped.status_code == 401
    assert swapped["HX-Redirect"].startswith("/inloggen/")
    saved = client.post(
        reverse("governance:draft_save"),
        {"draft_key": SHEET},
        headers={"Accept": "application/json"},
    )
    assert saved.status_code == 401


def test_what_was_typed_survives_a_fault_and_a_refusal(client, cast, monkeypatch):
    client.raise_request_exception = False
    client.act_as(cast.owner)
    monkeypatch.setattr("casework.registration.views.likely_doubles", lambda *a, **k: 1 / 0)
    form = {
        "name": "Bijna Klaar",
        "nationality": "0084",
        "referrer": "x",
        "referred_on": "01-11-2026",
        "told_on": "01-11-2026",
        "language": "ti",
        "draft_key": SHEET,
    }
    assert client.post(reverse("casework:register_person"), form).status_code == 500
    assert Draft.objects.get(owner=cast.owner).fields["name"] == ["Bijna Klaar"]


def test_the_log_of_the_server_names_no_token(client, caplog):
    user, admin = make.UserFactory(), make.UserFactory()
    path = "/" + invite(user, by=admin).split("/", 3)[3]
    assert client.post(path, {"password": "kort", "again": "kort"}).status_code == 400
    assert client.get(f"{path}nergens").status_code == 404
    written = [row.getMessage() for row in caplog.records if row.name == "django.request"]
    assert written == ["Bad Request: uitnodiging/<str:token>/", "Not Found: ?"]


def test_an_account_that_was_closed_meanwhile_stays_closed(client, cast, monkeypatch):
    """Its own form, and that of an administrator, write what was changed in them and no more."""
    valid = AccountForm.is_valid

    def closed_meanwhile(form):
        result = valid(form)
        User.objects.filter(pk=cast.owner.pk).update(is_active=False, email="gesloten@x.invalid")
        return result

    monkeypatch.setattr(AccountForm, "is_valid", closed_meanwhile)
    client.act_as(cast.owner).post(reverse("account_home"), {"phone": "088 1"})
    cast.owner.refresh_from_db()
    assert cast.owner.phone == "088 1"
    assert (cast.owner.is_active, cast.owner.email) == (False, "gesloten@x.invalid")
