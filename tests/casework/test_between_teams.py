"""What one team writes for, or asks of, another: on its behalf, to be corrected, to be taken
over."""

import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    CorrectionRequest,
    IdentityValue,
    Involvement,
    Procedure,
    ProcedureStep,
    ReceptionHandover,
)
from governance.access.clearance import acting_as
from governance.access.enums import Visibility
from tests import factories as make
from tests.casework.ten_teams import (
    FILLED,
    TEAMS,
    adding,
    day,
    page_of,
    record_page,
    typed,
    written,
)

pytestmark = pytest.mark.django_db


def supplied(pilot, **changes):
    form = {
        "source_team": str(pilot.teams["ind"].pk),
        "received_on": -1,
        "received_document": "brief 12",
    }
    return typed(
        {**FILLED["ind", "procedure"], **form}, **{"visibility": "permitted_partners", **changes}
    )


def test_the_coordinator_records_what_a_partner_supplied_and_the_partner_replaces_it(client, pilot):
    url = adding(pilot.case, "procedure", "?namens=1")
    assert client.act_as(pilot.workers["coordinator"]).post(url, supplied(pilot)).status_code == 302
    record = Procedure.objects.get()
    assert (record.source_team, record.author_team) == (
        pilot.teams["ind"],
        pilot.teams["municipality"],
    )
    assert record.received_document == "brief 12"
    shown = client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, record)).text
    assert "brief 12" in shown
    assert pilot.teams["ind"].label in shown
    client.act_as(pilot.workers["ind"])
    ending = record_page(pilot.case, record, "record_end")
    assert client.post(ending, {"reason": "over", "version": "1"}).status_code == 400
    assert client.post(ending, {"reason": "replaced", "version": "1"}).status_code == 302
    record.refresh_from_db()
    assert (bool(record.ended_at), record.end_reason) == (True, "replaced")


def test_a_partner_sees_and_cannot_rewrite_what_was_recorded_on_its_behalf(client, pilot):
    record = written(
        pilot,
        "returnsupport",
        author_team=pilot.teams["municipality"],
        source_team=pilot.teams["iom"],
        author=pilot.workers["coordinator"],
        visibility=Visibility.OWN_ORGANISATION,
        remark="zoals geleverd",
    )
    client.act_as(pilot.workers["iom"])
    assert client.get(record_page(pilot.case, record)).status_code == 200
    assert client.get(record_page(pilot.case, record, "record_change")).status_code == 403
    assert (
        client.act_as(pilot.workers["dtv"]).get(record_page(pilot.case, record)).status_code == 404
    )
    with acting_as(pilot.workers["iom"]):
        mine = type(record).objects.get()
        mine.remark, mine.visibility = "herschreven", Visibility.PERMITTED_PARTNERS
        mine.save()
    record.refresh_from_db()
    assert (record.remark, record.visibility) == ("zoals geleverd", Visibility.OWN_ORGANISATION)


def test_what_was_supplied_of_an_identity_is_any_value_of_it(client, pilot):
    client.act_as(pilot.workers["coordinator"])
    assert "namens=1&amp;soort=birth_date" in client.get(page_of(pilot.case)).text
    url = adding(pilot.case, "identity_value", "?namens=1&soort=birth_date")
    form = supplied(pilot, value="1985", status="claimed", said_on=day(-1), variant="birth_date")
    assert client.post(url, form).status_code == 302
    assert IdentityValue.objects.get(kind="birth_date").source_team == pilot.teams["ind"]


def test_who_asked_for_a_correction_takes_the_request_back(client, pilot):
    procedure = written(pilot, "procedure")
    client.act_as(pilot.workers["ngo"])
    asking = record_page(pilot.case, procedure, "record_correct")
    assert (
        client.post(
            asking, {"text": "De datum klopt niet", "form_token": str(uuid.uuid4())}
        ).status_code
        == 302
    )
    request = CorrectionRequest.objects.get()
    ending = record_page(pilot.case, request, "record_end")
    assert client.act_as(pilot.workers["dtv"]).get(ending).status_code == 404
    assert (
        client.act_as(pilot.workers["ngo"])
        .post(ending, {"reason": "over", "version": "1"})
        .status_code
        == 302
    )
    client.act_as(pilot.workers["ind"])
    assert (
        record_page(pilot.case, request, "record_answer")
        not in client.get(page_of(pilot.case)).text
    )
    assert client.get(record_page(pilot.case, request, "record_answer")).status_code == 403


