"""To whom a copy of a formal decision goes (Awb 6:17): whom the writer knows to act for the
person. The rows are the deciding team's alone (sql/representatives.sql)."""

from dataclasses import dataclass

from casework.cases.case_reader import CaseReader
from casework.formal_decisions.models import DecisionCopy, FormalDecision
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


def send_copies(decision: FormalDecision, copies: Copies) -> None:
    """Record to whom a copy of this decision goes, with the decision itself."""
    for name in copies.names:
        DecisionCopy.objects.create(decision=decision, name=name)
    for team in copies.teams:
        DecisionCopy.objects.create(decision=decision, team_id=team)


def copies_of(decision: FormalDecision, reader: CaseReader) -> list[str]:
    """To whom a copy of this decision goes. Empty for whoever does not work in the team that
    decided: the database answers nobody else."""
    rows = list(decision.copies.all())
    teams = reader.named(row.team_id for row in rows if row.team_id)
    return [*(row.name for row in rows if row.name), *(team.label for team in teams)]
