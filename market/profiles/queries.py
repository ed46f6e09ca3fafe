"""Reading profiles: only what the one who asks may see; anything else is simply not there."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, false, func, literal, or_, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market.access import Actor, Task
from market.accounts.models import Block, Organisation, Person, PersonStatus
from market.accounts.queries import blocks_between
from market.db import BigId
from market.errors import NotFound
from market.files.models import File, FileState
from market.profiles import rules
from market.profiles.models import (
    Education,
    Experience,
    ProfileLanguage,
    Project,
    ProjectSkill,
    SkillClaim,
    TalentProfile,
    Visibility,
)
from market.profiles.rules import Seer
from market.skills.models import Skill
from market.words import _

Reader = Callable[[Session, Actor, int], bool]
"""(db, actor, person_id) -> does the person deal with an organisation that the actor acts for? Higher features know."""


def profile_of(db: Session, person_id: int) -> TalentProfile:
    """The person's profile; a blank private one, not kept, where there is none yet (`service.own_profile` keeps one)."""
    return db.get(TalentProfile, person_id) or TalentProfile(person_id=person_id)


class Seen(NamedTuple):
    """A person with the profile that the actor may see."""

    person: Person
    profile: TalentProfile


def visible_profile(db: Session, actor: Actor, public_id: str, readers: Iterable[Reader] = ()) -> Seen:
    """The person and their profile, for those who may see it. Raises `NotFound` to others, as for a person not there.

    `readers` are `panels.PROFILE_READERS`, which a page finds in its kit.
    """
    known = select(Person, TalentProfile, *_known_of(actor, col(Person.id)))
    found = db.execute(
        known.outerjoin(TalentProfile, col(TalentProfile.person_id) == col(Person.id)).where(
            col(Person.public_id) == public_id
        )
    ).first()
    if found is None or found[0].status is PersonStatus.ERASED:
        raise NotFound(_("There is no such person here."))
    person, profile = found[0], found[1] or TalentProfile(person_id=found[0].id)
    own = actor.is_signed_in and actor.id == person.id
    if not own and person.status is not PersonStatus.ACTIVE:
        raise NotFound(_("There is no such person here."))
    seen_by = _seer(db, actor, profile, readers, blocked=found[2], recruits=found[3])
    if not rules.may_see(actor, person.id, profile.visibility, seen_by):
        raise NotFound(_("There is no such person here."))
    return Seen(person, profile)


def may_read(db: Session, actor: Actor, public_id: str, readers: Iterable[Reader] = ()) -> bool:
    """Is the profile of this person there for the actor? For pages that would link to it."""
    try:
        visible_profile(db, actor, public_id, readers)
    except NotFound:
        return False
    return True


def seer(db: Session, actor: Actor, profile: TalentProfile, readers: Iterable[Reader] = ()) -> Seer:
    """What the actor is to the profile's owner."""
    owner = literal(profile.person_id, BigId)
    blocked, recruits = db.execute(select(*_known_of(actor, owner))).one()
    return _seer(db, actor, profile, readers, blocked=blocked, recruits=recruits)


def _seer(
    db: Session,
    actor: Actor,
    profile: TalentProfile,
    readers: Iterable[Reader],
    *,
    blocked: bool,
    recruits: bool,
) -> Seer:
    """Nothing more is looked up that the answer does not hang on: who reads a private profile."""
    if not actor.is_signed_in or actor.id == profile.person_id:
        return Seer()
    if blocked:
        return Seer(is_blocked=True)
    if profile.visibility is Visibility.PUBLIC:
        return Seer()
    recruits = profile.visibility is Visibility.MEMBERS and recruits
    owner = profile.person_id
    return Seer(
        is_reader=not recruits and any(reads(db, actor, owner) for reads in readers), recruits=recruits
    )


