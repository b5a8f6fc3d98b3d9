"""Records of every kind: who reads which, who adds, corrects, ends and answers; sharing, and what a partner sees."""

import uuid
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.dossiers.kinds import BY_MODEL, KINDS
from casework.dossiers.reading import records_of, seen_by
from casework.models import (
    AddressReading,
    Case,
    Consent,
    Contact,
    CorrectionRequest,
    HandOver,
    IdentityValue,
    Involvement,
    Location,
    LocationAddress,
    Procedure,
    ProcedureStep,
    Relation,
    Stay,
)
from casework.register.values import may_be_minor
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.convenants.enums import ConvenantKind
from governance.convenants.model import make_from_model
from partners.models import AuditEntry
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from tests import factories as make

pytestmark = pytest.mark.django_db
K, F = OrganisationKind, TeamFunction
TEAMS = {
    "municipality": (K.MUNICIPALITY, F.GENERAL), "ngo": (K.NGO, F.GENERAL), "legal": (K.NGO, F.LEGAL),
    "care": (K.NGO, F.CARE), "shelter": (K.NGO, F.SHELTER), "ind": (K.IND, F.GENERAL), "dtv": (K.DTV, F.GENERAL),
    "avim": (K.AVIM, F.GENERAL), "iom": (K.IOM, F.GENERAL), "coa": (K.COA, F.GENERAL),
}  # fmt: skip
# Who wrote it, and who reads it when it is open to all permitted partners: the model matrix, record kind by record kind.
READERS = {
    "identityvalue": ("municipality", "municipality ngo legal care shelter ind dtv avim iom coa"),
    "identitydocument": ("avim", "municipality ngo legal care shelter ind dtv avim iom coa"),
    "relation": ("municipality", "municipality ngo legal care shelter ind dtv avim iom coa"),
    "briefing": ("municipality", "municipality ngo legal care shelter ind dtv avim iom coa"),
    "identityresearch": ("avim", "municipality ngo legal care shelter ind dtv avim iom coa"),
    "stay": ("shelter", "municipality ngo legal care shelter ind dtv"),
    "allowance": ("municipality", "municipality ngo legal care shelter ind dtv"),
    "procedure": ("ind", "municipality ngo legal care ind dtv avim"),
    "procedurestep": ("ind", "municipality ngo legal care ind dtv avim"),
    "residencetitle": ("ind", "municipality ngo legal care ind dtv avim"),
    "departureplan": ("dtv", "municipality ngo legal ind dtv avim"),
    "traveldocument": ("dtv", "municipality ngo legal ind dtv avim"),
    "traveldocumentstep": ("dtv", "municipality ngo legal ind dtv avim"),
    "mediation": ("dtv", "municipality ngo legal ind dtv avim"),
    "returnsupport": ("iom", "municipality ngo legal ind dtv avim iom"),
    "note": ("ngo", "municipality ngo legal care dtv"),
    "contact": ("ngo", "municipality ngo legal care dtv"),
    "legalaid": ("legal", "legal"),
    "medicallimitation": ("care", "municipality ngo legal care shelter ind dtv"),
    "medicalrecord": ("care", "care"),
    "supervision": ("avim", "municipality dtv avim"),
    "signal": ("avim", "municipality dtv avim"),
    "handover": ("municipality", "municipality ngo legal care ind dtv avim coa"),
}  # fmt: skip
# Whose own work it is: who may add such a record in this case.
WRITERS = {
    "identity_value": "municipality ngo shelter ind dtv avim", "document": "municipality ngo shelter ind dtv avim",
    "relation": "municipality ngo shelter ind dtv avim", "research": "avim", "procedure": "municipality ind",
    "residence_title": "ind", "departure_plan": "dtv", "travel_document": "dtv", "mediation": "dtv",
    "return_support": "iom", "supervision": "avim", "signal": "municipality ngo care shelter ind dtv avim",
    "contact": "municipality ngo legal dtv iom", "legal_aid": "legal", "limitation": "ngo care", "medical": "care",
    "consent": "care", "stay": "municipality ngo shelter", "allowance": "municipality", "hand_over": "municipality ngo",
}  # fmt: skip


def page_of(case):
    return reverse("casework:case_detail", args=[case.reference])


def record_page(case, record, page="record_detail"):
    return reverse(f"casework:{page}", args=[case.reference, BY_MODEL[type(record)].slug, record.reference])


def adding(case, slug, query=""):
    return reverse("casework:record_add", args=[case.reference, slug]) + query


def day(offset=0):
    return (timezone.localdate() + timedelta(days=offset)).strftime("%d-%m-%Y")


@pytest.fixture
def pilot(db):
    """A pilot under the model convenant and NGO agreement: all ten teams take part in one case, and not in another."""
    made = make.PilotFactory(name="Modelstad", slug="modelstad")
    owners = {K.MUNICIPALITY: made.municipality, K.NGO: make.OrganisationFactory(name="De Haven")}
    teams, workers = {}, {}
    for name, (kind, function) in TEAMS.items():
        owner = owners.get(kind) or make.OrganisationFactory(name=name.upper(), kind=kind)
        teams[name] = make.TeamFactory(organisation=owner, pilot=made, function=function)
    for kind in (ConvenantKind.CONVENANT, ConvenantKind.NGO_AGREEMENT):
        convenant = make_from_model(made, kind)
        convenant.agreed_on = convenant.in_force_from = timezone.localdate() - timedelta(days=90)
        convenant.save()
        convenant.parties.update(signed_on=convenant.agreed_on)
    for name, team in teams.items():
        workers[name] = make.MembershipFactory(team=team).user
    workers["coordinator"] = make.MembershipFactory(team=teams["municipality"], role=Role.COORDINATOR).user
    grounds = {"shelter": "stay", "care": "care", "legal": "legal_aid"}
    case = make.CaseFactory(
        lead_team=teams["municipality"], case_manager=workers["municipality"], named="Selam Zichtbaar"
    )
    for name, team in teams.items():
        if name != "municipality":
            make.InvolvementFactory(case=case, team=team, ground=grounds.get(name, "cooperation"))
    case.refresh_from_db()
    other = make.CaseFactory(lead_team=teams["municipality"], named="Buiten Beeld")
    return SimpleNamespace(pilot=made, teams=teams, workers=workers, case=case, other=other)


