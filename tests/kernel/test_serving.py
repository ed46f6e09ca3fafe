"""The real thing: the server as a process, asked over a socket, and stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.config import Settings
from market.serving import migrate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`market serve` on an empty SQLite database, when it says that it is ready."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MARKET_")}
    environment = {**own, "MARKET_DATA": str(tmp_path), "MARKET_SITE_NAME": "Ladder"}
    migrate(Settings(data=tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-m", "market", "serve", "--port", str(port)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said == f"Foothold is ready at http://127.0.0.1:{port}\n", said or process.communicate()[1]
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_the_site_is_served_logs_one_line_a_request_and_stops_when_asked(
    server: subprocess.Popen[str], port: int
) -> None:
    site = f"http://127.0.0.1:{port}"
    with urllib.request.urlopen(f"{site}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
        assert answer.headers["server"] is None
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    with urllib.request.urlopen(urllib.request.Request(f"{site}/", method="HEAD")) as answer:
        assert (answer.status, answer.read()) == (200, b"")
    with urllib.request.urlopen(f"{site}/") as answer:
        assert "Ladder" in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site}/nowhere?q=secret")
    reference = refused.value.headers["x-request-id"]
    assert refused.value.code == 404
    refused.value.close()
    server.send_signal(signal.SIGTERM)
    _, told = server.communicate(timeout=20)
    assert server.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in told.splitlines()]
    requests = [
        (line["method"], line["route"], line["status"]) for line in lines if line["message"] == "request"
    ]
    assert requests == [
        ("GET", "healthz", 200),
        ("HEAD", "home.front", 200),
        ("GET", "home.front", 200),
        ("GET", "none", 404),
    ]
    assert lines[-1]["request_id"] == reference
    assert "secret" not in told
