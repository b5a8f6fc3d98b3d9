from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse


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
