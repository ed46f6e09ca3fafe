"""The index gives the oracle's ranking: ties, deletes, deltas, empty results and filters included."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.matching.core import index as index_module
from market.matching.core import kernels
from market.matching.core.contract import BadRequirements, Requirement, Tie
from market.matching.core.filters import Condition, Filters
from market.matching.core.index import Index
from market.matching.core.segment import Segment, build, empty
from market.matching.core.tiers import Change
from tests.matching import oracle

COLUMNS = ("hours", "languages")
KERNELS = ["numpy", "numba"]


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile numba's kernel once, outside any example's deadline."""
    Index(empty(COLUMNS), kernel="numba").top_k([Requirement(1, 1, 1, True)], 1, Tie())
    one = segment({1: {1: 200}}, {1: (0, 0)})
    Index(one, kernel="numba").top_k([Requirement(1, 1, 1, True)], 1, Tie())


def segment(people: dict[int, dict[int, int]], attributes: dict[int, tuple[int, int]]) -> Segment:
    triples = np.array(
        [(s, p, level) for p, levels in people.items() for s, level in levels.items()], dtype=np.int64
    ).reshape(-1, 3)
    return build(
        triples[:, 0].astype(np.uint32),
        triples[:, 1].astype(np.uint32),
        triples[:, 2].astype(np.uint8),
        np.array(list(people), dtype=np.uint32),
        np.array([attributes[p] for p in people], dtype=np.int64).reshape(-1, 2),
        COLUMNS,
    )


