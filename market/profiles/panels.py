"""What profiles tell the rest of the site: words for their own evidence, and who may open a project's files."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Person, PersonStatus
from market.profiles import queries, rules
from market.profiles.models import Project, SkillClaim
from market.web.kit import FileReader, ProfileReader
from market.words import _


def claim_words(
    request: Request, db: Session, actor: Actor, ids: Sequence[int]
) -> Mapping[int, tuple[str, str]]:
    """What a claim is called, to its owner and to others."""
    wanted = select(SkillClaim.id).where(col(SkillClaim.id).in_(ids), SkillClaim.person_id == actor.id)
    mine = set(db.exec(wanted))
    return {n: (_("Your own word") if n in mine else _("Their own word"), "") for n in ids}


def project_words(
    request: Request, db: Session, actor: Actor, ids: Sequence[int]
) -> Mapping[int, tuple[str, str]]:
    """The project that shows a skill, with the link that anyone can open."""
    return {n: (found.title, found.link) for n, found in queries.projects_behind(db, ids).items()}


def reads_project_files(readers: Sequence[ProfileReader]) -> FileReader:
    """Whoever may see the profile may open the files of its projects."""

    def may_read(db: Session, actor: Actor, project_id: int) -> bool:
        project = db.get(Project, project_id)
        if project is None:
            return False
        person, profile = db.get_one(Person, project.person_id), queries.profile_of(db, project.person_id)
        if person.status is not PersonStatus.ACTIVE:
            return False
        seer = queries.seer(db, actor, profile, readers)
        return bool(rules.may_see(actor, person.id, profile.visibility, seer))

    return may_read
