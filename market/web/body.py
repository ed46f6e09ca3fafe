"""How much of a request is read, and how long is waited for it.

A cap reached before anything is buffered, as an `HTTPException(413)` inside the application, so that the page for it
says what to do (Starlette's own middleware answers with bare words). A form with files is read on to its end up to
`READ_ON` times the cap: `incoming` throws the bytes of its files away and keeps what was written beside them. Whoever
is answered while they still send is disconnected, since the server would read an endless body for ever.
"""

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

READ_ON = 4
"""How many times the largest request is read of a form with files, so that its text comes back."""
SILENCE = 60.0
"""How many seconds the next piece of a body may take, and a whole body beside its pace."""
PACE = 1000
"""How many bytes a second a body has to come with, after the first minute."""
LINGER = 5.0
"""For how many seconds what still comes after the answer is read, so that the answer is not lost with the connection."""


class BodyLimit:
    """Whoever reads a body past `most_bytes`, declared or not, gets `HTTPException(413)`; past its time, 408."""

    def __init__(self, app: ASGIApp, most_bytes: int, *, silence: float = SILENCE) -> None:
        self.app, self.most_bytes, self.silence = app, most_bytes, silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        with_files = headers.get("content-type", "").lower().startswith("multipart/form-data")
        most = self.most_bytes * (READ_ON if with_files else 1)
        refused = declared.isdecimal() and int(declared) > most
        ended = "transfer-encoding" not in headers and not declared.strip("0")
        read, began, closing = 0, anyio.current_time(), False

        async def receive_some() -> Message:
            nonlocal read, ended
            if refused or read > most:
                raise HTTPException(413)
            if ended:  # what comes now is that the other side has gone, whenever that may be
                return await receive()
            left = began + self.silence + read / PACE - anyio.current_time()
            try:
                with anyio.fail_after(max(0.0, min(self.silence, left))):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            read += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            if read > most:
                raise HTTPException(413)
            return message

        async def send_some(message: Message) -> None:
            nonlocal closing
            if message["type"] == "http.response.start" and not ended:
                closing = True
                MutableHeaders(scope=message)["Connection"] = "close"
            if not closing or message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            await send({**message, "more_body": True})
            await self._rest(receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self.app(scope, receive_some, send_some)

    async def _rest(self, receive: Receive) -> None:
        """Read what still comes, a while and no further: whoever sends reads the answer only when the line is free."""
        left = self.most_bytes
        with anyio.move_on_after(min(LINGER, self.silence)):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
