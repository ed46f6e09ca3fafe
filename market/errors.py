"""Errors that a person can act on, each with the HTTP status it becomes.

    MarketError
    ├── NotFound        404  not there, or not yours to know of
    ├── SignedOut       401  what was sent needs an account, and nobody is signed in any more
    ├── Forbidden       403  refused, with the reason
    ├── Conflict        409  someone moved first, or the step is not open
    ├── Invalid         422  what was written needs mending; `fields` says where
    ├── TooLarge        413  more bytes than are taken
    ├── TooMany         429  too often; `retry_after` seconds
    ├── Unavailable     503  a part of the site cannot answer now
    └── OutOfRoom       507  the disk is full

The unexpected is none of these: it rises to the error page and the log.
"""


class MarketError(Exception):
    """The words are said to the person as they are: a sentence, with a full stop."""

    status_code = 500

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(MarketError):
    status_code = 404


class SignedOut(MarketError):
    status_code = 401


class Forbidden(MarketError):
    status_code = 403


class Conflict(MarketError):
    status_code = 409


class Invalid(MarketError):
    status_code = 422

    def __init__(self, reason: str, /, **fields: str) -> None:
        """`fields` maps the name of a form field to what is to be mended there."""
        super().__init__(reason)
        self.fields = fields


class TooLarge(MarketError):
    status_code = 413


class TooMany(MarketError):
    status_code = 429

    def __init__(self, reason: str, retry_after: int) -> None:
        """`retry_after` is in seconds, at least 1."""
        super().__init__(reason)
        self.retry_after = max(1, retry_after)


class Unavailable(MarketError):
    status_code = 503


class OutOfRoom(MarketError):
    status_code = 507
