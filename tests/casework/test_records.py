"""Records of every kind: who reads which, who adds, corrects and ends."""

import ast
import inspect
import re
import uuid
from datetime import time, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.dossiers.kinds import BY_MODEL, KINDS, PANELS, STEPS_OF
from casework.dossiers.rows import records_of, seen_by
from casework.models import Case, Judgement, Person, ProcedureStep, Relation
from casework.overview.composition import OWN_WORK
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from partners.accountability.history import written_in_bulk
from partners.organisations.enums import OrganisationKind, TeamFunction
from tests import factories as make
from tests.access.test_pages import patterns
from tests.casework.ten_teams import (
    FILLED,
    READERS,
    TEAMS,
    WRITERS,
    adding,
    day,
    page_of,
    record_page,
    typed,
    written,
)
from tests.casework.test_exporting import signed_in_now

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("reader", TEAMS)
def test_who_reads_which_kind_of_record(client, pilot, reader):
    """Page, case page, history, preview of a partner and statement for all records agree with
    the matrix."""
    records = {name: written(pilot, name) for name in READERS}
    client.act_as(pilot.workers[reader])
    case_page = client.get(page_of(pilot.case)).text
    with acting_as(pilot.workers[reader]):
        seen = {row.reference for rows in records_of([pilot.case]).values() for row in rows}
        past = {
            name
            for name, record in records.items()
            if type(record).history.filter(id=record.pk).exists()
        }
    with acting_as(
        pilot.workers["municipality"]
    ):  # the preview shows of what the municipality sees
        previewed = {
            reference for _kind, reference in seen_by([pilot.case], pilot.teams[reader].pk)
        }
    for name, record in records.items():
        reads = reader in READERS[name][1].split()
        assert (record.reference in seen) is reads, name
        assert (client.get(record_page(pilot.case, record)).status_code == 200) is reads, name
        assert (name in past) is reads, name
        if name not in ("identityvalue", "briefing"):  # on the page without a link of their own
            assert (str(record.reference) in case_page) is reads, name
        if "municipality" in READERS[name][1].split() and reader != "municipality":
            assert (record.reference in previewed) is reads, name


OF_ONE = (
    "record_detail",
    "record_change",
    "record_end",
    "record_correct",
    "record_answer",
    "record_days",
)


def answers(client, case, record):
    """What every address of one record answers, by its name."""
    found = {page: client.get(record_page(case, record, page)).status_code for page in OF_ONE}
    withdrawn = client.post(record_page(case, record, "record_withdraw"))
    return found | {"record_withdraw": withdrawn.status_code}


@pytest.mark.parametrize("reader", TEAMS)
def test_a_hidden_record_is_hidden_at_each_of_its_addresses(client, pilot, reader):
    """Of one kind that she does not read. That it is so for every kind follows from the two tests
    around this one: its page is not found, and each address begins with what the page finds."""
    record = written(pilot, "medicalrecord" if reader == "legal" else "legalaid")
    assert reader not in READERS[type(record).__name__.lower()][1].split()
    client.act_as(pilot.workers[reader])
    assert set(answers(client, pilot.case, record).values()) == {404}


def finding_views():
    """The addresses of records: the name of each, and its view as it is written."""
    for name, entry, pattern in patterns():
        if name.startswith("casework:record_") and "<slug:kind>" in pattern:
            yield name.removeprefix("casework:"), inspect.unwrap(entry.callback), pattern


def test_every_address_of_records_begins_with_finding_case_kind_and_record():
    """Nothing before that looks at what the address names, and that begins with the case."""
    views = {name: (view, pattern) for name, view, pattern in finding_views()}
    assert views.keys() == {*OF_ONE, "record_withdraw", "record_add", "record_readers"}
    for name, (view, pattern) in views.items():
        named = re.findall(r"<\w+:(\w+)>", pattern)
        finding = f"at = at_or_404(request, {', '.join(named)})"
        lines = [ast.unparse(line) for line in ast.parse(inspect.getsource(view)).body[0].body]
        assert finding in lines, name
        before = " ".join(lines[: lines.index(finding)])
        docstring = ast.unparse(ast.Constant(view.__doc__)) if view.__doc__ else ""
        assert not re.search(r"\b(reference|kind|record)\b", before.replace(docstring, "")), name
    (find,) = {view.__globals__["at_or_404"] for view, _pattern in views.values()}
    body = ast.parse(inspect.getsource(find)).body[0].body
    assert ast.unparse(body[0]).startswith("reader = find_case(request, reference)")
    assert [ast.unparse(line) for line in body].pop().startswith("return At(reader, kind")


