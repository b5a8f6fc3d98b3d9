"""Lists that are taken over: the dry run, doubles, batches, and undoing."""

import io
import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from casework.imports.acts import work_on_imports
from casework.imports.columns import guess_mapping
from casework.imports.models import ColumnMapping, Import, ImportFile, ImportRow
from casework.journey.acts import locked, take_step
from casework.journey.facts import fact_of
from casework.models import (
    Briefing,
    Case,
    IdentityValue,
    Involvement,
    Judgement,
    Person,
    ServiceDossier,
    Stay,
)
from governance.access.clearance import acting_as
from partners.accountability.history import save_fields
from partners.models import AuditEntry
from tests import factories as make

URL = reverse("casework:import_list")
HEAD = ["Naam", "Geboortedatum", "Nationaliteit", "V-nummer", "Aangemeld door"]
GOOD = [
    ["Amina Yusuf", "12-03-1985", "Ethiopische", "2000000001", "Wijkteam"],
    ["Bilal Haddad", "1990", "0052", "", ""],
    ["Chen Wei", "", "onbekend", "", "Kwam zelf"],
]


def xlsx(rows, change=None):
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def semicolons(rows, encoding="utf-8"):
    return "\r\n".join(";".join(row) for row in rows).encode(encoding)


pytestmark = pytest.mark.django_db


