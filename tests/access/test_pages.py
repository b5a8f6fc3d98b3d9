"""Who gets which page, as a table one can show to a lawyer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from casework.models import Case, CaseUserObjectPermission, Involvement, Note
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.access.wall import WallBreach
from governance.convenants.enums import Cell
from partners.accountability.activities import activity_of
from partners.models import AuditEntry
from partners.organisations.enums import Role
from tests import factories as make
from tests.conftest import agreement, closed

pytestmark = pytest.mark.django_db
CASE_PAGES = (
    "case_detail",
    "case_why",
    "case_involve",
    "case_briefing",
    "case_doubles",
    "note_add",
)

ACCESS = [
    # who, page, status on the case she is involved in or not
    ("owner", "case_detail", 200), ("owner", "case_why", 200), ("owner", "case_involve", 200),
    ("owner", "case_briefing", 200), ("owner", "case_doubles", 200), ("owner", "note_add", 200),
    ("coordinator", "case_detail", 200), ("coordinator", "case_involve", 200), ("coordinator", "note_add", 200),
    ("partner", "case_detail", 200), ("partner", "case_why", 200), ("partner", "case_involve", 403),
    ("partner", "case_briefing", 403), ("partner", "case_doubles", 403), ("partner", "note_add", 200),
    *(("stranger", page, 404) for page in CASE_PAGES),
    *(("officer", page, 404) for page in CASE_PAGES),
    *(("admin", page, 404) for page in CASE_PAGES),
]  # fmt: skip


@pytest.mark.parametrize(("asker", "page", "status"), ACCESS)
def test_who_opens_which_page_of_a_case(client, cast, asker, page, status):
    client.act_as(getattr(cast, asker))
    response = client.get(reverse(f"casework:{page}", args=[cast.case.reference]))
    assert response.status_code == status
    # List and page agree.
    listed = client.get(reverse("casework:case_list") + "?tab=all")
    seen = listed.status_code == 200 and str(cast.case.reference) in listed.text
    assert seen is (status != 404)


@pytest.mark.parametrize("asker", ["owner", "coordinator", "partner"])
@pytest.mark.parametrize("page", CASE_PAGES)
def test_the_same_right_on_another_person_is_no_right(client, cast, asker, page):
    client.act_as(getattr(cast, asker))
    assert (
        client.get(reverse(f"casework:{page}", args=[cast.other_case.reference])).status_code == 404
    )


def test_the_stranger_has_a_case_of_her_own(client, cast):
    client.act_as(cast.stranger)
    assert (
        client.get(reverse("casework:case_detail", args=[cast.other_case.reference])).status_code
        == 200
    )


ENDINGS = [
    "membership",
    "involvement",
    "convenant",
    "signature",
    "pilot",
    "winding_down",
    "account",
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_ending_takes_access_away_at_the_next_request(client, cast, ending):
    today = timezone.localdate()
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.partner)
    assert client.get(page).status_code == 200
    if ending == "membership":
        membership = cast.partner.memberships.get()
        membership.until = today
        membership.save()
    elif ending == "involvement":
        involvement = Involvement.objects.get(case=cast.case, team=cast.partner_team)
        involvement.until = today
        involvement.save()
    elif ending == "convenant":
        cast.convenant.in_force_until = today
        cast.convenant.save()
    elif ending == "signature":
        cast.convenant.parties.update(signed_on=None)
    elif ending == "pilot":
        closed(cast.pilot)
    elif ending == "winding_down":
        closed(cast.pilot, state="winding_down", closes_on=today)
    else:
        cast.partner.is_active = False
        cast.partner.save()
    response = client.get(page)
    assert response.status_code == (302 if ending == "account" else 404)
    assert "Markerson" not in response.text


def test_what_ends_tomorrow_still_works_today(client, cast, on_day):
    tomorrow = timezone.localdate() + timedelta(days=1)
    involvement = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    involvement.until = tomorrow
    involvement.save()
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.partner)
    assert client.get(page).status_code == 200
    on_day(tomorrow)
    assert client.get(page).status_code == 404


def test_what_begins_tomorrow_does_not_work_today(client, cast, on_day):
    tomorrow = timezone.localdate() + timedelta(days=1)
    make.InvolvementFactory(case=cast.case, team=cast.stranger_team, since=tomorrow)
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.stranger)
    assert client.get(page).status_code == 404
    on_day(tomorrow)
    assert client.get(page).status_code == 200


def test_a_personal_grant_opens_its_categories_until_its_day(client, cast, on_day):
    from django.contrib.auth.models import Permission

    make.NoteFactory(case=cast.case, category=Category.GUIDANCE, text="begeleid-tekst")
    make.NoteFactory(case=cast.case, category=Category.DEPARTURE, text="vertrek-tekst")
    until = timezone.localdate() + timedelta(days=3)
    CaseUserObjectPermission.objects.create(
        user=cast.stranger,
        permission=Permission.objects.get(codename="view_case"),
        content_object=cast.case,
        categories=["identity", "departure"],
        until=until,
        reason="review",
        kind="review_team",
    )
    for confidential in ("medical_content", "legal_aid"):  # R17, R18
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseUserObjectPermission.objects.update(categories=["identity", confidential])
    page = reverse("casework:case_detail", args=[cast.case.reference])
    client.act_as(cast.stranger)
    shown = client.get(page).text
    assert "vertrek-tekst" in shown
    assert "begeleid-tekst" not in shown
    on_day(until)
    assert client.get(page).status_code == 404


VISIBILITY = [
    (Visibility.OWN_ORGANISATION, False, False),
    (Visibility.SELECTED_PARTNERS, False, False),
    (Visibility.SELECTED_PARTNERS, True, True),
    (Visibility.PERMITTED_PARTNERS, False, True),
]


@pytest.mark.parametrize(("visibility", "shared", "seen"), VISIBILITY)
def test_a_note_shows_to_partners_as_its_author_chose(client, cast, visibility, shared, seen):
    make.NoteFactory(
        case=cast.case,
        category=Category.GUIDANCE,
        visibility=visibility,
        text="geheim-verslag",
        shared_team_ids=[cast.partner_team.pk] if shared else [],
    )
    page = reverse("casework:case_detail", args=[cast.case.reference])
    assert ("geheim-verslag" in client.act_as(cast.partner).get(page).text) is seen
    assert "geheim-verslag" in client.act_as(cast.owner).get(page).text


def test_a_category_without_a_cell_stays_hidden_however_it_is_shared(client, cast):
    make.NoteFactory(
        case=cast.case,
        category=Category.PUBLIC_ORDER,
        visibility=Visibility.SELECTED_PARTNERS,
        text="orde-signaal",
        shared_team_ids=[cast.partner_team.pk],
    )
    page = reverse("casework:case_detail", args=[cast.case.reference])
    assert "orde-signaal" not in client.act_as(cast.partner).get(page).text


def patterns(resolver: Any = None, prefix: str = "") -> list[tuple[str, URLPattern, str]]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{entry.namespace}:" if entry.namespace else ""
            found += patterns(entry, prefix + space)
        elif isinstance(entry, URLPattern):
            found.append((prefix + (entry.name or ""), entry, str(entry.pattern)))
    return found


class Match:
    """Enough of a ResolverMatch to ask for the activity."""

    def __init__(self, name: str, func: Any) -> None:
        self.view_name, self.func = name, func


def test_every_view_declares_its_processing_activity():
    undeclared = [
        name for name, entry, _ in patterns() if activity_of(Match(name, entry.callback)) is None
    ]
    assert undeclared == []
    assert len(patterns()) > 60


def test_counts_equal_lists(client, cast):
    for asker, number in (("owner", 1), ("partner", 1), ("stranger", 1)):
        client.act_as(getattr(cast, asker))
        page = client.get(reverse("casework:case_list") + "?tab=all")
        assert len(page.context["rows"]) == number
        assert page.context["page"].paginator.count == number
        assert dict((key, n) for key, _label, n in page.context["tabs"])["all"] == number


def test_the_second_wall_stops_what_the_first_let_through(cast):
    """Were row-level security off, loading somebody else's case would still raise."""
    from governance.access.clearance import entered

    with acting_as(cast.stranger):
        pass

    with transaction.atomic():
        with entered(cast.stranger):
            # As the owner of the tables: no policy applies.
            with pytest.raises(WallBreach):
                Case.objects.get(pk=cast.case.pk)
            with pytest.raises(WallBreach):
                list(Case.objects.select_related("person").filter(pk=cast.case.pk))
            assert Case.objects.get(pk=cast.other_case.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT access_leave()")


def test_the_web_cannot_write_itself_into_a_case(cast):
    from django.db import connection

    with acting_as(cast.partner), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_case SET team_ids = team_ids || %s, person_id = %s WHERE id = %s",
            [cast.stranger_team.pk, cast.other_case.person_id, cast.case.pk],
        )
    before = (cast.case.team_ids, cast.case.person_id)
    cast.case.refresh_from_db()
    assert (cast.case.team_ids, cast.case.person_id) == before


