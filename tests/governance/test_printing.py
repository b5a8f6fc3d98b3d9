"""Files that are made in the background: for their owner alone, while she reads what stands in
them, and for an hour."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.urls import reverse

from governance.access.clearance import acting_as
from governance.models import Printout, PrintoutSheet
from governance.printing import acts, pdf, views
from governance.printing.kinds import Contents, PrintoutKind
from governance.printing.pdf import Sheet, pdf_of
from lvv import jobs
from lvv.common import libraries
from lvv.common.apart import TookTooMuch

PAGE = '<html lang="nl"><title>x</title><p>{}</p></html>'


def printed():
    """One round of the background, with its own rights."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lvv_jobs")
        acts.work_on_printouts()
        cursor.execute("RESET ROLE")


def fetched(client, answer):
    """The file of a printout that was asked for with this answer."""
    assert answer.status_code == 302, answer.text[:3000]
    printed()
    return client.get(f"{answer['Location']}bestand/")


@pytest.fixture
def book(monkeypatch):
    """A kind of printout whose two files say what the worker reads; `texts` may change."""
    monkeypatch.setattr(PrintoutKind, "declared", dict(PrintoutKind.declared))
    monkeypatch.setattr(acts, "pdf_apart", lambda sheet: b"%PDF-" + sheet.html.encode())
    texts = {"een.pdf": "Eerste", "twee.pdf": "Tweede"}

    def contents(_clearance, _subject):
        if not texts:
            raise Http404
        return Contents("boek.zip", {name: Sheet(text) for name, text in texts.items()})

    return SimpleNamespace(texts=texts, kind=PrintoutKind("book", "Boek", contents))


def ask(book, user, subject=None):
    with acting_as(user) as clearance:
        return acts.ask_for(book.kind, subject or uuid4(), "/", by=clearance, user=user)


def page(printout, name="printout_detail"):
    return reverse(f"governance:{name}", args=[printout.reference])


@pytest.mark.django_db
def test_a_file_is_made_while_its_owner_sees_how_far_it_is(client, cast, book, monkeypatch):
    seconds = iter(range(0, 99, 4))
    monkeypatch.setattr(acts.time, "monotonic", lambda: next(seconds))  # one sheet a round
    printout = ask(book, cast.owner)
    client.act_as(cast.owner)
    assert "0 van 2 bestanden" in client.get(page(printout)).text
    assert client.get(page(printout, "printout_file")).status_code == 404
    printed()
    going = client.get(page(printout, "printout_progress"))
    assert "1 van 2 bestanden" in going.text
    assert "HX-Refresh" not in going
    printed()
    assert client.get(page(printout, "printout_progress"))["HX-Refresh"] == "true"
    assert page(printout, "printout_file") in client.get(page(printout)).text
    assert [sheet.source for sheet in printout.sheets.all()] == [{}, {}]
    made = client.get(page(printout, "printout_file"))
    assert made["Content-Type"] == "application/zip"
    assert made["Content-Disposition"] == 'attachment; filename="boek.zip"'
    assert b"%PDF-Eerste" in made.content
    assert b"%PDF-Tweede" in made.content


@pytest.mark.django_db
def test_nobody_else_learns_of_a_file(client, cast, book):
    printout = ask(book, cast.owner)
    printed()
    client.act_as(cast.partner)
    for name in ("printout_detail", "printout_progress", "printout_file"):
        assert client.get(page(printout, name)).status_code == 404, name
    with acting_as(cast.partner):
        assert not Printout.objects.exists()
        assert not PrintoutSheet.objects.exists()


@pytest.mark.django_db
def test_a_confidential_file_is_fetched_after_signing_in_once_more(client, cast, book):
    book.kind.signed_in_anew = True
    printout = ask(book, cast.owner)
    printed()
    answer = client.act_as(cast.owner).get(page(printout, "printout_file"))
    assert answer.status_code == 302
    assert "bevestigen" in answer["Location"]


