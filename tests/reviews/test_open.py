"""Once open: what was stated counts once, each side replies once, and a moderator decides about what was reported."""

from collections.abc import Callable

import pytest

from market.errors import Conflict, Forbidden
from market.reviews import queries, reading, rules, service
from market.reviews.rules import Side
from tests.engagements import scene as works
from tests.reviews import scene
from tests.support.client import Client, words
from tests.support.world import Standing, World


def test_what_the_employer_stated_counts_as_endorsed_from_the_moment_it_can_be_read(
    make: World, standing_clock: Standing
) -> None:
    work = make.finished()
    skill = scene.skill(make, work)
    scene.write(make, make.bruno, work, statements={skill: (4, "")})
    assert works.ledger(make, make.amara.id, 2) == []
    standing_clock.move(days=14)
    make.sweep()
    make.sweep()
    (item,) = works.ledger(make, make.amara.id, 2)
    assert (item.skill_id, item.reading_milli, item.party_id) == (skill, 4000, make.bakery.id)


def test_an_edit_replaces_what_was_stated_and_the_persons_side_states_nothing(make: World) -> None:
    work = make.finished()
    skill = scene.skill(make, work)
    scene.write(make, make.bruno, work, statements={skill: (5, "")})
    scene.write(make, make.bruno, work, statements={skill: (2, "")})
    scene.write(make, make.amara, work, statements={skill: (5, "")})
    assert [i.reading_milli for i in works.ledger(make, make.amara.id, 2)] == [2000]


def test_endorsements_are_limited_and_an_edit_of_a_sealed_one_is_none(
    make: World, clients: Callable[..., Client]
) -> None:
    one, two = make.finished(), make.finished()
    visitor = clients(limits=True)
    limiter, bruno = visitor.app.state.kit.limiter, visitor.as_(make.bruno)
    page = f"/work/{works.work(make, one).public_id}/review"
    stated = {**scene.FORM_OF_TALENT, "skill-0": "3"}
    for _number in range(9):
        limiter.hit("endorsements", f"person:{make.bruno.id}")
    for _number in range(2):
        assert bruno.post(page, stated).status_code == 303
    other = f"/work/{works.work(make, two).public_id}/review"
    refused = bruno.post(other, stated)
    assert refused.status_code == 429
    assert scene.OF_TALENT in words(refused)
    assert scene.review(make, two, Side.EMPLOYER) is None
    assert (
        bruno.post(other, scene.FORM_OF_TALENT).status_code == 303
    )  # without a statement it is no endorsement


def test_the_reviewed_side_replies_once(make: World, client: Client) -> None:
    work = make.finished()
    scene.write(make, make.bruno, work)
    with pytest.raises(Forbidden, match="not open yet"):
        scene.with_review(make, service.reply, make.amara, work, Side.EMPLOYER, "Thank you.")
    scene.write(make, make.amara, work)
    for who in (make.bruno, make.chidi, make.dana):
        with pytest.raises(Forbidden):
            scene.with_review(make, service.reply, who, work, Side.EMPLOYER, "Thank you.")
    scene.with_review(make, service.reply, make.amara, work, Side.EMPLOYER, "Thank you, Bruno.")
    with pytest.raises(Forbidden, match="a reply already"):
        scene.with_review(make, service.reply, make.amara, work, Side.EMPLOYER, "And again.")
    assert "Thank you, Bruno." in words(
        client.as_(make.bruno).get(f"/work/{works.work(make, work).public_id}/reviews")
    )


def test_a_reply_that_is_too_short_comes_back_with_its_words(make: World, client: Client) -> None:
    work = make.finished()
    scene.both(make, work)
    page = f"/work/{works.work(make, work).public_id}/reviews"
    one = scene.review(make, work, Side.EMPLOYER)
    assert one is not None
    amara = client.as_(make.amara)
    refused = amara.post(f"/reviews/{one.public_id}/reply", {"reply": "x"})
    assert refused.status_code == 422
    assert ">x</textarea>" in refused.text
    assert (
        amara.follow(amara.post(f"/reviews/{one.public_id}/reply", {"reply": "Thank you."})).status_code
        == 200
    )
    assert "Thank you." in words(amara.get(page))
    for who in (make.chidi, make.mira, make.dana):
        assert client.as_(who).post(f"/reviews/{one.public_id}/reply", {"reply": "Mine."}).status_code == 404
    assert (
        client.as_(make.chidi).post("/reviews/aaaaaaaaaaaaaaaa/reply", {"reply": "Mine."}).status_code == 404
    )


def test_a_removed_review_leaves_a_tombstone_and_what_it_stated_is_void(make: World, client: Client) -> None:
    work = make.finished()
    scene.write(make, make.bruno, work, statements={scene.skill(make, work): (4, "")})
    scene.write(make, make.amara, work)
    make.drain()
    scene.with_review(make, service.reply, make.amara, work, Side.EMPLOYER, "What he says of me is untrue.")
    scene.with_review(make, service.report, make.amara, work, Side.EMPLOYER)
    with pytest.raises(Forbidden):
        scene.with_review(make, service.moderate, make.bruno, work, Side.EMPLOYER, "removed")
    with pytest.raises(ValueError, match="not a decision"):
        scene.with_review(make, service.moderate, make.dana, work, Side.EMPLOYER, "burnt")
    assert len(works.ledger(make, make.amara.id, 2)) == 1
    scene.with_review(make, service.moderate, make.dana, work, Side.EMPLOYER, "removed")
    assert works.ledger(make, make.amara.id, 2) == []
    with make.read() as db:
        (one,) = reading.about_person(db, make.amara.id).reviews
        assert reading.about_person(db, make.amara.id).reputation.is_new
    assert (one.text, one.axes, one.statements, one.reply, one.stars) == ("", (), (), None, 0)
    page = client.as_(make.amara).get(f"/work/{works.work(make, work).public_id}/reviews")
    assert "A moderator removed this review." in words(page)
    assert scene.OF_TALENT not in page.text
    assert "States that you showed" not in page.text
    for again in (service.report, service.moderate):
        given = ("kept",) if again is service.moderate else ()
        with pytest.raises(Conflict):
            scene.with_review(make, again, make.dana, work, Side.EMPLOYER, *given)


