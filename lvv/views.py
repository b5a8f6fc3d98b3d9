import logging
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language

from casework.cases.models import Case
from lvv import heartbeat
from lvv.common.untrusted import read_json
from partners.accountability.activities import FRAME, processes
from partners.accountability.logs import refuse

security = logging.getLogger("lvv.security")


@processes(FRAME, passive=True)
@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """200 if the web reaches its database and `manage.py work` still beats; else 503, and which
    of the two is silent."""
    try:
        with connection.cursor() as cursor:
            database, work = "ok", "ok" if heartbeat.works(cursor) else "silent"
    except OperationalError:
        database = work = "silent"
    healthy = database == work == "ok"
    return JsonResponse({"database": database, "work": work}, status=200 if healthy else 503)


@processes(FRAME, passive=True)
@login_not_required
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """What a browser refused to load. Only directive and address without query are kept: the
    rest may name people."""
    try:
        report = read_json(request.body).get("csp-report", {})
        directive = str(report.get("effective-directive", ""))[:60]
        blocked = str(report.get("blocked-uri", "")).partition("?")[0][:120]
    except (ValueError, AttributeError, RawPostDataException):  # the last: it came as a form
        return HttpResponse(status=400)
    security.warning("content security policy: %r blocked %r", directive, blocked)
    return HttpResponse(status=204)


set_language = processes(FRAME)(login_not_required(django_set_language))


@processes(FRAME, passive=True)
@login_not_required
@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    return render(
        request,
        "security.txt",
        {"expires": expires, "contact": request.build_absolute_uri("/")},
        content_type="text/plain; charset=utf-8",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def only_saves(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that takes what a form sends was asked for as a page. Of a reference in it the
    answer says nothing, but for the way back to a case that this worker sees."""
    refuse(request)  # noted before its page is made, which may break
    match = request.resolver_match
    case = match.kwargs.get("reference") if match else None
    in_sight = (
        isinstance(case, UUID)
        and hasattr(request, "clearance")
        and Case.objects.filter(reference=case).exists()
    )
    page = reverse("casework:case_detail", args=[case]) if in_sight else ""
    answer = render(request, "errors/only_saves.html", {"case_page": page}, status=405)
    answer.headers["Allow"] = allowed
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