@pytest.mark.parametrize(
    "reader", [name for name in TEAMS if name != "municipality"]
)  # which takes part in both
def test_the_same_right_on_another_person_is_no_right(client, pilot, reader):
    """Her case is not found, at each address of a record and at those to add one; nor are the
    records themselves, of whatever kind, by the address of a case that is seen."""
    records = {name: written(pilot, name, case=pilot.other) for name in READERS}
    client.act_as(pilot.workers[reader])
    with acting_as(pilot.workers[reader]):
        assert not any(records_of([pilot.other]).values())
        for name, record in records.items():
            assert not type(record).objects.filter(pk=record.pk).exists(), name
            assert not type(record).history.filter(id=record.pk).exists(), name
    for name, record in records.items():
        assert client.get(record_page(pilot.case, record)).status_code == 404, name
    assert set(answers(client, pilot.other, records["identityvalue"]).values()) == {404}
    for slug in WRITERS:
        assert client.get(adding(pilot.other, slug)).status_code == 404
    assert (
        client.get(reverse("casework:case_shared", args=[pilot.other.reference])).status_code == 404
    )


@pytest.mark.parametrize("writer", TEAMS)
def test_whose_own_work_which_kind_of_record_is(client, pilot, writer):
    client.act_as(pilot.workers[writer])
    page = client.get(page_of(pilot.case)).text
    for slug, owners in WRITERS.items():
        owns = writer in owners.split()
        url = adding(pilot.case, slug)
        assert client.get(url).status_code == (200 if owns else 403), slug
        if not owns:
            assert url not in page
            assert client.post(url, {"x": "1"}).status_code == 403
    assert set(WRITERS) == {
        kind.slug for kind in KINDS.values() if kind.added_here and not kind.parent
    }


@pytest.mark.parametrize(("writer", "slug"), FILLED)
def test_the_owner_adds_corrects_and_ends_it_and_finds_it_in_the_timeline(
    client, pilot, writer, slug
):
    client.act_as(pilot.workers[writer])
    model = KINDS[slug].model
    before = set(model.objects.values_list("pk", flat=True))
    form = typed(FILLED[writer, slug])
    done = client.post(adding(pilot.case, slug), form)
    assert done.status_code == 302, done.context["form"].errors
    assert (
        client.post(adding(pilot.case, slug), form).status_code == 302
    )  # sent twice is one record
    record = model.objects.exclude(pk__in=before).get()
    assert (record.author_team, record.author) == (pilot.teams[writer], pilot.workers[writer])
    assert record.history.get().history_user == pilot.workers[writer]
    told = client.get(page_of(pilot.case) + "?toon=all").text
    assert str(record.reference) in told or slug in ("identity_value", "relation")
    page = client.get(record_page(pilot.case, record))
    assert page.status_code == 200
    # Corrected: the version counts, and the old value stays in its history.
    changing = record_page(pilot.case, record, "record_change")
    assert client.get(changing).status_code == 200
    again = {**form, "version": "1", "form_token": str(uuid.uuid4())}
    assert client.post(changing, again).status_code == 302
    # Somebody who still has the older one open loses nothing: her text stands there, beside what is
    # there now.
    refused = client.post(changing, {**again, "form_token": str(uuid.uuid4())})
    assert refused.status_code == 409
    assert "Er gaat niets van uw tekst verloren" in refused.text
    assert 'name="version" value="2"' in refused.text
    record.refresh_from_db()
    assert (record.version, record.history.count()) == (2, 2)
    ending = record_page(pilot.case, record, "record_end")
    assert client.get(ending).status_code == 200
    assert client.post(ending, {"reason": ""}).status_code == 400
    assert client.post(ending, {"reason": "mistake", "version": "1"}).status_code == 409
    assert client.post(ending, {"reason": "mistake", "version": "2"}).status_code == 302
    record.refresh_from_db()
    assert record.ended_at
    assert record.version == record.history.count() == 3
    assert "per ongeluk vastgelegd" in client.get(record_page(pilot.case, record)).text
    assert client.get(changing).status_code == 403


