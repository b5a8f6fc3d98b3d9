"""The model convenant: the sharing matrix this application ships with, which the parties change
per pilot."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _

from governance.access.enums import Category
from governance.convenants.enums import Allows, Cell, ConvenantKind
from governance.convenants.models import (
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
)
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Pilot, Team

K, F = OrganisationKind, TeamFunction

# R reads, W writes and reads, O writes and reads its own only, - nothing; the order is that of the
# categories.
COLUMNS = (
    (K.MUNICIPALITY, F.GENERAL),
    (K.NGO, F.GENERAL),
    (K.NGO, F.LEGAL),
    (K.NGO, F.CARE),
    (K.NGO, F.SHELTER),
    (K.IND, F.GENERAL),
    (K.DTV, F.GENERAL),
    (K.AVIM, F.GENERAL),
    (K.IOM, F.GENERAL),
    (K.COA, F.GENERAL),
)
MATRIX = {
    Category.IDENTITY:           "W W R R W W W W R R",
    Category.CONTACT_SHELTER:    "W W R R W R R - - -",
    Category.SHELTER_ADDRESS:    "W W - - R - - - - -",
    Category.PROCEDURES:         "W R R R - W R R - -",
    Category.DEPARTURE:          "R R R - - R W R O -",
    Category.GUIDANCE:           "W W R R - - R - - -",
    Category.LEGAL_AID:          "- - W - - - - - - -",
    Category.MEDICAL_LIMITATION: "R W R W R R R - - -",
    Category.MEDICAL_CONTENT:    "- - - W - - - - - -",
    Category.CONFERENCE:         "W W R R - W W R - -",
    Category.PUBLIC_ORDER:       "W O - - O - R W - -",
    Category.OUTCOME:            "W W R R - W W R O R",
}  # fmt: skip
LETTERS = {"-": Cell.NONE, "R": Cell.READ, "W": Cell.WRITE, "O": Cell.WRITE_OWN}
VERBS = {
    Cell.NONE: (),
    Cell.READ: ("read",),
    Cell.WRITE: ("read", "write"),
    Cell.WRITE_OWN: ("write",),
}

# Which organisations stand in which agreement: NGOs are no party to the convenant with the Rijk.
PARTIES = {
    ConvenantKind.CONVENANT: {K.MUNICIPALITY, K.IND, K.DTV, K.AVIM, K.IOM, K.COA},
    ConvenantKind.NGO_AGREEMENT: {K.MUNICIPALITY, K.NGO, K.SHELTER_OPERATOR},
    ConvenantKind.MUNICIPAL_DECISION: {K.MUNICIPALITY, K.NGO, K.SHELTER_OPERATOR},
}
# Whose cells an agreement carries: the municipality has hers in the convenant, not once more in the
# NGO agreement.
CARRIES = {**PARTIES, ConvenantKind.NGO_AGREEMENT: {K.NGO, K.SHELTER_OPERATOR}}

BASIS = "AVG artikel 6, eerste lid, onder e"
MEDICAL_BASIS = "AVG artikel 9, tweede lid, onder a en h"
PURPOSES = {
    Category.IDENTITY: ("2", "Weten over wie het gaat en dubbele registratie voorkomen"),
    Category.CONTACT_SHELTER: ("3", "De persoon kunnen bereiken en weten of er verblijf is"),
    Category.SHELTER_ADDRESS: ("3", "Opvang verzorgen op een beschermd adres"),
    Category.PROCEDURES: ("4", "Begeleiding afstemmen op lopende procedures"),
    Category.DEPARTURE: ("4", "Terugkeer of doormigratie voorbereiden"),
    Category.GUIDANCE: ("5", "Samen begeleiden naar een bestendige oplossing"),
    Category.LEGAL_AID: ("6", "Vertrouwelijke juridische hulp"),
    Category.MEDICAL_LIMITATION: ("7", "Rekening houden met een beperking"),
    Category.MEDICAL_CONTENT: ("7", "Zorg verlenen"),
    Category.CONFERENCE: ("8", "Gezamenlijk besluiten in het lokaal samenwerkingsoverleg"),
    Category.PUBLIC_ORDER: ("9", "Overlast en onveiligheid voorkomen"),
    Category.OUTCOME: ("10", "Vaststellen of een oplossing is bereikt en standhoudt"),
}
HIT_NO_HIT_ARTICLE = "12"
ARTICLES = (
    (
        "1",
        "Doel",
        "Partijen werken samen aan een bestendige oplossing voor vreemdelingen zonder recht op "
        "verblijf of "
        "rijksopvang: terugkeer, doormigratie of legalisering van verblijf.",
    ),
    (
        "2",
        "Identiteit",
        "Partijen leggen vast wie de persoon zegt te zijn, met bron en datum. Niemand wijzigt "
        "wat een "
        "andere partij vastlegde.",
    ),
    (
        "3",
        "Opvang en bereikbaarheid",
        "Partijen weten dat iemand verblijf heeft. Het adres is beschermd: afspraken "
        "lopen via de casemanager.",
    ),
    (
        "4",
        "Procedures en vertrek",
        "IND en DT&V leggen hun procedures en vertrekhandelingen vast en delen die zoals de "
        "deelmatrix bepaalt.",
    ),
    (
        "5",
        "Begeleiding",
        "Verslagen van begeleiding zijn in beginsel van het team dat ze schrijft. Dat team "
        "deelt ze "
        "wanneer dat nodig is voor de begeleiding.",
    ),
    (
        "6",
        "Juridische hulp",
        "Wat met een juridisch adviseur is besproken, blijft bij het juridische team.",
    ),
    (
        "7",
        "Medische gegevens",
        "Een beperking mag als signaal worden gedeeld, nooit als diagnose. Medische inhoud "
        "wordt alleen gedeeld met vastgelegde toestemming.",
    ),
    (
        "8",
        "Lokaal samenwerkingsoverleg",
        "De gemeente zit het overleg voor. Partijen leggen besluiten en inzet vast.",
    ),
    (
        "9",
        "Openbare orde",
        "Signalen over openbare orde worden alleen gedeeld met partijen die ze nodig hebben.",
    ),
    (
        "10",
        "Uitkomst",
        "Partijen leggen de uitkomst vast, en of die standhoudt.",
    ),
    (
        "11",
        "Verantwoording",
        "Iedere inzage wordt vastgelegd. De persoon kan vragen wie de gegevens heeft gezien.",
    ),
    (
        HIT_NO_HIT_ARTICLE,
        "Elders bekend",
        "Gemeente en ngo mogen van een persoon met een open casus vragen of die in een andere "
        "pilot bekend is. Het "
        "antwoord noemt alleen de pilot en de contactpersoon, en wordt vastgelegd.",
    ),
)


def model_cell(team: Team, category: Category) -> Cell:
    """What the model convenant gives this team; organisation kinds without a column start with
    nothing."""
    kind = K.NGO if team.organisation.kind == K.SHELTER_OPERATOR else K(team.organisation.kind)
    column = (kind, F(team.function))
    if column not in COLUMNS:
        return Cell.NONE
    return LETTERS[MATRIX[category].split()[COLUMNS.index(column)]]


class GivenCell(NamedTuple):
    """What a convenant gives one team in one category, and why."""

    team: Team
    category: Category
    cell: Cell
    article: str
    purpose: str
    legal_basis: str
    further_basis: str = ""


def write_cells(convenant: Convenant, cells: Iterable[GivenCell]) -> None:
    """Write cells of a matrix in one statement, each as the one or two rights it stands for."""
    rights = Permission.objects.filter(
        content_type__app_label="governance", content_type__model="convenant"
    )
    by_name = {right.codename: right for right in rights}
    ConvenantGroupObjectPermission.objects.bulk_create(
        ConvenantGroupObjectPermission(
            group=given.team.group,
            permission=by_name[f"{verb}_{given.category}"],
            content_object=convenant,
            article=given.article,
            purpose=given.purpose,
            legal_basis=given.legal_basis,
            further_basis=given.further_basis,
        )
        for given in cells
        for verb in VERBS[given.cell]
    )


def make_from_model(pilot: Pilot, kind: ConvenantKind) -> Convenant:
    """A draft with the model's articles, the parties of this pilot (unsigned) and their cells."""
    titles = {
        ConvenantKind.CONVENANT: _("Convenant LVV %(pilot)s"),
        ConvenantKind.NGO_AGREEMENT: _("Agreement with NGOs, LVV %(pilot)s"),
        ConvenantKind.MUNICIPAL_DECISION: _("Municipal decision on shelter, %(pilot)s"),
    }
    latest = Convenant.objects.filter(pilot=pilot, kind=kind).order_by("-version").first()
    convenant = Convenant.objects.create(
        pilot=pilot,
        kind=kind,
        version=latest.version + 1 if latest else 1,
        title=titles[kind] % {"pilot": pilot.name},
        aim=ARTICLES[0][2],
    )
    ConvenantArticle.objects.bulk_create(
        ConvenantArticle(
            convenant=convenant,
            number=number,
            title=title,
            text=text,
            allows=Allows.HIT_NO_HIT if number == HIT_NO_HIT_ARTICLE else "",
        )
        for number, title, text in ARTICLES
    )
    teams = list(Team.objects.filter(pilot=pilot).select_related("organisation", "group"))
    ConvenantParty.objects.bulk_create(
        ConvenantParty(convenant=convenant, organisation=organisation)
        for organisation in sorted(
            {team.organisation for team in teams}, key=lambda party: party.pk
        )
        if organisation.kind in PARTIES[kind]
    )
    write_cells(
        convenant,
        (
            GivenCell(
                team,
                category,
                model_cell(team, category),
                *PURPOSES[category],
                MEDICAL_BASIS if category.startswith("medical") else BASIS,
            )
            for team in teams
            if team.organisation.kind in CARRIES[kind]
            for category in Category
        ),
    )
    return convenant
