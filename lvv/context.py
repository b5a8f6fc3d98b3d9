from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs."""
    clearance = getattr(request, "clearance", None)
    return {
        "clearance": clearance,
        "demo": settings.DEMO,
        # where to come back to after signing in again; a sheet says it more exactly
        "form_page": request.path,
        "session_idle": settings.SESSION_IDLE_SECONDS,
        "session_warn": settings.SESSION_WARN_SECONDS,
    }