def uploaded(client, user, rows, name="lijst.csv"):
    content = semicolons(rows) if name.endswith("csv") else xlsx(rows)
    answer = client.act_as(user).post(URL, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.context["form"].errors
    work_on_imports()
    return Import.objects.latest("pk")


def page_of(upload):
    return reverse("casework:import_detail", args=[upload.reference])


def act(client, upload, **said):
    upload.refresh_from_db()
    answer = client.post(page_of(upload), {"version": str(upload.version), **said})
    work_on_imports()
    upload.refresh_from_db()
    return answer


def checked(client, user, rows, name="lijst.csv"):
    upload = uploaded(client, user, rows, name)
    mapping = {slug: str(column) for slug, column in upload.mapping.items()}
    assert act(client, upload, check="1", **mapping).status_code == 302
    assert upload.state == "checked"
    return upload


@pytest.mark.parametrize("name", ["lijst.csv", "lijst.xlsx"])
def test_a_list_is_read_checked_and_taken_over(client, cast, name):
    upload = checked(client, cast.owner, [HEAD, *GOOD], name)
    assert upload.mapping == {
        "name": 0,
        "birth_date": 1,
        "nationality": 2,
        "v_number": 3,
        "referrer": 4,
    }
    assert "3 rijen kunnen worden overgenomen" in client.get(page_of(upload)).text
    before = Case.objects.count()
    assert not IdentityValue.objects.filter(value="Amina Yusuf").exists()  # nothing yet
    assert act(client, upload, run="1").status_code == 302
    assert (upload.state, Case.objects.count() - before) == ("done", 3)
    case = IdentityValue.objects.get(value="Amina Yusuf").case
    assert case.history.get().history_user == cast.owner
    assert (case.referrer, case.lead_team, case.case_manager, case.state) == (
        "Wijkteam",
        cast.municipal,
        cast.owner,
        "registered",
    )
    values = {value.kind: value for value in case.identity_values.all()}
    assert (values["birth_date"].value, values["nationality"].value, values["v_number"].value) == (
        "1985-03-12",
        "0114",
        "2000000001",
    )
    assert values["name"].history.get().history_user == cast.owner
    assert values["name"].sounds
    assert case.doubles_judged_on == timezone.localdate()
    assert not ImportRow.objects.filter(
        cells__icontains="Amina"
    ).exists()  # of what was taken over only the case stays
    assert AuditEntry.objects.filter(action="import_running", actor_id=cast.owner.pk).exists()
    # The gap becomes a task: nobody told her yet.
    assert (
        "Vertel de persoon"
        in client.get(reverse("casework:case_detail", args=[case.reference])).text
    )
    # The columns are remembered for the team.
    assert ColumnMapping.objects.filter(team=cast.municipal, field="name", header="naam").exists()


def test_columns_a_team_calls_its_own_way_are_remembered(client, cast):
    upload = uploaded(client, cast.owner, [["Wie", "Wanneer"], ["Amina Yusuf", "1985"]])
    assert upload.mapping == {}
    assert act(client, upload, check="1").status_code == 400  # no name
    assert (
        act(client, upload, check="1", name="0", birth_date="0").status_code == 400
    )  # one column twice
    assert act(client, upload, check="1", name="0", birth_date="1").status_code == 302
    with acting_as(cast.owner):
        assert guess_mapping(["Wie", "Wanneer"], cast.municipal) == {"name": 0, "birth_date": 1}
    with acting_as(cast.stranger):
        assert guess_mapping(["Wie", "Wanneer"], cast.stranger_team) == {}


def test_problems_stand_by_row_and_cell_and_good_rows_may_go_ahead(client, cast):
    rows = [
        HEAD,
        GOOD[0],
        ["", "1985", "", "", ""],
        ["Dora Kaya", "31-02-1999", "", "12", ""],
        GOOD[1],
    ]
    upload = checked(client, cast.owner, rows)
    page = client.get(page_of(upload)).text
    for words in (
        "Er staat geen naam",
        "Deze datum bestaat niet",
        "precies tien cijfers",
        "31-02-1999",
    ):
        assert words in page, words
    assert "2 rijen kunnen worden overgenomen" in page
    before = Case.objects.count()
    act(client, upload, run="1")
    assert Case.objects.count() == before + 2
    assert upload.rows.filter(case=None).count() == 2


def test_problems_of_every_row_are_shown_a_page_at_a_time(client, cast, monkeypatch):
    monkeypatch.setattr("casework.imports.views.SHOWN", 2)
    upload = checked(client, cast.owner, [HEAD, *(["", "1985", "", "", ""] for _row in range(5))])
    shown = []
    for page in ("1", "2", "3", "x"):
        answer = client.get(page_of(upload) + f"?blad={page}")
        shown.append({number for number, *_rest in answer.context["problems"]})
    assert shown == [{2, 3}, {4, 5}, {6}, {2, 3}]


def test_what_a_list_made_and_undid_stands_in_the_history(client, cast):
    upload = checked(client, cast.owner, [HEAD, GOOD[0]])
    act(client, upload, run="1")
    case = Case.objects.latest("pk")
    value = case.identity_values.get(kind="name")
    act(client, upload, undo="1")
    progress = case.progress
    for row, was, now in ((progress, "registered", "archived"), (value, "", "mistake")):
        newer, older = row.history.order_by("-history_id")
        said = "state" if row is progress else "end_reason"
        assert (getattr(older, said), getattr(newer, said)) == (was, now)
        assert (older.history_type, newer.history_type) == ("+", "~")
        assert newer.history_change_reason == "import undone"
        assert {older.history_user, newer.history_user} == {cast.owner}
        assert older.history_date < newer.history_date
    assert case.history.latest().left_on == timezone.localdate()
    with pytest.raises(NotImplementedError):
        save_fields([case], ["left_on"])  # what is tracked has no way round its history


def test_a_batch_costs_as_many_statements_for_three_rows_as_for_twenty(
    client, cast, django_assert_max_num_queries
):
    def cost(number, **said):
        rows = [
            [f"{letter}{letter}ond Persoon", "1985", "", str(2000000000 + 100 * number + n), ""]
            for n, letter in enumerate("bcdfghjklmnpqrstvwxz"[:number])
        ]
        for name, *_rest in rows:  # each looks like somebody who is registered
            make.CaseFactory(lead_team=cast.municipal, named=name.title(), state="exited")
        upload = uploaded(client, cast.owner, [HEAD, *rows])
        found = []
        for step in (
            {"check": "1", **{s: str(c) for s, c in upload.mapping.items()}},
            {"run": "1"},
            {"undo": "1"},
        ):
            upload.refresh_from_db()
            answers = (
                {f"row{row.number}": "new" for row in upload.rows.exclude(doubles=[])}
                if "run" in step
                else {}
            )
            assert len(answers) == (number if "run" in step else 0)
            client.post(page_of(upload), {"version": str(upload.version), **step, **answers})
            with django_assert_max_num_queries(400) as seen:
                work_on_imports()
            found.append(len(seen.captured_queries))
        return found

    assert cost(20) == cost(3)


def test_two_rows_about_one_person_are_both_named(client, cast):
    twin = ["Andere Naam", "1991", "", "2000000001", ""]
    upload = checked(client, cast.owner, [HEAD, GOOD[0], twin, GOOD[1], [*GOOD[1][:2], "", "", ""]])
    problems = {row.number: [words for _column, words in row.problems] for row in upload.rows.all()}
    assert "V-nummer" in problems[2][0]
    assert "rij 3" in problems[2][0]
    assert "rij 2" in problems[3][0]
    assert "geboortedatum" in problems[4][0] or not problems[4]


def test_likely_doubles_are_shown_and_judged_before_they_are_taken_over(client, cast):
    known = make.CaseFactory(lead_team=cast.municipal, named="Bilal Hadad", state="exited")
    make.NameFactory(case=known, kind="birth_date", value="1990-05-04", author_team=cast.municipal)
    hidden = make.CaseFactory(lead_team=cast.stranger_team, named="Amina Yusuf")
    make.NameFactory(
        case=hidden, kind="v_number", value="2000000001", author_team=cast.stranger_team
    )
    rows = [HEAD, GOOD[0], ["Bilal Haddad", "04-05-1990", "", "", ""]]
    upload = checked(client, cast.owner, rows)
    page = client.get(page_of(upload)).text
    assert known.number in page
    assert hidden.number not in page
    assert "Amina Yusuf" not in page  # whom she may not see is no double for her
    before = Case.objects.count()
    act(client, upload, run="1")  # the unjudged row is left
    assert Case.objects.count() == before + 1
    upload = checked(client, cast.owner, rows[:1] + rows[2:])
    act(
        client, upload, answers="1", row2=f"same:{hidden.reference}"
    )  # not among those shown: no answer
    assert upload.rows.get(number=2).answer == ""
    act(client, upload, run="1", row2=f"same:{known.reference}")
    again = Case.objects.filter(person=known.person).exclude(pk=known.pk).get()
    assert again.state == "registered"
    assert not Judgement.objects.exists()
    upload = checked(client, cast.owner, [HEAD, ["Bilal Hadad", "05-05-1990", "", "", ""]])
    row = upload.rows.get()
    shown = [case for case, _words in row.doubles]
    act(client, upload, run="1", **{f"row{row.number}": "new"})  # somebody else: that is remembered
    made = Case.objects.latest("pk")
    others = {
        j.one_id + j.other_id - made.person_id for j in Judgement.objects.filter(answer="not_same")
    }
    assert (
        others == set(Case.objects.filter(pk__in=shown).values_list("person", flat=True)) != set()
    )


def test_who_got_an_open_case_meanwhile_is_left_out(client, cast):
    known = make.CaseFactory(lead_team=cast.municipal, named="Bilal Haddad", state="exited")
    make.NameFactory(case=known, kind="birth_date", value="1990-05-04", author_team=cast.municipal)
    upload = checked(client, cast.owner, [HEAD, ["Bilal Haddad", "04-05-1990", "", "", ""]])
    make.CaseFactory(lead_team=cast.municipal, person=known.person)
    act(client, upload, run="1", row2=f"same:{known.reference}")
    row = upload.rows.get()
    assert row.case is None
    assert "open casus" in row.problems[0][1]


def test_running_cases_are_taken_over_by_the_coordinator(client, cast):
    head = ["Naam", "Status", "Sinds", "Aangemeld op", "Opvang vanaf"]
    row = ["Dawit Tesfaye", "In begeleiding", "01-05-2026", "01-02-2026", "03-02-2026"]
    upload = checked(client, cast.owner, [head, row])
    assert "coördinator" in upload.rows.get().problems[0][1]
    upload = checked(client, cast.coordinator, [head, row])
    act(client, upload, run="1")
    case = IdentityValue.objects.get(value="Dawit Tesfaye").case
    assert (case.state, case.progress.since, case.registered_on) == (
        "in_guidance",
        date(2026, 5, 1),
        date(2026, 2, 1),
    )
    assert Stay.objects.get(case=case).since == date(2026, 2, 3)
    assert Involvement.objects.filter(
        case=case, team=cast.partner_team, ground="made_known"
    ).exists()  # R7
    assert not Briefing.objects.filter(case=case).exists()


def test_t18_days_that_are_known_come_along_and_gaps_are_findings(client, cast):
    head = [
        "Naam",
        "Status",
        "Aangemeld op",
        "Toegelaten op",
        "In begeleiding vanaf",
        "Geïnformeerd op",
        "Taal",
    ]
    upload = checked(
        client,
        cast.coordinator,
        [
            head,
            [
                "Dawit Tesfaye",
                "In begeleiding",
                "01-02-2026",
                "01-04-2026",
                "01-05-2026",
                "01-02-2026",
                "Tigrinya",
            ],
            ["Senait Kidane", "Toegelaten", "01-02-2026", "", "", "", ""],
            ["Abel Girmay", "Intake", "01-02-2026", "01-04-2026", "", "", ""],
            ["Luwam Haile", "In begeleiding", "01-02-2026", "01-05-2026", "01-04-2026", "", ""],
            ["Yonas Weldu", "Toegelaten", "01-02-2026", "01-01-2026", "", "", ""],
            ["Meron Asfaw", "Toegelaten", "", "01-04-2026", "", "", ""],
        ],
    )
    said = [[words for _column, words in row.problems] for row in upload.rows.order_by("number")]
    assert said[:2] == [[], []]
    assert [len(words) for words in said[2:]] == [1, 1, 1, 1]
    act(client, upload, run="1")
    case = IdentityValue.objects.get(value="Dawit Tesfaye").case
    assert (fact_of(case).admitted_on, fact_of(case).guidance_from) == (
        date(2026, 4, 1),
        date(2026, 5, 1),
    )
    assert case.progress.since == date(2026, 5, 1)
    page = client.act_as(cast.coordinator).get(f"/casussen/{case.reference}/").text
    gaps = page[page.index("Onbekend uit eerdere stappen") :].partition("</section>")[0]
    for gap in (
        "Er is geen intake",
        "dossiers van IND en DT&amp;V",
        "LSO-besluit tot toelating",
        "formeel besluit",
        "scenario",
    ):
        assert gap in gaps, gap
    assert "Sinds wanneer de persoon is toegelaten" not in gaps
    assert "wat er met de gegevens gebeurt" not in gaps  # she was told
    assert (
        "Onbekend uit eerdere stappen"
        not in client.act_as(cast.partner).get(f"/casussen/{case.reference}/").text
    )
    other = IdentityValue.objects.get(value="Senait Kidane").case
    page = client.act_as(cast.coordinator).get(f"/casussen/{other.reference}/").text
    gaps = page[page.index("Onbekend uit eerdere stappen") :].partition("</section>")[0]
    assert "Sinds wanneer de persoon is toegelaten" in gaps
    assert "scenario" not in gaps  # that comes with the next step
    assert (
        other.progress.deadline_on == other.registered_on
    )  # nobody asked for dossiers yet: it waits for who leads


def test_t18_days_of_dossiers_come_along_on_behalf_of_the_services_and_the_rest_period_follows(
    client, pilot
):
    head = ["Naam", "Status", "Aangemeld op", "Dossier IND", "Dossier DT&V"]
    today = timezone.localdate()
    ind, dtv = ((today - timedelta(days=days)).strftime("%d-%m-%Y") for days in (30, 20))
    upload = checked(
        client,
        pilot.workers["coordinator"],
        [
            head,
            ["Dawit Tesfaye", "Rusttermijn", "01-02-2026", ind, dtv],
            ["Senait Kidane", "Rusttermijn", "01-02-2026", ind, ""],
            ["Abel Girmay", "Intake", "01-02-2026", ind, dtv],
        ],
    )
    said = [[words for _column, words in row.problems] for row in upload.rows.order_by("number")]
    assert said[:2] == [[], []]
    assert len(said[2]) == 2  # before anybody asked
    act(client, upload, run="1")
    case = IdentityValue.objects.get(value="Dawit Tesfaye").case
    rows = {row.of: row for row in ServiceDossier.objects.filter(case=case)}
    assert rows["ind"].source_team == pilot.teams["ind"]
    assert rows["ind"].received_on == today
    assert rows["dtv"].delivered_on == today - timedelta(days=20)
    assert case.progress.deadline_on == today - timedelta(
        days=6
    )  # fourteen days after the later one
    with acting_as(pilot.workers["ind"]):
        assert set(
            IdentityValue.objects.filter(
                kind="name", case__progress__state="rest_period"
            ).values_list("value", flat=True)
        ) == {"Dawit Tesfaye", "Senait Kidane"}
    page = client.act_as(pilot.workers["coordinator"]).get(f"/casussen/{case.reference}/").text
    gaps = page[page.index("Onbekend uit eerdere stappen") :].partition("</section>")[0]
    assert "dossiers" not in gaps
    half = IdentityValue.objects.get(value="Senait Kidane").case
    page = client.get(f"/casussen/{half.reference}/").text
    assert (
        "dossiers" in page[page.index("Onbekend uit eerdere stappen") :].partition("</section>")[0]
    )
    adding = f"/casussen/{case.reference}/dossier/dossier/nieuw/"
    own = {
        "result": "complete",
        "delivered_on": ind,
        "completed_on": "",
        "remark": "",
        "visibility": "",
    }
    assert (
        client.act_as(pilot.workers["ind"])
        .post(adding, own | {"form_token": str(uuid.uuid4())})
        .status_code
        == 302
    )
    act(client.act_as(pilot.workers["coordinator"]), upload, undo="1")


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("Aangemeld", "before_decision"),
        ("Intake", "before_decision"),
        ("In LSO", "before_decision"),
        ("Toegelaten", "admitted"),
        ("In begeleiding", "admitted"),
    ],
)
def test_who_is_sheltered_is_not_said_to_be_admitted(client, cast, words, ground):
    """R4: nor to have been brought in at night, of which nobody knows."""
    head = ["Naam", "Status", "Sinds", "Aangemeld op", "Opvang vanaf"]
    row = ["Dawit Tesfaye", words, "01-05-2026", "01-02-2026", "03-02-2026"]
    act(client, checked(client, cast.coordinator, [head, row]), run="1")
    assert Stay.objects.get().ground == ground


