"""What the web kit is handed when the site is put together: it cannot reach up to the features itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.requests import Request

from market.access import VISITOR, Actor
from market.config import Settings
from market.gather import Read
from market.web.limits import Limiter

Panel = Callable[
    ..., Markup
]  # (request, db, actor, **what the page passes) -> HTML, empty where there is nothing to show
FileReader = Callable[
    [Session, Any, int], bool
]  # (db, actor, inner id of the thing the file is about) -> may this actor read its files?
ProfileReader = Callable[
    [Session, Actor, int], bool
]  # (db, actor, person id) -> does this person deal with an organisation that the actor acts for?
LoadActor = Callable[[Session, str], Actor]  # from the token a browser holds, empty when none


class SourceWords(NamedTuple):
    """What evidence of one kind of source was written for, in words.

    `of` reads the sources, the id first. `say` takes the request, the actor and a row of it, and gives the words and an
    address, which may be empty.
    """

    of: Read
    say: Callable[[Request, Actor, Any], tuple[str, str]]


def _nobody(db: Session, token: str) -> Actor:
    return VISITOR


@dataclass(frozen=True, slots=True)
class Kit:
    """Held as `app.state.kit`."""

    engine: Engine
    settings: Settings
    limiter: Limiter
    load_actor: LoadActor = _nobody
    panels: Mapping[str, tuple[Panel, ...]] = field(default_factory=dict)
    browse_order: Any = None  # openings in the order of someone's evidence: an `opportunities.browsing.Order`
    file_readers: Mapping[str, FileReader] = field(default_factory=dict)
    profile_readers: tuple[ProfileReader, ...] = ()
    source_words: Mapping[str, SourceWords] = field(default_factory=dict)
    applied_ids: Read | None = None  # who applied to the `opening` of a public id: they need no invitation


def kit_of(request: Request) -> Kit:
    kit: Any = request.app.state.kit
    return kit  # type: ignore[no-any-return]
