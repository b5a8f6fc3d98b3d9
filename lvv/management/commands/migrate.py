from typing import Any

from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import DatabaseError

from lvv.common import sql


class Command(migrate.Command):
    """Django's own, with everything replaceable taken down before it and made anew after it when a
    migration is pending or a file of SQL has changed."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            if options["check_unapplied"] and not sql.is_current():
                raise CommandError("The database does not hold what the files of SQL say.")
            return
        with sql.alone():
            anew = options["app_label"] or not sql.is_current() or sql.migrations_are_pending()
            if anew:
                sql.take_down()
            super().handle(*args, **options)
            if anew and sql.migrations_are_pending():
                self.stdout.write("Migrations are pending: nothing can be read until all are done.")
            elif anew:
                try:
                    sql.make(lambda: call_command("check_projections", stdout=self.stdout))
                except (DatabaseError, CommandError) as error:
                    raise CommandError(
                        f"Nothing can be read until this is mended.\n{error}"
                    ) from error
