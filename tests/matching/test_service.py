"""Lists of people: the order against the oracle, who stands in them, what is no input, and what is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Role
from market.accounts.models import Email, Person
from market.evidence.models import Kind, PersonSkill
from market.matching import growing, log, openings, service
from market.matching.core.contract import Requirement, tie_for
from market.matching.core.explain import fit
from market.matching.core.policy import BY_SCORE, Policy
from market.matching.models import Ranking
from market.matching.openings_listed import ORDER
from market.matching.queries import Findable, beside_of, requirements_of
from market.opportunities.browsing import Facets, browse_beside, browse_by_fit
from market.opportunities.drafts import Need
from market.opportunities.models import Opportunity
from market.profiles.models import Education, Experience, TalentProfile, Visibility
from tests.applications import scene
from tests.matching import oracle
from tests.matching.people import findable, shows, someone
from tests.opportunities import postings
from tests.support.world import Known, World

KINDS = (Kind.CLAIM, Kind.PROJECT, Kind.ENDORSEMENT, Kind.CREDENTIAL, Kind.ASSESSMENT)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that were sent in the block."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def in_order(db: Session, make: World, ids: Any) -> openings.InOrder:
    """The openings that a statement selects, in the order of Amara's evidence."""
    return openings.in_order(db.connection().execute(beside_of(ids), {"person": make.amara.id}).all())


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def crowd(make: World, known: dict[str, int]) -> list[Known]:
    """Twenty-four people with all sorts of evidence; two of them with the same."""
    by_chance = Random(20261116)
    ids = list(known.values())
    made = []
    for n in range(22):
        items = [
            (skill, by_chance.choice(KINDS), by_chance.randint(1, 5))
            for skill in by_chance.sample(ids, by_chance.randint(1, 4))
        ]
        made.append(someone(make, *items, name=f"Person of the crowd {n}"))
    made += [someone(make, (ids[0], Kind.ASSESSMENT, 3.0)) for _ in range(2)]
    return made


def stored(db: Session) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for row in db.exec(select(PersonSkill)):
        found.setdefault(row.person_id, {})[row.skill_id] = row.level
    return found


def order(
    make: World, who: Known, opportunity_id: int, policy: Policy = service.POLICY
) -> list[tuple[int, int, tuple[int, ...]]]:
    with make.read() as db:
        opportunity = db.get_one(Opportunity, opportunity_id)
        _ranking, rows = service.rank_people(db, make.actor(who), opportunity, policy=policy)
        return [(row.person_id, row.score, tuple(row.contributions)) for row in rows]


def test_people_for_an_opening_stand_in_the_order_of_the_contract(
    make: World, known: dict[str, int], crowd: list[Known]
) -> None:
    opening = scene.opening(make, known=known)
    with make.read() as db:
        opportunity = db.get_one(Opportunity, opening)
        asked = [
            (w.asked.skill_id, w.asked.level, w.asked.weight, w.asked.essential)
            for w in requirements_of(db, opportunity)
        ]
        tie = tie_for(opportunity.public_id)
        expected = oracle.rank(stored(db), asked, 200, tie.a, tie.b)
    assert len(expected) > 15
    assert order(make, make.bruno, opening, BY_SCORE) == expected
    by_policy = order(make, make.bruno, opening)
    assert by_policy != expected
    assert sorted(by_policy) == sorted(expected), "nobody is left out, and no score is another"


def test_a_search_stands_in_the_order_of_the_contract(
    make: World, known: dict[str, int], crowd: list[Known]
) -> None:
    by_chance = Random(7)
    ids = list(known.values())
    for _round in range(6):
        skills = by_chance.sample(ids, by_chance.randint(1, 4))
        asked = [
            Requirement(s, by_chance.randint(1, 5), by_chance.randint(1, 10), by_chance.random() < 0.5)
            for s in skills
        ]
        tie = tie_for(log.searched(asked, clock.today()))
        with make.read() as db:
            _ranking, rows = service.search_people(db, make.actor(make.bruno), asked, Findable(), BY_SCORE)
            expected = oracle.rank(
                stored(db), [(q.skill_id, q.level, q.weight, q.essential) for q in asked], 200, tie.a, tie.b
            )
        assert [(r.person_id, r.score, tuple(r.contributions)) for r in rows] == expected
        assert [r.place for r in rows] == list(range(1, len(rows) + 1))


