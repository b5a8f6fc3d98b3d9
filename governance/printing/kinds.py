"""What can be asked for as a PDF: each kind says what stands in it for who asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from governance.access.clearance import Clearance
from governance.printing.pdf import Sheet


@dataclass(frozen=True)
class Contents:
    """What one worker reads now of one subject, by the name of each file.

    filename: of the whole; an archive of all files if it ends with ".zip".
    """

    filename: str
    sheets: Mapping[str, Sheet]


class PrintoutKind:
    """A kind of printout, under this name.

    contents: of a subject, as this worker may read it now. Raises Http404, PermissionDenied or
    NotDone for who may not have it. signed_in_anew: it is fetched after signing in once more.
    """

    declared: dict[str, "PrintoutKind"] = {}

    def __init__(
        self,
        name: str,
        label: Promise,
        contents: Callable[[Clearance, UUID], Contents],
        *,
        signed_in_anew: bool = False,
    ) -> None:
        assert name not in PrintoutKind.declared, name
        self.name, self.label, self.contents = name, label, contents
        self.signed_in_anew = signed_in_anew
        PrintoutKind.declared[name] = self
