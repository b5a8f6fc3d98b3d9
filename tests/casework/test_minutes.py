"""The minutes of a conference: what stands in them, who answers, as a page and as a PDF."""

import re
import zlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from tests.casework.journeys import Room
from tests.governance.test_printing import fetched

pytestmark = pytest.mark.django_db


def test_minutes_are_what_was_recorded_and_partners_answer_within_the_term(room, on_day):
    room.add()
    room.open()
    room.to(
        "coordinator",
        "agenda_change",
        room.item.reference,
        "samenvatting",
        summary="Zij werkt mee.",
        version=1,
    )
    room.decide(
        "admitted_exceptionally", reasons="Voldoet aan alles.", body="steering_group", review_on=30
    )
    room.close()
    page = room.see("dtv", "minutes", room.meeting.reference).text
    assert "Voldoet aan alles." in page
    assert "Toegelaten bij uitzondering (stuurgroep)" in page  # R5: who decided
    assert (
        f"{room.journey.teams['municipality'].label}. Het LSO kijkt opnieuw op" in page
    )  # who does what follows
    assert "Zij werkt mee." in page
    assert (
        room.to("dtv", "minutes", room.meeting.reference, answer="agreed").status_code == 403
    )  # not sent yet
    room.send_minutes("ngo", "ind", "dtv")
    waits = f"Reageer op het verslag van {date_format(room.meeting.on, 'j F')}"
    for who, asked in (("dtv", True), ("ind", True), ("coordinator", False), ("avim", False)):
        assert (
            waits in room.journey.client.act_as(room.journey.workers[who]).get("/").text
        ) is asked, who
    assert (
        room.to("dtv", "minutes", room.meeting.reference, answer="objected", remark="").status_code
        == 400
    )
    assert (
        room.to("dtv", "minutes", room.meeting.reference, answer="agreed", remark="").status_code
        == 302
    )
    assert "akkoord met het verslag" in room.see("ngo", "minutes", room.meeting.reference).text
    assert waits not in room.journey.client.act_as(room.journey.workers["dtv"]).get("/").text
    attends = room.to("coordinator", "meeting_attendance", room.meeting.reference, present="")
    assert attends.status_code == 400  # who was there stands in what the partners answer: why?
    on_day(timezone.localdate() + timedelta(days=8))
    assert (
        "geen reactie binnen de termijn" in room.see("ngo", "minutes", room.meeting.reference).text
    )
    assert (
        room.to("ind", "minutes", room.meeting.reference, answer="agreed", remark="").status_code
        == 403
    )


def test_the_summary_is_kept_from_the_version_that_was_seen(room):
    room.add()
    room.open()
    first = room.to(
        "coordinator",
        "agenda_change",
        room.item.reference,
        "samenvatting",
        summary="Een.",
        version=1,
    )
    assert first.status_code == 302
    late = room.to(
        "coordinator",
        "agenda_change",
        room.item.reference,
        "samenvatting",
        summary="Twee.",
        version=1,
    )
    assert late.status_code == 409
    assert "Twee." in late.text


def test_what_a_team_says_of_the_minutes_is_read_by_itself_and_the_chair(room):
    room.add(teams=("ngo", "dtv"))
    room.open()
    room.decide("admitted")
    room.close()
    room.send_minutes("ngo", "dtv")
    room.to(
        "dtv",
        "minutes",
        room.meeting.reference,
        answer="objected",
        remark="Punt 1, mevrouw Hiwot: onjuist.",
    )
    for who, reads in {"dtv": True, "coordinator": True, "ind": False, "ngo": False}.items():
        for page in ("minutes", "meeting_detail"):
            shown = room.see(who, page, room.meeting.reference).text
            assert ("mevrouw Hiwot" in shown) is reads, (who, page)


