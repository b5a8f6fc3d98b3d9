from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from governance.drafts import keeping  # noqa: F401 - listens for text that was left behind
