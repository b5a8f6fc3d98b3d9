"""Drafts are kept while typing and when a session ends; a token makes a double submit one
record."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.db import connection, transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from governance.access.clearance import entered
from governance.drafts.forms import typed_fields
from governance.drafts.kinds import DraftKind, kind_of
from governance.drafts.models import Draft, DraftQuerySet, FormToken
from partners.accounts.models import User
from partners.accounts.signals import typed_text_left_behind

MOST_TYPED = 200_000
ASKED = "tekst"  # in an address: which of several drafts of one form is put back


def save_draft(user: User, posted: Any, *, key: str = "", page: str = "") -> Draft:
    """Keep what was typed into an opened form. What it was filled in from goes, unless another tab
    saved that again since: there it is still being typed.

    posted: the form as it was sent, with its own `draft_key`, `form_page` and `form_token`.
    """
    key = (key or posted.get("draft_key", ""))[:120]
    draft, _new = Draft.objects.update_or_create(
        owner=user,
        key=key,
        opened=_uuid(posted.get("form_token", "")) or uuid5(NAMESPACE_OID, key),
        defaults={
            "fields": typed_fields(posted),
            "page": own(page or posted.get("form_page", "")),
        },
    )
    _replaced(user, posted).exclude(pk=draft.pk).delete()
    return draft


def _replaced(user: User, posted: Any) -> DraftQuerySet:
    return Draft.objects.filter(owner=user).stamped(posted.get("draft_from", ""))


def forget_draft(request: HttpRequest, key: str) -> None:
    """Delete what was kept of the form that was sent; what another tab keeps of it stays."""
    opened = _token(request)
    user: User = request.user  # type: ignore[assignment]
    drafts = Draft.objects.filter(owner=user, key=key)
    (drafts.filter(opened=opened) if opened else drafts).delete()
    _replaced(user, request.POST).delete()


def own(page: str) -> str:
    """The page, if it is an address within this application. Empty otherwise."""
    safe = (
        len(page) <= 300
        and page.startswith("/")
        and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    )
    return page if safe else ""


def standalone_draft_key(request: HttpRequest, form: DraftKind) -> str:
    """The draft key of a form that is about no case: the one it was sent with, or that of its
    address, or nothing."""
    asked = request.POST.get("draft_key", ""), f"{form.name}:{request.GET.get('concept', '')}"
    return next((key for key in asked if kind_of(key) == (form, "")), "")


def standalone_draft_page(request: HttpRequest, key: str = "") -> str:
    """Address of a sheet, with a new key if it has none. Loading it again brings the draft's text
    back."""
    return f"{request.path}?concept={key.partition(':')[2] or uuid4()}"


def find_draft(request: HttpRequest, key: str) -> Draft | None:
    """The draft that this form is filled in from: the one asked for, else the newest."""
    looked: dict[str, Draft | None] = request.__dict__.setdefault("drafts_looked_for", {})
    if key not in looked:
        find_drafts(request, [key])
    return looked[key]


def find_drafts(request: HttpRequest, keys: list[str]) -> dict[str, Draft]:
    """The drafts of several forms of one page, in one statement, and kept for `find_draft`."""
    asked = request.GET.get(ASKED, "")
    drafts = sorted(
        Draft.objects.of(request.user).filter(key__in=keys),
        key=lambda row: str(row.reference) == asked,
    )
    result = {draft.key: draft for draft in drafts}  # the last of each key
    put_back(request).update(result)
    looked = request.__dict__.setdefault("drafts_looked_for", {})
    looked.update({key: result.get(key) for key in keys})
    return result


def put_back(request: HttpRequest) -> dict[str, Draft]:
    """The drafts with which forms of this page were filled in, by key."""
    result: dict[str, Draft] = request.__dict__.setdefault("drafts_put_back", {})
    return result


def draft_from(request: HttpRequest, key: str) -> str:
    """Stamp of the draft with which this form was filled in; empty if with none."""
    if request.POST.get("draft_key") == key:
        return request.POST.get("draft_from", "")
    return draft.stamp if (draft := put_back(request).get(key)) else ""


def kept_value(draft: Draft | None, name: str) -> str:
    """What stood in one field of a draft; empty without one."""
    return draft.fields.get(name, [""])[-1] if draft else ""


@receiver(typed_text_left_behind)
def keep_what_was_typed(sender: object, user: User, fields: Any, **_: object) -> None:
    key = fields.get("draft_key") or ""
    if kind_of(key):
        with transaction.atomic(), entered(user):
            save_draft(user, fields)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _token(request: HttpRequest) -> UUID | None:
    return _uuid(request.POST.get("form_token", ""))


def sent_before(request: HttpRequest) -> HttpResponse | None:
    """Redirect to where this form led when it was sent the first time. None if it was not sent
    before."""
    token = _token(request)
    sent = FormToken.objects.filter(token=token).first() if token else None
    return redirect(sent.result or "home") if sent else None


def submit_once(request: HttpRequest, key: str, act: Callable[[], str]) -> HttpResponse:
    """Do the act and go to the address it returns; the same form sent again goes there without
    doing it twice.

    Two submits at the same moment: the second waits for the first one's commit on the token's
    primary key.
    """
    token = _token(request)
    user: User = request.user  # type: ignore[assignment]
    # an act that refuses takes its token back, so the mended form may be sent
    with transaction.atomic():
        if token and not _claim(token, user):
            return sent_before(request) or redirect("home")
        result = act()
        if token:
            # an address that is too long to keep leads home when the form is sent again
            address = result if len(result) <= FormToken.LONGEST else ""
            FormToken.objects.filter(token=token).update(result=address)
    forget_draft(request, key)
    return redirect(result)


def drop_draft(request: HttpRequest, key: str) -> None:
    """Delete a draft whose text was saved by an act that may be repeated. Its token is used up, so
    that a request still under way does not save the draft anew."""
    user: User = request.user  # type: ignore[assignment]
    if token := _token(request):
        _claim(token, user)
    forget_draft(request, key)


def _claim(token: UUID, user: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_formtoken (token, owner_id, result, used_at) VALUES (%s, "
            "%s, '', now())"
            " ON CONFLICT (token) DO NOTHING",
            [token, user.pk],
        )
        return cursor.rowcount == 1
