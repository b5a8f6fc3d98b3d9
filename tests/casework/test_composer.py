"""A contact or a note is written where the case is read, with the task that follows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Contact, Note, Task
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import sent
from tests.casework.ten_teams import day

pytestmark = pytest.mark.django_db


def write(pilot, client, who, **fields):
    said = {"happened_on": 0, "text": "Gebeld.", "visibility": "own_organisation", **fields}
    page = reverse("casework:note_add", args=[pilot.case.reference])
    return client.act_as(pilot.workers[who]).post(page, sent(said))


def page_of(pilot, client, who):
    return client.act_as(pilot.workers[who]).get(
        reverse("casework:case_detail", args=[pilot.case.reference])
    )


@pytest.mark.parametrize(
    ("who", "kind", "category"),
    [
        ("ngo", "phone_call", "guidance"),
        ("ngo", "no_show", "guidance"),
        ("dtv", "departure_interview", "departure"),
        ("legal", "legal_consultation", "legal_aid"),
    ],
)
def test_the_kind_of_a_contact_says_what_kind_of_data_it_is(client, pilot, who, kind, category):
    assert write(pilot, client, who, kind=kind, interpreter="on", language="Tigrinya").url
    row = Contact.objects.get()
    assert (row.kind, row.category, row.author_team) == (kind, category, pilot.teams[who])
    assert (row.language, row.interpreter, row.happened_on) == (
        "Tigrinya",
        True,
        timezone.localdate(),
    )


def test_only_kinds_whose_data_a_team_writes_are_offered_its_own_work_first(client, pilot):
    offered = {
        who: [
            value
            for value, _label in page_of(pilot, client, who)
            .context["contact_form"]["kind"]
            .field.choices
        ]
        for who in ("ngo", "dtv", "legal", "avim")
    }
    assert offered["ngo"][:4] == ["guidance_talk", "phone_call", "home_visit", "no_show"]
    assert offered["dtv"][0] == "departure_interview"
    assert offered["legal"][0] == "legal_consultation"
    assert "legal_consultation" not in offered["ngo"] + offered["dtv"]
    assert "departure_interview" not in offered["ngo"]
    assert offered["avim"] == ["note"]
    assert page_of(pilot, client, "avim").context["contact_form"]["kind"].value() == "note"
    assert write(pilot, client, "ngo", kind="departure_interview").status_code == 400
    assert not Contact.objects.exists()


def test_a_note_says_what_it_is_about_and_nothing_is_written_without_a_kind(client, pilot):
    for fields in ({"kind": "note"}, {"kind": ""}, {"kind": "note", "category": "legal_aid"}):
        assert write(pilot, client, "municipality", **fields).status_code == 400, fields
    assert write(pilot, client, "municipality", kind="note", category="identity").status_code == 302
    assert Note.objects.get().category == "identity"
    assert not Contact.objects.exists()


def test_what_follows_is_a_task_of_oneself_that_only_the_own_team_reads(client, pilot):
    follows = {"kind": "phone_call", "task": "Terugbellen", "task_due_on": 7}
    assert write(pilot, client, "municipality", **follows | {"task_due_on": ""}).status_code == 400
    assert write(pilot, client, "municipality", **follows | {"task_due_on": -1}).status_code == 400
    assert (Contact.objects.count(), Task.objects.count()) == (0, 0)
    assert write(pilot, client, "municipality", **follows).status_code == 302
    task = Task.objects.get()
    assert (task.what, task.worker) == ("Terugbellen", pilot.workers["municipality"])
    assert task.due_on == timezone.localdate() + timedelta(days=7)
    assert "Terugbellen" in client.get("/").text
    with acting_as(pilot.workers["ngo"]):
        assert not Task.objects.exists()


def test_who_writes_nothing_of_the_conference_sets_no_task(client, pilot):
    form = page_of(pilot, client, "care").context["contact_form"]
    assert "task" not in form.fields
    sly = {"kind": "care_coordination", "task": "Bellen", "task_due_on": 7}
    write(pilot, client, "care", **sly)
    assert not Task.objects.exists()


def test_after_saving_one_sentence_says_who_reads_it_and_where_it_is_changed(client, pilot):
    saved = write(pilot, client, "ngo", kind="phone_call")
    page = client.get(saved.url).text
    change = reverse(
        "casework:record_change",
        args=[pilot.case.reference, "contact", Contact.objects.get().reference],
    )
    assert "Het contact is opgeslagen. Alleen uw team leest het." in page
    assert f'href="{change}"' in page
    assert client.get(change).status_code == 200


def test_the_line_of_readers_follows_the_kind(client, pilot):
    page = reverse("casework:note_readers", args=[pilot.case.reference])
    client.act_as(pilot.workers["municipality"])
    asked = {"kind": "phone_call", "visibility": "permitted_partners"}
    assert str(pilot.teams["ngo"].label) in client.post(page, asked).text
    assert "Maak uw keuzes" in client.post(page, asked | {"kind": "note"}).text
    own = asked | {"visibility": "own_organisation"}
    assert str(pilot.teams["ngo"].label) not in client.post(page, own).text


def test_the_language_spoken_is_filled_in(client, pilot):
    make.NameFactory(case=pilot.case, kind="language", value="ti")
    make.RECORDS["contact"](
        case=pilot.case, author_team=pilot.teams["ngo"], interpreter=True, happened_on=day_before()
    )
    form = page_of(pilot, client, "ngo").context["contact_form"]
    assert form["language"].value() == "Tigrinya"
    assert form["interpreter"].value() is True


def day_before():
    return timezone.localdate() - timedelta(days=1)


def test_a_story_too_long_is_refused_and_comes_back(client, pilot):
    long = "x" * 200_001
    answer = write(pilot, client, "ngo", kind="phone_call", text=long)
    assert answer.status_code == 400
    assert long in answer.text
    assert not Contact.objects.exists()
    assert day(0) in answer.text
