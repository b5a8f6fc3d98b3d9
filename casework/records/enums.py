from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from governance.access.enums import Category, Visibility


class EndReason(TextChoices):
    """Why a record no longer holds."""

    OVER = "over", _("it is over")
    MISTAKE = "mistake", _("recorded by mistake")
    REPLACED = "replaced", _("replaced by the source's own record")
    WITHDRAWN = "withdrawn", _("withdrawn by the person")


class ShareBasis(TextChoices):
    """On what basis an author shares a record with teams of her choice."""

    CONVENANT = "convenant", _("the article of the convenant")
    CONSENT = "consent", _("consent of the person")
    LEGAL_DUTY = "legal_duty", _("legal duty")
    CONFLICT_OF_DUTIES = "conflict_of_duties", _("conflict of duties")


class Answer(TextChoices):
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    DONE = "done", _("done")


# In these a record begins with its author's team and is shared by its author.
_BEGINS_WITH_AUTHOR = {
    Category.GUIDANCE,
    Category.LEGAL_AID,
    Category.MEDICAL_LIMITATION,
    Category.MEDICAL_CONTENT,
    Category.PUBLIC_ORDER,
}


def begins_with_author(category: Category | str) -> bool:
    return category in _BEGINS_WITH_AUTHOR


def default_visibility(category: Category) -> Visibility:
    return (
        Visibility.OWN_ORGANISATION
        if begins_with_author(category)
        else Visibility.PERMITTED_PARTNERS
    )