BAD = [
    ("ind", "procedure", {"kind": ""}), ("ind", "procedure", {"applied_on": 1}),
    ("ind", "procedure", {"result": "granted"}), ("ind", "procedure", {"result_on": -1}),
    ("ind", "procedure", {"applied_on": "31-02-2024"}), ("ind", "procedure", {"kind": "%27; DROP TABLE"}),
    ("municipality", "procedure", {"kind": "repeat_asylum"}),  # only objections are its own
    ("ind", "residence_title", {"code": "other"}), ("ind", "residence_title", {"until": -900}),
    ("avim", "research", {"started_on": 3}), ("municipality", "allowance", {"amount": "-1"}),
    ("municipality", "allowance", {"amount": "veel"}), ("ngo", "relation", {"other_name": ""}),
    ("ngo", "relation", {"other_number": "1999-000001"}), ("ngo", "contact", {"text": "x" * 20_001}),
    ("ngo", "contact", {"kind": "legal_consultation"}), ("dtv", "contact", {"kind": "guidance_talk"}),
    ("ngo", "contact", {"visibility": "selected_partners"}), ("ngo", "contact", {"visibility": "everybody"}),
    ("ngo", "contact", {"visibility": "permitted_partners", "shared_until": 0}),
    ("legal", "legal_aid", {"visibility": "permitted_partners"}),  # R18: it stays where it is
    ("ngo", "stay", {"kind": ""}), ("ngo", "stay", {"until": -9}), ("avim", "identity_value", {"value": "12345"}),
    ("care", "medical", {"text": ""}), ("ngo", "reachability", {"value": "06 123"}),
    ("ngo", "reachability", {"value": ""}), ("ngo", "reachability", {"kind": ""}),
    ("ngo", "reachability", {"kind": "messenger"}), ("ngo", "reachability", {"messenger": "Signal"}),
    ("ngo", "reachability", {"since": 1}), ("ngo", "reachability", {"until": -3}),
    ("ngo", "reachability", {"value": "0612345678" * 21}),
]  # fmt: skip


@pytest.mark.parametrize(("writer", "slug", "change"), BAD)
def test_bad_input_is_answered_and_nothing_is_kept(client, pilot, writer, slug, change):
    model = KINDS[slug].model
    before = model.objects.count()
    answer = client.act_as(pilot.workers[writer]).post(
        adding(pilot.case, slug), typed(FILLED[writer, slug], **change)
    )
    assert answer.status_code == 400
    assert "Fout:" in answer.text
    assert model.objects.count() == before


def test_only_the_police_and_the_immigration_service_establish(client, pilot):
    form = {"value": "Zekere Naam", "status": "established", "said_on": day(), "variant": "name"}
    url = adding(pilot.case, "identity_value", "?soort=name")
    assert client.act_as(pilot.workers["ngo"]).post(url, typed(form)).status_code == 400
    assert (
        client.act_as(pilot.workers["ind"])
        .post(url, typed(form, visibility="permitted_partners"))
        .status_code
        == 302
    )
    assert "Zekere Naam" in client.act_as(pilot.workers["ngo"]).get(page_of(pilot.case)).text


