"""A cap on the size of a request, reached before anything is buffered.

Starlette's own middleware answers with bare words, also where a handler made a page; this one raises inside the
application, so that the page for 413 says what to do.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Whoever reads a body past `most_bytes`, declared or not, gets `HTTPException(413)`."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        read = int(declared) if declared.isdecimal() and int(declared) > self.most_bytes else 0

        async def receive_some() -> Message:
            nonlocal read
            if read > self.most_bytes:
                raise HTTPException(413)
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_some, send)
