"""What the templates of both engines use: money, levels of a drawing, and the environment of Jinja."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, ngettext
from jinja2 import Environment

register = template.Library()


@register.filter
def money(minor: int) -> str:
    """`£288`, or `£16.50` where there are pence."""
    return f"£{minor // 100:,}" if minor % 100 == 0 else f"£{minor / 100:,.2f}"


@register.filter
def pc(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def environment(**options: Any) -> Environment:
    env = Environment(**options, extensions=["jinja2.ext.i18n"])
    env.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.globals.update(static=static, url=lambda name, *args: reverse(name, args=args))
    env.filters.update(money=money, pc=pc, date=format_date)
    return env
