"""Internal programmes on both databases: members learn and are judged by others of the house, and nobody is ranked up by it."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Role
from market.accounts import members
from market.accounts.models import Membership
from market.accounts.service import add_member
from market.apprenticeships import following, waiting
from market.credentials.models import Achievement, Issued
from market.engagements import assessments
from market.engagements import rules as work_rules
from market.engagements import service as work_service
from market.engagements.queries import finished
from market.engagements.rules import Fault, Joining, Status, may_join
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.evidence.models import Evidence, Kind, PersonSkill
from market.evidence.posterior import Item, posterior
from market.opportunities import apprenticing
from market.pathways import queries as pathway_queries
from market.pathways import service as pathway_service
from market.pathways.models import Pathway
from market.profiles.models import TalentProfile
from market.programmes import browsing, queries, rounds, rules, service
from market.programmes.models import Programme
from market.reviews.models import ReviewPair
from tests.apprenticeships import inside, scene
from tests.apprenticeships.test_capstone import accept_capstone, hand_in, judge, rubric_of, steps
from tests.engagements.scene import work
from tests.pathways import scene as pathways
from tests.programmes import plans
from tests.support.world import Known, World

OPEN = Joining(True, True, 1, None, False, True, True)


def leave(make: World, who: Known) -> None:
    with make.write() as db:
        mine = select(Membership.id).where(Membership.person_id == who.id, col(Membership.ended_at).is_(None))
        members.end_membership(db, make.actor(make.bruno), make.bakery.id, db.exec(mine).one())
    make.drain()


def levels(make: World, who: Known) -> list[tuple[int, int]]:
    """(level, tier) of each skill."""
    with make.read() as db:
        rows = db.exec(select(PersonSkill).where(PersonSkill.person_id == who.id)).all()
        return sorted((row.level, row.tier) for row in rows)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (OPEN, ""),
        (OPEN._replace(starts_on=clock.today()), ""),
        (OPEN._replace(is_member=False), "own people"),
        (OPEN._replace(is_at_it=True), "You have a place"),
        (OPEN._replace(is_open=False), "nobody new"),
        (OPEN._replace(starts_on=clock.today().replace(year=2020)), "has begun"),
        (OPEN._replace(places_free=0), "Every place"),
        (OPEN._replace(has_mentor=False), "named as its mentor"),
        (OPEN._replace(has_assessor=False), "could judge"),
    ],
)
def test_who_takes_a_place(asked: Joining, words: str) -> None:
    allowed = may_join(asked, clock.today())
    assert words in allowed.reason
    assert bool(allowed) == (not words)


def test_whom_a_programme_is_for_is_said_before_it_goes_out_and_never_after(make: World) -> None:
    made = inside.published(make)
    with make.write() as db, pytest.raises(Forbidden, match="A copy can be for others"):
        service.choose_readers(db, make.actor(make.bruno), queries.get_programme(db, made), for_members=False)
    with make.write() as db:
        copied = service.copy(db, make.actor(make.bruno), queries.get_programme(db, made))
        assert copied.for_members
        service.choose_readers(db, make.actor(make.bruno), copied, for_members=False)
        with pytest.raises(Forbidden, match="do not post"):
            service.choose_readers(db, make.actor(make.mira), copied, for_members=True)


def _listed(db: Session, actor: Actor) -> list[Any]:
    given = {"org_ids": list(actor.org_ids), "size": 9, "before": 2**62}
    return list(db.connection().execute(browsing.INSIDE, given))


def test_an_internal_programme_is_there_for_members_alone(make: World) -> None:
    made, ida = inside.published(make), make.member(make.bakery, Role.ISSUER)
    inside.round_open(make, made)
    with make.read() as db:
        for who in (make.mira, make.bruno, ida):
            assert queries.get_visible(db, make.actor(who), made).title
            assert [row.public_id for row in _listed(db, make.actor(who))] == [made]
        for actor in (make.actor(make.chidi), make.actor(make.dana), Actor()):
            with pytest.raises(NotFound):
                queries.get_visible(db, actor, made)
            assert _listed(db, actor) == []
        assert browsing.browse(db, browsing.Facets()) == []
        programme = queries.get_programme(db, made)
        with pytest.raises(Forbidden, match="no opening leads to it"):
            apprenticing.open_round(db, make.actor(make.bruno), programme)
        for who in (make.chidi, make.mira):
            with pytest.raises(Forbidden, match="own people"):
                waiting.join(db, make.actor(who), programme)


def test_rounds_are_opened_by_those_who_write_it(make: World) -> None:
    made, outside = inside.published(make), plans.published(make)
    with make.write() as db:
        one, bruno = queries.get_programme(db, made), make.actor(make.bruno)
        with pytest.raises(Forbidden):
            rounds.open_inside(db, make.actor(make.mira), one, starts_on=None, seats=1)
        with pytest.raises(Invalid, match="has passed"):
            rounds.open_inside(db, bruno, one, starts_on=clock.today().replace(year=2020), seats=1)
        with pytest.raises(Invalid, match="places"):
            rounds.open_inside(db, bruno, one, starts_on=None, seats=0)
        with pytest.raises(Forbidden, match="for everyone"):
            rounds.open_inside(db, bruno, queries.get_programme(db, outside), starts_on=None, seats=1)
        with pytest.raises(NotFound):
            rounds.inside(db, "aaaaaaaaaaaaaaaa")
    cohort = inside.round_open(make, made)
    with make.write() as db:
        found, one = rounds.inside(db, cohort)
        rounds.close_inside(db, make.actor(make.bruno), one, found)
        assert [row.is_open for row, _version in rounds.all_inside(db, one.id)] == [False]
    with pytest.raises(Forbidden, match="nobody new"):
        inside.join(make, inside.ria(make), cohort)


def test_a_place_is_taken_once_and_the_last_one_goes_to_one(make: World) -> None:
    ria, lea = inside.ria(make), make.member(make.bakery, Role.ISSUER)
    made = inside.published(make)
    cohort, other = inside.round_open(make, made, seats=1), inside.round_open(make, made)
    e = inside.join(make, ria, cohort)
    found = work(make, e)
    assert (found.for_members, found.opportunity_id, found.application_id) == (True, None, None)
    assert found.supervisor_ids == sorted([make.mira.id, make.bruno.id])
    assert found.assessor_ids == [make.bruno.id]
    assert inside.places(make, cohort) == (0, 1)
    with pytest.raises(Forbidden, match="Every place"):
        inside.join(make, lea, cohort)
    with pytest.raises(Forbidden, match="You have a place"):
        inside.join(make, ria, other)
    with pytest.raises(Forbidden, match="own people"):
        inside.join(make, make.chidi, other)
    scene.do(make, ria, e, work_service.call_off, "Another time.")
    assert inside.places(make, cohort) == (1, 1)
    assert inside.join(make, lea, cohort)


def test_nobody_mentors_or_judges_themselves(make: World) -> None:
    cohort = inside.round_open(make, inside.published(make))
    with pytest.raises(Forbidden, match="Nobody but you is named as its mentor"):
        inside.join(make, make.mira, cohort)
    with pytest.raises(Forbidden, match="Nobody but you could judge"):
        inside.join(make, make.bruno, cohort)
    ria = inside.ria(make)
    people = plans.people_of(make, make.bakery, make.mira, make.bruno)
    both = plans.people_of(make, make.bakery, make.bruno, ria)
    e = inside.join(
        make, make.mira, inside.round_open(make, inside.published(make, people=people + both[:1]))
    )
    found = work(make, e)
    assert make.mira.id not in (*found.supervisor_ids, *found.assessor_ids)
    actor = make.actor(make.mira)
    assert work_rules.parties(actor, found) == {"talent"}
    assert not work_rules.may_assess(actor, found, clock.now())


def test_an_owner_who_learns_has_no_say_on_the_other_side(make: World) -> None:
    ria = inside.ria(make)
    people = plans.people_of(make, make.bakery, make.mira, ria)
    e = inside.begun(make, make.bruno, people=people)
    found = work(make, e)
    assert work_rules.parties(make.actor(make.bruno), found) == {"talent"}
    inside.hand_in(make, make.bruno, e)
    rubric, given = rubric_of(make, e), steps(make, e, 4, 4)
    with pytest.raises(Conflict, match="need no signature"):
        scene.do(make, make.bruno, e, assessments.sign, rubric, given, "Very good.")
    judge(make, e, 3, 3, who=ria)
    assert work(make, e).capstone_passed


def test_what_is_passed_is_issued_and_counts_like_what_one_shows_oneself(make: World) -> None:
    ria = inside.ria(make)
    e = inside.passed(make, ria)
    with make.read() as db:
        issued = db.exec(
            select(Issued, Achievement).join(Achievement).where(Issued.person_id == ria.id)
        ).all()
        assert [(what.name, one.source_kind) for one, what in issued] == [("Stores and stock", "assessment")]
        rows = db.exec(select(Evidence).where(Evidence.person_id == ria.id)).all()
        assert {(row.kind, row.tier, row.party_id) for row in rows} == {(Kind.EXPERIENCE, 1, make.bakery.id)}
        assert db.exec(select(ReviewPair)).all() == []  # nobody reviews their own organisation
        assert db.get(TalentProfile, ria.id) is None or db.get_one(TalentProfile, ria.id).completed_count == 0
        assert finished(db, ria.id) == []
    with make.write() as db:
        assert following.ask_due(db, clock.now()) == 0
    assert work(make, e).status is Status.COMPLETED


def test_an_employer_does_not_lift_its_own_people_in_a_ranking(make: World) -> None:
    """However often a house judges its people, they stand no higher than by links of their own: less than one outside view."""
    ria = inside.ria(make)
    inside.passed(make, ria)
    once = levels(make, ria)
    inside.passed(make, ria)
    often = levels(make, ria)
    outside = scene.running(make)
    scene.held(make, outside, 3)
    hand_in(make, outside)
    judge(make, outside, 4, 4)
    accept_capstone(make, outside)
    scene.do(make, make.bruno, outside, work_service.finish)
    make.drain()
    apart = levels(make, make.amara)
    assert [tier for _level, tier in often] == [1, 1]
    assert [tier for _level, tier in apart] == [4, 4]
    assert max(level for level, _tier in once + often) < min(level for level, _tier in apart)
    with make.read() as db:
        skill = db.exec(select(Evidence.skill_id).where(Evidence.person_id == ria.id)).first()
    links = [Item(n, 1, 5.0, clock.today()) for n in range(1, 30)]
    assert skill is not None
    assert max(level for level, _tier in often) <= posterior(links, "knowledge", clock.today()).level


def test_who_leaves_in_the_middle_keeps_what_was_assessed(make: World) -> None:
    ria = inside.ria(make)
    e = inside.begun(make, ria)
    inside.hand_in(make, ria, e)
    leave(make, ria)
    found = work(make, e)
    assert (found.status, found.fault) == (Status.ENDED_EARLY, Fault.NONE)
    assert "Nobody is at fault" in (found.end_reason or "")
    judge(make, e, 3, None)  # within two weeks of the end, by what was handed in
    with make.read() as db:
        names = db.exec(
            select(Achievement.name).join(Issued).where(Issued.person_id == ria.id).order_by(col(Issued.id))
        ).all()
    assert "Stock control, in Stores and stock" in names


def test_who_leaves_before_it_began_is_called_off_and_another_role_keeps_one_in(make: World) -> None:
    ria = inside.ria(make)
    with make.write() as db:
        add_member(db, make.bakery.id, ria.id, Role.ISSUER)
    cohort = inside.round_open(make, inside.published(make))
    e = inside.join(make, ria, cohort)
    with make.write() as db:
        roles = select(Membership).where(Membership.person_id == ria.id).order_by(col(Membership.id))
        first, second = (row.id for row in db.exec(roles).all())
    for membership, status in ((first, Status.SCHEDULED), (second, Status.CALLED_OFF)):
        with make.write() as db:
            members.end_membership(db, make.actor(make.bruno), make.bakery.id, membership)
        make.drain()
        assert work(make, e).status is status
    assert inside.places(make, cohort) == (3, 3)


def test_a_pathway_for_everyone_cannot_ask_for_what_members_alone_earn(make: World) -> None:
    programme = inside.published(make)
    with make.read() as db:
        own = queries.achievements_of(db, queries.get_programme(db, programme).id)[0]
    target, *others = (pathways.achievement(make, name) for name in ("Baker", "Bread", "Cakes"))

    def unmet(**more: object) -> dict[str, str]:
        made = pathways.draft(make, target, [others[0], own], **more)
        with make.read() as db:
            whole = pathway_queries.whole(db, db.get_one(Pathway, made))
            return pathway_service.unmet(db, whole)

    with make.read() as db:
        assert pathway_queries.of_others(db, pathways.mill(make)[0].id) == [
            (db.get_one(Achievement, one).public_id, f"{make.bakery.name}: {name}")
            for one, name in zip((target, *others), ("Baker", "Bread", "Cakes"), strict=True)
        ]  # what others may choose from: not what is the bakery's people's own
    assert "for members alone" in unmet(needed=2)["parts"]
    assert unmet(needed=1) == {}  # it can be completed without
    assert unmet(needed=2, for_members=True) == {}


def test_drafts_and_retired_ones_are_read_by_the_same_rule() -> None:
    mira = Actor(id=3, memberships=())
    one = Programme(org_id=7, author_id=1, status=rules.Status.RETIRED, for_members=True)
    assert not rules.may_see(mira, one)
    assert rules.may_see(mira, Programme(org_id=7, author_id=1, status=rules.Status.RETIRED))
