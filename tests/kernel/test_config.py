"""Settings: each read from its variable, and a wrong one refused by name before the site starts."""

from dataclasses import fields
from pathlib import Path

import pytest

from market.config import Settings, from_environment

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()

GIVEN: dict[str, tuple[str, object]] = {
    "data": ("/srv/foothold", Path("/srv/foothold")),
    "database_url": ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    "secret": ("a secret of thirty-two letters or more", "a secret of thirty-two letters or more"),
    "public_url": ("https://jobs.example.org", "https://jobs.example.org"),
    "site_name": ("Ladder", "Ladder"),
    "site_place": ("Calderside", "Calderside"),
    "run_by": ("The town", "The town"),
    "site_language": ("pt-BR", "pt-BR"),
    "time_zone": ("Asia/Tokyo", "Asia/Tokyo"),
    "currency": ("EUR", "EUR"),
    "pay_floor_minor": ("1400", 1400),
    "demo": ("yes", True),
    "threads": ("4", 4),
    "synchronous": ("NORMAL", "NORMAL"),
    "smtp_url": ("smtps://host:465", "smtps://host:465"),
    "mail_from": ("Us <us@example.org>", "Us <us@example.org>"),
    "upload_max_bytes": ("5", 5),
    "request_max_bytes": ("6", 6),
    "limits_url": ("redis://host", "redis://host"),
    "trusted_hosts": ("a.example, b.example,", ("a.example", "b.example")),
    "trusted_proxies": ("10.0.0.1", ("10.0.0.1",)),
    "log_level": ("WARNING", "WARNING"),
    "exploration_places": ("0", 0),
    "exposure_penalty": ("0", 0),
    "applicants_penalty": ("500", 500),
    "match_backend": ("index", "index"),
    "match_index_from": ("500", 500),
    "match_openings_from": ("50", 50),
    "match_kernel": ("numpy", "numpy"),
    "fetch_http": ("yes", True),
    "fetch_seconds": ("20", 20),
    "fetch_allowed": ("10.0.0.5:443, [fd00::5]:8443", ("10.0.0.5:443", "[fd00::5]:8443")),
    "own_addresses": ("203.0.113.7", ("203.0.113.7",)),
    "check_documents": ("4", 4),
    "check_seconds": ("90", 90),
    "recheck_days": ("30", 30),
    "ranking_log_days": ("365", 365),
}


def test_every_setting_is_tried_here_and_described_to_operators() -> None:
    names = {one.name for one in fields(Settings)}
    assert names == set(GIVEN)
    assert [n for n in names if f"| `MARKET_{n.upper()}` |" not in OPERATING] == []


@pytest.mark.parametrize("name", GIVEN)
def test_each_setting_is_read_from_its_variable_alone(name: str) -> None:
    text, value = GIVEN[name]
    read = from_environment({f"MARKET_{name.upper()}": text, name.upper(): "x", "OTHER": "x"})
    assert getattr(read, name) == value
    assert value != getattr(Settings(), name), "the test would pass without reading"
    assert [f.name for f in fields(Settings) if getattr(read, f.name) != getattr(Settings(), f.name)] == [
        name
    ]


def test_the_program_reads_the_real_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_SITE_NAME", "Ladder")
    assert from_environment().site_name == "Ladder"


def test_what_the_command_line_says_wins() -> None:
    assert from_environment({"MARKET_THREADS": "4"}, threads=6).threads == 6


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("demo", "perhaps"),
        ("demo", ""),
        ("threads", "many"),
        ("threads", "0"),
        ("threads", ""),
        ("pay_floor_minor", "13.20"),
        ("pay_floor_minor", "-1"),
        ("upload_max_bytes", "10 MB"),
        ("request_max_bytes", "0"),
        ("public_url", "jobs.example.org"),
        ("public_url", "https://jobs.example.org/market"),
        ("site_language", "English, please"),
        ("time_zone", "Calderside"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("currency", "pounds"),
        ("synchronous", "FULL; DROP TABLE person"),
        ("log_level", "LOUD"),
        ("exploration_places", "11"),
        ("exposure_penalty", "-1"),
        ("exposure_penalty", "201"),
        ("exposure_penalty", "2 %"),
        ("applicants_penalty", "501"),
        ("match_backend", "memory"),
        ("match_index_from", "-1"),
        ("match_openings_from", "-1"),
        ("match_kernel", "cuda"),
        ("ranking_log_days", "7"),
        ("fetch_seconds", "0"),
        ("fetch_allowed", "10.0.0.5"),
        ("fetch_allowed", "intranet:443"),
        ("own_addresses", "jobs.example.org"),
        ("check_documents", "0"),
        ("check_seconds", "1"),
        ("recheck_days", "0"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_the_name_of_its_variable(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"^MARKET_{name.upper()} is ") as refused:
        from_environment({f"MARKET_{name.upper()}": text})
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("text", ["1", "true", "YES"])
def test_yes_is_said_in_several_ways(text: str) -> None:
    assert from_environment({"MARKET_DEMO": text}).demo is True
    assert from_environment({"MARKET_DEMO": {"1": "0", "true": "False", "YES": "no"}[text]}).demo is False


def test_what_follows_from_settings() -> None:
    assert Settings(data=Path("/d")).url == "sqlite:////d/market.db"
    assert Settings(data=Path("/d"), database_url="x").url == "x"
    assert Settings(data=Path("/d")).files == Path("/d/files")
    assert Settings(public_url="https://a").is_https
    assert not Settings(public_url="http://a").is_https
