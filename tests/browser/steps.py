"""What people do in a browser, each as they would: forms filled, buttons pressed, links followed.

Nothing here needs a script to run in the page, so that the same steps walk the site with and without JavaScript.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import scene
from tests.browser.scene import PASSWORD
from tests.browser.serving import Site
from tests.support.world import Known

TITLE = "Turn our paper stock list into a spreadsheet that orders itself"
ANCHORS = ("Six of 20 are wrong.", "Three of 20 are wrong.", "One of 20 is wrong.", "All 20 are right.")


def fill(within: Page | Locator, answers: Mapping[str, object]) -> None:
    """Answer the questions of a form by the names of their fields; True ticks a box."""
    for name, answer in answers.items():
        field = within.locator(f'[name="{name}"]')
        tag, kind = field.first.evaluate("e => [e.tagName, e.type]")
        if kind in ("radio", "checkbox"):
            wanted = field if answer is True else within.locator(f'[name="{name}"][value="{answer}"]')
            wanted.check()
        elif tag == "SELECT":
            field.select_option(str(answer))
        else:
            field.fill(str(answer))


def press(page: Page, words: str) -> None:
    """Press the button with these words, and wait for the page it leads to."""
    before = page.url
    with page.expect_event("load"):
        page.get_by_role("main").get_by_role("button", name=words, exact=True).click()
    refused = page.locator(".errors")
    assert not refused.count(), f"{words!r} on {before} was refused: {refused.first.inner_text()}"


def follow(page: Page, words: str) -> None:
    """Follow the link with these words."""
    with page.expect_event("load"):
        page.get_by_role("main").get_by_role("link", name=words, exact=True).first.click()


def unfold(page: Page, words: str) -> None:
    page.locator("summary", has_text=words).click()


def told(page: Page, words: str) -> None:
    """The page says this somewhere in its content."""
    expect(page.get_by_role("main")).to_contain_text(words)


def not_told(page: Page, words: str) -> None:
    expect(page.get_by_role("main")).not_to_contain_text(words)


def signs_in(page: Page, site: Site, who: Known) -> None:
    page.goto(site.url("/sign-in?next=/openings"))
    fill(page, {"email": who.email, "password": PASSWORD})
    press(page, "Sign in")
    expect(page.get_by_role("navigation", name="Account")).to_contain_text(who.name)


# Employer: posting


def posts_a_gig(page: Page, site: Site) -> str:
    """Write an opening with two parts, two skills and a rubric, and publish it. Its public id."""
    page.goto(site.url("/postings/new"))
    fill(
        page,
        {
            "kind": "gig",
            "title": TITLE,
            "summary": "We keep forty flours and tins in three notebooks. We want one sheet that tells us on Thursday "
            "what to order for the week.",
            "ip_note": "The sheet is ours; show it without the prices.",
        },
    )
    press(page, "Go on to what is handed in")
    parts(page)
    press(page, "Go on to skills")
    asks_for_skills(page)
    press(page, "Go on to the rubric")
    writes_the_rubric(page)
    press(page, "Go on to pay and dates")
    fill(
        page,
        {
            "hours": 18,
            "weeks": 2,
            "pay": "288",
            "pay_basis": "fixed",
            "mode": "remote",
            "time_zone": "Europe/London",
            "starts_on": "2026-11-30",
            "starts_by": "2026-12-07",
            "deadline_on": "2026-11-27",
            "answer_days": 5,
        },
    )
    press(page, "Go on to read it through")
    told(page, "It is published at once")
    press(page, "Publish")
    found = re.search(r"/postings/([a-z0-9]+)", page.url)
    assert found, (page.url, page.locator("main").inner_text()[:600])
    return found[1]


def adds(page: Page, button: str, field: str) -> None:
    """Press the button that adds a row to the form, and wait for the row's field."""
    assert not page.locator(f'[name="{field}"]').count()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(f'[name="{field}"]')).to_be_visible()


