"""The pages of work, as browsers ask for them."""

import re
from typing import Any

import pytest
from sqlmodel import func, select

from market.engagements import milestones, payments, service
from market.engagements.models import Deliverable, PaymentEntry
from market.engagements.rules import Status
from market.transitions import Transition
from market.web.submission import KEY_FIELD
from tests.engagements import scene
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import Standing, World

GONE = "a" * 16
PAGES = ("", "/terms", "/pay", "/call-off", "/pause", "/end", "/change", "/assess", "/assessment")
STEPS = (
    "ready",
    "call-off",
    "no-show",
    "pause",
    "resume",
    "finish",
    "end",
    "outcome",
    "change",
    "project",
    "assess",
    "assessment",
)
PART_STEPS = (
    "begin",
    "hand-in",
    "take-back",
    "approve",
    "changes",
    "cancel",
    "declare",
    "correct",
    "confirm",
    "versions/1",
)
FORM = {
    "note": "Because it is better for both.",
    "fault": "none",
    "outcome": "hired",
    "amount": "144",
    "ends_on": "2026-12-24",
    "link": "",
}


def steps_taken(make: World) -> int:
    with make.read() as db:
        return db.exec(select(func.count()).select_from(Transition)).one()


@pytest.fixture
def work(make: World) -> int:
    return make.engagement(**scene.mentored(make))


def path(make: World, work: int) -> str:
    return f"/work/{scene.work(make, work).public_id}"


def part_path(make: World, work: int, place: int = 0) -> str:
    return f"/work/milestones/{scene.parts(make, work)[place].public_id}"


def test_foreign_work_and_missing_work_answer_the_same_and_change_nothing(
    make: World, client: Client, work: int
) -> None:
    from market.access import Role

    make.organisation(owner=make.chidi)
    before, here, part = steps_taken(make), path(make, work), part_path(make, work)
    for who in (make.chidi, make.member(make.bakery, Role.MENTOR)):
        reader = client.as_(who)
        for page in PAGES:
            assert (
                reader.get(here + page).status_code == reader.get(f"/work/{GONE}{page}").status_code == 404
            ), page
        for step in STEPS:
            assert (
                reader.post(f"{here}/{step}", FORM).status_code
                == reader.post(f"/work/{GONE}/{step}", FORM).status_code
                == 404
            ), step
        assert reader.get(part).status_code == 404
        for step in PART_STEPS:
            assert (
                reader.post(f"{part}/{step}", FORM).status_code
                == reader.post(f"/work/milestones/{GONE}/{step}", FORM).status_code
                == 404
            ), step
    assert client.get(here).status_code == 303
    assert steps_taken(make) == before


def test_a_moderator_reads_and_takes_no_step(make: World, client: Client, work: int) -> None:
    dana, before = client.as_(make.dana), steps_taken(make)
    for page in PAGES[:3]:
        assert dana.get(path(make, work) + page).status_code == 404, "nothing was reported"
    scene.concern(make, work)
    for page in PAGES[:3]:
        assert dana.get(path(make, work) + page).status_code == 200
    for step in ("ready", "call-off", "no-show", "pause", "end", "finish", "change", "project"):
        assert dana.post(f"{path(make, work)}/{step}", FORM).status_code in (403, 409), step
    for step in PART_STEPS[:3]:
        assert dana.post(f"{part_path(make, work)}/{step}", FORM).status_code in (403, 409), step
    assert "<form" not in re.sub(
        r'<form[^>]*action="/(sign-out|theme|look|settings)[^>]*>',
        "",
        dana.get(path(make, work)).text.split("<main")[1].split("</main")[0],
    )
    assert steps_taken(make) == before


def test_a_refused_step_says_why(make: World, client: Client, work: int) -> None:
    bruno = client.as_(make.bruno)
    refused = bruno.post(f"{path(make, work)}/finish")
    assert refused.status_code == 403
    assert "2 milestones are not settled yet" in words(refused)
    early = bruno.post(f"{part_path(make, work)}/cancel", {"note": "We do not need it."})
    assert early.status_code == 403
    assert "has not passed" in words(early)
    stale = bruno.post(f"{part_path(make, work)}/approve")
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("step", "form", "kept"),
    [
        ("pause", {"note": "ill", "until": "2026-12-01"}, "ill"),
        ("pause", {"note": "My child is ill.", "until": "someday"}, "someday"),
        ("pause", {"note": "My child is ill.", "until": "2027-12-01"}, "2027-12-01"),
        ("end", {"note": "Too short", "fault": "none"}, "Too short"),
        ("end", {"note": "They were never there at all.", "fault": "employer"}, "never there"),
        ("end", {"note": "They were never there at all.", "fault": "everyone"}, "never there"),
        ("change", {"note": "An exam on the tenth.", "ends_on": "2020-01-01"}, "An exam"),
        ("change", {"note": "An exam on the tenth.", "ends_on": "soon"}, "soon"),
        ("change", {"note": "", "ends_on": "2026-12-24"}, "2026-12-24"),
    ],
)
def test_a_refused_form_comes_back_with_its_words(
    make: World, client: Client, work: int, step: str, form: dict[str, str], kept: str
) -> None:
    before = steps_taken(make)
    refused = client.as_(make.amara).post(f"{path(make, work)}/{step}", form)
    assert refused.status_code == 422
    assert kept in refused.text
    assert "needs mending" in words(refused) or "need mending" in words(refused)
    for target in re.findall(r'<li><a href="#([^"]+)">', refused.text):
        assert f'id="{target}"' in refused.text
    assert (steps_taken(make), scene.work(make, work).status) == (before, Status.ACTIVE)


