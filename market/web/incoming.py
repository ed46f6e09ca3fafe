"""A form read from a request: all its text, and of its files what is within the limits.

What is past a limit is thrown away while the rest is read, so that what was written can be shown again with what to
mend. A form of which anything was thrown away is never acted on (`routing` sees to it).
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple
from urllib.parse import unquote_plus

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

MOST_FIELDS = 500
MOST_TEXT = 256 * 1024  # bytes of one text
MOST_FILES = 20  # that are kept; more are counted
COUNTED_FILES = 100


class Cut(NamedTuple):
    """What of a form was thrown away: the names of the texts that are too long, and whether it was of its files."""

    texts: frozenset[str] = frozenset()
    files: bool = False


class _Plain(FormParser):
    """As Starlette's, but a text past the limit is cut there, and the rest is read."""

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers, stream, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT)
        self.cut_texts: set[str] = set()
        self.cut_files = False

    @property
    def so_far(self) -> FormData:
        return FormData(self._items)

    def on_field_data(self, data: bytes, start: int, end: int) -> None:
        room = self.max_part_size - self._current_field_size
        if end - start > room:
            self.cut_texts.add(unquote_plus(self._field_name.decode("latin-1")))
        super().on_field_data(data, start, min(end, start + room))


class _Parts(MultiPartParser):
    """As Starlette's, but what is past a limit is counted and thrown away, and the rest is read."""

    def __init__(
        self, headers: Headers, stream: AsyncGenerator[bytes, None], most_of_file: int, most: int
    ) -> None:
        super().__init__(
            headers, stream, max_files=COUNTED_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT
        )
        self.cut_texts: set[str] = set()
        self.cut_files = False
        self._most_of_file, self._left = most_of_file, most
        self._skipping, self._whole = False, False

    @property
    def so_far(self) -> FormData:
        return FormData(self.items)

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._skipping, self._of_part = False, 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part, size = self._current_part, end - start
        if part.file is None:
            room = min(self.max_part_size - len(part.data), self._left)
            if size > room:
                self.cut_texts.add(part.field_name)
            self._left -= min(size, room)
            super().on_part_data(data, start, start + min(size, room))
            return
        self._of_part += size
        self._skipping = (
            self._skipping
            or self._current_files > MOST_FILES
            or self._of_part > self._most_of_file
            or size > self._left
        )
        if self._skipping:
            self.cut_files = True
            part.file.size = (part.file.size or 0) + size
        else:
            self._left -= size
            super().on_part_data(data, start, end)

    def on_end(self) -> None:
        self._whole = True

    async def parse(self) -> FormData:
        """Starlette takes a form that breaks off; then its last field is missing, and nobody would know."""
        form = await super().parse()
        if not self._whole:
            for file in self._files_to_close_on_error:
                file.close()
            raise HTTPException(413 if self.cut_files else 400)
        return form


async def read_form(request: Request, most_of_file: int, most: int) -> FormData:
    """The form, as `request.state.form`, and what was thrown away of it, as `request.state.cut`.

    Keeps at most `most` bytes, and `most_of_file` of one file. `HTTPException`: 413 for fields without end, with what
    came before them in the state, 400 for what is no form. Close the form when it is done with.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    parser: _Plain | _Parts
    async with aclosing(request.stream()) as stream:
        if kind == "multipart/form-data":
            parser = _Parts(request.headers, stream, most_of_file, most)
        elif kind == "application/x-www-form-urlencoded":
            parser = _Plain(request.headers, stream)
        else:
            request.state.form, request.state.cut = FormData(), Cut()
            return FormData()
        try:
            form = await parser.parse()
        except MultiPartException as refused:
            request.state.form = _kept_letters(FormData(_texts(parser.so_far)))
            endless = "Too many" in refused.message or "exceeded" in refused.message
            raise HTTPException(413 if endless else 400) from None
        except (
            UnicodeError,
            ClientDisconnect,
        ):  # any codec of Python's may be named, also one that only fails
            raise HTTPException(400) from None
    cut = Cut(frozenset(parser.cut_texts), parser.cut_files)
    request.state.cut = cut
    whole = [(name, value) for name, value in form.multi_items() if name not in cut.texts]
    request.state.form = _kept_letters(FormData(whole))
    return form


def cut_of(request: Request) -> Cut:
    """What was thrown away of the form of this request."""
    cut: Cut = getattr(request.state, "cut", Cut())
    return cut


def _texts(form: FormData) -> list[tuple[str, str | UploadFile]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _kept_letters(form: FormData) -> FormData:
    """The form without what nobody means and no database keeps: NUL goes, half a character becomes a `?`."""

    def clean(text: str) -> str:
        return text.replace("\x00", "").encode("utf-8", "replace").decode()

    return FormData([(clean(k), clean(v) if isinstance(v, str) else v) for k, v in form.multi_items()])