def written(pilot, name, **extra):
    author, _readers = READERS[name]
    extra = {"to_team": pilot.teams["coa"], **extra} if name == "handover" else extra
    case = extra.pop("case", pilot.case)
    record = make.RECORDS[name](case=case, author_team=pilot.teams[author], **extra)
    record.refresh_from_db()  # what the database filled in
    return record


@pytest.mark.parametrize("reader", TEAMS)
def test_who_reads_which_kind_of_record(client, pilot, reader):
    """Page, case page, history, preview of a partner and statement for all records agree with the matrix."""
    records = {name: written(pilot, name) for name in READERS}
    client.act_as(pilot.workers[reader])
    case_page = client.get(page_of(pilot.case)).text
    with acting_as(pilot.workers[reader]):
        seen = {row.reference for rows in records_of([pilot.case]).values() for row in rows}
        past = {
            name for name, record in records.items() if type(record).history.filter(id=record.pk).exists()
        }  # fmt: skip
    with acting_as(pilot.workers["municipality"]):  # the preview shows of what the municipality sees
        previewed = {reference for _kind, reference in seen_by([pilot.case], pilot.teams[reader].pk)}
    for name, record in records.items():
        reads = reader in READERS[name][1].split()
        assert (record.reference in seen) is reads, name
        assert (client.get(record_page(pilot.case, record)).status_code == 200) is reads, name
        assert (name in past) is reads, name
        if name not in ("identityvalue", "briefing"):  # on the page without a link of their own
            assert (str(record.reference) in case_page) is reads, name
        if "municipality" in READERS[name][1].split() and reader != "municipality":
            assert (record.reference in previewed) is reads, name
        if reads:
            continue
        # Nothing about it by any other address either.
        for page in ("record_change", "record_end", "record_correct", "record_answer"):
            assert client.get(record_page(pilot.case, record, page)).status_code == 404, (name, page)
        assert client.post(record_page(pilot.case, record, "record_withdraw")).status_code == 404


@pytest.mark.parametrize("reader", TEAMS)
def test_the_same_right_on_another_person_is_no_right(client, pilot, reader):
    if reader == "municipality":
        pytest.skip("takes part in both")
    client.act_as(pilot.workers[reader])
    for name in READERS:
        record = written(pilot, name, case=pilot.other)
        assert client.get(record_page(pilot.other, record)).status_code == 404, name
        # Nor by the address of a case she does see.
        assert client.get(record_page(pilot.case, record)).status_code == 404, name
    for slug in WRITERS:
        assert client.get(adding(pilot.other, slug)).status_code == 404
    assert client.get(reverse("casework:case_shared", args=[pilot.other.reference])).status_code == 404


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
    assert set(WRITERS) == {kind.slug for kind in KINDS.values() if kind.added_here and not kind.parent}


# What each owner fills in; the fields every form has are added.
FILLED = {
    ("ind", "procedure"): {"kind": "repeat_asylum", "applied_on": -30, "result": "pending", "checked_on": 0},
    ("municipality", "procedure"): {
        "kind": "objection_lvv_decision", "applied_on": -5, "result": "pending", "checked_on": 0
    },
    ("ind", "residence_title"): {"code": "98", "since": -400, "checked_on": 0},
    ("dtv", "departure_plan"): {"destination": "Armenië", "agreed_on": -3, "plan": "Eerst papieren", "checked_on": 0},
    ("dtv", "travel_document"): {"kind": "laissez_passer", "country": "Armenië", "applied_on": -9, "checked_on": 0},
    ("dtv", "mediation"): {"country": "Armenië", "requested_on": -9, "reason": "Geen antwoord", "result": "pending"},
    ("dtv", "contact"): {"kind": "departure_interview", "happened_on": -1, "text": "Vertrekgesprek gevoerd"},
    ("iom", "return_support"): {"kind": "ticket", "requested_on": -2, "departs_on": 20},
    ("avim", "research"): {"method": "fingerprints", "started_on": -4, "result": "confirmed", "result_on": -1},
    ("avim", "supervision"): {"kind": "reporting_duty", "since": -4, "terms": "elke week", "checked_on": 0},
    ("avim", "signal"): {"kind": "criminal_arrest", "happened_on": -1, "text": "Aangehouden"},
    ("avim", "identity_value"): {"value": "Vastgestelde Naam", "status": "established", "said_on": 0, "variant": "name"},
    ("avim", "document"): {"kind": "passport", "number": "AB12", "status": "established", "seen_on": -1},
    ("ngo", "contact"): {"kind": "guidance_talk", "happened_on": 0, "text": "Over de toekomst gesproken"},
    ("ngo", "limitation"): {"take_account_of": "geen trappen", "since": -1},
    ("ngo", "stay"): {
        "kind": "dwelling", "ground": "admitted", "since": -3, "visibility": "permitted_partners"
    },
    ("ngo", "relation"): {"kind": "guardian", "other_name": "Nidos", "is_responsible": "on", "since": 0},
    ("legal", "legal_aid"): {"subject": "Nieuwe aanvraag", "asked_on": -1, "deadline_on": 30},
    ("legal", "contact"): {"kind": "legal_consultation", "happened_on": 0, "text": "Vertrouwelijk"},
    ("care", "medical"): {"happened_on": 0, "text": "Verslag van de huisarts"},
    ("care", "limitation"): {"take_account_of": "rust in de ochtend", "since": 0},
    ("shelter", "stay"): {
        "kind": "group_location_24h", "ground": "emergency", "since": 0, "visibility": "permitted_partners"
    },
    ("shelter", "signal"): {"kind": "missing", "happened_on": 0, "text": "Niet in bed"},
    ("municipality", "allowance"): {"amount": "62,50", "period": "week", "since": 0},
    ("municipality", "hand_over"): {"place": "azc", "planned_on": 7},
    ("municipality", "signal"): {"kind": "public_order", "happened_on": 0, "text": "Overlast gemeld"},
}  # fmt: skip