def test_words_refused_on_a_part_come_back_in_the_form_they_came_from(
    make: World, client: Client, work: int, standing_clock: Standing
) -> None:
    part = part_path(make, work)
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    bad = amara.post(f"{part}/hand-in", {"note": "Here it is.", "link": "javascript:alert(1)"})
    assert bad.status_code == 422
    assert "Here it is." in bad.text
    assert amara.post(f"{part}/hand-in", {}).status_code == 422
    scene.hand_in(make, work)
    back = bruno.post(f"{part}/changes", {"note": "no"})
    assert back.status_code == 422
    assert re.search(r'<textarea id="changes"[^>]*>no</textarea>', back.text)
    long = bruno.post(f"{part}/approve", {"note": "y" * 2001})
    assert long.status_code == 422
    assert re.search(r'<textarea id="note"[^>]*>y{2001}</textarea>', long.text)
    standing_clock.move(days=40)
    out = client.as_(make.bruno).post(f"{part_path(make, work, 1)}/cancel", {"note": "no"})
    assert out.status_code == 422
    assert re.search(r'<textarea id="why-cancel"[^>]*>no</textarea>', out.text)


def test_files_are_kept_named_and_refused(make: World, clients: Any, work: int) -> None:
    amara = clients(upload_max_bytes=2000).as_(make.amara)
    part = part_path(make, work)
    note = {"note": "The sheet is inside."}
    big = amara.post(f"{part}/hand-in", note, files={"files": ("big.csv", b"a,b\n" * 1000, "text/csv")})
    assert big.status_code == 413
    assert "The sheet is inside." in big.text
    lying = amara.post(
        f"{part}/hand-in",
        note,
        files={"files": ("list.pdf", b"MZ\x90\x00" + b"\x00" * 90, "application/pdf")},
    )
    assert lying.status_code == 422
    many = [("files", (f"{n}.csv", b"a,b\n1,2\n", "text/csv")) for n in range(6)]
    assert amara.post(f"{part}/hand-in", note, files=many).status_code == 422
    with make.read() as db:
        assert db.exec(select(Deliverable)).all() == []
    hostile = "../../<img src=x onerror=alert(1)>\u202e.csv"
    sent = amara.post(f"{part}/hand-in", note, files={"files": (hostile, b"a,b\n1,2\n", "text/csv")})
    page = amara.follow(sent)
    assert "<img src=x" not in page.text
    assert "sha256" in page.text