def test_a_step_shows_to_whoever_its_procedure_shows_to(client, pilot):
    procedure = written(pilot, "procedure", visibility=Visibility.OWN_ORGANISATION)
    url = adding(pilot.case, "procedure_step", f"?bij={procedure.reference}")
    form = typed({"stage": "appeal", "happened_on": -1, "result": ""})
    assert (
        client.act_as(pilot.workers["dtv"]).get(url).status_code == 403
    )  # the same as when it sees the procedure
    assert client.act_as(pilot.workers["ind"]).post(url, form).status_code == 302
    step = ProcedureStep.objects.get(procedure=procedure)
    assert "beroep" in client.get(page_of(pilot.case)).text
    assert client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, step)).status_code == 404
    procedure.visibility = Visibility.PERMITTED_PARTNERS
    procedure.save()
    assert client.get(record_page(pilot.case, step)).status_code == 200
    assert client.get(url).status_code == 403  # but the dossier is not its own
    with acting_as(pilot.workers["dtv"]), pytest.raises(ProgrammingError), transaction.atomic():
        ProcedureStep.objects.create(
            case=pilot.case,
            procedure=procedure,
            author_team=pilot.teams["ind"],
            author=pilot.workers["dtv"],
            stage="appeal",
            happened_on=timezone.localdate(),
        )


def test_code_98_comes_with_its_warning(client, pilot):
    title = written(pilot, "residencetitle", code="98")
    client.act_as(pilot.workers["dtv"])
    for page in (page_of(pilot.case), record_page(pilot.case, title)):
        assert "betekent niet dat de persoon uitgezet mag worden" in client.get(page).text


def test_old_facts_say_so(client, pilot):
    old = timezone.localdate() - timedelta(days=94)
    written(pilot, "procedure", checked_on=old)
    client.act_as(pilot.workers["dtv"])
    assert "94 dagen geleden gecontroleerd" in client.get(page_of(pilot.case)).text
    pilot.pilot.procedures_check_days = None
    pilot.pilot.save()
    assert "dagen geleden gecontroleerd" not in client.get(page_of(pilot.case)).text


def test_categories_of_what_is_written_follow_from_what_it_is():
    assert KINDS["contact"].model.category_of("departure_interview") == Category.DEPARTURE
    assert KINDS["contact"].model.category_of("legal_consultation") == Category.LEGAL_AID
    assert KINDS["contact"].model.category_of("iom_talk") == Category.GUIDANCE
    assert KINDS["signal"].model.category_of("suicide_risk") == Category.MEDICAL_LIMITATION
    assert KINDS["signal"].model.category_of("missing") == Category.CONTACT_SHELTER


def test_a_worker_checks_many_old_facts_at_once(client, pilot):
    old = timezone.localdate() - timedelta(days=120)
    first, second = (
        written(pilot, name, checked_on=old) for name in ("procedure", "residencetitle")
    )
    fresh = written(pilot, "procedure")
    other = written(pilot, "departureplan", checked_on=old)  # of another partner
    url = reverse("casework:records_check")
    client.act_as(pilot.workers["ind"])
    assert "2 gegevens van uw team wachten op controle" in client.get("/").text
    page = client.get(url).text
    assert str(first.reference) in page
    assert str(fresh.reference) not in page
    ticks = [f"{record.reference}:1" for record in (first, second, other)]
    first.version = 2  # corrected by a colleague meanwhile
    first.save()
    client.post(url, {"checked": ticks})
    for record in (first, second, other):
        record.refresh_from_db()
    assert (first.checked_on, second.checked_on, other.checked_on) == (
        old,
        timezone.localdate(),
        old,
    )
    assert second.history.first().history_change_reason == "checked"
    assert "Niets te controleren" in client.act_as(pilot.workers["avim"]).get(url).text


def test_what_a_team_wrote_that_left_the_case_waits_for_nobody_though_another_team_of_hers_sees_it(
    client, pilot
):
    procedure = written(pilot, "procedure", checked_on=timezone.localdate() - timedelta(days=120))
    worker, departure = pilot.workers["ind"], pilot.teams["dtv"]
    make.MembershipFactory(
        user=worker, team=departure, organisation=departure.organisation, role="caseworker"
    )
    url = reverse("casework:records_check")
    assert str(procedure.reference) in client.act_as(worker).get(url).text
    involvement = pilot.case.involvements.get(team=pilot.teams["ind"])
    involvement.until = timezone.localdate()
    involvement.save()
    assert client.act_as(worker).get(record_page(pilot.case, procedure)).status_code == 200
    assert str(procedure.reference) not in client.get(url).text


