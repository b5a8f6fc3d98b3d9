"""docs/journey.md, made from the table of steps: `manage.py journey_document` writes it, a test
compares it."""

from pathlib import Path

from django.utils import timezone
from django.utils.translation import override

from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey.facts import Facts
from casework.journey.steps import STEPS, Step, steps

DOCUMENT = Path(__file__).parents[2] / "docs" / "journey.md"
INTRO = """# The journey of a case

Made from the table in `casework/journey/steps.py` by `manage.py journey_document`; a test compares
them.

Nothing moves by the clock: a term that ends shows as a task (`casework/journey/deadlines.py`), and
somebody acts. A step is one act: it locks the case, asks the guards, writes, keeps who and why in
the history, and puts a message in the outbox. What is missing is said in a sentence that links to
where it is mended.
"""


def journey_document() -> str:
    with override("en"):
        lines = [INTRO, "```mermaid", "stateDiagram-v2"]
        lines += [f"    {state.value}: {state.label}" for state in CaseState]
        lines += [
            f"    {source} --> {target}: {step.number}"
            for step in steps()
            for source, target in _arrows(step)
        ]
        lines += ["```", "", "| | From | To | What must be so | Who |", "|---|---|---|---|---|"]
        lines += [_row(step) for step in steps()]
        lines += ["", "## What is said when a step is refused", ""]
        lines += [f"- `{name}`: {sentence}" for name, sentence in _refusals()]
    return "\n".join(lines) + "\n"


def _arrows(step: Step) -> list[tuple[str, str]]:
    """From where to where. A step without sources begins a case; one without target goes where
    the act says: back to any state from which one leaves (T16), or to any open one (T18)."""
    targets = (
        [step.target] if step.target else STEPS["T11"].sources if step.sources else OPEN_STATES
    )
    sources = [state.value for state in step.sources] or ["[*]"]
    return [(source, target.value) for source in sources for target in targets]


def _row(step: Step) -> str:
    sources = ", ".join(f"`{state.value}`" for state in step.sources) or "–"
    target = (
        f"`{step.target.value}`"
        if step.target
        else "where it was"
        if step.sources
        else "any open state"
    )
    guards = ", ".join(f"`{guard.__name__}`" for guard in step.guards) or "–"
    who = _who(step)
    asks = f"; {step.asks}" if step.asks else ""
    return f"| {step.number} | {sources} | {target} | {guards}{asks} | {who} |"


def _who(step: Step) -> str:
    """The first sentence of the docstring that says who may."""
    return " ".join((step.who.__doc__ or "").split()).split(".")[0].rstrip(":")


def _refusals() -> list[tuple[str, str]]:
    """What each guard says of a case of which nothing is known."""
    data: dict[str, str] = {}
    nothing = Facts(today=timezone.localdate())
    for step in steps():
        for guard in step.guards:
            missing = guard(nothing)
            if missing is not None:
                data.setdefault(guard.__name__, missing.sentence)
    return sorted(data.items())
