from collections.abc import Callable, Iterator

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from governance.access.middleware import ClearanceMiddleware
from lvv import views
from lvv.common.untrusted import ODD, is_deep, is_odd
from partners.accountability.logs import refuse


class HeadersMiddleware:
    """The outermost layer: what every answer carries, errors and redirects included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @staticmethod
    def _asked_by_a_page(request: HttpRequest) -> bool:
        return (
            "HX-Request" in request.headers or request.headers.get("Accept") == "application/json"
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self._asked_by_a_page(request) and response.get("Location", "").startswith(
            reverse("account_login")
        ):
            # Swapping the sign-in page into a list helps nobody: the whole page goes there.
            where = response["Location"]
            response = HttpResponse(
                status=401,
                headers={"HX-Redirect": where} if "HX-Request" in request.headers else {},
            )
        # Pages hold personal data: no cache keeps them, not even the browser's. Static files say
        # otherwise themselves.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path == reverse("account_logout") and request.method == "POST":
            # Not cookies: the session is gone from the database, and that she signed in with this
            # browser before must not be forgotten with it (docs/adr/0023).
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class OddBytesMiddleware:
    """Refuses, once for all, what no part of the application can use: control characters and
    halves of characters in anything that was sent, JSON without a bottom, a form that cannot be
    read. Before anything is looked up by what was sent."""

    # Who asks is known behind these only; there a refusal is logged, if it is a worker's.
    WAY_TO_THE_LOG = (
        ClearanceMiddleware,
        XFrameOptionsMiddleware,
        AuthenticationMiddleware,
        CsrfViewMiddleware,
        LocaleMiddleware,
        SessionMiddleware,
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.refusal: Callable[[HttpRequest], HttpResponse] = _refused
        for layer in self.WAY_TO_THE_LOG:
            self.refusal = layer(self.refusal)  # type: ignore[assignment]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            odd = any(map(is_odd, _sent(request))) or is_deep(request.POST.get(CREDENTIAL, ""))
        except UNREADABLE:
            odd = True
        except UnreadablePostError:  # who sent it is gone
            odd = False
        if not odd:
            return self.get_response(request)
        _empty(request)
        return self.refusal(request)


class OnlySavesMiddleware:
    """The innermost layer: a page for who comes to an address that only takes what a form sends,
    after signing in again or by loading it anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        allowed = response.get("Allow", "")
        asks = response.status_code == 405 and request.method in ("GET", "HEAD")
        return views.only_saves(request, allowed) if asks and "POST" in allowed else response


CREDENTIAL = "credential"  # the one field of forms that is read as JSON: what a passkey answers
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnicodeError, LookupError)


def _sent(request: HttpRequest) -> Iterator[str]:
    """Every text of a request. Raises what UNREADABLE names."""
    yield request.path_info
    for name, value in request.META.items():
        if name.startswith(("HTTP_", "CONTENT_", "QUERY_")):
            yield from (name, str(value))
    if (request.encoding or "utf-8").lower() not in ("utf-8", "utf8"):
        raise BadRequest
    for name, value in request.COOKIES.items():
        yield from (name, value)
    for fields in (request.GET, request.POST):
        for name, values in fields.lists():
            yield from (name, *map(str, values))
    for name, files in request.FILES.lists():
        yield name
        for file in files:
            yield from (file.name or "", file.content_type or "")


def _empty(request: HttpRequest) -> None:
    """Takes out what was sent but for who asks what: nothing odd is left for a page or a log."""
    request.path = ODD.sub("", request.path)
    request.path_info = ODD.sub("", request.path_info)
    request.encoding = "utf-8"
    request.META = {
        name: value
        for name, value in request.META.items()
        if name != "QUERY_STRING" and not is_odd(name + str(value))
    }
    request.COOKIES = {
        name: value for name, value in request.COOKIES.items() if not is_odd(name + value)
    }
    request.GET, request._post, request._files = QueryDict(), QueryDict(), MultiValueDict()  # type: ignore[attr-defined]


def _refused(request: HttpRequest) -> HttpResponse:
    refuse(request)
    return views.bad_request(request)
