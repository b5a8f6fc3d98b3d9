"""A list somebody uploads, row by row, until it is taken over or forgotten. Only who uploaded it
ever sees it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.imports.enums import ImportState, RowAnswer
from partners.organisations.models import Team


class Import(models.Model):
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    uploaded_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    header = models.JSONField(default=list)  # the texts above the columns
    skipped = models.PositiveIntegerField(default=0)  # rows above the header
    mapping = models.JSONField(default=dict)  # field -> number of the column
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # of checking, or of taking over
    stopped = models.CharField(max_length=200, blank=True)  # why it ended before its end
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-uploaded_at"]
        indexes = [
            models.Index(
                fields=["uploaded_at"],
                name="import_waiting",
                condition=models.Q(state__in=["reading", "checking", "running", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.reference}"

    @property
    def is_at_work(self) -> bool:
        return self.state in (
            ImportState.READING,
            ImportState.CHECKING,
            ImportState.RUNNING,
            ImportState.UNDOING,
        )


class ImportFile(models.Model):
    """The bytes that were uploaded, until somebody begins to read them."""

    upload = models.OneToOneField(Import, models.CASCADE, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of {self.upload_id}"


class ImportRow(models.Model):
    upload = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the file counts
    cells = models.JSONField(default=list)  # emptied once it was taken over
    formulas = models.JSONField(default=list)  # numbers of the columns in which a formula stands
    claim = models.JSONField(default=dict)  # what was understood
    problems = models.JSONField(
        default=list
    )  # [number of the column or null, what is wrong with it]
    doubles = models.JSONField(default=list)  # [key of a case, words] of who is likely the same
    answer = models.CharField(max_length=10, choices=RowAnswer, blank=True)
    same_as = models.BigIntegerField(null=True)  # key of the person, when the answer is: that one
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, related_name="+")
    footprint = models.BigIntegerField(
        null=True
    )  # how much stood in the case when it came; see sql/imports.sql
    kept = models.BooleanField(default=False)  # not undone, because somebody worked on it since
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="import_row_once")]

    def __str__(self) -> str:
        return f"row {self.number} of {self.upload_id}"


class ColumnMapping(models.Model):
    """Which field stands under which text, as a team chose it the last time."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    header = models.CharField(max_length=200)
    field = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "header"], name="column_mapping_once")
        ]

    def __str__(self) -> str:
        return f"column of team {self.team_id}"
