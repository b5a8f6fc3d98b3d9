"""The floor: session, user, one indexed query, fifty rows of the list's own kind. No clearance, no policy, no logs."""

from django.db import connection
from django.shortcuts import render

from partners.accountability.activities import SIGN_IN, processes
from partners.components import badge


@processes(SIGN_IN)
def floor(request):
    user = request.user
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bench_floor ORDER BY registered_iso DESC LIMIT 50")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["state"] = badge(row["state"], row["state"])
    return render(request, "bench/floor.html", {"rows": rows, "who": str(user)})


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
