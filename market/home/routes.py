"""The first page, the two dashboards, the pages that explain the site, and the choice between day and night."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from market import clock
from market.access import Actor, Role, Task, anyone, member, recruits, signed_in
from market.applications import sentences as applied
from market.applications.rules import OVERDUE_PAUSES, WAITING, Side
from market.engagements import pairs
from market.evidence import strength
from market.evidence.credit import STEPS, Path
from market.evidence.posterior import DEFAULTS, OWN_WORD, UNITS
from market.home import employer as desks
from market.home import examples, public
from market.home import talent as homes
from market.matching import growing_words
from market.matching import sentences as fits
from market.matching import service as matching
from market.opportunities import sentences as posted
from market.opportunities.rules import Kind
from market.web.back import own_path
from market.web.cookies import keep_theme
from market.web.kit import kit_of
from market.web.render import render
from market.web.routing import MarketRoute, action, page
from market.words import _


def front(request: Request, db: Session, actor: Actor) -> Response:
    """What this is, what is open, and how well a skill can be known."""
    today = clock.today()
    return render(
        request,
        "home/front.html",
        front=public.front(db),
        kinds=Kind,
        say=posted,
        climb=examples.climb(today),
        change=examples.one_piece(today),
        today=today,
        posting=_way_to_post(actor),
    )


def _way_to_post(actor: Actor) -> str:
    """Where posting begins: someone who may not yet is led to what they need for it, not to a refusal."""
    return "organisations.new" if actor.is_signed_in and not recruits(actor) else "opportunities.new"


def talent(request: Request, db: Session, actor: Actor) -> Response:
    """My next step."""
    now = clock.now()
    home = homes.home(db, actor, matching.policy_for(kit_of(request).settings))
    return render(
        request,
        "home/talent.html",
        greeting=greeting(actor, now),
        home=home,
        now=now,
        marks=[
            applied.mark(row.status, row.answer_due_at, Side.TALENT, now, actor.time_zone)
            for row in home.applications
        ],
        waiting=WAITING,
        say=posted,
        gap_words=fits.gap,
        reasons=growing_words.reasons,
    )


def employer(request: Request, db: Session, actor: Actor) -> Response:
    """To answer, for those who act for an organisation."""
    return render(
        request,
        "home/employer.html",
        desk=desks.desk(db, actor),
        now=clock.now(),
        may_post=bool(actor.orgs_for(Task.POST)),
        issues_only={m.role for m in actor.memberships} == {Role.ISSUER},
        pauses_at=OVERDUE_PAUSES,
        say=posted,
    )


def greeting(actor: Actor, now: datetime) -> str:
    """A word for the time of day where the person is, with the first word of their name."""
    hour = now.astimezone(ZoneInfo(actor.time_zone)).hour
    name = actor.name.split()[0] if actor.name.split() else ""
    if not name:
        return _("Welcome")
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=name)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def how(request: Request, db: Session, actor: Actor) -> Response:
    """How the site works, for either side."""
    return render(request, "home/how.html", posting=_way_to_post(actor))


def levels(request: Request, db: Session, actor: Actor) -> Response:
    """How a level is worked out, with the constants in use and an example that is computed."""
    today = clock.today()
    whole = examples.whole(today)
    return render(
        request,
        "home/levels.html",
        model=DEFAULTS,
        units=UNITS,
        own_word=OWN_WORD,
        least_people=strength.DEFAULTS.least_people,
        climb=examples.climb(today),
        whole=whole,
        bars=whole.waterfall(),
        words=[stage.what for stage in examples.climb(today)],
        kinds=examples.kinds(today),
        narrower=_in_part(broader=False),
        broader=_in_part(broader=True),
    )


def _in_part(*, broader: bool) -> list[int]:
    """What evidence of a narrower or broader skill counts for, one step away and further, in whole percent."""
    paths = [Path(tuple(range(steps + 1)), broader) for steps in range(1, STEPS + 1)]
    return [round(100 * numerator / denominator) for numerator, denominator in (one.part for one in paths)]


def agreement(request: Request, db: Session, actor: Actor) -> Response:
    """How far two assessors of one work agree, over the whole site."""
    return render(request, "home/agreement.html", found=pairs.agreement(db), least=pairs.LEAST_WORKS)


def tiers(request: Request, db: Session, actor: Actor) -> Response:
    """What the tiers T0 to T4 mean."""
    return render(request, "home/tiers.html", model=DEFAULTS, kinds=examples.kinds(clock.today()))


def pay(request: Request, db: Session, actor: Actor) -> Response:
    """The pay floor, and how pay is recorded."""
    settings = kit_of(request).settings
    return render(request, "home/pay.html", floor=settings.pay_floor_minor, currency=settings.currency)


def privacy(request: Request, db: Session, actor: Actor) -> Response:
    """What is kept, who sees it, and how to ask."""
    return render(request, "home/privacy.html")


def accessibility(request: Request, db: Session, actor: Actor) -> Response:
    """What was tested, and what falls short."""
    return render(request, "home/accessibility.html")


def about(request: Request, db: Session, actor: Actor) -> Response:
    """Who runs this site, and on what."""
    return render(request, "home/about.html")


def theme(request: Request, db: Session, actor: Actor) -> Response:
    """Show pages by day, by night, or as the device does."""
    response = RedirectResponse(own_path(str(request.state.form.get("back") or "/")), 303)
    keep_theme(request, response, str(request.state.form.get("theme") or "system"))
    return response


routes: list[MarketRoute] = [
    page("/", front, name="home.front", allow=anyone),
    page("/home", talent, name="home.talent", allow=signed_in),
    page("/employer", employer, name="home.employer", allow=member),
    page("/how", how, name="home.how", allow=anyone),
    page("/how/levels", levels, name="home.levels", allow=anyone),
    page("/how/tiers", tiers, name="home.tiers", allow=anyone),
    page("/how/agreement", agreement, name="home.agreement", allow=anyone),
    page("/how/pay", pay, name="home.pay", allow=anyone),
    page("/privacy", privacy, name="home.privacy", allow=anyone),
    page("/accessibility", accessibility, name="home.accessibility", allow=anyone),
    page("/about", about, name="home.about", allow=anyone),
    action("/theme", theme, name="home.theme", allow=anyone),
]
