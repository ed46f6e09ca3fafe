"""Proposing, taking in, turning down and merging skills, and finding them at once, on both databases."""

import threading

import pytest
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, col, select

from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.skills import finding, queries, rules, service
from market.skills.models import (
    LabelKind,
    Skill,
    SkillAlignment,
    SkillLabel,
    SkillRelation,
    SkillStatus,
)
from market.skills.names import Status, Why, normalise
from tests.support.world import Known, World


def add(db: Session, name: str, *others: str, field: str = "", hidden: tuple[str, ...] = ()) -> Skill:
    """A skill in use."""
    skill = Skill(name=name, field=field)
    db.add(skill)
    db.flush()
    for text, kind in (
        (name, LabelKind.PREFERRED),
        *((other, LabelKind.ALTERNATIVE) for other in others),
        *((other, LabelKind.HIDDEN) for other in hidden),
    ):
        db.add(SkillLabel(skill_id=skill.id, kind=kind, text=text, norm=normalise(text)))
    service.touch(db)
    db.flush()
    return skill


def found(make: World, text: str, viewer: Known | None = None) -> list[str]:
    with make.read() as db:
        answer = service.find(db, text, viewer=viewer.id if viewer else 0)
        return [one.preferred for one in answer.candidates]


def propose(make: World, name: str, by: Known | None = None) -> str:
    with make.write() as db:
        return service.propose(db, make.actor(by or make.amara), name=name).public_id


def test_a_new_skill_is_found_at_once(make: World) -> None:
    assert found(make, "sourdough") == []
    with make.write() as db:
        add(db, "Sourdough", "natural leaven")
    assert found(make, "sourd") == ["Sourdough"]
    with make.write() as db:
        add(db, "Sourcing flour")
    assert found(make, "sour") == ["Sourdough", "Sourcing flour"]
    with make.read() as db:
        answer = service.find(db, "Natural Leaven")
        assert (answer.status, answer.candidates[0].why) == (Status.MATCHED, Why.ALIAS)


def test_a_proposal_is_found_by_whoever_made_it_and_by_nobody_else(make: World) -> None:
    propose(make, "Mead making")
    assert found(make, "mead", make.amara) == ["Mead making"]
    assert found(make, "mead", make.chidi) == found(make, "mead") == []


def test_an_approved_proposal_is_found_by_everyone_at_once(make: World) -> None:
    mead = propose(make, "Mead making")
    with make.write() as db:
        service.approve(db, make.actor(make.dana), queries.get_skill(db, mead))
    assert found(make, "mead") == ["Mead making"]
    assert [e.name for e in make.events() if e.subject_kind == "skill"] == [
        "skill.proposed",
        "skill.approved",
    ]


def test_a_refused_proposal_is_found_by_nobody(make: World) -> None:
    mead = propose(make, "Mead making")
    with make.write() as db, pytest.raises(Invalid):
        service.refuse(db, make.actor(make.dana), queries.get_skill(db, mead), "")
    with make.write() as db:
        service.refuse(db, make.actor(make.dana), queries.get_skill(db, mead), "This is a drink.")
    assert found(make, "mead", make.amara) == []


def test_only_moderators_decide_on_proposals(make: World) -> None:
    mead = propose(make, "Mead making")
    with make.write() as db, pytest.raises(Forbidden):
        service.approve(db, make.actor(make.amara), queries.get_skill(db, mead))


def test_a_name_is_proposed_once_however_it_is_written(make: World) -> None:
    propose(make, "Front-end work")
    with make.write() as db, pytest.raises(Conflict):
        service.propose(db, make.actor(make.chidi), name="front end WORK")