def typed(fields, **changes):
    filled = {name: day(value) if isinstance(value, int) else value for name, value in fields.items()}
    return {"visibility": "own_organisation", "share_basis": "convenant", "form_token": str(uuid.uuid4()),
            **filled, **changes}  # fmt: skip


@pytest.mark.parametrize(("writer", "slug"), FILLED)
def test_the_owner_adds_corrects_and_ends_it_and_finds_it_in_the_timeline(client, pilot, writer, slug):
    client.act_as(pilot.workers[writer])
    model = KINDS[slug].model
    before = set(model.objects.values_list("pk", flat=True))
    form = typed(FILLED[writer, slug])
    done = client.post(adding(pilot.case, slug), form)
    assert done.status_code == 302, done.context["form"].errors
    assert client.post(adding(pilot.case, slug), form).status_code == 302  # sent twice is one record
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
    assert client.post(changing, {**again, "form_token": str(uuid.uuid4())}).status_code == 409
    record.refresh_from_db()
    assert (record.version, record.history.count()) == (2, 2)
    ending = record_page(pilot.case, record, "record_end")
    assert client.get(ending).status_code == 200
    assert client.post(ending, {"reason": ""}).status_code == 400
    assert client.post(ending, {"reason": "mistake"}).status_code == 302
    record.refresh_from_db()
    assert record.ended_at
    assert "per ongeluk vastgelegd" in client.get(record_page(pilot.case, record)).text
    assert client.get(changing).status_code == 403


BAD = [
    ("ind", "procedure", {"kind": ""}), ("ind", "procedure", {"applied_on": day(1)}),
    ("ind", "procedure", {"result": "granted"}), ("ind", "procedure", {"result_on": day(-1)}),
    ("ind", "procedure", {"applied_on": "31-02-2024"}), ("ind", "procedure", {"kind": "%27; DROP TABLE"}),
    ("municipality", "procedure", {"kind": "repeat_asylum"}),  # only objections are its own
    ("ind", "residence_title", {"code": "other"}), ("ind", "residence_title", {"until": day(-900)}),
    ("avim", "research", {"started_on": day(3)}), ("municipality", "allowance", {"amount": "-1"}),
    ("municipality", "allowance", {"amount": "veel"}), ("ngo", "relation", {"other_name": ""}),
    ("ngo", "relation", {"other_number": "1999-000001"}), ("ngo", "contact", {"text": "x" * 20_001}),
    ("ngo", "contact", {"kind": "legal_consultation"}), ("dtv", "contact", {"kind": "guidance_talk"}),
    ("ngo", "contact", {"visibility": "selected_partners"}), ("ngo", "contact", {"visibility": "everybody"}),
    ("ngo", "contact", {"visibility": "permitted_partners", "shared_until": day(0)}),
    ("legal", "legal_aid", {"visibility": "permitted_partners"}),  # R18: it stays where it is
    ("ngo", "stay", {"kind": ""}), ("ngo", "stay", {"until": day(-9)}), ("avim", "identity_value", {"value": "12345"}),
    ("care", "medical", {"text": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("writer", "slug", "change"), BAD)
def test_bad_input_is_answered_and_nothing_is_kept(client, pilot, writer, slug, change):
    model = KINDS[slug].model
    before = model.objects.count()
    answer = client.act_as(pilot.workers[writer]).post(adding(pilot.case, slug), typed(FILLED[writer, slug], **change))
    assert answer.status_code == 400
    assert "Fout:" in answer.text
    assert model.objects.count() == before


def test_only_the_police_and_the_immigration_service_establish(client, pilot):
    form = {"value": "Zekere Naam", "status": "established", "said_on": day(), "variant": "name"}
    url = adding(pilot.case, "identity_value", "?soort=name")
    assert client.act_as(pilot.workers["ngo"]).post(url, typed(form)).status_code == 400
    assert (
        client.act_as(pilot.workers["ind"]).post(url, typed(form, visibility="permitted_partners")).status_code == 302
    )
    assert "Zekere Naam" in client.act_as(pilot.workers["ngo"]).get(page_of(pilot.case)).text


def test_a_step_shows_to_whoever_its_procedure_shows_to(client, pilot):
    procedure = written(pilot, "procedure", visibility=Visibility.OWN_ORGANISATION)
    url = adding(pilot.case, "procedure_step", f"?bij={procedure.reference}")
    form = typed({"stage": "appeal", "happened_on": -1, "result": ""})
    assert client.act_as(pilot.workers["dtv"]).get(url).status_code == 403  # the same as when it sees the procedure
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
            case=pilot.case, procedure=procedure, author_team=pilot.teams["ind"], author=pilot.workers["dtv"],
            stage="appeal", happened_on=timezone.localdate(),
        )  # fmt: skip


def test_code_98_comes_with_its_warning(client, pilot):
    title = written(pilot, "residencetitle", code="98")
    client.act_as(pilot.workers["dtv"])
    for page in (page_of(pilot.case), record_page(pilot.case, title)):
        assert "betekent niet dat de persoon uitgezet mag worden" in client.get(page).text


# ------------------------------------------------------------------ on a partner's behalf (R20)


def supplied(pilot, **changes):
    form = {"source_team": str(pilot.teams["ind"].pk), "received_on": -1, "received_document": "brief 12"}
    return typed({**FILLED["ind", "procedure"], **form}, **{"visibility": "permitted_partners", **changes})


def test_the_coordinator_records_what_a_partner_supplied_and_the_partner_replaces_it(client, pilot):
    url = adding(pilot.case, "procedure", "?namens=1")
    assert client.act_as(pilot.workers["coordinator"]).post(url, supplied(pilot)).status_code == 302
    record = Procedure.objects.get()
    assert (record.source_team, record.author_team) == (pilot.teams["ind"], pilot.teams["municipality"])
    assert record.received_document == "brief 12"
    shown = client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, record)).text
    assert "brief 12" in shown
    assert pilot.teams["ind"].label in shown
    client.act_as(pilot.workers["ind"])
    assert client.post(record_page(pilot.case, record, "record_end"), {"reason": "over"}).status_code == 302
    record.refresh_from_db()
    assert record.ended_at


