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
        "progress",
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
        "changes",
        "journey_facts",
        "representatives",
        "worklist",
        "caseload",
        "written_once",
    )

    def declared(self) -> str:
        """What taking part reveals and the kinds of record, for the files of sql/ that build upon
        them."""
        from casework.cases import case_reader
        from casework.dossiers import kinds

        return case_reader.declaration() + kinds.declaration()

    def ready(self) -> None:
        from casework.caseload import acts as caseload  # noqa: F401 - says what a leaver leaves
        from casework.custody import acts  # noqa: F401 - says when a pilot may not close