def test_applicants_without_any_of_the_skills_stand_at_the_end_and_are_not_left_out(
    make: World, known: dict[str, int], crowd: list[Known]
) -> None:
    opening = scene.opening(make, known=known)
    people = [crowd[0].id, make.chidi.id, crowd[-1].id]
    with make.read() as db:
        _r, rows = service.rank_applicants(
            db, make.actor(make.bruno), db.get_one(Opportunity, opening), people
        )
    assert sorted(row.person_id for row in rows) == sorted(people)
    assert (rows[-1].person_id, rows[-1].score) == (make.chidi.id, 0)


def test_names_degrees_and_everything_else_people_write_are_no_inputs(
    make: World, known: dict[str, int], crowd: list[Known]
) -> None:
    opening = scene.opening(make, known=known)
    before = order(make, make.bruno, opening)
    by_chance = Random(3)
    with make.write() as db:
        for who in crowd:
            person, profile = db.get_one(Person, who.id), db.get_one(TalentProfile, who.id)
            person.display_name = by_chance.choice(["Sir Arthur", "Ng", "Muhammad", "Anna-Lena", None])
            profile.about = by_chance.choice(["", "Professor of statistics.", "Born in 1961 in Leith."])
            profile.headline = by_chance.choice(["", "Doctor of spreadsheets"])
            profile.place = by_chance.choice(["", "Oxford", "Lagos"])
            db.add_all(
                [
                    Education(
                        person_id=who.id, title="PhD", where="Cambridge", year=by_chance.randint(1960, 2025)
                    ),
                    Experience(person_id=who.id, title="Director", where="A bank", from_on=date(1999, 1, 1)),
                ]
            )
            email = db.exec(select(Email).where(Email.person_id == who.id)).one()
            email.address = email.address_norm = f"{by_chance.randint(1, 10**9)}@harvard.example"
            person.created_at = clock.now() - timedelta(days=by_chance.randint(1, 4000))
    assert order(make, make.bruno, opening) == before


def test_a_level_is_an_input(make: World, known: dict[str, int], crowd: list[Known]) -> None:
    """The other half of the test above: what should matter does."""
    opening = scene.opening(make, known=known)
    before = order(make, make.bruno, opening)
    last = next(who for who in crowd if who.id == before[-1][0])
    shows(make, last, *((skill, Kind.ASSESSMENT, 5.0) for skill in known.values()))
    shows(make, last, *((skill, Kind.ASSESSMENT, 5.0) for skill in known.values()))
    assert order(make, make.bruno, opening)[0][0] == last.id


def test_the_explanation_says_what_the_ranking_scored(
    make: World, known: dict[str, int], crowd: list[Known]
) -> None:
    opening = scene.opening(make, known=known)
    with make.read() as db:
        opportunity = db.get_one(Opportunity, opening)
        _ranking, rows = service.rank_people(db, make.actor(make.bruno), opportunity)
        for row in rows:
            found = service.explain(db, opportunity, row.person_id)
            assert found is not None
            assert found.fit.score == row.score
            assert [part.points for part in found.fit.parts] == row.contributions
            assert [part.unit for part in found.fit.parts] == row.levels
            beside = service.fits_for(db, row.person_id, [opening])[opening]
            assert beside.two == found.fit.two


