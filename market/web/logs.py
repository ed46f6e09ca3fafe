"""One structured line a request: an id, the route, the status, the time. No address, no name, no id of a thing."""

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("market.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


# PostgreSQL adds a DETAIL with the row that was refused, and so with what people wrote.
_DETAIL = re.compile(
    r"^(DETAIL|CONTEXT|HINT):.*?(?=^\[SQL:|^\(Background|^The above|^During handling|\Z)", re.M | re.S
)


class Json(logging.Formatter):
    """A record as one line of JSON, with whatever was given as `extra`. Times are in UTC."""

    converter = time.gmtime  # type: ignore[assignment]

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **{key: value for key, value in record.__dict__.items() if key not in _PLAIN},
        }
        if record.exc_info:
            line["error"] = _DETAIL.sub("", self.formatException(record.exc_info))
        return json.dumps(line, default=str)


def set_up(level: str) -> None:
    """Log lines of the site, and what its server has to warn of, as JSON on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json())
    for name, least in (("market", level), ("uvicorn", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(least)
    logging.getLogger("uvicorn.error").addFilter(_not_told_already)


def _not_told_already(record: logging.LogRecord) -> bool:
    """A crash in a request is logged by `failures`, with its reference; the server need not tell it again."""
    return not record.getMessage().startswith("Exception in ASGI application")


class RequestLog:
    """Gives each request an id, answers with it, and logs one line when it is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        mine, began, status = secrets.token_hex(8), time.perf_counter(), 500
        token = request_id.set(mine)
        scope.setdefault("state", {})["request_id"] = mine

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = mine
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        finally:
            route = scope.get("route")
            took = (time.perf_counter() - began) * 1000
            name = getattr(route, "name", None) or "none"
            log.info(
                "request",
                extra={"route": name, "method": scope["method"], "status": status, "ms": round(took, 1)},
            )
            request_id.reset(token)
