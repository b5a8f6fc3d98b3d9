"""The addresses of casework, room by room: each keeps its own, under one group of names."""

from django.urls import include, path

from casework.overview.worklist_views import home

ROOMS = (
    "caseload",
    "cases",
    "registration",
    "overview",
    "links",
    "known_elsewhere",
    "exports",
    "journey",
    "intake",
    "dossiers",
    "conference",
    "formal_decisions",
    "plan",
    "escalation",
    "outcomes",
    "transfer",
    "custody",
    "imports",
    "journal",
    "shelter",
    "accountability",
)
pages = (
    [path("", include(f"casework.{room}.urls")) for room in ROOMS],
    "casework",
)

urlpatterns = [path("", home, name="home"), path("", include(pages))]
