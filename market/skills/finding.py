"""Finding a skill while the taxonomy changes: one index of names for the process, and the table where it lags behind.

The index is built anew when the taxonomy's version has changed. A small taxonomy is indexed in the request that notices
it; a large one (ESCO takes about two seconds) in a thread, and until then names that are equal or begin alike are looked
up in the table, so that what was added is found at once. A person's own proposals are found by that person only.
"""

import logging
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import Pool
from sqlmodel import Session

from market.db import transaction
from market.gather import Gather, Read, Rows
from market.skills import queries
from market.skills.models import LabelKind
from market.skills.names import Answer, Candidate, Kind, NameIndex, Row, Status, Why, normalise
from market.skills.queries import Brief, LabelRow

log = logging.getLogger(__name__)

BUILT_AT_ONCE = 6_000
"""Names that a request may index by itself: about 0.1 seconds."""

_KINDS = {
    LabelKind.PREFERRED: Kind.PREFERRED,
    LabelKind.ALTERNATIVE: Kind.ALTERNATIVE,
    LabelKind.HIDDEN: Kind.HIDDEN,
}


@dataclass(frozen=True, slots=True)
class _Built:
    """The names of one version of the taxonomy, with what forms say of the skills they belong to."""

    version: str
    index: NameIndex
    briefs: Mapping[int, Brief]
    by_public_id: Mapping[str, Brief]


@dataclass(frozen=True, slots=True)
class _Look:
    """What one reading session knows: it asks for the version, and for the viewer's own proposals, once."""

    index: NameIndex | None
    current: _Built | None  # None while the index lags behind the table
    viewer: int
    own: Sequence[Any]  # rows of `queries.OWN_LABELS`


class _Cache:
    """The index of one database. `lock` is held by whoever builds."""

    def __init__(self) -> None:
        self.built: _Built | None = None
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None


# By connection pool, which every `execution_options` copy of an engine shares.
_caches: "weakref.WeakKeyDictionary[Pool, _Cache]" = weakref.WeakKeyDictionary()
_caches_lock = threading.Lock()


def find(db: Session, text: str, limit: int = 8, *, viewer: int = 0) -> Answer:
    """Skills for what someone is typing; see `names.NameIndex.find`. `viewer` also finds their own proposals."""
    look = _look(db, viewer)
    answer = look.index.find(text, limit) if look.index is not None else NOTHING
    return _completed(db, text, limit, answer, look)


def find_each(db: Session, texts: Sequence[str], limit: int = 8) -> list[Answer]:
    """`find` for several texts, with the index looked up once."""
    look = _look(db, 0)
    answers = [look.index.find(text, limit) if look.index is not None else NOTHING for text in texts]
    return [_completed(db, text, limit, answer, look) for text, answer in zip(texts, answers, strict=True)]


def resolve_one(db: Session, text: str, limit: int = 5, *, viewer: int = 0) -> Answer:
    """The skill that a whole name from elsewhere means; see `names.NameIndex.resolve`.

    Only `Status.MATCHED` may be linked with nobody looking; anything else is for a person to confirm.
    """
    look = _look(db, viewer)
    answer = look.index.resolve(text, limit) if look.index is not None else NOTHING
    return _completed(db, text, limit, answer, look, is_linking=True)


def look_ahead(db: Session, viewer: int, *more: Read, given: Mapping[str, Any] | None = None) -> list[Rows]:
    """What this session needs to find skills for a viewer, in one statement with whatever else a page reads."""
    (version, own, *rest) = Gather(queries.VERSION, queries.OWN_LABELS, *more).read(
        db, {"viewer": viewer, **(given or {})}
    )
    _keep_look(db, viewer, version[0].token if version else "", own)
    return rest


def briefs_of(db: Session, ids: Iterable[int]) -> dict[int, Brief]:
    """Those of these skills that a form may name, by id. No statement where the index is at hand and holds them."""
    look: _Look | None = db.info.get(_KEPT)
    found: dict[int, Brief] = {}
    missing = set(ids)
    if look is not None and look.current is not None:
        found = {one: look.current.briefs[one] for one in missing if one in look.current.briefs}
        found |= {row.id: Brief(*row[:4]) for row in look.own if row.id in missing}
        missing -= found.keys()
    if missing:
        found |= {one: Brief(*row[:4]) for one, row in queries.named(db, missing).items()}
    return found


def brief_by_public_id(db: Session, public_id: str, viewer: int) -> Brief | None:
    """A skill in use, where the index is at hand and holds it."""
    look = _look(db, viewer)
    return look.current.by_public_id.get(public_id) if look.current is not None else None


NOTHING = Answer(Status.UNKNOWN, ())


def warm(engine: Engine) -> None:
    """Have the index of this database built in the background; for a server that starts."""
    with transaction(engine, write=False) as db:
        _index(db, queries.version(db))


_KEPT = "skills.look"


def _look(db: Session, viewer: int) -> _Look:
    found: _Look | None = db.info.get(_KEPT)
    if found is not None and found.viewer == viewer:
        return found
    version, own = _NAMES.read(db, {"viewer": viewer})
    return _keep_look(db, viewer, version[0].token if version else "", own)


_NAMES = Gather(queries.VERSION, queries.OWN_LABELS)


def _keep_look(db: Session, viewer: int, version: str, own: Sequence[Any]) -> _Look:
    index, built = _index(db, version)
    look = _Look(index, built, viewer, own)
    if not _is_writing(db):  # who writes may change names, and looks again each time
        db.info[_KEPT] = look
    return look


# -- the index