def test_the_minutes_are_a_pdf_that_holds_what_their_reader_may_read(journey, monkeypatch):
    journey.to_rest()
    room = Room(journey)
    room.add(teams=("ngo", "dtv"))
    room.open()
    room.decide("deferred", reasons="Eerst meer weten.", review_on=14)
    room.close()
    address = reverse("casework:minutes_pdf", args=[room.meeting.reference])

    def made(who):
        client = journey.client.act_as(journey.workers[who])
        return fetched(client, client.post(address))

    answer = made("coordinator")
    assert answer.content.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", answer.content, re.S)
    assert any(
        b"/StructTreeRoot" in zlib.decompress(stream) for stream in streams if stream[:1] == b"x"
    )  # tagged
    assert answer["Content-Disposition"].endswith('.pdf"')
    monkeypatch.setattr("governance.printing.acts.pdf_apart", lambda sheet: sheet.html.encode())
    read = made("dtv").text
    assert "Eerst meer weten." in read
    assert "Hiwot Reiziger" in read
    for who in ("ind", "avim"):  # were not at this item
        read = made(who).text
        assert "Verslag" in read
        for hidden in ("Eerst meer weten.", "Hiwot", journey.case.number):
            assert hidden not in read, who


def test_what_is_corrected_after_sending_says_so_and_is_answered_anew(journey, on_day):
    journey.to_rest()
    room = Room(journey)
    room.add()
    room.open()

    def keep(summary):
        room.item.refresh_from_db()
        said = {"summary": summary, "version": room.item.version}
        answer = room.to(
            "coordinator", "agenda_change", room.item.reference, "samenvatting", **said
        )
        assert answer.status_code == 302, answer.text

    keep("Zo was het.")
    room.decide("deferred", review_on=14)
    room.close()
    room.send_minutes("ngo", "dtv")
    assert (
        "Gecorrigeerd na verzending" not in room.see("dtv", "minutes", room.meeting.reference).text
    )
    waits = "Reageer op het verslag van"
    room.to("dtv", "minutes", room.meeting.reference, answer="agreed", remark="")
    assert waits not in journey.client.act_as(journey.workers["dtv"]).get("/").text
    on_day(timezone.localdate() + timedelta(days=5))
    keep("Zo was het echt.")
    # Who agreed before is asked again, and everybody has the term anew.
    assert waits in journey.client.act_as(journey.workers["dtv"]).get("/").text
    room.meeting.refresh_from_db()
    assert room.meeting.minutes_due_on == timezone.localdate() + timedelta(days=7)
    form = room.see("dtv", "minutes", room.meeting.reference).context["form"]
    assert form["answer"].value() == "agreed"
    answer = {"answer": "objected", "remark": "Zo was het niet."}
    assert room.to("dtv", "minutes", room.meeting.reference, **answer).status_code == 302
    assert waits not in journey.client.act_as(journey.workers["dtv"]).get("/").text
    shown = room.see("dtv", "minutes", room.meeting.reference).text
    assert "Zo was het echt." in shown
    assert "Gecorrigeerd na verzending" in shown
    room.item.refresh_from_db()
    assert room.item.corrected_on == timezone.localdate()


def test_what_a_colleague_answered_is_not_overwritten_unseen_nor_for_another_team(room):
    room.add()
    room.open()
    room.close()
    room.send_minutes("ngo", "ind", "dtv")
    page, ind = room.meeting.reference, room.journey.teams["ind"]
    form = room.see("ind", "minutes", page).text
    assert f'name="team" value="{ind.pk}"' in form
    objection = {"answer": "objected", "remark": "Zo is het niet."}
    assert room.to("ind", "minutes", page, **objection).status_code == 302
    late = room.to("ind", "minutes", page, answer="agreed", remark="", version=1)
    assert late.status_code == 409
    for team in (str(room.journey.teams["dtv"].pk), "", "x"):
        answer = room.to("ind", "minutes", page, answer="agreed", remark="", team=team)
        assert answer.status_code == 403, team
    rows = dict(room.meeting.teams.values_list("team", "answer"))
    assert (rows[ind.pk], rows[room.journey.teams["dtv"].pk]) == ("objected", "")
    stale = room.to(
        "coordinator", "meeting_attendance", page, present=[ind.pk], version=1, because="x"
    )
    assert stale.status_code == 409
