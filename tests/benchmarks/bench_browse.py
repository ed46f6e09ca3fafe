"""The list of openings beside the same page in Django 5.2, with its own templates and with Jinja's: CPU of a request.

    .venv/bin/python -m tests.benchmarks.bench_browse [how many openings]

One SQLite file with 100,000 openings for all of them. Each is called in this process as its server would call it, by
ASGI or WSGI, without a network; batches take turns, so that the machine's moods meet all alike. Times are of the
process's CPU, all threads, in milliseconds: the median of the batches. By fit, all that are open are put in order, ours
by the index of openings, Django's by a statement; beside it stands Django's with the 500 newest only, which is another,
cheaper page. `cold` makes each card anew in every request,
otherwise cards that were made before are used again (`opportunities/routes/public.py`).
"""

import asyncio
import gc
import json
import logging
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

from market.app import create_app
from market.config import Settings
from market.db import transaction
from market.matching.backend import matching_of
from market.opportunities.routes import public
from market.web import logs
from tests.benchmarks import browse_world

OPENINGS, CARDS = 100_000, 20
BATCHES, BATCH = 9, 6
PAGES = {
    "visitor": ("", ""),
    "signed in, newest": ("sort=new", "forty skills"),
    **{f"signed in, by fit, {reader}": ("", reader) for reader in browse_world.READERS},
}
GOALS = {"Django + DTL": 6, "Django + Jinja": 4}

Get = Callable[[str, str, int], bytes]  # (query, cookie, how often) -> the page


def main(openings: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openings.db"
        tokens = {"": "", **browse_world.make(file, openings)}
        with asyncio.Runner() as runner:
            contenders = _contenders(file, runner)
            figures = {
                name: _measure(contenders, query, tokens[reader]) for name, (query, reader) in PAGES.items()
            }
    print(json.dumps({"openings": openings, "load": os.getloadavg(), "pages": figures}, indent=2))


def _contenders(file: Path, runner: asyncio.Runner) -> dict[str, Get]:
    from tests.benchmarks.django_site.site import get, set_up

    ours = create_app(Settings(data=file.parent, database_url=f"sqlite:///{file}"))
    openings = matching_of(
        ours.state.kit.engine
    ).openings  # as the keeper of `market serve` does when it starts
    with transaction(ours.state.kit.engine, write=False) as db:
        assert openings is not None
        assert openings.load(db)
    logs.set_up("INFO")  # the line that each request logs is part of it
    logging.getLogger("market").handlers[0].setStream(open(os.devnull, "w"))  # type: ignore[attr-defined]  # noqa: SIM115
    django = set_up(file)

    async def several(query: str, cookie: str, times: int, anew: bool) -> bytes:
        for _ in range(times):
            if anew:
                public._card_in.cache_clear()
                public._fit_in.cache_clear()
                public._form_in.cache_clear()
            page = await _page(ours, query, cookie)
        return page

    def in_django(engine: str, more: str = "") -> Get:
        return lambda query, cookie, times: [
            get(django, f"/{engine}/openings", f"{query}&{more}".strip("&"), cookie) for _ in range(times)
        ][-1]

    return {
        "Foothold": lambda query, cookie, times: runner.run(several(query, cookie, times, False)),
        "Foothold, cold": lambda query, cookie, times: runner.run(several(query, cookie, times, True)),
        "Django + DTL": in_django("dtl"),
        "Django + Jinja": in_django("jinja"),
        "Django + DTL, 500 newest": in_django("dtl", "newest"),
        "Django + Jinja, 500 newest": in_django("jinja", "newest"),
    }


async def _page(app: ASGIApp, query: str, cookie: str) -> bytes:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/openings", "raw_path": b"/openings", "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"text/html"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent[0]
    return b"".join(message.get("body", b"") for message in sent)


def _measure(contenders: dict[str, Get], query: str, token: str) -> dict[str, Any]:
    cookie = f"session={token}" if token else ""
    sizes: dict[str, int] = {}
    listed: dict[str, list[bytes]] = {}
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for name, get in contenders.items():
        page = get(query, cookie, 3)
        sizes[name] = len(page)
        listed[name] = list(dict.fromkeys(re.findall(rb'href="/openings/(\w+)"', page)))
        assert page.count(b"<article") == CARDS, name
    assert len(listed["Foothold"]) >= CARDS
    for name in GOALS:  # else it is not the same page
        assert listed[name] == listed["Foothold"], listed
        assert sizes["Foothold"] / 1.1 < sizes[name] < sizes["Foothold"] * 1.1, sizes
    gc.collect()
    gc.freeze()  # what every contender has loaded is no work for the others
    for _ in range(BATCHES):
        for name, get in contenders.items():
            began = time.process_time()
            get(query, cookie, BATCH)
            spent[name].append((time.process_time() - began) * 1000 / BATCH)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    ours = medians["Foothold"]
    return {
        "ms": {name: round(value, 2) for name, value in medians.items()},
        "bytes": sizes,
        "times ours": {
            name: round(value / ours, 1) for name, value in medians.items() if name.startswith("Django")
        },
        "goal met": {name: medians[name] / ours >= goal for name, goal in GOALS.items()},
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else OPENINGS)
