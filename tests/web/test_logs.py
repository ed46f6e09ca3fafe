"""One line a request, by which a fault can be found and nobody be followed."""

import json
import logging
import sys

import pytest

from market.web import logs
from tests.support.client import Client
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World
from tests.web.conftest import answering


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


class Kept(logging.Handler):
    """The lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []
        self.setFormatter(logs.Json())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    kept, root = Kept(), logging.getLogger("market")
    monkeypatch.setattr(root, "handlers", [kept])
    monkeypatch.setattr(root, "level", logging.INFO)
    logging.getLogger("market.request").manager._clear_cache()  # type: ignore[attr-defined]
    return kept.lines


def test_a_request_is_one_line_with_route_status_and_time_and_nothing_of_the_person(
    site: Client, make: World, lines: list[dict[str, object]]
) -> None:
    amara = answering(site.as_(make.amara))
    path = f"/try/show/{make.chidi.public_id}?q=flour&email=amara@example.org"
    answer = amara.get(path, headers={"user-agent": "Firefox", "x-forwarded-for": "198.51.100.1"})
    (line,) = lines
    assert line["route"] == "try.show_one"
    assert (line["method"], line["status"], line["request_id"]) == (
        "GET",
        200,
        answer.headers["x-request-id"],
    )
    assert isinstance(line["ms"], float)
    assert set(line) == {"at", "level", "logger", "message", "request_id", "route", "method", "status", "ms"}
    told = json.dumps(line).casefold()
    people = (make.amara.public_id, make.chidi.public_id, "amara", "flour", "198.51", "127.0.0.1", "firefox")
    assert [one for one in people if one in told] == []


def test_an_address_that_leads_nowhere_is_logged_without_the_address(
    site: Client, lines: list[dict[str, object]]
) -> None:
    site.get("/secret-token-in-a-mistyped-address")
    assert (lines[0]["route"], lines[0]["status"]) == ("none", 404)
    assert "secret-token" not in json.dumps(lines)


def test_a_crash_is_found_by_the_reference_on_its_page(site: Client, lines: list[dict[str, object]]) -> None:
    answer = site.get("/try/crash")
    crash, request = lines
    assert crash["message"] == "unexpected"
    assert "RuntimeError: the secret insides" in str(crash["error"])
    assert crash["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert (request["status"], request["route"]) == (500, "try.crash")


def test_each_request_has_an_id_of_its_own(site: Client) -> None:
    assert len({site.get("/healthz").headers["x-request-id"] for _ in range(20)}) == 20
    forged = site.get("/healthz", headers={"x-request-id": "mine"})
    assert forged.headers["x-request-id"] != "mine"


def test_a_line_is_json_in_utc_also_with_strange_things_in_it() -> None:
    record = logging.makeLogRecord(
        {
            "name": "market.x",
            "levelname": "INFO",
            "msg": 'a "b"\n%s',
            "args": ("ü",),
            "thing": {1},
            "created": 0.5,
        }
    )
    line = logs.Json().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told["at"] == "1970-01-01T00:00:00Z"
    assert told["message"] == 'a "b"\nü'
    assert told["thing"] == "{1}"


def test_what_a_database_quotes_of_a_row_is_left_out_of_the_log() -> None:
    row = (
        "duplicate key\nDETAIL:  Failing row contains (1, amara@example.org,\nA whole letter).\n[SQL: INSERT]"
    )
    key = "it failed\nDETAIL: Key (address)=(amara@example.org)"
    try:
        try:
            raise ValueError(row)
        except ValueError as inner:
            raise RuntimeError(key) from inner
    except RuntimeError:
        record = logging.makeLogRecord({"msg": "x", "exc_info": sys.exc_info()})
    told = str(json.loads(logs.Json().format(record))["error"])
    assert "amara" not in told
    assert "whole letter" not in told
    for kept in (
        "ValueError: duplicate key",
        "[SQL: INSERT]",
        "The above exception",
        "RuntimeError: it failed",
    ):
        assert kept in told


def test_the_servers_own_warnings_are_json_and_crashes_are_not_told_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("market", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        for part in ("handlers", "filters"):
            monkeypatch.setattr(logger, part, list(getattr(logger, part)))
        monkeypatch.setattr(logger, "propagate", logger.propagate)
        monkeypatch.setattr(logger, "level", logger.level)
    logs.set_up("WARNING")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=ValueError("x"))
    logging.getLogger("market.request").info("request")
    logging.getLogger("market.web").warning("something")
    told = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert told == ["Invalid HTTP request received.", "something"]
    logging.getLogger("market").manager._clear_cache()  # type: ignore[attr-defined]