def test_nobody_writes_in_the_name_of_another_team(cast):
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(cast.partner):
        Note.objects.create(
            case=cast.case,
            author=cast.partner,
            author_team=cast.municipal,
            category=Category.DEPARTURE,
            text="x",
        )
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(cast.stranger):
        Note.objects.create(
            case_id=cast.case.pk,
            author=cast.stranger,
            author_team=cast.stranger_team,
            category=Category.GUIDANCE,
            text="x",
        )


def test_a_person_out_of_sight_cannot_be_given_a_case(cast):
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(cast.stranger):
        Case.objects.create(
            number="x",
            person_id=cast.case.person_id,
            pilot=cast.pilot,
            lead_team=cast.stranger_team,
            team_ids=[cast.stranger_team.pk],
        )


def test_a_team_that_left_finds_no_history_either(cast):
    involvement = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    with acting_as(cast.partner):
        assert Case.history.filter(id=cast.case.pk).exists()
    involvement.until = timezone.localdate()
    involvement.save()
    with acting_as(cast.partner):
        assert not Case.history.filter(id=cast.case.pk).exists()
        assert not Involvement.history.filter(case_id=cast.case.pk).exists()


def test_a_coordinator_reads_what_was_changed_in_her_pilot_and_nobody_else_does(cast):
    from partners.accountability.logs import audit

    audit("membership_added", actor=cast.admin, obj=("membership", 1), pilot_id=cast.pilot.pk)
    for asker, number in (("coordinator", 1), ("owner", 0), ("partner", 0), ("stranger", 0)):
        with acting_as(getattr(cast, asker)):
            assert AuditEntry.objects.filter(pilot_id=cast.pilot.pk).count() == number


