"""The list of openings and the addresses that its page leads to."""

from typing import Any

from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from market.matching.core.contract import Requirement as Asked
from market.matching.core.explain import Fit, fit
from market.matching.openings import standing
from tests.benchmarks.django_site.models import Opportunity, PersonSkill, Requirement

SIZE, RANKED_AMONG = 20, 500
LANGUAGES = [
    ("", "Any language"), ("en", "English"), ("cy", "Welsh"), ("ar", "Arabic"), ("bn", "Bangla"), ("de", "German"),
    ("es", "Spanish"), ("fr", "French"), ("it", "Italian"), ("nl", "Dutch"), ("pa", "Punjabi"), ("pl", "Polish"),
    ("pt", "Portuguese"), ("ro", "Romanian"), ("so", "Somali"), ("sv", "Swedish"), ("tr", "Turkish"),
    ("uk", "Ukrainian"), ("ur", "Urdu"),
]  # fmt: skip


def _listed() -> Any:
    asked = (
        Requirement.objects.filter(version=F("opportunity__version"))
        .select_related("skill")
        .order_by("position")
    )
    return (
        Opportunity.objects.filter(status="published")
        .select_related("org")
        .prefetch_related(Prefetch("requirements", queryset=asked))
        .order_by("-published_at", "-id")
    )


def browse(request: HttpRequest, engine: str) -> HttpResponse:
    """The page: newest first, or in the order of the reader's evidence."""
    by_fit = request.actor is not None and request.GET.get("sort", "fit") == "fit"
    levels = (
        dict(PersonSkill.objects.filter(person=request.actor).values_list("skill_id", "level"))
        if request.actor
        else {}
    )
    if by_fit:
        ids = _best(levels)
        found = _listed().in_bulk(ids[:SIZE])
        cards, more = [found[one] for one in ids[:SIZE]], len(ids) > SIZE
    else:
        cards = list(_listed()[: SIZE + 1])
        cards, more = cards[:SIZE], len(cards) > SIZE
    if request.actor:
        for card in cards:
            card.fit = _fit(card, levels)
    given = {"cards": cards, "more": more, "by_fit": by_fit, "actor": request.actor, "languages": LANGUAGES}
    return render(request, f"browse.{engine}.html", given)


def _best(levels: dict[int, int]) -> list[int]:
    newest = Opportunity.objects.filter(status="published").order_by("-published_at", "-id")[:RANKED_AMONG]
    rows: dict[int, list[Asked]] = {}
    for opening, *asked in (
        Requirement.objects.filter(opportunity_id__in=newest.values("id"), version=F("opportunity__version"))
        .order_by("opportunity_id", "position")
        .values_list("opportunity_id", "skill_id", "level", "weight", "essential")
    ):
        rows.setdefault(opening, []).append(Asked(*asked))
    places = {
        one: (-standing([levels.get(r.skill_id, 0) for r in asked], asked), -one)
        for one, asked in rows.items()
    }
    return sorted(places, key=places.__getitem__)


def _fit(card: Any, levels: dict[int, int]) -> dict[str, Any]:
    """What the drawing shows: two numbers, cells, and a sentence."""
    rows = list(card.requirements.all())
    asked = [Asked(r.skill_id, r.level, r.weight, r.essential) for r in rows]
    found: Fit = fit(asked, [levels.get(r.skill_id, 0) for r in rows], [r.skill.name for r in rows])
    cells, at = [], 0.0
    for part in found.parts:
        cells.append((at, part.most - 1.5, 12 if part.essential else 6, 100 * part.share, part))
        at += part.most
    lacks = found.lacks
    if not lacks:
        words = _("Everything asked is shown by your evidence.")
    elif len(lacks) == 1:
        words = _("%(skill)s is the gap. You can apply as you are.") % {"skill": lacks[0]}
    else:
        listed = _("%(most)s and %(last)s") % {"most": ", ".join(lacks[:-1]), "last": lacks[-1]}
        words = _("%(skills)s are not shown yet. You can apply as you are.") % {"skills": listed}
    return {"met": found.met, "of": found.of, "coverage": found.coverage, "cells": cells, "words": words}


def nowhere(request: HttpRequest, **_more: Any) -> HttpResponse:
    """The other pages: only their addresses are needed."""
    return HttpResponse()


NAMES = "front how sign_up sign_in theme levels tiers pay skills privacy accessibility about home work profile employer postings team people news settings"
urlpatterns = [
    path("dtl/openings", browse, {"engine": "dtl"}, name="browse"),
    path("jinja/openings", browse, {"engine": "jinja"}, name="browse_jinja"),
    path("openings/<id>", nowhere, name="opening"),
    path("organisations/<id>", nowhere, name="organisation"),
    *(path(name, nowhere, name=name) for name in NAMES.split()),
]