def test_text_that_was_kept_does_not_overwrite_what_came_meanwhile(client, pilot):
    """A draft goes on from the version its writer saw: coming back to it, she is told of the
    newer one."""
    contact = written(pilot, "contact", text="eerste")
    changing = record_page(pilot.case, contact, "record_change")
    form = typed(FILLED["ngo", "contact"], text="mijn lange tekst", version="1")
    kept = {**form, "draft_key": f"change-contact:{contact.reference}", "form_page": changing}
    client.act_as(pilot.workers["ngo"])
    assert client.post(reverse("governance:draft_save"), kept).status_code == 200
    contact.text, contact.version = "van een collega", 2
    contact.save()
    page = client.get(changing).text
    assert "mijn lange tekst" in page
    assert "van een collega" in page
    assert 'name="version" value="1"' in page
    again = client.post(changing, {**form, "form_token": str(uuid.uuid4())})
    assert again.status_code == 409
    assert "mijn lange tekst" in again.text
    contact.refresh_from_db()
    assert contact.text == "van een collega"
    assert (
        client.post(changing, {**form, "version": "2", "form_token": str(uuid.uuid4())}).status_code
        == 302
    )
    contact.refresh_from_db()
    assert contact.text == "mijn lange tekst"


def test_a_record_keeps_its_category(client, pilot):
    """Its earlier wordings would show to the readers of another one."""
    signal = written(pilot, "signal")
    client.act_as(pilot.workers["avim"])
    form = typed(FILLED["avim", "signal"], kind="identity_doubt", version="1")
    assert client.post(record_page(pilot.case, signal, "record_change"), form).status_code == 400
    signal.kind = "identity_doubt"
    with pytest.raises(Exception, match="keeps its category"), acting_as(pilot.workers["avim"]):
        signal.save()


def test_each_value_of_an_identity_is_a_text_of_its_own(client, pilot):
    client.act_as(pilot.workers["ngo"])
    pages = [
        client.get(adding(pilot.case, "identity_value", f"?soort={kind}"))
        for kind in ("name", "birth_date")
    ]
    keys = {page.context["draft_key"] for page in pages}
    assert len(keys) == 2
    for key in keys:
        answer = client.post(
            reverse("governance:draft_save"), {"draft_key": key, "value": "x", "form_page": "/"}
        )
        assert answer.status_code == 200
    labels = [str(draft["label"]) for draft in client.get(reverse("home")).context["drafts"]]
    assert labels == [str(KINDS["identity_value"].label)] * 2


@pytest.mark.parametrize("name", TEAMS)
def test_the_page_of_a_person_begins_with_the_readers_own_work(client, pilot, name):
    """The kinds of record her team keeps, in the order of one table; what others share stands on
    the case."""
    slugs_of = {kind: BY_MODEL[type(written(pilot, kind))].slug for kind in READERS}
    mine = {slug for kind, slug in slugs_of.items() if READERS[kind][0] == name}
    shown = client.act_as(pilot.workers[name]).get(
        reverse("casework:person_detail", args=[pilot.case.person.reference])
    )
    ((case, _asked, own),) = shown.context["work"]
    assert case == pilot.case
    owner = (
        OrganisationKind(pilot.teams[name].organisation.kind),
        TeamFunction(pilot.teams[name].function),
    )
    slugs = [panel.kind.slug for panel in own]
    first = [slug for slug in OWN_WORK[owner] if slug in slugs]
    assert slugs[: len(first)] == first
    assert mine & set(OWN_WORK[owner]) <= set(slugs)
    for panel in own:
        assert all(row.page in shown.text for row in panel.rows)
        for row in panel.rows:  # what others wrote is no work of hers
            to = getattr(row.record, "to_team_id", None)
            assert pilot.teams[name].pk in (
                row.record.author_team_id,
                row.record.source_team_id,
                to,
            )
        assert not panel.add or panel.add in shown.text
    assert any(panel.add for panel in own) == (name != "coa")