def test_who_reads_by_consent_only_is_not_offered_what_she_may_not_do(client, pilot):
    medical = written(pilot, "medicalrecord", visibility=Visibility.PERMITTED_PARTNERS)
    make.ConsentFactory(case=pilot.case, team=pilot.teams["ind"], author_team=pilot.teams["care"])
    client.act_as(pilot.workers["ind"])
    assert reverse(
        "casework:record_correct", args=[pilot.case.reference, "medical", medical.reference]
    ) not in (client.get(record_page(pilot.case, medical)).text)


def test_nobody_else_writes_on_a_partners_behalf(client, pilot):
    url = adding(pilot.case, "procedure", "?namens=1")
    for name in ("municipality", "ngo", "ind", "dtv"):
        assert client.act_as(pilot.workers[name]).post(url, supplied(pilot)).status_code == 403, (
            name
        )
    client.act_as(pilot.workers["coordinator"])
    for slug in (
        "supervision",
        "legal_aid",
        "medical",
        "signal",
        "consent",
    ):  # never public order, aid or medicine
        assert client.get(adding(pilot.case, slug, "?namens=1")).status_code == 403, slug
    assert (
        client.post(url, supplied(pilot, source_team=str(pilot.teams["ngo"].pk))).status_code == 400
    )
    assert client.post(url, supplied(pilot, received_document="")).status_code == 400
    assert client.post(url, supplied(pilot, visibility="own_organisation")).status_code == 400
    assert not Procedure.objects.exists()


