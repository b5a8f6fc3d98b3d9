"""The terms of the law: a dated table that administrators of the ministry add to, and nothing that
is six weeks by itself."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.formal_decisions.terms import TermsToObject
from casework.journey import guards as g
from casework.journey.calendar import is_ordinary, remedy_until
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import Decided, Facts, Ruling, fact_of
from casework.models import DecisionCopy, FormalDecision, Procedure
from governance.access.clearance import acting_as
from governance.law.models import LegalTerm, Term, term_on
from partners.models import AuditEntry, OutboxMessage
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.journeys import Held, Journey, ago, at, sent, six_weeks

REGULAR = (
    "no_fault",
    "no_fault_medical",
    "regular_family_life",
    "regular_medical",
    "regular_trafficking",
    "regular_other",
)
SEEDED = [
    ("objection_lvv_decision", "objection", 6, "Awb 6:7", date(1994, 1, 1)),
    ("objection_lvv_decision", "appeal", 6, "Awb 6:7", date(1994, 1, 1)),
    ("objection_lvv_decision", "higher_appeal", 6, "Awb 6:7, 6:24", date(1994, 1, 1)),
    *(
        (kind, stage, 4, "Vw 2000 69, lid 1", date(2001, 4, 1))
        for kind in REGULAR
        for stage in ("objection", "appeal")
    ),
]
ADD = "admin:governance_legalterm_add"
SHORTER = {
    "kind": "objection_lvv_decision",
    "stage": "objection",
    "length": "2",
    "unit": "week",
    "article": "Awb 6:7 (nieuw)",
}


def two_weeks_from(day):
    return LegalTerm.objects.create(**SHORTER | {"length": 2}, in_force_from=day)


@pytest.fixture
def national():
    ministry = make.OrganisationFactory(kind="ministry")
    return make.MembershipFactory(team=None, organisation=ministry, role=Role.FUNCTIONAL_ADMIN).user


# ------------------------------------------------------------ how a term counts


@pytest.mark.parametrize(
    ("known", "term", "ends"),
    [
        # four weeks to Christmas Day, a Friday: the Monday after it
        (date(2026, 11, 27), Term(4, "week", ""), date(2026, 12, 28)),
        (date(2026, 11, 30), Term(1, "week", ""), date(2026, 12, 7)),
        (date(2026, 11, 28), Term(1, "week", ""), date(2026, 12, 7)),  # not the Saturday
        # Atw 2: of three days from the Wednesday before Christmas the 24th alone is ordinary
        (date(2026, 12, 23), Term(3, "day", ""), date(2026, 12, 28)),
        (date(2027, 3, 25), Term(4, "day", ""), date(2027, 3, 31)),  # all four days of Easter
        (date(2026, 12, 24), Term(2, "day", ""), date(2026, 12, 28)),  # of two days Atw 1 alone
        (date(2026, 10, 3), Term(12, "week", ""), date(2026, 12, 28)),  # the 26th
        (date(2026, 9, 26), Term(13, "week", ""), date(2026, 12, 26)),  # Atw 4: does not move
        (date(2026, 9, 27), Term(90, "day", ""), date(2026, 12, 28)),
        (date(2026, 9, 26), Term(91, "day", ""), date(2026, 12, 26)),
    ],
)
def test_the_last_day_of_a_term(known, term, ends):
    assert remedy_until(known, term) == ends
    assert is_ordinary(ends) or ends == date(2026, 12, 26)


# ------------------------------------------------------------ the table


@pytest.mark.django_db
def test_the_table_begins_with_these_terms_and_nothing_else():
    rows = LegalTerm.objects.values_list("kind", "stage", "length", "article", "in_force_from")
    assert sorted(rows) == sorted(SEEDED)
    assert set(LegalTerm.objects.values_list("unit", flat=True)) == {"week"}
    assert LegalTerm.history.filter(history_type="+").count() == len(SEEDED)
    assert not LegalTerm.objects.filter(kind__in=("first_asylum", "repeat_asylum", "dublin"))


@pytest.mark.django_db
def test_a_term_holds_for_what_was_made_known_from_its_day_on():
    change = date(2027, 1, 1)
    two_weeks_from(change)
    rows = list(LegalTerm.objects.of("objection_lvv_decision", "objection"))
    assert term_on(rows, date(1993, 12, 31)) is None
    for days, weeks in ((-1, 6), (0, 2), (1, 2)):
        day = change + timedelta(days=days)
        assert term_on(rows, day).length == weeks
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT length, article FROM legal_term_on('objection_lvv_decision', 'objection', %s)",
                [day],
            )
            assert cursor.fetchall() == [(weeks, term_on(rows, day).article)]
    mistake = LegalTerm.objects.create(**SHORTER | {"length": 3}, in_force_from=change)
    rows = list(LegalTerm.objects.of("objection_lvv_decision", "objection"))
    assert term_on(rows, change) == mistake.term  # of one day the last one counts


@pytest.mark.django_db
def test_an_administrator_of_the_ministry_adds_a_term_and_pilots_hear_of_it(client, cast, national):
    today = timezone.localdate()
    form = SHORTER | {"in_force_from": f"{today:%d-%m-%Y}"}
    assert client.act_as(national).post(reverse(ADD), form).status_code == 302
    row = LegalTerm.objects.latest("pk")
    assert (row.length, row.article, row.in_force_from) == (2, "Awb 6:7 (nieuw)", today)
    assert row.history.get().history_user == national
    entry = AuditEntry.objects.get(action="legal_term_added")
    assert entry.actor_id == national.pk
    told = OutboxMessage.objects.filter(user=cast.coordinator).latest("pk")
    assert told.subject == "Een wettelijke termijn is toegevoegd"
    assert "2 weken (Awb 6:7 (nieuw))" in told.body
    listed = client.get(reverse("admin:governance_legalterm_changelist")).text
    assert "Vw 2000 69, lid 1" in listed
    assert "4 weken" in listed


@pytest.mark.django_db
def test_nobody_else_adds_a_term_and_nobody_changes_or_deletes_one(client, cast, national):
    today = f"{timezone.localdate():%d-%m-%Y}"
    before = LegalTerm.objects.count()
    for other in (cast.admin, cast.coordinator, cast.owner, cast.officer):
        answer = client.act_as(other).post(reverse(ADD), SHORTER | {"in_force_from": today})
        assert answer.status_code == 403
    row = LegalTerm.objects.first()
    for administrator in (cast.admin, national):
        client.act_as(administrator)
        change = reverse("admin:governance_legalterm_change", args=[row.pk])
        assert client.get(change).status_code == 200  # to read
        assert client.post(change, SHORTER | {"in_force_from": today}).status_code == 403
        delete = reverse("admin:governance_legalterm_delete", args=[row.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
    assert LegalTerm.objects.count() == before


@pytest.mark.django_db
def test_the_database_lets_only_the_ministry_add_a_term(cast, national):
    ended = make.MembershipFactory(
        team=None,
        organisation=national.memberships.get().organisation,
        role=Role.FUNCTIONAL_ADMIN,
        until=timezone.localdate(),
    ).user
    for other in (cast.admin, cast.coordinator, ended):
        with (
            acting_as(other),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            two_weeks_from(timezone.localdate())
    with acting_as(national):
        row = two_weeks_from(timezone.localdate())
        for statement in (
            "UPDATE governance_legalterm SET length = 1",
            "DELETE FROM governance_legalterm",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
    with acting_as(cast.owner):
        assert LegalTerm.objects.filter(pk=row.pk).exists()


# ------------------------------------------------------------ the term to object


@pytest.fixture
def refusing(journey):
    journey.to_conference()
    journey.room.decide("not_admitted")
    return journey


def field_of(page):
    return page.context["form"]["objection_until"]


@pytest.mark.django_db
def test_the_next_form_uses_a_term_that_was_added(refusing, client, national):
    today = timezone.localdate()
    page = refusing.get("coordinator", "formal_decision_add")
    assert field_of(page).value() == six_weeks(today)
    assert "Awb 6:7, Atw 1" in field_of(page).help_text
    assert "6 weken" in field_of(page).help_text
    assert "Controleer deze termijn" in field_of(page).help_text
    client.act_as(national).post(reverse(ADD), SHORTER | {"in_force_from": f"{today:%d-%m-%Y}"})
    page = refusing.get("coordinator", "formal_decision_add")
    ends = remedy_until(today, Term(2, "week", ""))
    assert field_of(page).value() == ends
    assert "Awb 6:7 (nieuw), Atw 1" in field_of(page).help_text
    assert "2 weken" in field_of(page).help_text
    longer = refusing.formal("refused")  # the six weeks of before
    assert longer.status_code == 400
    assert f"{g.format_day(ends)} (Awb 6:7 (nieuw), Atw 1)" in longer.text
    letter = refusing.formal("refused", objection_until=f"{ends:%d-%m-%Y}", letter=None)
    assert "(Awb 6:7 (nieuw), Atw 1)" in letter.text
    assert refusing.formal("refused", objection_until=f"{ends:%d-%m-%Y}").status_code == 302
    decision = FormalDecision.objects.get()
    assert decision.objection_until == ends
    shown = refusing.get("coordinator", "formal_decision", decision.reference).text
    assert "Awb 6:7 (nieuw), Atw 1. Controleer deze termijn" in shown
    assert fact_of(refusing.case).last_formal("refused").article == "Awb 6:7 (nieuw)"


@pytest.mark.django_db
def test_a_decision_that_was_known_before_the_change_keeps_the_old_term(refusing):
    today = timezone.localdate()
    two_weeks_from(today + timedelta(days=1))
    terms = TermsToObject()
    assert terms.until(today) == six_weeks(today)
    assert terms.until(today + timedelta(days=1)) == remedy_until(
        today + timedelta(days=1), Term(2, "week", "")
    )
    assert field_of(refusing.get("coordinator", "formal_decision_add")).value() == six_weeks(today)
    assert refusing.formal("refused").status_code == 302
    assert fact_of(refusing.case).last_formal("refused").article == "Awb 6:7"


@pytest.mark.django_db
def test_without_a_term_in_the_table_none_is_invented(refusing):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_legalterm")
    page = refusing.get("coordinator", "formal_decision_add")
    assert field_of(page).value() is None
    assert "geen wettelijke termijn ingevoerd" in field_of(page).help_text
    empty = refusing.formal("refused", objection_until="")
    assert empty.status_code == 400
    assert "Vul in tot wanneer" in empty.text
    day = timezone.localdate() + timedelta(days=40)
    letter = refusing.formal("refused", objection_until=40, letter=None)
    assert letter.status_code == 200
    assert "Awb 6:7" not in letter.text
    assert refusing.formal("refused", objection_until=40).status_code == 302
    decision = FormalDecision.objects.get()
    assert decision.objection_until == day
    shown = refusing.get("coordinator", "formal_decision", decision.reference).text
    assert "Awb 6:7" not in shown


@pytest.mark.django_db
def test_the_terms_cost_the_form_one_query(refusing, django_assert_num_queries):
    with django_assert_num_queries(1):
        terms = TermsToObject()
        for days in range(30):
            terms.until(ago(days))


# ------------------------------------------------------------ the term to appeal

TODAY = date(2026, 12, 1)
REFUSED = Facts(
    today=TODAY,
    state="not_admitted",
    formal=(
        Decided(
            kind="refused",
            on=date(2026, 1, 5),
            objection_until=date(2026, 2, 16),
            article="Awb 6:7",
        ),
    ),
)


def test_t15_waits_for_a_term_that_nobody_entered():
    facts = replace(REFUSED, rulings=(Ruling(date(2026, 3, 2), "higher_appeal", date(2026, 3, 5)),))
    missing = g.remedies_exhausted(facts)
    assert "hoger beroep" in missing.sentence
    assert "2 maart 2026" in missing.sentence
    [deadline] = deadlines_of(facts)
    assert (deadline.rule, deadline.on) == ("T15", date(2026, 3, 2))
    assert "beheerder" in deadline.what
    assert g.remedies_exhausted(REFUSED) is None


def test_t15_the_longest_of_two_remedies_counts():
    rulings = (
        Ruling(date(2026, 11, 16), "appeal", date(2026, 11, 23), Term(1, "week", "Vw 1")),
        Ruling(date(2026, 11, 2), "higher_appeal", date(2026, 11, 9), Term(4, "week", "Vw 2")),
    )
    facts = replace(REFUSED, rulings=rulings)
    assert "7 december 2026 (Vw 2, Atw 1)" in g.remedies_exhausted(facts).sentence
    [deadline] = deadlines_of(facts)
    assert deadline.on == date(2026, 12, 8)
    assert "Vw 2, Atw 1" in deadline.what


@pytest.mark.django_db
def test_facts_hold_the_term_of_the_day_of_each_ruling(refusing):
    assert refusing.formal("refused").status_code == 302
    ruled = timezone.localdate()
    objection = {
        "kind": "objection_lvv_decision",
        "applied_on": 0,
        "result": "dismissed",
        "result_on": 0,
        "known_on": 0,
        "checked_on": 0,
        "visibility": "permitted_partners",
        "representative": "",
    }
    refusing.done("municipality", "record_add", "procedure", **objection)
    [ruling] = fact_of(refusing.case).rulings
    assert ruling == Ruling(ruled, "appeal", ruled, Term(6, "week", "Awb 6:7"))
    LegalTerm.objects.create(
        kind="objection_lvv_decision",
        stage="appeal",
        length=10,
        unit="day",
        article="Awb 6:7a",
        in_force_from=ruled,
    )
    [ruling] = fact_of(refusing.case).rulings
    assert ruling.term == Term(10, "day", "Awb 6:7a")
    page = at(refusing.case, "record_add", "procedure_step")
    refusing.client.act_as(refusing.workers["municipality"])
    step = {"stage": "appeal", "happened_on": 0, "result": "dismissed", "known_on": 0, "remark": ""}
    refusing.client.post(f"{page}?bij={Procedure.objects.get().reference}", sent(step))
    [ruling] = fact_of(refusing.case).rulings
    assert ruling == Ruling(ruled, "higher_appeal", ruled, Term(6, "week", "Awb 6:7, 6:24"))


def objection(**fields):
    return {
        "kind": "objection_lvv_decision",
        "applied_on": -9,
        "result": "dismissed",
        "result_on": -9,
        "checked_on": 0,
        "visibility": "permitted_partners",
        "representative": "",
        **fields,
    }


def test_t15_waits_for_the_day_on_which_a_ruling_was_made_known():
    facts = replace(REFUSED, rulings=(Ruling(date(2026, 3, 2), "appeal"),))
    missing = g.remedies_exhausted(facts)
    assert "2 maart 2026" in missing.sentence
    assert "Awb 6:8" in missing.sentence
    assert missing.page == "procedures"
    [deadline] = deadlines_of(facts)
    assert (deadline.rule, deadline.on, deadline.page) == ("T15", date(2026, 3, 2), "procedures")
    assert deadline.what == missing.sentence
    assert g.appeal_until(facts) is None


def test_a_term_counts_from_the_day_a_ruling_was_made_known_and_not_from_its_own():
    known, term = date(2026, 11, 9), Term(6, "week", "Awb 6:7")
    facts = replace(REFUSED, rulings=(Ruling(date(2026, 8, 3), "appeal", known, term),))
    assert g.appeal_until(facts) == (date(2026, 12, 21), "Awb 6:7")
    assert "21 december 2026" in g.remedies_exhausted(facts).sentence


@pytest.mark.django_db
def test_no_term_is_counted_for_a_ruling_until_it_is_entered_when_it_was_made_known(client, pilot):
    refusing = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    refusing.done("ngo", "intake", begun_on=-85)
    refusing.fill_intake()
    refusing.request_dossiers(on=-80)
    for service in ("ind", "dtv"):
        refusing.deliver(service, on=-70)
    refusing.room = Held(refusing, -50)
    assert refusing.room.add().status_code == 302
    assert refusing.room.decide("not_admitted").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_legalterm WHERE stage = 'objection'")
    days = {"decided_on": -20, "known_on": -20, "known_by": "Z-1", "effective_on": -20}
    assert refusing.formal("refused", objection_until=-10, **days).status_code == 302
    refusing.done("municipality", "record_add", "procedure", **objection())
    [ruling] = fact_of(refusing.case).rulings
    assert ruling == Ruling(ago(9), "appeal")
    refused = refusing.step("coordinator", "dismiss")
    assert "is niet vastgelegd" in refused.text
    assert "#dossier-procedure" in refused.text
    row = Procedure.objects.get()
    shown = refusing.get("municipality", "record_detail", "procedure", row.reference).text
    assert "Laatste dag voor beroep" in shown
    assert "niet bekend" in shown
    change = ("record_change", "procedure", row.reference)
    early = refusing.post("municipality", *change, **objection(known_on=-10, version=1))
    assert early.status_code == 400
    assert "niet vóór de dag waarop die er kwam" in early.text
    assert (
        refusing.post("municipality", *change, **objection(known_on=-2, version=1)).status_code
        == 302
    )
    [ruling] = fact_of(refusing.case).rulings
    six = Term(6, "week", "Awb 6:7")
    assert ruling == Ruling(ago(9), "appeal", ago(2), six)
    shown = refusing.get("municipality", "record_detail", "procedure", row.reference).text
    ends = g.format_day(remedy_until(ago(2), six))
    assert f"{ends} (Awb 6:7, Atw 1)" in shown
    assert ends in refusing.step("coordinator", "dismiss").text
    step = make.RECORDS["procedurestep"](
        case=refusing.case,
        author_team=refusing.teams["municipality"],
        procedure=row,
        stage="appeal",
        happened_on=ago(2),
        result="dismissed",
    )
    assert fact_of(refusing.case).rulings == (Ruling(ago(2), "higher_appeal"),)
    step.known_on = ago(1)
    step.save()
    six = Term(6, "week", "Awb 6:7, 6:24")
    assert fact_of(refusing.case).rulings == (Ruling(ago(2), "higher_appeal", ago(1), six),)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("procedure", {"result": "pending", "known_on": ago(0)}),
        ("procedure", {"result": "dismissed", "result_on": ago(1), "known_on": ago(2)}),
        ("procedurestep", {"result": "", "known_on": ago(0)}),
        ("procedurestep", {"result": "pending", "known_on": ago(0)}),
        ("procedurestep", {"result": "dismissed", "happened_on": ago(1), "known_on": ago(2)}),
    ],
)
def test_only_a_result_is_made_known_and_not_before_its_own_day(cast, kind, fields):
    with pytest.raises(IntegrityError, match="known_after"), transaction.atomic():
        make.RECORDS[kind](case=cast.case, author_team=cast.municipal, **fields)


@pytest.mark.django_db
def test_the_page_of_a_stage_says_until_when_its_remedy_is_open(refusing):
    """By the terms of its own kind of procedure; where the table holds none, nothing is said."""
    ind = {"case": refusing.case, "author_team": refusing.teams["ind"]}

    def last_days(kind, stage, **fields):
        procedure = make.RECORDS["procedure"](kind=kind, **ind)
        step = make.RECORDS["procedurestep"](
            procedure=procedure,
            stage=stage,
            **ind,
            **{"result": "rejected", "known_on": ago(3), **fields},
        )
        page = refusing.get("ind", "record_detail", "procedure_step", step.reference)
        return [line for line in page.context["lines"] if "Laatste dag" in line.label]

    four = f"{g.format_day(remedy_until(ago(3), Term(4, 'week', '')))} (Vw 2000 69, lid 1, Atw 1)"
    [line] = last_days("no_fault", "decision")
    assert (line.label, line.text) == ("Laatste dag voor bezwaar", four)
    [line] = last_days("regular_medical", "objection")
    assert (line.label, line.text) == ("Laatste dag voor beroep", four)
    [line] = last_days("no_fault", "decision", known_on=None)
    assert "Awb 6:8" in line.text
    assert last_days("no_fault", "appeal") == []  # no term of a higher appeal is entered
    assert last_days("no_fault", "decision", result="granted") == []
    assert last_days("no_fault", "interim_relief") == []
    assert last_days("first_asylum", "decision") == []
    LegalTerm.objects.create(
        kind="first_asylum", stage="appeal", length=1, article="Vw 2000 69", in_force_from=ago(9)
    )
    [line] = last_days("first_asylum", "decision")  # against that one appeals at once
    assert line.label == "Laatste dag voor beroep"
    asylum = make.RECORDS["procedure"](
        kind="no_fault", result="rejected", result_on=ago(3), known_on=ago(3), **ind
    )
    page = refusing.get("ind", "record_detail", "procedure", asylum.reference).text
    assert "Laatste dag voor bezwaar" in page
    make.RECORDS["procedurestep"](procedure=asylum, stage="objection", happened_on=ago(5), **ind)
    page = refusing.get("ind", "record_detail", "procedure", asylum.reference).text
    assert "Laatste dag voor beroep" in page


# ------------------------------------------------------------ who gets a copy


def represented(journey, name, **fields):
    make.RECORDS["procedure"](
        case=journey.case,
        author_team=journey.teams["ind"],
        representative=name,
        **{"result": "pending", "result_on": None, **fields},
    )


def offered(page):
    letter = page.context["letter"]
    return [label for _value, label in letter.fields["copies"].choices]


@pytest.mark.django_db
def test_a_representative_whom_the_writer_reads_gets_a_copy(refusing):
    represented(refusing, "mr. Jansen")
    represented(refusing, "mr. Ander", result="rejected", result_on=ago(0))
    represented(refusing, "mr. Geheim", visibility="own_organisation")
    letter = refusing.formal("refused", letter=None)
    assert offered(letter) == ["mr. Jansen"]
    assert re.search(r'checked [^>]*value="name:mr. Jansen"', letter.text)
    assert "Geheim" not in letter.text
    unknown = refusing.formal("refused", copies=["name:mr. Geheim"])
    assert unknown.status_code == 400  # not issued: the letter again, with what is wrong
    assert not FormalDecision.objects.exists()
    assert refusing.formal("refused", copies=["name:mr. Jansen"]).status_code == 302
    decision = FormalDecision.objects.get()
    assert [copy.name for copy in decision.copies.all()] == ["mr. Jansen"]
    shown = refusing.get("coordinator", "formal_decision", decision.reference).text
    assert "Afschrift aan: mr. Jansen" in shown


@pytest.mark.django_db
def test_who_is_unticked_gets_no_copy_and_without_a_representative_nothing_is_asked(refusing):
    assert "copies" not in refusing.formal("refused", letter=None).context["letter"].fields
    represented(refusing, "mr. Jansen")
    assert refusing.formal("refused").status_code == 302
    decision = FormalDecision.objects.get()
    assert not decision.copies.exists()
    shown = refusing.get("coordinator", "formal_decision", decision.reference).text
    assert "Afschrift" not in shown


@pytest.mark.django_db
def test_a_legal_team_that_takes_part_gets_a_copy_of_which_others_do_not_hear(refusing):
    legal = refusing.teams["legal"]
    make.InvolvementFactory(case=refusing.case, team=legal)
    represented(refusing, "mr. Jansen")
    letter = refusing.formal("refused", letter=None)
    assert offered(letter) == ["mr. Jansen", legal.label]
    chosen = ["name:mr. Jansen", f"team:{legal.pk}"]
    assert refusing.formal("refused", copies=chosen).status_code == 302
    decision = FormalDecision.objects.get()
    assert [(copy.name, copy.team) for copy in decision.copies.all()] == [
        ("mr. Jansen", None),
        ("", legal),
    ]
    whole = f"Afschrift aan: mr. Jansen; {legal.label}"
    assert whole in refusing.get("coordinator", "formal_decision", decision.reference).text
    # who reads procedures may not read this one, and the names tell of legal aid
    for other in ("dtv", "ngo", "ind"):
        others = refusing.get(other, "formal_decision", decision.reference)
        assert others.status_code == 200
        assert "Afschrift" not in others.text
        assert legal.label not in others.text


@pytest.mark.django_db
def test_the_database_shows_a_copy_to_the_team_that_decided_alone(refusing):
    make.InvolvementFactory(case=refusing.case, team=refusing.teams["legal"])
    represented(refusing, "mr. Jansen")
    copies = ["name:mr. Jansen", f"team:{refusing.teams['legal'].pk}"]
    assert refusing.formal("refused", copies=copies).status_code == 302
    decision = FormalDecision.objects.get()
    for name in ("coordinator", "municipality"):
        with acting_as(refusing.workers[name]):
            assert DecisionCopy.objects.count() == 2
    for name in ("ind", "dtv", "ngo"):
        with acting_as(refusing.workers[name]):
            assert FormalDecision.objects.exists()
            assert not DecisionCopy.objects.exists()
            with (
                pytest.raises(ProgrammingError, match="row-level security"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(  # returns nothing, which would be asked of the other policy
                    "INSERT INTO casework_decisioncopy (decision_id, name) VALUES (%s, 'mr. Ander')",
                    [decision.pk],
                )
    with acting_as(refusing.workers["coordinator"]):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            DecisionCopy.objects.create(decision=decision, team=make.TeamFactory())
        for statement in (
            "UPDATE casework_decisioncopy SET name = 'x'",
            "DELETE FROM casework_decisioncopy",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
    row = refusing.case.involvements.get(team=refusing.teams["municipality"])
    row.until = timezone.localdate()
    row.save()
    with acting_as(refusing.workers["municipality"]):
        assert not DecisionCopy.objects.exists()  # its team takes part no longer