# Few skills, few levels and few attributes, so that ties, empty lists and refusals are common.
SKILLS = st.integers(1, 6)
LEVELS = st.sampled_from([1, 25, 26, 76, 77, 128, 200, 255])
PEOPLE = st.integers(1, 60) | st.sampled_from([2**32 - 1, 2147483647, 2147483648, 2147483650])
HELD = st.dictionaries(SKILLS, LEVELS, max_size=5)
ATTRIBUTES = st.tuples(st.integers(0, 5), st.integers(0, 7))
SITE = st.dictionaries(PEOPLE, st.tuples(HELD, ATTRIBUTES), max_size=30)
REQUIREMENTS = st.lists(
    st.builds(Requirement, SKILLS, st.integers(1, 5), st.integers(1, 10), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda r: r.skill_id,
)
TIES = st.builds(Tie, st.integers(1, 2147483646), st.integers(0, 2147483646))
FILTERS = st.builds(
    lambda least, mask, excluded, only: Filters(
        tuple(
            condition
            for condition in (
                Condition("hours", at_least=least) if least is not None else None,
                Condition("languages", any_bits=mask) if mask else None,
            )
            if condition
        ),
        excluded,
        only,
    ),
    st.none() | st.integers(0, 6),
    st.integers(0, 7),
    st.frozensets(PEOPLE, max_size=8),
    st.none() | st.frozensets(PEOPLE, max_size=12),
)


def expected(site, asked, k, tie, filters):
    def eligible(person: int) -> bool:
        hours, languages = site[person][1]
        for condition in filters.conditions:
            if condition.any_bits is not None and not languages & condition.any_bits:
                return False
            if condition.any_bits is None and hours < condition.at_least:
                return False
        return person not in filters.excluded and (filters.only is None or person in filters.only)

    plain = [(r.skill_id, r.level, r.weight, r.essential) for r in asked]
    return oracle.rank({p: levels for p, (levels, _) in site.items()}, plain, k, tie.a, tie.b, eligible)


def answer(index, asked, k, tie, filters):
    return [(hit.person_id, hit.score, hit.contributions) for hit in index.top_k(asked, k, tie, filters)]


def index_of(site, kernel: str) -> Index:
    return Index(
        segment({p: h for p, (h, _) in site.items()}, {p: a for p, (_, a) in site.items()}), 0, kernel
    )


@pytest.mark.parametrize("kernel", KERNELS)
@given(site=SITE, asked=REQUIREMENTS, k=st.integers(0, 35), tie=TIES, filters=FILTERS)
@settings(max_examples=max(200, settings().max_examples))
def test_the_index_gives_the_oracles_ranking(kernel, site, asked, k, tie, filters):
    assert answer(index_of(site, kernel), asked, k, tie, filters) == expected(site, asked, k, tie, filters)


@given(site=SITE, asked=REQUIREMENTS, k=st.integers(0, 35), tie=TIES, filters=FILTERS, twice=st.booleans())
def test_with_an_early_mask_the_ranking_is_the_same(site, asked, k, tie, filters, twice):
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MASK_FROM", "MASK_SHARE", "LOOK_UP"):
            patch.setattr(index_module, name, 0)
        index = index_of(site, "numpy")
        for _ in range(1 + twice):
            assert answer(index, asked, k, tie, filters) == expected(site, asked, k, tie, filters)


def test_conditions_that_hardly_anybody_meets_are_masked_once_and_others_never(monkeypatch):
    ids = np.arange(1, 20_001, dtype=np.uint32)
    hours = np.arange(20_000).reshape(-1, 1)
    levels = np.full(20_000, 100, np.uint8)
    index = Index(build(np.full(20_000, 1, np.uint32), ids, levels, ids, hours, ("hours",)), 0, "numpy")
    masked = index._state.base.segment.masks
    monkeypatch.setattr(index_module, "MASKS", 2)
    for least, few in ((19_990, 10), (0, None), (19_999, 1), (30_000, 0)):
        asked = ([Requirement(1, 1, 1, True)], 5, Tie(3, 1), Filters((Condition("hours", at_least=least),)))
        first = index.top_k(*asked)
        assert [hit.person_id > least for hit in first] == [True] * (5 if few is None else min(5, few))
        assert index.top_k(*asked) == first
        latest = list(masked.values())[-1]
        assert (latest if few is None else len(latest)) == few
    assert len(masked) == 2, "it keeps no more than a few"


@pytest.mark.parametrize("kernel", KERNELS)
@given(
    site=SITE,
    batches=st.lists(
        st.lists(st.tuples(PEOPLE, st.none() | st.tuples(HELD, ATTRIBUTES)), max_size=8), max_size=6
    ),
    fold=st.integers(0, 6),
    compact=st.booleans(),
    asked=REQUIREMENTS,
    tie=TIES,
    filters=FILTERS,
)
@settings(max_examples=max(200, settings().max_examples))
def test_after_any_changes_the_next_query_sees_them(
    kernel, site, batches, fold, compact, asked, tie, filters
):
    """People change, leave, come back and are folded into the delta and into a new base."""
    index, now = index_of(site, kernel), dict(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "FRESH_PEOPLE", fold)
        for seq, batch in enumerate(batches, 1):
            changes = []
            for person, held in batch:
                if held is None:
                    now.pop(person, None)
                    changes.append(Change(person, None))
                else:
                    now[person] = held
                    changes.append(Change(person, held[0], dict(zip(COLUMNS, held[1], strict=True))))
            index.apply(changes, seq)
            assert index.seq == seq
            assert answer(index, asked, 9, tie, filters) == expected(now, asked, 9, tie, filters)
        if compact:
            index = Index(*index.compacted(), kernel)
        assert answer(index, asked, 40, tie, filters) == expected(now, asked, 40, tie, filters)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_crowd_over_many_windows_is_ranked_as_the_oracle_ranks_it(kernel):
    """Rows far beyond one window, long lists, gaps, and many equals."""
    random = np.random.default_rng(7)
    ids = np.unique(random.integers(1, 2**32 - 1, 120_000, dtype=np.uint64)).astype(np.uint32)
    people: dict[int, dict[int, int]] = {}
    parts = []
    for skill, chance in ((1, 0.5), (2, 0.05), (3, 0.0005), (4, 0.2)):
        have = ids[random.random(len(ids)) < chance]
        levels = random.choice(np.array([1, 100, 128, 200, 255], dtype=np.uint8), len(have))
        parts.append((np.full(len(have), skill, dtype=np.uint32), have, levels))
        for person, level in zip(have.tolist(), levels.tolist(), strict=True):
            people.setdefault(person, {})[skill] = level
    hours = random.integers(0, 1000, (len(ids), 1))
    by_id = dict(zip(ids.tolist(), hours[:, 0].tolist(), strict=True))
    index = Index(
        build(*(np.concatenate(p) for p in zip(*parts, strict=True)), ids, hours, ("hours",)), 0, kernel
    )
    for asked in (
        [Requirement(1, 3, 5, True), Requirement(2, 3, 3, True), Requirement(3, 2, 1, False)],
        [Requirement(3, 3, 1, True)],
        [Requirement(4, 1, 10, False), Requirement(1, 1, 9, False)],
        [Requirement(9, 1, 10, True)],
    ):
        plain = [(r.skill_id, r.level, r.weight, r.essential) for r in asked]
        for least in (0, 900, 999):
            found = index.top_k(asked, 50, Tie(48271, 11), Filters((Condition("hours", at_least=least),)))
            right = oracle.rank(people, plain, 50, 48271, 11, lambda p, least=least: by_id[p] >= least)
            assert [(h.person_id, h.score, h.contributions) for h in found] == right


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_people_whose_ids_tie_twice_stand_by_id(kernel, k):
    """Ids that differ by multiples of the prime have the same tie-break."""
    ids = [1, 1 + 2147483647, 1 + 2 * 2147483647]
    index = index_of({person: ({1: 100}, (0, 0)) for person in reversed(ids)}, kernel)
    hits = index.top_k([Requirement(1, 1, 1, True)], k, Tie(48271, 5))
    assert [hit.person_id for hit in hits] == ids[:k]


@pytest.mark.parametrize("kernel", KERNELS)
def test_windows_filled_to_the_brim_list_everyone_once_with_the_whole_score(kernel):
    """Everyone has the first skill, so its stretch is as long as a window can hold, and every other the second."""
    ids = np.arange(1, 20_001, dtype=np.uint32)
    even = ids[ids % 2 == 0]
    skills = np.repeat(np.array([1, 2], dtype=np.uint32), [len(ids), len(even)])
    levels = np.full(len(skills), 100, np.uint8)
    full = build(skills, np.concatenate([ids, even]), levels, ids, np.zeros((len(ids), 0), np.int64), ())
    asked = [Requirement(1, 2, 1, True), Requirement(2, 2, 1, True)]
    hits = Index(full, 0, kernel).top_k(asked, len(ids), Tie(48271, 3))
    one = 1024 + 23 * 154 // 179 + 2**20
    assert len(hits) == len(ids)
    assert {hit.person_id: hit.score for hit in hits} == {p: one * (2 - p % 2) for p in ids.tolist()}


def test_levels_for_the_mirror_are_everyone_with_any_of_the_skills():
    site = {1: ({1: 100, 2: 50}, (0, 0)), 2: ({3: 9}, (0, 0)), 3: ({2: 7}, (0, 0)), 4: ({1: 9}, (0, 0))}
    index = index_of(site, "numpy")
    index.apply([Change(4, None), Change(3, {1: 200}, {"hours": 1, "languages": 1})], 1)
    ids, levels = index.levels([1, 2, 9])
    assert dict(zip(ids.tolist(), levels.tolist(), strict=True)) == {1: [100, 50, 0], 3: [200, 0, 0]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change(0, {1: 5}, {"hours": 0, "languages": 0}), "person id 0"),
        (Change(2**32, None), "person id 4294967296"),
        (Change(5, {1: 256}, {"hours": 0, "languages": 0}), "level 256 in skill 1"),
        (Change(5, {1: 0}, {"hours": 0, "languages": 0}), "level 0 in skill 1"),
        (Change(5, {0: 5}, {"hours": 0, "languages": 0}), "skill 0"),
        (Change(5, {1: 5}, {"hours": 0}), "no languages"),
    ],
)
def test_a_change_that_cannot_be_held_is_refused_and_nothing_of_its_batch_applied(change, reason):
    index = index_of({9: ({1: 200}, (0, 0))}, "numpy")
    with pytest.raises(ValueError, match=reason):
        index.apply([Change(9, None), change], 1)
    assert (index.seq, index.people) == (0, 1)


