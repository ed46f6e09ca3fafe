"""What happens to a programme: published as a version that stays, written anew, copied, retired and brought back."""

from sqlmodel import Session

from market import clock
from market.access import Actor, require
from market.credentials import achievements
from market.credentials.models import Achievement
from market.credentials.rules import AchievementStatus
from market.credentials.rules import Draft as Earned
from market.db import hold
from market.errors import Conflict, Invalid
from market.programmes import descriptor, queries, rules
from market.programmes.checks import Check, Floor, blocking
from market.programmes.depth import safeguards
from market.programmes.drafts import Draft
from market.programmes.models import Programme, ProgrammeVersion
from market.programmes.quality import quality
from market.programmes.queries import Whole
from market.programmes.rules import Ready
from market.programmes.writing import Judging, create, put_version, save
from market.rubrics.service import drafts_of, freeze
from market.transitions import take
from market.words import _, plural

__all__ = [
    "checks_of", "choose_readers", "copy", "create", "judging_of", "new_version", "publish", "readiness", "restore", "retire", "save",
]  # fmt: skip


def checks_of(draft: Draft, floor: Floor) -> list[Check]:
    """Everything that is checked before a version goes out: the quality checklist, then the depth safeguards."""
    return [*quality(draft), *safeguards(draft, floor)]


def readiness(whole: Whole, floor: Floor) -> Ready:
    """What publishing is asked about."""
    unmet = tuple(check.words for check in blocking(checks_of(whole.draft, floor)))
    return Ready(unmet, whole.organisation.verified_at is not None, whole.version.version == 0)


def publish(db: Session, actor: Actor, programme: Programme, floor: Floor) -> ProgrammeVersion:
    """Publish the draft as the next version: its words, descriptor and rubric stay as they are from now on.

    What will be issued is made with it. `Invalid` with every reason when it is below what is checked; `Conflict` when
    there is no draft.
    """
    hold(db, programme)  # or its draft might be thrown away meanwhile
    version = queries.version_of(db, programme, 0)
    if version is None:
        raise Conflict(_("There is no new version to publish. Begin one first."))
    whole = queries.whole(db, version)
    found = blocking(checks_of(whole.draft, floor))
    if found:
        raise Invalid(
            _("Before it can go out: %(what)s.", what="; ".join(check.words for check in found)),
            **{check.field or check.key: check.words for check in found},
        )
    now, number = clock.now(), programme.version + 1
    take(
        db,
        actor,
        programme,
        "publish",
        facts=readiness(whole, floor),
        changes={"version": number, "title": version.title, "published_at": now, "updated_at": now},
        version=number,
    )
    if whole.rubric is not None:
        freeze(db, whole.rubric.rubric)
    version.achievement_id = _achievement(db, actor, whole)
    version.version, version.published_at = number, now
    version.descriptor = descriptor.frozen(whole.draft)
    version.workload_hours = whole.draft.workload_hours
    db.add(version)
    db.flush()
    return version


def _achievement(db: Session, actor: Actor, whole: Whole) -> int:
    """What this version issues: the one that was chosen, or one made from its words.

    Each version has its own, since what was judged by another rubric is another achievement; whoever runs on an
    older version is still issued that one. `queries.achievements_of` names them all.
    """
    if whole.version.achievement_id is not None:
        chosen = db.get_one(Achievement, whole.version.achievement_id)
        if chosen.org_id != whole.version.org_id or chosen.status is not AchievementStatus.PUBLISHED:
            words = _("Choose a credential of yours that is published.")
            raise Invalid(words, achievement=words)
        return chosen.id
    draft = whole.draft
    levels: dict[int, int] = {}
    for one in draft.outcomes:
        if one.skill_id is not None:
            levels[one.skill_id] = max(one.level, levels.get(one.skill_id, 0))
    made = achievements.create_achievement(
        db,
        actor,
        whole.version.org_id,
        Earned(
            name=draft.achievement_name.strip() or draft.title,
            description=draft.summary,
            criteria=criteria_words(draft),
            kind="MicroCredential",
            skills=tuple(levels.items()),
            rubric_id=whole.version.rubric_id,
            language=draft.language,
        ),
        for_members=whole.programme.for_members,
    )
    achievements.publish_achievement(db, actor, made)
    return made.id


def criteria_words(draft: Draft) -> str:
    """What someone has to do to earn it, as the credential says it."""
    told = [
        _("Complete the programme “%(title)s”, %(n)s hours.", title=draft.title, n=draft.workload_hours),
        plural(
            "At least %(n)s session with a mentor, confirmed by both.",
            "At least %(n)s sessions with a mentor, each confirmed by both.",
            draft.sessions_least,
        ),
        plural("%(n)s task accepted.", "%(n)s tasks accepted or settled.", len(draft.tasks)),
        _(
            "The capstone “%(title)s” assessed by rubric and passed at step %(n)s.",
            title=draft.capstone_title,
            n=draft.pass_mark,
        ),
        *(one.text.rstrip(".") + "." for one in draft.outcomes),
    ]
    return "\n".join(told)


def judging_of(whole: Whole) -> Judging | None:
    """The rubric of a version as it would be written again."""
    if whole.rubric is None:
        return None
    return Judging(
        whole.rubric.rubric.title,
        whole.rubric.rubric.pass_mark,
        tuple(drafts_of(whole.rubric)),
        tuple(-1 if place is None else place for place in whole.draft.criteria),
    )


def new_version(db: Session, actor: Actor, programme: Programme) -> ProgrammeVersion:
    """A draft that says what is out now, to be changed and published in its place. One draft at a time."""
    require(rules.may_write(actor, programme.org_id))
    if queries.version_of(db, programme, 0) is not None:
        raise Conflict(_("There is a draft of a new version already."))
    whole = queries.whole(db, queries.newest(db, programme))
    return put_version(db, programme, _without_those_who_left(whole.draft), judging_of(whole))


def copy(db: Session, actor: Actor, programme: Programme) -> Programme:
    """A new programme with the same words, as a draft. Its rubric comes along as a copy that can be changed."""
    require(rules.may_write(actor, programme.org_id))
    draft = queries.version_of(db, programme, 0)
    whole = queries.whole(db, draft or queries.newest(db, programme))
    made = create(db, actor, programme.org_id, _without_those_who_left(whole.draft), judging_of(whole))
    made.copied_from_id, made.for_members = programme.id, programme.for_members
    db.add(made)
    db.flush()
    return made


def _without_those_who_left(draft: Draft) -> Draft:
    return draft._replace(people=tuple(one for one in draft.people if one.is_member))


def retire(db: Session, actor: Actor, programme: Programme) -> None:
    """No new openings from now on. What runs goes on, and the page stays."""
    take(db, actor, programme, "retire", changes={"updated_at": clock.now()})


def restore(db: Session, actor: Actor, programme: Programme) -> None:
    """Offer it again."""
    take(db, actor, programme, "restore", changes={"updated_at": clock.now()})


def choose_readers(db: Session, actor: Actor, programme: Programme, *, for_members: bool) -> None:
    """Say whether it is for everyone or for the organisation's own people, before it goes out."""
    hold(db, programme)  # or it might go out meanwhile
    require(rules.may_choose_readers(actor, programme))
    programme.for_members, programme.updated_at = for_members, clock.now()
    db.add(programme)
    db.flush()
