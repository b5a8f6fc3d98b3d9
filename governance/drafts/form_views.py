"""What every view of a form does, from opening it to its answer: what was typed is put back, what
is sent is done once, and what is refused comes back.

    @processes(CASEWORK)
    @form_view
    def case_reopen(request, reference):
        reader = find_case(request, reference)
        ...                                     # PermissionDenied for who may not
        form = open_form(request, ReopenForm, REOPEN.key(reference))

        def act() -> str:                       # does it, and says where it leads
            reopen(reader.case, form.why(), by=request.clearance, version=seen_version(request))
            return case_url(reader.case)

        return send_form(request, form, act) or show_form(
            request, "<room>/reopen.html", form, **reader.context()
        )
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from governance.drafts.acts import find_draft, own, save_draft, sent_before, submit_once
from governance.drafts.forms import Kept
from governance.drafts.kinds import kind_of
from lvv.common.refusal import NotDone
from partners.accounts.models import User

F = TypeVar("F", bound=Kept)
View = Callable[..., HttpResponse]
Act = Callable[[], str]


def form_view(view: View) -> View:
    """Of GET and POST. What was sent before leads where it led then, whether or not the worker may
    still send it."""

    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and (sent := sent_before(request)):
            return sent
        return view(request, *args, **kwargs)

    return answer


def open_form(
    request: HttpRequest, form: type[F], key: str, *, sent: bool = True, **options: Any
) -> F:
    """The form with what was sent, or with what was kept of it under this key.

    sent: false if another form of the page was sent.
    """
    result: Any = form(request.POST if request.method == "POST" and sent else None, **options)  # type: ignore[call-arg]
    result.draft_key = key
    result.draft = find_draft(request, key)
    result.restore(result.draft)
    return result


def send_form(
    request: HttpRequest,
    form: Any,
    act: Act,
    *,
    back: str = "",
    raises: type[NotDone] | None = None,
) -> HttpResponse | None:
    """The answer to a form that was sent and is right: the act is done once. None if there is
    nothing to do, or if the form is to be shown again.

    form: None for who may not send it. Raises PermissionDenied if she does. back, raises: as of
    `do_once`.
    """
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is None or not form.is_bound or not form.is_valid():
        return None
    try:
        return do_once(request, act, key=form.draft_key, back=back, raises=raises)
    except ValidationError as error:
        form.add_error(None, error)
        return None


def do_once(
    request: HttpRequest,
    act: Act,
    *,
    key: str = "",
    back: str = "",
    raises: type[NotDone] | None = None,
) -> HttpResponse:
    """The answer to a button or to a form that is right: the act is done once, and its draft is
    forgotten. If the act raises NotDone, what was typed is kept.

    act: returns the address to go to. Raises NotDone or, for a form to say, ValidationError.
    back: where a refusal leads, if not to the page of the form. raises: a refusal that the view
    answers itself.
    """
    try:
        return submit_once(request, key, act)
    except NotDone as refusal:
        if raises is not None and isinstance(refusal, raises):
            raise
        page = own(request.POST.get("form_page", "")) or request.get_full_path()
        return show_refusal(request, refusal, back or page, key=key)


def show_refusal(
    request: HttpRequest, refusal: NotDone, back: str, *, key: str = ""
) -> HttpResponse:
    """The page that says why an act was refused, with a way back to this address. What was typed is
    kept under this key, or under the one it was sent with."""
    key = key or request.POST.get("draft_key", "")
    if kind_of(key):
        user: User = request.user  # type: ignore[assignment]
        page = own(request.POST.get("form_page", "")) or request.get_full_path()
        save_draft(user, request.POST, key=key, page=page)
    return render(request, refusal.template, {"back": back, **refusal.context()}, status=409)


def seen_version(request: HttpRequest) -> str:
    """The version of what was changed that the worker had before her."""
    return request.POST.get("version", "")


def show_form(
    request: HttpRequest,
    template: str,
    form: Any,
    *,
    form_page: str = "",
    errors: Any = None,
    status: int = 0,
    **context: Any,
) -> HttpResponse:
    """The page of a form, with status 400 if it was sent with errors.

    form: None for who may not send it; then it is a page to read. form_page: the address at which
    its text is put back, if not this one. errors: of a further form of the page. status: if another
    than follows from the errors.
    """
    values = {"form": form, "form_page": form_page or request.path}
    if form is not None:
        values["draft_key"] = form.draft_key
        errors = errors or form.errors
    return render(request, template, values | context, status=status or (400 if errors else 200))
