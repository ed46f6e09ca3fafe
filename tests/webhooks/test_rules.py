"""Signing as the specification's own example does it, pauses, and who may do what."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from market.access import Actor, Membership, Role
from market.webhooks import rules
from market.webhooks.rules import HandOverStatus

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the Standard Webhooks specification
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'


def test_a_signature_is_the_one_of_the_specification_s_example() -> None:
    raw = base64.b64decode(SECRET.removeprefix(rules.PREFIX))
    assert rules.as_secret(raw) == SECRET
    made = rules.signature(raw, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    headers = rules.headers([raw, b"other"], "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY)
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"].split(" ")[0] == made
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_pauses_grow_and_end() -> None:
    pauses = [rules.pause_after(n) for n in range(1, rules.TRIES + 1)]
    assert pauses[-1] is None
    found = [one for one in pauses if one is not None]
    assert found == sorted(found)
    assert timedelta(days=1) < sum(found, timedelta()) < timedelta(days=2)


@pytest.mark.parametrize(
    ("status", "taken"), [(199, False), (200, True), (204, True), (299, True), (301, False), (410, False)]
)
def test_what_counts_as_taken(status: int, taken: bool) -> None:
    assert rules.is_taken(status) is taken


def test_owners_set_it_and_members_agree_for_themselves() -> None:
    def actor(role: Role) -> Actor:
        return Actor(id=1, memberships=(Membership(1, 7, role),))

    assert rules.may_set(actor(Role.OWNER), 7)
    assert not rules.may_set(actor(Role.RECRUITER), 7)
    assert rules.may_agree(actor(Role.ISSUER), 7)
    assert not rules.may_agree(actor(Role.OWNER), 8)
    assert rules.may_retry(HandOverStatus.DEAD)
    assert "not one that was given up" in rules.may_retry(HandOverStatus.DONE).reason