class TestWhoStandsInAList:
    @pytest.fixture
    def skill(self, known: dict[str, int]) -> int:
        return known["Spreadsheets"]

    def found(self, make: World, skill: int, who: Known | None = None, **narrowed: object) -> set[int]:
        actor = make.actor(who or make.bruno)
        asked = [Requirement(skill, 2, 5, True)]
        with make.read() as db:
            base = service.findable_by(actor)._replace(tier_skills=(skill,), **narrowed)  # type: ignore[arg-type]
            return {row.person_id for row in service.search_people(db, actor, asked, base)[1]}

    def test_who_chose_to_be_found(self, make: World, skill: int) -> None:
        item = (skill, Kind.ASSESSMENT, 3.0)
        public = someone(make, item)
        members = someone(make, item, visibility=Visibility.MEMBERS)
        someone(make, item, visibility=Visibility.PRIVATE)
        someone(make, item, is_findable=False)
        assert self.found(make, skill) == {public.id, members.id}

    def test_only_a_verified_organisation_finds_profiles_for_members(self, make: World, skill: int) -> None:
        item = (skill, Kind.ASSESSMENT, 3.0)
        public = someone(make, item)
        someone(make, item, visibility=Visibility.MEMBERS)
        owner = make.person()
        make.organisation("Unproven Ltd", owner=owner, verified=False)
        assert self.found(make, skill, owner) == {public.id}

    def test_nobody_stands_in_the_list_of_their_own_organisation(self, make: World, skill: int) -> None:
        shows(make, findable(make, make.mira), (skill, Kind.ASSESSMENT, 3.0))
        shows(make, findable(make, make.bruno), (skill, Kind.ASSESSMENT, 3.0))
        other = make.member(make.organisation(), Role.OWNER)
        shows(make, findable(make, other), (skill, Kind.ASSESSMENT, 3.0))
        assert self.found(make, skill) == {other.id}

    def test_a_block_parts_both_whoever_set_it(self, make: World, skill: int) -> None:
        item = (skill, Kind.ASSESSMENT, 3.0)
        of_person, of_org, by_member, stays = (someone(make, item) for _ in range(4))
        make.block(of_person, person=make.bruno)
        make.block(of_org, organisation=make.bakery)
        make.block(make.mira, person=by_member)
        assert self.found(make, skill) == {stays.id}

    def test_filters_leave_in_who_has_not_said(self, make: World, skill: int) -> None:
        item = (skill, Kind.PROJECT, 3.0)
        silent = someone(make, item)
        soon = someone(make, item, available_from=date(2026, 11, 20), hours_week=10, pay_min_minor=1500)
        late = someone(make, item, available_from=date(2027, 3, 1), hours_week=30, pay_min_minor=3000)
        assert self.found(make, skill, available_by=date(2026, 12, 1)) == {silent.id, soon.id}
        assert self.found(make, skill, hours_week=20) == {silent.id, late.id}
        assert self.found(make, skill, pay_at_most_minor=2000) == {silent.id, soon.id}

    def test_a_language_and_a_tier_are_asked_of_everyone(self, make: World, skill: int) -> None:
        welsh = someone(make, (skill, Kind.PROJECT, 3.0), languages=("cy", "en"))
        judged = someone(make, (skill, Kind.ASSESSMENT, 3.0), languages=("en",))
        assert self.found(make, skill, language="cy") == {welsh.id}
        assert self.found(make, skill, tier=4) == {judged.id}

    def test_a_suspended_account_stands_nowhere(self, make: World, skill: int) -> None:
        gone = someone(make, (skill, Kind.ASSESSMENT, 3.0))
        with make.write() as db:
            db.get_one(Person, gone.id).status = "suspended"  # type: ignore[assignment]
        assert self.found(make, skill) == set()


