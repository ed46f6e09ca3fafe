"""Asking the outside, safely: the only way this site makes an HTTP request of its own.

Someone else chose the address: a badge's issuer, a webhook, a status list. So each request, and each redirect
of it, is checked before a byte is sent; nothing is kept or shared between fetches (no cookies, connections,
proxies or passwords from the environment); and time, size and headers are bounded from the start to the end.
Calls block: make them from workers, never inside a request's transaction.
Why a transport of our own: docs/decisions/0002-outgoing-requests.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ssl import SSLContext

import httpcore

from market import clock
from market.net.addresses import IPAddress
from market.net.connect import Deadline, Guarded, Resolver, addresses_of, system_resolver
from market.net.errors import FetchError, Unusable
from market.net.urls import Target, read_redirect, read_url

MAX_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_COUNT = 100
_FRAMING_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OUR_HEADERS = frozenset(
    {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "transfer-encoding",
        "cookie",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be fetched and how long it may take. The defaults are the rules of the site."""

    allow_http: bool = False
    own_addresses: frozenset[IPAddress] = frozenset()
    """Public addresses this site answers at, e.g. behind a load balancer; the machine's own are known anyway."""
    allowed: frozenset[tuple[str, int]] = frozenset()
    """Exact (address, port) pairs reached although not public: tests, an issuer inside the operator's network."""
    ca: str | None = None
    """PEM certificates trusted beside the public ones."""
    resolver: Resolver = system_resolver
    seconds: float = 10.0
    """For everything: look-ups, redirects, the last byte of the body."""
    dns_seconds: float = 3.0
    max_redirects: int = 3
    user_agent: str = "Foothold"


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Fetched:
    """One whole answer, of whatever status."""

    url: str
    """Where the body came from, after redirects, without a fragment."""
    status: int
    headers: Mapping[str, str]
    """Lower-case names; repeated ones joined by a comma and a space."""
    body: bytes
    hops: tuple[str, ...]
    """The addresses that sent us on, in order."""
    at: datetime
    """When the answer was complete."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The content type in lower case without its parameters, or an empty string."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def fetch(
    url: str, *, policy: Policy = DEFAULT_POLICY, accept: str = "*/*", max_bytes: int = MAX_BYTES
) -> Fetched:
    """GET `url` and follow up to three redirects.

    Any status is an answer: look at `ok`. Raises FetchError (Refused, Unreachable or Unusable) otherwise.
    `accept` is sent, not enforced: look at `media_type`.
    """
    deadline = Deadline(policy.seconds)
    target = read_url(url, allow_http=policy.allow_http, extra_ports=_extra_ports(policy))
    hops: list[str] = []
    try:
        while True:
            answer = _exchange("GET", target, {"accept": accept}, b"", policy, deadline, max_bytes, hops)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            if len(hops) == policy.max_redirects:
                raise Unusable("too_many_redirects")
            following = read_redirect(
                target,
                answer.headers["location"],
                allow_http=policy.allow_http,
                extra_ports=_extra_ports(policy),
            )
            hops.append(target.url)
            target = following
    except FetchError as error:
        error.url = target.url
        raise


def post(
    url: str,
    body: bytes,
    *,
    policy: Policy = DEFAULT_POLICY,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Fetched:
    """POST `body` to `url` under the same guards; a redirect is returned as it is, never followed.

    `headers` are added (content type, signature); those the transport itself sends may not be among them.
    """
    extra = {name.lower(): value for name, value in (headers or {}).items()}
    if taken := _OUR_HEADERS & extra.keys():
        raise ValueError(f"The transport sets these headers itself: {', '.join(sorted(taken))}")
    deadline = Deadline(policy.seconds)
    target = read_url(url, allow_http=policy.allow_http, extra_ports=_extra_ports(policy))
    try:
        return _exchange("POST", target, {"accept": "*/*", **extra}, body, policy, deadline, max_bytes, [])
    except FetchError as error:
        error.url = target.url
        raise


def _exchange(
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    policy: Policy,
    deadline: Deadline,
    max_bytes: int,
    hops: list[str],
) -> Fetched:
    """One request on one connection of its own, closed at the end. The body of a redirect to GET is not read."""
    addresses = addresses_of(
        target,
        policy.resolver,
        deadline,
        dns_seconds=policy.dns_seconds,
        ours=policy.own_addresses,
        allowed=policy.allowed,
    )
    guard = Guarded(addresses, target.port, deadline, MAX_HEADER_BYTES)
    sent = {
        "Host": target.authority,
        "User-Agent": policy.user_agent,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    if method == "POST":
        sent["Content-Length"] = str(len(body))
    request = httpcore.Request(
        method,
        httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=list(sent.items()),
        content=body,
    )
    connection = httpcore.HTTPConnection(
        httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port),
        ssl_context=_tls(policy.ca) if target.scheme == "https" else None,
        network_backend=guard,
    )
    try:
        response = connection.handle_request(request)
        received = _headers(response.headers)
        goes_on = method == "GET" and response.status in _REDIRECTS and "location" in received
        content = b"" if goes_on else _body(response, received, guard, max_bytes)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise Unusable("broken", str(error)) from error
    finally:
        connection.close()
    return Fetched(target.url, response.status, received, content, tuple(hops), clock.now())


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    if len(raw) > MAX_HEADER_COUNT or sum(len(name) + len(value) for name, value in raw) > MAX_HEADER_BYTES:
        raise Unusable("headers_too_large")
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("utf-8", "replace")
        # Two places to go on to is no place: only the first is offered, and it is checked like any address.
        if name == "location":
            headers.setdefault(name, value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body(response: httpcore.Response, headers: Mapping[str, str], guard: Guarded, max_bytes: int) -> bytes:
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Unusable("encoded", headers["content-encoding"])
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > max_bytes:
        raise Unusable("too_large", length)
    # A chunk of one byte comes in six; those who send such are held to the same size, with some room.
    guard.read_budget = max_bytes + max_bytes // 4 + _FRAMING_BYTES
    guard.over_budget = "too_large"
    body = bytearray()
    for part in response.iter_stream():
        body += part
        if len(body) > max_bytes:
            raise Unusable("too_large")
    return bytes(body)


def _extra_ports(policy: Policy) -> frozenset[int]:
    return frozenset(port for _, port in policy.allowed)


@lru_cache(maxsize=4)
def _tls(ca: str | None) -> SSLContext:
    import httpx  # for its choice of certificates alone; the site starts without it

    context = httpx.create_ssl_context(trust_env=False)
    if ca is not None:
        context.load_verify_locations(cadata=ca)
    return context