def test_the_change_log_never_goes_back():
    index = index_of({}, "numpy")
    index.apply([], 5)
    with pytest.raises(ValueError, match="is at 5 and cannot go back to 4"):
        index.apply([], 4)


def test_a_question_that_cannot_be_asked_is_refused():
    index = index_of({}, "numpy")
    with pytest.raises(BadRequirements):
        index.top_k([], 5, Tie())
    with pytest.raises(ValueError, match="no column 'height'; there are hours, languages"):
        index.top_k([Requirement(1, 1, 1, True)], 5, Tie(), Filters((Condition("height"),)))
    with pytest.raises(ValueError, match="k is -1"):
        index.top_k([Requirement(1, 1, 1, True)], -1, Tie())
    with pytest.raises(ValueError, match="no kernel 'magic'"):
        Index(empty(), kernel="magic")


@pytest.mark.parametrize(
    ("triples", "people", "reason"),
    [
        ([(1, 5, 9), (1, 5, 8)], [5], "same skill twice"),
        ([(1, 5, 0)], [5], "level of 0"),
        ([(1, 6, 9)], [5], "not listed"),
        ([(1, 6, 9)], [], "not listed"),
        ([(1, 5, 9)], [5, 5], "listed twice"),
    ],
)
def test_a_segment_that_would_rank_wrongly_is_not_built(triples, people, reason):
    table = np.array(triples)
    with pytest.raises(ValueError, match=reason):
        build(
            table[:, 0].astype(np.uint32),
            table[:, 1].astype(np.uint32),
            table[:, 2].astype(np.uint8),
            np.array(people, dtype=np.uint32),
            np.zeros((len(people), 0), dtype=np.int64),
            (),
        )


