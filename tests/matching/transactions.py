"""Waiting for other tests' transactions: they are on the same PostgreSQL server, and indexes see them."""

import time

from sqlalchemy import Engine, select

from market.matching.changes import OVER, TO_COME

PATIENCE_S = 60.0


def outlast(engine: Engine) -> None:
    """Wait until every transaction that has begun on the server is over, other tests' too; on SQLite there is none.

    The log of changes is read again from the oldest transaction of the whole server on: whoever counts what an index
    takes up, or spoils what it holds, waits first.
    """
    if engine.dialect.name != "postgresql":
        return
    begin, (_oldest, to_come) = time.monotonic(), _transactions(engine)
    while _transactions(engine)[0] < to_come:
        if time.monotonic() - begin > PATIENCE_S:
            raise TimeoutError("a transaction of the server does not end")
        time.sleep(0.02)


def _transactions(engine: Engine) -> tuple[int, int]:
    """The number of the oldest transaction that is open, and the one that the next gets."""
    with engine.connect() as connection:
        oldest, to_come = connection.execute(select(OVER, TO_COME)).one()
        return oldest, to_come