def test_a_case_that_took_a_step_was_worked_on(client, cast):
    upload = checked(client, cast.owner, [HEAD, GOOD[0]])
    act(client, upload, run="1")
    case = Case.objects.latest("pk")
    with acting_as(cast.owner) as clearance:
        take_step(locked(case), "T2", by=clearance)
    act(client, upload, undo="1")
    case.refresh_from_db()
    assert case.state == "intake"


def test_a_team_that_does_not_read_how_far_a_case_is_undoes_its_list_too(client, pilot):
    upload = checked(client, pilot.workers["shelter"], [HEAD, GOOD[0]])
    act(client, upload, run="1")
    case = Case.objects.latest("pk")
    act(client, upload, undo="1")
    case.refresh_from_db()
    assert (upload.state, case.state) == ("undone", "archived")
    assert case.steps_taken.last().state == "archived"


def test_the_whole_import_is_undone_but_for_what_was_worked_on(client, cast):
    upload = checked(client, cast.owner, [HEAD, *GOOD])
    act(client, upload, run="1")
    worked_on = IdentityValue.objects.get(value="Chen Wei").case
    # By a team that keeps it to itself: the importer does not see it, and still it is no longer
    # only hers.
    make.InvolvementFactory(case=worked_on, team=cast.partner_team)
    make.NoteFactory(case=worked_on, author_team=cast.partner_team, visibility="own_organisation")
    people = Person.objects.count()
    act(client, upload, undo="1")
    assert upload.state == "undone"
    page = client.get(page_of(upload)).text
    assert "2 casussen zijn teruggedraaid" in page
    assert "1 casus is behouden" in page
    assert Person.objects.count() == people  # nothing is deleted
    gone = IdentityValue.objects.get(value="Amina Yusuf")
    assert (gone.end_reason, gone.case.state) == ("mistake", "archived")
    assert gone.history.count() == 2
    with acting_as(cast.owner):
        names = set(IdentityValue.objects.filter(kind="name").values_list("value", flat=True))
    assert "Chen Wei" in names
    assert "Amina Yusuf" not in names