def test_nobody_else_writes_on_a_partners_behalf(client, pilot):
    url = adding(pilot.case, "procedure", "?namens=1")
    for name in ("municipality", "ngo", "ind", "dtv"):
        assert client.act_as(pilot.workers[name]).post(url, supplied(pilot)).status_code == 403, name
    client.act_as(pilot.workers["coordinator"])
    for slug in ("supervision", "legal_aid", "medical", "signal", "consent"):  # never public order, aid or medicine
        assert client.get(adding(pilot.case, slug, "?namens=1")).status_code == 403, slug
    assert client.post(url, supplied(pilot, source_team=str(pilot.teams["ngo"].pk))).status_code == 400
    assert client.post(url, supplied(pilot, received_document="")).status_code == 400
    assert client.post(url, supplied(pilot, visibility="own_organisation")).status_code == 400
    assert not Procedure.objects.exists()


@pytest.mark.parametrize(("slug", "allowed"), [("procedure", True), ("departureplan", True), ("supervision", False)])
def test_the_database_itself_guards_what_is_recorded_for_others(pilot, slug, allowed):
    source = {"procedure": "ind", "departureplan": "dtv", "supervision": "avim"}[slug]
    model = make.RECORDS[slug]._meta.model
    fields = {
        "procedure": {"kind": "dublin", "applied_on": timezone.localdate()},
        "departureplan": {"destination": "x", "agreed_on": timezone.localdate(), "plan": "x"},
        "supervision": {"kind": "reporting_duty", "since": timezone.localdate()},
    }[slug]

    def write(who, author):
        with acting_as(pilot.workers[who]), transaction.atomic():
            model.objects.create(
                case=pilot.case, author_team=pilot.teams[author], author=pilot.workers[who],
                source_team=pilot.teams[source], **fields,
            )  # fmt: skip

    for who, author in (("municipality", "municipality"), ("ngo", "ngo"), ("coordinator", source)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            write(who, author)
    if allowed:
        write("coordinator", "municipality")
    else:
        with pytest.raises(ProgrammingError, match="row-level security"):
            write("coordinator", "municipality")


# ------------------------------------------------------------------ corrections (R20)


def test_a_request_to_correct_goes_to_the_owner_and_is_answered_with_a_trail(client, pilot):
    procedure = written(pilot, "procedure")
    asking = record_page(pilot.case, procedure, "record_correct")
    client.act_as(pilot.workers["dtv"])
    assert client.get(record_page(pilot.case, procedure, "record_change")).status_code == 403
    assert client.post(asking, {"text": ""}).status_code == 400
    assert client.post(asking, {"text": "De datum klopt niet", "form_token": str(uuid.uuid4())}).status_code == 302
    request = CorrectionRequest.objects.get()
    assert (request.to_team, request.author_team) == (pilot.teams["ind"], pilot.teams["dtv"])
    page = record_page(pilot.case, request)
    for name in TEAMS:  # between these two only
        expected = 200 if name in ("dtv", "ind") else 404
        assert client.act_as(pilot.workers[name]).get(page).status_code == expected, name
    assert "De datum klopt niet" in client.act_as(pilot.workers["ind"]).get(page_of(pilot.case)).text
    answering = record_page(pilot.case, request, "record_answer")
    assert client.act_as(pilot.workers["dtv"]).post(answering, {"answer": "accepted"}).status_code == 403
    answer = {"answer": "accepted", "answer_text": "Aangepast", "form_token": str(uuid.uuid4())}
    assert client.act_as(pilot.workers["ind"]).post(answering, answer).status_code == 302
    request.refresh_from_db()
    assert (request.answer, request.answered_by) == ("accepted", pilot.workers["ind"])
    assert client.post(answering, {**answer, "form_token": str(uuid.uuid4())}).status_code == 403  # once
    shown = client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, procedure)).text
    assert "overgenomen" in shown
    # The words of the request are the asker's, the answer is the asked one's, also in the database.
    for who, changed in (("ind", "text"), ("dtv", "answer_text")):
        with acting_as(pilot.workers[who]), connection.cursor() as cursor:
            cursor.execute(f"UPDATE casework_correctionrequest SET {changed} = 'anders'")
            cursor.execute(f"SELECT {changed} FROM casework_correctionrequest")
            assert cursor.fetchone()[0] != "anders"


def test_what_a_reader_asks_when_the_owner_left_goes_to_the_team_that_leads(client, pilot):
    procedure = written(pilot, "procedure")
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["ind"]).delete()
    asking = record_page(pilot.case, procedure, "record_correct")
    form = {"text": "Klopt niet", "form_token": str(uuid.uuid4())}
    assert client.act_as(pilot.workers["avim"]).post(asking, form).status_code == 302
    assert CorrectionRequest.objects.get().to_team == pilot.teams["municipality"]


# ------------------------------------------------------------------ hand-over, stay, consent