def test_nobody_fills_the_queue(make: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    propose(make, "Mead making")
    propose(make, "Cider making")
    with make.write() as db, pytest.raises(Forbidden):
        service.propose(db, make.actor(make.amara), name="Perry making")


def test_two_skills_of_one_name_are_never_chosen_between(make: World) -> None:
    with make.write() as db:
        add(db, "Pressing", field="Laundry")
        add(db, "Pressing", field="Wine")
    with make.read() as db:
        assert service.find(db, "pressing").status is Status.AMBIGUOUS
        assert service.resolve_one(db, "pressing").status is Status.AMBIGUOUS


def test_a_merged_skill_leaves_its_names_alignments_and_relations_to_the_other(make: World) -> None:
    with make.write() as db:
        baking, bread = add(db, "Baking"), add(db, "Bread making", "loaf baking")
        double, narrow = add(db, "Making bread", "Loaf Baking", "bakery bread"), add(db, "Sourdough")
        before = add(db, "Bread")
        db.add(SkillRelation(narrower_id=double.id, broader_id=baking.id))
        db.add(SkillRelation(narrower_id=bread.id, broader_id=baking.id))
        db.add(SkillRelation(narrower_id=narrow.id, broader_id=double.id))
        db.add(SkillRelation(narrower_id=double.id, broader_id=bread.id))
        db.add(SkillAlignment(skill_id=double.id, framework="esco", uri="urn:x"))
        db.flush()
        dana = make.actor(make.dana)
        service.merge(db, dana, before, double)
        service.merge(db, dana, double, bread)
        ids = (bread.id, double.id, before.id, narrow.id, baking.id)
    bread_id, double_id, before_id, narrow_id, baking_id = ids
    with make.read() as db:
        names = {label.text for label in queries.names_of(db, bread_id)}
        assert names == {"Bread making", "loaf baking", "Making bread", "bakery bread", "Bread"}
        relations = {(r.narrower_id, r.broader_id) for r in db.exec(select(SkillRelation))}
        assert relations == {(bread_id, baking_id), (narrow_id, bread_id)}
        assert [a.uri for a in queries.alignments_of(db, bread_id)] == ["urn:x"]
        assert queries.merged_ids(db, bread_id) == sorted([double_id, before_id])
        assert queries.standing_ids(db, [double_id, before_id, narrow_id]) == {
            double_id: bread_id,
            before_id: bread_id,
            narrow_id: narrow_id,
        }
        assert queries.skill_names(db, [double_id, narrow_id]) == {
            double_id: "Bread making",
            narrow_id: "Sourdough",
        }
    assert found(make, "making bread") == ["Bread making"]


def test_nothing_is_merged_into_itself_or_into_what_is_not_in_use(make: World) -> None:
    with make.write() as db:
        one, two = add(db, "Baking"), add(db, "Bread making")
        ids = one.public_id, two.public_id
        service.merge(db, make.actor(make.dana), one, two)
    with make.write() as db:
        one, two = (queries.get_skill(db, i) for i in ids)
        for source, target in ((two, two), (two, one)):
            with pytest.raises(Forbidden):
                service.merge(db, make.actor(make.dana), source, target)


def test_no_such_skill(make: World) -> None:
    with make.read() as db, pytest.raises(NotFound):
        queries.get_skill(db, "nothing")


def test_while_a_large_index_is_built_aside_names_are_found_in_the_table(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "BUILT_AT_ONCE", 0)
    monkeypatch.setattr(finding, "_build_aside", lambda engine, cache: None)
    with make.write() as db:
        add(db, "Sourdough", "natural leaven", hidden=("sourdoh",))
        add(db, "Natural dyeing")
    assert set(found(make, "natural")) == {"Natural dyeing", "Sourdough"}
    with make.read() as db:
        answer = service.find(db, "Sourdough")
        assert answer.match is not None
        assert answer.match.why is Why.NAME
        assert service.find(db, "sourdoh").candidates[0].label == "Sourdough"
        assert service.resolve_one(db, "natural leaven").status is Status.SUGGESTED


def test_a_stale_index_forgets_merged_skills_and_learns_new_ones(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make.write() as db:
        old, new = add(db, "Making bread"), add(db, "Bread making")
        ids = old.id, new.id
    assert found(make, "making bread")[0] == "Making bread"
    monkeypatch.setattr(finding, "BUILT_AT_ONCE", 0)
    monkeypatch.setattr(finding, "_build_aside", lambda engine, cache: None)
    with make.write() as db:
        service.merge(db, make.actor(make.dana), db.get_one(Skill, ids[0]), db.get_one(Skill, ids[1]))
        add(db, "Making butter")
    assert found(make, "making bread") == ["Bread making"]
    assert found(make, "making b") == ["Bread making", "Making butter"]


def test_an_index_built_aside_is_used_when_it_is_there(make: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "BUILT_AT_ONCE", 0)
    with make.write() as db:
        add(db, "Sourdough")
    found(make, "sourdough")
    assert finding.settled(make.engine)
    assert found(make, "suordough") == ["Sourdough"]  # a slip that only the index forgives


def test_an_index_built_aside_leaves_no_connection_in_a_pool_that_is_no_more(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server, or a test, that ends meanwhile can no longer close."""
    monkeypatch.setattr(finding, "BUILT_AT_ONCE", 0)
    build, read, ended = finding._build, threading.Event(), threading.Event()

    def build_until_it_ended(db: Session, version: str) -> finding._Built:
        names = build(db, version)
        read.set()
        assert ended.wait(60)
        return names

    monkeypatch.setattr(finding, "_build", build_until_it_ended)
    with make.write() as db:
        add(db, "Sourdough")
    cache, pool = finding._cache_of(make.engine), make.engine.pool
    found(make, "sourdough")
    assert read.wait(60)
    make.engine.dispose()
    ended.set()
    assert cache.thread is not None
    cache.thread.join()
    assert cache.built is not None
    assert isinstance(pool, QueuePool)
    assert pool.checkedin() == 0


def test_names_that_were_rolled_back_are_not_kept_in_the_index(make: World) -> None:
    with make.write() as db:
        add(db, "Mead making")
        assert [c.preferred for c in service.find(db, "mead").candidates] == ["Mead making"]
        db.rollback()
    finding.settled(make.engine)
    assert found(make, "mead") == []


def test_statuses_of_the_table_are_guarded_by_the_database(make: World) -> None:
    with make.read() as db:
        db.add(Skill(name="Lost", status=SkillStatus.MERGED))
        with pytest.raises(Exception, match="merged_into_something"):
            db.flush()
        db.rollback()
        assert db.exec(select(Skill).where(col(Skill.name) == "Lost")).first() is None
