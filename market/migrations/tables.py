"""Every model of the project, gathered so that the schema is whole."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import market

_BESIDE = (
    "market.outbox",
    "market.transitions",
    "market.db",
    "market.web.submission",
    "market.credentials.checking.models",
)


def metadata() -> MetaData:
    """The metadata of all tables, with every `models` module of every feature imported."""
    for name in _BESIDE:
        import_module(name)
    for package in iter_modules(market.__path__):
        if not package.ispkg:
            continue
        inside = {m.name for m in iter_modules([f"{market.__path__[0]}/{package.name}"])}
        if "models" in inside:
            import_module(f"market.{package.name}.models")
    return SQLModel.metadata
