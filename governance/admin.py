"""The terms of the law, for functional administrators under /beheer/."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import formats, translation
from django.utils.translation import gettext_lazy as _

from governance.law.models import LegalTerm
from partners.accounts.notices import notify_organisation
from partners.accounts.scoped_admin import ScopedAdmin, is_national
from partners.organisations.enums import PilotState
from partners.organisations.models import Pilot


@admin.register(LegalTerm)
class LegalTermAdmin(ScopedAdmin):
    """Every administrator reads them; those of the ministry add, and nobody changes or deletes
    one."""

    noun = "legal_term"
    list_display = ("kind", "stage", "duration", "article", "in_force_from")
    list_filter = ("kind", "stage")
    fields = ("kind", "stage", "length", "unit", "article", "in_force_from")

    @admin.display(description=_("term"))
    def duration(self, obj: LegalTerm) -> str:
        return obj.term.duration()

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_national(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: LegalTerm, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        with translation.override("nl"):
            day = formats.date_format(obj.in_force_from, "j F Y")
            body = _("%(term)s, in force from %(day)s.") % {"term": obj, "day": day}
        running = Pilot.objects.exclude(state=PilotState.CLOSED)
        for municipality in sorted(set(running.values_list("municipality", flat=True))):
            notify_organisation(municipality, _("A term of the law was added"), body)
