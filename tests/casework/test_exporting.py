"""The list as a file: the rows and columns of the screen, with a reason, signed in once more,
and no formulas."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from casework.exports.models import Export
from casework.exports.views import harmless
from casework.models import Involvement
from governance.access.clearance import acting_as
from partners.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = reverse("casework:case_export")
FORM = {"reason": "Overleg van donderdag", "format": "csv"}


def signed_in_now(client, user):
    """Who gives her password once more may export for some minutes."""
    user.set_password("nog-eens-mijn-wachtwoord")
    user.save()
    client.logout()  # another password ends where she was signed in
    client.act_as(user)
    done = client.post(
        reverse("account_reauthenticate"), {"password": "nog-eens-mijn-wachtwoord", "next": "/"}
    )
    assert done.status_code == 302


def table(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_file_has_the_rows_and_columns_of_the_screen(client, cast):
    for user in (cast.owner, cast.partner, cast.stranger):
        signed_in_now(client, user)
        for query in ("?tab=all", "?tab=mine", "?tab=all&state=exited", "?tab=open&partner=dtv"):
            shown = client.get(reverse("casework:case_list") + query).context["rows"]
            head, *rows = table(client.post(URL + query, FORM))
            assert [row[0] for row in rows] == [row.number for row in shown], (user, query)
            assert [row[1] for row in rows] == [row.name for row in shown]
            assert [row[4] for row in rows] == [", ".join(row.partners) for row in shown]
            assert len(head) == 7
    signed_in_now(client, cast.stranger)
    assert "Markerson" not in client.post(URL + "?tab=all", FORM).content.decode()


def test_excel_has_the_same_and_only_text(client, cast):
    make.NameFactory(case=cast.other_case, value="A", author_team=cast.stranger_team)
    signed_in_now(client, cast.owner)
    answer = client.post(URL + "?tab=all", {**FORM, "format": "xlsx"})
    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows())
    assert rows[1][1].value == "Tesfay Markerson"
    assert all(
        cell.data_type in ("s", "n") and not str(cell.value or "").startswith("=")
        for row in rows
        for cell in row
    )


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|x", "%0A=1"]
)
def test_no_cell_is_taken_for_a_formula(text):
    assert harmless(text).startswith("'")
    assert harmless("Tesfay") == "Tesfay"


def test_it_asks_for_the_password_again_and_a_reason_and_is_logged(client, cast):
    client.act_as(cast.owner)
    for method in (client.get, client.post):
        refused = method(URL)
        assert refused.status_code == 302
        assert "reauthenticate" in refused.url or "bevestig" in refused.url
    signed_in_now(client, cast.owner)
    for wrong in ({"reason": ""}, {"reason": "x"}, {"format": "pdf"}):
        assert client.post(URL, {**FORM, **wrong}).status_code == 400
    assert not Export.objects.exists()
    client.post(URL + "?tab=all", FORM)
    export = Export.objects.get()
    assert (export.owner, export.reason, export.rows, export.format) == (
        cast.owner,
        "Overleg van donderdag",
        1,
        "csv",
    )
    entry = AuditEntry.objects.get(action="cases_exported")
    assert entry.actor_id == cast.owner.pk
    assert cast.case.reference in entry.cases or str(cast.case.reference) in map(str, entry.cases)
    with acting_as(cast.officer):
        assert Export.objects.get().reason == "Overleg van donderdag"
    for other in (cast.coordinator, cast.stranger, cast.partner):
        with acting_as(other):
            assert not Export.objects.exists()


@pytest.mark.parametrize("who", ["officer", "admin"])
def test_who_sees_no_cases_exports_none(client, cast, who):
    signed_in_now(client, getattr(cast, who))
    assert client.get(URL).status_code == 403
    assert client.post(URL, FORM).status_code == 403


def test_the_aliens_police_gets_no_list_in_bulk(client, cast):
    cast.partner_team.organisation.kind = "avim"
    cast.partner_team.organisation.save()
    signed_in_now(client, cast.partner)
    assert client.get(URL).status_code == 403
    assert client.post(URL, FORM).status_code == 403
    page = client.get(reverse("casework:case_list")).text
    assert cast.case.number in page
    assert URL not in page


def test_what_ended_is_gone_from_the_next_file(client, cast, on_day):
    signed_in_now(client, cast.partner)
    assert cast.case.number in client.post(URL + "?tab=all", FORM).content.decode()
    from django.utils import timezone

    row = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    row.until = timezone.localdate()
    row.save()
    assert cast.case.number not in client.post(URL + "?tab=all", FORM).content.decode()