def test_the_reception_agency_answers_a_hand_over(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["coa"]).delete()
    client.act_as(pilot.workers["municipality"])
    form = typed(FILLED["municipality", "hand_over"], visibility="permitted_partners")
    assert client.post(adding(pilot.case, "hand_over"), form).status_code == 302
    hand_over = HandOver.objects.get()
    assert Involvement.objects.get(case=pilot.case, team=pilot.teams["coa"]).ground == "hand_over"
    client.act_as(pilot.workers["coa"])
    assert "Overnemen" in client.get(page_of(pilot.case)).text
    answer = {"answer": "accepted", "answer_text": "Welkom op maandag", "form_token": str(uuid.uuid4())}
    assert client.post(record_page(pilot.case, hand_over, "record_answer"), answer).status_code == 302
    assert client.get(record_page(pilot.case, hand_over, "record_change")).status_code == 403
    assert (
        "Welkom op maandag" in client.act_as(pilot.workers["municipality"]).get(record_page(pilot.case, hand_over)).text
    )


def test_a_stay_at_a_location_involves_its_team_until_the_day_after(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["shelter"]).delete()
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    client.act_as(pilot.workers["municipality"])
    form = typed({"location": str(location.pk), "ground": "admitted", "since": -2}, visibility="permitted_partners")
    assert client.post(adding(pilot.case, "stay"), form).status_code == 302
    stay = Stay.objects.get()
    assert stay.kind == location.kind
    row = Involvement.objects.get(case=pilot.case, team=pilot.teams["shelter"])
    assert (row.ground, row.until) == ("stay", None)
    assert client.post(record_page(pilot.case, stay, "record_end"), {"reason": "over"}).status_code == 302
    stay.refresh_from_db()
    row.refresh_from_db()
    assert (stay.until, row.until) == (timezone.localdate(), timezone.localdate() + timedelta(days=1))
    assert stay.ended_at is None  # it is part of the story


def test_nobody_has_two_places_at_once(client, pilot):
    client.act_as(pilot.workers["ngo"])
    form = {"kind": "dwelling", "ground": "admitted", "since": -9, "visibility": "permitted_partners"}
    assert client.post(adding(pilot.case, "stay"), typed(form, until=day(-2))).status_code == 302
    assert client.post(adding(pilot.case, "stay"), typed(form, since=day(-3))).status_code == 400
    assert client.post(adding(pilot.case, "stay"), typed(form, since=day(-2))).status_code == 302
    assert Stay.objects.count() == 2


def test_consent_opens_medical_content_to_the_team_it_names_and_withdrawal_closes_it_at_once(client, pilot):
    medical = written(pilot, "medicalrecord", visibility=Visibility.PERMITTED_PARTNERS, text="gevoelig-verslag")
    page = record_page(pilot.case, medical)
    assert client.act_as(pilot.workers["ind"]).get(page).status_code == 404
    client.act_as(pilot.workers["care"])
    form = typed({"team": str(pilot.teams["ind"].pk), "scope": "verslag huisarts", "since": 0, "until": 30})
    assert client.post(adding(pilot.case, "consent"), {**form, "until": day(0)}).status_code == 400
    assert client.post(adding(pilot.case, "consent"), form).status_code == 302
    consent = Consent.objects.get()
    assert "gevoelig-verslag" in client.act_as(pilot.workers["ind"]).get(page_of(pilot.case)).text or (
        client.get(page).status_code == 200
    )
    assert client.get(page).status_code == 200
    assert client.act_as(pilot.workers["dtv"]).get(page).status_code == 404
    client.act_as(pilot.workers["care"])
    assert client.post(record_page(pilot.case, consent, "record_end"), {"reason": "over"}).status_code == 302
    consent.refresh_from_db()
    assert (consent.withdrawn_on, consent.end_reason) == (timezone.localdate(), "withdrawn")
    assert client.act_as(pilot.workers["ind"]).get(page).status_code == 404
    with acting_as(pilot.workers["ind"]):
        assert not type(medical).history.exists()


# ------------------------------------------------------------------ sharing


def test_a_sharing_keeps_purpose_basis_and_end_and_is_withdrawn_at_the_next_request(client, pilot, on_day):
    client.act_as(pilot.workers["ngo"])
    share = {"visibility": "selected_partners", "shared_with": [str(pilot.teams["municipality"].pk)],
             "share_purpose": "plek zoeken", "share_basis": "convenant", "shared_until": day(10)}  # fmt: skip
    for missing in ("shared_with", "share_purpose", "share_basis"):
        form = typed(FILLED["ngo", "contact"], **{**share, missing: ""})
        assert client.post(adding(pilot.case, "contact"), form).status_code == 400, missing
    form = typed(FILLED["ngo", "contact"], **share)
    assert client.post(adding(pilot.case, "contact"), form).status_code == 302
    contact = Contact.objects.get()
    page = record_page(pilot.case, contact)
    for name in TEAMS:
        expected = 200 if name in ("ngo", "municipality") else 404
        assert client.act_as(pilot.workers[name]).get(page).status_code == expected, name
    shared = client.act_as(pilot.workers["municipality"]).get(
        reverse("casework:case_shared", args=[pilot.case.reference])
    )
    assert "plek zoeken" in shared.text
    assert "het artikel van de overeenkomst" in shared.text
    on_day(timezone.localdate() + timedelta(days=10))  # its end comes by itself
    assert client.get(page).status_code == 404
    on_day(contact.shared_until - timedelta(days=1))
    assert client.get(page).status_code == 200
    assert client.post(record_page(pilot.case, contact, "record_withdraw")).status_code == 403
    assert (
        client.act_as(pilot.workers["ngo"]).post(record_page(pilot.case, contact, "record_withdraw")).status_code == 302
    )
    assert client.act_as(pilot.workers["municipality"]).get(page).status_code == 404
    register = (
        client.act_as(pilot.workers["ngo"]).get(reverse("casework:case_shared", args=[pilot.case.reference])).text
    )
    assert "Niet meer gedeeld met gekozen teams" in register


