"""Severity: held to a dense solution of the same model, and to simulated raters whose shift we know."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.posterior import DEFAULTS as MODEL
from market.evidence.posterior import Item, posterior
from market.evidence.severity import DEFAULTS, NONE, Mark, Settings, Shift, Shifts, corrected, learn, marks_of

DAY = date(2026, 11, 21)
ALL = replace(DEFAULTS, least_people=1)
"""Speaks of every rater: what the model says is to be held to an oracle, also of those too few marks are known of."""

MARKS = st.lists(
    st.builds(
        Mark,
        st.integers(1, 6),
        st.integers(1, 2),
        st.sampled_from(["organisation:1", "organisation:2", "organisation:3", "organisation:4"]),
        st.integers(0, 50).map(lambda tenths: tenths / 10),
        st.sampled_from([0.36, 1.5]),
    ),
    min_size=1,
    max_size=25,
)


def dense(marks: list[Mark], settings: Settings = DEFAULTS) -> dict[str, float]:
    """The same two-way model, written as one matrix over abilities and shifts together and solved whole."""
    subjects, raters = sorted({m[:2] for m in marks}), sorted({m.rater for m in marks})
    size = len(subjects)
    precision = np.diag([settings.ability_sd**-2] * size + [settings.shift_sd**-2] * len(raters))
    wanted = np.zeros(size + len(raters))
    mean = sum(m.value / m.variance for m in marks) / sum(1 / m.variance for m in marks)
    for m in marks:
        row = np.zeros(size + len(raters))
        row[subjects.index(m[:2])] = row[size + raters.index(m.rater)] = 1
        precision += np.outer(row, row) / m.variance
        wanted += row * (m.value - mean) / m.variance
    shifts = np.linalg.solve(precision, wanted)[size:]
    return dict(zip(raters, shifts - shifts.mean(), strict=True))


@given(MARKS)
def test_the_shifts_are_those_of_the_whole_system(marks):
    found = learn(marks, 1, ALL)
    for rater, shift in dense(marks).items():
        assert found.by_rater[rater].value == pytest.approx(shift, abs=1e-7)
        assert found.by_rater[rater].n == sum(m.rater == rater for m in marks)


@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_of_the_marks_is_of_no_matter(marks, random):
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert learn(shuffled, 3, ALL) == learn(marks, 3, ALL)


@given(MARKS)
def test_shifts_have_the_mean_0(marks):
    assert sum(shift.value for shift in learn(marks, 1, ALL).by_rater.values()) == pytest.approx(0, abs=1e-9)


@given(MARKS)
def test_a_mark_more_for_everyone_shifts_nobody(marks):
    higher = [mark._replace(value=mark.value + 1) for mark in marks]
    for rater, shift in learn(marks, 1, ALL).by_rater.items():
        assert learn(higher, 1, ALL).by_rater[rater].value == pytest.approx(shift.value, abs=1e-7)


def simulated(seed: int, raters: int = 20, people: int = 80) -> tuple[list[Mark], np.ndarray, np.ndarray]:
    """Marks of known shifts: four raters a person."""
    random = np.random.default_rng(seed)
    shifts, abilities = random.normal(0, 0.5, raters), random.normal(2.5, 1.2, people)
    marks = [
        Mark(p, 1, f"organisation:{r:02}", float(abilities[p] + shifts[r] + random.normal(0, 0.6)), 0.36)
        for p in range(people)
        for r in random.permutation(raters)[:4]
    ]
    return marks, shifts - shifts.mean(), abilities


@pytest.mark.parametrize("seed", range(5))
def test_severe_and_lenient_raters_are_found_again(seed):
    marks, shifts, _ = simulated(seed)
    found = np.array([shift.value for _, shift in sorted(learn(marks, 1, ALL).by_rater.items())])
    assert np.corrcoef(found, shifts)[0, 1] > 0.8
    assert np.sqrt(np.mean((found - shifts) ** 2)) < 0.25


@pytest.mark.parametrize("seed", range(5))
def test_abilities_are_known_better_once_marks_are_corrected(seed):
    marks, _, abilities = simulated(seed)
    shifts = learn(marks, 1, ALL)

    def error(chosen: Shifts) -> float:
        items = [
            corrected(Item(n, 4, min(5, max(0, m.value)), DAY, m.rater), chosen)
            for n, m in enumerate(marks, 1)
        ]
        mus = [
            posterior([i for i, m in zip(items, marks, strict=True) if m.person_id == p], "soft", DAY).mu
            for p in range(len(abilities))
        ]
        return float(np.mean((np.array(mus) - abilities) ** 2))

    assert error(shifts) < 0.9 * error(NONE)


def test_one_mark_of_someone_nobody_else_marked_says_little_of_the_rater():
    marks = [Mark(1, 1, "organisation:1", 5, 0.36), Mark(2, 1, "organisation:2", 1, 0.36)]
    assert abs(learn(marks, 1, ALL).by_rater["organisation:1"].value) < 1  # of the 2 it lies above the mean


def test_of_a_rater_who_marked_four_people_nothing_is_said():
    marks = [
        Mark(person, 1, f"organisation:{rater}", 3 + rater % 2, 0.36)
        for person in range(1, 8)
        for rater in (1, 2)
        if rater == 1 or person < 5
    ]
    assert set(learn(marks, 1).by_rater) == {"organisation:1"}
    more = [*marks, Mark(5, 2, "organisation:2", 3, 0.36)]
    assert set(learn(more, 1).by_rater) == {"organisation:1", "organisation:2"}


def test_marks_are_what_someone_else_said_after_work():
    items = [
        Item(1, 0, 5, DAY),
        Item(2, 2, 3, DAY, "organisation:1"),
        Item(3, 3, 4, DAY, "issuer:1"),
        Item(4, 4, 2, DAY, "organisation:2", variance=0.5),
        Item(5, 4, 2, DAY),
    ]
    assert marks_of(7, 9, items, MODEL.variance) == [
        Mark(7, 9, "organisation:1", 3, 1.5),
        Mark(7, 9, "organisation:2", 2, 0.5),
    ]


def test_only_marks_are_corrected_and_only_of_known_raters():
    shifts = Shifts(1, {"organisation:1": Shift(0.4, 9)})
    assert corrected(Item(1, 4, 3, DAY, "organisation:1"), shifts).inflation == 0.4
    for other in (Item(1, 4, 3, DAY, "organisation:2"), Item(1, 3, 3, DAY, "organisation:1")):
        assert corrected(other, shifts) == other


def test_without_marks_there_is_nothing_to_learn():
    assert learn([], 4) == Shifts(4, {})


def test_a_stronger_prior_leaves_less_of_a_shift():
    marks, _, _ = simulated(1)
    sizes = [
        sum(abs(s.value) for s in learn(marks, 1, replace(DEFAULTS, shift_sd=sd)).by_rater.values())
        for sd in (0.1, 0.5, 2.0)
    ]
    assert sizes == sorted(sizes)
