from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    # The files of sql/, in the order in which they are made (lvv/common/sql.py).
    sql = (
        "agreements",
        "scope",
        "drafts",
        "printing",
        "mandates",
    )

    def ready(self) -> None:
        from governance.drafts import acts  # noqa: F401 - listens for text that was left behind
