from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners.accounts import audit_signals  # noqa: F401 - listens for sign-ins
