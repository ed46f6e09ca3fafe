"""How fast and how rightly a skill is found: type-ahead latency, and whole names against sets that people judged.

Reads taxonomies and benchmark sets from folders that the caller names; nothing of them ships with the project.
Each set is a gzipped CSV with the columns id, query, gold_uris, is_nil (1: judges found that nothing fits).
"""

import csv
import gzip
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from market.skills.names import Kind, NameIndex, Row, Status, normalise
from market.skills.readers import Form, LabelRecord, SkillRecord, read, sources

TYPE_AHEAD_NAMES = 114_000
TYPED_NAMES = 400
SEED = 20

Named = tuple[str, str, Kind]
"""The key of a skill, a name of it, and what the name is."""

Indexed = tuple[NameIndex, list[str]]
"""An index whose skill ids are places in the list of keys."""


@dataclass(frozen=True)
class Question:
    query: str
    answers: frozenset[str]
    """Keys of the skills that are right; empty when none is."""


def bench_skills(taxonomy: Path, benchmarks: Path) -> dict[str, Any]:
    """Every figure of both parts, as JSON can hold them; times in milliseconds of CPU. About 20 seconds.

    FileNotFoundError when either folder lacks what is read.
    """
    english = list(english_names(taxonomy))
    if not english:
        raise FileNotFoundError(f"There is no taxonomy in {taxonomy}.")
    return {
        "type_ahead": type_ahead(_padded(english, taxonomy)),
        "sets": resolution(english, taxonomy, benchmarks),
    }


