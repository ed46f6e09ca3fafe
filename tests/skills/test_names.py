"""Finding the skill someone meant: tables of cases, properties, and a slow plain oracle."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.skills.names import Answer, Kind, NameIndex, Row, Status, Why, normalise
from market.skills.names_text import content_words, loose, singular, squashed, stem

PREFERRED, ALTERNATIVE, HIDDEN = Kind.PREFERRED, Kind.ALTERNATIVE, Kind.HIDDEN

C, CPP, C_SHARP, DOT_NET, SPREADSHEETS, CLEANING, RISK, DRAW_UP, BIKES, E_BIKES, PROGRAMMING = range(1, 12)

ROWS: list[Row] = [
    (C, "C", PREFERRED),
    (C, "C language", ALTERNATIVE),
    (CPP, "C++", PREFERRED),
    (CPP, "cpp", ALTERNATIVE),
    (C_SHARP, "C#", PREFERRED),
    (C_SHARP, "C sharp", ALTERNATIVE),
    (DOT_NET, ".NET", PREFERRED),
    (DOT_NET, "ASP.NET", ALTERNATIVE),
    (SPREADSHEETS, "Spreadsheets", PREFERRED),
    (SPREADSHEETS, "Excel", ALTERNATIVE),
    (SPREADSHEETS, "Excell", HIDDEN),
    (CLEANING, "Data cleaning", PREFERRED),
    (CLEANING, "Tidying data", ALTERNATIVE),
    (RISK, "Risk management", PREFERRED),
    (RISK, "risk assessment", ALTERNATIVE),
    (RISK, "management of risks", ALTERNATIVE),
    (DRAW_UP, "draw up risk assessments", PREFERRED),
    (BIKES, "Bicycle repair", PREFERRED),
    (BIKES, "repair bicycles", ALTERNATIVE),
    (E_BIKES, "Electric bicycle repair", PREFERRED),
    (E_BIKES, "repair bicycles", ALTERNATIVE),
    (PROGRAMMING, "Computer programming", PREFERRED),
    (PROGRAMMING, "PowerShell", ALTERNATIVE),
    (PROGRAMMING, "front end", ALTERNATIVE),
]
INDEX = NameIndex(ROWS)


def ids(answer: Answer) -> list[int]:
    return [candidate.skill_id for candidate in answer.candidates]


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("  Front-End  ", "front end"),
        ("C++", "c++"),
        ("C#", "c#"),
        (".NET", ".net"),
        ("Ｃ＋＋", "c++"),
        ("ASP.NET.", "asp.net"),
        ("children’s", "childrens"),
        ("STRASSE Straße", "strasse strasse"),
        ("e.g. this, etc.", "e.g this etc"),
        ("R&D", "r d"),
        ("snake_case", "snake case"),
        ("💥 !!", ""),
        ("日本語", "日本語"),
    ],
)
def test_a_name_has_one_normal_form(text: str, norm: str) -> None:
    assert normalise(text) == norm


@given(st.text())
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("words", "same"),
    [
        (("planning", "planned", "plan"), True),
        (("organisation", "organization"), True),
        (("c", "c++"), False),
        (("c#", "c++"), False),
        (("cleaning", "cleaned"), True),
        (("mp3", "mp4"), False),
    ],
)
def test_stems_group_endings_and_leave_symbols_alone(words: tuple[str, ...], same: bool) -> None:
    assert (len({stem(word) for word in words}) == 1) is same


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("assessments", "assessment"),
        ("bodies", "body"),
        ("glass", "glass"),
        ("analysis", "analysis"),
        ("bus", "bus"),
        ("c++s", "c++s"),
    ],
)
def test_only_a_plain_plural_is_made_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_looser_keys_join_spellings_and_spare_short_names() -> None:
    assert squashed("front end") == squashed("frontend") == "frontend"
    assert squashed("c #") == ""
    assert loose("the management of risks") == "management risk"
    assert loose("it") == "it"
    assert content_words("good knowledge of skills") != []


@pytest.mark.parametrize("query", ["C", "c", "C++", "c++", "C#", ".NET", ".net", "C sharp", "cpp"])
def test_c_and_its_relatives_stay_apart(query: str) -> None:
    wanted = {"c": C, "c++": CPP, "cpp": CPP, "c#": C_SHARP, "c sharp": C_SHARP, ".net": DOT_NET}[
        query.lower()
    ]
    for answer in (INDEX.find(query), INDEX.resolve(query)):
        assert answer.candidates[0].skill_id == wanted
    assert INDEX.find(query).status is Status.MATCHED


@pytest.mark.parametrize("query", ["C/C++", "C, C#", "c c++"])
def test_two_names_in_one_box_are_never_taken_for_one(query: str) -> None:
    assert INDEX.find(query).match is None
    assert INDEX.resolve(query).match is None


def test_someone_who_has_typed_c_still_sees_its_relatives() -> None:
    answer = INDEX.find("c", limit=8)
    assert answer.match is not None
    assert answer.match.skill_id == C
    assert {CPP, C_SHARP} <= set(ids(answer))


@pytest.mark.parametrize(
    ("query", "status", "first", "why"),
    [
        ("spreadsheets", Status.MATCHED, SPREADSHEETS, Why.NAME),
        ("EXCEL", Status.MATCHED, SPREADSHEETS, Why.ALIAS),
        ("spread", Status.SUGGESTED, SPREADSHEETS, Why.BEGINNING),
        ("clean", Status.SUGGESTED, CLEANING, Why.BEGINNING),
        ("spredsheets", Status.SUGGESTED, SPREADSHEETS, Why.SIMILAR),
        ("cleaning dta", Status.SUGGESTED, CLEANING, Why.SIMILAR),
        ("bycicle repair", Status.SUGGESTED, BIKES, Why.SIMILAR),
        ("frontend", Status.SUGGESTED, PROGRAMMING, Why.SPELLING),
        ("repair bicycles", Status.AMBIGUOUS, BIKES, Why.ALIAS),
        ("excell", Status.MATCHED, SPREADSHEETS, Why.ALIAS),
    ],
)
def test_typing_finds(query: str, status: Status, first: int, why: Why) -> None:
    answer = INDEX.find(query)
    assert (answer.status, answer.candidates[0].skill_id, answer.candidates[0].why) == (status, first, why)


@pytest.mark.parametrize("query", ["", "   ", "!!!", "zzzzqqqq", "💥"])
def test_nothing_near_is_unknown(query: str) -> None:
    assert INDEX.find(query) == INDEX.resolve(query) == Answer(Status.UNKNOWN, ())


def test_an_empty_list_of_names_answers_too() -> None:
    empty = NameIndex([])
    assert empty.find("x").status is empty.resolve("x").status is Status.UNKNOWN
    assert len(NameIndex([(1, "!!", PREFERRED)])) == 0


def test_weak_likeness_is_not_shown_beside_names_that_begin_so() -> None:
    rows = [(1, "Bread making", PREFERRED), (2, "React", PREFERRED), (3, "Breed making", PREFERRED)]
    assert ids(NameIndex(rows).find("brea")) == [1]
    assert ids(NameIndex(rows).find("bread makin")) == [1, 3]


def test_a_long_name_is_told_apart_after_its_beginning() -> None:
    long = "operate and maintain machines that shape wood and other natural materials for "
    index = NameIndex([(1, long + "boats", PREFERRED), (2, long + "bridges", PREFERRED)])
    assert len(long) > 64
    assert ids(index.find(long + "bri"))[0] == 2
    assert index.find(long + "boats").match is not None


def test_a_skill_with_many_names_that_begin_alike_leaves_room_for_others() -> None:
    rows: list[Row] = [(1, f"sew {n:03}", PREFERRED) for n in range(100)]
    rows += [(2, "sewing clothes", PREFERRED), (3, "sewing leather bags", PREFERRED)]
    assert ids(NameIndex(rows).find("sew", limit=3)) == [1, 2, 3]


def test_an_index_says_how_large_it_is() -> None:
    assert len(INDEX) == len(ROWS)
    assert 0 < INDEX.nbytes < 100_000


def test_two_skills_with_one_name_are_both_shown_and_neither_is_taken() -> None:
    for answer in (INDEX.find("repair bicycles"), INDEX.resolve("Repair bicycles")):
        assert answer.status is Status.AMBIGUOUS
        assert answer.match is None
        assert set(ids(answer)[:2]) == {BIKES, E_BIKES}


def test_a_hidden_name_finds_and_is_not_shown() -> None:
    first = INDEX.find("excell").candidates[0]
    assert (first.label, first.preferred) == ("Spreadsheets", "Spreadsheets")
    assert INDEX.resolve("excell").match is None


def test_an_alias_is_shown_with_the_name_of_its_skill() -> None:
    first = INDEX.find("excel").candidates[0]
    assert (first.label, first.preferred, first.likeness) == ("Excel", "Spreadsheets", 1.0)


def test_a_skill_without_a_preferred_name_is_called_by_its_first() -> None:
    index = NameIndex([(7, "zweiter", ALTERNATIVE), (7, "erster", ALTERNATIVE)])
    assert index.find("erster").candidates[0].preferred == "zweiter"


@pytest.mark.parametrize(
    ("name", "linked"),
    [
        ("Risk Management", RISK),
        ("risks management", RISK),
        ("the management of risk", RISK),
        ("Spread sheets", SPREADSHEETS),
        ("risk assessment", None),  # another skill's own name holds it
        ("powershell", None),  # an alias that has nothing of its skill's name
        ("excel", None),
        ("spreadsheet modelling", None),
        ("bicycles", None),
    ],
)
def test_a_whole_name_links_only_when_it_is_nearly_the_same(name: str, linked: int | None) -> None:
    match = INDEX.resolve(name).match
    assert (match and match.skill_id) == linked


def test_what_is_not_linked_is_still_offered() -> None:
    assert RISK in ids(INDEX.resolve("risk assessment"))
    assert ids(INDEX.resolve("cleaning of data sets"))[0] == CLEANING


@given(
    st.integers(min_value=1, max_value=6), st.sampled_from([name for _, name, _ in ROWS] + ["c", "r", "data"])
)
def test_no_answer_is_longer_than_asked_nor_names_a_skill_twice(limit: int, query: str) -> None:
    for answer in (INDEX.find(query, limit), INDEX.resolve(query, limit)):
        assert len(answer.candidates) <= limit
        assert len(set(ids(answer))) == len(answer.candidates)


# -- against a slow, plain oracle

NAMES = st.text(alphabet="abcAB +#.-éß1", min_size=1, max_size=9)
LISTS = st.lists(st.tuples(st.integers(1, 6), NAMES, st.sampled_from(Kind)), max_size=25)


@given(LISTS, st.data())
def test_a_name_that_is_there_is_matched_or_ambiguous(rows: list[Row], data: st.DataObject) -> None:
    comparable = [row for row in rows if normalise(row[1])]
    if not comparable:
        return
    index = NameIndex(rows)
    _, name, _ = data.draw(st.sampled_from(comparable))
    same = [row for row in comparable if normalise(row[1]) == normalise(name)]
    owners = {row[0] for row in same if row[2] is PREFERRED} or {row[0] for row in same}
    answer = index.find(name, limit=10)
    assert answer.status is (Status.MATCHED if len(owners) == 1 else Status.AMBIGUOUS)
    assert set(ids(answer)[: len(owners)]) == owners


@given(LISTS, NAMES, st.integers(1, 8))
def test_find_agrees_with_looking_at_every_name(rows: list[Row], query: str, limit: int) -> None:
    answer = NameIndex(rows).find(query, limit)
    surely = [c.skill_id for c in answer.candidates if c.why not in (Why.SIMILAR, Why.SPELLING)]
    spelled = {c.skill_id for c in answer.candidates if c.why is Why.SPELLING}
    wanted = [skill for skill in _oracle(rows, query) if skill not in spelled]
    assert surely == wanted[: len(surely)]
    assert len(answer.candidates) == limit or len(surely) == len(wanted)


def _oracle(rows: list[Row], query: str) -> list[int]:
    """Skills with exactly this name, then skills with a word that begins so, by the written order."""
    norm = normalise(query)
    named = [(skill, normalise(text), kind) for skill, text, kind in rows if normalise(text)]
    if not norm:
        return []
    same = sorted((row for row in named if row[1] == norm), key=lambda row: row[2])
    begins = []
    for place, (skill, name, kind) in enumerate(named):
        words = name.split()
        for later in range(len(words)):
            if " ".join(words[later:]).startswith(norm):
                begins.append((later > 0, kind, len(name.encode()), place, skill))
    return list(dict.fromkeys([row[0] for row in same] + [row[-1] for row in sorted(begins)]))


@given(
    st.lists(st.text(alphabet="abcd ", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=8),
    NAMES,
)
def test_likeness_is_the_mean_of_plain_cosines(names: list[str], query: str) -> None:
    index = NameIndex([(n, name, PREFERRED) for n, name in enumerate(names)])
    norms, norm = [normalise(name) for name in names], normalise(query)
    found = index.resolve(query, limit=len(names))
    for candidate in found.candidates:
        if candidate.why is Why.SIMILAR:
            letters = (_cosine(_grams(3), norms, norm), _cosine(_grams(4), norms, norm))
            words = _cosine(lambda name: set(content_words(name)), norms, norm)
            n = candidate.skill_id
            assert candidate.likeness == pytest.approx(
                ((letters[0][n] + letters[1][n]) / 2 + words[n]) / 2, abs=1e-3
            )


Features = Callable[[str], set[Any]]


def _grams(size: int) -> Features:
    def of(name: str) -> set[Any]:
        padded = [f" {word} ".encode() for word in name.split()]
        return {word[at : at + size] for word in padded for at in range(len(word) - size + 1)}

    return of


def _cosine(features: Features, names: list[str], query: str) -> dict[int, float]:
    """Cosine of present-or-absent features weighted by idf; what no name holds does not count."""
    frequency = Counter(feature for name in names for feature in features(name))
    idf = {feature: math.log((1 + len(names)) / (1 + count)) + 1 for feature, count in frequency.items()}

    def length(some: set[Any]) -> float:
        return math.sqrt(sum(idf[feature] ** 2 for feature in some))

    asked = {feature for feature in features(query) if feature in idf}
    return {
        n: sum(idf[f] ** 2 for f in asked & features(name))
        / ((length(asked) * length(features(name))) or 1.0)
        for n, name in enumerate(names)
    }
