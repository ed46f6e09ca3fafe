"""Finding the skill someone meant, among all names of all skills, without ever picking silently between two.

`NameIndex` is built once from rows of names and does not change. `find` answers while someone types;
`resolve` answers for a whole name from elsewhere (a credential, a file, another site) and links by itself
only what is nearly the same name. Pure: rows in, answers out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from rapidfuzz import fuzz

from market.skills.names_grams import GramIndex, Scores, WordIndex
from market.skills.names_keys import Beginnings, Keys, Names
from market.skills.names_text import content_words, loose, normalise, squashed

__all__ = ["Answer", "Candidate", "Kind", "NameIndex", "Status", "Why", "normalise"]

SHORTLIST = 60
"""Names that share most trigrams with the query and are then compared letter by letter."""

CLOSE_ENOUGH = 72.0
"""Least rapidfuzz score (0-100) at which a name is offered as "did you mean"."""

CLOSE_BESIDE_BETTER = 88.0
"""The same where names that begin so are offered already: weaker likeness would be noise beside them."""

WORTH_SHOWING = 0.2
"""Least likeness (0-1) at which `resolve` offers a candidate at all."""


class Kind(IntEnum):
    """What a name is to its skill; the order is the order of preference. Hidden names find and are not shown."""

    PREFERRED = 0
    ALTERNATIVE = 1
    HIDDEN = 2


class Status(StrEnum):
    MATCHED = "matched"
    """One skill has this name: the first candidate."""
    AMBIGUOUS = "ambiguous"
    """Several skills have this name: a person chooses among the candidates."""
    SUGGESTED = "suggested"
    """No skill has this name; the candidates are near it."""
    UNKNOWN = "unknown"
    """Nothing is near: offer to propose a new skill."""


class Why(StrEnum):
    """Why a candidate is offered."""

    NAME = "name"
    ALIAS = "alias"
    SPELLING = "spelling"
    BEGINNING = "beginning"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A skill that may be meant. `label` is the name that was found, `preferred` the name of the skill."""

    skill_id: int
    label: str
    preferred: str
    why: Why
    likeness: float
    """0 to 1; 1 for the same name."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: Status
    candidates: tuple[Candidate, ...]

    @property
    def match(self) -> Candidate | None:
        """The one skill meant, or None."""
        return self.candidates[0] if self.status is Status.MATCHED else None


NOTHING = Answer(Status.UNKNOWN, ())

Row = tuple[int, str, Kind]


class NameIndex:
    """All names of all skills. Immutable, safe to share between threads; about 0.4 kB a name."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """From (skill id, name, kind). Rows that hold nothing comparable are left out.

        About 1.6 seconds for 114,000 names: build it once, away from requests.
        """
        kept: list[tuple[int, str, Kind, str]] = []
        for skill_id, text, kind in rows:
            if norm := normalise(text):
                kept.append((skill_id, text.strip(), kind, norm))
        self._names = Names(row[3] for row in kept)
        self._skill = np.array([row[0] for row in kept], dtype=np.int64)
        self._kind = np.array([row[2] for row in kept], dtype=np.uint8)
        labels = [row[1].encode() for row in kept]
        self._labels = b"".join(labels)
        self._label_ends = np.cumsum([len(label) for label in labels], dtype=np.int64)
        # The first preferred name of each skill, else its first name.
        order = np.lexsort((np.arange(len(kept)), self._kind, self._skill))
        self._skills, first = np.unique(self._skill[order], return_index=True)
        self._preferred = order[first].astype(np.uint32)

        length = np.minimum(self._names.lengths, 999).astype(np.uint32)
        self._beginnings = Beginnings(self._names, self._kind.astype(np.uint32) * 1000 + length)
        self._exact = Keys(self._names, _itself)
        self._spellings = (Keys(self._names, squashed), Keys(self._names, loose))
        self._grams = tuple(GramIndex(self._names.text, self._names.starts, size) for size in (3, 4))
        self._words = WordIndex(row[3] for row in kept)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def nbytes(self) -> int:
        """Bytes held, near enough."""
        parts = [len(self._labels), self._names.nbytes, self._beginnings.nbytes, self._exact.nbytes]
        parts += [keys.nbytes for keys in self._spellings] + [grams.nbytes for grams in self._grams]
        arrays = (self._skill, self._kind, self._label_ends, self._skills, self._preferred)
        return sum(parts) + self._words.nbytes + sum(array.nbytes for array in arrays)

    def find(self, query: str, limit: int = 8) -> Answer:
        """For typing: the same name, then names with a word that begins so, then names that look alike.

        When a skill has exactly this name the status is matched (or ambiguous), and further candidates
        may follow it, so that someone who has typed "C" still sees "C++". At most `limit` candidates.
        """
        norm = normalise(query)
        if not norm or not len(self):
            return NOTHING
        chosen = _Chosen(self, limit)
        status = self._same_name(norm, chosen)
        if status is None:
            chosen.extend(((n, 1.0) for keys in self._spellings for n in keys.find(norm)), Why.SPELLING)
        chosen.extend(self._begins(norm, limit), Why.BEGINNING)
        if not chosen.full and len(norm) >= 3:
            least = CLOSE_ENOUGH if chosen.first is None else CLOSE_BESIDE_BETTER
            chosen.extend(self._look_alike(norm, least), Why.SIMILAR)
        return chosen.answer(status)

    def resolve(self, name: str, limit: int = 5) -> Answer:
        """For a whole name: linked when it is the same or nearly the same name, else the likeliest skills.

        Nearly the same: other spacing ("front end"), plurals and small words. Nobody is there to notice a
        wrong link, so an alias links only when it speaks for its skill (`_may_link`). Everything else is a
        suggestion that a person confirms, ranked by TF-IDF over character n-grams and over word stems in
        equal parts.
        """
        norm = normalise(name)
        if not norm or not len(self):
            return NOTHING
        chosen = _Chosen(self, limit)
        status = self._same_name(norm, chosen)
        if status is None:
            status = self._same_but_for_spelling(norm, chosen)
        if status is Status.MATCHED and chosen.first is not None and not self._may_link(chosen.first):
            status = Status.SUGGESTED
        chosen.extend(self._likeliest(norm, 40 * limit), Why.SIMILAR)
        return chosen.answer(status)

    # -- the stages; each yields (number of a name, likeness), best first

    def _same_name(self, norm: str, chosen: "_Chosen") -> Status | None:
        """The owners of this very name. A preferred name goes before the same name as someone's alias."""
        same = self._exact.find(norm)
        for kinds, why in (((Kind.PREFERRED,), Why.NAME), ((Kind.ALTERNATIVE, Kind.HIDDEN), Why.ALIAS)):
            owners = [n for n in same if self._kind[n] in kinds]
            if owners:
                return self._choose(owners, why, chosen, also=[n for n in same if n not in owners])
        return None

    def _same_but_for_spelling(self, norm: str, chosen: "_Chosen") -> Status | None:
        for keys in self._spellings:
            if same := keys.find(norm):
                return self._choose(same, Why.SPELLING, chosen)
        return None

    def _choose(self, names: list[int], why: Why, chosen: "_Chosen", also: Sequence[int] = ()) -> Status:
        count = len({int(self._skill[n]) for n in names})
        chosen.extend(((n, 1.0) for n in sorted(names, key=lambda n: self._kind[n])), why)
        chosen.extend(((n, 1.0) for n in also), Why.ALIAS)
        return Status.MATCHED if count == 1 else Status.AMBIGUOUS

    def _begins(self, norm: str, limit: int) -> Iterator[tuple[int, float]]:
        # A skill may have many names that begin alike; look further only when they crowd out the others.
        for count in (8 * limit, 128 * limit):
            names = self._beginnings.find(norm, count)
            if len(names) < count or len({int(self._skill[n]) for n in names}) >= limit:
                break
        return ((n, len(norm) / max(len(norm), int(self._names.lengths[n]))) for n in names)

    def _look_alike(self, norm: str, least: float) -> Iterator[tuple[int, float]]:
        shared = self._grams[0].scores(norm)
        close = []
        for n in _largest(shared, SHORTLIST):
            score = _likeness(norm, self._names[n])
            if score >= least:
                close.append((n, score / 100))
        close.sort(key=lambda pair: (-pair[1], -shared[pair[0]], pair[0]))
        return iter(close)

    def _likeliest(self, norm: str, count: int) -> Iterator[tuple[int, float]]:
        letters = (self._grams[0].scores(norm) + self._grams[1].scores(norm)) / 2
        likeness: Scores = ((letters + self._words.scores(norm)) / 2).astype(np.float32)
        return ((n, float(likeness[n])) for n in _largest(likeness, count) if likeness[n] >= WORTH_SHOWING)

    def _may_link(self, name: int) -> bool:
        """Whether a skill may be linked by this name of it with nobody looking.

        Its own name may. Taxonomies also list narrower things as aliases ("PowerShell" under computer
        programming), so an alias must share a word with the skill's name, and the name of no other skill
        may hold all its words ("risk assessment", an alias of risk management, against "draw up risk assessment").
        """
        if self._kind[name] == Kind.PREFERRED:
            return True
        norm, skill_id = self._names[name], self._skill[name]
        own = normalise(self.label(self._preferred_of(skill_id)))
        if self._kind[name] == Kind.HIDDEN or set(content_words(norm)).isdisjoint(content_words(own)):
            return False
        holding = self._words.holding(norm)
        others = (self._kind[holding] == Kind.PREFERRED) & (self._skill[holding] != skill_id)
        return not others.any()

    # -- names back from numbers

    def _preferred_of(self, skill_id: int) -> int:
        return int(self._preferred[np.searchsorted(self._skills, skill_id)])

    def label(self, name: int) -> str:
        start = int(self._label_ends[name - 1]) if name else 0
        return self._labels[start : int(self._label_ends[name])].decode()

    def candidate(self, name: int, why: Why, likeness: float) -> Candidate:
        skill_id = int(self._skill[name])
        preferred = self.label(self._preferred_of(skill_id))
        shown = preferred if self._kind[name] == Kind.HIDDEN else self.label(name)
        return Candidate(skill_id, shown, preferred, why, round(likeness, 4))

    def skill_of(self, name: int) -> int:
        return int(self._skill[name])