def test_access_withdrawn_half_way_stops_it(client, cast, monkeypatch):
    monkeypatch.setattr("casework.imports.acts.BATCH", 2)
    monkeypatch.setattr("casework.imports.acts.SECONDS_A_ROUND", 0)
    upload = uploaded(client, cast.owner, [HEAD, *GOOD, ["Emre Demir", "1980", "", "", ""]])
    act(client, upload, check="1", name="0", birth_date="1")
    assert (upload.state, upload.done) == ("checking", 2)
    work_on_imports()
    upload.refresh_from_db()
    assert upload.state == "checked"
    act(client, upload, run="1")
    assert (upload.state, upload.done) == ("running", 2)
    cast.owner.memberships.update(until=timezone.localdate())
    before = Case.objects.count()
    work_on_imports()
    upload.refresh_from_db()
    assert (upload.state, Case.objects.count()) == ("checked", before)
    assert "Gestopt" in upload.stopped
    # Who may again goes on where it stopped.
    cast.owner.memberships.update(until=None)
    client.act_as(cast.owner)
    act(client, upload, run="1")
    work_on_imports()
    work_on_imports()
    upload.refresh_from_db()
    assert (upload.state, Case.objects.count()) == ("done", before + 2)


def test_a_row_that_names_anothers_case_tells_nothing_of_it(client, cast):
    """By SQL one may write any number into a row of one's own; how much stands in that case
    stays unknown."""
    upload = checked(client, cast.owner, [HEAD, *GOOD])
    with acting_as(cast.owner), connection.cursor() as cursor:
        upload.rows.filter(number=2).update(case=cast.other_case)
        cursor.execute("SELECT import_seal(%s)", [upload.pk])
        cursor.execute("SELECT import_untouched(%s, %s)", [upload.pk, [cast.other_case.pk]])
        assert cursor.fetchall() == []
        assert upload.rows.get(number=2).footprint is None


