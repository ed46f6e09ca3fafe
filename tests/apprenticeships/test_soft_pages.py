"""The pages of soft skills: the steps, whom one is asked about, saying it, and what a closed round shows to whom."""

from market.apprenticeships.soft_rules import SoftSkill
from market.skills.models import Skill
from tests.apprenticeships.soft_scene import asked, every, five, over, say
from tests.engagements.scene import concern
from tests.support.client import Client, words
from tests.support.world import World

UNSEEN = {one.value: "unseen" for one in SoftSkill}


def test_a_learner_says_it_of_each_other_one_and_reads_nothing_before_it_is_over(
    client: Client, make: World
) -> None:
    five(make)
    made = asked(make, 4)
    me, *others = made
    amara = client.as_(make.amara)
    page = f"/work/{me.public_id}/soft-skills"
    home = words(amara.get("/home"))
    assert "Say how the others of your group work" in home
    assert "Of 3 people, in Stores and stock." in home
    shown = words(amara.get(page))
    assert "3 people are left, until Monday 4 January." in shown
    assert "What others say of you is sealed until Monday 4 January." in shown
    one = f"{page}/{others[0].who.public_id}"
    assert "How does Learner 2 work with others?" in words(amara.get(one))

    refused = amara.post(one, {"teamwork": "3", "leadership": "9"})
    assert refused.status_code == 422
    assert "4 things need mending" in words(refused)
    assert 'value="3" checked' in refused.text

    done = amara.follow(amara.post(one, {**UNSEEN, "teamwork": "3"}))
    assert "Kept, and sealed." in words(done)
    assert "2 people are left" in words(done)
    again = amara.get(one).text
    assert again.count("checked") == 5
    assert again.count('value="unseen" checked') == 4

    for by in (make.mira, *(x.who for x in others)):
        say(make, by, me, every(3, leadership=None if by is make.mira else 2))
    assert "Step" not in words(amara.get(page)).partition("What others say of you")[2]
    over(make)
    found = words(amara.get(page))
    assert f"As mentor: {make.mira.name}." in found
    assert "Says in time what others need, and checks that it was understood." in found
    assert "Could not see this" in found
    assert "Said by 3 people" in found
    assert amara.get(one).status_code == 404  # who said what is gone
    level = words(amara.get(f"/people/{make.amara.public_id}"))
    assert "Seen by a mentor over a whole programme." in level


def test_the_mentor_says_it_and_reads_no_word_of_the_peers(client: Client, make: World) -> None:
    five(make)
    me, *others = asked(make, 4)
    mira = client.as_(make.mira)
    page = f"/work/{me.public_id}/soft-skills"
    assert f"Say how {make.amara.name} works with others" in words(mira.get("/employer"))
    one = f"{page}/{make.amara.public_id}"
    assert mira.follow(mira.post(one, {skill.value: "4" for skill in SoftSkill})).status_code == 200
    assert f"Say how {make.amara.name} works with others" not in words(mira.get("/employer"))
    for by in others:
        say(make, by.who, me, every(1))
    over(make)
    concern(make, me.work)
    for who in (make.mira, make.bruno):
        found = words(client.as_(who).get(page))
        assert f"What the others of the group said is for {make.amara.name} to read." in found
        assert "Step 4 of 4" in found
        assert "Step 1 of 4" not in found
    assert "Step 1 of 4" in words(client.as_(make.amara).get(page))


def test_a_small_group_is_told_why_nothing_of_its_peers_is_shown(client: Client, make: World) -> None:
    (me, *_others) = asked(make, 2)
    amara = client.as_(make.amara)
    assert "Say how they work" not in words(amara.get(f"/work/{me.public_id}/soft-skills"))
    over(make)
    found = words(amara.get(f"/work/{me.public_id}/soft-skills"))
    assert "No mentor said anything before" in found
    assert "fewer than 3 of them said something, and you could tell who" in found


def test_why_a_level_is_what_it_is_names_the_mentor_and_the_group(client: Client, make: World) -> None:
    known = five(make)
    me, *others = asked(make, 4)
    for by in (make.mira, *(x.who for x in others)):
        say(make, by, me, every(4))
    over(make)
    with make.read() as db:
        skill = db.get_one(Skill, known[SoftSkill.TEAMWORK]).public_id
    address = f"/people/{make.amara.public_id}/skills/{skill}"
    found = client.as_(make.amara).get(address)
    said = words(found)
    assert "What the mentor saw, by described steps, in “Stores and stock”" in said
    assert "What at least three others of the group saw, in “Stores and stock”" in said
    assert "What the others of one group say" in said
    assert f'href="/work/{me.public_id}/soft-skills"' in found.text


def test_anyone_reads_the_steps_before_being_judged_by_them(client: Client) -> None:
    found = words(client.get("/soft-skills"))
    assert "Others plan on their word without checking, also when things go wrong." in found
    assert "Nobody is asked of themselves" in found
