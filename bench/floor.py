"""The floor: session, user, one indexed query, fifty rows of the list's own kind; no clearance,
policy, logs, filters."""

from django.db import connection, models
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format

from casework.cases.case_rows import Row
from partners.accountability.activities import SIGN_IN, processes
from partners.components import badge


class Line(models.Model):
    """A case and all that a line of a list shows, in one table."""

    number = models.TextField(primary_key=True)
    reference = models.UUIDField()
    name = models.TextField()
    state = models.TextField()
    pilot = models.TextField()
    partners = models.JSONField()
    registered_on = models.DateField()
    case_manager = models.TextField()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_floor"

    def __str__(self):
        return self.number


@processes(SIGN_IN)
def floor(request):
    rows = [
        Row(
            reverse("casework:case_detail", args=[line.reference]),
            line.number,
            line.name,
            badge(line.state, line.state),
            line.state,
            line.pilot,
            line.partners,
            line.registered_on.isoformat(),
            date_format(line.registered_on, "SHORT_DATE_FORMAT"),
            line.case_manager,
        )
        for line in Line.objects.order_by("-registered_on")[:50]
    ]
    return render(request, "bench/floor.html", {"rows": rows, "who": str(request.user)})


class CountStatements:
    """Says in a header how many statements a request cost, when asked."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "X-Count" not in request.headers:
            return self.get_response(request)
        number = 0

        def count(execute, sql, params, many, context):
            nonlocal number
            number += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Statements"] = str(number)
        return response