def type_ahead(names: list[Named]) -> dict[str, Any]:
    """Latency of `find` for people who type: every keystroke of a name, half of them with one slip."""
    began = time.process_time()
    index, _ = _index(names)
    build = time.process_time() - began
    spent = sorted(_cpu_ms(index.find, query) for query in _keystrokes([name for _, name, _ in names]))
    return {
        "names": len(index),
        "build_s": round(build, 2),
        "index_bytes": index.nbytes,
        "queries": len(spent),
        "p50_ms": round(spent[len(spent) // 2], 3),
        "p99_ms": round(spent[int(len(spent) * 0.99)], 3),
        "max_ms": round(spent[-1], 3),
    }


def resolution(english: list[Named], taxonomy: Path, benchmarks: Path) -> list[dict[str, Any]]:
    """Accuracy and restraint of `resolve`, one row for each set that lies in the folder."""
    figures = judged_sets(english, benchmarks)
    hidden = {normalise(question.query) for question in _questions(benchmarks / "esco_masked_alias.csv.gz")}
    without = [row for row in english if row[2] is Kind.PREFERRED or normalise(row[1]) not in hidden]
    figures.append(_measure("esco_masked_alias", _index(without), benchmarks))
    for language, names in _other_languages(taxonomy).items():
        figures.append(_measure(f"crosswalk_exact_{language}", _index(names), benchmarks))
    for name, file, columns in (
        ("github_topic_alias", "github-topics.csv.gz", ("topic", "display_name")),
        ("linguist_alias", "linguist-languages.csv.gz", ("language",)),
    ):
        names = _plain_names(taxonomy / file, columns)
        figures.append(_measure(name, _index(names), benchmarks, whole_gold=True))
    return figures


def judged_sets(english: list[Named], benchmarks: Path) -> list[dict[str, Any]]:
    """The three sets from job adverts that people judged, and the two with unlinkable names taken together."""
    indexed = _index(english)
    sets = ("skill_norm_tech", "skill_norm_house", "skill_norm_techwolf")
    figures = [_measure(name, indexed, benchmarks) for name in sets]
    return [*figures, _pooled(figures[:2])]


def _measure(name: str, indexed: Indexed, benchmarks: Path, *, whole_gold: bool = False) -> dict[str, Any]:
    index, keys = indexed
    first = five = linked = linked_right = nil = nil_linked = abstained = abstained_rightly = 0
    questions = _questions(benchmarks / f"{name}.csv.gz", whole_gold=whole_gold)
    spent = []
    for question in questions:
        began = time.thread_time_ns()
        answer = index.resolve(question.query, 5)
        spent.append((time.thread_time_ns() - began) / 1e6)
        found = [keys[candidate.skill_id] for candidate in answer.candidates]
        is_right = bool(found) and found[0] in question.answers
        is_linked = answer.status is Status.MATCHED
        first += is_right
        five += not question.answers.isdisjoint(found)
        nil += not question.answers
        nil_linked += is_linked and not question.answers
        linked += is_linked and bool(question.answers)
        linked_right += is_linked and is_right
        abstained += not is_linked
        abstained_rightly += not is_linked and not is_right
    spent.sort()
    counts = {
        "set": name,
        "names": len(index),
        "linkable": len(questions) - nil,
        "first_right": first,
        "five_right": five,
        "linked": linked,
        "linked_right": linked_right,
        "unlinkable": nil,
        "unlinkable_linked": nil_linked,
        "abstained": abstained,
        "abstained_rightly": abstained_rightly,
    }
    return counts | _shares(counts) | {"p50_ms": round(spent[len(spent) // 2], 3)}


def _pooled(figures: list[dict[str, Any]]) -> dict[str, Any]:
    """The sets with unlinkable names together: each alone links too few for a share to mean much."""
    counts: dict[str, Any] = {"set": " + ".join(row["set"] for row in figures)}
    for column in ("linkable", "first_right", "five_right", "linked", "linked_right", "unlinkable"):
        counts[column] = sum(row[column] for row in figures)
    for column in ("unlinkable_linked", "abstained", "abstained_rightly"):
        counts[column] = sum(row[column] for row in figures)
    return counts | _shares(counts)


def _shares(counts: dict[str, Any]) -> dict[str, float | None]:
    """`abstention_precision`: of the names it did not link, the share whose first candidate was wrong."""

    def share(part: str, whole: str) -> float | None:
        return round(counts[part] / counts[whole], 4) if counts[whole] else None

    return {
        "accuracy_1": share("first_right", "linkable"),
        "accuracy_5": share("five_right", "linkable"),
        "linked_right_share": share("linked_right", "linked"),
        "unlinkable_linked_share": share("unlinkable_linked", "unlinkable"),
        "abstention_precision": share("abstained_rightly", "abstained"),
    }


# -- names


def english_names(taxonomy: Path) -> Iterable[Named]:
    """Every name of ESCO in English, as imported."""
    for source in sources(taxonomy):
        if source.form is Form.ESCO_SKILLS and source.language == "en":
            yield from _names_of(read(source))


def _padded(names: list[Named], taxonomy: Path) -> list[Named]:
    """The names and then those of ESCO groups and O*NET, up to the number that the goal speaks of."""
    more = [source for source in sources(taxonomy) if source.form in {Form.ESCO_GROUPS, Form.ONET}]
    return [*names, *(name for source in more for name in _names_of(read(source)))][:TYPE_AHEAD_NAMES]


def _names_of(records: Iterable[object]) -> Iterable[Named]:
    for record in records:
        if isinstance(record, SkillRecord):
            yield record.key, record.name, Kind.PREFERRED
            yield from ((record.key, name, Kind.ALTERNATIVE) for name in record.alternatives)
            yield from ((record.key, name, Kind.HIDDEN) for name in record.hidden)


def _other_languages(taxonomy: Path) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for source in sources(taxonomy):
        if source.form is Form.ESCO_LABELS:
            labels = (record for record in read(source) if isinstance(record, LabelRecord))
            found[source.language] = [(label.key, label.name, Kind.PREFERRED) for label in labels]
    return found


def _plain_names(path: Path, columns: tuple[str, ...]) -> list[Named]:
    names: list[Named] = []
    for row in _table(path):
        texts = dict.fromkeys(row[column] for column in columns)
        names.extend((row[columns[0]], text, Kind(min(place, 1))) for place, text in enumerate(texts))
    return names


def _index(names: list[Named]) -> Indexed:
    keys = list(dict.fromkeys(key for key, _, _ in names))
    number = {key: n for n, key in enumerate(keys)}
    rows: list[Row] = [(number[key], name, kind) for key, name, kind in names]
    return NameIndex(rows), keys


# -- questions


def _questions(path: Path, *, whole_gold: bool = False) -> list[Question]:
    found = []
    for row in _table(path):
        gold = [row["gold_uris"]] if whole_gold else row["gold_uris"].split()
        found.append(Question(row["query"], frozenset(gold) if row["is_nil"] != "1" else frozenset()))
    return found


def _keystrokes(names: list[str]) -> list[str]:
    chance = random.Random(SEED)
    typed: list[str] = []
    for place, name in enumerate(chance.sample(names, min(TYPED_NAMES, len(names)))):
        text = name[:60]
        if place % 2 and len(text) > 4:
            slip = chance.randrange(1, len(text) - 1)
            text = text[:slip] + text[slip + 1] + text[slip] + text[slip + 2 :]
        typed.extend(text[:end] for end in range(1, len(text) + 1))
    return typed


def _cpu_ms(call: Callable[[str], object], query: str) -> float:
    began = time.thread_time_ns()
    call(query)
    return (time.thread_time_ns() - began) / 1e6


def _table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