@pytest.mark.parametrize(
    ("slug", "allowed"), [("procedure", True), ("departureplan", True), ("supervision", False)]
)
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
                case=pilot.case,
                author_team=pilot.teams[author],
                author=pilot.workers[who],
                source_team=pilot.teams[source],
                **fields,
            )

    for who, author in (("municipality", "municipality"), ("ngo", "ngo"), ("coordinator", source)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            write(who, author)
    if allowed:
        write("coordinator", "municipality")
    else:
        with pytest.raises(ProgrammingError, match="row-level security"):
            write("coordinator", "municipality")


def test_a_request_to_correct_goes_to_the_owner_and_is_answered_with_a_trail(client, pilot):
    procedure = written(pilot, "procedure")
    asking = record_page(pilot.case, procedure, "record_correct")
    client.act_as(pilot.workers["dtv"])
    assert client.get(record_page(pilot.case, procedure, "record_change")).status_code == 403
    assert client.post(asking, {"text": ""}).status_code == 400
    assert (
        client.post(
            asking, {"text": "De datum klopt niet", "form_token": str(uuid.uuid4())}
        ).status_code
        == 302
    )
    request = CorrectionRequest.objects.get()
    assert (request.to_team, request.author_team) == (pilot.teams["ind"], pilot.teams["dtv"])
    page = record_page(pilot.case, request)
    for name in TEAMS:  # between these two only
        expected = 200 if name in ("dtv", "ind") else 404
        assert client.act_as(pilot.workers[name]).get(page).status_code == expected, name
    assert (
        "De datum klopt niet" in client.act_as(pilot.workers["ind"]).get(page_of(pilot.case)).text
    )
    answering = record_page(pilot.case, request, "record_answer")
    assert (
        client.act_as(pilot.workers["dtv"]).post(answering, {"answer": "accepted"}).status_code
        == 403
    )
    answer = {"answer": "accepted", "answer_text": "Aangepast", "form_token": str(uuid.uuid4())}
    assert client.act_as(pilot.workers["ind"]).post(answering, answer).status_code == 302
    request.refresh_from_db()
    assert (request.answer, request.answered_by) == ("accepted", pilot.workers["ind"])
    assert (
        client.post(answering, {**answer, "form_token": str(uuid.uuid4())}).status_code == 403
    )  # once
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


def test_the_reception_agency_answers_a_hand_over(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["coa"]).delete()
    client.act_as(pilot.workers["municipality"])
    form = typed(FILLED["municipality", "hand_over"], visibility="permitted_partners")
    assert client.post(adding(pilot.case, "hand_over"), form).status_code == 302
    hand_over = ReceptionHandover.objects.get()
    assert Involvement.objects.get(case=pilot.case, team=pilot.teams["coa"]).ground == "hand_over"
    client.act_as(pilot.workers["coa"])
    assert "Overnemen" in client.get(page_of(pilot.case)).text
    answer = {
        "answer": "accepted",
        "answer_text": "Welkom op maandag",
        "form_token": str(uuid.uuid4()),
    }
    assert (
        client.post(record_page(pilot.case, hand_over, "record_answer"), answer).status_code == 302
    )
    assert client.get(record_page(pilot.case, hand_over, "record_change")).status_code == 403
    assert (
        "Welkom op maandag"
        in client.act_as(pilot.workers["municipality"]).get(record_page(pilot.case, hand_over)).text
    )


def test_the_reception_agency_is_named_before_and_leaves_after_declining(client, pilot):
    Involvement.objects.filter(case=pilot.case, team=pilot.teams["coa"]).delete()
    client.act_as(pilot.workers["municipality"])
    line = client.post(
        reverse("casework:record_readers", args=[pilot.case.reference, "hand_over"]),
        {"visibility": "permitted_partners"},
    ).text
    assert pilot.teams["coa"].label in line
    form = typed(FILLED["municipality", "hand_over"], visibility="permitted_partners")
    assert client.post(adding(pilot.case, "hand_over"), form).status_code == 302
    hand_over = ReceptionHandover.objects.get()
    answer = {"answer": "declined", "answer_text": "Geen recht", "form_token": str(uuid.uuid4())}
    answering = record_page(pilot.case, hand_over, "record_answer")
    assert client.act_as(pilot.workers["coa"]).post(answering, answer).status_code == 302
    assert client.get(page_of(pilot.case)).status_code == 404


def test_who_works_for_a_hidden_team_is_not_named(client, pilot):
    """The police may not know that a shelter team takes part: its worker is named nowhere on the
    page of a record."""
    value = make.NameFactory(
        case=pilot.case, value="Andere Naam", author_team=pilot.teams["shelter"]
    )
    client.act_as(pilot.workers["avim"])
    asking = record_page(pilot.case, value, "record_correct")
    assert (
        client.post(asking, {"text": "Klopt niet", "form_token": str(uuid.uuid4())}).status_code
        == 302
    )
    request = CorrectionRequest.objects.get()
    answer = {
        "answer": "declined",
        "answer_text": "Zo is het gezegd",
        "form_token": str(uuid.uuid4()),
    }
    answering = record_page(pilot.case, request, "record_answer")
    assert (
        "voert de regie in deze casus" in client.get(asking).text
    )  # to whom it goes does not say whether the source takes part
    assert client.act_as(pilot.workers["shelter"]).post(answering, answer).status_code == 404
    assert client.act_as(pilot.workers["municipality"]).post(answering, answer).status_code == 302
    client.act_as(pilot.workers["avim"])
    for page in (
        record_page(pilot.case, request),
        record_page(pilot.case, value),
        page_of(pilot.case),
    ):
        shown = client.get(page)
        assert shown.status_code == 200
        assert str(pilot.workers["shelter"]) not in shown.text


def test_who_looked_for_a_hidden_team_is_not_told(client, pilot):
    """A case manager whose own team registered the person, and does not lead, reads nothing of the
    people of a team she may not know of: not even that a partner looked, also where they work, or
    worked, elsewhere too."""
    lawyer, cook = pilot.workers["legal"], pilot.workers["shelter"]
    elsewhere = make.TeamFactory(organisation=pilot.teams["legal"].organisation, function="legal")
    make.MembershipFactory(user=lawyer, team=elsewhere)
    make.MembershipFactory(
        user=lawyer, team=None, organisation=pilot.teams["legal"].organisation, role="analyst"
    )
    for user in (lawyer, cook, pilot.workers["dtv"]):
        assert client.act_as(user).get(page_of(pilot.case)).status_code == 200
    looked = reverse("casework:readings")

    def told(name):
        pilot.case.refresh_from_db()
        pilot.case.case_manager = pilot.workers[name]
        pilot.case.save()
        mine = Involvement.objects.get(case=pilot.case, team=pilot.teams[name])
        if pilot.case.lead_team_id != mine.team_id:
            mine.ground = "registered"
            mine.save()
        rows = client.act_as(pilot.workers[name]).get(looked).context["rows"]
        return {row["who"] for row in rows} & {lawyer, cook, pilot.workers["dtv"]}

    assert told("avim") == set()
    row = Involvement.objects.get(case=pilot.case, team=pilot.teams["dtv"])
    row.ground = "dossier_request"  # no longer because there is a place
    row.save()
    assert told("avim") == {pilot.workers["dtv"]}
    assert told("ind") == {pilot.workers["dtv"], cook}
    assert told("municipality") == {pilot.workers["dtv"], lawyer, cook}
    make.MembershipFactory(
        user=pilot.workers["avim"],
        team=None,
        organisation=pilot.teams["avim"].organisation,
        role="privacy_officer",
    )
    assert told("avim") == {
        pilot.workers["dtv"]
    }  # also for somebody who is privacy officer besides


def test_a_team_that_writes_nothing_here_may_leave_but_not_stay_longer(client, pilot):
    row = Involvement.objects.get(case=pilot.case, team=pilot.teams["coa"])
    leaving = reverse("casework:involvement_end", args=[pilot.case.reference, row.reference])
    row.until = timezone.localdate() + timedelta(days=30)
    with pytest.raises(ProgrammingError), acting_as(pilot.workers["coa"]):
        row.save()
    assert client.act_as(pilot.workers["coa"]).post(leaving).status_code == 302
    assert client.get(page_of(pilot.case)).status_code == 404


def test_what_a_partner_supplied_is_corrected_ended_and_checked_after_it_left(client, pilot):
    """The municipality wrote it down, so it can put it right, also when the partner takes part
    no longer."""
    client.act_as(pilot.workers["coordinator"])
    procedures = [
        written(
            pilot,
            "procedure",
            author_team=pilot.teams["municipality"],
            source_team=pilot.teams["ind"],
            received_on=timezone.localdate(),
            received_document="brief",
            kind=kind,
            checked_on=timezone.localdate() - timedelta(days=400),
        )
        for kind in ("repeat_asylum", "dublin", "statelessness")
    ]
    row = Involvement.objects.get(case=pilot.case, team=pilot.teams["ind"])
    row.until = timezone.localdate()
    row.save()
    first, second, third = procedures
    changed = typed(
        {
            "kind": "dublin",
            "applied_on": -30,
            "result": "pending",
            "checked_on": 0,
            "version": "1",
            "source_team": str(pilot.teams["ind"].pk),
        },
        visibility="permitted_partners",
    )
    assert client.post(record_page(pilot.case, first, "record_change"), changed).status_code == 302
    assert (
        client.post(
            record_page(pilot.case, second, "record_end"), {"reason": "mistake", "version": "1"}
        ).status_code
        == 302
    )
    check = reverse("casework:records_check")
    assert str(third.reference) in client.get(check).text
    assert client.post(check, {"checked": [f"{third.reference}:1"]}).status_code == 302
    third.refresh_from_db()
    assert third.checked_on == timezone.localdate()
    # But nothing new is recorded on behalf of who takes no part.
    with (
        acting_as(pilot.workers["coordinator"]),
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        written(
            pilot,
            "procedure",
            author_team=pilot.teams["municipality"],
            source_team=pilot.teams["ind"],
        )


def test_a_step_of_what_a_partner_supplied_is_that_partners_too(client, pilot):
    procedure = written(
        pilot,
        "procedure",
        author_team=pilot.teams["municipality"],
        source_team=pilot.teams["ind"],
        received_on=timezone.localdate(),
        received_document="brief",
    )
    client.act_as(pilot.workers["coordinator"])
    link = f"{adding(pilot.case, 'procedure_step')}?bij={procedure.reference}"
    assert f"{link}&amp;namens=1" in client.get(page_of(pilot.case)).text
    step = typed(
        {
            "stage": "decision",
            "happened_on": -1,
            "result": "",
            "source_team": str(pilot.teams["ind"].pk),
            "received_on": 0,
            "received_document": "brief 2",
        }
    )
    assert client.post(link, step).status_code == 302
    assert ProcedureStep.objects.get().source_team == pilot.teams["ind"]
