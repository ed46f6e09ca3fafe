"""A draft that is thrown away leaves nothing behind, and what is out stays as it is; on both databases."""

import pytest
from sqlmodel import SQLModel, func, select

from market.access import Role
from market.errors import Conflict, Forbidden, NotFound
from market.programmes import discarding, models, queries, service
from market.programmes.models import Programme
from market.programmes.rules import Status
from market.rubrics.models import Criterion, CriterionLevel, Rubric
from market.rubrics.queries import rubric_with_criteria
from market.rubrics.service import discard as discard_rubric
from tests.programmes import plans
from tests.support.world import Known, World

TABLES: tuple[type[SQLModel], ...] = (
    models.Programme, models.ProgrammeVersion, models.LearningOutcome, models.Resource, models.CheckQuestion,
    models.TaskPlan, models.TaskOutcome, models.OutcomeCriterion, models.ProgrammePerson, models.Prerequisite,
    Rubric, Criterion, CriterionLevel,
)  # fmt: skip


def counted(make: World) -> dict[str, int]:
    """How many rows there are of all that a programme is made of."""
    with make.read() as db:
        return {t.__name__: db.exec(select(func.count()).select_from(t)).one() for t in TABLES}


def discard(make: World, made: str, who: Known | None = None, seen: int | None = None) -> bool:
    with make.write() as db:
        actor = make.actor(who or make.bruno)
        return discarding.discard(db, actor, queries.get_programme(db, made), seen=seen)


def renewed(make: World) -> str:
    """A programme that is out, with the draft of its second version."""
    made = plans.published(make)
    with make.write() as db:
        service.new_version(db, make.actor(make.bruno), queries.get_programme(db, made))
    return made


def test_a_programme_that_was_never_out_goes_whole(make: World) -> None:
    before = counted(make)
    made = plans.draft(make)
    assert counted(make)["TaskOutcome"] > before["TaskOutcome"]
    assert discard(make, made) is True
    assert counted(make) == before
    with make.read() as db, pytest.raises(NotFound):
        queries.get_programme(db, made)
    make.drain()


def test_the_draft_of_a_new_version_goes_and_what_is_out_stays(make: World) -> None:
    made = plans.published(make)
    before = counted(make)
    with make.write() as db:
        service.new_version(db, make.actor(make.bruno), queries.get_programme(db, made))
    assert counted(make) != before
    assert discard(make, made) is False
    assert counted(make) == before
    programme = plans.fresh(make, made)
    assert (programme.status, programme.version, programme.title) == (Status.PUBLISHED, 1, "Stores and stock")
    with make.write() as db:  # and the next one can be begun
        service.new_version(db, make.actor(make.bruno), queries.get_programme(db, made))
        service.publish(db, make.actor(make.bruno), queries.get_programme(db, made), plans.FLOOR)
    assert plans.fresh(make, made).version == 2


def test_where_there_is_no_draft_nothing_is_thrown_away(make: World) -> None:
    made = plans.published(make)
    before = counted(make)
    with pytest.raises(Conflict, match="no draft"):
        discard(make, made)
    assert counted(make) == before


def test_what_someone_saved_meanwhile_is_not_lost(make: World) -> None:
    made = renewed(make)
    with make.write() as db:
        service.save(db, make.actor(make.bruno), queries.get_programme(db, made), title="Better words")
    with pytest.raises(Conflict, match="saved this draft"):
        discard(make, made, seen=1)
    assert discard(make, made, seen=2) is False


def test_whoever_does_not_post_throws_nothing_away(make: World) -> None:
    made = plans.draft(make)
    for who in (make.chidi, make.mira, make.member(make.bakery, Role.ISSUER)):
        with pytest.raises(Forbidden):
            discard(make, made, who)


def test_a_copy_stays_when_what_it_was_copied_from_goes(make: World) -> None:
    made = plans.draft(make)
    with make.write() as db:
        copied = service.copy(db, make.actor(make.bruno), queries.get_programme(db, made)).public_id
    discard(make, made)
    with make.read() as db:
        left = db.exec(select(Programme)).one()
        assert (left.public_id, left.copied_from_id) == (copied, None)
        assert queries.whole(db, queries.newest(db, left)).draft.tasks


def test_a_frozen_rubric_is_not_thrown_away(make: World) -> None:
    plans.published(make)
    with make.write() as db:
        rubric = db.exec(select(Rubric)).one()
        with pytest.raises(Conflict, match="frozen"):
            discard_rubric(db, rubric)
        assert rubric_with_criteria(db, rubric.id).criteria
