"""The attack list with nothing allowed and nothing stubbed but the names: two network namespaces, one cable.

In the first, `fetch` runs with the site's own rules on the real ports. In the second, a server answers at every
address there is, private ones too. What counts is the server's own list of the addresses it was contacted at.
A second server listens in the first namespace, for what is asked of the machine itself.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.attacks import PRIVATE_ADDRESSES
from tests.net.hostile import Authority
from tests.net.world import GOOD, GOOD_6, OURS, OURS_6

ROOT = Path(__file__).parents[2]


def sh(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=20)


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[str, str]]:
    """The names of the two namespaces, cabled together; every address not the first's own leads to the second."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip(
            "making network namespaces needs root and iproute2; the stubbed tests cover the same list"
        )
    here, there = f"foothold-here-{os.getpid()}", f"foothold-there-{os.getpid()}"
    try:
        sh("ip", "netns", "add", here)
        try:
            sh("ip", "netns", "add", there)
            sh(
                "ip",
                "link",
                "add",
                "here",
                "netns",
                here,
                "type",
                "veth",
                "peer",
                "name",
                "there",
                "netns",
                there,
            )
            for space, link, v4, v6 in ((here, "here", OURS, OURS_6), (there, "there", GOOD, GOOD_6)):
                sh("ip", "-n", space, "link", "set", "lo", "up")
                sh("ip", "-n", space, "address", "add", f"{v4}/24", "dev", link)
                sh("ip", "-n", space, "address", "add", f"{v6}/64", "dev", link, "nodad")
                sh("ip", "-n", space, "link", "set", link, "up")
            for family, gateway in (("-4", GOOD), ("-6", GOOD_6)):
                sh("ip", "-n", here, family, "route", "add", "default", "via", gateway)
            sh("ip", "-n", there, "-6", "route", "add", "local", "default", "dev", "lo", "table", "100")
            sh("ip", "-n", there, "-6", "rule", "add", "pref", "40000", "lookup", "100")
            # IPv4 answers only from addresses of the local table, so there each is named; some the kernel declines.
            routes = "".join(f"route add local {a}/32 dev lo\n" for a in PRIVATE_ADDRESSES if ":" not in a)
            subprocess.run(
                ["ip", "-n", there, "-force", "-batch", "-"],
                input=routes,
                text=True,
                check=False,
                capture_output=True,
                timeout=20,
            )
        except subprocess.CalledProcessError as error:
            pytest.skip(f"this machine gives no network namespaces: {error.stderr.strip()}")
        yield here, there
    finally:
        for space in (here, there):
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True, timeout=20)


def program(space: str, *arguments: str) -> list[str]:
    return ["ip", "netns", "exec", space, sys.executable, "-m", "tests.net.world", *arguments]


@contextlib.contextmanager
def serving(space: str, folder: Path, contacts: list[str]) -> Iterator[None]:
    """A server in the namespace for the block; afterwards `contacts` holds where it was contacted."""
    with subprocess.Popen(
        program(space, "serve", str(folder)),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == "ready\n"
            yield
            out, _ = server.communicate(timeout=20)
            contacts += json.loads(out)
        finally:
            server.kill()


def run(space: str, *arguments: str) -> object:
    done = subprocess.run(
        program(space, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_private_address_is_contacted_where_all_of_them_answer(
    world: tuple[str, str], authority: Authority, tmp_path: Path
) -> None:
    here, there = world
    (tmp_path / "ca.pem").write_text(authority.pem)
    authority.server_context(
        tmp_path, "good.example", "bad.example", "six.example", "turns.example", path="server.pem"
    )

    # That a bare socket gets through shows that the servers would have seen a contact.
    reached_outside: list[str] = []
    reached_inside: list[str] = []
    with serving(there, tmp_path, reached_outside), serving(here, tmp_path, reached_inside):
        reached = run(here, "reach", str(tmp_path))
    assert {"10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.1.1", "fc00::1", "2002:7f00:1::"} <= set(
        reached_outside
    )
    assert {"127.0.0.1", "::1"} <= set(reached_inside)
    assert isinstance(reached, list)
    assert len(reached) > 30

    outside: list[str] = []
    inside: list[str] = []
    with serving(there, tmp_path, outside), serving(here, tmp_path, inside):
        result = run(here, "attack", str(tmp_path))
    assert isinstance(result, dict)
    outcomes = result["outcomes"]

    assert outcomes.pop("good") == outcomes.pop("good by http") == "200 b'hi'"
    assert outcomes.pop("good by IPv6") == outcomes.pop("good by redirect") == "200 b'hi'"
    assert (set(outside), inside) == ({GOOD, GOOD_6}, [])
    named = {code for name, code in outcomes.items() if not name.startswith("typed ")}
    assert named == {"not_public"}
    assert not {name: code for name, code in outcomes.items() if code.startswith(("2", "3", "4", "5"))}
    assert len(outcomes) > 450
