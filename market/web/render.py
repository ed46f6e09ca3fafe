"""Pages from templates: the whole page, or the block of it that htmx asked for.

A fragment is a block of the page's own template whose name is the id of the element it fills. The macros of
`templates/_parts` are there in every template as `ui`, `form`, `draw`, `x` and `ask`, so a block needs no import of its own.
Templates are given only what may be seen; they test presence, never permission.
"""

from functools import cache
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from market import clock
from market.paths import data_dir
from market.web import show
from market.web.cookies import say_once, theme_of
from market.web.drawing import fit_strip
from market.web.kit import kit_of
from market.web.static import static_base, static_url
from market.web.submission import KEY_FIELD, new_key
from market.words import _, language, plural

VARY = "HX-Request, HX-Request-Type, HX-Target, Cookie"  # what the HTML of one address depends on


@cache
def environment() -> Environment:
    """The one template environment of the process."""
    env = Environment(
        loader=FileSystemLoader(data_dir("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(["html"]),
        auto_reload=False,
    )
    env.globals.update(
        _=_,
        plural=plural,
        static=static_base(),
        static_url=static_url,
        panel=_panel,
        today=clock.today,
        now=clock.now,
        submission_key=_submission_key,
        drawn_strip=fit_strip,
    )
    env.filters.update(show.FILTERS)
    for name, file in (
        ("ui", "ui"),
        ("draw", "draw"),
        ("form", "forms"),
        ("x", "explanation"),
        ("ask", "ask"),
        ("work", "work"),
        ("rev", "reviews"),
        ("chk", "checking"),
    ):
        env.globals[name] = env.get_template(f"_parts/{file}.html").module
    return env


def _submission_key() -> Markup:
    """The hidden field that makes a form count once. It stands in every form that writes."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(KEY_FIELD, new_key())


@pass_context
def _panel(context: Context, slot: str, /, **given: Any) -> Markup:
    """What higher features put into this slot of a page; nothing where none does."""
    request: Request = context["request"]
    fillers = kit_of(request).panels.get(slot, ())
    return Markup("").join(fill(request, request.state.db, request.state.actor, **given) for fill in fillers)


def context_of(request: Request, **given: Any) -> dict[str, Any]:
    """What every template may use beside what its handler gives it."""
    from market.web.routing import actor_of

    settings = kit_of(request).settings
    said = unquote(request.cookies.get("said", ""))
    kind, _sep, words = said.partition(":")
    return {
        "request": request,
        "actor": actor_of(request),
        "site": settings,
        "theme": theme_of(request),
        "language": language(),
        "url": request.app.url_path_for,
        "path": request.url.path,
        "said": (kind if kind in ("ok", "warn", "bad") else "ok", words) if words else None,
        **given,
    }


def fragment_wanted(request: Request) -> str:
    """The id of the element that htmx wants to fill, empty when a whole page is wanted."""
    if request.headers.get("HX-Request-Type") != "partial":
        return ""
    return request.headers.get("HX-Target", "").rpartition("#")[2]  # htmx 4 sends tag#id


def asked_by_htmx(request: Request) -> bool:
    """Is the answer put into a page that is open, whole or in part? (`hx-select` asks for a whole page to take from.)"""
    return request.headers.get("HX-Request") == "true"


def render(
    request: Request, template: str, *, fragments: tuple[str, ...] = (), status: int = 200, **given: Any
) -> Response:
    """The page, or just the fragment htmx asked for when it is one of `fragments`."""
    page, full = environment().get_template(template), context_of(request, **given)
    wanted = fragment_wanted(request)
    html = "".join(page.blocks[wanted](page.new_context(full))) if wanted in fragments else page.render(full)
    response = HTMLResponse(html, status, headers={"Vary": VARY})
    if full["said"] is not None and wanted not in fragments:
        response.delete_cookie("said", path="/")
    return response


def render_part(request: Request, template: str, **given: Any) -> Markup:
    """A piece of HTML from a template of its own: for panels. Safe, since the template escapes."""
    return Markup(environment().get_template(template).render(context_of(request, **given)))  # noqa: S704


def see_other(
    request: Request, route: str, /, *, said: str = "", kind: str = "ok", anchor: str = "", **params: Any
) -> Response:
    """Lead on after an action (303), with a sentence about what just happened that the next page says once."""
    location = str(request.app.url_path_for(route, **params)) + (f"#{anchor}" if anchor else "")
    response = RedirectResponse(location, 303)
    if said:
        say_once(request, response, kind, said)
    return response