def test_what_a_partner_sees_of_what_i_see(client, pilot):
    hidden = written(pilot, "contact", text="alleen-wij", visibility=Visibility.OWN_ORGANISATION)
    procedure = written(pilot, "procedure")
    url = reverse("casework:case_shared", args=[pilot.case.reference])
    client.act_as(pilot.workers["ngo"])
    shown = client.get(url, {"team": pilot.teams["dtv"].pk}).text
    assert str(procedure.reference) in shown
    assert str(hidden.reference) not in shown
    assert client.get(url, {"team": "999999"}).status_code == 200
    assert client.get(url, {"team": "x' OR 1=1"}).status_code == 200
    # The answer holds nothing the asker does not see herself: the police's own signal stays the police's.
    signal = written(pilot, "signal", visibility=Visibility.OWN_ORGANISATION)
    assert str(signal.reference) not in client.get(url, {"team": pilot.teams["avim"].pk}).text


def test_the_line_of_readers_is_the_rule_that_decides(client, pilot):
    url = reverse("casework:record_readers", args=[pilot.case.reference, "procedure"])
    line = client.act_as(pilot.workers["ind"]).post(url, {"visibility": "permitted_partners"}).text
    assert pilot.teams["avim"].label in line
    assert pilot.teams["coa"].label not in line
    alone = client.post(url, {"visibility": "own_organisation"}).text
    assert pilot.teams["avim"].label not in alone


@pytest.mark.parametrize("ending", ["involvement", "cell"])
def test_a_team_that_ended_sees_no_row_and_no_history_row(client, pilot, ending):
    records = [written(pilot, name) for name in READERS]
    if ending == "involvement":
        row = Involvement.objects.get(case=pilot.case, team=pilot.teams["dtv"])
        row.until = timezone.localdate()
        row.save()
    else:
        pilot.teams["dtv"].group.convenantgroupobjectpermission_set.all().delete()
    later = written(pilot, "procedure")
    with acting_as(pilot.workers["dtv"]):
        for record in (*records, later):
            assert not type(record).objects.exists()
            assert not type(record).history.exists()
        assert not Case.objects.exists()
        assert not IdentityValue.history.exists()
    client.act_as(pilot.workers["dtv"])
    assert client.get(record_page(pilot.case, later)).status_code == 404


def test_members_of_a_household_show_as_far_as_the_reader_sees_them(client, pilot):
    relation = make.RECORDS["relation"](
        case=pilot.case, author_team=pilot.teams["municipality"], other=pilot.other.person, other_name="", kind="child"
    )
    shown = client.act_as(pilot.workers["municipality"]).get(page_of(pilot.case)).text
    assert "Buiten Beeld" in shown
    for name in ("ngo", "ind", "dtv"):  # they do not take part in the other one's case
        assert "Buiten Beeld" not in client.act_as(pilot.workers[name]).get(page_of(pilot.case)).text
        assert client.get(record_page(pilot.case, relation)).status_code == 404
    with acting_as(pilot.workers["ngo"]), pytest.raises(ProgrammingError), transaction.atomic():
        type(relation).objects.create(
            case=pilot.case, author_team=pilot.teams["ngo"], author=pilot.workers["ngo"], kind="child",
            other_id=pilot.other.person_id,
        )  # fmt: skip


def test_a_relation_is_made_by_the_number_of_a_case_in_sight(client, pilot):
    form = {"kind": "child", "since": 0, "other_name": ""}
    url = adding(pilot.case, "relation")
    client.act_as(pilot.workers["ngo"])
    assert client.post(url, typed(form, other_number=pilot.other.number)).status_code == 400
    assert client.post(url, typed(form, other_number=pilot.case.number)).status_code == 400  # with herself
    client.act_as(pilot.workers["municipality"])
    assert (
        client.post(url, typed(form, other_number=pilot.other.number, visibility="permitted_partners")).status_code
        == 302
    )


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


# ------------------------------------------------------------------ the protected address (R19)


@pytest.fixture
def sheltered(pilot):
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"], name="De Brug")
    LocationAddress.objects.create(location=location, address="Geheime Kade 12")
    stay = written(pilot, "stay", location=location, kind="dwelling")
    return SimpleNamespace(location=location, stay=stay, **vars(pilot))


def address_of(sheltered):
    return reverse("casework:stay_address", args=[sheltered.case.reference, sheltered.stay.reference])


def test_the_address_opens_with_a_reason_which_is_kept(client, sheltered):
    url = address_of(sheltered)
    client.act_as(sheltered.workers["municipality"])
    for page in (page_of(sheltered.case), record_page(sheltered.case, sheltered.stay), url):
        assert "Geheime Kade" not in client.get(page).text
    for reason in ("", "   ", "x", "x" * 301):
        refused = client.post(url, {"reason": reason})
        assert (refused.status_code, "Geheime Kade" in refused.text) == (400, False)
    assert not AddressReading.objects.exists()
    shown = client.post(url, {"reason": "Afspraak met de huisarts"})
    assert "Geheime Kade 12" in shown.text
    reading = AddressReading.objects.get()
    assert (reading.user, reading.team, reading.reason) == (
        sheltered.workers["municipality"], sheltered.teams["municipality"], "Afspraak met de huisarts",
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="address_read").count() == 1
    page = record_page(sheltered.case, sheltered.stay)
    assert "Afspraak met de huisarts" in client.act_as(sheltered.workers["ngo"]).get(page).text
    for name in ("ind", "dtv"):  # read of the stay, not of its address, nor of who read that
        assert "Afspraak met de huisarts" not in client.act_as(sheltered.workers[name]).get(page).text


