from django.contrib.postgres.fields import ArrayField
from django.db import models


class AuditEntry(models.Model):
    """Who did what, when, from where: one row per page or act, chained by hash. Written by
    audit_append() only."""

    class Outcome(models.TextChoices):
        DONE = "done"
        DENIED = "denied"
        FAILED = "failed"

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    trace_id = models.CharField(max_length=32)
    actor_id = models.IntegerField(null=True)
    actor_org_id = models.IntegerField(null=True)
    role = models.CharField(max_length=200)
    acting_for = models.IntegerField(null=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    cases = ArrayField(models.UUIDField())  # the cases shown or changed, by their public reference
    pilot_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    purpose_of_use = models.CharField(max_length=120)
    reason = models.CharField(max_length=120)
    origin = models.CharField(max_length=120)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_log"
        ordering = ["-seq"]

    def __str__(self) -> str:
        return f"audit {self.seq}"


class ProcessingEntry(models.Model):
    """Which processing touched which person, without who did it (Logboek Dataverwerkingen)."""

    trace_id = models.CharField(max_length=32)
    span_id = models.CharField(max_length=16)
    parent_span_id = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=5)
    name = models.CharField(max_length=80)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField()
    resource = models.CharField(max_length=40)
    processing_activity_id = models.CharField(max_length=200)
    data_subject_id = models.CharField(max_length=64, blank=True)
    data_subject_id_type = models.CharField(max_length=20, blank=True)
    foreign_operation_processor = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "processing_log"

    def __str__(self) -> str:
        return f"processing {self.span_id}"


class OutboxMessage(models.Model):
    """A message written with the change it tells of, and delivered after it by `manage.py work`.
    No personal data."""

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="+")
    address = models.EmailField(blank=True)  # where it goes instead of to hers
    subject = models.CharField(max_length=120)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(sent_at=None), name="outbox_unsent")
        ]

    def __str__(self) -> str:
        return f"outbox {self.pk}"
