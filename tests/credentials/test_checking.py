"""Checks as jobs: kept, taken by a worker, verified in the child, settled once, tried again where that may help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from market import clock
from market.config import Settings
from market.credentials.checking import queue, shown
from market.credentials.checking.models import Check, CheckInput, CheckState, Outcome
from market.credentials.checking.work import Checker
from market.credentials.child import Verifier
from market.credentials.proofs.sources import Unavailable
from market.errors import Invalid, MarketError, NotFound, TooLarge
from tests.credentials import maker
from tests.credentials.checking_scene import Web, badge_of, checker
from tests.support.world import Standing, World

LIST = "https://issuer.example/status/1"


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


def begin(make: World, raw: bytes, **more: object) -> int:
    with make.write() as db:
        return queue.check_document(db, raw, **more).id  # type: ignore[arg-type]


def seen(make: World, check: int) -> Check:
    with make.read() as db:
        return db.get_one(Check, check)


def test_a_good_badge_is_verified_without_an_account(make: World, child: Verifier) -> None:
    check = begin(make, badge_of(), name="badge.json")
    assert checker(child).run(make.engine) == 1
    found = seen(make, check)
    assert (found.state, found.verdict) == (CheckState.DONE, Outcome.VERIFIED_WITH_WARNINGS)
    view = shown.view_of(found.report or {}, yours="")
    assert view.title == "Seam sealing"
    assert [one.short for one in view.answers] == ["Yes", "No"]
    assert view.said.criteria == "Sealed ten metres under supervision."
    with make.read() as db:
        assert queue.get_check(db, found.public_id).id == check


def test_what_belongs_to_somebody_is_not_found_by_its_number(make: World, child: Verifier) -> None:
    check = begin(make, badge_of(), person_id=make.amara.id)
    with make.read() as db, pytest.raises(NotFound):
        queue.get_check(db, db.get_one(Check, check).public_id)


def test_a_withdrawn_badge_is_not_verified_and_the_list_is_asked_for(make: World, child: Verifier) -> None:
    web = Web({LIST: maker.status_list(LIST, (5,))})
    check = begin(make, badge_of(credentialStatus=maker.entry(LIST)))
    checker(child, web).run(make.engine)
    found = seen(make, check)
    assert found.verdict == Outcome.NOT_VERIFIED
    assert web.asked == [LIST]
    view = shown.view_of(found.report or {}, yours="")
    assert view.problem == "Its issuer has withdrawn it. Ask them why."
    assert view.answers[0].kind == "no"
    assert LIST in view.fetched


def test_what_could_not_be_asked_is_tried_again_with_growing_pauses(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    web = Web({LIST: Unavailable("the site took too long to answer")})
    check = begin(make, badge_of(credentialStatus=maker.entry(LIST)))
    errand, waits = checker(child, web), []
    for _turn in range(6):
        errand.run(make.engine)
        found = seen(make, check)
        assert found.verdict == Outcome.INCONCLUSIVE
        waits.append(found.due_at - clock.now())
        clock.stand_at(max(found.due_at, clock.now() + timedelta(seconds=1)))
    assert waits[:4] == list(queue.PAUSES)
    assert len(web.asked) == 5, "then it rests until the next regular check"
    assert seen(make, check).state is CheckState.DONE


def test_a_list_that_answers_later_settles_it(make: World, child: Verifier, standing_clock: Standing) -> None:
    web = Web({LIST: Unavailable("the site took too long to answer")})
    check = begin(make, badge_of(credentialStatus=maker.entry(LIST)))
    errand = checker(child, web)
    errand.run(make.engine)
    web.pages[LIST] = maker.status_list(LIST)
    standing_clock.move(minutes=6)
    errand.run(make.engine)
    found = seen(make, check)
    assert (found.state, found.verdict) == (CheckState.DONE, Outcome.VERIFIED_WITH_WARNINGS)
    with make.read() as db:
        assert [one.verdict for one in queue.history_of(db, check)] == [Outcome.INCONCLUSIVE]


class Dying(Verifier):
    """A child that dies in the middle of its first `deaths` documents."""

    def __init__(self, deaths: int) -> None:
        super().__init__()
        self.deaths = deaths

    def verify(self, data, **more):  # type: ignore[no-untyped-def]
        if self.deaths:
            self.deaths -= 1
            self.start()
            assert self._child is not None
            self._child.kill()
            self._child.wait()
            self._left, process = 5, self._child
            process.poll = lambda: None  # type: ignore[method-assign] # it dies unseen, as in mid-document
        return super().verify(data, **more)


def test_a_child_killed_in_mid_check_is_no_verdict_and_the_next_try_settles_it(
    make: World, standing_clock: Standing
) -> None:
    check = begin(make, badge_of())
    with Dying(1) as verifier:
        errand = checker(verifier)
        errand.run(make.engine)
        found = seen(make, check)
        assert (found.state, found.verdict, found.report) == (CheckState.WAITING, None, None)
        standing_clock.move(minutes=1)
        errand.run(make.engine)
    assert seen(make, check).verdict == Outcome.VERIFIED_WITH_WARNINGS


def test_a_document_that_kills_the_child_twice_is_put_aside_and_never_verified(
    make: World, standing_clock: Standing
) -> None:
    check = begin(make, badge_of())
    with Dying(2) as verifier:
        errand = checker(verifier)
        errand.run(make.engine)
        standing_clock.move(minutes=1)
        errand.run(make.engine)
    assert seen(make, check).verdict == Outcome.NOT_VERIFIED


class Crashing(Verifier):
    def verify(self, data, **more):  # type: ignore[no-untyped-def]
        raise RuntimeError("The process that checks credentials did not start.")


def test_a_worker_that_cannot_check_leaves_the_job_for_later(make: World, standing_clock: Standing) -> None:
    check = begin(make, badge_of())
    checker(Crashing()).run(make.engine)
    found = seen(make, check)
    assert (found.state, found.verdict) == (CheckState.WAITING, None)
    assert found.due_at > clock.now()


def test_a_worker_that_died_with_a_job_leaves_it_to_the_next(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    check = begin(make, badge_of())
    with make.write() as db:
        assert queue.claim(db, clock.now()) is not None
        assert queue.claim(db, clock.now()) is None, "it is taken"
    assert checker(child).run(make.engine) == 0
    standing_clock.move(minutes=11)
    assert checker(child).run(make.engine) == 1
    assert seen(make, check).verdict == Outcome.VERIFIED_WITH_WARNINGS


def test_an_idle_checker_does_nothing(make: World) -> None:
    errand = checker(Crashing())
    assert errand.run(make.engine) == 0
    assert errand(make.engine) == 0
    assert errand._thread is None


def test_the_errand_returns_at_once_and_the_work_is_done_beside_it(make: World, child: Verifier) -> None:
    check = begin(make, badge_of())
    errand = checker(child)
    assert errand(make.engine) == 0
    assert errand._thread is not None
    errand._thread.join()
    assert seen(make, check).state is CheckState.DONE


def test_no_check_fetches_more_documents_than_the_settings_allow(make: World, child: Verifier) -> None:
    lists = {f"{LIST}{n}": maker.status_list(f"{LIST}{n}") for n in range(4)}
    web = Web(lists)
    entries = [maker.entry(url) for url in lists]
    check = begin(make, badge_of(credentialStatus=entries))
    errand = Checker(
        Settings(check_documents=2),
        web=web,
        verifier=child,
    )
    errand.run(make.engine)
    assert len(web.asked) == 2
    assert seen(make, check).verdict == Outcome.INCONCLUSIVE


def test_asking_again_soon_is_held_back_and_later_runs_the_same_bytes(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    check, errand = begin(make, badge_of()), checker(child)
    errand.run(make.engine)
    with make.write() as db:
        assert not queue.may_ask_again(db.get_one(Check, check), clock.now())
    standing_clock.move(minutes=3)
    with make.write() as db:
        found = db.get_one(Check, check)
        assert queue.may_ask_again(found, clock.now())
        queue.ask_again(db, found)
    assert errand.run(make.engine) == 1
    found = seen(make, check)
    assert found.checked_at == clock.now()
    with make.read() as db:
        assert queue.history_of(db, check) == [], "it said the same, so there is one report"


def test_checks_of_nobody_are_forgotten_after_a_day_and_a_persons_are_kept(
    make: World, standing_clock: Standing
) -> None:
    gone, kept = begin(make, badge_of()), begin(make, badge_of(), person_id=make.amara.id)
    standing_clock.move(hours=25)
    with make.write() as db:
        assert queue.sweep(db, clock.now()) == 1
        assert db.get(Check, gone) is None
        assert db.get(CheckInput, gone) is None
        assert db.get(Check, kept) is not None


@pytest.mark.parametrize(
    ("raw", "refused", "says"),
    [
        (b"", Invalid, "nothing in it"),
        (b" \n ", Invalid, "nothing in it"),
        (b"{" * 10_000_000, TooLarge, "10.0 MB"),
    ],
)
def test_what_is_empty_or_far_too_large_is_refused_at_once(
    make: World, raw: bytes, refused: type[MarketError], says: str
) -> None:
    with make.write() as db, pytest.raises(refused, match=says):
        queue.check_document(db, raw)


def test_a_report_of_an_older_version_keeps_its_own_sentences(make: World, child: Verifier) -> None:
    check = begin(make, badge_of())
    checker(child).run(make.engine)
    report = seen(make, check).report or {}
    report = json.loads(json.dumps(report))
    report["checks"][0] |= {"code": "a_code_of_long_ago", "message": "It was fine then."}
    report["checks"][1] |= {"evidence": {}, "message": "Its facts were kept otherwise."}
    rows = shown.view_of(report).rows
    assert rows[0].words == "It was fine then."
    assert rows[1].words in ("Its facts were kept otherwise.",) or rows[1].words
