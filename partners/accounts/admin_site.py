from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from partners.organisations.enums import Role


class AdminSite(admin.AdminSite):
    """For functional administrators: who takes part, and the terms of the law. No casework is ever
    registered here."""

    site_header = _("LVV administration")
    site_title = _("LVV administration")
    index_title = _("Who takes part")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Who takes part, and what says of itself that administrators keep it: the packages we
        build on register groups, addresses and secrets of factors here."""
        wanted: list[Any] = (
            [model_or_iterable]
            if isinstance(model_or_iterable, ModelBase)
            else list(model_or_iterable)
        )
        super().register(
            [
                model
                for model in wanted
                if model._meta.app_label == "partners" or getattr(model, "ADMINISTERED", False)
            ],
            admin_class,
            **options,
        )

    def has_permission(self, request: HttpRequest) -> bool:
        clearance = getattr(request, "clearance", None)
        return clearance is not None and bool(clearance.organisations_as(Role.FUNCTIONAL_ADMIN))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Nobody who is signed in is sent on to the sign-in: what is not hers is refused here."""
        inner = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return update_wrapper(answer, view)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """One page changes a password: the one that counts wrong ones."""
        raise Http404

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
