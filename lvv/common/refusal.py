"""An act that is refused."""

from typing import Any


class NotDone(Exception):
    """An act was refused, and nothing was written. The answer is a page that says why."""

    template = "errors/409.html"

    def context(self) -> dict[str, Any]:
        """What its template shows. The address to go back to, `back`, is added."""
        return {}