def test_who_lost_the_role_takes_over_no_running_cases(client, cast):
    head, row = ["Naam", "Status"], ["Dawit Tesfaye", "In begeleiding"]
    upload = checked(client, cast.coordinator, [head, row])
    cast.coordinator.memberships.update(role="caseworker")
    before = Case.objects.count()
    act(client, upload, run="1")
    assert Case.objects.count() == before
    assert "coördinator" in upload.rows.get().problems[0][1]


def test_whom_somebody_registered_meanwhile_is_judged_first(client, cast):
    upload = checked(client, cast.owner, [HEAD, GOOD[0], GOOD[1]])
    known = make.CaseFactory(lead_team=cast.municipal, named="Amina Yusuf")
    make.NameFactory(case=known, kind="v_number", value="2000000001", author_team=cast.municipal)
    before = Case.objects.count()
    act(client, upload, run="1")
    assert (Case.objects.count(), upload.state) == (before + 1, "checked")
    assert known.number in client.get(page_of(upload)).text
    act(client, upload, run="1", row2="skip")
    assert (Case.objects.count(), upload.state) == (before + 1, "done")


def test_an_import_that_breaks_does_not_stop_the_others(client, cast):
    broken = uploaded(client, cast.owner, [HEAD, *GOOD])
    other = uploaded(client, cast.stranger, [HEAD, *GOOD])
    Import.objects.update(state="checking")
    cast.owner.is_active = False
    cast.owner.save()
    work_on_imports()
    for upload in (broken, other):
        upload.refresh_from_db()
    assert (broken.state, other.state) == ("uploaded", "checked")
    assert "fout" in broken.stopped