def test_staff_of_the_location_needs_no_reason(client, sheltered):
    client.act_as(sheltered.workers["shelter"])
    assert "Geheime Kade 12" in client.get(record_page(sheltered.case, sheltered.stay)).text
    assert "Geheime Kade 12" in client.get(reverse("casework:location_list")).text


@pytest.mark.parametrize("name", ["ind", "dtv", "avim", "legal", "care", "iom", "coa"])
def test_nobody_else_reads_the_address_by_any_way(client, sheltered, name):
    client.act_as(sheltered.workers[name])
    expected = 403 if name in ("ind", "dtv", "legal", "care") else 404  # the stay is there for them, or not
    for response in (client.get(address_of(sheltered)), client.post(address_of(sheltered), {"reason": "nieuwsgierig"})):
        assert response.status_code == expected
        assert "Geheime" not in response.text
    assert client.get(reverse("casework:location_list")).status_code == 403
    for page in (page_of(sheltered.case), reverse("casework:case_shared", args=[sheltered.case.reference])):
        assert "De Brug" not in client.get(page).text
    with acting_as(sheltered.workers[name]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_address(%s, 'nieuwsgierig')", [sheltered.stay.reference])
        assert cursor.fetchone() == (None,)
        assert not Location.objects.exists()
        assert not LocationAddress.objects.exists()
    assert not AddressReading.objects.exists()


def test_the_address_is_gone_with_the_stay_and_in_another_case(client, sheltered):
    elsewhere = written(sheltered, "stay", case=sheltered.other, location=sheltered.location)
    with acting_as(sheltered.workers["ngo"]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_address(%s, 'voor een afspraak')", [elsewhere.reference])
        assert cursor.fetchone() == (None,)
    sheltered.stay.until = timezone.localdate()
    sheltered.stay.save()
    client.act_as(sheltered.workers["municipality"])
    assert client.post(address_of(sheltered), {"reason": "voor een afspraak"}).status_code == 404


def test_coordinators_keep_locations_and_write_an_address_without_reading_it(client, pilot):
    add = reverse("casework:location_add", args=[pilot.pilot.slug])
    form = {
        "name": "Nieuwe plek",
        "kind": "dwelling",
        "team": str(pilot.teams["shelter"].pk),
        "address": "Stille Laan 3",
    }
    for name in ("municipality", "ngo", "dtv"):
        assert client.act_as(pilot.workers[name]).post(add, form).status_code == 403
    client.act_as(pilot.workers["coordinator"])
    assert client.post(add, form).status_code == 302
    assert client.post(add, form).status_code == 400  # once by this name
    location = Location.objects.get()
    change = reverse("casework:location_change", args=[location.reference])
    assert "Stille Laan" not in client.get(change).text
    assert "Stille Laan" not in client.get(reverse("casework:location_list")).text
    assert client.post(change, {**form, "name": "Andere naam", "address": ""}).status_code == 302
    assert LocationAddress.objects.get().address == "Stille Laan 3"
    assert client.act_as(pilot.workers["ngo"]).get(change).status_code == 403
    with acting_as(pilot.workers["municipality"]), connection.cursor() as cursor:
        cursor.execute("SELECT shelter_write_address(%s, 'Ergens anders')", [location.pk])
        assert cursor.fetchone() == (False,)


# ------------------------------------------------------------------ caseload and checks


def test_a_worker_checks_many_old_facts_at_once(client, pilot):
    old = timezone.localdate() - timedelta(days=120)
    first, second = (written(pilot, name, checked_on=old) for name in ("procedure", "residencetitle"))
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
    assert (first.checked_on, second.checked_on, other.checked_on) == (old, timezone.localdate(), old)
    assert second.history.first().history_change_reason == "checked"
    assert "Niets te controleren" in client.act_as(pilot.workers["avim"]).get(url).text


def test_a_supervisor_of_several_pilots_has_her_own_caseload_over_them(client, pilot):
    supervisor = pilot.workers["dtv"]
    elsewhere = make.PilotFactory(name="Elders", slug="elders")
    lead = make.TeamFactory(organisation=elsewhere.municipality, pilot=elsewhere)
    team = make.TeamFactory(organisation=pilot.teams["dtv"].organisation, pilot=elsewhere)
    make.MembershipFactory(team=team, user=supervisor)
    convenant = make_from_model(elsewhere, ConvenantKind.CONVENANT)
    convenant.agreed_on = convenant.in_force_from = timezone.localdate()
    convenant.save()
    convenant.parties.update(signed_on=convenant.agreed_on)
    there = make.CaseFactory(lead_team=lead, involve=[team], named="In Elders")
    client.act_as(supervisor)

    def mine():
        return {row.name for row in client.get(reverse("casework:case_list") + "?tab=mine").context["rows"]}

    assert mine() == set()
    for case in (pilot.case, there):
        assert client.post(reverse("casework:case_contact", args=[case.reference])).status_code == 302
    assert mine() == {"Selam Zichtbaar", "In Elders"}
    assert "In Elders" in client.get("/").text
    tabs = client.get(reverse("casework:case_list")).context["tabs"]
    assert {name: number for name, _label, number in tabs}["mine"] == 2
    assert client.post(reverse("casework:case_contact", args=[pilot.case.reference])).status_code == 403  # already
    assert client.post(reverse("casework:case_contact", args=[pilot.other.reference])).status_code == 404


# ------------------------------------------------------------------ households


def household(**changes):
    form = {
        "referrer": "Wijkteam", "told_on": day(-1), "language": "ti", "rows": "4", "lid0-name": "Moeder Eerste",
        "lid0-birth_date": "1985", "lid0-nationality": "0084", "lid1-name": "Kind Tweede",
        "lid1-birth_date": (timezone.localdate() - timedelta(days=3000)).strftime("%d-%m-%Y"), "lid1-relation": "child",
        "lid1-responsible": "0", "form_token": str(uuid.uuid4()),
        "draft_key": f"household:{uuid.uuid4()}",
    }  # fmt: skip
    return {**form, **changes}


def test_a_household_is_registered_in_one_step_one_record_each(client, pilot):
    url = reverse("casework:register_household")
    client.act_as(pilot.workers["municipality"])
    assert client.get(url, follow=True).status_code == 200
    form = household()
    done = client.post(url, form)
    assert done.status_code == 302
    assert client.post(url, form).url == done.url
    mother, child = Case.objects.order_by("-pk")[:2][::-1]
    assert mother.person != child.person
    relation = Relation.objects.get(case=child)
    assert (relation.other, relation.kind, relation.is_responsible) == (mother.person, "parent", True)
    assert Relation.objects.get(case=mother).kind == "child"
    page = client.get(page_of(child)).text
    assert "Moeder Eerste" in page
    assert "verantwoordelijk voor deze minderjarige" in page


BAD_HOUSEHOLDS = [
    {"lid0-name": ""}, {"lid1-relation": ""}, {"lid1-responsible": ""}, {"lid1-responsible": "1"},
    {"lid1-responsible": "2"}, {"lid1-name": ""}, {"referrer": ""}, {"lid0-birth_date": "morgen"}, {"rows": "0", "lid0-name": ""},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD_HOUSEHOLDS)
def test_bad_households(client, pilot, change):
    before = Case.objects.count()
    answer = client.act_as(pilot.workers["municipality"]).post(
        reverse("casework:register_household"), household(**change)
    )
    assert answer.status_code == 400
    assert Case.objects.count() == before


def test_more_rows_keep_what_was_typed(client, pilot):
    client.act_as(pilot.workers["municipality"])
    page = client.post(reverse("casework:register_household"), household(more="1"))
    assert page.status_code == 200
    assert "lid5-name" in page.text
    assert "Kind Tweede" in page.text


def test_a_minor_alone_names_a_guardian(client, pilot):
    born = (timezone.localdate() - timedelta(days=4000)).strftime("%d-%m-%Y")
    form = {
        "name": "Alleen Gekomen", "other_names": "", "birth_date": born, "nationality": "0084", "second_nationality": "",
        "v_number": "", "referrer": "Politie", "told_on": day(), "language": "ti", "guardian": "",
        "form_token": str(uuid.uuid4()), "draft_key": f"register:{uuid.uuid4()}",
    }  # fmt: skip
    url = reverse("casework:register_person")
    client.act_as(pilot.workers["municipality"])
    assert client.post(url, form).status_code == 400
    assert client.post(url, {**form, "guardian": "Nidos"}).status_code == 302
    relation = Relation.objects.get()
    assert (relation.kind, relation.other_name, relation.is_responsible) == ("guardian", "Nidos", True)


def test_who_may_be_a_minor():
    today = date(2026, 11, 22)
    for born, minor in (("2008-11-22", False), ("2008-11-23", True), ("2008-11", True), ("2008", True), ("2007", False),
                        ("2008-10", False), ("", False)):  # fmt: skip
        assert may_be_minor(born, today) is minor, born


def test_an_empty_row_between_members_changes_nobodys_responsible(client, pilot):
    form = household(**{
        "lid1-name": "", "lid1-birth_date": "", "lid1-relation": "", "lid1-responsible": "",
        "lid2-name": "Kind Derde", "lid2-birth_date": household()["lid1-birth_date"], "lid2-relation": "child",
        "lid2-responsible": "0",
    })  # fmt: skip
    url = reverse("casework:register_household")
    client.act_as(pilot.workers["municipality"])
    assert client.post(url, {**form, "lid2-responsible": "1"}).status_code == 400  # nobody is in that row
    assert client.post(url, form).status_code == 302
    mother, child = Case.objects.order_by("-pk")[:2][::-1]
    assert Relation.objects.get(case=child).other == mother.person


def test_a_stay_long_past_or_outside_the_facility_lets_nobody_in(client, pilot):
    Involvement.objects.filter(case=pilot.case, team__in=[pilot.teams["shelter"], pilot.teams["dtv"]]).delete()
    location = make.LocationFactory(pilot=pilot.pilot, team=pilot.teams["shelter"])
    client.act_as(pilot.workers["municipality"])
    shared = {"visibility": "permitted_partners", "ground": "admitted"}
    past = typed({"location": str(location.pk), "since": -60, "until": -30}, **shared)
    assert client.post(adding(pilot.case, "stay"), past).status_code == 302
    outside = typed({"kind": "bbb", "since": -3}, **shared)
    assert client.post(adding(pilot.case, "stay"), outside).status_code == 302
    assert not Involvement.objects.filter(
        case=pilot.case, team__in=[pilot.teams["shelter"], pilot.teams["dtv"]]
    ).exists()


def test_who_works_for_a_hidden_team_is_not_named(client, pilot):
    """The police may not know that a shelter team takes part: its worker is named nowhere on the page of a record."""
    value = make.NameFactory(case=pilot.case, value="Andere Naam", author_team=pilot.teams["shelter"])
    client.act_as(pilot.workers["avim"])
    asking = record_page(pilot.case, value, "record_correct")
    assert client.post(asking, {"text": "Klopt niet", "form_token": str(uuid.uuid4())}).status_code == 302
    request = CorrectionRequest.objects.get()
    answer = {"answer": "declined", "answer_text": "Zo is het gezegd", "form_token": str(uuid.uuid4())}
    answering = record_page(pilot.case, request, "record_answer")
    assert client.act_as(pilot.workers["shelter"]).post(answering, answer).status_code == 302
    client.act_as(pilot.workers["avim"])
    for page in (record_page(pilot.case, request), record_page(pilot.case, value), page_of(pilot.case)):
        shown = client.get(page)
        assert shown.status_code == 200
        assert str(pilot.workers["shelter"]) not in shown.text
