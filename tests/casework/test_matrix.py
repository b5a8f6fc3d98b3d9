"""The model matrix, team by team, in what goes over many people at once: the list, searching,
its file, and lists in."""

import re

import pytest
from django.db.models import CharField, TextField
from django.urls import reverse
from django.utils import timezone

from casework.cases.search import search
from casework.dossiers.kinds import KINDS
from casework.imports.models import ImportRow
from casework.models import Case, Involvement
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework import test_exporting as exporting
from tests.casework import test_importing as importing
from tests.casework.ten_teams import (
    FILLED,
    READERS,
    TEAMS,
    adding,
    page_of,
    record_page,
    typed,
    written,
)

pytestmark = pytest.mark.django_db
LIST, SEARCH = reverse("casework:case_list") + "?tab=all", reverse("casework:case_search")
MARK = "Vindmijniet"


def words_of(kind):
    """The fields of a kind of record in which one types freely."""
    fields = [
        kind.model._meta.get_field(name)
        for name in kind.fields
        if name in {f.name for f in kind.model._meta.fields}
    ]
    return [f.name for f in fields if isinstance(f, (CharField, TextField)) and not f.choices]


@pytest.fixture
def exported(client):
    """The file of all her cases; None for whom gets none."""

    def take(user):
        exporting.signed_in_now(client, user)
        answer = client.post(exporting.URL + "?tab=all", exporting.FORM)
        return None if answer.status_code == 403 else exporting.table(answer)[1:]

    return take


def found(client, **asked):
    return [row.number for row in client.post(SEARCH, asked).context["rows"]]


@pytest.mark.parametrize("reader", TEAMS)
def test_list_search_and_file_hold_the_same_one_person(client, pilot, exported, reader):
    """All ten read identity; of the other person, with the same right, nobody but who takes part
    there."""
    for case in (pilot.case, pilot.other):
        lead = case.lead_team
        make.NameFactory(case=case, kind="birth_date", value="1988-04-09", author_team=lead)
        make.NameFactory(case=case, kind="nationality", value="0084", author_team=lead)
    make.NameFactory(
        case=pilot.case,
        kind="v_number",
        value="2000000001",
        author_team=pilot.teams["municipality"],
    )
    make.NameFactory(
        case=pilot.other,
        kind="v_number",
        value="2000000002",
        author_team=pilot.teams["municipality"],
    )
    mine = [pilot.case.number] + ([pilot.other.number] if reader == "municipality" else [])
    client.act_as(pilot.workers[reader])
    assert sorted(row.number for row in client.get(LIST).context["rows"]) == sorted(mine)
    assert found(client, q="Selam Zichtbaar") == [pilot.case.number]
    assert found(client, q="2000000001") == [pilot.case.number]
    assert sorted(found(client, born="09-04-1988")) == sorted(mine)
    assert sorted(found(client, born="1988", nationality="0084")) == sorted(mine)
    for asked in ("Buiten Beeld", "Buyten Beelt", "uiten", "2000000002", pilot.other.number):
        assert found(client, q=asked) == (
            [pilot.other.number] if reader == "municipality" else []
        ), asked
    rows = exported(pilot.workers[reader])
    if reader == "avim":
        assert rows is None  # nobody gives the aliens police people in bulk
    else:
        assert sorted(row[0] for row in rows) == sorted(mine)


@pytest.mark.parametrize("reader", TEAMS)
def test_no_words_of_a_record_find_a_person_or_stand_in_a_list_or_file(
    client, pilot, exported, reader
):
    marked = set()
    for name in READERS:
        kind = next(kind for kind in KINDS.values() if kind.model.__name__.lower() == name)
        words = {} if name == "identityvalue" else dict.fromkeys(words_of(kind), MARK)
        for case in (pilot.case, pilot.other) if words else ():
            written(pilot, name, case=case, **words)
            marked.add(name)
    assert len(marked) > 10
    client.act_as(pilot.workers[reader])
    assert found(client, q=MARK) == []
    assert found(client, q=MARK[2:7]) == []
    assert MARK not in client.get(LIST).text
    assert MARK not in str(exported(pilot.workers[reader]))


@pytest.mark.parametrize("reader", TEAMS)
def test_which_partners_take_part_is_told_alike_on_list_search_and_file(
    client, pilot, exported, reader
):
    """Taking part for legal aid or care says something of her: told to who reads that, leads, or
    is of that organisation. A list or file tells of legal aid only within the organisation that
    gives it (R18)."""
    client.act_as(pilot.workers[reader])
    with acting_as(pilot.workers[reader]):
        sees = {row.team_id for row in Involvement.objects.filter(case=pilot.case)}
    listed = next(
        row for row in client.get(LIST).context["rows"] if row.number == pilot.case.number
    ).partners
    searched = client.post(SEARCH, {"q": "Selam"}).context["rows"][0].partners
    assert listed == searched
    assert (pilot.teams["legal"].label in listed) == (reader in ("ngo", "legal", "care", "shelter"))
    assert (pilot.teams["care"].label in listed) == (pilot.teams["care"].pk in sees)
    rows = exported(pilot.workers[reader])
    if rows is not None:
        assert next(row[4] for row in rows if row[0] == pilot.case.number) == ", ".join(listed)
    page = client.act_as(pilot.workers[reader]).get(page_of(pilot.case)).text
    for hidden, kind in (("legal", "legalaid"), ("care", "medicallimitation")):
        tells = reader in READERS[kind][1].split() or reader in (
            "municipality",
            "ngo",
            "legal",
            "care",
            "shelter",
        )
        assert (pilot.teams[hidden].pk in sees, pilot.teams[hidden].label in page) == (
            tells,
            tells,
        ), (hidden, reader)


