"""What profiles tell the rest of the site: words for their own evidence, and who may open a project's files."""

from collections.abc import Sequence

from sqlmodel import Session

from market.access import Actor
from market.accounts.models import Person, PersonStatus
from market.profiles import queries, rules
from market.profiles.models import Project
from market.web.kit import FileReader, ProfileReader, SourceWords

# The project that shows a skill, with the link that anyone can open.
PROJECT_WORDS = SourceWords(queries.PROJECTS_BEHIND, lambda _request, _actor, row: (row.title, row.link))


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