def test_role_without_team_has_no_casework(client, cast):
    analyst = make.MembershipFactory(
        team=None, organisation=make.OrganisationFactory(kind="ministry"), role=Role.ANALYST
    ).user
    client.act_as(analyst)
    assert client.get(reverse("casework:case_list")).status_code == 403
    assert (
        client.get(reverse("casework:case_detail", args=[cast.case.reference])).status_code == 404
    )


def test_a_coordinator_of_another_organisation_is_not_the_pilots(client, cast):
    """The role exists for every team; only the municipality's coordinates the pilot."""
    theirs = cast.worker(cast.partner_team, Role.COORDINATOR)
    with acting_as(theirs) as clearance:
        assert not clearance.coordinates(cast.pilot.pk)
    client.act_as(theirs)
    assert (
        client.get(reverse("casework:case_involve", args=[cast.case.reference])).status_code == 403
    )
    assert (
        client.get(reverse("governance:proposal_add", args=[cast.convenant.reference])).status_code
        == 403
    )
    shown = client.get(reverse("partners:pilot_detail", args=[cast.pilot.reference])).text
    assert "Wijzigingen in wie meedoet" not in shown


def test_a_grant_ends_with_the_job(cast):
    from django.contrib.auth.models import Permission

    CaseUserObjectPermission.objects.create(
        user=cast.stranger,
        permission=Permission.objects.get(codename="view_case"),
        content_object=cast.case,
        categories=["identity"],
        until=timezone.localdate() + timedelta(days=3),
        reason="review",
        kind="review_team",
    )
    with acting_as(cast.stranger):
        assert Case.objects.filter(pk=cast.case.pk).exists()
    membership = cast.stranger.memberships.get()
    membership.until = timezone.localdate()
    membership.save()
    with acting_as(cast.stranger):
        assert not Case.objects.exists()


