"""The minutes as a PDF, tagged for readers that speak. It fetches nothing but the fonts of the
application."""

import threading
from collections.abc import Mapping
from typing import Any

from lvv.common.env import BASE_DIR

FONTS = {
    "latin": "source-sans-3-latin-wght-normal.woff2",
    "latin-ext": "source-sans-3-latin-ext-wght-normal.woff2",
}
OWN = "font:"
ONE_AT_A_TIME = threading.Lock()  # the libraries of the system below it are made for one thread


def pdf_of(page: str, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a page that stands by itself, with these files in it. Whoever calls asked
    lvv.common.libraries whether it can be made here."""
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
        for name, content in (attached or {}).items()
    ]
    with ONE_AT_A_TIME:
        made: bytes = HTML(string=page, url_fetcher=OwnFonts()).write_pdf(
            pdf_variant="pdf/ua-1", attachments=files or None
        )
    return made
