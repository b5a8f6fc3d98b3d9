"""A pilot in which all ten kinds of team take part in one case, and how tests write, send and
find its records."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.dossiers.kinds import BY_MODEL
from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from partners.accountability.history import written_in_bulk
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from tests import factories as make
from tests.conftest import own_copy

K, F = OrganisationKind, TeamFunction
TEAMS = {
    "municipality": (K.MUNICIPALITY, F.GENERAL), "ngo": (K.NGO, F.GENERAL), "legal": (K.NGO, F.LEGAL),
    "care": (K.NGO, F.CARE), "shelter": (K.NGO, F.SHELTER), "ind": (K.IND, F.GENERAL), "dtv": (K.DTV, F.GENERAL),
    "avim": (K.AVIM, F.GENERAL), "iom": (K.IOM, F.GENERAL), "coa": (K.COA, F.GENERAL),
}  # fmt: skip


# Who wrote it, and who reads it when it is open to all permitted partners: the model matrix, record
# kind by record kind.
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
    "reachability": ("ngo", "municipality ngo legal care dtv"),
    "legalaid": ("legal", "legal"),
    "medicallimitation": ("care", "municipality ngo legal care shelter ind dtv"),
    "medicalrecord": ("care", "care"),
    "supervision": ("avim", "municipality dtv avim"),
    "signal": ("avim", "municipality dtv avim"),
    "receptionhandover": ("municipality", "municipality ngo legal care ind dtv avim coa"),
}  # fmt: skip


# Whose own work it is: who may add such a record in this case.
WRITERS = {
    "identity_value": "municipality ngo shelter ind dtv avim", "document": "municipality ngo shelter ind dtv avim",
    "relation": "municipality ngo shelter ind dtv avim", "research": "avim", "procedure": "municipality ind",
    "residence_title": "ind", "departure_plan": "dtv", "travel_document": "dtv", "mediation": "dtv",
    "return_support": "iom", "supervision": "avim", "signal": "municipality ngo care shelter ind dtv avim",
    "contact": "municipality ngo legal dtv iom", "legal_aid": "legal", "limitation": "ngo care", "medical": "care",
    "dossier": "ind dtv", "goal": "municipality ngo", "reachability": "municipality ngo", "destination_report": "ind dtv",
    "consent": "care", "stay": "municipality ngo shelter", "allowance": "municipality", "hand_over": "municipality ngo",
}  # fmt: skip


def page_of(case):
    return reverse("casework:case_detail", args=[case.reference])


def record_page(case, record, page="record_detail"):
    return reverse(
        f"casework:{page}", args=[case.reference, BY_MODEL[type(record)].slug, record.reference]
    )


def adding(case, slug, query=""):
    return reverse("casework:record_add", args=[case.reference, slug]) + query


def day(offset=0):
    return (timezone.localdate() + timedelta(days=offset)).strftime("%d-%m-%Y")


@pytest.fixture
def pilot(pilot_of_module, db):
    return own_copy(pilot_of_module)


@pytest.fixture(scope="module")
def pilot_of_module(kept_for_module):
    """A pilot under the model convenant and NGO agreement: all ten teams take part in one case,
    and not in another."""
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
    workers["coordinator"] = make.MembershipFactory(
        team=teams["municipality"], role=Role.COORDINATOR
    ).user
    grounds = {"shelter": "stay", "care": "care", "legal": "legal_aid", "dtv": "made_known"}
    case = make.CaseFactory(
        lead_team=teams["municipality"],
        case_manager=workers["municipality"],
        named="Selam Zichtbaar",
    )
    written_in_bulk(
        [
            make.InvolvementFactory.build(
                case=case, team=team, ground=grounds.get(name, "cooperation")
            )
            for name, team in teams.items()
            if name != "municipality"
        ]
    )
    case.refresh_from_db()
    other = make.CaseFactory(lead_team=teams["municipality"], named="Buiten Beeld")
    return SimpleNamespace(pilot=made, teams=teams, workers=workers, case=case, other=other)


def written(pilot, name, **extra):
    author, _readers = READERS[name]
    extra = {"case": pilot.case, "author_team": pilot.teams[author], **extra}
    extra = {"to_team": pilot.teams["coa"], **extra} if name == "receptionhandover" else extra
    record = make.RECORDS[name](**extra)
    record.refresh_from_db()  # what the database filled in
    return record


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
    ("ngo", "reachability"): {"kind": "telephone", "value": "06 1234 5678", "remark": "alleen na 18 uur", "since": -2},
    ("municipality", "reachability"): {
        "kind": "messenger", "messenger": "Signal", "value": "@selam", "since": 0
    },
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
    filled = {
        name: day(value) if isinstance(value, int) else value
        for name, value in {**fields, **changes}.items()
    }
    return {
        "visibility": "own_organisation",
        "share_basis": "convenant",
        "form_token": str(uuid.uuid4()),
        **filled,
    }