def in_sight(record, user):
    """What the page of a record finds before it shows anything."""
    with acting_as(user):
        return type(record).objects.filter(pk=record.pk, case=record.case_id).exists()


@pytest.mark.parametrize("visibility", ["own_organisation", "permitted_partners"])
@pytest.mark.parametrize(("writer", "slug"), [*FILLED, ("care", "consent")])
def test_who_is_said_to_read_it_before_saving_reads_it_afterwards(
    client, pilot, writer, slug, visibility
):
    client.act_as(pilot.workers[writer])
    model = KINDS[slug].model
    consent = {
        "team": str(pilot.teams["ind"].pk),
        "scope": "verslag huisarts",
        "since": 0,
        "until": 30,
    }
    form = typed(
        FILLED.get((writer, slug), consent), visibility=visibility, share_purpose="samen verder"
    )
    url = reverse("casework:record_readers", args=[pilot.case.reference, slug])
    line = client.post(url, form).text
    labels = re.search("<strong>(.*?)</strong>", line)[1].split("; ")
    told = {name for name in TEAMS if pilot.teams[name].label in labels}
    before = set(model.objects.values_list("pk", flat=True))
    answer = client.post(adding(pilot.case, slug), form)
    if (
        answer.status_code == 400
    ):  # legal aid and medical content stay where they are (R17, R18), a stay is never hidden
        assert (slug, visibility) in {
            ("legal_aid", "permitted_partners"),
            ("medical", "permitted_partners"),
            ("stay", "own_organisation"),
            ("contact", "permitted_partners"),
        }
        assert slug != "contact" or writer == "legal"
        return
    record = model.objects.exclude(pk__in=before).get()
    reads = {name for name in TEAMS if in_sight(record, pilot.workers[name])}
    # Its page opens to one who reads it and to nobody else: for every team and kind that is
    # test_who_reads_which_kind_of_record.
    opened = {
        name: client.act_as(pilot.workers[name]).get(record_page(pilot.case, record)).status_code
        for name in (writer, *sorted(TEAMS.keys() - reads)[:1])
    }
    assert opened == {name: 200 if name in reads else 404 for name in opened}
    assert writer in reads
    unknown = (
        reads - told
    )  # teams whose taking part this worker may not know of: the line says there may be such
    assert told <= reads
    assert not unknown or "en teams die later meedoen" in line
    with acting_as(pilot.workers[writer]):
        assert not Involvement.objects.filter(
            team__in=[pilot.teams[name] for name in unknown]
        ).exists()


@pytest.mark.parametrize("reader", TEAMS)
def test_a_list_in_tells_of_nobody_out_of_sight(client, pilot, reader):
    """Somebody like the person of another's case is as new as anybody; like one's own, she is
    shown to be judged."""
    client.act_as(pilot.workers[reader])
    if reader not in ("municipality", "ngo", "shelter"):
        assert client.get(importing.URL).status_code == 403
        return
    upload = importing.checked(
        client, pilot.workers[reader], [["Naam"], ["Selam Zichtbaar"], ["Buiten Beeld"]]
    )
    doubles = {row.number: bool(row.doubles) for row in ImportRow.objects.filter(upload=upload)}
    assert list(doubles.values()) == [True, reader == "municipality"]
    shown = client.get(importing.page_of(upload)).text
    assert (pilot.other.number in shown) is (reader == "municipality")


def test_a_name_shared_with_one_partner_is_found_by_it_until_it_is_withdrawn(
    client, pilot, exported
):
    client.act_as(pilot.workers["ngo"])
    alias = typed(
        {"value": "Geheime Bijnaam", "status": "claimed", "said_on": 0, "variant": "alias"},
        visibility="selected_partners",
        shared_with=[str(pilot.teams["dtv"].pk)],
        share_purpose="naam op papieren",
    )
    assert (
        client.post(adding(pilot.case, "identity_value", "?soort=name"), alias).status_code == 302
    )
    value = pilot.case.identity_values.get(value="Geheime Bijnaam")
    for name in TEAMS:
        client.act_as(pilot.workers[name])
        assert bool(found(client, q="Geheime Bijnaam")) is (name in ("ngo", "dtv")), name
    client.act_as(pilot.workers["ngo"])
    withdrawn = client.post(record_page(pilot.case, value, "record_withdraw"), {"version": "1"})
    assert withdrawn.status_code == 302
    client.act_as(pilot.workers["dtv"])
    assert found(client, q="Geheime Bijnaam") == []
    assert "Geheime" not in client.get(LIST).text
    assert "Geheime" not in str(exported(pilot.workers["dtv"]))


@pytest.mark.parametrize("ending", ["cell", "involvement"])
def test_what_ended_is_gone_from_list_search_and_file(client, pilot, exported, ending):
    client.act_as(pilot.workers["dtv"])
    assert found(client, q="Selam") == [pilot.case.number]
    assert len(exported(pilot.workers["dtv"])) == 1
    if ending == "cell":
        pilot.teams["dtv"].group.convenantgroupobjectpermission_set.filter(
            permission__codename="read_identity"
        ).delete()
    else:
        row = Involvement.objects.get(case=pilot.case, team=pilot.teams["dtv"])
        row.until = timezone.localdate()
        row.save()
    for answer in (client.post(SEARCH, {"q": "Selam"}), client.get(LIST)):
        assert (
            answer.status_code == 403 or not answer.context["rows"]
        )  # without any cell there are no cases at all
        assert "Selam Zichtbaar" not in answer.text
    assert not exported(pilot.workers["dtv"])
    with acting_as(pilot.workers["dtv"]):
        assert search("Selam").keys == []
        assert not Case.objects.exists()
