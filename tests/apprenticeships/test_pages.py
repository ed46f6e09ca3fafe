"""The pages of a programme that runs, as the learner, the mentor and others see them."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from market import clock
from market.accounts.models import Person
from market.engagements import milestones
from market.engagements.models import Engagement
from market.profiles.models import TalentProfile, Visibility
from tests.apprenticeships import scene
from tests.apprenticeships.test_capstone import hand_in, judge
from tests.engagements.scene import concern, on_part, work
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.html import carried
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def first(pattern: str, page: httpx.Response) -> str:
    """What a page holds at a place."""
    found = re.search(pattern, page.text)
    assert found is not None
    return found[1]


@pytest.fixture
def e(make: World) -> Engagement:
    return work(make, scene.running(make))


def test_the_plan_says_what_is_now_and_next_and_learning_is_ticked(
    client: Client, make: World, e: Engagement
) -> None:
    amara = client.as_(make.amara)
    page = amara.get(f"/work/{e.public_id}/plan")
    said = words(page)
    assert "How a store is laid out" in said
    assert "Put these days in your calendar" in said
    assert "0 of at least 3" in said
    resource = first(r'name="resource" value="([^"]+)"', page)
    done = amara.follow(amara.post(f"/work/{e.public_id}/plan/tick", {"resource": resource, "done": "1"}))
    assert "Ticked off." in words(done)
    assert "Not done after all" in words(done)
    assert "I am through with it" not in words(client.as_(make.mira).get(f"/work/{e.public_id}/plan"))
    assert (
        amara.post(f"/work/{e.public_id}/plan/tick", {"resource": "nothing", "done": "1"}).status_code == 404
    )


def test_the_calendar_file_holds_days_and_sessions(client: Client, make: World, e: Engagement) -> None:
    mira = client.as_(make.mira)
    day = (clock.today() + timedelta(days=3)).isoformat()
    mira.post(f"/work/{e.public_id}/sessions", {"day": day, "at": "14:00", "topic": "Shelves, and labels"})
    file = client.as_(make.amara).get(f"/work/{e.public_id}/plan.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "attachment" in file.headers["content-disposition"]
    text = file.text.replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "SUMMARY:Shelves\\, and labels" in text
    assert "DURATION:PT45M" in text
    assert text.count("BEGIN:VEVENT") >= 4


def test_a_session_is_planned_written_down_and_confirmed_by_two(
    client: Client, make: World, e: Engagement
) -> None:
    path = f"/work/{e.public_id}/mentoring"
    mira, amara = client.as_(make.mira), client.as_(make.amara)
    refused = mira.post(
        f"/work/{e.public_id}/sessions", {"day": "2020-01-01", "at": "14:00", "topic": "Shelves"}
    )
    assert refused.status_code == 422
    assert "lies ahead" in words(refused)
    assert 'value="Shelves"' in refused.text
    now = clock.now()
    asked = {
        "held_on": now.date().isoformat(),
        "held_at": "08:15",
        "minutes": "45",
        "note": "Counting twice.",
    }
    page = mira.follow(mira.post(f"/work/{e.public_id}/sessions/held", asked))
    assert "It counts once the other side says the same" in words(page)
    assert "Yes, it was held" not in words(page)
    page = amara.get(path)
    assert "Yes, it was held" in words(page)
    page = amara.follow(amara.post(first(r'action="([^"]+/confirm)"', page)))
    assert "Confirmed. It counts." in words(page)
    assert "1 of at least 3 are held" in words(page)


def test_each_side_reads_times_where_they_are(client: Client, make: World, e: Engagement) -> None:
    with make.write() as db:
        db.get_one(Person, make.amara.id).time_zone = "Asia/Tokyo"
    asked = {"day": "2026-11-20", "at": "18:30", "topic": "Shelves"}
    amara = client.as_(make.amara)
    page = words(amara.follow(amara.post(f"/work/{e.public_id}/sessions", asked)))
    assert "20 November, 18:30" in page
    assert "Times are those of Asia/Tokyo" in page
    page = words(client.as_(make.mira).get(f"/work/{e.public_id}/mentoring"))
    assert "20 November, 09:30" in page
    assert "Times are those of Europe/London" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"held_on": "", "held_at": "", "minutes": ""}, "Fill this in."),
        ({"held_on": "2026-11-16", "held_at": "25:00", "minutes": "45"}, "Write a time of day"),
        ({"held_on": "2026-11-16", "held_at": "\u00b2:00", "minutes": "45"}, "Write a time of day"),
        ({"held_on": "2026-11-16", "held_at": "08:15", "minutes": "5"}, "from 15 minutes"),
        ({"held_on": "2026-11-17", "held_at": "08:15", "minutes": "45"}, "after it was held"),
        ({"held_on": "2020-01-01", "held_at": "08:15", "minutes": "45"}, "before the work began"),
        ({"held_on": "2026-11-16", "held_at": "08:15", "minutes": "many"}, "whole number"),
    ],
)
def test_a_session_that_cannot_be_is_refused_beside_the_field(
    client: Client, make: World, e: Engagement, given: dict[str, str], said: str
) -> None:
    refused = client.as_(make.amara).post(
        f"/work/{e.public_id}/sessions/held", {**given, "note": "Kept words"}
    )
    assert refused.status_code == 422
    assert said in words(refused)
    assert "Kept words" in refused.text


def test_saying_otherwise_asks_for_words(client: Client, make: World, e: Engagement) -> None:
    row = scene.session(make, scene.logged(make, make.mira, e.id))
    amara = client.as_(make.amara)
    refused = amara.post(f"/sessions/{row.public_id}/deny", {"note": ""})
    assert refused.status_code == 422
    page = amara.follow(amara.post(f"/sessions/{row.public_id}/deny", {"note": "It was ten minutes."}))
    assert "It was ten minutes." in words(page)
    assert amara.post(f"/sessions/{row.public_id}/fly").status_code == 404
    assert amara.post("/sessions/nothing/confirm").status_code == 404
    assert client.as_(make.chidi).post(f"/sessions/{row.public_id}/confirm").status_code == 404


def test_hours_are_written_down_against_the_plan(client: Client, make: World, e: Engagement) -> None:
    amara = client.as_(make.amara)
    path = f"/work/{e.public_id}/hours"
    refused = amara.post(f"{path}/log", {"worked_on": "2026-11-16", "hours": "25", "phase": "tasks"})
    assert refused.status_code == 422
    given = {"worked_on": "2026-11-16", "hours": "7.5", "phase": "tasks", "note": "Counted an aisle"}
    page = amara.follow(amara.post(f"{path}/log", given))
    assert "7.5 hours" in words(page)
    assert "the plan holds so far" in words(page)  # above a fifth more than the first week's
    page = amara.follow(amara.post(first(r'action="([^"]+/void)"', page)))
    assert "Nothing is written down yet." in words(page)
    assert "Write hours down" not in words(client.as_(make.mira).get(path))


def test_the_two_questions_are_answered_and_read_by_both(client: Client, make: World, e: Engagement) -> None:
    amara = client.as_(make.amara)
    path = f"/work/{e.public_id}/pulse"
    assert amara.post(path, {"week": "1", "first": "4"}).status_code == 422
    given = {"week": "1", "first": "4", "second": "2", "words": "The labels ran out."}
    page = amara.follow(amara.post(path, given))
    assert "The labels ran out." in words(page)
    assert "Rather well; too little" in words(client.as_(make.mira).get(f"/work/{e.public_id}/mentoring"))
    assert amara.post(path, given).status_code == 409


def test_an_owner_names_a_stand_in(client: Client, make: World, e: Engagement) -> None:
    bruno = client.as_(make.bruno)
    page = bruno.get(f"/work/{e.public_id}/mentoring")
    assert "Somebody else mentors" in words(page)
    assert bruno.post(f"/work/{e.public_id}/mentor", {"mentor": ""}).status_code == 422
    assert bruno.post(f"/work/{e.public_id}/mentor", {"mentor": make.mira.public_id}).status_code == 422
    page = bruno.follow(bruno.post(f"/work/{e.public_id}/mentor", {"mentor": make.bruno.public_id}))
    assert "Named." in words(page)
    assert "Somebody else mentors" not in words(client.as_(make.amara).get(f"/work/{e.public_id}/mentoring"))


@pytest.mark.parametrize("place", ["plan", "plan.ics", "mentoring", "hours", "capstone"])
def test_others_and_other_work_have_no_such_pages(
    client: Client, make: World, e: Engagement, place: str
) -> None:
    assert client.as_(make.chidi).get(f"/work/{e.public_id}/{place}").status_code == 404
    assert client.as_(make.dana).get(f"/work/{e.public_id}/{place}").status_code == 404
    concern(make, e.id, "apprenticeship.quiet_long")
    assert client.as_(make.dana).get(f"/work/{e.public_id}/{place}").status_code == 200
    gig = work(make, make.engagement(who=make.chidi))
    assert client.as_(make.chidi).get(f"/work/{gig.public_id}/{place}").status_code == 404


def test_the_capstone_is_judged_appealed_and_tried_again_on_its_page(
    client: Client, make: World, e: Engagement
) -> None:
    path = f"/work/{e.public_id}/capstone"
    amara, bruno, mira = client.as_(make.amara), client.as_(make.bruno), client.as_(make.mira)
    assert "Not handed in yet" in words(amara.get(path))
    assert "not been handed in yet" in words(bruno.get(path))
    hand_in(make, e.id)
    assert "Judge it by the rubric" in words(bruno.get(path))
    judge(make, e.id, 3, 2)
    page = amara.get(path)
    assert "Not passed" in words(page)
    assert "step 2 of 4" in words(page)
    assert amara.post(f"{path}/again", {"due_on": "2020-01-01"}).status_code == 422
    short = amara.post(f"{path}/appeal", {"words": "No."})
    assert short.status_code == 422
    page = amara.follow(amara.post(f"{path}/appeal", {"words": "The differing line was the supplier's own."}))
    assert "Nobody is named to look at it yet." in words(page)
    assert bruno.post(f"{path}/assessor", {"assessor": make.bruno.public_id}).status_code == 422
    bruno.follow(bruno.post(f"{path}/assessor", {"assessor": make.mira.public_id}))
    page = mira.get(path)
    assert "Judge it by the same rubric" in words(page)
    refused = mira.post(f"{path}/answer", {"step-1": "3", "comment": "I counted the aisle myself."})
    assert refused.status_code == 422
    given = {"step-1": "3", "step-2": "2", "comment": "I counted the aisle myself."}
    given |= carried(mira.get(path).text, f"{path}/answer")
    on_part(make, make.amara, e.id, -1, milestones.take_back)
    anew: dict[str, Any] = {"note": "Counted twice.", "link": "", "uploads": (), "as_evidence": False}
    on_part(make, make.amara, e.id, -1, milestones.hand_in, **anew)
    stale = mira.post(f"{path}/answer", given)
    assert stale.status_code == 409
    assert "Since you opened this page, version 2 of “" in words(stale)
    assert "I counted the aisle myself.</textarea>" in stale.text
    given |= carried(stale.text, f"{path}/answer")
    page = mira.follow(mira.post(f"{path}/answer", given))
    assert "came to the same steps" in words(page)
    day = (clock.today() + timedelta(days=14)).isoformat()
    page = amara.follow(amara.post(f"{path}/again", {"due_on": day}))
    assert "Attempt 2 of 2." in words(page)


@pytest.mark.parametrize("page", ["mentoring", "capstone"])
def test_people_are_named_with_a_link_only_where_their_profile_can_be_read(
    client: Client, make: World, e: Engagement, page: str
) -> None:
    """Nobody here has shown a profile; then those who mentor and judge open theirs."""
    path = f"/work/{e.public_id}/{page}"
    readers = [client.as_(who) for who in (make.amara, make.bruno, make.mira)]
    for visible in (False, True):
        if visible:
            with make.write() as db:
                for one in (make.bruno, make.mira):
                    db.merge(TalentProfile(person_id=one.id, visibility=Visibility.PUBLIC))
        linked = 0
        for reader in readers:
            found = re.findall(r'href="(/people/[a-z0-9]+)"', reader.get(path).text)
            linked += len(found)
            assert {reader.get(one).status_code for one in found} <= {200}
        assert not visible or linked >= len(readers)