def _is_writing(db: Session) -> bool:
    return bool(_engine_of(db).get_execution_options().get("write", True))


def _index(db: Session, version: str) -> tuple[NameIndex | None, _Built | None]:
    """The index there is, and it with all it was built from if it holds every name."""
    engine = _engine_of(db)
    cache = _cache_of(engine)
    built = cache.built
    if built is not None and built.version == version:
        return built.index, built
    # What this session wrote may be rolled back: an index for everyone is built from committed names only.
    if not _is_writing(db) and queries.label_count(db) <= BUILT_AT_ONCE:
        with cache.lock:
            if cache.built is None or cache.built.version != version:
                cache.built = _build(db, version)
        return cache.built.index, cache.built
    _build_aside(engine, cache)
    return (built.index, None) if built is not None else (None, None)


def _build(db: Session, version: str) -> _Built:
    rows: list[Row] = [(row.skill_id, row.text, _KINDS[row.kind]) for row in queries.label_rows(db)]
    briefs = queries.briefs(db)
    return _Built(version, NameIndex(rows), briefs, {one.public_id: one for one in briefs.values()})


def _build_aside(engine: Engine, cache: _Cache) -> None:
    """Build in a thread, unless one is at it. One thread at a time: it notices the version it began with."""
    with _caches_lock:
        if cache.thread is not None and cache.thread.is_alive():
            return
        cache.thread = threading.Thread(
            target=_build_now, args=(engine, cache), name="skill-names", daemon=True
        )
        cache.thread.start()


def _build_now(engine: Engine, cache: _Cache) -> None:
    try:
        with cache.lock, transaction(engine, write=False) as db:
            # Closed after use and not put back: the pool may have been disposed of while the index was being built,
            # and nobody would close it then.
            db.connection().detach()
            version = queries.version(db)
            if cache.built is None or cache.built.version != version:
                cache.built = _build(db, version)
    except Exception:  # a database that is away now is asked again with the next search
        log.exception("the index of skill names was not built")


def _engine_of(db: Session) -> Engine:
    bind = db.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def _cache_of(engine: Engine) -> _Cache:
    with _caches_lock:
        return _caches.setdefault(engine.pool, _Cache())


def settled(engine: Engine) -> bool:
    """Wait for a build that is under way; whether an index is there. For tests and measurements."""
    cache = _cache_of(engine)
    thread = cache.thread
    if thread is not None:
        thread.join()
    return cache.built is not None


# -- what the index does not hold


def _completed(
    db: Session,
    text: str,
    limit: int,
    answer: Answer,
    look: _Look,
    *,
    is_linking: bool = False,
) -> Answer:
    """The answer with the viewer's own proposals and, while the index lags, with what the table says.

    `is_linking`: nobody looks at the answer, so that of the table only a skill's own name matches.
    """
    norm = normalise(text)
    is_current = look.current is not None
    if not norm or (is_current and not look.own):
        return answer
    rows = (
        _own(look, norm, 4 * limit)
        if is_current
        else queries.labels_by_norm(db, norm, 4 * limit, viewer=look.viewer)
    )
    if not rows and is_current:
        return answer
    known = briefs_of(db, [r.skill_id for r in rows] + [one.skill_id for one in answer.candidates])
    indexed = [one for one in answer.candidates if one.skill_id in known]
    tabled = [_from_row(row, norm, known[row.skill_id].name) for row in rows if row.skill_id in known]
    leading = _once([one for one in (*tabled, *indexed) if one.why in _SAME])
    leading.sort(key=lambda one: one.why is not Why.NAME)
    if not leading and answer.status in (Status.MATCHED, Status.AMBIGUOUS):
        leading = [one for one in indexed if one.why is Why.SPELLING]
    found = _once([*leading, *tabled, *indexed])[:limit]
    return Answer(_status(leading, found, answer.match, is_linking=is_linking), tuple(found))


def _own(look: _Look, norm: str, most: int) -> list[LabelRow]:
    """The viewer's own proposals named so or beginning so: the same name first, then the shortest."""
    near = [row for row in look.own if row.norm.startswith(norm)]
    near.sort(key=lambda row: row.norm != norm)
    return [LabelRow(row.id, row.text, row.kind) for row in near[:most]]


_SAME = (Why.NAME, Why.ALIAS)


def _from_row(row: queries.LabelRow, norm: str, name: str) -> Candidate:
    own, shown = normalise(row.text), name if row.kind is LabelKind.HIDDEN else row.text
    if own == norm:
        why = Why.NAME if row.kind is LabelKind.PREFERRED else Why.ALIAS
        return Candidate(row.skill_id, shown, name, why, 1.0)
    return Candidate(row.skill_id, shown, name, Why.BEGINNING, round(len(norm) / max(len(norm), len(own)), 4))


def _once(candidates: list[Candidate]) -> list[Candidate]:
    """The first candidate for each skill."""
    found: dict[int, Candidate] = {}
    for one in candidates:
        found.setdefault(one.skill_id, one)
    return list(found.values())


def _status(
    leading: list[Candidate], found: list[Candidate], match: Candidate | None, *, is_linking: bool
) -> Status:
    """What the answer comes to; `leading` are those with the very name, skills' own names first."""
    owners = [one for one in leading if one.why is Why.NAME] or leading
    if len(owners) > 1:
        return Status.AMBIGUOUS
    if owners:
        own_name = owners[0].why is Why.NAME
        is_linked = match is not None and match.skill_id == owners[0].skill_id
        return Status.MATCHED if own_name or is_linked or not is_linking else Status.SUGGESTED
    return Status.SUGGESTED if found else Status.UNKNOWN