def test_a_form_sent_twice_is_one_step(make: World, client: Client, work: int) -> None:
    amara = client.as_(make.amara)
    form = {"note": "Here.", KEY_FIELD: "k" * 24}
    first, second = (amara.post(f"{part_path(make, work)}/hand-in", form) for _n in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert scene.parts(make, work)[0].version == 1
    scene.on_part(make, make.bruno, work, 0, milestones.approve)
    pay = {"amount": "144", KEY_FIELD: "p" * 24}
    bruno = client.as_(make.bruno)
    for _n in range(2):
        assert bruno.post(f"{part_path(make, work)}/declare", pay).status_code == 303
    with make.read() as db:
        assert len(db.exec(select(PaymentEntry).where(PaymentEntry.kind == "declared_paid")).all()) == 1


def test_a_mismatch_in_pay_is_shown_and_can_be_corrected(make: World, client: Client, work: int) -> None:
    scene.hand_in(make, work)
    scene.on_part(make, make.bruno, work, 0, milestones.approve)
    scene.on_part(make, make.bruno, work, 0, payments.declare, 10_000)
    scene.on_part(make, make.amara, work, 0, payments.confirm, 12_000)
    bruno, part = client.as_(make.bruno), part_path(make, work)
    page = bruno.get(f"{path(make, work)}/pay")
    assert "What was declared and what was confirmed differ" in words(page)
    assert "Correct what was declared" in words(page)
    refused = bruno.post(f"{part}/correct", {"amount": "16,50", "note": ""})
    assert refused.status_code == 422
    assert 'value="16,50"' in refused.text
    for target in re.findall(r'<li><a href="#([^"]+)">', refused.text):
        assert f'id="{target}"' in refused.text
    assert bruno.post(f"{part}/correct", {"amount": "120", "note": "A typing error."}).status_code == 303
    assert "differ" not in words(bruno.get(f"{path(make, work)}/pay"))


def test_the_side_that_is_ready_last_reads_that_work_has_begun(make: World, client: Client) -> None:
    here = path(make, make.engagement(started=False))
    first, last = (client.as_(who) for who in (make.amara, make.bruno))
    assert "starts when both" in words(first.follow(first.post(f"{here}/ready")))
    assert "so work has begun" in words(last.follow(last.post(f"{here}/ready")))


def test_an_answer_to_other_dates_that_is_none_leaves_them_waiting(
    make: World, client: Client, work: int
) -> None:
    here, later = path(make, work), {"note": "An exam on the tenth.", "ends_on": "2026-12-24"}
    assert client.as_(make.amara).post(f"{here}/change", later).status_code == 303
    bruno = client.as_(make.bruno)
    (answer,) = set(re.findall(rf'action="({here}/change/[a-z2-7]+)"', bruno.get(f"{here}/terms").text))
    assert bruno.post(answer, {"answer": "perhaps"}).status_code == 422
    assert bruno.post(answer, {"answer": "sign"}).status_code == 303


def test_consent_is_changed_on_the_page_of_the_part(make: World, client: Client, work: int) -> None:
    scene.hand_in(make, work)
    amara, part = client.as_(make.amara), part_path(make, work)
    assert "stays between the two of you" in words(amara.get(part))
    after = amara.follow(amara.post(f"{part}/versions/1", {"as_evidence": "on"}))
    assert "Version 1: may be shown" in words(after)
    assert client.as_(make.bruno).post(f"{part}/versions/1", {"as_evidence": "off"}).status_code == 403
    assert "What may be shown" not in words(client.as_(make.bruno).get(part))
    assert amara.post(f"{part}/versions/9", {}).status_code == 404


def test_completed_work_is_shown_on_the_profile_by_a_button(make: World, client: Client) -> None:
    work = make.finished()
    amara = client.as_(make.amara)
    assert "Show this work on my profile" in words(amara.get(path(make, work)))
    shown = amara.follow(amara.post(f"{path(make, work)}/project"))
    assert "It stands among your projects." in words(shown)
    again = amara.post(f"{path(make, work)}/project")
    assert again.status_code == 403
    assert "This work is among your projects." in words(amara.get(path(make, work)))


def test_every_page_of_work_in_every_state_is_valid_html(
    make: World, client: Client, standing_clock: Standing
) -> None:
    if why_not():
        pytest.skip(str(why_not()))
    found: dict[str, str] = {}
    sides = {"talent": client.as_(make.amara), "employer": client.as_(make.bruno)}

    def look(state: str, work: int) -> None:
        for side, reader in sides.items():
            for page in (*PAGES, "/review", "/reviews"):
                answer = reader.get(path(make, work) + page)
                assert answer.status_code in (200, 303, 403, 404), (state, side, page)
                if answer.status_code == 200:
                    found[f"{state} {side} {page or 'show'}"] = answer.text
            found[f"{state} {side} part"] = reader.get(part_path(make, work)).text

    work = make.engagement(started=False, **scene.mentored(make))
    look("scheduled", work)
    for who in (make.amara, make.bruno):
        scene.do(make, who, work, service.ready)
    scene.hand_in(make, work, note="<b>First</b>", uploads=(("a.csv", b"a,b\n1,2\n"),))
    look("handed in", work)
    scene.on_part(make, make.bruno, work, 0, milestones.request_changes, "The prices are missing.")
    scene.do(make, make.amara, work, service.pause, "My child is ill.")
    look("paused", work)
    scene.do(make, make.amara, work, service.resume)
    for place in (0, 1):
        scene.hand_in(make, work, place)
        scene.on_part(make, make.bruno, work, place, milestones.approve)
        scene.on_part(make, make.bruno, work, place, payments.declare, 14_400)
    scene.judge(make, make.amara, work, 2, "I did it alone.")
    scene.judge(make, make.bruno, work, 3, "It was right.")
    look("settled", work)
    scene.sign(make, make.bruno, work, 3, "It was right.")
    scene.do(make, make.amara, work, service.finish)
    make.drain()
    look("completed", work)
    for side, reader in sides.items():
        found[f"{side} list"] = reader.get("/work" if side == "talent" else "/team").text
        found[f"{side} empty"] = client.as_(make.chidi).get("/work").text
    assert complaints(found) == []


def test_a_choice_that_is_none_gives_the_form_back_with_what_is_wrong_beside_it(
    make: World, client: Client
) -> None:
    from tests.opportunities.postings import trial

    work = make.finished(opening=make.opening(**trial()))
    here, bruno = path(make, work), client.as_(make.bruno)
    for given in ({}, {"outcome": "adored"}):
        refused = bruno.post(f"{here}/outcome", given)
        assert refused.status_code == 422
        assert 'id="outcome-error"' in refused.text
        assert words(refused).count("Choose what the trial led to.") == 2, "first on the page, and beside it"
        assert f'action="{here}/outcome"' in refused.text
        assert complaints({"outcome": refused.text}) == []
    assert scene.work(make, work).outcome is None
    bruno.follow(bruno.post(f"{here}/outcome", {"outcome": "hired"}))
    assert bruno.post(f"{here}/outcome", {"outcome": "adored"}).status_code == 403
