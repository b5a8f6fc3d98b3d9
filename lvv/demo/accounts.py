"""Who takes part in the demonstration: five pilots, their teams and accounts, and the agreements
between them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from governance.models import Convenant
from partners.models import Membership, Organisation, Pilot, Team, User
from partners.organisations.enums import OrganisationKind, Role, TeamFunction

PASSWORD = "demo-lvv-2026"  # noqa: S105 - printed at the start of every demonstration
K, F = OrganisationKind, TeamFunction
PILOTS = ("Amsterdam", "Eindhoven", "Groningen", "Rotterdam", "Utrecht")
MAXIMUM_STAY = {"Amsterdam": 18}
NGOS = {
    "Amsterdam": "Stichting Wegwijzer Amsterdam",
    "Eindhoven": "Stichting Vangnet Eindhoven",
    "Groningen": "Stichting Noorderlicht Opvang",
    "Rotterdam": "Stichting De Haven",
    "Utrecht": "Stichting Tussenstap Utrecht",
}

# prefix of the account, what the person does, kind and function of her team, role
LOCAL = (
    ("gemeente", "casemanager gemeente", K.MUNICIPALITY, F.GENERAL, Role.CASEWORKER),
    ("gemeente2", "tweede casemanager gemeente", K.MUNICIPALITY, F.GENERAL, Role.CASEWORKER),
    ("coordinator", "coördinator", K.MUNICIPALITY, F.GENERAL, Role.COORDINATOR),
    ("ngo", "begeleider", K.NGO, F.GENERAL, Role.CASEWORKER),
    ("ngo2", "tweede begeleider", K.NGO, F.GENERAL, Role.CASEWORKER),
    ("ngo-zorg", "zorgmedewerker", K.NGO, F.CARE, Role.CASEWORKER),
    ("ngo-juridisch", "juridisch medewerker", K.NGO, F.LEGAL, Role.CASEWORKER),
    ("opvang", "medewerker opvang", K.NGO, F.SHELTER, Role.CASEWORKER),
    ("ind", "liaison IND", K.IND, F.GENERAL, Role.CASEWORKER),
    ("ind2", "tweede liaison IND", K.IND, F.GENERAL, Role.CASEWORKER),
    ("dtv", "regievoerder DT&V", K.DTV, F.GENERAL, Role.CASEWORKER),
    ("dtv2", "tweede regievoerder DT&V", K.DTV, F.GENERAL, Role.CASEWORKER),
    ("avim", "medewerker AVIM", K.AVIM, F.GENERAL, Role.CASEWORKER),
)  # fmt: skip


@dataclass
class Cast:
    """What was made, for the cases to lean on."""

    pilots: dict[str, Pilot]
    teams: dict[tuple[str, str, str], Team]  # pilot, kind, function
    workers: dict[tuple[str, str], User]  # prefix, pilot


def make_cast() -> Cast:
    today = timezone.localdate()
    begun = today - timedelta(days=900)
    password = make_password(PASSWORD)  # one hash for all: argon2 is slow on purpose

    def account(username: str, name: str) -> User:
        return User.objects.create(
            username=username,
            name=name,
            email=f"{username}@example.org",
            password=password,
            phone=f"088 123 {User.objects.count():02} 00",
        )

    national = {
        kind: Organisation.objects.create(name=name, kind=kind)
        for kind, name in (
            (K.IND, "IND"),
            (K.DTV, "DT&V"),
            (K.AVIM, "AVIM"),
            (K.IOM, "IOM"),
            (K.COA, "COA"),
            (K.MINISTRY, "Ministerie van Asiel en Migratie"),
            (K.VNG, "VNG"),
        )
    }
    cast = Cast({}, {}, {})
    municipalities = []
    for place in PILOTS:
        slug = place.lower()
        municipality = Organisation.objects.create(name=f"Gemeente {place}", kind=K.MUNICIPALITY)
        municipalities.append(municipality)
        ngo = Organisation.objects.create(name=NGOS[place], kind=K.NGO)
        pilot = Pilot.objects.create(
            name=place,
            slug=slug,
            municipality=municipality,
            maximum_stay_months=MAXIMUM_STAY.get(place),
            early_admission=place == "Groningen",
            return_term_days=14,
            take_over_months=9,
            contact_name=f"Coördinator LVV {place}",
            contact_phone=f"088 123 45 {len(cast.pilots):02}",
        )
        cast.pilots[place] = pilot
        owners = {K.MUNICIPALITY: municipality, K.NGO: ngo, **national}
        for kind, function in (
            (K.MUNICIPALITY, F.GENERAL),
            (K.NGO, F.GENERAL),
            (K.NGO, F.CARE),
            (K.NGO, F.LEGAL),
            (K.NGO, F.SHELTER),
            (K.IND, F.GENERAL),
            (K.DTV, F.GENERAL),
            (K.AVIM, F.GENERAL),
            (K.IOM, F.GENERAL),
            (K.COA, F.GENERAL),
        ):
            cast.teams[place, kind, function] = Team.objects.add(
                owners[kind], pilot, function, phone=f"088 200 {len(cast.teams):02} 00"
            )
        for prefix, work, kind, function, role in LOCAL:
            user = account(f"{prefix}-{slug}", f"{work[0].upper()}{work[1:]} {place}")
            cast.workers[prefix, place] = user
            team = cast.teams[place, kind, function]
            Membership.objects.create(
                user=user, organisation=team.organisation, team=team, role=role, since=begun
            )
        for kind_of_agreement in (ConvenantKind.CONVENANT, ConvenantKind.NGO_AGREEMENT):
            sign(make_from_model(pilot, kind_of_agreement), begun)
    _nationwide(cast, national, municipalities, account, begun)
    return cast


def sign(convenant: Convenant, day: date) -> None:
    convenant.agreed_on = convenant.in_force_from = day
    convenant.save()
    convenant.parties.update(signed_on=day)


def _nationwide(
    cast: Cast,
    national: dict[OrganisationKind, Organisation],
    municipalities: list[Organisation],
    account: Callable[[str, str], User],
    begun: date,
) -> None:
    def member(
        user: User, organisation: Organisation, role: Role, team: Team | None = None
    ) -> None:
        Membership.objects.create(
            user=user, organisation=organisation, team=team, role=role, since=begun
        )

    member(
        account("ministerie", "Beleidsmedewerker ministerie"), national[K.MINISTRY], Role.ANALYST
    )
    member(account("vng", "Beleidsmedewerker VNG"), national[K.VNG], Role.ANALYST)
    member(account("bestuurder", "Bestuurder"), municipalities[0], Role.ANALYST)
    everywhere = (
        (account("privacy", "Functionaris gegevensbescherming"), Role.DATA_PROTECTION_OFFICER),
        (account("beheer", "Functioneel beheerder"), Role.FUNCTIONAL_ADMIN),
        (account("beheer2", "Tweede functioneel beheerder"), Role.FUNCTIONAL_ADMIN),
    )
    for organisation in Organisation.objects.all():
        for user, role in everywhere:
            member(user, organisation, role)
    # Of each controller its own privacy officer: IND and DT&V have one together.
    for place in PILOTS:
        for prefix, kind in (("gemeente", K.MUNICIPALITY), ("ngo", K.NGO)):
            officer = account(
                f"privacy-{prefix}-{place.lower()}", f"Privacyfunctionaris {prefix} {place}"
            )
            member(officer, cast.teams[place, kind, F.GENERAL].organisation, Role.PRIVACY_OFFICER)
    for username, kinds in (("privacy-rijk", (K.IND, K.DTV)), ("privacy-politie", (K.AVIM,))):
        officer = account(username, f"Privacyfunctionaris {username.removeprefix('privacy-')}")
        for kind in kinds:
            member(officer, national[kind], Role.PRIVACY_OFFICER)
    for username, name, kind in (
        ("dtv-landelijk", "Supervisor DT&V", K.DTV),
        ("iom-landelijk", "Terugkeeradviseur IOM", K.IOM),
        ("coa-landelijk", "Medewerker COA", K.COA),
    ):
        user = account(username, name)
        for place in PILOTS:
            cast.workers[username, place] = user
            member(user, national[kind], Role.CASEWORKER, cast.teams[place, kind, F.GENERAL])


def printed() -> str:
    local = [*(prefix for prefix, *_ in LOCAL), "privacy-gemeente", "privacy-ngo"]
    nationwide = [
        "ministerie",
        "vng",
        "privacy",
        "privacy-rijk",
        "privacy-politie",
        "beheer",
        "beheer2",
        "bestuurder",
        "dtv-landelijk",
        "iom-landelijk",
        "coa-landelijk",
    ]
    lines = [
        f"Demonstration on {settings.SITE_URL}: every person in it is invented.",
        f"Password of all accounts: {PASSWORD}",
        "Per pilot (" + ", ".join(place.lower() for place in PILOTS) + "):",
        "  " + ", ".join(f"{prefix}-<pilot>" for prefix in local),
        "Nationwide: " + ", ".join(nationwide),
    ]
    return "\n".join(lines)
