"""What can be earned: an organisation's list, its public page, its picture, and its steps."""

from collections.abc import Mapping

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, anyone, issues, require
from market.accounts.models import Organisation
from market.accounts.queries import get_organisation
from market.credentials import achievements as service
from market.credentials import badge_image, queries, rules, sentences, shown, whole
from market.credentials.models import Achievement
from market.credentials.routes import documents
from market.credentials.routes.parts import picture_words, wanted
from market.credentials.rules import AchievementStatus
from market.errors import Conflict, Invalid, NotFound
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 30
GROUPS = {
    "open": (AchievementStatus.PUBLISHED,),
    "drafts": (AchievementStatus.DRAFT,),
    "over": (AchievementStatus.RETIRED,),
}


def ours(request: Request, db: Session, actor: Actor) -> Response:
    """The achievements of the organisations this actor issues for."""
    group = request.query_params.get("show", "open")
    group = group if group in GROUPS else "open"
    after = decode(request.query_params.get("after"), 1)
    at = after[0] if after and isinstance(after[0], int) else None
    orgs = actor.orgs_for(Task.ISSUE)
    found = cut(shown.achievements(db, orgs, GROUPS[group], SIZE, at), SIZE, lambda row: (row.id,))
    return render(
        request,
        "achievements/ours.html",
        group=group,
        rows=found.items,
        next=f"?show={group}&after={found.next}" if found.next else None,
        first=f"?show={group}" if at else None,
        several=len(orgs) > 1,
        say=sentences,
    )


def of_organisation(request: Request, db: Session, actor: Actor) -> Response:
    """What everyone can earn from an organisation."""
    organisation = get_organisation(db, request.path_params["id"])
    after = decode(request.query_params.get("after"), 1)
    at = after[0] if after and isinstance(after[0], int) else None
    rows = shown.achievements(
        db, (organisation.id,), GROUPS["open"], SIZE, at, inside=actor.belongs_to(organisation.id)
    )
    found = cut(rows, SIZE, lambda row: (row.id,))
    return render(
        request,
        "achievements/of_organisation.html",
        organisation=organisation,
        rows=found.items,
        next=f"?after={found.next}" if found.next else None,
        first=str(request.url.path) if at else None,
        may_define=bool(rules.may_define(actor, organisation.id)),
        say=sentences,
    )


def get_ours(db: Session, actor: Actor, public_id: str) -> Achievement:
    """An achievement to work on: a draft of others is not there, a published one is no business of theirs."""
    found = visible(db, actor, public_id)
    require(rules.may_define(actor, found.org_id))
    return found


def visible(db: Session, actor: Actor, public_id: str) -> Achievement:
    """An achievement that the actor may read: a draft only for those who write it."""
    found = queries.get_achievement(db, public_id)
    if found.status is AchievementStatus.DRAFT and not rules.may_define(actor, found.org_id):
        raise NotFound(_("There is no such achievement."))
    return found


def show(request: Request, db: Session, actor: Actor) -> Response:
    """What it takes, who issues it, and how many have it: for everyone, as a page or as the document it is in badges."""
    achievement = visible(db, actor, request.path_params["id"])
    if wanted(request.headers.get("accept", "")) == "json":
        response = documents.achievement(request, db, actor)
        response.headers["Vary"] = "Accept"  # the same address has the page
        return response
    return show_page(request, db, actor, achievement)


def show_page(
    request: Request,
    db: Session,
    actor: Actor,
    achievement: Achievement,
    *,
    problems: Mapping[str, str] | None = None,
) -> Response:
    view = whole.achievement_view(db, achievement)
    may_issue = rules.may_issue(actor, achievement, is_verified=view.organisation.verified_at is not None)
    return render(
        request,
        "achievements/show.html",
        status=422 if problems else 200,
        view=view,
        achievement=achievement,
        organisation=view.organisation,
        counts=shown.counts(db, achievement_id=achievement.id),
        may_define=bool(rules.may_define(actor, achievement.org_id)),
        may_issue=may_issue,
        problems=problems or {},
        say=sentences,
    )


def image(request: Request, db: Session, actor: Actor) -> Response:
    """The picture the site makes for it, as SVG or PNG."""
    achievement = visible(db, actor, request.path_params["id"])
    words = picture_words(achievement, db.get_one(Organisation, achievement.org_id))
    form = request.path_params["form"]
    if form == "svg":
        content, media = badge_image.svg(*words), "image/svg+xml"
    elif form == "png":
        content, media = badge_image.png(*words), "image/png"
    else:
        raise NotFound(_("There is no such page."))
    is_out = achievement.status is not AchievementStatus.DRAFT
    kept = "public, max-age=86400" if is_out else "private, no-store"
    return Response(content, media_type=media, headers={"Cache-Control": kept})


def publish(request: Request, db: Session, actor: Actor) -> Response:
    """Make it something that can be issued."""
    achievement = get_ours(db, actor, request.path_params["id"])
    try:
        service.publish_achievement(db, actor, achievement)
    except Invalid as refused:
        return show_page(request, db, actor, achievement, problems=refused.fields)
    said = _("It is published. It can be issued from now on, and stays as it is.")
    return see_other(request, "achievements.show", id=achievement.public_id, said=said)


def discard(request: Request, db: Session, actor: Actor) -> Response:
    """Throw a draft away."""
    service.discard_draft(db, actor, get_ours(db, actor, request.path_params["id"]))
    return see_other(request, "achievements.ours", said=_("The draft is gone."))


def retire(request: Request, db: Session, actor: Actor) -> Response:
    """Issue it to nobody any more."""
    achievement = get_ours(db, actor, request.path_params["id"])
    service.retire_achievement(db, actor, achievement)
    said = _("It is retired. Credentials that people hold stay as they are.")
    return see_other(request, "achievements.show", id=achievement.public_id, said=said)


def renew(request: Request, db: Session, actor: Actor) -> Response:
    """A draft of its next version."""
    achievement = get_ours(db, actor, request.path_params["id"])
    if achievement.status is AchievementStatus.DRAFT:
        raise Conflict(_("This is a draft still. Change it as it is."))
    made = service.new_version(db, actor, achievement)
    said = _("A draft of the next version. The old one stands until you publish this.")
    return see_other(request, "achievements.edit", id=made.public_id, said=said)


_ID = "/achievements/{id}"
routes: list[MarketRoute] = [
    page("/issuing", ours, name="achievements.ours", allow=issues),
    page(
        "/organisations/{id}/achievements", of_organisation, name="achievements.of_organisation", allow=anyone
    ),
    page(_ID, show, name="achievements.show", allow=anyone),
    page(_ID + "/badge.{form}", image, name="achievements.image", allow=anyone),
    action(_ID + "/publish", publish, name="achievements.publish", allow=issues),
    action(_ID + "/discard", discard, name="achievements.discard", allow=issues),
    action(_ID + "/retire", retire, name="achievements.retire", allow=issues),
    action(_ID + "/renew", renew, name="achievements.renew", allow=issues, limit="postings"),
]
