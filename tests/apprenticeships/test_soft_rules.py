"""The rules of soft skills, by table: when a group is asked, who says something, and what is shown of it."""

from datetime import UTC, datetime, timedelta

import pytest

from market.access import SYSTEM, VISITOR
from market.apprenticeships import soft_rules as rules
from market.apprenticeships import soft_words as words
from market.apprenticeships.models import SoftRound
from market.apprenticeships.soft_rules import Result, RoundStatus, Side, SoftSkill, Stay
from market.engagements.rules import Status
from market.evidence.posterior import Item, Level, posterior, shows_level

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def stay(status: Status, *, last: int = 0, ended: int | None = None, started: int = -30) -> Stay:
    """Days counted from now."""
    return Stay(
        status,
        NOW + started * DAY,
        NOW.date() + last * DAY,
        NOW + ended * DAY if ended is not None else None,
    )


A, P, C, E, D = (
    Status.ACTIVE, Status.PAUSED, Status.COMPLETED, Status.ENDED_EARLY, Status.DISPUTED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("stays", "days"),
    [
        ([stay(A, last=8)], None),
        ([stay(A, last=7)], 21),
        ([stay(A, last=0)], 14),
        ([stay(A, last=-9)], 14),  # it runs longer than planned: two weeks from now
        ([stay(D, last=3)], 17),
        ([stay(P, last=3)], None),
        ([stay(P, last=3), stay(A, last=2)], 17),
        ([stay(A, last=3), stay(A, last=9)], None),  # the last of the group decides
        ([stay(C, ended=-3), stay(A, last=9)], None),
        ([stay(C, ended=0)], 14),
        ([stay(C, ended=-40), stay(C, ended=-13)], 14),
        ([stay(C, ended=-14)], None),  # too late: nobody remembers
        ([], None),
    ],
)
def test_a_group_is_asked_from_a_week_before_its_last_day(stays: list[Stay], days: int | None) -> None:
    assert rules.deadline(stays, NOW) == (None if days is None else NOW + days * DAY)


@pytest.mark.parametrize(
    ("one", "seen"),
    [
        (stay(A), True),
        (stay(P), True),
        (stay(D), True),
        (stay(C, ended=-1, started=-3), True),  # who finished was there, however short it was
        (stay(E, ended=-1, started=-15), True),
        (stay(E, ended=-1, started=-14), False),
        (stay(Status.CALLED_OFF, ended=-1), False),
        (stay(Status.SCHEDULED), False),
    ],
)
def test_who_left_within_two_weeks_is_not_spoken_of(one: Stay, seen: bool) -> None:
    assert rules.was_seen(one) is seen


@pytest.mark.parametrize(("people", "asks"), [(1, False), (3, False), (4, True), (12, True)])
def test_peers_are_asked_only_where_each_has_three_others(people: int, asks: bool) -> None:
    assert rules.asks_peers(people) is asks


@pytest.mark.parametrize(
    ("by", "of", "asked", "status", "left", "reason"),
    [
        (1, 2, True, RoundStatus.OPEN, 1, ""),
        (2, 2, True, RoundStatus.OPEN, 1, "Nobody says this of themselves."),
        (1, 2, False, RoundStatus.OPEN, 1, "Only mentors, and people who learn in the same group"),
        (1, 2, True, RoundStatus.CLOSED, 1, "The time for this is over."),
        (1, 2, True, RoundStatus.OPEN, 0, "The time for this is over."),
    ],
)
def test_who_may_say_it(by: int, of: int, asked: bool, status: RoundStatus, left: int, reason: str) -> None:
    found = rules.may_say(by, of, asked, status, NOW + left * DAY, NOW)
    assert bool(found) is not bool(reason)
    assert found.reason.startswith(reason)


