"""A real server on a loopback port with its worker running, for browsers to come to."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from market import outbox
from market.app import create_app
from market.config import Settings
from market.credentials.address import with_issuing
from market.db import transaction
from market.notifications.compose import knowing
from market.serving import errands
from market.worker import Worker

PATIENCE = 60.0  # seconds that anything on this machine may take


@dataclass(frozen=True)
class Site:
    """A site that is being served."""

    address: str
    engine: Engine
    settings: Settings

    def url(self, path: str) -> str:
        return self.address + path

    @contextmanager
    def read(self) -> Iterator[Session]:
        with transaction(self.engine, write=False) as db:
            yield db

    def settled(self) -> None:
        """Wait until the worker has shared out every event and made every delivery; none may have failed."""
        until = time.monotonic() + PATIENCE
        while True:
            with self.read() as db:
                waiting = outbox.backlog(db)
                failed = db.exec(
                    select(outbox.Delivery).where(col(outbox.Delivery.last_error).is_not(None))
                ).all()
            assert not failed, [(one.subscriber, one.last_error) for one in failed]
            if not any(waiting.values()):
                return
            assert time.monotonic() < until, f"the worker leaves something undone: {waiting}"
            time.sleep(0.02)


@contextmanager
def serving(
    settings: Settings, engine: Engine, *, with_worker: bool = True, issued_as: str = ""
) -> Iterator[Site]:
    """Serve the site on a free port until the block ends. `issued_as` is the public address that the worker signs under,
    for credentials that others are to check: no verifier asks an address of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = replace(settings, public_url=address)
        engine = knowing(with_issuing(engine, replace(settings, public_url=issued_as or address)), settings)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(settings, engine, limits=False),
                log_config=None,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        worker = Worker(engine, errands=errands(settings), pause=0.05)
        thread = threading.Thread(target=server.run, args=([listening],), name="site", daemon=True)
        thread.start()
        if with_worker:
            worker.start()
        try:
            yield Site(address, engine, settings)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            worker.stop()  # one that was not started stops as well
