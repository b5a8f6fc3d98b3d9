"""Whose address a request comes from: the one answer for the limits on signing in and for the audit
log."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """What the first of the proxies we trust saw; what a visitor wrote before that counts for
    nothing. With no proxy, or past them, the address of the connection; empty if there is none."""
    connection = str(request.META.get("REMOTE_ADDR", ""))
    stated = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(stated):
        return _address(stated[-settings.TRUSTED_PROXIES]) or _address(connection)
    return _address(connection)


def client_network(request: HttpRequest) -> str:
    """The address, and of IPv6 the /64 that one visitor has to herself."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ipaddress.IPv6Network(f"{address}/64", strict=False).network_address)


def _address(text: str) -> str:
    """As it is written shortest, without what some proxies add: brackets, a port. Empty if it is
    none."""
    text = text.strip()
    host, colon, _port = text.rpartition(":")
    for candidate in (text, host) if colon else (text,):
        try:
            result = ipaddress.ip_address(candidate.strip("[]").partition("%")[0])
        except ValueError:
            continue
        mapped = getattr(result, "ipv4_mapped", None)
        return str(mapped or result)
    return ""
