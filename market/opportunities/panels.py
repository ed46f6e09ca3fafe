"""What openings put into the pages of programmes: the rounds that take people, and all rounds for who runs them."""

from collections.abc import Sequence

from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.requests import Request

from market.access import Actor
from market.opportunities import sentences
from market.opportunities.models import Opportunity
from market.programmes.models import Cohort, Programme, ProgrammeVersion
from market.web.render import render_part


def _openings(db: Session, ids: Sequence[int]) -> dict[int, Opportunity]:
    found = db.exec(select(Opportunity).where(col(Opportunity.id).in_(ids))).all()
    return {one.id: one for one in found}


def rounds_to_join(
    request: Request, db: Session, actor: Actor, *, programme: Programme, rounds: Sequence[Cohort]
) -> Markup:
    """Where one applies: the rounds that take people now. Those of an internal programme have no opening."""
    if programme.for_members:
        return Markup("")
    openings = _openings(db, [one.opportunity_id for one in rounds if one.opportunity_id])
    pairs = [(one, openings[one.opportunity_id]) for one in rounds if one.opportunity_id in openings]
    return render_part(
        request, "opportunities/rounds_to_join.html", programme=programme, pairs=pairs, say=sentences
    )


def all_rounds(request: Request, db: Session, actor: Actor, *, programme: Programme) -> Markup:
    """Every round of a programme, newest first, for those who run it."""
    found = db.exec(
        select(Cohort, Opportunity, ProgrammeVersion.version)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Cohort.programme_version_id))
        .join(Opportunity, col(Opportunity.id) == col(Cohort.opportunity_id))
        .where(ProgrammeVersion.programme_id == programme.id)
        .order_by(col(Cohort.id).desc())
        .limit(50)
    ).all()
    return (
        render_part(request, "opportunities/rounds.html", found=found, say=sentences) if found else Markup()
    )