def test_every_skill_wants_an_answer_and_not_seen_is_one() -> None:
    whole = dict.fromkeys(SoftSkill, None)
    assert rules.missing(whole) == []
    assert rules.missing({**whole, SoftSkill.TEAMWORK: 5}) == [SoftSkill.TEAMWORK]
    assert rules.missing({**whole, SoftSkill.TEAMWORK: -1}) == [SoftSkill.TEAMWORK]
    assert rules.missing({SoftSkill.TEAMWORK: 0}) == [one for one in SoftSkill if one != SoftSkill.TEAMWORK]


@pytest.mark.parametrize(
    ("side", "said", "found"),
    [
        (Side.MENTOR, [], None),
        (Side.MENTOR, [None], None),
        (Side.MENTOR, [0], Result(0, 1)),
        (Side.MENTOR, [4, 1], Result(1, 2)),  # of two the lower
        (Side.PEER, [4, 4], None),
        (Side.PEER, [4, 4, None], None),  # three answered, two of them saw it
        (Side.PEER, [0, 3, 4], Result(3, 3)),
        (Side.PEER, [4, 4, 1, 1], Result(1, 4)),
        (Side.PEER, [2, 2, 2, 4, 4], Result(2, 5)),  # two who praise each other move nothing
    ],
)
def test_the_middle_of_a_side_is_shown_and_of_peers_only_from_three_on(
    side: Side, said: list[int | None], found: Result | None
) -> None:
    assert rules.result(side, said) == found


def test_nobody_is_asked_of_themselves_nor_across_a_block() -> None:
    found = rules.pairs((1, 2, 3), {frozenset((1, 3))})
    assert sorted(found) == [(1, 2), (2, 1), (2, 3), (3, 2)]


def test_time_alone_closes_a_round() -> None:
    one = SoftRound(org_id=1, deadline_at=NOW)
    assert rules.parties(SYSTEM, one) == {"system"}
    assert rules.parties(VISITOR, one) == frozenset()


def test_each_skill_has_five_described_steps_in_words_of_its_own() -> None:
    said = [anchor for one in SoftSkill for anchor in words.anchors(one)]
    assert len(said) == len(set(said)) == 25
    assert all(anchor.endswith(".") and len(anchor) < 100 for anchor in said)
    assert len({words.name(one) for one in SoftSkill} | {words.question(one) for one in SoftSkill}) == 10


def level(*said: tuple[Side, int], caps: int = 1) -> Level:
    tier = {Side.MENTOR: 4, Side.PEER: 2}
    return posterior(
        [
            Item(n, tier[side], shows_level(step, rules.TARGET), NOW.date(), f"organisation:{n % caps}",
                 rules.VARIANCE_MILLI[side] / 1000)
            for n, (side, step) in enumerate(said)
        ],
        "soft",
        NOW.date(),
    )  # fmt: skip


M, G = Side.MENTOR, Side.PEER


@pytest.mark.parametrize(
    ("said", "meets"),
    [
        ([(G, 4)], 2),  # a group alone: as one open project, never more than 2
        ([(G, 3)], 1),
        ([(M, 1)], 1),
        ([(M, 2)], 1),  # a mentor alone: as one credential, one level less
        ([(M, 3)], 2),
        ([(M, 4)], 3),
        ([(M, 4), (G, 4)], 3),
        ([(M, 3), (G, 4)], 2),  # praise of a group does not lift a mentor's step
        ([(M, 4), (G, 4), (M, 4), (G, 4)], 3),
        ([(M, 0), (G, 0)], 0),
    ],
)
def test_what_a_mentor_and_a_group_can_do(said: list[tuple[Side, int]], meets: int) -> None:
    assert level(*said).meets == meets


def test_a_ring_within_one_organisation_says_no_more_than_its_ceiling() -> None:
    """Twenty programmes of one house, all praise: no more than one party can say."""
    ring = level(*[(M, 4), (G, 4)] * 20)
    assert sum(line.precision for line in ring.lines) <= 5.0 + 1e-9
    assert ring.level == level(*[(M, 4), (G, 4)] * 4).level
