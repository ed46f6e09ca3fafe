"""Why someone is not in the list for an opening: told to them alone, and never who blocked whom."""

import pytest

from market.evidence.models import Kind
from market.matching import service, standing
from market.matching.core.policy import policy_with
from market.matching.standing import Reason
from market.opportunities.models import Opportunity
from market.profiles.models import TalentProfile, Visibility
from tests.applications import scene
from tests.matching.people import findable, shows, someone
from tests.matching.test_policy_in_lists import newcomers, veterans
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.world import Known, World


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def opening(make: World, known: dict[str, int]) -> int:
    return scene.opening(make, known=known)


def why(make: World, who: Known, opening: int, *, has_applied: bool = False) -> list[Reason]:
    with make.read() as db:
        found = db.get_one(Opportunity, opening)
        reasons = standing.reasons(db, make.actor(who), found, has_applied=has_applied)
        listed = {row.person_id for row in service.rank_people(db, make.actor(make.bruno), found)[1]}
        if reasons == [Reason.KEPT_PLACE]:
            assert len(listed) > service.MOST, "somebody holds one"
        elif reasons and not has_applied:
            assert who.id not in listed
        return reasons


def test_nothing_keeps_off_who_may_be_found_and_has_shown_something(
    make: World, known: dict[str, int], opening: int
) -> None:
    assert why(make, someone(make, (known["Spreadsheets"], Kind.PROJECT, 2.0)), opening) == []


def test_each_choice_of_their_own_is_named(make: World, known: dict[str, int], opening: int) -> None:
    item = (known["Spreadsheets"], Kind.ASSESSMENT, 3.0)
    assert why(make, someone(make, item, visibility=Visibility.PRIVATE), opening) == [Reason.PRIVATE]
    assert why(make, someone(make, item, is_findable=False), opening) == [Reason.NOT_FINDABLE]
    assert why(make, make.chidi, opening) == [Reason.PRIVATE, Reason.NOTHING_SHOWN]
    assert why(make, findable(make, make.chidi), opening) == [Reason.NOTHING_SHOWN]
    blocker = someone(make, item)
    make.block(blocker, organisation=make.bakery)
    assert why(make, blocker, opening) == [Reason.OWN_BLOCK]
    shows(make, findable(make, make.mira), item)
    assert why(make, make.mira, opening) == [Reason.MEMBER]
    applicant = someone(make, item)
    assert why(make, applicant, opening, has_applied=True) == [Reason.APPLIED]


def test_a_profile_for_members_is_not_seen_by_an_organisation_that_is_not_verified(
    make: World, known: dict[str, int], opening: int
) -> None:
    who = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), visibility=Visibility.MEMBERS)
    assert why(make, who, opening) == []
    with make.write() as db:
        from market.accounts.models import Organisation

        db.get_one(Organisation, make.bakery.id).verified_at = None
    assert why(make, who, opening) == [Reason.MEMBERS_ONLY]


def test_whoever_was_blocked_is_told_the_same_as_before(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    who = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    reader = client.as_(who)
    path = f"/openings/{scene.public_id(make, opening)}/standing"
    before = words(reader.get(path))
    make.block(make.mira, person=who)
    assert words(reader.get(path)) == before
    assert "Nothing on your side keeps you off it" in before


def test_below_the_cut_is_by_score_and_says_nothing_of_blocks(
    make: World, known: dict[str, int], opening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 4.0)) for _ in range(3)]
    last = someone(make, (known["Spreadsheets"], Kind.PROJECT, 1.0))
    monkeypatch.setattr(service, "MOST", 3)
    assert [why(make, who, opening) for who in first] == [[], [], []]
    with make.read() as db:
        found = db.get_one(Opportunity, opening)
        assert standing.reasons(db, make.actor(last), found, has_applied=False) == [Reason.BELOW_THE_CUT]


def test_a_newcomer_below_the_cut_is_told_of_the_places_kept_for_newcomers(
    client: Client, make: World, known: dict[str, int], opening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they hold one now is not told: it changes with each list, and who blocked whom could be read from it."""
    veterans(make, known)
    who, other = newcomers(make, known, 2)
    without = someone(make, (known["Stock control"], Kind.PROJECT, 2.0))
    monkeypatch.setattr(service, "MOST", 11)
    for one in (who, other):
        assert why(make, one, opening) == [Reason.KEPT_PLACE]
    assert why(make, without, opening) == [Reason.BELOW_THE_CUT], "they cannot meet the essential"
    reader = client.as_(who)
    path = f"/openings/{scene.public_id(make, opening)}/standing"
    page = words(reader.get(path))
    assert "A place kept for newcomers may be yours" in page
    assert "keeps you off it" not in page.replace("Nothing on your side keeps you off it", "")
    with make.write() as db:
        db.get_one(TalentProfile, other.id).visibility = Visibility.PRIVATE
    with_more = words(client.as_(other).get(path))
    assert "One thing keeps you off it Your profile is private" in with_more
    assert "A place kept for newcomers may be yours" in with_more
    with make.read() as db:
        found = db.get_one(Opportunity, opening)
        none = standing.reasons(db, make.actor(who), found, has_applied=False, policy=policy_with(0))
        assert none == [Reason.BELOW_THE_CUT], "a site may keep no places"
    with make.write() as db:
        db.get_one(TalentProfile, who.id).completed_count = 1
    assert why(make, who, opening) == [Reason.BELOW_THE_CUT]


def test_an_opening_that_is_over_or_asks_nothing_has_no_list(make: World, opening: int) -> None:
    with make.write() as db:
        db.get_one(Opportunity, opening).version += 1  # whose requirements were never written
    assert why(make, make.amara, opening) == [Reason.NO_SKILL]
    draft = postings.fresh(make, postings.draft(make)).id
    with make.read() as db:
        assert standing.reasons(
            db, make.actor(make.amara), db.get_one(Opportunity, draft), has_applied=False
        ) == [Reason.CLOSED]


def test_the_page_is_for_who_is_signed_in_and_linked_from_the_opening(
    client: Client, make: World, opening: int
) -> None:
    path = f"/openings/{scene.public_id(make, opening)}"
    assert client.get(f"{path}/standing").status_code == 303
    assert f"{path}/standing" in client.as_(make.amara).get(path).text
    assert "keep you off it" in words(client.as_(make.chidi).get(f"{path}/standing"))
    assert "lists of their own organisation" in words(client.as_(make.bruno).get(f"{path}/standing"))
