"""Who takes part, for functional administrators under /beheer/. No casework model is ever
registered here."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Count, ForeignKey, Min, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lvv.common.periods import not_over
from partners.accountability.logs import audit
from partners.accounts.counterparts import NotTwo
from partners.accounts.lifecycle import (
    ask_factor_reset,
    close_account,
    confirm_factor_reset,
    invite,
    open_work_of,
)
from partners.accounts.models import FactorReset, User
from partners.accounts.notices import notify_of_end, notify_organisation, notify_owner
from partners.accounts.roles import confirm, give
from partners.accounts.scoped_admin import ScopedAdmin, SeenForm, administered, is_national
from partners.organisations.enums import NEEDS_TWO, PilotState, Role
from partners.organisations.models import Membership, Organisation, Pilot, Team


class OwnChoices(ScopedAdmin):
    """Offers only organisations, teams and users within the administrator's own scope."""

    def organisations(self, request: HttpRequest) -> QuerySet[Organisation]:
        return Organisation.objects.filter(pk__in=administered(request))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: Any, **kwargs: Any
    ) -> Any:
        mine = administered(request)
        if db_field.related_model is Organisation and db_field.name != "municipality":
            kwargs["queryset"] = self.organisations(request)
        elif db_field.related_model is Team:
            kwargs["queryset"] = Team.objects.filter(organisation__in=mine).select_related(
                "organisation", "pilot"
            )
        elif db_field.related_model is User:
            kwargs["queryset"] = users_of(mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def users_of(organisations: frozenset[int]) -> QuerySet[User]:
    """People who work for these organisations, who did and work nowhere any more, and new ones made
    for them who belong nowhere yet."""
    new = Q(memberships=None, made_for__in=organisations)
    still = Membership.objects.filter(not_over())
    present = Q(pk__in=still.filter(organisation__in=organisations).values("user"))
    left = Q(memberships__organisation__in=organisations) & ~Q(pk__in=still.values("user"))
    return User.objects.filter(present | left | new).distinct()


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin):
    noun = "organisation"
    list_display = ("name", "kind")
    fields = ("name", "kind")

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if is_national(request) else queryset.filter(pk__in=administered(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_national(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The kind decides what an organisation may do: it stays once somebody works there, and
        # nobody changes it for an organisation of her own.
        fixed = obj and (
            not is_national(request)
            or obj.pk in administered(request)
            or obj.teams.exists()
            or obj.memberships.exists()
        )
        return ("kind",) if fixed else ()


@admin.register(Pilot)
class PilotAdmin(ScopedAdmin):
    noun = "pilot"
    list_display = ("name", "municipality", "state", "closes_on")
    fields = ("name", "slug", "municipality", "state", "closes_on", *Pilot.SETTINGS)
    prepopulated_fields = {"slug": ["name"]}

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return (
            queryset
            if is_national(request)
            else queryset.filter(municipality__in=administered(request))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_national(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Whose it is decides who coordinates it and who answers for its matrix.
        preparing = Pilot.objects.filter(pk=obj.pk, state=PilotState.PREPARING) if obj else None
        return ("municipality",) if preparing is not None and not preparing.exists() else ()

    def pilot_of(self, obj: Pilot) -> int | None:
        return obj.pk

    def save_model(
        self, request: HttpRequest, obj: Pilot, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            names = ", ".join(str(form.fields[name].label) for name in form.changed_data)
            body = gettext("%(pilot)s: %(settings)s.")
            notify_organisation(
                obj.municipality_id,
                _("An administrator changed settings of your pilot"),
                body % {"pilot": obj.name, "settings": names},
            )


@admin.register(Team)
class TeamAdmin(OwnChoices):
    noun = "team"
    list_display = ("organisation", "pilot", "function", "phone")
    list_filter = ("pilot", "function")
    fields = ("organisation", "pilot", "function", "phone")

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(organisation__in=administered(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Its cells, members and records point at it: a team does not become another one.
        return ("organisation", "pilot", "function") if obj else ()

    def pilot_of(self, obj: Team) -> int | None:
        return obj.pilot_id

    def save_model(
        self, request: HttpRequest, obj: Team, form: ModelForm[Any], change: bool
    ) -> None:
        if not change:
            name = f"{obj.pilot.slug}/{obj.organisation.reference}/{obj.function}"
            obj.group = Group.objects.create(name=name)
        super().save_model(request, obj, form, change)
        if not change:
            notify_organisation(
                obj.pilot.municipality_id, _("A team came into your pilot"), str(obj)
            )


def without_two_administrators() -> QuerySet[Organisation]:
    """Organisations with fewer than two functional administrators, today or to come."""
    served = (
        Membership.objects.filter(not_over(), role=Role.FUNCTIONAL_ADMIN, user__is_active=True)
        .values("organisation")
        .annotate(people=Count("user", distinct=True))
        .filter(people__gte=2)
    )
    return Organisation.objects.exclude(pk__in=served.values("organisation"))


class MembershipForm(SeenForm):
    """Nobody gives herself a role, and elsewhere than in her own organisations an administrator
    only makes administrators. An end is brought forward, never put off: that is a new role."""

    mine: frozenset[int] = frozenset()
    me: User

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        organisation = data.get("organisation")
        elsewhere = organisation is not None and organisation.pk not in self.mine
        if elsewhere and data.get("role") != Role.FUNCTIONAL_ADMIN:
            text = gettext("In another organisation you appoint functional administrators only.")
            self.add_error("role", text)
        if data.get("user") == self.me:
            self.add_error("user", gettext("Nobody gives themselves a role."))
        until, before = data.get("until"), self.initial.get("until")
        if self.instance.pk and before and (until is None or until > before):
            text = gettext(
                "A role ends on the day that was given, or earlier: else give a new one."
            )
            self.add_error("until", text)
        since = data.get("since") or self.instance.since
        if since and until and until < since and "until" not in self.errors:
            self.add_error("until", gettext("This day lies before the role begins."))
        return data


@admin.register(Membership)
class MembershipAdmin(OwnChoices):
    noun = "membership"
    list_display = ("user", "organisation", "team", "role", "since", "until", "waits_for_another")
    list_filter = ("role",)
    search_fields = ("user__name",)  # no more than the list shows
    fields = ("user", "organisation", "team", "role", "since", "until")
    actions = ("confirm_role",)

    form = MembershipForm

    @admin.display(boolean=True, description=_("waits for another administrator"))
    def waits_for_another(self, obj: Membership) -> bool:
        return obj.waits

    def organisations(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Her own; for the ministry's also those that have no two administrators yet, who
        otherwise could never begin."""
        own = super().organisations(request)
        return own | without_two_administrators() if is_national(request) else own

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"mine": administered(request), "me": request.user})

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        mine = Q(organisation__in=administered(request))
        if is_national(request):  # the second one for an organisation with one administrator
            waits = Q(given_by__isnull=False, confirmed_by=None, role__in=NEEDS_TWO)
            mine |= waits & Q(organisation__in=without_two_administrators())
        return queryset.filter(mine).select_related("user", "organisation", "team__pilot")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or obj.organisation_id in administered(request)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Another person, team, role or beginning is another membership: this one keeps its history.
        return ("user", "organisation", "team", "role", "since") if obj else ()

    def pilot_of(self, obj: Membership) -> int | None:
        return obj.team.pilot_id if obj.team else None

    def write(self, request: HttpRequest, obj: Membership, *, changed: list[str] | None) -> None:
        if changed is None:
            give(obj, by=request.user)  # type: ignore[arg-type]
            return
        before = Membership.objects.get(pk=obj.pk).until
        super().write(request, obj, changed=changed)
        if obj.until != before:
            notify_of_end(obj)

    @admin.action(description=_("Confirm a role that another administrator gave"))
    def confirm_role(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            try:
                confirm(membership, by=request.user)  # type: ignore[arg-type]
            except NotTwo:
                text = gettext(
                    "This role does not wait for you. It is confirmed, ended, asked over thirty "
                    "days ago, or yours; you gave it; or you and who gave it made or invited the "
                    "other's account within thirty days."
                )
                self.message_user(request, text, messages.ERROR)
            else:
                self.log(request, "membership_confirmed", membership)
                text = gettext("The role of %(user)s is confirmed.")
                self.message_user(request, text % {"user": membership.user}, messages.SUCCESS)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    noun = "user"
    list_display = ("name", "username", "email", "is_active")
    search_fields = ("name", "username")
    fields = ("name", "username", "email", "phone")
    actions = ("send_invitation", "end_sessions", "ask_reset", "close")
    readonly_fields = ("former",)

    @admin.display(description=_("What stood here before"))
    def former(self, obj: User) -> str:
        """Former names and addresses of the account, each with the day on which it was changed."""
        names = ("name", "username", "email", "phone")
        fields: list[Any] = [User._meta.get_field(name) for name in names]
        mine = obj.memberships.filter(not_over()).values("organisation")
        begun = obj.memberships.filter(organisation__in=mine).aggregate(first=Min("since"))["first"]
        past = obj.history.order_by("-history_date", "-history_id")
        if begun:  # not what it was while its owner worked for another
            past = past.filter(history_date__date__gte=begun)
        versions = list(past[:50])
        lines = [
            f"{field.verbose_name}: {getattr(older, field.name)} "
            f"({formats.date_format(timezone.localtime(newer.history_date), 'j F Y')})"
            for newer, older in pairwise(versions)
            for field in fields
            if getattr(older, field.name) not in ("", getattr(newer, field.name))
        ]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) or "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        return [*fields, "former"] if obj else fields

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=users_of(administered(request)).values("pk"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or self.is_ours(request, obj)
        )

    def is_ours(self, request: HttpRequest, user: User) -> bool:
        """True if the account works, now or later, for no organisation outside the administrator's
        own: an account that also works elsewhere would open that organisation's cases."""
        elsewhere = user.memberships.exclude(organisation__in=administered(request))
        return not elsewhere.filter(not_over()).exists()  # also one to come

    def ours(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        """Of the chosen accounts those this administrator may act on; says so of the others."""
        users = list(queryset)
        if any(not self.is_ours(request, user) for user in users):
            text = gettext(
                "Accounts that also work for another organisation are for their administrators "
                "together."
            )
            self.message_user(request, text, messages.ERROR)
        return [user for user in users if self.is_ours(request, user)]

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool
    ) -> None:
        if not change:
            obj.set_unusable_password()
            obj.made_for_id = min(administered(request))
            obj.made_by = request.user  # type: ignore[assignment]
        elif {"username", "email"} & set(form.changed_data):
            before = User.objects.get(pk=obj.pk)
            notify_owner(
                obj,
                _("An administrator changed your account"),
                _("The name you sign in with, or the address your messages go to."),
                address=before.email,
            )
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Issue an invitation link (also for a forgotten password)"))
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self.ours(request, queryset):
            link = invite(user, by=request.user)  # type: ignore[arg-type]
            text = gettext(
                "Give %(user)s this link by a safe way; it is shown once and works for three days:"
            )
            self.message_user(
                request, format_html("{} {}", text % {"user": user}, link), messages.SUCCESS
            )

    @admin.action(description=_("Sign out everywhere"))
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self.ours(request, queryset):
            ended = user.end_sessions()
            audit(
                "sessions_ended",
                actor=request.user,  # type: ignore[arg-type]
                worker=request.clearance,  # type: ignore[attr-defined]
                obj=("user", user.pk),
            )
            text = gettext("%(sessions)s sessions of %(user)s ended.")
            self.message_user(request, text % {"user": user, "sessions": ended}, messages.SUCCESS)

    @admin.action(description=_("Ask to lift a lost second factor"))
    def ask_reset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self.ours(request, queryset):
            try:
                with transaction.atomic():
                    ask_factor_reset(user, by=request.user)  # type: ignore[arg-type]
            except IntegrityError:
                self.message_user(
                    request, gettext("Nobody lifts their own second factor."), messages.ERROR
                )
            else:
                self.message_user(
                    request,
                    gettext("Another administrator must confirm this now."),
                    messages.SUCCESS,
                )

    @admin.action(description=_("Close the account: a leaver"))
    def close(self, request: HttpRequest, queryset: QuerySet[User]) -> TemplateResponse | None:
        users = self.ours(request, queryset)
        if users and "sure" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Close the account: a leaver"),
                "leavers": [(user, open_work_of(user)) for user in users],
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/partners/user/close.html", context)
        for user in users:
            ended = close_account(user, by=request.user)  # type: ignore[arg-type]
            text = gettext("The account of %(user)s is closed; %(sessions)s sessions ended.")
            self.message_user(request, text % {"user": user, "sessions": ended}, messages.SUCCESS)
        return None


@admin.register(FactorReset)
class FactorResetAdmin(ScopedAdmin):
    noun = "factor_reset"
    list_display = ("user", "requested_by", "requested_at", "confirmed_by", "confirmed_at")
    fields = readonly_fields = (
        "user",
        "requested_by",
        "requested_at",
        "confirmed_by",
        "confirmed_at",
    )
    actions = ("confirm",)

    def scope(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(user__in=users_of(administered(request)).values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Confirm: lift the second factor"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[FactorReset]) -> None:
        for reset in queryset:
            try:
                confirm_factor_reset(reset, by=request.user)  # type: ignore[arg-type]
            except NotTwo:
                text = gettext("Another administrator than the one who asked must confirm.")
                self.message_user(request, text, messages.ERROR)
            else:
                self.message_user(
                    request,
                    gettext("The second factor is lifted; the user is told."),
                    messages.SUCCESS,
                )
