"""Defining what can be earned: freely as a draft, by a new version once it is published."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Actor, require
from market.accounts.models import Organisation
from market.credentials import queries, rules
from market.credentials.models import Achievement, AchievementSkill
from market.credentials.rules import AchievementStatus, Draft, plain
from market.db import hold, new_public_id
from market.errors import Conflict, Invalid
from market.outbox import announce
from market.rubrics.models import Rubric
from market.rubrics.service import freeze
from market.transitions import take
from market.words import _


def create_achievement(
    db: Session, actor: Actor, org_id: int, draft: Draft, *, for_members: bool = False
) -> Achievement:
    """A new draft of the organisation. It may be incomplete: `publish_achievement` asks for the rest."""
    require(rules.may_define(actor, org_id))
    public_id = new_public_id()
    made = Achievement(
        public_id=public_id,
        line=public_id,
        org_id=org_id,
        name=draft.name,
        created_by=actor.id or None,
        for_members=for_members,
    )
    _write(db, made, draft)
    return made


def save_achievement(db: Session, actor: Actor, achievement: Achievement, draft: Draft) -> None:
    """Rewrite a draft. `Forbidden` once it is published."""
    hold(db, achievement)
    require(rules.may_write(actor, achievement))
    _write(db, achievement, draft)


def draft_of(db: Session, achievement: Achievement) -> Draft:
    """An achievement as it would be written again."""
    return Draft(
        achievement.name,
        achievement.description,
        achievement.criteria,
        achievement.kind,
        tuple((row.id, row.level) for row in queries.skills_of(db, achievement.id)),
        achievement.rubric_id,
        achievement.valid_months,
        achievement.language,
    )


def discard_draft(db: Session, actor: Actor, achievement: Achievement) -> None:
    """Forget a draft. `Forbidden` once it is published, `Conflict` while a pathway or a programme names it."""
    hold(db, achievement)  # or it might go out meanwhile
    require(rules.may_write(actor, achievement))
    gone, org_id = achievement.id, achievement.org_id
    try:
        with db.begin_nested():
            db.exec(delete(AchievementSkill).where(col(AchievementSkill.achievement_id) == achievement.id))
            db.delete(achievement)
            db.flush()
    except IntegrityError:
        raise Conflict(_("A pathway or a programme names this draft. Take it out there first.")) from None
    announce(db, "achievement.discarded", actor, subject=("achievement", gone), org_id=org_id)


def publish_achievement(db: Session, actor: Actor, achievement: Achievement) -> None:
    """From now on it can be issued and does not change; an older version of it retires, and its rubric is frozen.

    `Invalid` with what is missing.
    """
    hold(db, achievement)
    require(rules.may_define(actor, achievement.org_id))
    found = rules.problems(draft_of(db, achievement))
    if found:
        raise Invalid(next(iter(found.values())), **found)
    if achievement.rubric_id is not None:
        freeze(db, db.get_one(Rubric, achievement.rubric_id))
    older = db.exec(
        select(Achievement).where(
            Achievement.line == achievement.line,
            Achievement.id != achievement.id,
            Achievement.status == AchievementStatus.PUBLISHED,
        )
    ).all()
    take(db, actor, achievement, "publish", changes={"published_at": clock.now()})
    for one in older:
        take(db, actor, one, "retire")
    org = db.get_one(Organisation, achievement.org_id)
    if not org.is_issuer:
        org.is_issuer = True
        db.add(org)


def retire_achievement(db: Session, actor: Actor, achievement: Achievement) -> None:
    """Nobody is issued this any more; credentials that were stay as they are."""
    take(db, actor, achievement, "retire")


def new_version(db: Session, actor: Actor, achievement: Achievement) -> Achievement:
    """A draft that says what this one says, to be changed and published in its place. One draft at a time."""
    hold(db, achievement)  # or two who begin at one moment would both find no draft
    require(rules.may_define(actor, achievement.org_id))
    line = db.exec(
        select(Achievement).where(Achievement.line == achievement.line).order_by(col(Achievement.version))
    ).all()
    if any(one.status is AchievementStatus.DRAFT for one in line):
        raise Conflict(_("There is a draft of a new version already."))
    made = Achievement(
        line=achievement.line,
        version=line[-1].version + 1,
        org_id=achievement.org_id,
        name=achievement.name,
        created_by=actor.id or None,
        for_members=achievement.for_members,
    )
    _write(db, made, draft_of(db, achievement))
    return made


def _write(db: Session, achievement: Achievement, draft: Draft) -> None:
    if draft.rubric_id is not None:
        rubric = db.get(Rubric, draft.rubric_id)
        if rubric is None or rubric.org_id not in (None, achievement.org_id):
            words = _("Choose one of your own rubrics.")
            raise Invalid(words, rubric_id=words)
    if len({skill for skill, _level in draft.skills}) < len(draft.skills):
        found = rules.problems(draft)["skills"]
        raise Invalid(found, skills=found)
    achievement.name, achievement.description = plain(draft.name), plain(draft.description)
    achievement.criteria, achievement.kind = plain(draft.criteria), draft.kind
    achievement.rubric_id, achievement.valid_months = draft.rubric_id, draft.valid_months
    achievement.language = draft.language
    db.add(achievement)
    db.flush()
    db.exec(delete(AchievementSkill).where(col(AchievementSkill.achievement_id) == achievement.id))
    for skill_id, level in draft.skills:
        db.add(AchievementSkill(achievement_id=achievement.id, skill_id=skill_id, level=level))
    db.flush()