def test_who_may_not_read_shelter_meets_no_trace_of_it(client, cast):
    """The partner here reads identity and departure, and nothing of shelter or care."""
    shelter = make.TeamFactory(
        organisation=cast.stranger_team.organisation, pilot=cast.pilot, function="shelter"
    )
    care = make.TeamFactory(
        organisation=cast.stranger_team.organisation, pilot=cast.pilot, function="care"
    )
    hidden = make.InvolvementFactory(
        case=cast.case, team=shelter, ground="stay", explanation="kamer-vier"
    )
    make.InvolvementFactory(case=cast.case, team=care, ground="care", explanation="zorg-vraag")
    third = make.TeamFactory(
        pilot=cast.pilot, organisation__name="Derde partij", organisation__kind="ind"
    )
    make.InvolvementFactory(case=cast.case, team=third, explanation="mee-denken")
    make.StayFactory(case=cast.case)
    pages = [
        reverse("casework:case_detail", args=[cast.case.reference]),
        reverse("casework:case_why", args=[cast.case.reference]),
        reverse("casework:note_add", args=[cast.case.reference]),
        reverse("casework:person_detail", args=[cast.case.person.reference]),
        reverse("casework:case_list") + "?tab=all",
    ]
    traces = ("kamer-vier", "zorg-vraag", "opvangteam", "zorgteam", "Verblijf</dt>", "verblijft op")
    for page in pages:
        shown = client.act_as(cast.partner).get(page).text
        assert not [trace for trace in traces if trace in shown], page
    known = client.act_as(cast.owner).get(pages[0]).text
    assert [trace for trace in traces if trace in known] == list(traces)
    assert "mee-denken" in client.act_as(cast.partner).get(pages[0]).text
    # Neither by a filter, nor by an address: hidden answers as what is not there.
    kind = cast.stranger_team.organisation.kind
    assert (
        cast.case.number
        not in client.get(reverse("casework:case_list") + f"?tab=all&partner={kind}").text
    )
    assert (
        cast.case.number
        in client.act_as(cast.owner)
        .get(reverse("casework:case_list") + f"?tab=all&partner={kind}")
        .text
    )
    ends = reverse("casework:involvement_end", args=[cast.case.reference, hidden.reference])
    assert client.act_as(cast.partner).get(ends).status_code == 404
    assert client.act_as(cast.owner).get(ends).status_code == 200


@pytest.mark.parametrize("teams", ["another's", "none", "another pilot's"])
def test_nobody_opens_a_case_for_a_team_she_does_not_write_for(cast, teams):
    elsewhere = make.TeamFactory()
    wanted = {
        "another's": [cast.partner_team.pk],
        "none": [],
        "another pilot's": [cast.municipal.pk],
    }[teams]
    lead = elsewhere if teams == "another pilot's" else cast.municipal
    case = {
        "number": "2026-999999",
        "person": cast.case.person,
        "pilot": cast.pilot,
        "lead_team": lead,
    }
    with (
        acting_as(cast.owner),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Case.objects.create(team_ids=wanted, **case)
    with acting_as(cast.owner):  # and her own she opens
        assert Case.objects.create(
            team_ids=[cast.municipal.pk], **{**case, "lead_team": cast.municipal}
        ).pk


def test_who_writes_nothing_changes_no_case(cast):
    reader = make.TeamFactory(organisation__kind="coa", pilot=cast.pilot)
    agreement(cast.pilot, {reader: {Category.IDENTITY: Cell.READ}}, kind="ngo_agreement")
    make.InvolvementFactory(case=cast.case, team=reader)
    user = make.MembershipFactory(team=reader).user
    for who, changed in ((user, 0), (cast.owner, 1)):
        with acting_as(who), connection.cursor() as cursor:
            assert Case.objects.filter(pk=cast.case.pk).exists()
            cursor.execute("UPDATE casework_case SET referrer = 'x' WHERE id = %s", [cast.case.pk])
            assert cursor.rowcount == changed


def test_the_line_of_readers_says_that_there_may_be_others_whoever_takes_part(client, cast):
    """To who cannot know of every kind of team; the team that leads knows them all."""
    url = reverse("casework:note_readers", args=[cast.case.reference])
    note = {"category": "departure", "visibility": "permitted_partners"}
    others = "teams die later meedoen"
    assert others in client.act_as(cast.partner).post(url, note).text
    assert others not in client.post(url, {**note, "visibility": "own_organisation"}).text
    assert others not in client.act_as(cast.owner).post(url, {**note, "category": "identity"}).text


def test_a_refused_request_leaves_nothing_behind(client, cast, monkeypatch):
    """What a view wrote before it found that it may not is not kept."""

    def writes_then_refuses(reader):
        Note.objects.create(
            case=reader.case,
            author_team=cast.municipal,
            author=cast.owner,
            category=Category.IDENTITY,
            text="half werk",
            visibility=Visibility.OWN_ORGANISATION,
            happened_on=timezone.localdate(),
        )
        return False

    monkeypatch.setattr("casework.cases.perms.can_involve", writes_then_refuses)
    url = reverse("casework:case_involve", args=[cast.case.reference])
    assert client.act_as(cast.owner).get(url).status_code == 403
    assert not Note.objects.filter(text="half werk").exists()