def test_a_list_without_texts_above_the_columns_is_no_list(client, cast):
    assert uploaded(client, cast.owner, GOOD).state == "refused"
    assert not ColumnMapping.objects.exists()


def sent(client, user, content):
    answer = client.act_as(user).post(URL, {"file": SimpleUploadedFile("lijst.csv", content)})
    assert answer.status_code == 302
    return Import.objects.latest("pk")


def test_a_file_is_only_kept_until_it_is_read_and_its_page_says_how_far_it_is(client, cast):
    upload = sent(client, cast.owner, semicolons([HEAD, *GOOD]))
    assert (upload.state, upload.rows.count()) == ("reading", 0)
    assert b"Amina" in bytes(upload.file.content)
    for page in (page_of(upload), page_of(upload) + "voortgang/"):
        assert "De lijst wordt gelezen" in client.get(page).text
    assert "HX-Refresh" not in client.get(page_of(upload) + "voortgang/")
    for other in (cast.worker(cast.municipal), cast.coordinator, cast.stranger):
        with acting_as(other):
            assert not ImportFile.objects.exists()
    work_on_imports()
    upload.refresh_from_db()
    assert (upload.state, upload.rows.count()) == ("uploaded", 3)
    assert not ImportFile.objects.exists()
    assert client.get(page_of(upload) + "voortgang/")["HX-Refresh"] == "true"
    entry = AuditEntry.objects.get(action="import_uploaded")
    assert (entry.actor_id, entry.object_id) == (cast.owner.pk, str(upload.reference))