class _Chosen:
    """Candidates so far, one for each skill."""

    def __init__(self, index: NameIndex, limit: int) -> None:
        self._index, self._limit = index, limit
        self._candidates: list[Candidate] = []
        self._seen: set[int] = set()
        self.first: int | None = None
        """The name by which the first candidate was found."""

    @property
    def full(self) -> bool:
        return len(self._candidates) >= self._limit

    def extend(self, names: Iterable[tuple[int, float]], why: Why) -> None:
        for name, likeness in names:
            if self.full:
                return
            skill_id = self._index.skill_of(name)
            if skill_id not in self._seen:
                self.first = name if self.first is None else self.first
                self._seen.add(skill_id)
                self._candidates.append(self._index.candidate(name, why, likeness))

    def answer(self, status: Status | None) -> Answer:
        if status is None:
            status = Status.SUGGESTED if self._candidates else Status.UNKNOWN
        return Answer(status, tuple(self._candidates))


def _itself(norm: str) -> str:
    return norm


def _likeness(query: str, name: str) -> float:
    """0-100: how well each typed word is found in the name, in any order; the last word may be unfinished."""
    words, typed = name.split(), query.split()
    total = 0.0
    for place, word in enumerate(typed, 1):
        best = max(fuzz.ratio(word, other) for other in words)
        if place == len(typed):
            best = max(best, *(fuzz.ratio(word, other[: len(word)]) - 1 for other in words))
        total += best * len(word)
    by_word = total / sum(map(len, typed)) - min(10, max(0, len(words) - len(typed)))
    return float(max(fuzz.ratio(query, name), by_word))


def _largest(scores: Scores, count: int) -> list[int]:
    """The numbers of the largest positive scores, largest first, ties by number."""
    found = np.flatnonzero(scores > 0)
    if len(found) > count:
        found = found[np.argpartition(-scores[found], count)[:count]]
    ordered: list[int] = found[np.lexsort((found, -scores[found]))].tolist()
    return ordered