def test_a_ranking_is_kept_as_it_stood(make: World, known: dict[str, int], crowd: list[Known]) -> None:
    opening = scene.opening(make, known=known)
    with make.write() as db:
        ranking, rows = service.rank_people(db, make.actor(make.bruno), db.get_one(Opportunity, opening))
        shown = [(r.place, r.person_id, r.score, r.levels) for r in rows]
        service.keep(db, ranking, rows)
        public_id = ranking.public_id
    shows(make, crowd[0], *((skill, Kind.ASSESSMENT, 5.0) for skill in known.values()))
    with make.read() as db, counted(make.engine) as sent:
        found = service.kept(db, public_id, make.bruno.id)
    assert found is not None
    assert len(sent) == 1
    assert [(r.place, r.person_id, r.score, r.levels) for r in found[1]] == shown
    with make.read() as db:
        assert service.kept(db, public_id, make.chidi.id) is None
        assert db.exec(select(Ranking)).one().policy_version == service.POLICY.version


def test_an_empty_list_is_kept_too(make: World, known: dict[str, int]) -> None:
    with make.write() as db:
        asked = [Requirement(known["Spreadsheets"], 5, 5, True)]
        ranking, rows = service.search_people(db, make.actor(make.bruno), asked, Findable())
        service.keep(db, ranking, rows)
        assert rows == []
        assert service.kept(db, ranking.public_id, make.bruno.id) == (ranking, [])


def asks(make: World, needs: list[Need], **more: object) -> None:
    """An opening that asks just this, with a rubric for the first of it."""
    postings.published(make, known={"": needs[0].skill_id}, needs=needs, **more)


