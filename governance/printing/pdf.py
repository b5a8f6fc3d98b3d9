"""A page as a PDF, tagged for readers that speak. It fetches nothing but the fonts of the
application, and is made apart from everything else (lvv/common/apart.py)."""

import io
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from lvv.common.apart import limit_itself, run_apart
from lvv.common.env import BASE_DIR

MOST_MEMORY = 1024 * 2**20
MOST_SECONDS = 90
FONTS = {
    "latin": "source-sans-3-latin-wght-normal.woff2",
    "latin-ext": "source-sans-3-latin-ext-wght-normal.woff2",
}
OWN = "font:"


@dataclass(frozen=True)
class Sheet:
    """A page that stands by itself, the files that go along in it, and the words that open it if it
    is encrypted (AES-256)."""

    html: str
    attached: dict[str, str] = field(default_factory=dict)
    password: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def pdf_apart(sheet: Sheet) -> bytes:
    """The PDF of this sheet. Raises TookTooMuch. Whoever calls asked lvv.common.libraries whether
    it can be made here."""
    content = json.dumps(sheet.as_json()).encode()
    return run_apart(__name__, content, memory=MOST_MEMORY, seconds=MOST_SECONDS)


def pdf_of(sheet: Sheet) -> bytes:
    """The PDF of this sheet, made in this process."""
    from weasyprint import (
        HTML,
        Attachment,
    )  # on its own: it looks for libraries of the system when it is imported
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFonts(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            name = url.removeprefix(OWN)
            if name not in FONTS.values():
                raise ValueError("A page that is printed fetches nothing.")
            content = (BASE_DIR / "static" / "vendor" / "source-sans-3" / name).read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": "font/woff2"})

    files = [
        Attachment(string=content, name=name, description=name)
        for name, content in sheet.attached.items()
    ]
    made: bytes = HTML(string=sheet.html, url_fetcher=OwnFonts()).write_pdf(
        pdf_variant="pdf/ua-1", attachments=files or None
    )
    return _encrypted(made, sheet.password) if sheet.password else made


def _encrypted(content: bytes, password: str) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


if __name__ == "__main__":
    limit_itself()
    sys.stdout.buffer.write(pdf_of(Sheet(**json.load(sys.stdin))))