def test_a_file_that_cannot_be_read_is_refused_in_words_and_forgotten(client, cast):
    upload = sent(client, cast.owner, semicolons([["Naam"], ["x" * 3000]]))
    work_on_imports()
    upload.refresh_from_db()
    assert upload.state == "refused"
    assert not ImportFile.objects.exists()
    page = client.get(page_of(upload))
    assert "meer dan 2.000 tekens" in page.text
    assert "Lijst controleren" not in page.text
    discard = {"discard": "1", "version": str(upload.version)}
    assert client.post(page_of(upload), discard).status_code == 302
    assert not Import.objects.exists()


def test_a_file_whose_reader_breaks_off_is_not_read_again(client, cast, monkeypatch):
    upload = sent(client, cast.owner, semicolons([HEAD, *GOOD]))
    monkeypatch.setattr("casework.imports.acts.read_apart", lambda content: 1 / 0)
    work_on_imports()
    upload.refresh_from_db()
    assert (upload.state, ImportFile.objects.count()) == ("refused", 0)
    assert "fout" in upload.stopped
    assert client.get(page_of(upload)).status_code == 200


def test_who_left_the_team_leaves_no_file(client, cast):
    upload = sent(client, cast.owner, semicolons([HEAD, *GOOD]))
    cast.owner.memberships.update(until=timezone.localdate())
    work_on_imports()
    upload.refresh_from_db()
    assert (upload.state, ImportFile.objects.count()) == ("refused", 0)


def test_one_worker_has_three_files_waiting_at_most_and_one_is_read_a_round(client, cast):
    for _file in range(3):
        sent(client, cast.owner, semicolons([HEAD, *GOOD]))
    file = SimpleUploadedFile("lijst.csv", semicolons([HEAD, *GOOD]))
    answer = client.post(URL, {"file": file})
    assert answer.status_code == 400
    assert "eerdere lijsten zijn gelezen" in answer.text
    sent(client, cast.stranger, semicolons([HEAD, *GOOD]))  # nobody waits for what another may send
    for left in (3, 2, 1, 0):
        work_on_imports()
        assert ImportFile.objects.count() == left


def test_an_upload_is_its_owners_alone(client, cast):
    upload = checked(client, cast.owner, [HEAD, *GOOD])
    colleague = cast.worker(cast.municipal)
    for other in (colleague, cast.coordinator, cast.stranger):
        client.act_as(other)
        assert client.get(page_of(upload)).status_code == 404
        assert (
            client.post(page_of(upload), {"run": "1", "version": str(upload.version)}).status_code
            == 404
        )
        assert "lijst.csv" not in client.get(URL).text
        with acting_as(other):
            assert not Import.objects.exists()
            assert not ImportRow.objects.exists()
    for nobody in (cast.partner, cast.officer, cast.admin):
        assert client.act_as(nobody).get(URL).status_code == 403


def test_an_act_on_an_older_state_is_refused(client, cast):
    upload = checked(client, cast.owner, [HEAD, *GOOD])
    assert client.post(page_of(upload), {"run": "1", "version": "1"}).status_code == 409
    assert (
        client.post(page_of(upload), {"undo": "1", "version": str(upload.version)}).status_code
        == 409
    )
    assert act(client, upload, run="1").status_code == 302
    before = Case.objects.count()
    assert act(client, upload, run="1").status_code == 409
    assert Case.objects.count() == before


def test_what_nobody_takes_over_is_thrown_away_or_forgotten(client, cast):
    from lvv.jobs import forget

    upload = checked(client, cast.owner, [HEAD, *GOOD])
    assert (
        client.post(page_of(upload), {"discard": "1", "version": str(upload.version)}).status_code
        == 302
    )
    assert not ImportRow.objects.exists()
    upload = checked(client, cast.owner, [HEAD, *GOOD])
    sent(client, cast.owner, semicolons([HEAD, *GOOD]))  # while the work was silent
    forget()
    assert Import.objects.count() == 2
    Import.objects.update(uploaded_at=timezone.now() - timedelta(days=15))
    forget()
    assert not Import.objects.exists()


