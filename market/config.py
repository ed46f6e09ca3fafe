"""Settings: what an operator may choose, read once from the environment. docs/operating.md describes each."""

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, UnknownLocaleError


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is read from `MARKET_` and its name in capitals (`data` from `MARKET_DATA`).

    Money is in minor units (pence, cents). An empty `database_url` means SQLite in the data folder.
    """

    data: Path = Path(".market")
    database_url: str = ""
    secret: str = (
        ""  # what private signing keys are encrypted with; empty means the file `secret` in the data folder
    )
    public_url: str = "http://127.0.0.1:8000"
    site_name: str = "Foothold"
    site_place: str = ""
    run_by: str = ""
    site_language: str = "en"
    time_zone: str = "Europe/London"
    currency: str = "GBP"
    pay_floor_minor: int = 1320
    demo: bool = False
    threads: int = 8
    synchronous: str = "FULL"
    smtp_url: str = ""  # smtp://user:password@host:587, smtps:// for TLS from the first byte; empty keeps mail in the queue
    mail_from: str = "Foothold <no-reply@localhost>"
    upload_max_bytes: int = 10 * 1024 * 1024
    request_max_bytes: int = 25 * 1024 * 1024
    limits_url: str = "memory://"
    trusted_hosts: tuple[str, ...] = ("*",)
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "INFO"
    exploration_places: int = 2
    exposure_penalty: int = 20  # in thousandths, like the next: see matching.core.policy
    applicants_penalty: int = 50
    ranking_log_days: int = 1095
    match_backend: str = "auto"  # who ranks people: the database (sql), the index in memory, or by size
    match_index_from: int = 20_000
    match_openings_from: int = 1_000
    match_kernel: str = "auto"
    fetch_http: bool = (
        False  # what a credential names is fetched over https; yes lets plain http through as well
    )
    fetch_seconds: int = 10
    fetch_allowed: tuple[str, ...] = ()  # address:port pairs inside one's own network that may be fetched
    own_addresses: tuple[str, ...] = ()  # public addresses of this site itself, which are never fetched
    check_documents: int = 8
    check_seconds: int = 45
    recheck_days: int = 7

    @property
    def url(self) -> str:
        """The database to connect to."""
        return self.database_url or f"sqlite:///{self.data / 'market.db'}"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def files(self) -> Path:
        """Where uploads lie."""
        return self.data / "files"


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text.strip("[]")))
    except ValueError:
        return False


def _is_language(tag: str) -> bool:
    try:
        return bool(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return False


# A setting that cannot work is refused when the site starts, not when the first page is asked for.
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "public_url": (
        lambda url: re.fullmatch(r"https?://[^/\s]+", url) is not None,
        "an address such as https://jobs.example.org, without a path",
    ),
    "secret": (lambda text: text == "" or len(text) >= 32, "32 characters or more"),
    "site_language": (_is_language, "a language such as en or pt-BR"),
    "time_zone": (_is_zone, "a time zone such as Europe/London"),
    "currency": (lambda code: re.fullmatch(r"[A-Z]{3}", code) is not None, "three capitals such as GBP"),
    "pay_floor_minor": (lambda n: n >= 0, "zero or more"),
    "threads": (lambda n: n >= 1, "one or more"),
    "synchronous": (lambda how: how in ("FULL", "NORMAL", "EXTRA", "OFF"), "FULL, NORMAL, EXTRA or OFF"),
    "upload_max_bytes": (lambda n: n >= 1, "one or more"),
    "request_max_bytes": (lambda n: n >= 1, "one or more"),
    "log_level": (lambda name: name in logging.getLevelNamesMapping(), "DEBUG, INFO, WARNING or ERROR"),
    "ranking_log_days": (lambda n: n == 0 or n >= 30, "zero (for ever), or 30 and more"),
    "exploration_places": (lambda n: 0 <= n <= 10, "from 0 to 10"),
    "exposure_penalty": (lambda n: 0 <= n <= 200, "from 0 to 200"),
    "applicants_penalty": (lambda n: 0 <= n <= 500, "from 0 to 500"),
    "match_backend": (lambda name: name in ("auto", "sql", "index"), "auto, sql or index"),
    "match_index_from": (lambda n: n >= 0, "zero or more"),
    "match_openings_from": (lambda n: n >= 0, "zero or more"),
    "match_kernel": (lambda name: name in ("auto", "numpy", "numba"), "auto, numpy or numba"),
    "fetch_seconds": (lambda n: 1 <= n <= 60, "from 1 to 60"),
    "fetch_allowed": (
        lambda pairs: all(
            _is_address(one.rpartition(":")[0]) and one.rpartition(":")[2].isdecimal() for one in pairs
        ),
        "addresses with a port such as 10.0.0.5:443",
    ),
    "own_addresses": (lambda given: all(_is_address(one) for one in given), "addresses such as 203.0.113.7"),
    "check_documents": (lambda n: 1 <= n <= 24, "from 1 to 24"),
    "check_seconds": (lambda n: 5 <= n <= 300, "from 5 to 300"),
    "recheck_days": (lambda n: 1 <= n <= 90, "from 1 to 90"),
}


def from_environment(environ: dict[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from `MARKET_*` variables; `overrides` win. Raises ValueError naming the variable that cannot be read."""
    environ = dict(os.environ) if environ is None else environ
    chosen: dict[str, object] = {}
    for one in fields(Settings):
        variable = f"MARKET_{one.name.upper()}"
        if variable in environ:
            chosen[one.name] = _value(variable, environ[variable], one.default)
            is_right, wanted = _CHECKS.get(one.name, (lambda _value: True, ""))
            if not is_right(chosen[one.name]):
                raise ValueError(f"{variable} is {wanted}, not {environ[variable]!r}.")
    return Settings(**{**chosen, **overrides})  # type: ignore[arg-type]


def _value(variable: str, text: str, like: object) -> object:
    """The text of a variable as the type its default has."""
    if isinstance(like, bool):
        if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
            raise ValueError(f"{variable} is yes or no, not {text!r}.")
        return text.lower() in ("1", "true", "yes")
    if isinstance(like, int):
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{variable} is a whole number, not {text!r}.") from None
    if isinstance(like, Path):
        return Path(text)
    if isinstance(like, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text
