"""What gives somebody away without a record being shown: names, grounds, addressees, questions,
refusals."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.enums import CaseState
from casework.cases.progress import step_to
from casework.journey.acts import notify_team_members
from casework.models import Case, CorrectionRequest, Import, Involvement, Progress
from casework.register.models import Clash
from casework.registration.acts import Claim, register
from governance.access.clearance import acting_as, current_clearance
from governance.access.enums import Visibility
from governance.models import ConvenantGroupObjectPermission
from partners.models import OutboxMessage
from partners.organisations.enums import OrganisationKind, Role
from tests import factories as make
from tests.casework.ten_teams import page_of, record_page, written

LIST = reverse("casework:case_list") + "?tab=all"
WITHOUT_SHELTER = ["avim", "iom", "coa"]


@pytest.fixture
def at_night(pilot):
    """Somebody the night staff brought in; the partners who may not know of shelter take part."""
    night = pilot.workers["shelter"]
    with acting_as(night):
        claim = Claim(
            names=["Nachtelijke Gast"], sheltered_since=timezone.localdate(), in_emergency=True
        )
        case = register(claim, by=current_clearance(), team=pilot.teams["shelter"])
    for name in ("ind", *WITHOUT_SHELTER):
        make.InvolvementFactory(case=case, team=pilot.teams[name], worker=pilot.workers[name])
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("reader", WITHOUT_SHELTER)
def test_who_was_brought_in_at_night_is_not_told_by_names_tasks_or_grounds(
    client, pilot, at_night, reader
):
    client.act_as(pilot.workers[reader])
    for page in (
        "/",
        LIST,
        page_of(at_night),
        reverse("casework:person_detail", args=[at_night.person.reference]),
    ):
        shown = client.get(page).text
        assert "Nachtelijke Gast" in shown
        for hint in (
            "noodopvang",
            str(pilot.workers["shelter"]),
            pilot.teams["shelter"].label,
            "bekendgemaakt",
        ):
            assert hint not in shown, (page, hint)
    # Before the dossiers are asked for, DT&V takes part because of the place.
    assert (
        pilot.teams["dtv"].label
        not in client.get(LIST).text.split("Nachtelijke Gast")[1].split("</tr>")[0]
    )
    assert at_night.number not in client.get(LIST + "&partner=dtv").text
    assert at_night.number in client.act_as(pilot.workers["ind"]).get(LIST + "&partner=dtv").text
    with acting_as(pilot.workers[reader]):
        assert not Involvement.objects.filter(
            case=at_night, team__in=[pilot.teams["dtv"], pilot.teams["shelter"]]
        )


def bring(case, state):
    """Into this state, with the step that led there."""
    make.in_state(case, state)
    step_to(case.progress, "T10", None, timezone.localdate()).save()


def pages(client, worker, case):
    """What this worker is shown of the case: pages, lists and search, without what differs each
    time."""
    client.act_as(worker)
    name, filtered = case.number, f"{LIST}&state="
    addresses = [
        "/",
        page_of(case),
        f"{page_of(case)}?toon=partners",
        reverse("casework:case_why", args=[case.reference]),
        reverse("casework:person_detail", args=[case.person.reference]),
        reverse("casework:person_list"),
        *(LIST.replace("all", tab) for tab in ("all", "open", "new", "mine")),
        *(f"{filtered}{state}" for state in CaseState),
    ]
    once = re.compile(r"[A-Za-z0-9]{64}|(?<=form_token\" value=\")[0-9a-f-]{36}")
    result = {address: once.sub("", client.get(address).text) for address in addresses}
    found = client.post(reverse("casework:case_search"), {"number": name})
    return result | {"search": once.sub("", found.text)}


OPEN = ("registered", "awaiting_dossiers", "in_conference", "admitted", "in_guidance")


@pytest.mark.parametrize(
    ("reader", "alike"),
    [
        *((name, (*OPEN, "not_admitted")) for name in ("avim", "iom", "coa", "shelter")),
        ("shelter", ("exited", "in_aftercare")),
        ("iom", ("exited", "in_aftercare")),
        ("ind", ("admitted", "in_guidance")),
    ],
)
def test_how_far_a_case_is_is_told_to_nobody_who_does_not_read_it(client, pilot, reader, alike):
    """Who reads less is shown literally the same, whatever state the case is in."""
    shown = {}
    for state in alike:
        bring(pilot.case, state)
        shown[state] = pages(client, pilot.workers[reader], pilot.case)
    first = shown.pop(alike[0])
    for state, there in shown.items():
        for address, text in there.items():
            assert text == first[address], (state, address)


def test_how_far_a_case_is_that_is_not_seen_is_told_to_nobody(pilot):
    """A team that reads conferences and no identities sees no case, nor its row beside it."""
    with acting_as(pilot.workers["dtv"]):
        assert Progress.objects.filter(case=pilot.case).exists()
    ConvenantGroupObjectPermission.objects.filter(
        group=pilot.teams["dtv"].group, permission__codename__endswith="_identity"
    ).delete()
    with acting_as(pilot.workers["dtv"]) as clearance:
        assert any("conference" in seat.reads for seat in clearance.seats)
        assert not Case.objects.exists()
        assert not Progress.objects.exists()


def test_a_message_that_a_step_was_taken_goes_to_who_reads_the_step(pilot):
    for name in ("avim", "dtv"):
        row = Involvement.objects.get(case=pilot.case, team=pilot.teams[name])
        row.worker = pilot.workers[name]
        row.save()
    bring(pilot.case, "in_guidance")
    with acting_as(pilot.workers["coordinator"]):
        notify_team_members(pilot.case, by=current_clearance())
    told = set(OutboxMessage.objects.values_list("user", flat=True))
    assert pilot.workers["dtv"].pk in told
    assert pilot.workers["avim"].pk not in told


@pytest.mark.parametrize("reader", ["avim", "iom", "coa"])
def test_why_and_since_when_a_partner_takes_part_tells_nobody_how_far_a_case_is(
    client, pilot, reader
):
    asked = Involvement.objects.get(case=pilot.case, team=pilot.teams["ind"])
    asked.ground, asked.since = "dossier_request", timezone.localdate() - timedelta(days=3)
    asked.explanation = "Gevraagd na de intake."
    asked.save()
    known = ("vroeg om het dossier", asked.get_ground_display(), asked.explanation)
    for page in (page_of(pilot.case), f"{page_of(pilot.case)}?toon=partners"):
        shown = client.act_as(pilot.workers[reader]).get(page).text
        assert not any(word in shown for word in known)
        assert pilot.teams["ind"].label in client.get(page_of(pilot.case)).text
    assert asked.explanation in client.act_as(pilot.workers["dtv"]).get(page_of(pilot.case)).text


def test_the_team_that_leads_completes_what_was_begun_at_night(client, pilot, at_night):
    assert at_night.case_manager is None
    home = client.act_as(pilot.workers["municipality"]).get("/").text
    assert "Nachtelijke Gast" in home.split('id="h-afmaken"')[1]
    assert 'id="h-afmaken"' not in client.act_as(pilot.workers["shelter"]).get("/").text


@pytest.mark.parametrize(
    "kind", [OrganisationKind.SHELTER_OPERATOR, OrganisationKind.HEALTH_PROVIDER]
)
def test_an_organisation_for_shelter_or_care_tells_whatever_its_team_is_called(client, pilot, kind):
    team = make.TeamFactory(
        organisation=make.OrganisationFactory(name="Zegt Genoeg", kind=kind), pilot=pilot.pilot
    )
    make.InvolvementFactory(case=pilot.case, team=team)
    for reader in ("avim", "coa"):
        client.act_as(pilot.workers[reader])
        assert (
            "Zegt Genoeg"
            not in client.get(page_of(pilot.case)).text + client.get(LIST).text.split("<tbody")[1]
        )
        assert pilot.case.number not in client.get(f"{LIST}&partner={kind}").text
    assert (
        "Zegt Genoeg" in client.act_as(pilot.workers["municipality"]).get(page_of(pilot.case)).text
    )


def test_return_and_reception_tell_the_night_shelter_nothing(client, pilot):
    shown = client.act_as(pilot.workers["shelter"]).get(page_of(pilot.case)).text
    assert pilot.teams["iom"].label not in shown
    assert pilot.teams["coa"].label not in shown


def test_a_consent_opens_only_what_its_own_organisation_wrote(client, pilot):
    other = make.TeamFactory(
        organisation=make.OrganisationFactory(name="Andere zorg"),
        pilot=pilot.pilot,
        function="care",
    )
    make.InvolvementFactory(case=pilot.case, team=other, ground="care")
    ours = written(pilot, "medicalrecord", visibility=Visibility.PERMITTED_PARTNERS)
    theirs = written(
        pilot, "medicalrecord", author_team=other, visibility=Visibility.PERMITTED_PARTNERS
    )
    make.ConsentFactory(case=pilot.case, team=pilot.teams["dtv"], author_team=pilot.teams["care"])
    client.act_as(pilot.workers["dtv"])
    assert client.get(record_page(pilot.case, ours)).status_code == 200
    assert client.get(record_page(pilot.case, theirs)).status_code == 404
    readers = (
        client.act_as(pilot.workers["care"]).get(record_page(pilot.case, ours)).context["readers"]
    )
    assert pilot.teams["dtv"].label in readers


def test_a_clash_does_not_tell_that_somebody_is_shielded_there(client, cast):
    """R1 gives both coordinators a clash; a shielded person is told of to nobody elsewhere."""
    elsewhere = make.PilotFactory(name="Verderop")
    team = make.TeamFactory(organisation=elsewhere.municipality, pilot=elsewhere)
    there = make.CaseFactory(lead_team=team, named="Zelfde Nummer", shielded_reason="bedreigd")
    clash = Clash.objects.create(
        newer_case=cast.case,
        older_case=there,
        newer_pilot=cast.pilot,
        older_pilot=elsewhere,
        agreeing=["v_number"],
        found_at=timezone.now(),
    )
    page = reverse("casework:clash_detail", args=[clash.reference])
    answer = reverse("casework:clash_answer", args=[clash.reference])
    client.act_as(cast.coordinator)
    assert client.get(page).status_code == 404
    assert "Verderop" not in client.get("/").text
    assert client.post(answer, {"answer": "same"}).status_code in (404, 409)
    clash.refresh_from_db()
    assert (clash.newer_answer, clash.trail) == ("", [])
    there.shielded_reason = ""
    there.save()
    assert "Verderop" in client.get(page).text


def test_who_asks_for_a_correction_learns_to_whom_it_goes_and_legal_aid_asks_through_the_lead(
    client, pilot
):
    procedure = written(pilot, "procedure", visibility=Visibility.PERMITTED_PARTNERS)
    asking = record_page(pilot.case, procedure, "record_correct")
    client.act_as(pilot.workers["legal"])
    assert pilot.teams["municipality"].label in client.get(asking).text
    assert (
        client.post(
            asking, {"text": "Datum klopt niet", "form_token": str(uuid.uuid4())}
        ).status_code
        == 302
    )
    assert CorrectionRequest.objects.get().to_team == pilot.teams["municipality"]
    shown = client.act_as(pilot.workers["ind"]).get(page_of(pilot.case)).text
    assert "Datum klopt niet" not in shown
    # What the leading team does not read is no matter it could see to.
    private = written(
        pilot,
        "departureplan",
        visibility=Visibility.SELECTED_PARTNERS,
        shared_team_ids=[pilot.teams["legal"].pk],
    )
    client.act_as(pilot.workers["legal"])
    assert client.get(record_page(pilot.case, private)).status_code == 200
    assert client.get(record_page(pilot.case, private, "record_correct")).status_code == 403


def test_a_source_one_may_not_know_is_called_by_its_organisation_where_that_is_known(client, pilot):
    written(pilot, "identityvalue", value="Ook Zo Genoemd", author_team=pilot.teams["shelter"])
    shown = client.act_as(pilot.workers["avim"]).get(page_of(pilot.case)).text
    person = client.get(reverse("casework:person_detail", args=[pilot.case.person.reference])).text
    assert pilot.teams["shelter"].label not in shown + person
    assert "een andere partner" not in shown + person
    assert pilot.teams["ngo"].label in person


def test_that_a_sharing_is_with_somebody_unknown_too_changes_nothing_for_the_others(client, pilot):
    """Who may not know of a team reads the purpose as before: without it she would know."""
    dtv, legal = pilot.teams["dtv"].pk, pilot.teams["legal"].pk
    contact = written(
        pilot,
        "contact",
        visibility=Visibility.SELECTED_PARTNERS,
        shared_team_ids=[dtv],
        share_purpose="plek zoeken",
    )
    page = record_page(pilot.case, contact)
    before = client.act_as(pilot.workers["dtv"]).get(page)
    assert "plek zoeken" in before.text
    contact.shared_team_ids = [dtv, legal]
    contact.save()
    after = client.get(page)
    assert "plek zoeken" in after.text
    assert pilot.teams["legal"].label not in after.text
    assert len(after.context["changes"]) == len(before.context["changes"])


def test_no_stay_is_hidden_from_who_reads_of_shelter(pilot):
    for hidden in (
        {"visibility": Visibility.OWN_ORGANISATION},
        {"shared_until": timezone.localdate()},
    ):
        with pytest.raises(IntegrityError, match="stay_is_not_hidden"), transaction.atomic():
            written(pilot, "stay", **hidden)


def test_a_list_is_no_longer_there_for_who_left_the_team(client, pilot):
    worker = pilot.workers["ngo"]
    upload = Import.objects.create(owner=worker, team=pilot.teams["ngo"], name="lijst.csv")
    page = reverse("casework:import_detail", args=[upload.reference])
    make.MembershipFactory(user=worker, team=pilot.teams["municipality"])
    assert client.act_as(worker).get(page).status_code == 200
    worker.memberships.filter(team=pilot.teams["ngo"]).update(until=timezone.localdate())
    assert client.get(page).status_code == 404


def test_a_new_account_is_for_the_administrators_who_made_it(client, cast):
    new = make.UserFactory(name="Nieuwe Politieman", made_for=make.OrganisationFactory(kind="avim"))
    shown = client.act_as(cast.admin).get(reverse("admin:partners_user_changelist")).text
    assert "Nieuwe Politieman" not in shown
    assert client.get(reverse("admin:partners_user_change", args=[new.pk])).status_code in (
        302,
        403,
        404,
    )
    client.post(
        reverse("admin:partners_user_add"),
        {"name": "Eigen", "username": "eigen", "email": "", "phone": ""},
    )
    made = type(new).objects.get(username="eigen")
    assert made.made_for_id in {
        m.organisation_id for m in cast.admin.memberships.filter(role=Role.FUNCTIONAL_ADMIN)
    }
    assert "Eigen" in client.get(reverse("admin:partners_user_changelist")).text
