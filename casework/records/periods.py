from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func


class Period(Func):
    """The days from a first until (not including) a last, for constraints against overlap."""

    function = "daterange"
    output_field = DateRangeField()
