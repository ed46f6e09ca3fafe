"""A whole micro-apprenticeship in four windows: published, applied for, signed, learnt, mentored, judged, issued."""

import re
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page, expect

from market import clock
from tests.browser import steps
from tests.browser.serving import Site
from tests.browser.steps import fill, follow, press, told, unfold
from tests.support.world import Known, World

TITLE = "Stores and stock"
SKILLS = ("Stocktaking", "Reorder planning")  # of the template, and of the opening whose order changes
LEAST = 2


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def public_id(page: Page, pattern: str) -> str:
    """The public id in the address of the page that one came to."""
    found = re.search(pattern + r"/([a-z0-9]+)", page.url)
    assert found, (page.url, page.locator("main").inner_text()[:600])
    return found[1]


def says(page: Page, words: str) -> None:
    """Press the first button that begins with these words, whatever it adds for screen readers."""
    with page.expect_event("load"):
        page.get_by_role("main").get_by_role("button", name=re.compile(f"^{words}")).first.click()
    assert not page.locator(".errors").count(), page.locator(".errors").first.inner_text()


@dataclass(frozen=True)
class Apprenticeship:
    """Where it happens, and a window for each of the four."""

    site: Site
    make: World
    amara: Page  # learns
    mira: Page  # mentors
    ruth: Page  # judges the capstone
    bruno: Page  # runs the organisation
    assessor: Known

    def sign_in(self) -> None:
        known = ((self.amara, self.make.amara), (self.mira, self.make.mira), (self.bruno, self.make.bruno))
        for page, who in (*known, (self.ruth, self.assessor)):
            steps.signs_in(page, self.site, who)

    # The employer: a programme, and a round of it

    def is_published(self) -> str:
        """From the template, with a mentor, an assessor and an awarding body. The programme's public id."""
        page = self.bruno
        page.goto(self.site.url("/programmes/new"))
        fill(page, {"template": "stores"})
        press(page, "Begin")
        made = public_id(page, "/programmes")
        self.writes(
            made,
            "mentorship",
            **{
                "mentors": self.make.mira.public_id, f"words_{self.make.mira.public_id}": "22 years in stores",
                "sessions_planned": 4, "sessions_least": LEAST,
            },
        )  # fmt: skip
        self.writes(made, "capstone", assessor=self.assessor.public_id)
        self.writes(
            made,
            "evidence",
            awarding_body="Nettle & Rye Bakery",
            country="GB",
            quality_assurance="Read yearly.",
        )
        page.goto(self.site.url(f"/programmes/{made}/edit/check"))
        press(page, "Publish version 1")
        told(page, "Version 1 is out")
        return made

    def writes(self, programme: str, section: str, **answers: object) -> None:
        self.bruno.goto(self.site.url(f"/programmes/{programme}/edit/{section}"))
        fill(self.bruno, answers)
        press(self.bruno, "Keep it as a draft")

    def opens_a_round(self, programme: str) -> str:
        """The opening's public id."""
        page = self.bruno
        page.goto(self.site.url(f"/programmes/{programme}/manage"))
        press(page, "Open a round")
        fill(
            page,
            {
                "start": "cohort", "starts_on": in_days(14), "seats": 2, "deadline_on": in_days(7),
                "answer_days": 5, "time_zone": "Europe/London",
            },
        )  # fmt: skip
        press(page, "Go on to read it through")
        press(page, "Publish")
        self.site.settled()
        return public_id(page, "/postings")

    # From the application to the first day

    def is_signed(self, opening: str) -> str:
        """Applied, offered, signed and begun. The work's public id."""
        site, amara, bruno = self.site, self.amara, self.bruno
        amara.goto(site.url(f"/openings/{opening}"))
        follow(amara, "Apply")
        press(amara, "Send my application")
        application = public_id(amara, "/applications")
        site.settled()
        bruno.goto(site.url(f"/applications/{application}"))
        press(bruno, "Read the application")
        bruno.goto(site.url(f"/applications/{application}"))
        follow(bruno, "Make an offer")
        press(bruno, "Send the offer")
        site.settled()
        work = steps.signs(amara, site, application)
        steps.is_ready(amara, site, work, "I am ready")
        steps.is_ready(bruno, site, work, "We are ready")
        return work

    # The five phases

    def learns(self, work: str) -> None:
        page = self.amara
        page.goto(self.site.url(f"/work/{work}/plan"))
        told(page, "How a store is laid out")
        says(page, "I am through with it")
        told(page, "Ticked off.")
        page.goto(self.site.url(f"/work/{work}/hours"))
        fill(page, {"worked_on": in_days(0), "hours": "2.5", "phase": "learning", "note": "The workshop"})
        press(page, "Write it down")
        told(page, "2.5 hours")

    def meets(self, work: str, writer: Page, other: Page, held: int) -> None:
        """One writes a session down, the other confirms it; `held` count afterwards."""
        writer.goto(self.site.url(f"/work/{work}/mentoring"))
        unfold(writer, "Write down one that was held without a plan")
        form = writer.locator('form[action$="/sessions/held"]')
        now = clock.now() - timedelta(hours=1)
        fill(
            form,
            {"held_on": now.date().isoformat(), "held_at": f"{now:%H:%M}", "minutes": 45, "note": "Shelves"},
        )
        with writer.expect_event("load"):
            form.get_by_role("button", name="Write it down").click()
        told(writer, "It counts once the other side says the same")
        other.goto(self.site.url(f"/work/{work}/mentoring"))
        press(other, "Yes, it was held")
        told(other, f"{held} of at least {LEAST} are held and confirmed by both")

    def does(self, work: str, times: int) -> None:
        """Hand in the next parts, each with a link that may be shown; Bruno accepts them."""
        for n in range(times):
            page = self.amara
            page.goto(self.site.url(f"/work/{work}"))
            follow(page, "Hand in a version")
            fill(
                page,
                {"note": "Counted twice.", "link": f"https://example.org/stock/{n}", "as_evidence": True},
            )
            press(page, "Hand it in")
            steps.approves(self.bruno, self.site, work)

    def is_refused(self, work: str, why: str) -> None:
        """The page offers no end, and says why not; whoever tries it all the same is told the same."""
        page = self.amara
        page.goto(self.site.url(f"/work/{work}"))
        told(page, why)
        expect(page.get_by_role("button", name="Finish", exact=True)).to_have_count(0)
        with page.expect_event("load"):
            page.evaluate(
                """where => {
                    const form = document.querySelector('main form[method=post]').cloneNode(true);
                    form.action = where;
                    document.body.append(form);
                    HTMLFormElement.prototype.submit.call(form);
                }""",
                f"/work/{work}/finish",
            )
        told(page, why)

    def judges(self, work: str, step: int) -> None:
        """Ruth, who was named for it, chooses the same step for each criterion, and signs."""
        page = self.ruth
        page.goto(self.site.url(f"/work/{work}/capstone"))
        follow(page, "Judge it by the rubric")
        names = {one.get_attribute("name") or "" for one in page.locator('[name^="step-"]').all()}
        assert len(names) == 4
        fill(page, dict.fromkeys(sorted(names), step))
        press(page, "Put in my steps")
        steps.signs_the_assessment(page, self.site, work, "One line of fifty differed, and you found why.")
        self.site.settled()

    def takes(self, name: str) -> str:
        """Accept the credential for everyone to see. Its path."""
        page = self.amara
        page.goto(self.site.url("/credentials"))
        follow(page, f"Read it {name}")
        fill(page, {"see": "public"})
        press(page, "Accept it")
        told(page, "It is yours")
        self.site.settled()
        return page.url.removeprefix(self.site.address)