def parts(page: Page) -> None:
    fill(
        page,
        {
            "parts-0-title": "The stock sheet",
            "parts-0-text": "Every item in the notebooks, with unit, supplier, price and when we reorder.",
            "parts-0-accepted_when": "Twenty items that we pick at random match the shelf.",
        },
    )
    adds(page, "Add a part", "parts-1-title")
    fill(
        page,
        {
            "parts-1-title": "The Thursday list",
            "parts-1-text": "One page that prints: what to order, from whom, how much.",
            "parts-1-accepted_when": "It gives the right list for two weeks that we ordered by hand.",
        },
    )


def asks_for_skills(page: Page) -> None:
    for n, (skill, level, matters, weight) in enumerate(
        ((scene.SKILLS[0], 3, "essential", 6), (scene.SKILLS[1], 2, "desirable", 3))
    ):
        if n:
            adds(page, "Add a skill", f"needs-{n}-skill")
        answers = {"skill": skill, "level": level, "matters": matters, "weight": weight}
        fill(page, {f"needs-{n}-{name}": answer for name, answer in answers.items()})
    adds(page, "Add a question", "questions-0-text")
    fill(page, {"questions-0-text": "Tell us about a list that other people used."})


def writes_the_rubric(page: Page) -> None:
    for n, (name, skill) in enumerate(zip(("Accuracy", "Use"), scene.SKILLS, strict=True)):
        if not page.locator(f'[name="criteria-{n}-name"]').count():
            adds(page, "Add a criterion", f"criteria-{n}-name")
        feeds = page.locator(f'[name="criteria-{n}-feeds"] option', has_text=skill).get_attribute("value")
        given = {"name": name, "feeds": feeds, "needed": True}
        fill(page, {f"criteria-{n}-{key}": answer for key, answer in given.items()})
        fill(page, {f"criteria-{n}-step_{step}": words for step, words in enumerate(ANCHORS, start=1)})


# Talent: finding and applying


def says_what_she_can_do(page: Page, site: Site, *skills: str) -> None:
    for skill in skills:
        page.goto(site.url("/me/skills"))
        fill(page.locator("#add"), {"skill": skill, "level": 3})
        press(page, "Add it")
        told(page, skill)


def applies(page: Page, site: Site, opening: str) -> str:
    """From the opening's page. The application's public id."""
    page.goto(site.url(f"/openings/{opening}"))
    told(page, "essential")
    follow(page, "Apply")
    fill(
        page,
        {"answers-1": "At Larch House I made a sheet with one row for each item. We stopped running out."},
    )
    press(page, "Send my application")
    found = re.search(r"/applications/([a-z0-9]+)", page.url)
    assert found, (page.url, page.locator("main").inner_text()[:600])
    return found[1]


# Employer: choosing


def places(page: Page, site: Site, opening: str) -> list[tuple[str, str]]:
    """The applicants in their order, each with what they meet of the essentials: `("Amara Okafor", "1 of 1")`."""
    page.goto(site.url(f"/postings/{opening}/applications"))
    rows = page.locator("table.candidates > tbody > tr:not(.why)")
    return [
        (row.get_by_role("rowheader").get_by_role("link").inner_text(), essential_of(row))
        for row in rows.all()
    ]


def essential_of(row: Locator) -> str:
    return row.locator('[data-label="Essential"]').inner_text()


def sees_why(page: Page, site: Site, opening: str, who: Known) -> None:
    """Open someone's place in the order: what is asked, what they have, and what would change it."""
    page.goto(site.url(f"/postings/{opening}/applications"))
    with page.expect_event("load"):
        page.locator("table.candidates").get_by_role("link", name=who.name, exact=True).click()
    why = page.locator("#why")
    expect(why).to_contain_text("What is asked")
    expect(why).to_contain_text("Essential 0 of 1")
    expect(why).to_contain_text("What would change it most")


def shortlists(page: Page, site: Site, application: str) -> None:
    page.goto(site.url(f"/applications/{application}"))
    press(page, "Read the application")
    page.goto(site.url(f"/applications/{application}"))
    told(page, "At Larch House I made a sheet")
    press(page, "Shortlist")


