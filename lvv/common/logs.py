"""What the log of the server says of a request."""

import logging


class DeclaredAddress(logging.Filter):
    """Write the address of a request as it is declared: what stands in it may be the token of an
    invitation, or name a case."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple):
            match = getattr(request, "resolver_match", None)
            declared = match.route if match is not None else "?"
            record.args = tuple(declared if arg == request.path else arg for arg in record.args)
        return True
