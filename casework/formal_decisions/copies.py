"""To whom a copy of a formal decision goes (Awb 2:1): whom the writer knows to act for the
person."""

from dataclasses import dataclass

from casework.cases.case_reader import CaseReader
from casework.formal_decisions.models import FormalDecision
from governance.access.enums import Category
from lvv.common.database import call
from partners.organisations.enums import TeamFunction


@dataclass(frozen=True)
class Copies:
    """Representatives by their names, as procedures have them, and legal teams by their ids."""

    names: list[str]
    teams: list[int]


def representatives(reader: CaseReader) -> list[tuple[str, str]]:
    """Whom this reader knows to act for the person: each as a choice of the letter's form and its
    label. The database answers only names that she may read, the case only teams of which she may
    know."""
    teams = [team for team in reader.partners if team.function == TeamFunction.LEGAL]
    return [
        *((f"name:{name}", name) for name in call("representatives_of", reader.case.pk)),
        *((f"team:{team.pk}", team.label) for team in teams),
    ]


def chosen(values: list[str]) -> Copies:
    """What was chosen of these representatives."""
    parts = [value.partition(":") for value in values]
    return Copies(
        names=[rest for what, _colon, rest in parts if what == "name"],
        teams=[int(rest) for what, _colon, rest in parts if what == "team"],
    )


def copies_of(decision: FormalDecision, reader: CaseReader) -> list[str]:
    """To whom a copy of this decision goes, as far as this reader may know: the decision is read by
    more than who reads procedures, or may know of a legal team (R18)."""
    names = decision.copy_to if reader.reads(Category.PROCEDURES) else []
    return [*names, *(team.label for team in reader.named(decision.copy_team_ids))]