def test_every_short_form_with_a_reason_keeps_what_was_typed(client, pilot):
    """What somebody types for a shield, a question elsewhere, an address or an export comes back
    after a lost session."""
    stay = written(pilot, "stay", location=make.LocationFactory(pilot=pilot.pilot))
    signed_in_now(client, pilot.workers["municipality"])
    tokens = {}
    for page in (
        reverse("casework:case_shield", args=[pilot.case.reference]),
        reverse("casework:case_elsewhere", args=[pilot.case.reference]),
        reverse("casework:stay_address", args=[pilot.case.reference, stay.reference]),
        reverse("casework:case_export") + "?tab=open",
    ):
        (key,) = re.findall('name="draft_key" value="([^"]+)"', client.get(page).text)
        typed_now = {"draft_key": key, "form_page": page, "reason": "net getypt"}
        typed_now["form_token"] = tokens[page] = str(uuid.uuid4())
        assert client.post(reverse("governance:draft_save"), typed_now).status_code == 200, key
        assert "net getypt" in client.get(page).text, page
    assert len(client.get(reverse("home")).context["drafts"]) == 4
    for page, sent in (
        (
            reverse("casework:case_shield", args=[pilot.case.reference]),
            {"version": str(pilot.case.version)},
        ),
        (reverse("casework:stay_address", args=[pilot.case.reference, stay.reference]), {}),
        (reverse("casework:case_export") + "?tab=open", {"format": "csv"}),
    ):
        (key,) = re.findall('name="draft_key" value="([^"]+)"', client.get(page).text)
        form = {"draft_key": key, "reason": "een goede reden", "form_token": tokens[page], **sent}
        assert client.post(page, form).status_code in (200, 302), page
        client.post(
            reverse("governance:draft_save"), form | {"form_page": page}
        )  # one that was under way
    assert [str(draft["label"]) for draft in client.get(reverse("home")).context["drafts"]] == [
        "Elders bekend?"
    ]


def test_a_draft_of_a_shield_does_not_undo_what_a_colleague_wrote(client, pilot):
    page = reverse("casework:case_shield", args=[pilot.case.reference])
    client.act_as(pilot.workers["municipality"])
    before = str(Case.objects.get(pk=pilot.case.pk).version)
    kept = {
        "draft_key": f"shield:{pilot.case.reference}",
        "form_page": page,
        "reason": "halve zin",
        "version": before,
    }
    assert client.post(reverse("governance:draft_save"), kept).status_code == 200
    colleague = {"reason": "Bedreigd door familie", "version": before}
    assert client.act_as(pilot.workers["coordinator"]).post(page, colleague).status_code == 302
    shown = client.act_as(pilot.workers["municipality"]).get(page)
    assert "halve zin" in shown.text
    assert f'name="version" value="{before}"' in shown.text
    refused = client.post(page, {"reason": "halve zin af", "version": before})
    assert refused.status_code == 409
    for words in ("Bedreigd door familie", "halve zin af"):
        assert words in refused.text
    assert Case.objects.get(pk=pilot.case.pk).shielded_reason == "Bedreigd door familie"


@pytest.mark.parametrize("name", ["identityvalue", "briefing", "stay"])
def test_what_ended_is_still_found_in_the_story(client, pilot, name):
    """Recorded by mistake: it stays to be read, with that mark, by its page in the timeline."""
    record = written(pilot, name)
    author = READERS[name][0]
    page = record_page(pilot.case, record)
    client.act_as(pilot.workers[author])
    assert page in client.get(page_of(pilot.case)).text
    assert (
        client.post(
            record_page(pilot.case, record, "record_end"), {"reason": "mistake", "version": "1"}
        ).status_code
        == 302
    )
    story = client.get(page_of(pilot.case)).text.split('id="tijdlijn"')[1]
    assert page in story
    assert "per ongeluk vastgelegd" in story


def test_a_briefing_is_corrected_and_told_anew(client, pilot):
    briefing = written(pilot, "briefing")
    pilot.case.doubles_judged_on = timezone.localdate()
    pilot.case.save()
    client.act_as(pilot.workers["municipality"])
    change = record_page(pilot.case, briefing, "record_change")
    form = typed({"told_on": 0, "language": "ar", "version": "1"}, visibility="permitted_partners")
    assert client.post(change, form).status_code == 302
    assert "Arabisch" in client.get(page_of(pilot.case)).text
    assert (
        client.post(
            record_page(pilot.case, briefing, "record_end"), {"reason": "mistake", "version": "2"}
        ).status_code
        == 302
    )
    told = reverse("casework:case_briefing", args=[pilot.case.reference])
    todo = client.get(page_of(pilot.case)).text
    assert told in todo
    assert "noodopvang" not in todo  # nobody was brought in at night
    assert client.act_as(pilot.workers["ngo"]).get(change).status_code == 403


