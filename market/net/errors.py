"""Why a fetch gave nothing, each with a code for programs and a sentence for people.

    FetchError
    ├── Refused      422  we would not ask: the address, or where it led, is not one we fetch
    ├── Unreachable  502  we asked and nobody answered in time; the same call may go through later
    └── Unusable     502  an answer came that cannot be taken: too big, broken, encoded, going in circles

`detail` is for the log alone: it may hold a private address, which a stranger must not learn from us.
"""

from market.errors import MarketError

SENTENCES = {
    # Refused
    "not_a_url": "This is not a whole web address. It should look like https://example.org/page.",
    "too_long": "This web address is longer than 2,048 characters.",
    "control_characters": "This web address has invisible control characters in it. Type it again by hand.",
    "backslash": "This web address has a backslash in it. Web addresses use forward slashes.",
    "scheme": "Only addresses that begin with https:// are fetched.",
    "userinfo": "This web address has a name or password before an @ sign. Take that part out.",
    "bad_host": "The name of the site in this web address is not spelt as site names are.",
    "odd_address": "This web address hides a number address in an unusual spelling, so it is not fetched.",
    "port": "Only the usual ports are fetched: 443 for https and 80 for http.",
    "not_public": "This web address does not lead to the public internet, so it is not fetched.",
    "downgrade": "The site sends us on from https to an unprotected http address, so we stopped there.",
    "bad_redirect": "The site sends us on to something that is not a web address.",
    # Unreachable
    "no_such_name": "No site of this name was found. Check the spelling, or try again later.",
    "dns_slow": "Looking up the name of the site took too long. Try again later.",
    "no_connection": "The site could not be reached. Try again later.",
    "certificate": "The site could not prove that it is the site in this web address: its certificate was not accepted.",
    "no_tls": "The site did not manage a protected (https) connection with us.",
    "too_slow": "The site took too long to answer. Try again later.",
    # Unusable
    "too_many_redirects": "The site sends us on again and again, so we stopped.",
    "too_large": "The site's answer is larger than we take.",
    "headers_too_large": "The site's answer begins with far too many header lines.",
    "encoded": "The site sent a compressed answer although we asked for a plain one.",
    "broken": "The site's answer broke off or was not proper HTTP.",
}


class FetchError(MarketError):
    """`code` is a key of SENTENCES; `url` is the hop at which it happened, empty if none was reached."""

    status_code = 502

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.detail = detail
        self.url = ""

    def __str__(self) -> str:
        """For the log: code and detail."""
        return f"{self.code}: {self.detail}" if self.detail else self.code


class Refused(FetchError):
    status_code = 422


class Unreachable(FetchError):
    pass


class Unusable(FetchError):
    pass
