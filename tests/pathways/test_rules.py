"""What a pathway may be and how far someone is on it, by tables, and against a plain oracle that tries everything."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.access import Actor, Membership, Role
from market.pathways import rules
from market.pathways.models import Pathway
from market.pathways.rules import Credit, Draft, Earned, Needs, Part, PathwayStatus, Row, Thing
from market.transitions import may_take

T0 = datetime(2026, 1, 1, tzinfo=UTC)
A, B, C, D = (Thing(one, 1, one.upper()) for one in "abcd")
WHOLE = Draft(
    "Baker", "Bakes.", 2, target=D, parts=(Part(A), Part(B), Part(C)),
    credits=(Credit("College", 25, "ECTS", "https://college.example/credit"),),
)  # fmt: skip


def day(n: float) -> datetime:
    return T0 + timedelta(days=n)


def has(what: Thing, n: float = 0, version: int = 1, id: int = 0) -> Earned:
    return Earned(id or ord(what.line) + int(n) * 100, what.line, version, day(n))


def test_a_whole_draft_lacks_nothing() -> None:
    assert rules.missing(WHOLE) == {}


CANNOT: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"title": "x" * 121}, "under 120"),
    ("summary", {"summary": "x" * 1201}, "under 1200"),
    ("parts", {"parts": tuple(Part(Thing(str(n))) for n in range(13))}, "at most 12"),
    ("parts", {"parts": (Part(A), Part(Thing("a", 2)))}, "twice"),
    ("parts", {"parts": (Part(A), Part(D))}, "“D” cannot be a part of itself"),
    ("needed", {"needed": 0}, "At least one"),
    ("needed", {"needed": 4}, "It has 3 parts"),
    ("needed", {"needed": 1, "parts": (Part(A, True), Part(B, True))}, "2 parts are marked"),
    ("needs", {"needs": tuple(Needs(str(n), pathway=str(n)) for n in range(7))}, "at most 6"),
    ("needs", {"needs": (Needs("x", pathway="x"), Needs("x", pathway="x"))}, "twice"),
    ("needs", {"needs": (Needs("A", what=A),)}, "required part"),
    ("needs", {"needs": (Needs("D", what=D),)}, "before itself"),
    ("credits", {"credits": WHOLE.credits * 7}, "at most 6"),
    ("credits", {"credits": (Credit("C", 0, "ECTS", "https://c.example"),)}, "above 0"),
    ("credits", {"credits": (Credit(" ", 5, "ECTS", "https://c.example"),)}, "name of the institution"),
    ("credits", {"credits": (Credit("C", 5, "ECTS", "http://c.example"),)}, "https://"),
    ("credits", {"credits": (Credit("C", 5, "ECTS", "https://c"),)}, "https://"),
    ("credits", {"credits": (Credit("C", 5, "ECTS", "https://a@c.example"),)}, "https://"),
]


@pytest.mark.parametrize(("field", "changed", "words"), CANNOT)
def test_what_cannot_be_is_refused_with_the_reason(field: str, changed: dict[str, Any], words: str) -> None:
    found = rules.contradictions(WHOLE._replace(**changed))
    assert list(found) == [field]
    assert words in found[field]


LACKS: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"title": " "}, "title"),
    ("summary", {"summary": ""}, "at the end"),
    ("target", {"target": None}, "Choose"),
    ("target", {"target": D._replace(is_out=False)}, "Publish “D”"),
    ("parts", {"parts": (Part(A),), "needed": 1}, "at least 2"),
    ("parts", {"parts": (Part(A), Part(B._replace(is_out=False)))}, "“B” is not issued"),
    ("needs", {"needs": (Needs("First", pathway="p", is_out=False),)}, "“First”"),
]


@pytest.mark.parametrize(("field", "changed", "words"), LACKS)
def test_what_is_missing_is_said_before_it_goes_out(field: str, changed: dict[str, Any], words: str) -> None:
    found = rules.missing(WHOLE._replace(**changed))
    assert list(found) == [field]
    assert words in found[field]


OWN = ("pathway", "own")


def test_a_pathway_that_needs_itself_in_a_circle_is_found_with_the_way() -> None:
    assert rules.circle(OWN, WHOLE, {}) == ()
    assert rules.circle(OWN, WHOLE._replace(needs=(Needs("own", pathway="own"),)), {}) == (OWN,)
    assert rules.circle(OWN, WHOLE._replace(target=None, parts=(Part(A),)), {("line", "a"): [OWN]}) == (
        ("line", "a"),
        OWN,
    )
    # a is issued by a pathway "x" that needs what this one stacks to, by way of another part
    needs = {
        ("line", "a"): [("pathway", "x")],
        ("pathway", "x"): [("line", "e"), ("line", "f")],
        ("line", "e"): [("pathway", "y")],
        ("pathway", "y"): [("line", "d"), ("line", "a")],
    }
    way = (("line", "a"), ("pathway", "x"), ("line", "e"), ("pathway", "y"), ("line", "d"))
    assert rules.circle(OWN, WHOLE, needs) == way
    assert rules.circle_words(["P", "A", "P"]) == "It would need itself: P → A → P."


@given(
    st.dictionaries(st.integers(0, 6), st.sets(st.integers(0, 6), max_size=4), max_size=7),
    st.sets(st.integers(0, 6), min_size=1, max_size=3),
)
def test_a_circle_is_found_just_when_a_walk_of_any_length_leads_back(
    edges: dict[int, set[int]], first: set[int]
) -> None:
    reached = set(first)
    for _each in range(8):
        reached |= {to for at in reached for to in edges.get(at, ())}
    draft = Draft("x", target=Thing("0"), parts=tuple(Part(Thing(str(n))) for n in sorted(first)))
    needs = {("line", str(at)): [("line", str(to)) for to in many] for at, many in edges.items()}
    way = rules.circle(OWN, draft, needs)
    assert bool(way) == (0 in reached)
    if way:
        assert way[-1] == ("line", "0")
        assert way[0] in {("line", str(n)) for n in first}
        assert all(to in needs[at] for at, to in pairwise(way))


def test_what_counts_is_accepted_and_has_not_run_out() -> None:
    rows = [
        Row(1, "a", 1, "accepted", day(0)),
        Row(2, "b", 1, "offered", day(0)),
        Row(3, "b", 1, "revoked", day(0)),
        Row(4, "b", 1, "suspended", day(0)),
        Row(5, "c", 1, "accepted", day(0), day(10)),
        Row(6, "c", 1, "expired", day(0)),
    ]
    assert [one.id for one in rules.earned(rows, day(5))] == [1, 5]
    assert [one.id for one in rules.earned(rows, day(10))] == [1]


def test_a_newer_version_in_the_place_of_a_part_counts_as_the_part_from_the_same_day() -> None:
    rows = [
        Row(1, "a", 1, "superseded", day(1), superseded_by=2),
        Row(2, "a", 2, "superseded", day(5), superseded_by=3),
        Row(3, "a", 3, "accepted", day(9)),
        Row(4, "b", 1, "superseded", day(1), superseded_by=5),
        Row(5, "c", 1, "accepted", day(7)),  # of another line: it is itself, no more
        Row(6, "c", 1, "superseded", day(0), superseded_by=99),  # what is not there
    ]
    held = rules.earned(rows, day(10))
    assert [(one.id, one.on) for one in held] == [(3, day(1)), (5, day(7))]
    assert [one.id for one in rules.holds(held, A)] == [3]
    assert rules.holds(held, A._replace(version=4)) == []
    assert rules.holds(held, B) == []


def test_credentials_that_name_each_other_as_their_place_end() -> None:
    rows = [
        Row(1, "a", 1, "superseded", day(1), superseded_by=2),
        Row(2, "a", 1, "superseded", day(0), superseded_by=1),
    ]
    assert rules.earned(rows, day(2)) == []


PROGRESS: list[tuple[str, dict[str, Any], list[Earned], int, int, bool]] = [
    ("nothing", {}, [], 0, 2, False),
    ("one of two", {}, [has(A)], 1, 1, False),
    ("enough", {}, [has(A), has(C)], 2, 0, True),
    ("something else", {}, [has(Thing("z"))], 0, 2, False),
    ("the same twice", {}, [has(A), has(A, 3)], 1, 1, False),
    ("a required one is missing", {"parts": (Part(A, True), Part(B), Part(C))}, [has(B), has(C)], 2, 1, False),
    ("with it", {"parts": (Part(A, True), Part(B), Part(C))}, [has(A), has(C)], 2, 0, True),
    ("in order", {"ordered": True}, [has(A, 1), has(C, 2)], 2, 0, True),
    ("on one day", {"ordered": True}, [has(A, 1), has(C, 1)], 2, 0, True),
    ("out of order", {"ordered": True}, [has(A, 2), has(C, 1)], 1, 1, False),
    ("earned again", {"ordered": True}, [has(A, 2), has(C, 1), has(C, 3)], 2, 0, True),
    (
        "the required one goes before more of the others",
        {"ordered": True, "parts": (Part(A), Part(B), Part(C, True)), "needed": 2},
        [has(A, 2), has(B, 3), has(C, 1)], 1, 1, False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changed", "held", "done", "left", "complete"), PROGRESS)
def test_progress(
    name: str, changed: dict[str, Any], held: list[Earned], done: int, left: int, complete: bool
) -> None:
    found = rules.progress(WHOLE._replace(**changed), held)
    assert (found.done, found.left, found.is_complete) == (done, left, complete), name
    assert len(found.ids) == done


def test_what_comes_before_has_to_be_there() -> None:
    draft = WHOLE._replace(needs=(Needs("First", pathway="first"), Needs("E", what=Thing("e"))))
    held = [has(A), has(B)]
    assert [one.name for one in rules.progress(draft, held).unmet] == ["First", "E"]
    assert [one.name for one in rules.progress(draft, held, {"first"}).unmet] == ["E"]
    assert rules.progress(draft, [*held, has(Thing("e"))], {"first"}).is_complete
    assert rules.progress(draft, held).has_begun
    assert not rules.progress(draft, [has(Thing("e"))]).has_begun


@given(st.data())
def test_progress_is_the_best_that_trying_everything_finds(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 4))
    things = [Thing(str(one), data.draw(st.integers(1, 2))) for one in range(n)]
    parts = tuple(Part(one, data.draw(st.booleans())) for one in things)
    draft = Draft("x", needed=data.draw(st.integers(1, n)), ordered=data.draw(st.booleans()), parts=parts)
    held = [
        Earned(k, str(data.draw(st.integers(0, n))), data.draw(st.integers(1, 2)), day(data.draw(st.integers(0, 4))))
        for k in range(data.draw(st.integers(0, 6)))
    ]  # fmt: skip

    def fits(place: int, one: Earned) -> bool:
        return one.line == things[place].line and one.version >= things[place].version

    def is_chain(chosen: tuple[tuple[int, Earned], ...]) -> bool:
        places = [place for place, _one in chosen]
        if len(set(places)) < len(places):
            return False
        row = sorted(chosen, key=lambda pair: pair[0])
        return not draft.ordered or all(a[1].on <= b[1].on for a, b in pairwise(row))

    pairs = [(place, one) for place in range(n) for one in held if fits(place, one)]
    scores = [
        (sum(parts[place].required for place, _one in chosen), len(chosen))
        for size in range(n + 1)
        for chosen in combinations(pairs, size)
        if is_chain(chosen)
    ]
    found = rules.progress(draft, held)
    counted = tuple((place, one) for place, one in enumerate(found.counted) if one is not None)
    assert all(fits(*pair) for pair in counted)
    assert is_chain(counted)
    assert (sum(parts[place].required for place, _one in counted), len(counted)) == max(scores)
    wanted = sum(part.required for part in parts)
    assert found.is_complete == any(r == wanted and size >= draft.needed for r, size in scores)


def test_who_completes_what() -> None:
    enough, half = rules.progress(WHOLE, [has(A, 1), has(B, 9)]), rules.progress(WHOLE, [has(A, 1)])
    out, shut = PathwayStatus.PUBLISHED, PathwayStatus.RETIRED
    assert rules.may_complete(out, None, enough)
    assert not rules.may_complete(PathwayStatus.DRAFT, None, enough)
    assert "members" in rules.may_complete(out, None, enough, is_member=False).reason
    assert "1 more part" in rules.may_complete(out, None, half).reason
    assert rules.may_complete(shut, day(5), enough)  # begun before it was retired
    assert not rules.may_complete(shut, day(0), enough)
    assert not rules.may_complete(shut, None, enough)
    before = WHOLE._replace(needs=(Needs("First", pathway="first"),))
    assert "“First”" in rules.may_complete(out, None, rules.progress(before, [has(A), has(B)])).reason


OWNER = Actor(id=1, memberships=(Membership(1, 7, Role.OWNER),))
MENTOR = Actor(id=2, memberships=(Membership(2, 7, Role.MENTOR),))
STRANGER = Actor(id=3)


def test_who_sees_and_writes_one() -> None:
    draft, out = Pathway(org_id=7), Pathway(org_id=7, status=PathwayStatus.PUBLISHED)
    inner = Pathway(org_id=7, status=PathwayStatus.PUBLISHED, for_members=True)
    assert rules.may_change(OWNER, draft)
    assert "Copy it" in rules.may_change(OWNER, out).reason
    assert not rules.may_change(MENTOR, draft)
    assert [bool(rules.may_see(who, draft)) for who in (OWNER, MENTOR, STRANGER)] == [True, False, False]
    assert [bool(rules.may_see(who, out)) for who in (OWNER, MENTOR, STRANGER)] == [True, True, True]
    assert [bool(rules.may_see(who, inner)) for who in (OWNER, MENTOR, STRANGER)] == [True, True, False]
    assert may_take(OWNER, draft, "publish", {})
    assert may_take(OWNER, draft, "publish", {"title": "No title."}).reason == "No title."
    assert not may_take(MENTOR, draft, "publish", {})
    assert may_take(OWNER, out, "retire")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, ""),
        ({"parts": (Part(A._replace(members_of=7)), Part(B), Part(C)), "needed": 2}, ""),  # enough others
        ({"parts": (Part(A._replace(members_of=7)), Part(B)), "needed": 2}, "parts"),
        ({"parts": (Part(A._replace(members_of=7), True), Part(B), Part(C)), "needed": 1}, "parts"),
        (
            {
                "parts": (Part(A._replace(members_of=7)), Part(B)),
                "needed": 2,
                "for_members": True,
                "org_id": 7,
            },
            "",
        ),
        (
            {
                "parts": (Part(A._replace(members_of=8)), Part(B)),
                "needed": 2,
                "for_members": True,
                "org_id": 7,
            },
            "parts",
        ),
        ({"needs": (Needs("D", what=Thing("e", members_of=7)),)}, "needs"),
    ],
)
def test_a_pathway_asks_for_nothing_that_its_readers_cannot_earn(more: dict[str, Any], field: str) -> None:
    draft = WHOLE._replace(parts=(Part(A), Part(B)), needed=2, needs=(), ordered=False)._replace(**more)
    found = rules.missing(draft)
    assert list(found) == ([field] if field else [])
    assert all("members alone" in words for words in found.values())
