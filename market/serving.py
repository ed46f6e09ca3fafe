"""Running the site: the server process with its worker thread, a worker alone, and the schema brought up to date."""

import signal
import socket
import threading

import uvicorn
from sqlalchemy import Engine

from market.app import create_app
from market.config import Settings
from market.credentials.address import with_issuing
from market.credentials.checking.work import Checker
from market.credentials.keys import make_ahead
from market.credentials.publishing import own_document
from market.db import connect
from market.files.service import with_files
from market.matching.backend import SQL, matching_of, with_matching
from market.matching.index_keeper import Keeper
from market.notifications.compose import knowing
from market.notifications.mailer import Mailer
from market.wallet.following import Wallet
from market.wallet.proving import PROVING
from market.wallet.queries import proved_identifiers
from market.web.logs import set_up
from market.webhooks.sending import Sender
from market.worker import Errand, Worker


def open_database(settings: Settings) -> Engine:
    """The settings' database; its folder is made when it is missing."""
    settings.data.mkdir(parents=True, exist_ok=True)
    keeps_index = settings.match_backend != SQL  # with a connection of its own
    pool = settings.threads + 2 + keeps_index  # two for the threads that check credentials and send webhooks
    engine = connect(settings.url, pool_size=pool, synchronous=settings.synchronous)
    return with_matching(
        knowing(with_issuing(with_files(engine, settings), settings, proved_identifiers), settings), settings
    )


def migrate(settings: Settings) -> None:
    """Make or bring up to date the tables."""
    from market.migrations import (
        migrate as upgrades,  # what only this command needs: the server starts without it
    )

    engine = open_database(settings)
    upgrades.upgrade(engine)
    engine.dispose()


def errands(settings: Settings) -> tuple[Errand, ...]:
    """What the worker does outside any transaction: it makes a key ahead, sends mail, and in threads beside it checks
    credentials and sends webhooks."""
    checker = Checker(settings, follower=Wallet(settings), own=own_document, also=(PROVING,))
    return (make_ahead, Mailer(settings), checker, Sender(settings))


def serve(settings: Settings, host: str, port: int, *, with_worker: bool = True) -> None:
    """Serve until interrupted; say the address when requests are being answered."""
    set_up(settings.log_level)
    engine = open_database(settings)
    worker = Worker(engine, errands=errands(settings)) if with_worker else None
    keeper = Keeper(engine, matching_of(engine))
    server = _Server(
        uvicorn.Config(
            create_app(settings, engine, limits=not settings.demo),
            host=host,
            port=port,
            log_config=None,
            proxy_headers=False,
            server_header=False,
        )
    )
    server.address = f"http://{host}:{port}"
    if worker:
        worker.start()
    keeper.start()
    try:
        server.run()
    finally:
        keeper.stop()
        if worker:
            worker.stop()
        engine.dispose()


class _Server(uvicorn.Server):
    """Says where it is once it listens."""

    address = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Foothold is ready at {self.address}", flush=True)


def work(settings: Settings) -> None:
    """A worker alone, until it is asked to stop."""
    set_up(settings.log_level)
    engine = open_database(settings)
    worker, stopped = Worker(engine, errands=errands(settings)), threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stopped.set())
    worker.start()
    stopped.wait()
    worker.stop()
    engine.dispose()
