"""The whole loop as two people in two windows: post, rank, apply, offer, work, assess, review, evidence, new ranking.

It is walked twice, with JavaScript and without; the two tests differ in nothing else.
"""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import scene, steps
from tests.browser.serving import Site
from tests.support.world import World

OF_EMPLOYER = {"clarity": 5, "responsiveness": 4, "support": 4, "fairness": 5}
OF_TALENT = {"communication": 5, "reliability": 5, "quality": 4, "initiative": 4}
HERS = "They answered every question on the same day, and paid on the day."
HIS = "She counted twice, asked early, and her list works at five in the morning."


@dataclass(frozen=True)
class Loop:
    """Where the loop happens: the site, its world, and a window for each of the two."""

    site: Site
    make: World
    amara: Page
    bruno: Page
    earlier: str  # a similar opening to which Amara has applied before

    def walk(self, folder: Path) -> None:
        site, amara, bruno = self.site, self.amara, self.bruno
        steps.signs_in(amara, site, self.make.amara)
        steps.signs_in(bruno, site, self.make.bruno)
        steps.says_what_she_can_do(amara, site, *scene.SKILLS)
        site.settled()
        # Before: she stands below Joel for the earlier opening, with nothing of what is essential.
        assert steps.places(bruno, site, self.earlier) == [
            ("Joel Adeyemi", "0 of 1"),
            ("Amara Okafor", "0 of 1"),
        ]

        opening = steps.posts_a_gig(bruno, site)
        site.settled()
        self.finds_it()
        application = steps.applies(amara, site, opening)
        site.settled()
        steps.sees_why(bruno, site, opening, self.make.amara)
        steps.shortlists(bruno, site, application)
        steps.offers(bruno, site, application)
        site.settled()
        steps.suggests_other_terms(amara, site, application)
        work = steps.signs(bruno, site, application)
        site.settled()

        self.works(work, folder)
        self.assesses(work)
        steps.finishes(bruno, site, work)
        site.settled()
        self.pays(work)
        self.reviews(work)

        self.profile_has_changed()
        assert steps.places(bruno, site, self.earlier) == [
            ("Amara Okafor", "1 of 1"),
            ("Joel Adeyemi", "0 of 1"),
        ]

    def finds_it(self) -> None:
        """Amara sees the new opening among those that are open, in the order of her evidence, with her fit."""
        page = self.amara
        page.goto(self.site.url("/openings"))
        steps.told(page, "in the order of your evidence")
        card = page.locator("article.opening", has_text=steps.TITLE)
        expect(card.locator(".fit")).to_contain_text("0 of 1")
        expect(card.locator(".fit")).to_contain_text("coverage")

    def works(self, work: str, folder: Path) -> None:
        """Two parts: the first is handed in twice, since changes are asked for; the second once."""
        site, amara, bruno = self.site, self.amara, self.bruno
        steps.is_ready(amara, site, work, "I am ready")
        steps.is_ready(bruno, site, work, "We are ready")
        sheet = folder / "stock sheet.csv"
        sheet.write_text("item,unit,reorder at\nrye flour,25 kg,4\n", encoding="utf-8")
        steps.hands_in(amara, site, work, "All forty items. Look at the flours first.", sheet)
        steps.asks_for_changes(bruno, site, work, "Add the tins, please: eight are missing.")
        sheet.write_text("item,unit,reorder at\nrye flour,25 kg,4\ntins,1,12\n", encoding="utf-8")
        steps.hands_in(amara, site, work, "With the tins.", sheet)
        steps.told(amara, "Add the tins, please: eight are missing.")
        steps.told(amara, "Version 2")
        steps.approves(bruno, site, work)
        steps.hands_in(amara, site, work, "The list for Thursday, on one page.")
        steps.approves(bruno, site, work)
        site.settled()

    def assesses(self, work: str) -> None:
        """Each chooses steps without seeing the other's; then both are open, and Bruno signs."""
        site, amara, bruno = self.site, self.amara, self.bruno
        steps.assesses(bruno, site, work, {1: 4, 2: 3}, "I picked twenty items and found all of them.")
        amara.goto(site.url(f"/work/{work}/assess"))
        steps.told(amara, "The other side has put in its steps.")
        steps.not_told(amara, "I picked twenty items")
        steps.assesses(amara, site, work, {1: 3, 2: 3}, "I found one slip myself and mended it.")
        steps.told(amara, "I picked twenty items")
        steps.signs_the_assessment(bruno, site, work, "Keep asking early. Next, try a forecast.")
        site.settled()

    def pays(self, work: str) -> None:
        site, amara, bruno = self.site, self.amara, self.bruno
        steps.declares_pay(bruno, site, work)
        steps.confirms_pay(amara, site, work)
        amara.goto(site.url(f"/work/{work}"))
        steps.told(amara, "£288")
        expect(amara.locator("main").get_by_text("declared paid and confirmed")).to_have_count(2)

    def reviews(self, work: str) -> None:
        """Sealed until both are in: not a word, a number or an average before."""
        site, amara, bruno = self.site, self.amara, self.bruno
        steps.reviews(bruno, site, work, OF_TALENT, HIS, skill_0=3, skill_1=3)
        site.settled()
        for path in (f"/work/{work}", f"/work/{work}/reviews", f"/people/{self.make.amara.public_id}"):
            amara.goto(site.url(path))
            steps.not_told(amara, "She counted twice")
        amara.goto(site.url(f"/work/{work}/review"))
        steps.told(amara, "The other side has sealed its review.")
        steps.reviews(amara, site, work, OF_EMPLOYER, HERS)
        site.settled()
        for page in (amara, bruno):
            page.goto(site.url(f"/work/{work}/reviews"))
            steps.told(page, HIS)
            steps.told(page, HERS)

    def profile_has_changed(self) -> None:
        """Amara's profile shows the two new lines of evidence, and a level that was not there before."""
        page = self.amara
        page.goto(self.site.url(f"/people/{self.make.amara.public_id}"))
        skill = page.locator("li.skill", has_text=scene.SKILLS[0])
        expect(skill).to_contain_text("T4 demonstrated")
        # By the published rule: (0.35 x 1 + 3 / 16 + 3 / 1.5 + 4 / 0.36) / (0.35 + 1 / 16 + 1 / 1.5 + 1 / 0.36) = 3.54,
        # less half of a spread of 0.51.
        expect(skill.locator(".level-words")).to_have_text("3.5, likely 2.7 to 4.4. Counts as 3.3.")
        with page.expect_event("load"):
            skill.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Why {scene.SKILLS[0]} counts as level 3")
        for tier in ("T4", "T2", "T0"):
            steps.told(page, tier)