class TestOpeningsInOrder:
    def test_openings_stand_by_essentials_met_then_coverage(self, make: World, known: dict[str, int]) -> None:
        sheets, cleaning, stock, writing = known.values()
        shows(make, make.amara, (sheets, Kind.ASSESSMENT, 4.0), (sheets, Kind.ASSESSMENT, 4.0))
        shows(make, make.amara, (stock, Kind.PROJECT, 3.0))
        titles = {
            "all of one": [Need(sheets, 3, True, 5)],
            "one of two": [Need(sheets, 3, True, 5), Need(cleaning, 3, True, 5)],
            "nothing, a little covered": [Need(stock, 4, True, 5)],
            "nothing at all": [Need(writing, 2, True, 5)],
        }
        for title, needs in titles.items():
            asks(make, needs, title=f"Opening: {title}")
        with make.read() as db:
            found = browse_by_fit(db, make.actor(make.amara), Facets(), ORDER)
        assert [card.title.removeprefix("Opening: ") for card in found.cards] == list(titles)
        fit, words = ORDER.fit_of(found.beside[found.cards[0].id])
        assert (fit.met, fit.of, fit.coverage) == (1, 1, 100)
        assert words == "Everything asked is shown by your evidence."

    def test_the_database_puts_them_in_the_same_order(self, make: World, known: dict[str, int]) -> None:
        chance, skills = Random(7), list(known.values())
        for skill in skills[:3]:
            shows(make, make.amara, *[(skill, Kind.ASSESSMENT, chance.uniform(1, 5))] * chance.randint(1, 2))
        for n in range(12):
            needs = [
                Need(skill, chance.randint(1, 5), chance.random() < 0.5, chance.randint(1, 10))
                for skill in chance.sample(skills, chance.randint(1, 3))
            ]
            asks(make, needs, title=f"Opening {n} of many to be put in order")
        with make.write() as db:
            for one in db.exec(select(Opportunity)):
                one.seats, one.applicants_count = chance.randint(1, 4), chance.choice((0, 0, 3, 40))
        with make.read() as db:
            plain = [one.id for one in in_order(db, make, select(Opportunity.id))]
            found = browse_by_fit(db, make.actor(make.amara), Facets(), ORDER, size=50)
        assert [card.id for card in found.cards] == plain

    def test_of_equal_openings_the_one_with_fewer_applicants_a_seat_stands_first(
        self, make: World, known: dict[str, int]
    ) -> None:
        sheets = known["Spreadsheets"]
        shows(make, make.amara, (sheets, Kind.ASSESSMENT, 3.0))
        quiet, crowded, roomy = (scene.opening(make, known=known) for _ in range(3))
        asks(make, [Need(sheets, 1, True, 5)], title="Everything is met here")
        with make.write() as db:
            for one, applicants, seats in ((quiet, 2, 1), (crowded, 12, 1), (roomy, 12, 4)):
                opening = db.get_one(Opportunity, one)
                opening.applicants_count, opening.seats = applicants, seats
            met = db.exec(select(Opportunity).where(Opportunity.title == "Everything is met here")).one()
            met.applicants_count = 500
            met_id = met.id
        with make.read() as db:
            found = in_order(db, make, select(Opportunity.id))
        assert [one.id for one in found] == [met_id, quiet, roomy, crowded], (
            "what is met stands first even so"
        )

    def test_it_takes_one_statement_with_facets_and_the_same_fit_as_beside_one_opening(
        self, make: World, known: dict[str, int]
    ) -> None:
        shows(make, make.amara, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
        for n in range(5):
            postings.published(make, known=known, title=f"Opening {n} of five for the list")
        amara = make.actor(make.amara)
        with make.read() as db:
            db.connection()
            with counted(make.engine) as sent:
                found = browse_by_fit(db, amara, Facets(q="opening", hours_to=40), ORDER, begin=1, size=3)
            assert len(sent) == 1
            fits = service.fits_for(db, make.amara.id, [card.id for card in found.cards])
        assert (len(found.cards), found.more) == (4, True), "one more than was asked for, since there is more"
        assert {one: ORDER.fit_of(beside)[0] for one, beside in found.beside.items()} == fits

    def test_by_newest_too_each_stands_beside_the_reader_s_evidence(
        self, make: World, known: dict[str, int]
    ) -> None:
        shows(make, make.amara, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
        first, last = (postings.published(make, known=known, title=f"Opening {n} of two") for n in (1, 2))
        with make.read() as db:
            found = browse_beside(db, make.actor(make.amara), Facets(), ORDER)
            fits = service.fits_for(db, make.amara.id, [card.id for card in found.cards])
        assert [card.public_id for card in found.cards] == [last, first]
        assert {one: ORDER.fit_of(beside)[0] for one, beside in found.beside.items()} == fits

    def test_the_gap_is_the_skill_that_opens_most_and_is_nearest(
        self, make: World, known: dict[str, int]
    ) -> None:
        _sheets, cleaning, stock, writing = known.values()
        shows(make, make.amara, (stock, Kind.PROJECT, 3.0))
        for needs in ([Need(cleaning, 2, True, 5)], [Need(stock, 2, True, 5)], [Need(writing, 3, False, 5)]):
            asks(make, needs)
        with make.read() as db:
            everything = select(Opportunity.id)
            around = growing.ground(db, make.actor(make.amara))
            assert [(gap.skill_id, gap.level, gap.opens) for gap in around.gaps] == [
                (stock, 2, 1),
                (cleaning, 2, 1),
            ]
            none = in_order(db, make, everything.where(col(Opportunity.id) < 0))
            assert growing.ground_of((), ()).gaps == ()
            assert len(none) == 0

    def test_an_order_gives_the_same_by_place_and_by_slice(self, make: World, known: dict[str, int]) -> None:
        for _n in range(3):
            postings.published(make, known=known)
        with make.read() as db:
            found = in_order(db, make, select(Opportunity.id))
        assert [found[n] for n in range(3)] == found[:] == list(found)
        assert [one.id for one in found] == sorted((one.id for one in found), reverse=True), "newest first"


def test_a_fit_of_nothing_is_nothing(make: World, known: dict[str, int]) -> None:
    asked = [Requirement(known["Spreadsheets"], 3, 5, True)]
    assert openings.standing([0], asked) == 0
    assert openings.standing([255], asked) == openings.standing([asked[0].minimum], asked)
    assert fit(asked, [0], ["Spreadsheets"]).coverage == 0
    with make.write() as db:
        db.exec(delete(PersonSkill))
        assert service.rank_applicants(db, make.actor(make.bruno), Opportunity(public_id="x"), [])[1] == []  # type: ignore[call-arg]
