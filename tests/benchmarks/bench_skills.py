"""Type-ahead over ESCO as the site does it: `service.find` for each keystroke, database and the person's own proposals included.

    .venv/bin/python -m tests.benchmarks.bench_skills [taxonomy folder] [database URL]

Takes the ESCO files of the folder into the database (a new SQLite file when none is named) and prints the seconds and
memory of that, of building the index, and the time of `find` in milliseconds of wall clock: half of the names are typed
with one slip. `while building` is what people meet until the index is there: names looked up in the table.
"""

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Engine
from sqlmodel import col, select

from market.bench.skills import SEED, TYPED_NAMES
from market.db import connect, transaction
from market.migrations import migrate
from market.skills import finding, importing, service
from market.skills.models import SkillLabel

TAXONOMY = Path(__file__).parents[3] / "shared" / "data" / "taxonomy"


def main(taxonomy: Path, url: str) -> None:
    engine = connect(url)
    migrate.upgrade(engine)
    figures: dict[str, Any] = {"import": _import(taxonomy, engine)}
    typed = _typed(engine)
    with mock.patch.object(finding, "_build_aside"):
        figures["while building"] = _latency(engine, typed[:: max(1, len(typed) // 2_000)])
    began = time.perf_counter()
    finding.warm(engine)
    assert finding.settled(engine)
    figures["index"] = {"build_s": round(time.perf_counter() - began, 2), "peak_mb": _peak_mb()}
    figures["visitor"] = _latency(engine, typed)
    figures["signed in"] = _latency(engine, typed, viewer=1)
    print(json.dumps(figures, indent=2))


def _import(taxonomy: Path, engine: Engine) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        for file in sorted(taxonomy.glob("esco-1.2*skill*")):
            if "occupation" not in file.name:
                shutil.copy(file, name)
        began, cpu = time.perf_counter(), time.process_time()
        report = importing.import_path(Path(name), partial(transaction, engine, write=True))
    return {
        "wall_s": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "peak_mb": _peak_mb(),
        **report.counts,
    }


def _typed(engine: Engine) -> list[str]:
    """Every keystroke of some names, every second name with two letters swapped."""
    with transaction(engine, write=False) as db:
        names = list(db.exec(select(SkillLabel.text).order_by(col(SkillLabel.id))))
    chance = random.Random(SEED)
    typed: list[str] = []
    for place, name in enumerate(chance.sample(names, min(TYPED_NAMES, len(names)))):
        text = name[:60]
        if place % 2 and len(text) > 4:
            at = chance.randrange(1, len(text) - 1)
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        typed.extend(text[:end] for end in range(1, len(text) + 1))
    return typed


def _latency(engine: Engine, typed: list[str], viewer: int = 0) -> dict[str, float]:
    spent = []
    with transaction(engine, write=False) as db:
        find: Callable[[str], object] = partial(service.find, db, viewer=viewer)
        for text in typed:
            began = time.perf_counter_ns()
            find(text)
            spent.append((time.perf_counter_ns() - began) / 1e6)
    spent.sort()
    places = {"p50_ms": 0.5, "p99_ms": 0.99}
    shares = {name: round(spent[int(len(spent) * share)], 3) for name, share in places.items()}
    return {"queries": len(spent), **shares, "max_ms": round(spent[-1], 3)}


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else TAXONOMY)
    if not folder.is_dir():
        raise SystemExit(f"No taxonomy in {folder}: name the folder that ESCO's files lie in.")
    with tempfile.TemporaryDirectory() as scratch:
        main(folder, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{scratch}/skills.db")
