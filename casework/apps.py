from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"

    def ready(self) -> None:
        from casework.custody import working  # noqa: F401 - says when a pilot may not close
