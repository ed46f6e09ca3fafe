"""Progress of long work on the command line: a bar for each part of it, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Say = Callable[[str, int, int | None], None]
"""(which part, how much of it is done, of how much in all or None where nobody knows)"""


@contextmanager
def bars() -> Iterator[Say]:
    """A part's bar stands there from the first word about it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def say(part: str, done: int, of: int | None) -> None:
            if part not in tasks:
                tasks[part] = progress.add_task(part, total=of)
            progress.update(tasks[part], completed=done, total=of)

        yield say