@pytest.mark.django_db
def test_what_its_owner_reads_no_longer_is_not_handed_out(client, cast, book):
    client.act_as(cast.owner)
    changed = ask(book, cast.owner)
    printed()
    book.texts["twee.pdf"] = "Anders"
    answer = client.get(page(changed, "printout_file"))
    assert answer.status_code == 409
    assert "Vraag het opnieuw" in answer.text
    assert not Printout.objects.exists()
    lost = ask(book, cast.owner)
    printed()
    book.texts.clear()
    assert client.get(page(lost, "printout_file")).status_code == 404


@pytest.mark.django_db
def test_what_takes_too_much_says_so_and_others_are_made(client, cast, book, monkeypatch):
    def refuse(sheet):
        if sheet.html == "Te groot":
            raise TookTooMuch
        return b"%PDF-"

    monkeypatch.setattr(acts, "pdf_apart", refuse)
    small = ask(book, cast.owner)
    book.texts["een.pdf"] = "Te groot"
    large = ask(book, cast.owner)
    printed()
    assert dict(Printout.objects.values_list("pk", "state")) == {
        small.pk: "ready",
        large.pk: "failed",
    }
    assert "Druk in plaats daarvan" in client.act_as(cast.owner).get(page(large)).text
    assert set(large.sheets.values_list("content", flat=True)) == {None}


@pytest.mark.django_db
def test_a_worker_waits_for_three_files_and_one_of_each_subject(cast, book):
    subject = uuid4()
    first = ask(book, cast.owner, subject)
    again = ask(book, cast.owner, subject)
    assert list(Printout.objects.all()) == [again] != [first]
    ask(book, cast.owner)
    ask(book, cast.owner)
    with pytest.raises(acts.PrintoutRefused):
        ask(book, cast.owner)
    ask(book, cast.partner)  # of others she takes no place
    printed()
    ask(book, cast.owner)


@pytest.mark.django_db
def test_a_file_is_forgotten_after_an_hour(cast, book):
    old, new = ask(book, cast.owner), ask(book, cast.owner)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE governance_printout SET asked_at = now() - interval '61 minutes' WHERE id = %s",
            [old.pk],
        )
        cursor.execute("SET LOCAL ROLE lvv_jobs")
        jobs.forget_printouts()
        cursor.execute("RESET ROLE")
    assert list(Printout.objects.all()) == [new]
    assert set(PrintoutSheet.objects.values_list("printout", flat=True)) == {new.pk}


@pytest.mark.django_db
def test_where_libraries_lack_the_answer_names_them(client, cast, book, monkeypatch, rf):
    monkeypatch.setattr(libraries, "missing", lambda: ["libpango-1.0-0"])
    request = rf.post("/")
    request.user = cast.owner
    answer = views.print_out(request, book.kind, uuid4(), "/lso/")
    assert answer.status_code == 503
    assert "libpango-1.0-0" in answer.content.decode()
    assert not Printout.objects.exists()


def test_a_page_that_is_printed_fetches_nothing(tmp_path, caplog):
    (tmp_path / "secret.png").write_bytes(b"no")
    for address in (
        f"file://{tmp_path}/secret.png",
        "http://127.0.0.1:9/x.png",
        "data:image/png;base64,AA==",
    ):
        caplog.clear()
        image = f'<img alt="x" src="{address}">'
        assert pdf_of(Sheet(PAGE.format(image))).startswith(b"%PDF-")
        assert "fetches nothing" in caplog.text, address


def test_a_pdf_is_made_in_another_process_with_little_memory(monkeypatch):
    assert pdf.pdf_apart(Sheet(PAGE.format("Zoë"))).startswith(b"%PDF-")
    monkeypatch.setattr(pdf, "MOST_MEMORY", 2**20)
    with pytest.raises(TookTooMuch):
        pdf.pdf_apart(Sheet(PAGE.format("Zoë")))
