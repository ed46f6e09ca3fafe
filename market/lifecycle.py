"""Lifecycles: what states a thing goes through, and who may take it from one to the next.

A lifecycle is one table of steps. The buttons on a page, the permission, the audit row, the notification and the
diagram in the documentation all come from the same row, so they cannot disagree.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from market.access import Actor, Decision
from market.errors import Conflict

Guard = Callable[
    [Any, Any], Decision
]  # (the thing, what its service looked up) -> may this step be taken now?
Parties = Callable[
    [Actor, Any], frozenset[str]
]  # what the actor is to this thing: "talent", "recruiter", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: a party in `by` takes the thing from one of `sources` to `target`, announced as `event`.

    `words` is what the button says. With `reasoned` the person has to say why. `target` may be among the sources:
    then something changes (a new version, say) while the state stays.
    """

    name: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    by: tuple[str, ...]
    event: str
    words: str = ""
    guard: Guard | None = None
    reasoned: bool = False


class Lifecycle:
    """The table of one kind of thing. Two steps with one name may not share a source.

    `reserved` names states that have their place in the schema while no step leads to them yet.
    """

    def __init__(
        self,
        subject: str,
        initial: StrEnum,
        *steps: Step,
        parties: Parties,
        reserved: frozenset[StrEnum] = frozenset(),
    ) -> None:
        self.subject, self.initial, self.steps, self.parties = subject, initial, steps, parties
        self.reserved = reserved
        self._by_key = {(source, step.name): step for step in steps for source in step.sources}
        if len(self._by_key) != sum(len(step.sources) for step in steps):
            raise ValueError(f"Two steps of {subject} share a source and a name.")

    @property
    def states(self) -> type[StrEnum]:
        return type(self.initial)

    @property
    def events(self) -> frozenset[str]:
        return frozenset(step.event for step in self.steps)

    def step(self, status: StrEnum, name: str) -> Step:
        """The row for this step; `Conflict` where it is not open in this state."""
        try:
            return self._by_key[self.states(status), name]
        except KeyError:
            raise Conflict(
                f"This has changed since you opened it: it is {words_of(status)} now, and that step is not open any more."
            ) from None

    def has_step(self, status: StrEnum, name: str) -> bool:
        return (self.states(status), name) in self._by_key

    def open_steps(self, status: StrEnum, parties: Iterable[str]) -> list[Step]:
        """The steps these parties may take from here, in the order of the table."""
        mine = set(parties)
        return [step for step in self.steps if status in step.sources and mine & set(step.by)]

    def final_states(self) -> frozenset[StrEnum]:
        """States that no step leaves."""
        return frozenset(self.states) - {source for step in self.steps for source in step.sources}

    def mermaid(self) -> str:
        """The diagram, as the documentation carries it."""
        rows = [
            f"    {s} --> {step.target}: {step.name} ({', '.join(step.by)})"
            for step in self.steps
            for s in step.sources
        ]
        return "\n".join(["stateDiagram-v2", f"    [*] --> {self.initial}", *rows])


def words_of(status: str) -> str:
    """A state as people read it: `in_review` becomes "in review"."""
    return str(status).replace("_", " ")
