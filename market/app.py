"""The site put together: settings, routes of every feature, middleware, error pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from sqlalchemy import Engine, text
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, NoMatchFound

from market import outbox
from market.access import Actor, anyone
from market.accounts import sessions
from market.config import Settings
from market.credentials.address import with_issuing
from market.db import connect
from market.errors import MarketError
from market.files.service import with_files
from market.home.nav import Menu, nav
from market.matching.backend import matching_of, with_matching
from market.panels import APPLIED_IDS, FILE_READERS, PANELS, PROFILE_READERS, SOURCE_WORDS, browse_order
from market.web import failures
from market.web.addresses import Site
from market.web.body import BodyLimit
from market.web.headers import SafeHeaders
from market.web.kit import Kit
from market.web.limits import Limiter
from market.web.logs import RequestLog
from market.web.origin import SameOrigin
from market.web.render import environment
from market.web.routing import MarketRoute, actor_of, page
from market.web.static import HashedFiles


def healthz(request: Request, db: Session, actor: Actor) -> Response:
    """Is the site up? 200 with the backlog of the worker and who ranks people, 503 when the database does not answer."""
    db.connection().execute(text("SELECT 1"))
    state = {"status": "ok", "outbox": outbox.backlog(db), "matching": matching_of(db.get_bind()).health()}
    return JSONResponse(state, headers={"Cache-Control": "no-store"})


def feature_routes(*, demo: bool = False) -> list[MarketRoute]:
    """Every route of every feature, in the order in which paths are tried; those of the demo only there."""
    from market.accounts import routes as accounts
    from market.applications import routes as applications
    from market.apprenticeships import routes as apprenticeships
    from market.cases import routes as cases
    from market.credentials import routes as credentials
    from market.demo import routes as stepping_in
    from market.engagements import routes as engagements
    from market.files import routes as files
    from market.home import routes as home
    from market.matching import routes as matching
    from market.messages import routes as messages
    from market.notifications import routes as notifications
    from market.opportunities import routes as opportunities
    from market.pathways import routes as pathways
    from market.profiles import routes as profiles
    from market.programmes import routes as programmes
    from market.reviews import routes as reviews
    from market.rubrics import routes as rubrics
    from market.skills import routes as skills
    from market.staff import routes as staff
    from market.trust import routes as trust
    from market.wallet import routes as wallet
    from market.webhooks import routes as webhooks

    return [
        page("/healthz", healthz, name="healthz", allow=anyone),
        *accounts.routes,
        *files.routes,
        *home.routes,
        *matching.routes,  # before skills and opportunities: /skills/demand is no skill
        *skills.routes,
        *programmes.routes,
        *pathways.routes,
        *opportunities.routes,
        *rubrics.routes,
        *credentials.routes,
        *trust.routes,
        *wallet.routes,
        *profiles.routes,
        *applications.routes,
        *engagements.routes,
        *apprenticeships.routes,
        *webhooks.routes,  # /agreements/hand-over before /agreements/{id}
        *staff.routes,
        *messages.routes,
        *reviews.routes,
        *cases.routes,
        *notifications.routes,
        *(stepping_in.routes if demo else ()),
    ]


def _menu(request: Request, here: str = "") -> Menu:
    """The menus of a page, for the template that frames it; `here` is the entry the page belongs to, and so its side."""

    def address(route: str) -> str | None:
        try:
            return str(request.app.url_path_for(route))
        except NoMatchFound:
            return None

    demo = request.app.state.kit.settings.demo
    return nav(actor_of(request), request.url.path, address, demo=demo, here=here)


@asynccontextmanager
async def _as_many_threads(app: Any) -> AsyncIterator[None]:
    """As many request threads as there are database connections, less one for the worker: nobody waits for a
    connection while holding a thread."""
    wanted: int = app.state.kit.settings.threads
    anyio.to_thread.current_default_thread_limiter().total_tokens = max(1, wanted - 1)
    yield


def create_app(settings: Settings, engine: Engine | None = None, *, limits: bool = True) -> Site:
    """The ASGI application on the settings' database, or on `engine`; `limits=False` lets a demo or a test hurry."""
    engine = engine or connect(settings.url, pool_size=settings.threads, synchronous=settings.synchronous)
    engine = with_files(engine, settings)
    if "issuing" not in engine.get_execution_options():
        engine = with_issuing(engine, settings)
    if "matching" not in engine.get_execution_options():
        engine = with_matching(engine, settings)
    routes: list[BaseRoute] = [
        *feature_routes(demo=settings.demo),
        Mount("/static", HashedFiles(), name="static"),
    ]
    app = Site(
        routes=routes,
        lifespan=_as_many_threads,
        middleware=[
            Middleware(RequestLog),
            Middleware(BodyLimit, most_bytes=settings.request_max_bytes),
            Middleware(SafeHeaders, https=settings.is_https),
            Middleware(failures.Crashes),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.trusted_hosts)),
            Middleware(SameOrigin),
        ],
        exception_handlers={
            MarketError: failures.on_market_error,
            HTTPException: failures.on_http_error,
        },
    )
    app.state.kit = Kit(
        engine=engine,
        settings=settings,
        limiter=Limiter(settings.limits_url, enabled=limits),
        load_actor=sessions.load_actor,
        panels=PANELS,
        browse_order=browse_order(settings),
        file_readers=FILE_READERS,
        profile_readers=PROFILE_READERS,
        source_words=SOURCE_WORDS,
        applied_ids=APPLIED_IDS,
    )
    environment().globals["nav"] = _menu
    return app