def offers(page: Page, site: Site, application: str) -> str:
    """Offer what the opening said, in its two parts. The offer's address."""
    page.goto(site.url(f"/applications/{application}"))
    follow(page, "Make an offer")
    fill(page, {"ends_on": "2026-12-18", "note": "We liked how you count."})
    fill(page, {"milestones-0-due_on": "2026-12-07", "milestones-0-amount_minor": "144"})
    fill(page, {"milestones-1-due_on": "2026-12-18", "milestones-1-amount_minor": "144"})
    press(page, "Send the offer")
    return page.url


def suggests_other_terms(page: Page, site: Site, application: str) -> None:
    page.goto(site.url(f"/applications/{application}"))
    follow(page, "Read the offer")
    told(page, "We liked how you count.")
    follow(page, "Suggest other terms")
    fill(page, {"ends_on": "2026-12-19", "note": "The second part needs one more day."})
    fill(page, {"milestones-1-due_on": "2026-12-19"})
    press(page, "Send as version 2")


def signs(page: Page, site: Site, application: str) -> str:
    """Sign the latest terms. The engagement's public id."""
    page.goto(site.url(f"/applications/{application}"))
    follow(page, "Read the offer")
    press(page, "Accept and sign")
    found = re.search(r"/work/([a-z0-9]+)", page.url)
    assert found, (page.url, page.locator("main").inner_text()[:600])
    return found[1]


# Work


def is_ready(page: Page, site: Site, work: str, words: str) -> None:
    page.goto(site.url(f"/work/{work}"))
    press(page, words)


def hands_in(page: Page, site: Site, work: str, note: str, *files: Path) -> None:
    """Hand in the part that is being worked on."""
    page.goto(site.url(f"/work/{work}"))
    follow(page, "Hand in a version")
    fill(page, {"note": note})
    if files:
        page.locator('main [name="files"]').set_input_files([str(file) for file in files])
    press(page, "Hand it in")


def asks_for_changes(page: Page, site: Site, work: str, words: str) -> None:
    page.goto(site.url(f"/work/{work}"))
    follow(page, "Read it and answer")
    unfold(page, "Ask for changes instead")
    page.get_by_label("What should be different?").fill(words)
    press(page, "Ask for changes")


def approves(page: Page, site: Site, work: str) -> None:
    page.goto(site.url(f"/work/{work}"))
    follow(page, "Read it and answer")
    press(page, "Approve")


def assesses(page: Page, site: Site, work: str, steps: Mapping[int, int], why: str) -> None:
    """Choose a step for each criterion, without having seen the other side's."""
    page.goto(site.url(f"/work/{work}/assess"))
    fill(page, {f"step-{criterion}": step for criterion, step in steps.items()})
    fill(page, {f"why-{criterion}": why for criterion in steps})
    press(page, "Put in my steps")


def signs_the_assessment(page: Page, site: Site, work: str, comment: str) -> None:
    page.goto(site.url(f"/work/{work}/assessment"))
    fill(page, {"comment": comment})
    press(page, "Sign the assessment")
    told(page, "Signed")


def finishes(page: Page, site: Site, work: str) -> None:
    page.goto(site.url(f"/work/{work}"))
    press(page, "Finish")


def declares_pay(page: Page, site: Site, work: str) -> None:
    page.goto(site.url(f"/work/{work}/pay"))
    while (button := page.get_by_role("button", name="Record it as paid")).count():
        with page.expect_event("load"):
            button.first.click()


def confirms_pay(page: Page, site: Site, work: str) -> None:
    page.goto(site.url(f"/work/{work}/pay"))
    while (button := page.get_by_role("button", name="Confirm it came")).count():
        with page.expect_event("load"):
            button.first.click()


def reviews(page: Page, site: Site, work: str, axes: Mapping[str, int], text: str, **skills: int) -> None:
    page.goto(site.url(f"/work/{work}/review"))
    fill(page, {**axes, "text": text, **{name.replace("_", "-"): level for name, level in skills.items()}})
    press(page, "Seal my review")