def test_it_wants_compacting_once_one_in_fifty_has_changed(monkeypatch):
    monkeypatch.setattr(index_module, "FRESH_PEOPLE", 0)
    site = {n: ({1: 100}, (0, 0)) for n in range(1, 101)}
    index = index_of(site, "numpy")
    attributes = {"hours": 0, "languages": 0}
    index.apply([Change(1, {1: 9}, attributes), Change(2, {1: 9}, attributes)], 1)
    assert not index.wants_compacting
    index.apply([Change(3, None)], 2)
    assert index.wants_compacting
    index = Index(*index.compacted(), kernel="numpy")
    assert not index.wants_compacting
    assert index.people == 99


def test_a_question_that_was_interrupted_leaves_nothing_in_the_next_answer():
    index = index_of({1: ({1: 100, 2: 100}, (0, 0)), 2: ({1: 90}, (0, 0))}, "numpy")
    asked = [Requirement(1, 1, 1, True), Requirement(2, 1, 1, True)]
    before = index.top_k(asked, 5, Tie())

    class Interrupted:
        """A look-up table that fails once the first list has been added."""

        def __getitem__(self, _):
            raise KeyboardInterrupt

    query = kernels.Query(
        np.array([index._state.base.segment.span(skill) for skill in (1, 2)]),
        [kernels.tables_for(asked)[0], Interrupted()],
        np.empty((0, 4), np.int64),
        np.empty(0, np.uint32),
        Tie(),
        5,
    )
    with pytest.raises(KeyboardInterrupt):
        kernels.numpy_kernel(index._state.base.segment, query)
    assert index.top_k(asked, 5, Tie()) == before


def test_without_numba_the_numpy_kernel_answers(monkeypatch):
    monkeypatch.setitem(sys.modules, "market.matching.core.kernel_numba", None)
    kernels.fastest_kernel.cache_clear()
    try:
        assert kernels.kernel_named("auto") is kernels.numpy_kernel
        with pytest.raises(ImportError):
            kernels.kernel_named("numba")
    finally:
        kernels.fastest_kernel.cache_clear()
