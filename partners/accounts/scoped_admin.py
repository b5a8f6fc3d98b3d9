"""What every page under /beheer/ shares: rights from memberships, nothing deleted, every change
in the audit log."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import DateField, Model, QuerySet
from django.forms import CharField, DateInput, HiddenInput, ModelForm, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from lvv.common import forms
from partners.accountability.logs import audit
from partners.organisations.enums import OrganisationKind, Role
from partners.organisations.models import Organisation


def administered(request: HttpRequest) -> frozenset[int]:
    """The organisations this user administers today."""
    result: frozenset[int] = request.clearance.organisations_as(Role.FUNCTIONAL_ADMIN)  # type: ignore[attr-defined]
    return result


def is_national(request: HttpRequest) -> bool:
    """True for administrators of the ministry, who keep the list of organisations and pilots."""
    return Organisation.objects.filter(
        pk__in=administered(request), kind=OrganisationKind.MINISTRY
    ).exists()


class SeenForm(ModelForm):  # type: ignore[type-arg]
    """Says from which version of the row it starts: what a colleague changed since is not
    overwritten unseen."""

    seen = CharField(required=False, widget=HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self._now()

    def _now(self) -> str:
        """The newest version of the row that there is."""
        if not self.instance.pk or not hasattr(self.instance, "history"):
            return ""
        newest = self.instance.history.values_list("history_id", flat=True).first()
        return str(newest or "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.pop("seen", "") != (now := self._now()):
            self.data = {**self.data.dict(), "seen": now}  # type: ignore[attr-defined]
            text = gettext(
                "Somebody else changed this meanwhile. Nothing is saved yet: compare it with the "
                "history, and save again."
            )
            raise ValidationError(text)
        return data


class ScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An administrator manages what belongs to the organisations she administers."""

    noun = ""
    form: type[ModelForm[Any]] = SeenForm
    list_per_page = 25
    # Django's own date widget writes style attributes, which the content security policy forbids.
    formfield_overrides = {DateField: {"widget": DateInput, "form_class": forms.DateField}}

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def pilot_of(self, obj: Any) -> int | None:
        return None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.scope(request, super().get_queryset(request)).distinct()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the filters beside the list send: asked otherwise, it tells any column letter
        by letter, also those that it does not show."""
        return lookup in {self._sent_by(name) for name in self.list_filter}

    def _sent_by(self, name: Any) -> str:
        """What the filter on this field sends."""
        field: Any = self.opts.get_field(name)
        return (
            f"{name}__{field.target_field.name}__exact" if field.is_relation else f"{name}__exact"
        )

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return to_field == self.opts.pk.name

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> NoReturn:
        raise Http404  # as everywhere: what is not hers is not there

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not all(map(str.isdecimal, request.POST.getlist("_selected_action"))):
            raise BadRequest
        return super().changelist_view(request, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(administered(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(administered(request)) and (
            obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()
        )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(administered(request))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # facts are ended, not deleted: the logs point at them

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        tracked = obj is not None and hasattr(obj, "history")
        changes = tracked and self.has_change_permission(request, obj)
        return [*super().get_fields(request, obj), *(["seen"] if changes else [])]

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        self.write(request, obj, changed=form.changed_data if change else None)
        self.log(request, f"{self.noun}_{'changed' if change else 'added'}", obj)

    def write(self, request: HttpRequest, obj: Any, *, changed: list[str] | None) -> None:
        """Only what was changed: the account may have been closed since. None for a new row."""
        obj.save(update_fields=changed)

    def log(self, request: HttpRequest, action: str, obj: Any) -> None:
        """What an administrator did, in the audit log."""
        audit(
            action,
            actor=request.user,  # type: ignore[arg-type]
            worker=request.clearance,  # type: ignore[attr-defined]
            obj=(self.noun, obj.pk),
            pilot_id=self.pilot_of(obj),
        )
