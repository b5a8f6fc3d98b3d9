from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"

    def ready(self) -> None:
        from casework.drafts import keeping  # noqa: F401 - listens for text that was left behind
