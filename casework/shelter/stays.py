"""Whether somebody has a place."""

from lvv.common.database import call


def shelter_is_running(case: int) -> bool:
    """True if the person of this case has a place today. Answers the departure service and the
    municipality even if they may not read it."""
    return bool(call("shelter_is_running", case))
