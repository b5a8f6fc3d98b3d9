from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = _("What the law says")
    # The files of sql/, in the order in which they are made (lvv/common/sql.py).
    sql = (
        "agreements",
        "written_once",
        "scope",
        "drafts",
        "printing",
        "mandates",
        "law",
    )

    def ready(self) -> None:
        from governance.drafts import acts  # noqa: F401 - listens for text that was left behind
