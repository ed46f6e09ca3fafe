"""The list of openings and the addresses that its page leads to."""

from typing import Any

from django.db import connection
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from market.evidence.posterior import OWN_WORD
from market.matching.core.contract import Requirement as Asked
from market.matching.core.explain import Fit, fit
from tests.benchmarks.django_site.models import Opportunity, PersonSkill, Requirement

SIZE, NEWEST, ALL = 20, 500, -1
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
    """The page: newest first, or in the order of the reader's evidence, of all openings or the `NEWEST`."""
    by_fit = request.actor is not None and request.GET.get("sort", "fit") == "fit"
    levels = (
        dict(PersonSkill.objects.filter(person=request.actor).values_list("skill_id", "level"))
        if request.actor
        else {}
    )
    if by_fit:
        ids = _best(request.actor.id, NEWEST if "newest" in request.GET else ALL)
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


# The order is made by the database, in the words of our own page (`market/matching/openings_listed.py`): whoever cares
# for speed would write it by hand in Django too. Its models have no seats and applicants, so they are said here.
_BEST = """
SELECT id FROM (
  SELECT o.id, o.seats, o.applicants_count, sum(r.essential) AS essential, sum(r.weight) AS weights,
    sum(CASE WHEN coalesce(p.level, 0) >= r.level * 51 - 25 THEN r.essential ELSE 0 END) AS met,
    sum(r.weight * CASE WHEN coalesce(p.level, 0) >= r.level * 51 - 25 THEN 1024
      ELSE coalesce(p.level, 0) * 1024 / (r.level * 51 - 25) END) AS covered
  FROM (SELECT id, version, seats, applicants_count FROM opportunity WHERE status = 'published'
        ORDER BY published_at DESC, id DESC LIMIT %s) AS o
  JOIN requirement AS r ON r.opportunity_id = o.id AND r.version = o.version
  LEFT JOIN person_skill AS p ON p.skill_id = r.skill_id AND p.person_id = %s
  GROUP BY o.id, o.seats, o.applicants_count)
ORDER BY (CASE WHEN essential = 0 THEN 1024 ELSE met * 1024 / essential END) * 2048
  + covered / weights * seats * 1000 / (seats * 1000 + applicants_count * 50) DESC, id DESC LIMIT %s
"""


def _best(person: int, among: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_BEST, [among, person, SIZE + 1])
        return [row[0] for row in cursor.fetchall()]


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
        nothing = all(part.unit <= OWN_WORD for part in found.parts if not part.met)
        words = (
            _("%(skills)s are not shown yet. You can apply as you are.")
            if nothing
            else _("%(skills)s are not shown at the level asked yet. You can apply as you are.")
        ) % {"skills": listed}
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
