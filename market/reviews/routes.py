"""Pages of reviews: writing one, reading both, and all reviews of a person or an organisation."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone, require, signed_in
from market.accounts.models import Organisation, Person
from market.accounts.queries import get_organisation
from market.engagements.models import Engagement
from market.engagements.queries import get_engagement
from market.evidence.posterior import SOFT
from market.matching.queries import requirements_of
from market.opportunities.models import Opportunity
from market.profiles.queries import visible_profile
from market.reviews import forms, queries, reading, rules, scales, service
from market.reviews.models import Review, ReviewPair
from market.reviews.rules import AXES, Side, Status
from market.web.forms import BLANK, Entry, filled, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _skills(db: Session, engagement: Engagement) -> list[tuple[int, str, int]]:
    """The skills that were asked for, of which an employer may state something. How someone works with others is rated on
    the axes and, in programmes, by described steps (docs/decisions/0024-soft-skills.md)."""
    if engagement.opportunity_id is None:
        return []
    opportunity = db.get_one(Opportunity, engagement.opportunity_id)
    return [
        (w.asked.skill_id, w.skill, w.asked.level)
        for w in requirements_of(db, opportunity)
        if w.family != SOFT
    ]


def write(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """The form of a review; what is sealed can be edited here by its author."""
    engagement = get_engagement(db, actor, request.path_params["id"])
    pair = queries.get_pair(db, actor, engagement)
    side = rules.side_of(actor, pair)
    assert side is not None
    if pair.status in (Status.REVEALED, Status.LAPSED):
        return see_other(request, "reviews.show", id=engagement.public_id)
    mine = queries.review_by(db, pair.id, side)
    skills = _skills(db, engagement) if side is Side.EMPLOYER else []
    if entry is BLANK:
        require(queries.may_write(db, actor, pair, mine))
        entry = _known(db, mine, skills)
    about = scales.subject_of(side)
    return render(
        request,
        "reviews/write.html",
        engagement=engagement,
        pair=pair,
        side=side,
        entry=entry,
        status=entry.status,
        skills=skills,
        axes=[(a, scales.name_of(a), scales.steps_of(a)) for a in AXES[about]],
        sealed=mine is not None,
        other_sealed=rules.is_sealed_by(pair, about),
        person=db.get_one(Person, engagement.person_id),
        org=db.get_one(Organisation, engagement.org_id),
    )


def _known(db: Session, mine: Review | None, skills: list[tuple[int, str, int]]) -> Entry[Any]:
    if mine is None:
        return BLANK
    stated = {s.skill_id: s.level for s in reading.statements_of(db, [mine.id]).get(mine.id, [])}
    levels = {f"skill-{n}": stated.get(skill, "") for n, (skill, _name, _level) in enumerate(skills)}
    return filled(
        text=mine.text,
        private_note=mine.private_note,
        **reading.axes_of(db, [mine.id]).get(mine.id, {}),
        **levels,
    )


def seal(request: Request, db: Session, actor: Actor) -> Response:
    """Seal the review; with both in, both open."""
    engagement = get_engagement(db, actor, request.path_params["id"])
    pair = queries.get_pair(db, actor, engagement)
    side = rules.side_of(actor, pair)
    assert side is not None
    entry = read(forms.ReviewForm, request.state.form)
    axes, errors = forms.axes_of(entry.values, scales.subject_of(side))
    entry = Entry(entry.values, entry.form, {**errors, **entry.errors})
    if entry.errors:
        return write(request, db, actor, entry)
    stated = forms.statements_of(entry.values, [skill for skill, _name, _level in _skills(db, engagement)])
    if stated and not _stated_before(db, pair, side):  # an edit of what is sealed is no new endorsement
        kit_of(request).limiter.hit("endorsements", f"person:{actor.id}")
    service.write(
        db,
        actor,
        pair,
        axes=axes,
        text=entry.data.text,
        private_note=entry.data.private_note,
        statements=stated,
    )
    said = (
        _("Both reviews are open now.")
        if pair.status is Status.REVEALED
        else _("Sealed. Nobody sees a word until both are in.")
    )
    return see_other(request, "reviews.show", id=engagement.public_id, said=said)


def _stated_before(db: Session, pair: ReviewPair, side: Side) -> bool:
    mine = queries.review_by(db, pair.id, side)
    return mine is not None and bool(reading.statements_of(db, [mine.id]))


def show(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Both reviews, or what may be said before they are open."""
    engagement = get_engagement(db, actor, request.path_params["id"])
    pair = queries.get_pair(db, actor, engagement)
    side = rules.side_of(actor, pair)
    assert side is not None
    both = reading.of_pair(db, pair.id)
    about_me = both.get(scales.subject_of(side))
    return render(
        request,
        "reviews/show.html",
        org_public_id=db.get_one(Organisation, pair.org_id).public_id,
        engagement=engagement,
        pair=pair,
        side=side,
        both=both,
        about_me=about_me,
        mine=both.get(side),
        sealed_by_me=rules.is_sealed_by(pair, side),
        sealed_by_other=rules.is_sealed_by(pair, scales.subject_of(side)),
        entry=entry,
        status=entry.status,
        may_edit=queries.may_write(db, actor, pair, queries.review_by(db, pair.id, side)),
        may_reply=rules.may_reply(actor, pair, about_me.side, about_me.reply is not None, about_me.moderation)
        if about_me
        else None,
        reputation=_about(db, pair, side).reputation,
    )


def _about(db: Session, pair: ReviewPair, side: Side) -> reading.About:
    """What is said of the side that reads."""
    if side is Side.TALENT:
        return reading.about_person(db, pair.person_id, 1)
    return reading.about_organisation(db, pair.org_id, 1)


def reply(request: Request, db: Session, actor: Actor) -> Response:
    """Reply once to what was said; refused words come back on the page of both reviews."""
    engagement, pair, review = queries.get_review(db, actor, request.path_params["review"])
    entry = read(forms.Reply, request.state.form)
    if entry.errors:
        request.path_params["id"] = engagement.public_id
        return show(request, db, actor, entry)
    service.reply(db, actor, pair, review, entry.data.reply)
    return see_other(
        request, "reviews.show", id=engagement.public_id, said=_("Your reply stands under the review.")
    )


def of_person(request: Request, db: Session, actor: Actor) -> Response:
    """Every review of a person, for whoever may see the profile."""
    readers = kit_of(request).profile_readers
    person, _profile = visible_profile(db, actor, request.path_params["id"], readers)
    return render(
        request,
        "reviews/list.html",
        title=_("What people said of working with %(name)s", name=person.display_name),
        whose="person",
        back=("profiles.show", person.public_id),
        about=reading.about_person(db, person.id),
    )


def of_organisation(request: Request, db: Session, actor: Actor) -> Response:
    """Every review of an organisation."""
    org = get_organisation(db, request.path_params["id"])
    return render(
        request,
        "reviews/list.html",
        title=_("What people said of working for %(name)s", name=org.name),
        whose="organisation",
        back=("organisations.show", org.public_id),
        about=reading.about_organisation(db, org.id),
    )


routes: list[MarketRoute] = [
    page("/work/{id}/review", write, name="reviews.write", allow=signed_in),
    action("/work/{id}/review", seal, name="reviews.seal", allow=signed_in),
    page("/work/{id}/reviews", show, name="reviews.show", allow=signed_in),
    action("/reviews/{review}/reply", reply, name="reviews.reply", allow=signed_in),
    page("/people/{id}/reviews", of_person, name="reviews.of_person", allow=anyone),
    page("/organisations/{id}/reviews", of_organisation, name="reviews.of_organisation", allow=anyone),
]