def test_each_batch_is_one_row_of_the_audit_log_written_last(client, cast, monkeypatch):
    monkeypatch.setattr("casework.imports.acts.BATCH", 2)
    monkeypatch.setattr("casework.imports.acts.SECONDS_A_ROUND", 0)
    upload = uploaded(client, cast.owner, [HEAD, *GOOD])
    mapping = {slug: str(column) for slug, column in upload.mapping.items()}
    batches = {"check": 2, "run": 3, "undo": 3}  # the last of these says that nothing is left
    for said, number in batches.items():
        upload.refresh_from_db()
        more = mapping if said == "check" else {}
        client.post(page_of(upload), {"version": str(upload.version), said: "1", **more})
        for _ in range(number):
            before = AuditEntry.objects.count()
            with CaptureQueriesContext(connection) as queries:
                work_on_imports()
            assert AuditEntry.objects.count() == before + 1, said
            assert AuditEntry.objects.latest("seq").object_type == "import"
            written = [
                query["sql"]
                for query in queries
                if re.match("INSERT|UPDATE|DELETE|SELECT (audit|import|lock)_", query["sql"])
                or "CONSTRAINTS" in query["sql"]
            ]
            assert "audit_append" in written[-1], said
        upload.refresh_from_db()
        assert upload.state in ("checked", "done", "undone"), said
        before = AuditEntry.objects.count()
        work_on_imports()
        assert AuditEntry.objects.count() == before  # nothing waits


def test_an_import_that_stops_is_in_the_audit_log_once(client, cast, monkeypatch):
    def stopped(upload):
        Import.objects.filter(pk=upload.pk).update(state="checking", stopped="")
        before = AuditEntry.objects.latest("seq").seq
        work_on_imports()
        (entry,) = AuditEntry.objects.filter(seq__gt=before)
        assert entry.object_id == str(upload.reference)
        return entry

    upload = uploaded(client, cast.owner, [HEAD, *GOOD])
    monkeypatch.setattr("casework.imports.acts.perms.registering_teams", lambda *_: [])
    entry = stopped(upload)
    assert (entry.action, entry.reason, entry.outcome) == ("import_uploaded", "stopped", "done")
    monkeypatch.undo()
    monkeypatch.setattr("casework.imports.acts.check", lambda *_: 1 / 0)
    entry = stopped(upload)
    assert (entry.action, entry.outcome) == ("import_stopped", "failed")


def test_a_row_without_a_day_for_its_state_says_which_day_is_assumed_and_so_does_the_story(
    client, cast
):
    head = ["Naam", "Status", "Sinds", "Aangemeld op", "Toegelaten op"]
    upload = checked(
        client,
        cast.coordinator,
        [
            head,
            ["Dawit Tesfaye", "In begeleiding", "", "01-02-2026", "01-04-2026"],
            ["Senait Kidane", "Intake", "", "01-03-2026", ""],
            ["Abel Girmay", "Intake", "05-03-2026", "01-03-2026", ""],
            ["Yonas Weldu", "Toegelaten", "", "01-02-2026", "01-04-2026"],
            ["Luwam Haile", "Aangemeld", "", "01-02-2026", ""],
            ["Meron Asfaw", "Intake", "", "", ""],
        ],
    )
    page = client.get(reverse("casework:import_detail", args=[upload.reference]))
    assert page.context["without_day"] == 3
    words = {who: text for _number, who, _state, text in page.context["assumed"]}
    assert words == {
        "Dawit Tesfaye": "dag van de toelating aangehouden: 1 april 2026",
        "Senait Kidane": "dag van de verwijzing aangehouden: 1 maart 2026",
        "Meron Asfaw": "vandaag aangehouden",
    }
    assert "dag van de verwijzing aangehouden" in page.text
    act(client, upload, run="1")

    def state_of(name):
        case = IdentityValue.objects.get(value=name).case
        events = (
            client.act_as(cast.coordinator).get(f"/casussen/{case.reference}/").context["events"]
        )
        assumed = [(row.on, row.text) for row in events if "aangehouden" in row.text]
        return case.progress.since, assumed

    since, assumed = state_of("Senait Kidane")
    assert since == date(2026, 3, 1)
    assert [day for day, _text in assumed] == [since]
    assert state_of("Dawit Tesfaye")[0] == date(2026, 4, 1)  # not before the admission
    assert state_of("Abel Girmay") == (date(2026, 3, 5), [])
