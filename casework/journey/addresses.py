"""The pages on which what a step lacks is mended."""

from django.urls import reverse

from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journey.guards import Missing

# Pages that are a part of the case page.
PARTS = {
    "dossiers": "#dossier-dossier",
    "stays": "#dossier-stay",
    "tasks": "#dossier-task",
    "formal_decisions": "#dossier-formal_decision",
    "procedures": "#dossier-procedure",
}


def where(case: Case, page: str) -> str:
    """The address of the page on which something missing is mended; empty if there is none."""
    if page in PARTS:
        return case_url(case) + PARTS[page]
    return reverse(f"casework:{page}", args=[case.reference]) if page else ""


def linked(case: Case, missing: list[Missing]) -> list[tuple[str, str]]:
    return [(text.sentence, where(case, text.page)) for text in missing]