@pytest.mark.parametrize(
    ("slug", "period"),
    [
        ("medicallimitation", {"until": -1}),
        ("supervision", {"until": -1}),
        ("residencetitle", {"until": -1}),
        ("allowance", {"until": -1}),
        ("reachability", {"until": -1}),
        ("stay", {"since": -9, "until": 0}),
    ],
)
def test_a_period_that_has_passed_says_so(client, pilot, slug, period):
    days = {name: timezone.localdate() + timedelta(days=offset) for name, offset in period.items()}
    over = written(pilot, slug, **days)
    client.act_as(pilot.workers[READERS[slug][0]])
    rows = [row for panel in client.get(page_of(pilot.case)).context["own"] for row in panel.rows]
    assert [row.is_over for row in rows if row.record.pk == over.pk] == [True]
    over.until = None
    over.save()
    rows = [row for panel in client.get(page_of(pilot.case)).context["own"] for row in panel.rows]
    assert [row.is_over for row in rows if row.record.pk == over.pk] == [False]


@pytest.mark.parametrize("state", ["exited", "not_admitted"])
def test_own_work_stands_on_the_person_page_until_the_case_is_archived(client, pilot, state):
    written(pilot, "receptionhandover", answer="")
    make.in_state(pilot.case, state)
    person = reverse("casework:person_detail", args=[pilot.case.person.reference])
    client.act_as(pilot.workers["coa"])
    assert client.get(person).context["work"]
    make.in_state(pilot.case, "archived")
    assert not client.get(person).context["work"]


def test_a_member_of_the_household_shows_on_both_sides_and_ends_on_both(client, pilot):
    client.act_as(pilot.workers["municipality"])
    form = typed(
        {"kind": "child", "other_number": pilot.other.number, "since": 0},
        visibility="permitted_partners",
    )
    assert client.post(adding(pilot.case, "relation"), form).status_code == 302
    here, there = (Relation.objects.get(case=case) for case in (pilot.case, pilot.other))
    assert (there.kind, there.other) == ("parent", pilot.case.person)
    assert (
        client.post(
            record_page(pilot.case, here, "record_end"), {"reason": "mistake", "version": "1"}
        ).status_code
        == 302
    )
    there.refresh_from_db()
    assert there.ended_at is not None
    # Where the team that says so takes no part, nothing is written.
    client.act_as(pilot.workers["avim"])
    assert (
        client.post(
            adding(pilot.case, "relation"), form | {"form_token": str(uuid.uuid4())}
        ).status_code
        == 400
    )


def test_one_person_has_one_place_also_over_two_cases(client, pilot):
    """R1: linked as one person, she has two open cases; a place in the one is none in the other."""
    Judgement.objects.create(
        one=pilot.case.person,
        other=pilot.other.person,
        answer="same",
        reason="gelijk",
        said_by=pilot.workers["municipality"],
    )
    written(pilot, "stay", since=timezone.localdate() - timedelta(days=5))
    client.act_as(pilot.workers["municipality"])
    form = typed(
        {"kind": "dwelling", "ground": "admitted", "since": -2}, visibility="permitted_partners"
    )
    refused = client.post(adding(pilot.other, "stay"), form)
    assert refused.status_code == 400
    assert "in een andere casus" in refused.text
    earlier = typed(
        {"kind": "dwelling", "ground": "admitted", "since": -20, "until": -10},
        visibility="permitted_partners",
    )
    assert client.post(adding(pilot.other, "stay"), earlier).status_code == 302


