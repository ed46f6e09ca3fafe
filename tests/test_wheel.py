"""An installed wheel is the whole program: it runs from any directory, without the checkout and without npm."""

import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tools import assets

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built without the network from what lies here."""
    if not assets.is_fresh():
        pytest.skip("static/vendor is not there: npm could not be reached (run `make test` with a network)")
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked as pip would, to be put before everything else on the path."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _run(command: list[str], cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _python(installed: Path, cwd: Path, *arguments: str, **variables: str) -> str:
    return _run([sys.executable, "-P", *arguments], cwd, PYTHONPATH=str(installed), **variables)


def test_the_wheel_holds_pages_styles_seeds_and_what_npm_brought(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in ("static", "templates", "seeds"):
        here = {path.relative_to(ROOT / name) for path in (ROOT / name).rglob("*") if path.is_file()}
        carried = {
            Path(path).relative_to(f"market/_data/{name}") for path in names if f"_data/{name}/" in path
        }
        assert carried == {path for path in here if "__pycache__" not in path.parts}, name
    for name in assets.WANTED.values():
        assert f"market/_data/static/vendor/{name}" in names


def test_the_wheel_holds_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"market"}


def test_an_installed_wheel_finds_its_data_from_any_directory(installed: Path, tmp_path: Path) -> None:
    told = _python(
        installed,
        tmp_path,
        "-c",
        "import json; from market.paths import data_dir as d;"
        "print(json.dumps([str(d(name)) for name in ('templates', 'static', 'seeds')]))",
    )
    assert json.loads(told) == [
        str(installed / "market/_data" / name) for name in ("templates", "static", "seeds")
    ]


def test_an_installed_wheel_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert "0.1.0" in _python(installed, tmp_path, "-m", "market", "--version")


def test_an_installed_wheel_serves_from_any_directory(installed: Path, tmp_path: Path) -> None:
    variables = {"PYTHONPATH": str(installed), "MARKET_DATA": str(tmp_path / "state")}
    _python(installed, tmp_path, "-m", "market", "migrate", MARKET_DATA=variables["MARKET_DATA"])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-P", "-m", "market", "serve", "--port", port]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert server.stdout is not None
        address = next((line.split()[-1] for line in server.stdout if "ready at" in line), None)
        assert address, (tmp_path / "log").read_text()
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            assert client.get("/healthz").status_code == 200
            assert "<html" in client.get("/").text
    finally:
        server.terminate()
        server.communicate(timeout=20)
