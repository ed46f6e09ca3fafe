"""Reading what can be earned and what was issued here."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Email, Organisation, Person, PersonStatus
from market.credentials import rules
from market.credentials.models import Achievement, AchievementSkill, Issued, Signed
from market.credentials.rules import AchievementStatus, Recipient, Status
from market.errors import NotFound
from market.skills.models import Skill, SkillAlignment
from market.words import _


class SkillRow(NamedTuple):
    """One alignment of an achievement. `uri` is the skill's address in a public framework, empty where it has none."""

    id: int
    public_id: str
    name: str
    level: int
    framework: str = ""
    uri: str = ""


def get_achievement(db: Session, public_id: str) -> Achievement:
    found = db.exec(select(Achievement).where(Achievement.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such achievement."))
    return found


def get_issued(db: Session, public_id: str) -> Issued:
    found = db.exec(select(Issued).where(Issued.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such credential."))
    return found


def readable(db: Session, actor: Actor, public_id: str) -> Issued:
    """The credential, when this actor may see it; one they may not see answers like one that is not there."""
    found = get_issued(db, public_id)
    if not rules.may_read(actor, found):
        raise NotFound(_("There is no such credential."))
    return found


def signed_of(db: Session, issued: Issued) -> Signed | None:
    """The signing of a credential that counts now; none while it is drafted."""
    return db.get(Signed, issued.signed_id) if issued.signed_id else None


def skills_of(db: Session, achievement_id: int) -> list[SkillRow]:
    """The skills an achievement shows, by name, with an ESCO address where one is known. One statement."""
    rows = db.exec(
        select(AchievementSkill, Skill, SkillAlignment.uri)
        .join(Skill, col(Skill.id) == col(AchievementSkill.skill_id))
        .outerjoin(
            SkillAlignment,
            (col(SkillAlignment.skill_id) == col(Skill.id)) & (col(SkillAlignment.framework) == "esco"),
        )
        .where(AchievementSkill.achievement_id == achievement_id)
        .order_by(col(Skill.name), col(SkillAlignment.uri))
    ).all()
    made: dict[int, SkillRow] = {}
    for link, skill, uri in rows:
        row = SkillRow(skill.id, skill.public_id, skill.name, link.level, "ESCO" if uri else "", uri or "")
        made.setdefault(skill.id, row)
    return list(made.values())


def achievements_of(db: Session, org_id: int, *, limit: int = 200) -> list[Achievement]:
    """An organisation's achievements, newest first, drafts and retired ones too."""
    return list(
        db.exec(
            select(Achievement)
            .where(Achievement.org_id == org_id)
            .order_by(col(Achievement.id).desc())
            .limit(limit)
        ).all()
    )


def earned_by_rubric(db: Session, org_id: int, rubric_id: int) -> Achievement | None:
    """The published achievement of the organisation that a passed judgement by this rubric earns."""
    return db.exec(
        select(Achievement)
        .where(
            Achievement.org_id == org_id,
            Achievement.rubric_id == rubric_id,
            Achievement.status == AchievementStatus.PUBLISHED,
        )
        .order_by(col(Achievement.id).desc())
    ).first()


def issued_to(db: Session, person_id: int, *, limit: int = 200) -> list[Issued]:
    """A person's credentials from here, newest first, without those that are still being made or were refused."""
    hidden = (Status.DRAFTED, Status.SIGNED, Status.REFUSED)
    return list(
        db.exec(
            select(Issued)
            .where(Issued.person_id == person_id, col(Issued.status).not_in(hidden))
            .order_by(col(Issued.id).desc())
            .limit(limit)
        ).all()
    )


def is_verified(db: Session, org_id: int) -> bool:
    """Has a moderator looked at the organisation?"""
    return db.get_one(Organisation, org_id).verified_at is not None


def recipient(db: Session, person_id: int) -> Recipient:
    """What `rules.may_issue` asks about a person."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    reachable = db.exec(
        select(Email.id).where(Email.person_id == person_id, col(Email.verified_at).is_not(None)).limit(1)
    ).first()
    return Recipient(person.id, person.status is PersonStatus.ACTIVE, reachable is not None)
