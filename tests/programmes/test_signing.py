"""From a round to signed work: the first terms come from the programme, and signing sets its parts and people."""

import html
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from market.accounts.models import Membership
from market.accounts.sessions import actor_for
from market.applications import offers, planned
from market.applications.models import Application
from market.applications.terms import Terms
from market.engagements import queries as work_queries
from market.engagements import service as work
from market.engagements.models import Engagement, EngagementMember, MemberFunction
from market.errors import Invalid
from market.opportunities.queries import get_opportunity
from market.programmes import rounds
from market.programmes.rules import Phase
from tests.applications import scene
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.world import World


def applied(make: World, opening: str) -> int:
    with make.read() as db:
        inner = get_opportunity(db, opening).id
    return scene.reviewed(make, scene.applied(make, inner))


def first(make: World, opening: str) -> Terms:
    with make.read() as db:
        return planned.first_terms(db, get_opportunity(db, opening), date(2026, 11, 16))


def offer(make: World, application: int, terms: Terms) -> int:
    with make.write() as db:
        made = offers.make(db, actor_for(db, make.bruno.id), db.get_one(Application, application), terms)
        return made.id


def test_an_offer_begins_with_the_tasks_and_the_capstone(make: World) -> None:
    terms = first(make, plans.round_open(make))
    assert [p.title for p in terms.milestones] == [
        "Count one aisle",
        "Labels",
        "Capstone: A stocktake of one aisle, alone",
    ]
    assert [p.due_on for p in terms.milestones] == [date(2026, 12, 21), date(2027, 1, 4), date(2027, 1, 11)]
    assert [p.amount_minor for p in terms.milestones] == [8_500, 5_700, 5_800]
    assert (terms.starts_on, terms.hours, len(terms.mentors)) == (date(2026, 12, 7), 22, 1)


@pytest.mark.parametrize(
    ("total", "hours", "pays"),
    [
        (20_000, [6, 4, 4], [8_500, 5_700, 5_800]),
        (30_800, [6, 5, 3, 8], [8_400, 7_000, 4_200, 11_200]),
        (10_000, [1, 0], [10_000, 0]),
        (10_001, [3, 3, 0], [5_000, 5_001, 0]),
        (500, [0, 0], [0, 500]),
    ],
)
def test_pay_is_split_by_the_hours_that_are_paid(total: int, hours: list[int], pays: list[int]) -> None:
    assert planned.split(total, hours) == pays
    assert sum(pays) == total


def test_signing_sets_phases_tasks_mentors_and_assessors(make: World) -> None:
    opening = plans.round_open(make)
    application = applied(make, opening)
    put = offer(make, application, first(make, opening))
    with make.write() as db:
        from market.applications.models import Offer

        made = work.sign(db, actor_for(db, make.amara.id), db.get_one(Offer, put)).id
    make.drain()
    with make.read() as db:
        engagement = db.get_one(Engagement, made)
        cohort = rounds.of_opening(db, engagement.opportunity_id or 0)
        assert cohort is not None
        assert (engagement.kind, engagement.cohort_id) == ("micro_apprenticeship", cohort.id)
        assert engagement.programme_version_id == cohort.programme_version_id
        assert (cohort.seats, cohort.seats_free) == (3, 2)
        parts = work_queries.milestones_of(db, made)
        assert [m.phase for m in parts] == [Phase.TASKS, Phase.TASKS, Phase.CAPSTONE]
        assert [m.programme_task_id is not None for m in parts] == [True, True, False]
        assert parts[0].text == "Twice, on two days."
        people = db.exec(
            select(EngagementMember.function, Membership.person_id)
            .join(Membership, Membership.id == EngagementMember.membership_id)  # type: ignore[arg-type]
            .where(EngagementMember.engagement_id == made)
        ).all()
        assert set(people) == {
            (MemberFunction.MENTOR, make.mira.id),
            (MemberFunction.ASSESSOR, make.bruno.id),
        }
        assert set(engagement.supervisor_ids) == {make.mira.id, make.bruno.id}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": 21}, "hours"),
        ({"mentors": ()}, "mentors"),
        ({"starts_on": date(2026, 12, 8)}, "starts_on"),
        ({"milestones": "one less"}, "milestones"),
    ],
)
def test_terms_keep_to_the_programme(make: World, changes: dict[str, object], field: str) -> None:
    opening = plans.round_open(make)
    terms = first(make, opening)
    if field == "milestones":
        kept = replace(terms.milestones[0], amount_minor=terms.pay_minor)
        terms = replace(terms, milestones=(kept,))
    else:
        terms = replace(terms, **changes)  # type: ignore[arg-type]
    application = applied(make, opening)
    with pytest.raises(Invalid) as refused:
        offer(make, application, terms)
    assert field in refused.value.fields


def test_the_form_of_an_offer_begins_with_the_programme_and_can_be_sent_as_it_is(
    client: Client, make: World
) -> None:
    opening = plans.round_open(make)
    application = applied(make, opening)
    with make.read() as db:
        public_id = db.get_one(Application, application).public_id
    bruno = client.as_(make.bruno)
    page = bruno.get(f"/applications/{public_id}/offer")
    fields = re.findall(r'<input id="([a-z_0-9-]+)"[^>]*?value="([^"]*)"', page.text)
    fields += re.findall(r'<textarea id="([a-z_0-9-]+)"[^>]*>([^<]*)</textarea>', page.text)
    form: dict[str, Any] = {name: html.unescape(value) for name, value in fields}
    assert form["milestones-2-title"] == "Capstone: A stocktake of one aisle, alone"
    assert form["milestones-0-amount_minor"] == "85"
    sent = bruno.post(f"/applications/{public_id}/offer", {**form, "mentors": make.mira.public_id})
    assert sent.status_code == 303, words(sent)
