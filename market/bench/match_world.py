"""A synthetic market to measure matching on, its questions, and the right answers by brute force.

14,000 skills whose frequency follows Zipf's law (shifted by 2.7, as Mandelbrot fitted it to words), about
12.3 of them a person; questions of two to six skills, drawn as often as people have them. Levels take 16
values, because the text and vector engines need one term for each level of each skill to score exactly.
Three attributes are filtered by, and pass about two in five people between them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import Requirement, Tie
from market.matching.core.filters import Condition, Filters
from market.matching.core.segment import Segment, build

SKILLS = 14_000
DRAWS = 12.65
"""Skills drawn a person, on average; the same one drawn twice is one posting, which leaves about 12.3."""
COLUMNS = ("available", "languages", "pay")
TOP = 20


@dataclass(frozen=True)
class World:
    """Postings sorted by skill and person; people are 1 to N and their attributes follow COLUMNS."""

    skill_ids: NDArray[np.uint32]
    person_ids: NDArray[np.uint32]
    levels: NDArray[np.uint8]
    attributes: NDArray[np.int64]

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.attributes)

    def segment(self) -> Segment:
        """The world as the index holds it, with hopeful levels (the same ones), since they take memory too."""
        ids = np.arange(1, self.people + 1, dtype=np.uint32)
        return build(self.skill_ids, self.person_ids, self.levels, ids, self.attributes, COLUMNS, self.levels)


@dataclass(frozen=True)
class Question:
    """One opening's query: requirements, tie-break, and the filters as plain numbers."""

    requirements: tuple[Requirement, ...]
    tie: Tie
    available_by: int
    language: int  # one bit
    pay_at_most: int

    @property
    def filters(self) -> Filters:
        """The filters as the index takes them."""
        return Filters(
            (
                Condition("available", at_most=self.available_by),
                Condition("languages", any_bits=self.language),
                Condition("pay", at_most=self.pay_at_most),
            )
        )


def make_world(people: int, seed: int = 1) -> World:
    """A world of 1 to `people`; the same for the same seed."""
    random = np.random.default_rng(seed)
    counts = 1 + random.poisson(DRAWS - 1, people)
    drawn = _draw_skills(random, int(counts.sum()))
    persons = np.repeat(np.arange(1, people + 1, dtype=np.uint64), counts)
    pairs = np.unique(drawn.astype(np.uint64) << np.uint64(32) | persons)
    attributes = np.stack(
        [
            random.integers(0, 120, people),
            1 << random.integers(0, 6, people) | 1 << random.integers(0, 2, people),
            random.integers(1000, 6000, people),
        ],
        axis=1,
    ).astype(np.int64)
    return World(
        skill_ids=(pairs >> np.uint64(32)).astype(np.uint32),
        person_ids=(pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        levels=(8 + 16 * random.binomial(15, 0.45, len(pairs))).astype(np.uint8),
        attributes=attributes,
    )


def make_questions(count: int, seed: int = 2) -> list[Question]:
    """Questions to ask of any world of this module."""
    random = np.random.default_rng(seed)
    questions = []
    for _ in range(count):
        wanted = np.unique(_draw_skills(random, int(random.integers(2, 7))))
        requirements = tuple(
            Requirement(
                int(skill),
                int(random.integers(1, 6)),
                int(random.integers(1, 11)),
                bool(random.random() < 0.5),
            )
            for skill in wanted
        )
        tie = Tie(int(random.integers(1, 2**31 - 1)), int(random.integers(0, 2**31 - 1)))
        questions.append(
            Question(
                requirements,
                tie,
                available_by=int(random.integers(60, 120)),
                language=1 << int(random.integers(0, 2)),
                pay_at_most=int(random.integers(4000, 6000)),
            )
        )
    return questions


def right_answer(world: World, question: Question) -> list[tuple[int, int]]:
    """(person, score) of the first TOP, from all postings, written from the formula and sharing no code with it."""
    scores = np.zeros(world.people + 1, dtype=np.int64)
    for asked in question.requirements:
        mine = world.skill_ids == asked.skill_id
        level = world.levels[mine].astype(np.int64)
        least = 51 * asked.level - 25
        c = asked.weight * (
            np.minimum(level, least) * 1024 // least + np.maximum(level - least, 0) * 154 // (256 - least)
        )
        c[level >= least] += 2**20 if asked.essential else 0
        scores[world.person_ids[mine]] += c
    available, languages, pay = world.attributes.T
    passed = (
        (available <= question.available_by)
        & ((languages & question.language) != 0)
        & (pay <= question.pay_at_most)
    )
    people = np.flatnonzero((scores[1:] > 0) & passed) + 1
    place = (question.tie.a * people + question.tie.b) % 2147483647
    order = np.lexsort((people, place, -scores[people]))[:TOP]
    return [(int(p), int(scores[p])) for p in people[order]]


def _draw_skills(random: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Skill ids 1 to SKILLS by the law; popular ones are spread over the ids, as a taxonomy's are."""
    chances = 1 / (np.arange(SKILLS) + 1 + 2.7)
    ranks = np.searchsorted(np.cumsum(chances / chances.sum()), random.random(count)).clip(max=SKILLS - 1)
    spread = np.random.default_rng(14).permutation(SKILLS) + 1
    found: NDArray[np.int64] = spread[ranks]
    return found
