from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"
    # The files of sql/, in the order in which they are made (lvv/common/sql.py).
    sql = (
        "locks",
        "history",
        "wall",
        "record_triggers",
        "involvements",
        "cases",
        "projections",
        "records",
        "personal_grants",
        "clearance",
        "audit_readers",
        "links",
        "clashes",
        "search",
        "matching",
        "known_elsewhere",
        "shelter",
        "address",
        "imports",
        "exports",
        "conference",
        "guests",
        "local_texts",
        "escalation",
        "transfer",
        "custody",
        "read_only",
        "open_questions",
        "dossier_rows",
        "journey_facts",
        "worklist",
    )

    def declared(self) -> str:
        """The kinds of record, for the files of sql/ that are written out from them."""
        from casework.dossiers.kinds import declaration

        return declaration()

    def ready(self) -> None:
        from casework.custody import acts  # noqa: F401 - says when a pilot may not close
