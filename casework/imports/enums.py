from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ImportState(TextChoices):
    READING = "reading", _("being read")
    REFUSED = "refused", _("not read")
    UPLOADED = "uploaded", _("columns to choose")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("being taken over")
    DONE = "done", _("taken over")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


class RowAnswer(TextChoices):
    """What to do with a row that looks like somebody who is registered already."""

    NEW = "new", _("somebody else: register")
    SAME = "same", _("this person: new case")
    SKIP = "skip", _("leave out")
