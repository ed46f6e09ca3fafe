"""Reading pathways: what they say, what a person holds of them, and the lists of their pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, desc, exists, func
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Membership, Organisation, Person, PersonStatus
from market.credentials.models import Achievement, Issued, IssuedPart
from market.credentials.rules import AchievementStatus, Status, Visibility
from market.errors import NotFound
from market.pathways import rules
from market.pathways.models import (
    ExternalCredit,
    Pathway,
    PathwayCompletion,
    PathwayPart,
    PathwayPrerequisite,
)
from market.pathways.rules import Credit, Draft, Earned, Needs, Node, Part, PathwayStatus, Row, Thing
from market.programmes.models import Programme, ProgrammeVersion
from market.words import _


class Issuer(NamedTuple):
    """Where a part is earned: the achievement's own page, and who issues it."""

    public_id: str
    org_public_id: str
    org_name: str


class Whole(NamedTuple):
    """A pathway with all that it says. `issuers` are by the line of the achievement."""

    pathway: Pathway
    organisation: Organisation
    draft: Draft
    issuers: Mapping[str, Issuer]

    @property
    def target(self) -> Issuer | None:
        return self.issuers.get(self.draft.target.line) if self.draft.target is not None else None


def get_pathway(db: Session, public_id: str) -> Pathway:
    found = db.exec(select(Pathway).where(Pathway.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such pathway."))
    return found


def get_visible(db: Session, actor: Actor, public_id: str) -> Pathway:
    """`NotFound` alike for what is missing and for what this actor may not know of."""
    found = get_pathway(db, public_id)
    allowed = rules.may_see(actor, found)
    if not allowed:
        raise NotFound(allowed.reason)
    return found


def get_ours(db: Session, actor: Actor, public_id: str) -> Pathway:
    """One of an organisation for which this actor issues, else `NotFound`."""
    found = get_pathway(db, public_id)
    if not rules.may_write(actor, found.org_id):
        raise NotFound(_("There is no such pathway."))
    return found


_NEWER = aliased(Achievement)
# Can it still be earned? It, or a newer version of it, is issued now.
_IS_OUT: Any = exists().where(
    col(_NEWER.line) == col(Achievement.line),
    col(_NEWER.version) >= col(Achievement.version),
    col(_NEWER.status) == AchievementStatus.PUBLISHED,
)


def wholes(db: Session, found: Sequence[Pathway]) -> list[Whole]:
    """These pathways with all that they say, in four statements however many they are."""
    ids = [one.id for one in found]
    if not ids:
        return []
    issuers: dict[str, Issuer] = {}
    things: dict[int, Thing] = {}
    parts = db.exec(
        select(PathwayPart)
        .where(col(PathwayPart.pathway_id).in_(ids))
        .order_by(col(PathwayPart.pathway_id), col(PathwayPart.position))
    ).all()
    needs = db.execute(
        select_rows(PathwayPrerequisite, col(Pathway.public_id), col(Pathway.title), col(Pathway.status))
        .outerjoin(Pathway, col(Pathway.id) == col(PathwayPrerequisite.needs_pathway_id))
        .where(col(PathwayPrerequisite.pathway_id).in_(ids))
        .order_by(col(PathwayPrerequisite.id))
    ).all()
    wanted = {part.achievement_id for part in parts} | {one.achievement_id for one in found}
    wanted |= {row[0].needs_achievement_id for row in needs}
    for one, org, is_out in db.execute(
        select_rows(Achievement, Organisation, _IS_OUT)
        .join(Organisation, col(Organisation.id) == col(Achievement.org_id))
        .where(col(Achievement.id).in_([one for one in wanted if one is not None]))
    ):
        members_of = one.org_id if one.for_members else None
        things[one.id] = Thing(one.line, one.version, one.name, bool(is_out), members_of)
        issuers[one.line] = Issuer(one.public_id, org.public_id, org.name)
    credits = db.exec(
        select(ExternalCredit).where(col(ExternalCredit.pathway_id).in_(ids)).order_by(col(ExternalCredit.id))
    ).all()
    owners = {
        org.id: org
        for org in db.exec(
            select(Organisation).where(col(Organisation.id).in_({one.org_id for one in found}))
        )
    }
    return [
        Whole(
            one,
            owners[one.org_id],
            Draft(
                one.title,
                one.summary,
                one.needed,
                one.ordered,
                things[one.achievement_id] if one.achievement_id is not None else None,
                tuple(Part(things[p.achievement_id], p.required) for p in parts if p.pathway_id == one.id),
                tuple(
                    _need(row, things, public_id, title, status)
                    for row, public_id, title, status in needs
                    if row.pathway_id == one.id
                ),
                tuple(
                    Credit(c.institution, c.amount_tenths, c.unit, c.link)
                    for c in credits
                    if c.pathway_id == one.id
                ),
                one.for_members,
                one.org_id,
            ),
            issuers,
        )
        for one in found
    ]


def _need(
    row: PathwayPrerequisite, things: Mapping[int, Thing], public_id: str, title: str, status: PathwayStatus
) -> Needs:
    if row.needs_achievement_id is not None:
        thing = things[row.needs_achievement_id]
        return Needs(thing.name, what=thing, is_out=thing.is_out)
    return Needs(title, pathway=public_id, is_out=status is PathwayStatus.PUBLISHED)


def whole(db: Session, pathway: Pathway) -> Whole:
    return wholes(db, [pathway])[0]


def of_others(db: Session, org_id: int, limit: int = 200) -> list[tuple[str, str]]:
    """What other verified organisations issue now, not to their members alone: public id, and its name with theirs; by organisation."""
    rows = db.execute(
        select_rows(col(Achievement.public_id), col(Achievement.name), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Achievement.org_id))
        .where(
            col(Achievement.status) == AchievementStatus.PUBLISHED,
            col(Achievement.org_id) != org_id,
            col(Achievement.for_members).is_(False),
            col(Organisation.verified_at).is_not(None),
        )
        .order_by(col(Organisation.name), col(Achievement.name), col(Achievement.id))
        .limit(limit)
    )
    return [(public_id, f"{org}: {name}") for public_id, name, org in rows]


def thing_of(db: Session, achievement: Achievement) -> Thing:
    out = db.execute(select_rows(_IS_OUT).where(col(Achievement.id) == achievement.id)).scalar_one()
    return Thing(achievement.line, achievement.version, achievement.name, bool(out))


def needs_of_published(db: Session) -> tuple[dict[Node, set[Node]], dict[Node, str]]:
    """What each published pathway needs, for each line which of them issue it, and what all these are called."""
    needs: dict[Node, set[Node]] = {}
    names: dict[Node, str] = {}
    found = db.exec(select(Pathway).where(Pathway.status == PathwayStatus.PUBLISHED)).all()
    for one in wholes(db, found):
        own = ("pathway", one.pathway.public_id)
        needs[own] = set(rules.needed_by(one.draft))
        names[own] = one.draft.title
        if one.draft.target is not None:
            needs.setdefault(("line", one.draft.target.line), set()).add(own)
            names[("line", one.draft.target.line)] = one.draft.target.name
        for part in one.draft.parts:
            names[("line", part.what.line)] = part.what.name
    return needs, names


def rows_of(db: Session, person_id: int, *, locked: bool = False) -> list[Row]:
    """A person's credentials from here as the rules read them; `locked` keeps them as they are until the transaction ends."""
    wanted = (
        select(Issued, Achievement)
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(
            Issued.person_id == person_id,
            col(Issued.status).in_((Status.ACCEPTED, Status.SUPERSEDED)),
        )
        .order_by(col(Issued.id))
    )
    if locked:
        wanted = wanted.with_for_update(read=True, of=Issued).execution_options(populate_existing=True)
    return [
        Row(
            one.id,
            what.line,
            what.version,
            str(one.status),
            one.valid_from,
            one.valid_until,
            one.superseded_by,
        )
        for one, what in db.exec(wanted)
    ]


def completed_of(db: Session, person_id: int, held: Iterable[Earned]) -> frozenset[str]:
    """The public ids of pathways that this person completed and whose larger credential they hold."""
    lines: dict[str, list[Earned]] = {}
    for one in held:
        lines.setdefault(one.line, []).append(one)
    rows = db.execute(
        select_rows(col(Pathway.public_id), col(Achievement.line))
        .join(PathwayCompletion, col(PathwayCompletion.pathway_id) == col(Pathway.id))
        .join(Achievement, col(Achievement.id) == col(Pathway.achievement_id))
        .where(col(PathwayCompletion.person_id) == person_id)
    )
    return frozenset(public_id for public_id, line in rows if line in lines)


def completions_of(db: Session, person_id: int) -> dict[int, PathwayCompletion]:
    """What a person completed, by the inner id of the pathway."""
    found = db.exec(select(PathwayCompletion).where(PathwayCompletion.person_id == person_id)).all()
    return {one.pathway_id: one for one in found}


def completion_of(
    db: Session, person_id: int, pathway_id: int
) -> tuple[PathwayCompletion, Issued | None] | None:
    """That someone completed a pathway, with what was issued for it."""
    row = db.execute(
        select_rows(PathwayCompletion, Issued)
        .outerjoin(Issued, col(Issued.id) == col(PathwayCompletion.issued_id))
        .where(col(PathwayCompletion.person_id) == person_id, col(PathwayCompletion.pathway_id) == pathway_id)
    ).first()
    return None if row is None else (row[0], row[1])


def with_part(db: Session, line: str) -> list[Pathway]:
    """Pathways that have a version of this achievement as a part, the newest first."""
    return list(
        db.exec(
            select(Pathway)
            .where(
                col(Pathway.id).in_(
                    select(PathwayPart.pathway_id)
                    .join(Achievement, col(Achievement.id) == col(PathwayPart.achievement_id))
                    .where(Achievement.line == line)
                )
            )
            .order_by(col(Pathway.id).desc())
            .limit(50)
        ).all()
    )


class PartRow(NamedTuple):
    """A credential that another one builds upon, as it stands now."""

    public_id: str
    name: str
    org_name: str
    status: Status
    valid_until: datetime | None
    is_public: bool


def parts_of(db: Session, issued_id: int) -> list[PartRow]:
    rows = db.execute(
        select_rows(
            col(Issued.public_id),
            col(Achievement.name),
            col(Organisation.name),
            col(Issued.status),
            col(Issued.valid_until),
            (col(Issued.visibility) == Visibility.PUBLIC),
        )
        .join(IssuedPart, col(IssuedPart.part_id) == col(Issued.id))
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .join(Organisation, col(Organisation.id) == col(Issued.org_id))
        .where(col(IssuedPart.issued_id) == issued_id)
        .order_by(col(Issued.id))
    )
    return [PartRow._make(row) for row in rows]


def achievement_of_programme(db: Session, programme: Programme) -> Achievement | None:
    """What the version that is out is issued as."""
    return db.exec(
        select(Achievement)
        .join(ProgrammeVersion, col(ProgrammeVersion.achievement_id) == col(Achievement.id))
        .where(ProgrammeVersion.programme_id == programme.id, ProgrammeVersion.version == programme.version)
    ).first()


def touching(db: Session, lines: Iterable[str], *, but_done_by: int | None = None) -> list[Pathway]:
    """Pathways that are out, or were, and have a part or prerequisite of these lines; `but_done_by` leaves out those
    that this person completed."""
    line_ids = select(Achievement.id).where(col(Achievement.line).in_(set(lines)))
    by_part = select(PathwayPart.pathway_id).where(col(PathwayPart.achievement_id).in_(line_ids))
    by_need = select(PathwayPrerequisite.pathway_id).where(
        col(PathwayPrerequisite.needs_achievement_id).in_(line_ids)
    )
    wanted = select(Pathway).where(
        Pathway.status != PathwayStatus.DRAFT,
        col(Pathway.id).in_(by_part) | col(Pathway.id).in_(by_need),
    )
    if but_done_by is not None:
        done = select(PathwayCompletion.pathway_id).where(PathwayCompletion.person_id == but_done_by)
        wanted = wanted.where(col(Pathway.id).not_in(done))
    return list(db.exec(wanted.order_by(col(Pathway.id))).all())


def on_the_way(db: Session, pathway_id: int) -> list[int]:
    """People who hold a part of it."""
    lines = (
        select(Achievement.line)
        .join(PathwayPart, col(PathwayPart.achievement_id) == col(Achievement.id))
        .where(PathwayPart.pathway_id == pathway_id)
    )
    wanted = (
        select(Issued.person_id)
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(col(Achievement.line).in_(lines), Issued.status == Status.ACCEPTED)
        .distinct()
        .order_by(col(Issued.person_id))
    )
    return list(db.exec(wanted).all())


def owed(db: Session, limit: int) -> list[PathwayCompletion]:
    """Completed, with nothing issued, where it could be now: held for this worker alone."""
    target, newest = aliased(Achievement), aliased(Achievement)
    out = exists().where(
        col(newest.line) == col(target.line), col(newest.status) == AchievementStatus.PUBLISHED
    )
    return list(
        db.exec(
            select(PathwayCompletion)
            .join(Pathway, col(Pathway.id) == col(PathwayCompletion.pathway_id))
            .join(Organisation, col(Organisation.id) == col(Pathway.org_id))
            .join(Person, col(Person.id) == col(PathwayCompletion.person_id))
            .join(target, col(target.id) == col(Pathway.achievement_id))
            .where(
                col(PathwayCompletion.issued_id).is_(None),
                col(Organisation.verified_at).is_not(None),
                col(Person.status) == PersonStatus.ACTIVE,
                out,
            )
            .order_by(col(PathwayCompletion.id))
            .limit(limit)
            .with_for_update(skip_locked=True, of=PathwayCompletion)
        ).all()
    )


def is_member(db: Session, org_id: int, person_id: int) -> bool:
    wanted = select(Membership.id).where(
        Membership.org_id == org_id, Membership.person_id == person_id, col(Membership.ended_at).is_(None)
    )
    return db.exec(wanted.limit(1)).first() is not None


def completed_count(db: Session, pathway_id: int) -> int:
    wanted = select(func.count()).select_from(PathwayCompletion)
    return db.exec(wanted.where(PathwayCompletion.pathway_id == pathway_id)).one()


class OurRow(NamedTuple):
    """One line of an organisation's own list."""

    id: int
    public_id: str
    title: str
    status: PathwayStatus
    needed: int
    parts: int
    completed: int
    published_at: datetime | None
    org_public_id: str
    org_name: str


def _counted(table: Any) -> Any:
    return (
        select_rows(func.count())
        .where(table.pathway_id == col(Pathway.id))
        .correlate(Pathway)
        .scalar_subquery()
    )


_LIST = (
    select_rows(
        col(Pathway.id),
        col(Pathway.public_id),
        col(Pathway.title),
        col(Pathway.status),
        col(Pathway.needed),
        _counted(PathwayPart),
        _counted(PathwayCompletion),
        col(Pathway.published_at),
        col(Organisation.public_id),
        col(Organisation.name),
    )
    .join(Organisation, col(Organisation.id) == col(Pathway.org_id))
    .order_by(desc(col(Pathway.id)))
    .limit(bindparam("size"))
)
_OURS = _LIST.where(col(Pathway.org_id).in_(bindparam("orgs", expanding=True)))
_PUBLIC = _LIST.where(
    col(Pathway.status) == PathwayStatus.PUBLISHED,
    (col(Pathway.for_members).is_(False)) | col(Pathway.org_id).in_(bindparam("orgs", expanding=True)),
)
_AFTER = col(Pathway.id) < bindparam("after")
_INSIDE = _OURS.where(col(Pathway.status) == PathwayStatus.PUBLISHED, col(Pathway.for_members))
_PAGES = {(name, more): (q.where(_AFTER) if more else q) for name, q in (("ours", _OURS), ("public", _PUBLIC), ("inside", _INSIDE)) for more in (False, True)}  # fmt: skip


def listed(
    db: Session, which: str, org_ids: Sequence[int], size: int, after: int | None = None
) -> list[OurRow]:
    """`ours`: those of these organisations; `inside`: of these what is out for members; `public`: what is out for everyone,
    and for members of these. Newest first, one more than `size`. One statement."""
    given = {"orgs": list(org_ids), "size": size + 1, "after": after}
    return [OurRow._make(row) for row in db.connection().execute(_PAGES[which, after is not None], given)]


def public_of_org(db: Session, org_id: int, limit: int = 12) -> list[Pathway]:
    """What an organisation offers everyone."""
    return list(
        db.exec(
            select(Pathway)
            .where(
                Pathway.org_id == org_id,
                Pathway.status == PathwayStatus.PUBLISHED,
                col(Pathway.for_members).is_(False),
            )
            .order_by(col(Pathway.id).desc())
            .limit(limit)
        ).all()
    )
