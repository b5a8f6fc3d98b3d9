"""What is still to be done about the registration of a case."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.registration.perms import can_complete_registration


@dataclass(frozen=True)
class RegistrationTask:
    title: str
    url_name: str
    term: str = ""


def registration_tasks(reader: CaseReader, *, informed: bool) -> list[RegistrationTask]:
    """What is still to be done about the registration, for who may do it."""
    if not reader.case.is_open or not can_complete_registration(reader):
        return []
    result = []
    unjudged = reader.case.doubles_judged_on is None
    term = _("On the next working day after the registration") if unjudged else ""
    if not informed:
        result.append(
            RegistrationTask(
                _("Tell the person what happens with the data"), "casework:case_briefing", term
            )
        )
    if unjudged:
        result.append(
            RegistrationTask(
                _("Check whether this person is registered already"), "casework:case_doubles", term
            )
        )
    return result
