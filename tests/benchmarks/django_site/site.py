"""Settings, the session's middleware and a client that calls the WSGI application without a network."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from django.conf import settings

HERE = Path(__file__).parent


def set_up(database: Path) -> Callable[[dict[str, Any], Callable[..., Any]], Any]:
    """Django with the site's middleware on this SQLite file; its WSGI application."""
    settings.configure(
        SECRET_KEY="only measured",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.benchmarks.django_site.views",
        INSTALLED_APPS=["tests.benchmarks.django_site"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "tests.benchmarks.django_site.site.with_actor",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database), "CONN_MAX_AGE": None}
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates" / "dtl"],
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "builtins": [
                        "django.templatetags.i18n",
                        "django.templatetags.static",
                        "tests.benchmarks.django_site.tags",
                    ],
                },
            },
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [HERE / "templates" / "jinja"],
                "OPTIONS": {"environment": "tests.benchmarks.django_site.tags.environment"},
            },
        ],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="UTC",
        USE_I18N=True,
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def with_actor(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The person whose session the cookie names, with memberships, as `request.actor`: the look-up of our site."""
    from django.db.models import Count, Q
    from django.utils import timezone

    from tests.benchmarks.django_site.models import Membership, SignInSession

    def middleware(request: Any) -> Any:
        request.actor = None
        token = request.COOKIES.get("session", "")
        if token:
            found = (
                SignInSession.objects.select_related("person")
                .annotate(verified=Count("person__email", filter=Q(person__email__verified_at__isnull=False)))
                .filter(
                    token_sha256=hashlib.sha256(token.encode()).hexdigest(),
                    expires_at__gt=timezone.now(),
                    person__status="active",
                )
                .first()
            )
            if found is not None:
                request.actor = found.person
                request.actor.memberships = list(
                    Membership.objects.select_related("org").filter(person=found.person, ended_at=None)
                )
        response = get_response(request)
        response["Cache-Control"] = "no-store" if request.actor else "no-cache"
        response["Content-Security-Policy"] = "default-src 'self'; object-src 'none'; base-uri 'none'"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response

    return middleware


def get(app: Callable[..., Any], path: str, query: str, cookie: str) -> bytes:
    """The body of one page."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT": "text/html",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    told: list[str] = []
    answer = app(environ, lambda status, headers, exc_info=None: told.append(status))
    body = b"".join(answer)
    answer.close()
    assert told[0].startswith("200"), told
    return body