def test_a_kept_review_stands_and_a_redacted_one_stands_shortened(make: World) -> None:
    work = make.finished()
    scene.both(make, work)
    for side, decision, text, after in (
        (Side.EMPLOYER, "kept", None, scene.OF_TALENT),
        (Side.TALENT, "redacted", "The brief was all there.", "The brief was all there."),
    ):
        scene.with_review(make, service.report, make.amara, work, side)
        scene.with_review(make, service.moderate, make.dana, work, side, decision, text)
        one = scene.review(make, work, side)
        assert one is not None
        assert (one.text, one.moderation) == (after, decision)
    with make.read() as db:
        assert reading.about_person(db, make.amara.id).reputation.n == 1
        assert reading.about_organisation(db, make.bakery.id).reputation.n == 1


def test_a_sealed_review_is_neither_reported_nor_moderated(make: World) -> None:
    work = make.finished()
    scene.write(make, make.bruno, work)
    for step, given in ((service.report, ()), (service.moderate, ("removed",))):
        with pytest.raises(Conflict, match="sealed"):
            scene.with_review(make, step, make.dana, work, Side.EMPLOYER, *given)


def test_nobody_replies_to_what_a_moderator_reads_or_removed(make: World) -> None:
    work = make.finished()
    scene.both(make, work)
    amara, pair = make.actor(make.amara), scene.pair(make, work)
    assert rules.may_reply(amara, pair, Side.EMPLOYER, False)
    assert "is reading" in rules.may_reply(amara, pair, Side.EMPLOYER, False, "reported").reason
    assert "removed" in rules.may_reply(amara, pair, Side.EMPLOYER, False, "removed").reason
    assert "that was reviewed" in rules.may_reply(amara, pair, Side.TALENT, False).reason


def test_a_removed_review_moves_no_mean_of_the_site_and_no_quote_of_a_reported_one_is_shown(
    make: World, client: Client
) -> None:
    work = make.finished()
    scene.both(make, work)
    from tests.applications.scene import public_id

    page = f"/openings/{public_id(make, make.opening())}"
    assert scene.OF_EMPLOYER in client.get(page).text
    scene.with_review(make, service.report, make.amara, work, Side.TALENT)
    assert scene.OF_EMPLOYER not in client.get(page).text


def test_a_form_without_steps_comes_back_with_its_words(make: World, client: Client) -> None:
    work = make.finished()
    page = f"/work/{works.work(make, work).public_id}/review"
    amara = client.as_(make.amara)
    assert amara.get(page).status_code == 200
    refused = amara.post(
        page, {**scene.FORM_OF_EMPLOYER, "clarity": "", "fairness": "9", "text": "Too short"}
    )
    assert refused.status_code == 422
    assert "Too short" in refused.text
    assert refused.text.count("Choose one of the five steps.") >= 2
    assert scene.review(make, work, Side.TALENT) is None
    sealed = amara.follow(amara.post(page, scene.FORM_OF_EMPLOYER))
    assert "Nobody sees a word until both are in." in words(sealed)
    assert scene.OF_EMPLOYER in amara.get(page).text
    bruno = client.as_(make.bruno)
    opened = bruno.follow(bruno.post(page, {**scene.FORM_OF_TALENT, "skill-0": "4", "skill-1": "7"}))
    assert "Both reviews are open" in words(opened)
    assert "Between us." not in opened.text + client.as_(make.amara).get(page + "s").text
    assert bruno.get(page).status_code == 303
    late = bruno.post(page, scene.FORM_OF_TALENT)
    assert late.status_code == 403
    assert "cannot be changed" in words(late)
    assert [i.reading_milli for i in works.ledger(make, make.amara.id, 2)] == [4000]


def test_foreign_reviews_and_missing_ones_answer_the_same(make: World, client: Client) -> None:
    work = make.finished()
    at = works.work(make, work).public_id
    make.organisation(owner=make.chidi)
    for who in (make.chidi, make.mira):
        reader = client.as_(who)
        for path in ("review", "reviews"):
            assert (
                reader.get(f"/work/{at}/{path}").status_code
                == reader.get(f"/work/{'a' * 16}/{path}").status_code
                == 404
            )
        assert reader.post(f"/work/{at}/review", scene.FORM_OF_TALENT).status_code == 404
    assert scene.review(make, work, Side.EMPLOYER) is None
    assert client.get(f"/work/{at}/reviews").status_code == 303


def test_who_is_on_neither_side_is_told_so(make: World) -> None:
    work = make.finished()
    with make.read() as db:
        pair = scene.pair(make, work)
        refused = queries.may_write(db, make.actor(make.chidi), pair, None)
    assert "Only the two sides" in refused.reason
