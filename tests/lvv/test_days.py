"""A day that is typed: one kind of field, for every form of every app."""

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseForm
from django.urls import get_resolver
from django.utils import timezone

from lvv.common.forms import FARTHEST, DateField
from partners.accounts.scoped_admin import ScopedAdmin


def test_a_year_more_than_fifty_ahead_is_refused_by_each_day():
    field = DateField()
    this_year = timezone.localdate().year
    assert field.clean(f"01-01-{this_year + FARTHEST}") == date(this_year + FARTHEST, 1, 1)
    with pytest.raises(ValidationError, match="te ver vooruit"):
        field.clean(f"01-01-{this_year + FARTHEST + 1}")


def subclasses(base):
    for one in base.__subclasses__():
        yield one
        yield from subclasses(one)


def test_no_form_has_a_day_of_another_kind():
    """All forms that the addresses bring in: what they ask is a day that refuses years far ahead."""
    assert get_resolver().url_patterns  # reads them all
    own = [
        form
        for form in subclasses(BaseForm)
        if form.__module__.split(".")[0] in ("lvv", "casework", "governance", "partners")
    ]
    days = [
        (form, name, field)
        for form in own
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DateField)
    ]
    assert len(days) > 30
    assert [(form, name) for form, name, field in days if not isinstance(field, DateField)] == []


def test_the_pages_of_administrators_ask_the_same_day():
    how = ScopedAdmin.formfield_overrides[models.DateField]
    field = models.DateField().formfield(**how)
    with pytest.raises(ValidationError, match="te ver vooruit"):
        field.clean(f"01-01-{timezone.localdate().year + FARTHEST + 1}")
