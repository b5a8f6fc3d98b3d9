"""Sharing with chosen teams and by consent, its end, and what a partner sees."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.dossiers.rows import seen_by
from casework.models import (
    Case,
    Consent,
    Contact,
    IdentityValue,
    Involvement,
)
from governance.access.clearance import acting_as
from governance.access.enums import Category, Visibility
from governance.convenants.enums import Cell
from tests import factories as make
from tests.casework.ten_teams import (
    FILLED,
    READERS,
    TEAMS,
    adding,
    day,
    page_of,
    record_page,
    typed,
    written,
)
from tests.conftest import agreement

pytestmark = pytest.mark.django_db


def test_consent_opens_medical_content_to_the_team_it_names_and_withdrawal_closes_it_at_once(
    client, pilot
):
    medical = written(
        pilot, "medicalrecord", visibility=Visibility.PERMITTED_PARTNERS, text="gevoelig-verslag"
    )
    page = record_page(pilot.case, medical)
    assert client.act_as(pilot.workers["ind"]).get(page).status_code == 404
    client.act_as(pilot.workers["care"])
    form = typed(
        {"team": str(pilot.teams["ind"].pk), "scope": "verslag huisarts", "since": 0, "until": 30}
    )
    assert client.post(adding(pilot.case, "consent"), {**form, "until": day(0)}).status_code == 400
    assert client.post(adding(pilot.case, "consent"), form).status_code == 302
    consent = Consent.objects.get()
    assert "gevoelig-verslag" in client.act_as(pilot.workers["ind"]).get(
        page_of(pilot.case)
    ).text or (client.get(page).status_code == 200)
    assert client.get(page).status_code == 200
    assert client.act_as(pilot.workers["dtv"]).get(page).status_code == 404
    client.act_as(pilot.workers["care"])
    ending = {"reason": "over", "version": "1"}
    assert client.post(record_page(pilot.case, consent, "record_end"), ending).status_code == 302
    consent.refresh_from_db()
    assert (consent.withdrawn_on, consent.end_reason) == (timezone.localdate(), "withdrawn")
    assert client.act_as(pilot.workers["ind"]).get(page).status_code == 404
    with acting_as(pilot.workers["ind"]):
        assert not type(medical).history.exists()


@pytest.mark.parametrize(("name", "function"), [("medicalrecord", "care"), ("legalaid", "legal")])
def test_what_is_confidential_stays_with_its_team_also_where_another_has_the_same_right(
    client, pilot, name, function
):
    """R17, R18: the care or legal team of another organisation in the same case, under an
    agreement of its own."""
    other = make.TeamFactory(organisation__kind="ngo", pilot=pilot.pilot, function=function)
    category = {"care": Category.MEDICAL_CONTENT, "legal": Category.LEGAL_AID}[function]
    agreement(
        pilot.pilot,
        {other: {Category.IDENTITY: Cell.READ, category: Cell.WRITE}},
        kind="municipal_decision",
    )
    make.InvolvementFactory(
        case=pilot.case, team=other, ground={"care": "care", "legal": "legal_aid"}[function]
    )
    pilot.case.refresh_from_db()
    record = written(pilot, name, visibility=Visibility.PERMITTED_PARTNERS)
    colleague = make.MembershipFactory(team=other).user
    with acting_as(colleague):
        assert not type(record).objects.exists()
        assert not type(record).history.exists()
    assert client.act_as(colleague).get(record_page(pilot.case, record)).status_code == 404
    assert (
        client.act_as(pilot.workers[function]).get(record_page(pilot.case, record)).status_code
        == 200
    )
    with acting_as(pilot.workers[function]):
        assert not {ref for _kind, ref in seen_by([pilot.case], other.pk)} & {record.reference}


def test_a_sharing_keeps_purpose_basis_and_end_and_is_withdrawn_at_the_next_request(
    client, pilot, on_day
):
    client.act_as(pilot.workers["ngo"])
    share = {
        "visibility": "selected_partners",
        "shared_with": [str(pilot.teams["municipality"].pk)],
        "share_purpose": "plek zoeken",
        "share_basis": "convenant",
        "shared_until": day(10),
    }
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
    assert "het artikel van het convenant" in shared.text
    on_day(timezone.localdate() + timedelta(days=10))  # its end comes by itself
    assert client.get(page).status_code == 404
    on_day(contact.shared_until - timedelta(days=1))
    assert client.get(page).status_code == 200
    assert client.post(record_page(pilot.case, contact, "record_withdraw")).status_code == 403
    assert (
        client.act_as(pilot.workers["ngo"])
        .post(record_page(pilot.case, contact, "record_withdraw"), {"version": "1"})
        .status_code
        == 302
    )
    assert client.act_as(pilot.workers["municipality"]).get(page).status_code == 404
    register = (
        client.act_as(pilot.workers["ngo"])
        .get(reverse("casework:case_shared", args=[pilot.case.reference]))
        .text
    )
    assert "Niet meer met hen gedeeld" in register


def test_the_register_of_sharing_says_nothing_of_teams_the_reader_may_not_know(client, pilot):
    """Neither that a record was shared with the legal team, nor that the circle changed by it,
    nor that it ended."""
    dtv, legal = pilot.teams["dtv"].pk, pilot.teams["legal"].pk
    url = reverse("casework:case_shared", args=[pilot.case.reference])
    circles = (
        ("selected_partners", [legal]),
        ("permitted_partners", []),
        ("selected_partners", [dtv]),
        ("selected_partners", [dtv, legal]),
        ("selected_partners", [dtv]),
    )
    contact = written(pilot, "contact", visibility=Visibility.PERMITTED_PARTNERS)
    for visibility, teams in circles:
        contact.visibility, contact.shared_team_ids, contact.share_purpose = (
            visibility,
            teams,
            "samen verder",
        )
        contact.save()
    register = client.act_as(pilot.workers["dtv"]).get(url).context["register"]
    dtv_only = [pilot.teams["dtv"].label]
    assert [(row.teams, row.everybody) for row in register] == [
        (dtv_only, False),
        ([], True),
        ([], False),
        ([], True),
    ]
    register = client.act_as(pilot.workers["ngo"]).get(url).context["register"]
    assert [len(row.teams) or row.everybody for row in register] == [1, 2, 1, True, 1, True]
    assert (
        register[3].purpose == "samen verder"
    )  # also of what its author opened to all that may read it


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
    # The answer holds nothing the asker does not see herself: the police's own signal stays the
    # police's.
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


def test_who_reads_a_record_is_said_on_it_and_is_true(client, pilot):
    """A step shows no further than its procedure, a sharing no longer than its end, a consent to
    the team it names."""
    procedure = written(
        pilot, "procedure", visibility="selected_partners", shared_team_ids=[pilot.teams["dtv"].pk]
    )
    step = written(pilot, "procedurestep", procedure=procedure)
    over = written(
        pilot, "contact", visibility="permitted_partners", shared_until=timezone.localdate()
    )
    consent = make.ConsentFactory(
        case=pilot.case, team=pilot.teams["ind"], author_team=pilot.teams["care"]
    )
    for record, author, wanted in (
        (step, "ind", {"ind", "dtv"}),
        (over, "ngo", {"ngo"}),
        (consent, "care", {"care", "ind"}),
    ):
        shown = (
            client.act_as(pilot.workers[author])
            .get(record_page(pilot.case, record))
            .context["readers"]
        )
        assert set(shown) == {pilot.teams[name].label for name in wanted}
        for name in TEAMS:
            found = (
                client.act_as(pilot.workers[name]).get(record_page(pilot.case, record)).status_code
            )
            assert found == (200 if name in wanted else 404), (record, name)


def test_a_team_is_chosen_among_all_others_also_of_ones_own_organisation(client, pilot):
    make.MembershipFactory(user=pilot.workers["ngo"], team=pilot.teams["care"])
    form = client.act_as(pilot.workers["ngo"]).get(adding(pilot.case, "contact")).context["form"]
    offered = {key for key, _label in form.fields["shared_with"].choices}
    assert offered == {team.pk for team in pilot.teams.values()} - {pilot.teams["ngo"].pk}


def test_a_sharing_is_withdrawn_also_after_the_record_ended(client, pilot):
    """Recorded by mistake, and read by a partner until its author takes that back."""
    contact = written(pilot, "contact", visibility=Visibility.PERMITTED_PARTNERS)
    page, author = record_page(pilot.case, contact), pilot.workers["ngo"]
    client.act_as(author)
    ended = client.post(
        record_page(pilot.case, contact, "record_end"),
        {"reason": "mistake", "version": "1"},
        follow=True,
    )
    assert "Trek het delen in" in ended.text
    assert client.act_as(pilot.workers["dtv"]).get(page).status_code == 200
    withdraw = record_page(pilot.case, contact, "record_withdraw")
    assert withdraw not in client.get(page).text
    assert client.post(withdraw, {"version": "2"}).status_code == 403
    assert withdraw in client.act_as(author).get(page).text
    assert client.post(withdraw, {"version": "2"}).status_code == 302
    assert client.act_as(pilot.workers["dtv"]).get(page).status_code == 404


@pytest.mark.parametrize(
    ("slug", "said", "starts"),
    [
        ("contact", {"kind": "departure_interview"}, "permitted_partners"),
        ("contact", {"kind": "guidance_talk"}, "own_organisation"),
        ("signal", {"kind": "missing"}, "permitted_partners"),
        ("signal", {"kind": "identity_doubt"}, "permitted_partners"),
        ("signal", {"kind": "shelter_incident"}, "own_organisation"),
        ("signal", {"kind": "suicide_risk"}, "own_organisation"),
        ("note", {"category": "identity"}, "permitted_partners"),
        ("note", {"category": "guidance"}, "own_organisation"),
        ("note", {"category": "outcome"}, "permitted_partners"),
        ("note", {"category": "public_order"}, "own_organisation"),
    ],
)
def test_who_reads_it_begins_as_its_kind_of_data_says(client, pilot, slug, said, starts):
    """The model convenant: five kinds of data begin with the author's own team, the others with
    who may read them."""
    writer = (
        "dtv"
        if said == {"kind": "departure_interview"}
        else "shelter"
        if slug == "signal"
        else "ngo"
    )
    page = (
        reverse("casework:note_add", args=[pilot.case.reference])
        if slug == "note"
        else adding(pilot.case, slug)
    )
    form = (
        client.act_as(pilot.workers[writer])
        .get(page)
        .context["contact_form" if slug == "note" else "form"]
    )
    ((decided_by, value),) = said.items()
    assert decided_by in form.decided_by.split()
    assert form.starts[value] == starts
    if len(set(form.starts.values())) == 1:
        assert form["visibility"].value() == starts


@pytest.mark.parametrize(
    ("writer", "slug", "starts"),
    [
        ("dtv", "contact", "permitted_partners"),
        ("ngo", "contact", "own_organisation"),
        ("ind", "procedure", "permitted_partners"),
        ("care", "limitation", "own_organisation"),
        ("avim", "supervision", "own_organisation"),
        ("municipality", "allowance", "permitted_partners"),
    ],
)
def test_a_form_begins_with_the_narrowest_of_what_it_may_be(client, pilot, writer, slug, starts):
    form = client.act_as(pilot.workers[writer]).get(adding(pilot.case, slug)).context["form"]
    assert form["visibility"].value() == starts


def test_opening_to_all_partners_is_a_sharing_with_purpose_and_basis(client, pilot):
    client.act_as(pilot.workers["ngo"])
    form = typed(FILLED["ngo", "contact"], visibility="permitted_partners")
    assert client.post(adding(pilot.case, "contact"), form).status_code == 400
    form = typed(
        FILLED["ngo", "contact"],
        visibility="permitted_partners",
        share_purpose="samen het vervolg bepalen",
    )
    assert client.post(adding(pilot.case, "contact"), form).status_code == 302
    (entry,) = client.get(reverse("casework:case_shared", args=[pilot.case.reference])).context[
        "register"
    ]
    assert (entry.everybody, entry.purpose) == (True, "samen het vervolg bepalen")
    # What begins with all who may read it needs no purpose: the agreement has it.
    client.act_as(pilot.workers["ind"])
    form = typed(FILLED["ind", "procedure"], visibility="permitted_partners")
    assert client.post(adding(pilot.case, "procedure"), form).status_code == 302


def test_what_a_partner_sees_holds_what_ended_too(client, pilot):
    contact = written(pilot, "contact", visibility=Visibility.PERMITTED_PARTNERS)
    client.act_as(pilot.workers["ngo"])
    client.post(
        record_page(pilot.case, contact, "record_end"), {"reason": "mistake", "version": "1"}
    )
    url = reverse("casework:case_shared", args=[pilot.case.reference])
    shown = client.get(f"{url}?team={pilot.teams['dtv'].pk}").text.split("h-register")[0]
    assert record_page(pilot.case, contact) in shown
    assert (
        url
        in client.get(reverse("casework:person_detail", args=[pilot.case.person.reference])).text
    )


@pytest.mark.parametrize(("writer", "slug"), [*FILLED, ("care", "consent")])
def test_every_form_says_who_reads_it_before_it_is_saved(client, pilot, writer, slug):
    page = client.act_as(pilot.workers[writer]).get(adding(pilot.case, slug)).text
    assert 'id="lezers"' in page
    assert reverse("casework:record_readers", args=[pilot.case.reference, slug]) in page


def test_registering_says_who_reads_it(client, pilot):
    for name in ("register_person", "register_household", "register_emergency"):
        shown = (
            client.act_as(pilot.workers["shelter"])
            .get(reverse(f"casework:{name}"), follow=True)
            .text
        )
        assert "Zichtbaar voor" in shown
        assert pilot.teams["municipality"].label in shown
        assert (pilot.teams["dtv"].label in shown) == (name == "register_emergency")
    briefing = reverse("casework:case_briefing", args=[pilot.case.reference])
    line = (
        client.act_as(pilot.workers["municipality"])
        .get(briefing)
        .text.split("Zichtbaar voor")[1]
        .split("</p>")[0]
    )
    assert pilot.teams["avim"].label in line
