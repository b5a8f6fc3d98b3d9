"""The administration shows no more than its columns, and who read it is in the audit log."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from partners.accounts.roles import give
from partners.models import AuditEntry, FactorReset, Membership, OutboxMessage, User
from tests import factories as make

pytestmark = pytest.mark.django_db

LOOKUPS = ("", "exact", "iexact", "startswith", "contains", "regex", "gt", "isnull", "in", "range")
REGISTERED = [model for model in admin.site._registry if model._meta.app_label == "partners"]
SENT_BY_A_FILTER = {
    "partners.team": {"pilot__id__exact", "function__exact"},
    "partners.membership": {"role__exact"},
}


@pytest.fixture
def rows(cast):
    """At least one row on every page of the administration."""
    FactorReset.objects.create(user=cast.owner, requested_by=cast.admin)
    return cast


def page(model):
    return reverse(f"admin:partners_{model._meta.model_name}_changelist")


def without_token(answer):
    """What it says, without its form tokens and its own address."""
    return re.sub(r'\b[A-Za-z0-9]{64}\b|name="next" value="[^"]*"', "", answer.text)


def refused(client, model, parameters):
    """True if the answer is 400, shows no row and is the same for a value that fits and one that
    does not."""
    answers = [client.get(page(model), each) for each in parameters]
    texts = {without_token(answer) for answer in answers}
    return {answer.status_code for answer in answers} == {400} and len(texts) == 1


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_a_list_answers_to_its_filters_and_to_no_other_question(client, rows, model):
    client.act_as(rows.admin)
    shown = client.get(page(model))
    assert shown.context["cl"].result_count
    allowed = SENT_BY_A_FILTER.get(model._meta.label_lower, set())
    some = shown.context["cl"].result_list[0]
    asked = 0
    for field in model._meta.concrete_fields:
        value = str(getattr(some, field.attname))
        for name in {field.name, field.attname}:
            for lookup in LOOKUPS:
                question = f"{name}__{lookup}" if lookup else name
                if question not in allowed:
                    fits = value[:3] if "with" in lookup else value
                    answers = [{question: fits}, {question: "zzz"}, {question: "1"}]
                    assert refused(client, model, answers), question
                    asked += 1
    assert asked >= len(LOOKUPS)
    for relation in ("user__password", "user__email", "team__group__id", "memberships__user__name"):
        assert refused(client, model, [{f"{relation}__startswith": "a"}]), relation


def test_the_filters_that_are_shown_still_work(client, rows):
    make.PilotFactory()  # a filter with one choice is not shown
    client.act_as(rows.admin)
    for label, questions in SENT_BY_A_FILTER.items():
        (model,) = [model for model in REGISTERED if model._meta.label_lower == label]
        offered = client.get(page(model)).text
        for question in questions:
            assert f"?{question}=" in offered
            field = model._meta.get_field(question.partition("__")[0])
            value = getattr(model.objects.filter(organisation=rows.municipal.organisation)[0],
                            field.attname)  # fmt: skip
            filtered = client.get(page(model), {question: value})
            assert filtered.status_code == 200
            assert filtered.context["cl"].result_count
    without = client.get(page(model), {"role__exact": "analyst"})
    assert without.context["cl"].result_count == 0


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_odd_parameters_of_a_list_show_nothing_more_and_break_nothing(client, rows, model):
    client.act_as(rows.admin)
    everything = sorted(row.pk for row in client.get(page(model)).context["cl"].result_list)
    for parameters in (
        {"o": "99"}, {"o": "-1.-99"}, {"o": "--"}, {"o": "9" * 5000}, {"o": "password"},
        {"_popup": "1"}, {"all": ""}, {"_facets": "True"}, {"_to_field": "id"},
    ):  # fmt: skip
        shown = client.get(page(model), parameters)
        assert shown.status_code == 200, parameters
        assert sorted(row.pk for row in shown.context["cl"].result_list) == everything
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            assert client.get(page(model), {"_to_field": field.name}).status_code == 400
    for parameters in ({"_changelist_filters": "password__startswith=a"}, {"password": "a"}):
        assert refused(client, model, [parameters])


def test_filters_that_a_form_carries_along_are_asked_of_nothing(client, rows):
    """The address of a list that a form goes back to is read by that list, which refuses it."""
    client.act_as(rows.admin)
    form = reverse("admin:partners_user_change", args=[rows.owner.pk])
    answers = [
        client.get(form, {"_changelist_filters": f"password__startswith={start}"})
        for start in ("md5", "zzz")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({without_token(answer).replace("md5", "zzz") for answer in answers}) == 1


def test_a_search_looks_only_in_what_the_list_shows(rows):
    for model in REGISTERED:
        shown = admin.site._registry[model]
        for path in shown.search_fields:
            column, _, of_related = path.partition("__")
            assert column in shown.list_display
            assert of_related in ("", "name")  # of a user that is what her column shows


PAGES = ("index", "partners_user_changelist", "partners_user_add", "partners_membership_changelist")


@pytest.mark.parametrize("name", PAGES)
def test_a_reading_of_the_administration_is_one_row_in_the_audit_log(client, rows, name):
    client.act_as(rows.admin).get(reverse(f"admin:{name}"))
    entry = AuditEntry.objects.get(actor_id=rows.admin.pk)
    assert (entry.action, entry.outcome, entry.reason) == (f"admin:{name}", "done", "GET")
    assert entry.role == "functional_admin"
    assert entry.purpose_of_use == "urn:lvv:processing:administration:1"


@pytest.mark.parametrize("name", ["change", "history"])
def test_a_reading_of_one_account_says_whose(client, rows, name):
    client.act_as(rows.admin)
    client.get(reverse(f"admin:partners_user_{name}", args=[rows.owner.pk]))
    entry = AuditEntry.objects.get(actor_id=rows.admin.pk)
    assert (entry.action, entry.object_id) == (f"admin:partners_user_{name}", str(rows.owner.pk))


def test_the_words_that_a_form_loads_are_no_reading(client, rows):
    client.act_as(rows.admin).get(reverse("admin:jsi18n"))
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_administers_nothing_is_refused_and_that_is_logged(client, rows, method):
    target = reverse("admin:partners_user_delete", args=[rows.owner.pk])
    response = getattr(client.act_as(rows.partner), method)(target)
    assert response.status_code == 403
    entry = AuditEntry.objects.get(actor_id=rows.partner.pk)
    assert (entry.outcome, entry.object_id) == ("denied", str(rows.owner.pk))


@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_an_account_of_others_is_not_there_and_asking_is_logged(client, rows, name):
    theirs = make.UserFactory()
    target = reverse(f"admin:partners_user_{name}", args=[theirs.pk])
    assert client.act_as(rows.admin).get(target).status_code in (403, 404)
    entry = AuditEntry.objects.get(actor_id=rows.admin.pk)
    assert (entry.outcome, entry.object_id) == ("denied", str(theirs.pk))


def test_a_question_that_is_refused_is_logged(client, rows):
    client.act_as(rows.admin).get(page(type(rows.owner)), {"password__startswith": "md5"})
    entry = AuditEntry.objects.get(actor_id=rows.admin.pk)
    assert (entry.action, entry.outcome) == ("admin:partners_user_changelist", "denied")


@pytest.mark.parametrize("name", ["COÖRDINATOR", "ａdmin"])
def test_a_name_of_letters_that_look_alike_is_no_name(client, rows, name):
    assert added(client, rows, name).status_code == 200
    assert not User.objects.filter(username=name).exists()


def test_nobody_gets_the_name_of_another_in_capitals(client, rows):
    """Signing in does not look at capitals: the first would be shut out by the second."""
    other = rows.stranger.username
    answer = added(client, rows, other.upper())
    assert answer.status_code == 200
    assert "in gebruik" in answer.text
    with pytest.raises(IntegrityError), transaction.atomic():
        make.UserFactory(username=other.upper())


def added(client, rows, username):
    form = {"username": username, "name": "Iemand", "email": "", "phone": ""}
    return client.act_as(rows.admin).post(reverse("admin:partners_user_add"), form)


def test_what_is_odd_is_answered_and_no_error(client, rows):
    client.act_as(rows.admin)
    action = {"action": "deactivate", "_selected_action": "abc"}
    assert client.post(page(User), action).status_code == 400
    assert client.get(reverse("admin:password_change")).status_code == 404  # a second door
    member = Membership.objects.filter(organisation=rows.pilot.municipality).first()
    change = reverse("admin:partners_membership_change", args=[member.pk])
    early = {"until": (member.since - timedelta(days=1)).strftime("%d-%m-%Y")}
    answer = client.post(change, early | client.seen(change))
    assert answer.status_code == 200
    assert "vóór het begin van de rol" in answer.text


def test_who_left_for_elsewhere_is_no_more_to_her_former_organisation(client, rows):
    here, there = rows.pilot.municipality, rows.stranger_team
    left = make.MembershipFactory(
        team=rows.municipal, until=timezone.localdate() - timedelta(days=1), user__name="Vertrokken"
    ).user
    assert left.memberships.get().organisation == here
    client.act_as(rows.admin)
    assert "Vertrokken" in client.get(page(User)).text  # whose account is still to be closed
    make.MembershipFactory(team=there, user=left)
    assert "Vertrokken" not in client.get(page(User)).text


def test_a_role_that_is_given_an_end_is_told_to_her_and_to_who_oversees(client, rows):
    membership = Membership.objects.get(user=rows.officer)
    other = make.MembershipFactory(
        office=True, team=None, organisation=membership.organisation, role="functional_admin"
    ).user
    OutboxMessage.objects.all().delete()
    change = reverse("admin:partners_membership_change", args=[membership.pk])
    until = {"until": timezone.localdate().strftime("%d-%m-%Y")}
    until |= client.act_as(rows.admin).seen(change)
    assert client.post(change, until).status_code == 302
    told = set(OutboxMessage.objects.values_list("user", flat=True))
    assert told == {rows.officer.pk, rows.admin.pk, other.pk}
    assert "privacyfunctionaris" in OutboxMessage.objects.first().body


def test_the_ministry_is_second_only_where_there_are_not_two(client, rows):
    here = rows.pilot.municipality
    ministry = make.MembershipFactory(
        office=True, team=None, organisation__kind="ministry", role="functional_admin"
    ).user
    waiting = give_role(rows)
    shown = client.act_as(ministry).get(page(Membership)).context["cl"].result_list
    assert waiting in shown
    make.MembershipFactory(office=True, team=None, organisation=here, role="functional_admin")
    shown = client.get(page(Membership)).context["cl"].result_list
    assert waiting not in shown


def give_role(rows):
    """A role that waits for a second administrator."""
    row = Membership(
        user=make.UserFactory(),
        team=rows.municipal,
        organisation=rows.pilot.municipality,
        role="coordinator",
    )
    give(row, by=rows.admin)
    return row
