"""Openings for a person: the index, the statement and plain Python give one order, whatever is asked and whatever changes."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import Session, select

from market.db import transaction
from market.evidence.models import Kind
from market.evidence.service import record
from market.matching import index_keeper, openings_index
from market.matching.backend import AUTO, INDEX, SQL, Matching, matching_of
from market.matching.core import openings as core
from market.matching.core.contract import Requirement
from market.matching.core.filters import Condition
from market.matching.core.openings import Asked, Open, OpeningsIndex
from market.matching.core.policy import crowded, policy_with
from market.matching.index_backend import NotReady
from market.matching.index_keeper import Keeper
from market.matching.openings import in_order, standing
from market.matching.openings_index import OpeningsBackend, read
from market.matching.openings_listed import ORDER, order_for
from market.matching.queries import beside_of
from market.opportunities import browsing, service
from market.opportunities.browsing import Facets, Searched, browse_by_fit
from market.opportunities.models import Opportunity
from market.opportunities.reactions import follow_merged_skill
from market.opportunities.rules import Status
from market.outbox import Event
from tests.matching.board import Board, Posted
from tests.matching.test_service import counted
from tests.matching.transactions import outlast
from tests.opportunities import postings
from tests.support.client import Client
from tests.support.world import World

# -- in memory alone

SKILLS = st.integers(1, 6)
ASKED = st.dictionaries(
    SKILLS, st.tuples(st.integers(1, 5), st.integers(1, 10), st.integers(0, 1)), min_size=1, max_size=5
)
OPENING = st.tuples(st.integers(1, 4), st.integers(0, 9), ASKED)  # seats, applicants, what it asks
SITE = st.dictionaries(st.integers(1, 30), OPENING, max_size=20)
LEVELS = st.dictionaries(SKILLS, st.sampled_from([0, 1, 25, 26, 77, 128, 200, 255]))
Site = dict[int, Any]


def rows(site: Site) -> tuple[list[Open], list[Asked]]:
    opens = [Open(n, seats, applicants, (n % 3,)) for n, (seats, applicants, _asks) in site.items()]
    return opens, [Asked(n, skill, *rest) for n, one in site.items() for skill, rest in one[2].items()]


def expected(
    site: Site, levels: dict[int, int], k: int, only: set[int] | None, least: int
) -> list[tuple[int, int]]:
    """By the rule for one opening at a time."""
    places = []
    for n, (seats, applicants, asks) in site.items():
        asked = [Requirement(skill, level, weight, bool(u)) for skill, (level, weight, u) in asks.items()]
        fits = standing([levels.get(q.skill_id, 0) for q in asked], asked)
        if (only is None or n in only) and n % 3 >= least:
            places.append((-crowded(fits, 2048, applicants, seats), -n))
    return [(-minus, -place) for place, minus in sorted(places)[:k]]


@given(
    now=SITE,
    batches=st.lists(st.tuples(SITE, st.sets(st.integers(1, 30)), st.booleans()), max_size=4),
    levels=LEVELS,
    k=st.integers(0, 25),
    only=st.none() | st.sets(st.integers(1, 31)),
    least=st.integers(0, 2),
)
def test_the_first_are_those_of_the_plain_rule(
    now: Site,
    batches: list[tuple[Site, set[int], bool]],
    levels: dict[int, int],
    k: int,
    only: set[int] | None,
    least: int,
) -> None:
    index, conditions = OpeningsIndex(*rows(now), ("third",)), [Condition("third", at_least=least)]
    assert index.best(levels, k, conditions=conditions, only=only) == expected(now, levels, k, only, least)
    for changed, gone, folds in batches:
        index.change(*rows(changed), gone)
        now = {n: one for n, one in now.items() if n not in gone} | changed
        if folds:
            index.fold()
            assert index.changed == 0
        assert index.best(levels, k, conditions=conditions, only=only) == expected(
            now, levels, k, only, least
        )
        assert len(index) == len(now)
        opens, asked = rows(now)
        held = index.holds(range(1, 31)).values()
        assert [one for one, _asked in held] == sorted(opens)
        assert sorted(row for _one, part in held for row in part) == sorted(asked)


ONE, ASKS = Open(1, 1, 0), Asked(1, 7, 3, 5, 1)


@pytest.mark.parametrize(
    ("opens", "asked", "words"),
    [
        ([ONE], [ASKS._replace(level=0)], "out of range"),
        ([ONE], [ASKS._replace(level=6)], "out of range"),
        ([ONE], [ASKS._replace(weight=0)], "out of range"),
        ([ONE], [ASKS._replace(weight=11)], "out of range"),
        ([ONE], [ASKS._replace(skill=0)], "out of range"),
        ([ONE], [ASKS._replace(essential=2)], "out of range"),
        ([ONE._replace(seats=0)], [ASKS], "no seats"),
        ([ONE._replace(applicants=-1)], [ASKS], "fewer than no applicants"),
        ([ONE, ONE._replace(seats=2)], [ASKS], "listed twice"),
        ([ONE], [ASKS, ASKS._replace(level=4)], "a skill twice"),
        ([ONE], [ASKS._replace(skill=n) for n in range(1, 10)], "more than 8 skills"),
    ],
)
def test_openings_of_which_no_order_can_be_made_are_refused_whole(
    opens: list[Open], asked: list[Asked], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        OpeningsIndex(opens, asked)
    index = OpeningsIndex([ONE], [ASKS])
    with pytest.raises(ValueError, match=words):
        index.change(opens, asked)
    assert index.best({7: 255}, 5) == [(1, 1024 * 2048 + 1024)]
    with pytest.raises(ValueError, match="no column 'height'"):
        index.best({7: 255}, 5, conditions=[Condition("height")])


def test_what_asks_for_nothing_or_is_not_open_stands_in_no_order() -> None:
    index = OpeningsIndex([ONE, Open(2, 1, 0)], [ASKS, ASKS._replace(opening=3)])
    assert index.best({7: 255}, 5) == [(1, 1024 * 2048 + 1024)]
    assert (len(index), sorted(index.holds([1, 2, 3]))) == (1, [1])


# -- beside the database


def loaded(make: World) -> OpeningsBackend:
    backend = OpeningsBackend()
    with make.read() as db:
        assert backend.load(db), backend.reason
    return backend


def matching(backend: OpeningsBackend | None, chosen: str = INDEX, openings_from: int = 0) -> Matching:
    return Matching(None, chosen, 0, backend, openings_from)


def listed(
    make: World, board: Board, ranks: Matching, facets: Facets, begin: int = 0, size: int = 20
) -> browsing.Found:
    """What the page reads, put in order by this."""
    with transaction(make.engine.execution_options(matching=ranks), write=False) as db:
        return browse_by_fit(db, board.actor, facets, ORDER, begin, size)


def agrees(make: World, board: Board, ranks: Matching, facets: Facets = Facets()) -> bool:  # noqa: B008 - a value
    right = [opening for opening, _place in board.best(facets)]
    return [card.id for card in listed(make, board, ranks, facets, 0, len(right) + 1).cards] == right


def places(db: Session, board: Board, facets: Facets, order: browsing.Order = ORDER) -> list[tuple[int, int]]:
    """The ids and whole numbers of the statement."""
    shape = browsing._shape(facets)
    statement = order.best(select(*browsing._OPEN).where(*browsing._conditions(shape)))
    given = {**browsing._given(facets), "person": board.reader.id}
    return [(row.id, row.place) for row in db.connection().execute(statement, given)]


def test_random_questions_have_one_answer(make: World) -> None:
    """Ties, openings that end or change, empty lists, filters: the index, the statement and the oracle agree on each."""
    _ask_at_random(make, 60, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_ten_thousand_random_questions_have_one_answer(make: World, seed: int) -> None:
    _ask_at_random(make, 2500, seed)


def _ask_at_random(make: World, questions: int, seed: int) -> None:
    board = Board(make, 60, seed)
    backend, random = loaded(make), board.random
    by_index, by_sql = matching(backend), Matching()
    for n in range(questions):
        if n % 3 == 2:
            with make.write() as db:
                for opening in random.sample(sorted(board.openings), random.choice((1, 1, 6))):
                    board.change(db, opening)
                if n % 4 == 0 and len(board.openings) < 150:
                    board.post(db)
                if n % 5 == 0:
                    board.learn(db)
        if n % 50 == 49:
            with make.read() as db:
                backend.follow(db)
                backend._held.index.fold()  # type: ignore[union-attr]
        facets, begin, size = board.facets(), random.choice((0, 0, 3, 200)), random.choice((1, 5, 20, 200))
        right = board.best(facets)
        found = listed(make, board, by_index, facets, begin, size)
        assert found == listed(make, board, by_sql, facets, begin, size)
        assert [card.id for card in found.cards] == [n for n, _place in right[begin : begin + size + 1]]
        with make.read() as db:
            assert places(db, board, facets) == right
            only = None if facets.are_empty else {n for n, _place in right}
            assert backend._held.index.best(board.levels, 500, only=only) == right  # type: ignore[union-attr]
    assert by_index.fallbacks == 0
    with make.read() as db:
        assert backend.check(db, 200) == 0
    assert (backend.checked > 0, backend.drifted) == (True, 0)


@pytest.mark.parametrize("penalty", [0, 7, 500])
def test_whatever_an_applicant_a_seat_takes_off_there_is_one_answer(make: World, penalty: int) -> None:
    board = Board(make, 80, seed=6)
    board.penalty = penalty
    policy = policy_with(applicants_per_seat=penalty)
    order, backend = order_for(policy), loaded(make)
    right = board.best(Facets())
    size = len(right)
    for ranks in (matching(backend), Matching()):
        with transaction(make.engine.execution_options(matching=ranks), write=False) as db:
            found = browse_by_fit(db, board.actor, Facets(), order, size=size)
            usual = browse_by_fit(db, board.actor, Facets(), ORDER, size=size)
        assert [card.id for card in found.cards] == [n for n, _place in right]
        assert found.cards != usual.cards
        assert ranks.fallbacks == 0
    with make.read() as db:
        assert places(db, board, Facets(), order) == right
        assert backend._held.index.best(board.levels, size, policy=policy) == right  # type: ignore[union-attr]
        rows = db.connection().execute(
            beside_of(select(Opportunity.id).where(Opportunity.status == Status.PUBLISHED)),
            {"person": board.reader.id},
        )
        assert [one.id for one in in_order(rows, policy)] == [n for n, _place in right]


def test_readers_and_writers_at_once_see_no_order_that_never_was(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "FOLD_AT", 4)
    _ask_while_others_write(make, 15)


@pytest.mark.soak
def test_many_readers_and_writers_at_once_see_no_order_that_never_was(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "FOLD_AT", 4)
    _ask_while_others_write(make, 1000)


def _ask_while_others_write(make: World, asks: int) -> None:
    """Threads ask while others change openings and the keepers of two processes follow, fold and compare."""
    board = Board(make, 40, seed=4, skills=2)
    first, second = loaded(make), loaded(make)
    turn, over = threading.Lock(), threading.Event()
    wrong: list[Any] = []
    failed: list[BaseException] = []

    def write() -> None:
        while not over.is_set():
            with turn, make.write() as db:
                for opening in board.random.sample(sorted(board.openings), 3):
                    board.change(db, opening)
            over.wait(0.001)

    def ask(backend: OpeningsBackend) -> None:
        for _ in range(asks):
            with turn:  # nobody writes while the two are compared
                found = listed(make, board, matching(backend), Facets())
                right = listed(make, board, Matching(), Facets())
            if found != right:
                wrong.append((found, right))

    def ask_freely(backend: OpeningsBackend) -> None:
        while not over.is_set():
            ids = [card.id for card in listed(make, board, matching(backend), Facets()).cards]
            if len(set(ids)) != len(ids):
                wrong.append(ids)

    def keep(backend: OpeningsBackend) -> None:
        while not over.is_set():
            with make.read() as db:
                backend.follow(db)
            with make.read() as db:
                if backend.check(db):
                    wrong.append(backend.reason)
            over.wait(0.02)

    def run(job: Callable[[OpeningsBackend], None], backend: OpeningsBackend) -> None:
        try:
            job(backend)
        except BaseException as error:
            failed.append(error)

    jobs: list[tuple[Any, OpeningsBackend]] = [
        (lambda _: write(), first), (ask_freely, first), (keep, first), (keep, second)
    ]  # fmt: skip
    others = [threading.Thread(target=run, args=job) for job in jobs]
    askers = [threading.Thread(target=run, args=(ask, one)) for one in (first, second)]
    for thread in (*others, *askers):
        thread.start()
    for thread in askers:
        thread.join()
    over.set()
    for thread in others:
        thread.join()
    assert failed == []
    assert wrong == []
    for backend in (first, second):
        with make.read() as db:
            assert backend.check(db, 40) == 0


def test_what_changed_is_in_the_very_next_answer(make: World) -> None:
    """Whatever writes an opening: a service, a reaction, a bare statement."""
    known = postings.skills(make)
    sheets, cleaning = known["Spreadsheets"], known["Data cleaning"]
    board = Board(make, 0, seed=2)
    with make.write() as db:
        for skill, kind in ((sheets, Kind.ASSESSMENT), (cleaning, Kind.PROJECT)):
            record(
                db,
                person_id=make.amara.id,
                skill_id=skill,
                kind=kind,
                reading_milli=3000,
                source=("t", skill),
            )
    backend = loaded(make)
    ranks = matching(backend)

    def now() -> list[str]:
        found, plain = (listed(make, board, one, Facets()) for one in (ranks, Matching()))
        assert found == plain
        return [card.public_id for card in found.cards]

    assert now() == []
    first, second = (postings.published(make, known=known) for _ in range(2))
    assert now() == [second, first], "of equals the newer"
    with make.write() as db:
        opening = db.exec(select(Opportunity).where(Opportunity.public_id == second)).one()
        for _ in range(3):
            service.add_applicant(db, opening)
    assert now() == [first, second], "who has more applicants stands lower"
    with make.write() as db:
        opening = db.exec(select(Opportunity).where(Opportunity.public_id == second)).one()
        for _ in range(3):
            service.drop_applicant(db, opening)
    assert now() == [second, first]
    with make.write() as db:
        opening = db.exec(select(Opportunity).where(Opportunity.public_id == first)).one()
        service.add_addendum(db, make.actor(make.bruno), opening, "Two of you may come.", seats=2)
        service.pause(db, make.actor(make.bruno), opening)
    assert now() == [second]
    with make.write() as db:
        service.resume(
            db,
            make.actor(make.bruno),
            db.exec(select(Opportunity).where(Opportunity.public_id == first)).one(),
        )
        follow_merged_skill(db, Event(name="skill.merged", subject_id=sheets, payload={"into_id": cleaning}))
    assert len(now()) == 2
    with make.read() as db:
        assert backend.check(db, 50) == 0
        assert sheets not in {row.skill for row in read(db)[1]}
    assert ranks.fallbacks == 0


def test_a_change_that_is_not_committed_is_in_nobodys_answer_but_sqls(make: World) -> None:
    board = Board(make, 8, seed=3)
    ranks = matching(loaded(make))
    before = dict(board.openings)
    engine = make.engine.execution_options(matching=ranks)
    with transaction(engine, write=True) as db:
        for opening in before:
            board.change(db, opening)
        own = browse_by_fit(db, board.actor, Facets(), ORDER, size=50)
        assert [card.id for card in own.cards] == [n for n, _ in board.best(Facets())], (
            "SQL answers whoever writes"
        )
        db.rollback()
    assert ranks.fallbacks == 1
    board.openings = before
    assert agrees(make, board, ranks)


def test_when_many_changed_at_once_sql_answers_until_the_keeper_took_them_up(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings_index, "IN_A_REQUEST", 4)
    monkeypatch.setattr(core, "FOLD_AT", 5)
    board = Board(make, 12, seed=5)
    outlast(make.engine)
    backend = loaded(make)
    ranks = matching(backend)
    with make.write() as db:
        for opening in sorted(board.openings)[:9]:
            board.change(db, opening)
    with make.read() as db, pytest.raises(NotReady, match="many openings changed at once"):
        backend.first(db, 1, Searched(Facets()), 5)
    assert agrees(make, board, ranks)
    assert ranks.fallbacks == 1
    outlast(make.engine)
    with make.read() as db:
        assert backend.follow(db) == 9
    assert backend.health()["changed"] == 0, "so many were folded into the rest"
    assert agrees(make, board, ranks)
    assert ranks.fallbacks == 1


def test_numbers_brought_along_from_another_server_s_copy_hold_nothing_up(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings_index, "IN_A_REQUEST", 2)
    board = Board(make, 8, seed=11)
    with make.write() as db:
        db.connection().execute(update(Opportunity.__table__).values(changed=2**50))  # type: ignore[attr-defined]
    backend = loaded(make)
    ranks = matching(backend)
    assert agrees(make, board, ranks)
    with make.write() as db:
        board.change(db, max(board.openings))
    assert agrees(make, board, ranks)
    assert ranks.fallbacks == 0


def test_an_index_that_drifted_is_found_out_and_answers_no_more(make: World) -> None:
    board = Board(make, 12, seed=6)
    outlast(make.engine)
    backend = loaded(make)
    ranks = matching(backend)
    held = backend._held
    assert held is not None
    held.index.change(gone=[n for n, _place in board.best(Facets())][:1])
    with make.read() as db:
        assert backend.check(db, 2000) == 1  # so many draws of so few that none is left out
    assert "differ from the database" in backend.reason
    assert agrees(make, board, ranks)
    assert ranks.fallbacks == 1
    assert ranks.health() == {"answers": SQL}, "of people, whom no index is for here"
    Keeper(make.engine, ranks).once()
    assert backend.health()["reason"] == "", "and it is loaded anew"
    assert agrees(make, board, ranks)
    assert (ranks.fallbacks, backend.drifted) == (1, 1)


def test_what_cannot_be_put_in_order_leaves_the_answer_to_sql(make: World) -> None:
    """Nine skills: no service writes that, and no constraint refuses it."""
    board = Board(make, 4, seed=7, skills=9)
    backend = loaded(make)
    with make.write() as db:
        board.post(db, Posted(asks=dict.fromkeys(board.skills.values(), (3, 5, True))))
    ranks = matching(backend)
    assert agrees(make, board, ranks)
    assert "more than 8 skills" in backend.reason
    with make.read() as db:
        assert (backend.load(db), backend.follow(db), backend.check(db)) == (False, 0, 0)


def test_the_keeper_loads_follows_and_compares(make: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_keeper, "CHECK_S", 0.0)
    board, backend = Board(make, 10, seed=8), OpeningsBackend()
    keeper = Keeper(make.engine, matching(backend))
    assert not backend.is_loaded
    keeper.once()
    with make.write() as db:
        for opening in sorted(board.openings):
            board.change(db, opening)
    keeper.once()
    assert backend.health()["changed"] == 10
    assert (backend.checked > 0, backend.drifted) == (True, 0)
    assert agrees(make, board, keeper.matching)


def test_it_is_chosen_by_size_and_can_be_forced(make: World) -> None:
    board = Board(make, 12, seed=9)

    def answers(chosen: str, openings_from: int) -> str:
        ranks = matching(OpeningsBackend(), chosen, openings_from)
        Keeper(make.engine, ranks).once()
        with counted(make.engine) as sent:
            assert agrees(make, board, ranks)
        assert ranks.openings is not None
        assert ranks.openings.health()["reason"] == "", "none is missed where none is needed"
        return INDEX if any("json" in one for one in sent) else SQL

    assert answers(AUTO, 1) == INDEX
    assert answers(AUTO, 1000) == SQL
    assert answers(INDEX, 1000) == INDEX


def test_the_page_lists_the_same_openings_from_the_index(clients: Callable[..., Client], make: World) -> None:
    board = Board(make, 45, seed=10)
    browser = clients(match_backend="index")
    backend = matching_of(browser.app.state.kit.engine).openings
    assert backend is not None
    amara = browser.as_(make.amara)

    def pages() -> list[str]:
        """Links of every page of the list, one after the other."""
        found, at = [], "/openings"
        while at:
            page = amara.get(at)
            assert page.status_code == 200
            found += [line for line in page.text.splitlines() if 'href="/openings/' in line]
            _, more, following = page.text.partition('href="/openings?after=')
            at = "/openings?after=" + following.split('"')[0] if more else ""
        return found

    by_sql = pages()
    assert browser.get("/healthz").json()["matching"]["openings"]["answers"] == "sql"
    with make.read() as db:
        assert backend.load(db)
    with counted(make.engine) as sent:
        assert pages() == by_sql
    assert any("json" in one for one in sent)
    assert len(by_sql) >= len(board.best(Facets())) > 20
    health = browser.get("/healthz").json()["matching"]["openings"]
    assert (health["answers"], health["reason"], health["drifted"]) == ("index", "", 0)
