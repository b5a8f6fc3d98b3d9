from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    # The files of sql/, in the order in which they are made (lvv/common/sql.py).
    sql = (
        "today",
        "audit",
        "counterparts",
        "participation",
    )

    def ready(self) -> None:
        from partners.accounts import audit_signals  # noqa: F401 - listens for sign-ins
