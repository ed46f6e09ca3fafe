"""Writing a profile, and what of it reaches the ledger."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from market import clock
from market.errors import Conflict, Invalid, NotFound
from market.evidence import queries as ledger
from market.evidence.models import Evidence, Kind, MatchChange
from market.evidence.posterior import DOORSTEP, Item, posterior
from market.profiles import queries, rules, service
from market.profiles.background import Done, Learnt
from market.profiles.models import TalentProfile, Visibility
from market.profiles.projects import Made
from market.profiles.service import Basics, Spoken
from market.skills.models import Skill
from market.skills.service import merge
from tests.evidence.ledger import skill
from tests.support.world import NOW, Known, World

TODAY = NOW.date()
LINK = "https://amara.example.org/rota"


def standing(db: Session, who: Known) -> list[tuple[int, Kind, int, int, date]]:
    """What stands in the ledger: skill, kind, tier, level, day."""
    return [
        (r.skill_id, r.kind, r.tier, r.reading_milli // 1000, r.occurred_on)
        for r in ledger.ledger_of(db, who.id)
    ]


def everything(db: Session, who: Known) -> int:
    """How many rows the ledger holds, voids among them."""
    return len(db.exec(select(Evidence).where(Evidence.person_id == who.id)).all())


def test_a_profile_is_made_on_first_need_and_is_private(make: World) -> None:
    with make.write() as db:
        assert db.get(TalentProfile, make.amara.id) is None
        assert queries.profile_of(db, make.amara.id).visibility is Visibility.PRIVATE
        assert db.get(TalentProfile, make.amara.id) is None, "reading makes nothing"
        made = service.own_profile(db, make.amara.id)
        assert made.visibility is Visibility.PRIVATE
        assert service.own_profile(db, make.amara.id) is made


def test_a_claim_stands_in_the_ledger_as_claimed(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        service.claim_skill(db, make.actor(make.amara), sheets, 3)
        assert standing(db, make.amara) == [(sheets, Kind.CLAIM, 0, 3, TODAY)]
        assert 1 <= ledger.stored_levels(db, make.amara.id)[sheets] <= DOORSTEP


def test_another_level_voids_the_old_claim_and_makes_a_new_one(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    with make.write() as db:
        for level in (3, 4, 3, 5, 5):
            service.claim_skill(db, actor, sheets, level)
            assert [row[3] for row in standing(db, make.amara)] == [level]
        assert everything(db, make.amara) == 4 + 3, (
            "four claims, three of them voided; saying 5 twice is once"
        )
        assert len(queries.claims_of(db, make.amara.id)) == 1


def test_a_claim_taken_back_and_made_again_counts_again(make: World) -> None:
    """On SQLite a deleted id would be given out again, and the new claim would pass for the voided one."""
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    with make.write() as db:
        service.claim_skill(db, actor, sheets, 2)
        service.unclaim(db, actor, sheets)
        service.unclaim(db, actor, sheets)
        assert standing(db, make.amara) == []
        assert ledger.stored_levels(db, make.amara.id) == {}
        service.claim_skill(db, actor, sheets, 2)
        assert standing(db, make.amara) == [(sheets, Kind.CLAIM, 0, 2, TODAY)]


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_outside_one_to_five_is_refused(make: World, level: int) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        with pytest.raises(Invalid) as refused:
            service.claim_skill(db, make.actor(make.amara), sheets, level)
        assert "level" in refused.value.fields
        with pytest.raises(DBAPIError):
            db.execute(
                text(
                    "INSERT INTO skill_claim (person_id, skill_id, wanted, level, created_at)"
                    f" VALUES ({make.amara.id}, {sheets}, false, {level}, '2026-11-16 10:00:00+00')"
                )
            )


def test_wanting_a_skill_is_no_evidence(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    with make.write() as db:
        service.want(db, actor, sheets)
        service.want(db, actor, sheets)
        service.claim_skill(db, actor, sheets, 1)
        assert [(c.level, c.wanted) for c in queries.claims_of(db, make.amara.id)] == [
            (None, True),
            (1, False),
        ]
        assert len(standing(db, make.amara)) == 1
        service.unwant(db, actor, sheets)
        assert [c.wanted for c in queries.claims_of(db, make.amara.id)] == [False]
        assert len(standing(db, make.amara)) == 1


def test_a_list_of_skills_ends_somewhere(make: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = skill(make, "One"), skill(make, "Two")
    monkeypatch.setattr(rules, "MOST_CLAIMS", 1)
    monkeypatch.setattr(rules, "MOST_WANTED", 1)
    actor = make.actor(make.amara)
    with make.write() as db:
        service.claim_skill(db, actor, one, 2)
        service.claim_skill(db, actor, one, 3)
        service.want(db, actor, one)
        with pytest.raises(Conflict):
            service.claim_skill(db, actor, two, 2)
        with pytest.raises(Conflict):
            service.want(db, actor, two)


def test_who_sees_a_profile_and_what_its_owner_asks_for_never_touch_the_ledger(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    with make.write() as db:
        service.claim_skill(db, actor, sheets, 3)
        before, level = everything(db, make.amara), ledger.stored_levels(db, make.amara.id)
        told = len(db.exec(select(MatchChange)).all())
        for visibility in Visibility:
            service.save_profile(
                db,
                actor,
                Basics(
                    headline="Makes paper legible.",
                    visibility=visibility,
                    is_findable=visibility is not Visibility.PRIVATE,
                    available_from=TODAY + timedelta(days=14),
                    hours_week=10,
                    pay_min_minor=1450,
                ),
            )
        assert everything(db, make.amara) == before
        assert ledger.stored_levels(db, make.amara.id) == level
        assert len(db.exec(select(MatchChange)).all()) == told + 3, (
            "filters ask for these, so the indexes hear"
        )
        kept = queries.profile_of(db, make.amara.id)
        assert (kept.visibility, kept.hours_week, kept.pay_min_minor) == (Visibility.PUBLIC, 10, 1450)


def test_languages_keep_their_order_and_are_named_once(make: World) -> None:
    actor = make.actor(make.amara)
    with make.write() as db:
        service.set_languages(db, actor, [Spoken("ig", "at home"), Spoken("en")])
        assert [(r.language, r.fluency) for r in queries.languages_of(db, make.amara.id)] == [
            ("ig", "at home"),
            ("en", ""),
        ]
        service.set_languages(db, actor, [Spoken("en")])
        assert [r.language for r in queries.languages_of(db, make.amara.id)] == ["en"]
        with pytest.raises(Invalid):
            service.set_languages(db, actor, [Spoken("en"), Spoken("en", "twice")])


def test_a_project_that_anyone_can_open_shows_each_of_its_skills(make: World) -> None:
    sheets, records = skill(make, "Spreadsheets"), skill(make, "Records")
    day = TODAY - timedelta(days=100)
    with make.write() as db:
        service.add_project(
            db, make.actor(make.amara), Made("Rota", day, link=LINK, skills={sheets: 3, records: 2})
        )
        assert standing(db, make.amara) == [
            (sheets, Kind.PROJECT, 1, 3, day),
            (records, Kind.PROJECT, 1, 2, day),
        ]


def test_a_project_without_a_link_is_shown_and_proves_nothing(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    made = Made("Rota", TODAY, skills={sheets: 3})
    with make.write() as db:
        project = service.add_project(db, actor, made)
        assert standing(db, make.amara) == []
        ((shown, skills),) = queries.projects_of(db, make.amara.id)
        assert (shown.title, [(s.name, s.level) for s in skills]) == ("Rota", [("Spreadsheets", 3)])
        service.change_project(db, actor, project, made._replace(link=LINK))
        assert [row[1] for row in standing(db, make.amara)] == [Kind.PROJECT]
        service.change_project(db, actor, project, made)
        assert standing(db, make.amara) == []


def test_other_words_leave_the_ledger_alone_and_another_link_day_skill_or_level_does_not(make: World) -> None:
    sheets, records = skill(make, "Spreadsheets"), skill(make, "Records")
    actor = make.actor(make.amara)
    made = Made("Rota", TODAY, link=LINK, skills={sheets: 3, records: 2})
    with make.write() as db:
        project = service.add_project(db, actor, made)
        assert everything(db, make.amara) == 2
        service.change_project(
            db, actor, project, made._replace(title="Water rota", role="Made it", text="How.")
        )
        assert everything(db, make.amara) == 2
        service.change_project(db, actor, project, made._replace(skills={sheets: 4, records: 2}))
        assert everything(db, make.amara) == 4, (
            "the changed skill was voided and recorded anew, the other stayed"
        )
        service.change_project(db, actor, project, made._replace(skills={sheets: 4}))
        assert standing(db, make.amara) == [(sheets, Kind.PROJECT, 1, 4, TODAY)]
        service.change_project(
            db, actor, project, made._replace(skills={sheets: 4}, done_on=TODAY - timedelta(days=9))
        )
        assert standing(db, make.amara) == [(sheets, Kind.PROJECT, 1, 4, TODAY - timedelta(days=9))]


def test_a_project_removed_no_longer_counts_and_one_added_again_does(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    made = Made("Rota", TODAY, link=LINK, skills={sheets: 3})
    with make.write() as db:
        service.remove_project(db, actor, service.add_project(db, actor, made))
        assert standing(db, make.amara) == []
        assert queries.projects_of(db, make.amara.id) == []
        service.add_project(db, actor, made)
        assert len(standing(db, make.amara)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"done_on": TODAY + timedelta(days=2)}, "done_on"),
        ({"link": "notes.txt"}, "link"),
        ({"link": "http://192.168.1.4/rota"}, "link"),
        ({"skills": dict.fromkeys(range(1, 10), 3)}, "skills"),
        ({"skills": {1: 7}}, "skills"),
    ],
)
def test_a_project_that_cannot_be_is_refused_with_the_field_to_mend(
    make: World, change: dict[str, object], field: str
) -> None:
    with make.write() as db:
        with pytest.raises(Invalid) as refused:
            service.add_project(db, make.actor(make.amara), Made("Rota", TODAY)._replace(**change))  # type: ignore[arg-type]
        assert field in refused.value.fields
        assert queries.projects_of(db, make.amara.id) == []


def test_nobody_reaches_anothers_lines(make: World) -> None:
    amara, chidi = make.actor(make.amara), make.actor(make.chidi)
    with make.write() as db:
        project = service.add_project(db, amara, Made("Rota", TODAY))
        did = service.add_experience(db, amara, Done("Night kitchen assistant", date(2021, 5, 1)))
        learnt = service.add_education(db, amara, Learnt("Food hygiene", "Calderside College", 2024))
        with pytest.raises(NotFound):
            queries.get_project(db, chidi, project.public_id)
        with pytest.raises(NotFound):
            service.remove_experience(db, chidi, did.public_id)
        with pytest.raises(NotFound):
            service.change_education(db, chidi, learnt.public_id, Learnt("Mine"))
        assert queries.get_project(db, amara, project.public_id).id == project.id


def test_experience_and_education_are_listed_and_are_no_evidence(make: World) -> None:
    actor = make.actor(make.amara)
    with make.write() as db:
        old = service.add_experience(db, actor, Done("Porter", date(2015, 1, 1), until_on=date(2019, 1, 1)))
        service.add_experience(db, actor, Done("Night kitchen assistant", date(2021, 5, 1)))
        service.change_experience(
            db, actor, old.public_id, Done("Hospital porter", date(2015, 1, 1), until_on=date(2019, 6, 1))
        )
        service.add_education(db, actor, Learnt("BSc Botany", year=2015))
        later = service.add_education(db, actor, Learnt("Food hygiene", year=2024))
        assert [e.title for e in queries.experience_of(db, make.amara.id)] == [
            "Night kitchen assistant",
            "Hospital porter",
        ]
        assert [e.title for e in queries.education_of(db, make.amara.id)] == ["Food hygiene", "BSc Botany"]
        service.remove_education(db, actor, later.public_id)
        service.remove_experience(db, actor, old.public_id)
        assert (
            len(queries.experience_of(db, make.amara.id)) == len(queries.education_of(db, make.amara.id)) == 1
        )
        assert everything(db, make.amara) == 0
        with pytest.raises(Invalid):
            service.add_experience(db, actor, Done("Backwards", date(2020, 1, 1), until_on=date(2019, 1, 1)))
        with pytest.raises(Invalid):
            service.add_experience(db, actor, Done("Not yet", clock.today() + timedelta(days=40)))


def test_links_by_the_dozen_say_no_more_than_two_and_less_than_one_assessor(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    actor = make.actor(make.amara)
    reached = []
    with make.write() as db:
        service.claim_skill(db, actor, sheets, 5)
        for n in range(rules.MOST_PROJECTS):
            service.add_project(db, actor, Made(f"Sheet {n}", TODAY, link=f"{LINK}/{n}", skills={sheets: 5}))
            reached.append(ledger.stored_levels(db, make.amara.id)[sheets])
        with pytest.raises(Conflict):
            service.add_project(db, actor, Made("One more", TODAY))
    assert set(reached[1:]) == {reached[1]}
    assert reached[-1] < posterior([Item(1, 4, 5, TODAY)], "tool", TODAY).level


def test_a_skill_that_becomes_another_is_said_once_at_the_higher_level(make: World) -> None:
    old, stays = skill(make, "Excel"), skill(make, "Spreadsheets")
    amara, chidi = make.actor(make.amara), make.actor(make.chidi)
    with make.write() as db:
        service.claim_skill(db, amara, old, 4)
        service.claim_skill(db, amara, stays, 2)
        service.want(db, amara, old)
        service.claim_skill(db, chidi, old, 3)
        service.add_project(db, amara, Made("Rota", TODAY, link=LINK, skills={old: 2, stays: 3}))
    with make.write() as db:
        merge(db, make.actor(make.dana), db.get_one(Skill, old), db.get_one(Skill, stays))
    make.drain()
    with make.write() as db:
        assert {(c.name, c.level, c.wanted) for c in queries.claims_of(db, make.amara.id)} == {
            ("Spreadsheets", 4, False),
            ("Spreadsheets", None, True),
        }
        ((_project, shown),) = queries.projects_of(db, make.amara.id)
        assert [(s.name, s.level) for s in shown] == [("Spreadsheets", 3)]
        assert sorted(row[:4] for row in standing(db, make.amara)) == [
            (stays, Kind.CLAIM, 0, 4),
            (stays, Kind.PROJECT, 1, 3),
        ]
        assert [row[:4] for row in standing(db, make.chidi)] == [(stays, Kind.CLAIM, 0, 3)]
        service.unclaim(db, chidi, stays)
        assert standing(db, make.chidi) == []
