"""Settings: what an operator may choose, read once from the environment. docs/operating.md describes each."""

import os
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is read from `MARKET_` and its name in capitals (`data` from `MARKET_DATA`).

    Money is in minor units (pence, cents). An empty `database_url` means SQLite in the data folder.
    """

    data: Path = Path(".market")
    database_url: str = ""
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


def from_environment(environ: dict[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from `MARKET_*` variables; `overrides` win. Raises ValueError naming the variable that cannot be read."""
    environ = dict(os.environ) if environ is None else environ
    chosen: dict[str, object] = {}
    for one in fields(Settings):
        variable = f"MARKET_{one.name.upper()}"
        if variable in environ:
            chosen[one.name] = _value(variable, environ[variable], one.default)
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