def _known_of(actor: Actor, owner: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Does a block part them, and does the actor choose people for an organisation that a moderator has verified?"""
    if not actor.is_signed_in:
        return false(), false()
    blocks = or_(*blocks_between(owner, actor.id, actor.org_ids))
    verified = select(col(Organisation.id)).where(
        col(Organisation.id).in_(actor.orgs_for(Task.DECIDE)), col(Organisation.verified_at).is_not(None)
    )
    return select(col(Block.id)).where(blocks).exists(), verified.exists()


class Claim(NamedTuple):
    """A skill someone says they have (with a level), or wants."""

    skill_id: int
    skill_public_id: str
    name: str
    level: int | None
    wanted: bool


_CLAIMS = (
    select(
        col(SkillClaim.skill_id),
        col(Skill.public_id),
        col(Skill.name),
        col(SkillClaim.level),
        col(SkillClaim.wanted),
    )
    .join(Skill, col(Skill.id) == col(SkillClaim.skill_id))
    .where(col(SkillClaim.person_id) == bindparam("person"))
    .order_by(col(Skill.name), col(SkillClaim.id))
)


def claims_of(db: Session, person_id: int) -> list[Claim]:
    """Skills had and skills wanted, by name."""
    return [Claim._make(row) for row in db.connection().execute(_CLAIMS, {"person": person_id})]


class Shows(NamedTuple):
    """One skill that a project shows."""

    id: int
    project_id: int
    skill_id: int
    skill_public_id: str
    name: str
    level: int


_SHOWS = (
    select(
        col(ProjectSkill.id),
        col(ProjectSkill.project_id),
        col(ProjectSkill.skill_id),
        col(Skill.public_id),
        col(Skill.name),
        col(ProjectSkill.level),
    )
    .join(Skill, col(Skill.id) == col(ProjectSkill.skill_id))
    .where(col(ProjectSkill.project_id).in_(bindparam("projects", expanding=True)))
    .order_by(col(ProjectSkill.id))
)


class Shown(NamedTuple):
    """A project with the skills it shows."""

    project: Project
    skills: list[Shows]


def skills_of_projects(db: Session, project_ids: Iterable[int]) -> dict[int, list[Shows]]:
    """Project id to what it shows, in the order it was written down."""
    found: dict[int, list[Shows]] = {}
    for row in db.connection().execute(_SHOWS, {"projects": list(project_ids)}):
        found.setdefault(row.project_id, []).append(Shows._make(row))
    return found


def projects_of(db: Session, person_id: int) -> list[Shown]:
    """A person's projects, the newest first."""
    wanted = pick(Project).where(Project.person_id == person_id)
    projects = db.exec(wanted.order_by(col(Project.done_on).desc(), col(Project.id).desc())).all()
    skills = skills_of_projects(db, [p.id for p in projects])
    return [Shown(project, skills.get(project.id, [])) for project in projects]


def files_of_projects(db: Session, project_ids: Iterable[int]) -> dict[int, list[File]]:
    """Project id to its files, in the order they came."""
    wanted = pick(File).where(
        File.about_kind == "project",
        col(File.about_id).in_(list(project_ids)),
        File.state == FileState.KEPT,
    )
    found: dict[int, list[File]] = {}
    for file in db.exec(wanted.order_by(col(File.id))):
        found.setdefault(file.about_id or 0, []).append(file)
    return found


def get_project(db: Session, actor: Actor, public_id: str) -> Project:
    """One of the actor's own projects. Raises `NotFound` for anyone else's."""
    found = db.exec(
        pick(Project).where(Project.public_id == public_id, Project.person_id == actor.id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such project on your profile."))
    return found


def experience_of(db: Session, person_id: int) -> list[Experience]:
    """What someone did, the latest first; what goes on still stands at the head."""
    wanted = pick(Experience).where(Experience.person_id == person_id)
    order = (
        col(Experience.until_on).is_not(None),
        func.coalesce(col(Experience.until_on), col(Experience.from_on)).desc(),
        col(Experience.id).desc(),
    )
    return list(db.exec(wanted.order_by(*order)))


def education_of(db: Session, person_id: int) -> list[Education]:
    """What schooling someone lists, the latest first."""
    wanted = pick(Education).where(Education.person_id == person_id)
    return list(
        db.exec(wanted.order_by(func.coalesce(col(Education.year), 0).desc(), col(Education.id).desc()))
    )


def languages_of(db: Session, person_id: int) -> list[ProfileLanguage]:
    """The languages someone works in, in their own order."""
    wanted = pick(ProfileLanguage).where(ProfileLanguage.person_id == person_id)
    return list(db.exec(wanted.order_by(col(ProfileLanguage.position), col(ProfileLanguage.language))))


PROJECTS_BEHIND = select(col(ProjectSkill.id), col(Project.title), col(Project.link)).join(
    Project, col(Project.id) == col(ProjectSkill.project_id)
)
"""The project of each skill that a project shows, by the id of that showing."""


def chose_no_order(db: Session, people: Sequence[int]) -> set[int]:
    """Which of these people chose to be put in no order."""
    wanted = pick(TalentProfile.person_id).where(
        col(TalentProfile.person_id).in_(people), col(TalentProfile.is_apart).is_(True)
    )
    return set(db.exec(wanted)) if people else set()