@pytest.mark.parametrize(
    ("reader", "knows"), [("avim", False), ("coa", False), ("ngo", True), ("ind", True)]
)
def test_who_referred_somebody_is_for_who_reads_of_shelter_or_guidance(
    client, pilot, reader, knows
):
    pilot.case.referrer = "Straatdokter Noord"
    pilot.case.save()
    assert (
        "Straatdokter" in client.act_as(pilot.workers[reader]).get(page_of(pilot.case)).text
    ) == knows


def test_who_corrects_or_ends_what_a_colleague_ended_meanwhile_is_told(client, pilot):
    contact = written(pilot, "contact")
    client.act_as(pilot.workers["ngo"])
    end = record_page(pilot.case, contact, "record_end")
    assert client.post(end, {"reason": "over", "version": "1"}).status_code == 302
    change = record_page(pilot.case, contact, "record_change")
    form = typed(FILLED["ngo", "contact"], text="Anders verlopen", version="1")
    assert client.post(change, form).status_code == 409
    assert client.post(end, {"reason": "over", "version": "1"}).status_code == 409
    assert client.get(change).status_code == 403  # nothing is offered to be corrected
    assert client.act_as(pilot.workers["dtv"]).post(change, form).status_code == 403
    contact.refresh_from_db()
    assert (contact.text, contact.version) == ("Gesprek over de plannen.", 2)


def test_a_relation_supplied_by_a_partner_stays_on_the_side_on_which_that_takes_part(client, pilot):
    client.act_as(pilot.workers["coordinator"])
    form = typed(
        {
            "kind": "child",
            "other_number": pilot.other.number,
            "since": 0,
            "received_on": 0,
            "received_document": "brief",
            "source_team": str(pilot.teams["ind"].pk),
        },
        visibility="permitted_partners",
    )
    assert client.post(adding(pilot.case, "relation", "?namens=1"), form).status_code == 302
    relation = Relation.objects.get()
    assert relation.case == pilot.case


def test_rows_written_in_bulk_are_those_django_writes():
    """Money, times, lists, documents, microseconds, what the database fills in, and a key that
    came meanwhile."""
    note = make.NoteFactory(text='Zij zei: "morgen"\n\\ \u2713')
    for one in (
        note,
        make.NameFactory(sounds=["AMN", "JSF"], shared_team_ids=[3, 5]),
        make.RECORDS["intake"](results=[{"met": True, "remark": "é"}]),
        make.RECORDS["allowance"](amount="62.50"),
        make.MeetingFactory(),
    ):
        told = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
        own = {one._meta.pk.attname, "reference", "begins_at"}
        rows = [
            type(one)(**{name: value for name, value in told.items() if name not in own})
            for _ in range(3)
        ]
        for hour, row in enumerate(rows):
            row.begins_at = time(hour, 30)
        assert written_in_bulk(rows) == rows
        read = type(one)._base_manager.in_bulk([row.pk for row in rows])
        for row in rows:
            for name in told.keys() - own:
                assert getattr(read[row.pk], name) == getattr(
                    type(one)._base_manager.get(pk=one.pk), name
                ), name
            assert type(one).history.get(id=row.pk).history_type == "+"
        assert [str(read[row.pk].reference) for row in rows if hasattr(row, "reference")] == [
            str(row.reference) for row in rows if hasattr(row, "reference")
        ]
    person = Person()
    case = Case(
        person=person,
        reference=uuid.uuid4(),
        number="2026-900001",
        pilot=note.case.pilot,
        lead_team=note.case.lead_team,
        registered_on=timezone.localdate(),
    )
    with pytest.raises(ValueError, match="unsaved"):
        written_in_bulk([case])
    written_in_bulk([person])
    written_in_bulk([case])
    assert (case.person_id, case.state) == (person.pk, Case.objects.get(pk=case.pk).state)


def test_every_kind_of_record_has_its_place_on_the_case_page():
    """In a panel of its own, with what it is a step of, or in the summary and the story."""
    elsewhere = {"identity_value", "relation", "briefing", "note", "correction"}
    steps = {kind.slug for kind in STEPS_OF.values()}
    assert set(KINDS) == {*PANELS, *steps, *elsewhere}
    assert len({kind.panel for kind in KINDS.values() if kind.panel}) == len(PANELS)
