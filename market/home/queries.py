"""What the page of one person reads: prepared statements and their rows."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import col

from market.accounts.models import Block, Organisation, Person
from market.applications.models import Application
from market.applications.rules import Status as ApplicationStatus
from market.engagements.models import Engagement, Milestone
from market.engagements.rules import SETTLED, MilestoneStatus, Status
from market.evidence.models import Evidence, Kind, PersonSkill
from market.evidence.posterior import UNITS
from market.opportunities.browsing import RANKED_AMONG
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as OpeningStatus
from market.profiles.models import Project, SkillClaim, TalentProfile
from market.skills.models import Skill


class Part(NamedTuple):
    """One part of agreed work that is not settled; the part is empty where an engagement has none left."""

    work_id: str
    work: str
    status: Status
    starts_on: date
    ends_on: date | None
    org: str
    id: str | None
    title: str | None
    part_status: MilestoneStatus | None
    due_on: date | None
    version: int | None


WORK: Any = (
    select(
        col(Engagement.public_id),
        col(Engagement.title),
        col(Engagement.status),
        col(Engagement.starts_on),
        col(Engagement.ends_on),
        col(Organisation.name),
        col(Milestone.public_id).label("part_id"),
        col(Milestone.title).label("part"),
        col(Milestone.status).label("part_status"),
        col(Milestone.due_on),
        col(Milestone.version),
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .outerjoin(
        Milestone,
        and_(col(Milestone.engagement_id) == col(Engagement.id), col(Milestone.status).not_in(SETTLED)),
    )
    .where(
        col(Engagement.person_id) == bindparam("person"),
        col(Engagement.status).in_((Status.SCHEDULED, Status.ACTIVE, Status.PAUSED)),
    )
    .order_by(col(Engagement.starts_on), col(Engagement.id), col(Milestone.position))
    .limit(100)
)

OPEN_TO: Any = (
    select(col(Opportunity.id))
    .where(
        col(Opportunity.status) == OpeningStatus.PUBLISHED,
        col(Opportunity.org_id).not_in(bindparam("orgs", expanding=True)),
        ~select(col(Application.id))
        .where(
            col(Application.opportunity_id) == col(Opportunity.id),
            col(Application.person_id) == bindparam("me"),
            col(Application.status) != ApplicationStatus.DRAFT,
        )
        .exists(),
        ~select(col(Block.id))
        .where(col(Block.blocker_id) == bindparam("me"), col(Block.blocked_org_id) == col(Opportunity.org_id))
        .exists(),
    )
    .order_by(col(Opportunity.published_at).desc(), col(Opportunity.id).desc())
    .limit(RANKED_AMONG)
)

PROFILE: Any = (
    select(
        func.coalesce(col(TalentProfile.headline), "").label("headline"),
        col(TalentProfile.visibility),
        col(TalentProfile.hours_week),
        func.coalesce(col(TalentProfile.completed_count), 0).label("completed"),
        select(func.count())
        .where(col(SkillClaim.person_id) == col(Person.id), col(SkillClaim.wanted).is_(False))
        .correlate(Person)
        .scalar_subquery()
        .label("claims"),
        select(func.count())
        .where(col(Project.person_id) == col(Person.id), col(Project.link) != "")
        .correlate(Person)
        .scalar_subquery()
        .label("projects"),
    )
    .select_from(Person)
    .outerjoin(TalentProfile, col(TalentProfile.person_id) == col(Person.id))
    .where(col(Person.id) == bindparam("person"))
)


class Fresh(NamedTuple):
    """Evidence that came last, with what its skill counts as now, 0-5."""

    tier: int
    kind: Kind
    occurred_on: date
    skill: str
    skill_id: str
    by: str
    unit: int

    @property
    def counts(self) -> float:
        return self.unit / UNITS


FRESH: Any = (
    select(
        col(Evidence.tier),
        col(Evidence.kind),
        col(Evidence.occurred_on),
        col(Skill.name),
        col(Skill.public_id),
        func.coalesce(col(Organisation.name), "").label("by"),
        col(PersonSkill.level),
    )
    .join(Skill, col(Skill.id) == col(Evidence.skill_id))
    .join(
        PersonSkill,
        (col(PersonSkill.person_id) == col(Evidence.person_id))
        & (col(PersonSkill.skill_id) == col(Evidence.skill_id)),
    )
    .outerjoin(
        Organisation,
        (col(Evidence.party_kind) == "organisation") & (col(Organisation.id) == col(Evidence.party_id)),
    )
    .where(
        col(Evidence.person_id) == bindparam("person"),
        col(Evidence.tier) > 0,
        col(Evidence.voids_id).is_(None),
    )
    .order_by(col(Evidence.id).desc())
    .limit(3)
)


GAP: Any = (
    select(
        col(Skill.name),
        col(Skill.public_id),
        col(Skill.family),
        col(PersonSkill.mu),
        col(PersonSkill.sigma),
        col(PersonSkill.level),
        col(PersonSkill.tier),
    )
    .outerjoin(
        PersonSkill,
        (col(PersonSkill.skill_id) == col(Skill.id)) & (col(PersonSkill.person_id) == bindparam("person")),
    )
    .where(col(Skill.id) == bindparam("skill"))
)
