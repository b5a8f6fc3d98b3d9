"""What a kind of record declares of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.records.models import Checked, Record, VisibleToCategory
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team

K, F = OrganisationKind, TeamFunction
Owner = tuple[OrganisationKind, TeamFunction]
MUNICIPAL, NGO, LEGAL, CARE, SHELTER = (
    (K.MUNICIPALITY, F.GENERAL),
    (K.NGO, F.GENERAL),
    (K.NGO, F.LEGAL),
    (K.NGO, F.CARE),
    (K.NGO, F.SHELTER),
)
IND, DTV, AVIM, IOM, COA = ((kind, F.GENERAL) for kind in (K.IND, K.DTV, K.AVIM, K.IOM, K.COA))
EVERYBODY = frozenset({MUNICIPAL, NGO, LEGAL, CARE, SHELTER, IND, DTV, AVIM, IOM, COA})


@dataclass(frozen=True)
class RecordKind:
    """One kind of record.

    `owners` may add it, where their cell of the matrix lets them write its category. `happened`
    is the attribute that places it in time, `headline` what is said of it first. A kind with a
    `parent` is a step of another one.
    """

    slug: str
    model: type[Record]
    label: str | Promise
    icon: str
    owners: frozenset[Owner]
    happened: str
    headline: tuple[str, ...]
    fields: tuple[str, ...] = ()
    parent: str = ""
    end_label: str | Promise = _("End")
    warning: Callable[[Any], str | Promise] | None = None
    # For some owners only some values of a field, such as: the municipality writes only objections.
    only: dict[OrganisationKind, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    added_here: bool = True  # False: it has a form of its own elsewhere
    # the case moved by it: it is undone by an act of its own, not corrected or ended
    moves_case: bool = False
    supplied: bool = False  # recorded on a partner's behalf it is that partner's too, who reads it
    panel: int | None = None  # its place among the panels of a case page; None if it has none
    page: Callable[[Record], str] | None = None  # where its rows lead, if it has a page of its own
    goes_along: bool = False  # to another pilot, as far as every partner reads it here
    # what is said of it instead of label and headline, or nothing
    says: Callable[[Any], str] | None = None

    @property
    def parent_model(self) -> type[Record] | None:
        related: Any = self.model._meta.get_field(self.parent) if self.parent else None
        return related.related_model if related else None

    @property
    def categories(self) -> tuple[Category, ...]:
        if self.model.CATEGORY:
            return (self.model.CATEGORY,)
        if not hasattr(self.model, "category_of"):  # chosen by the worker
            return tuple(Category)
        return tuple(dict.fromkeys(self.model.category_of(value) for value, _label in self.choices))

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """Choices of the model's `kind` field, for a kind of record whose category depends on
        it."""
        model: Any = self.model
        return list(model._meta.get_field("kind").flatchoices)

    @property
    def is_joint(self) -> bool:
        """True if the author cannot hide such a record from a reader of its category."""
        return issubclass(self.model, VisibleToCategory)

    @property
    def grows_old(self) -> bool:
        return issubclass(self.model, Checked)

    def is_owned_by(self, team: Team) -> bool:
        kind = K.NGO if team.organisation.kind == K.SHELTER_OPERATOR else K(team.organisation.kind)
        return (kind, F(team.function)) in self.owners


def of_case(page: str) -> Callable[[Record], str]:
    """The address of a page of the case."""
    return lambda record: reverse(f"casework:{page}", args=[record.case.reference])


def of_record(page: str) -> Callable[[Record], str]:
    """The address of a page of one record of the case."""
    return lambda record: reverse(
        f"casework:{page}", args=[record.case.reference, record.reference]
    )


def of_itself(page: str) -> Callable[[Record], str]:
    """The address of a page of the record, which names no case."""
    return lambda record: reverse(f"casework:{page}", args=[record.reference])
