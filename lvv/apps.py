from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class LVVConfig(AppConfig):
    name = "lvv"
    # The files of sql/, in the order in which they are made (lvv/common/sql.py).
    sql = ("rights",)

    def ready(self) -> None:
        from lvv import checks  # noqa: F401 - registers them


class AdminConfig(DjangoAdminConfig):
    """Django's admin for functional administrators, with our own sign-in."""

    default_site = "partners.accounts.admin_site.AdminSite"
