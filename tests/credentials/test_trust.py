"""Do we know the issuer? The registry's word counts, never the badge's own."""

from __future__ import annotations

from market.credentials.proofs.messages import MESSAGES
from market.credentials.proofs.trust import Registry

from .maker import ISSUER, OTHER, badge, check, codes, prove

KNOWN = Registry("local list", {ISSUER.did: "Harbour Works Cooperative"})


def test_a_known_issuer_is_shown_by_the_name_in_the_registry() -> None:
    made = check(prove(badge()), registries=[KNOWN])
    assert made.verdict == "verified"
    assert made.issuer.known
    assert made.issuer.name == "Harbour Works Cooperative"


def test_a_look_alike_name_makes_nobody_known() -> None:
    for name in ("Harbour Works Cooperative", "Harbour W\u043erks Cooperative"):
        made = check(
            prove(badge(issuer={"id": OTHER.did, "type": ["Profile"], "name": name}), OTHER),
            registries=[KNOWN],
        )
        assert not made.issuer.known
        assert codes(made, "warn") == {"issuer_self_asserted"}


def test_an_issuer_on_the_deny_list_is_refused_and_the_first_registry_decides() -> None:
    denied = Registry("deny list", denied=frozenset({ISSUER.did}))
    assert codes(check(prove(badge()), registries=[denied, KNOWN])) == {"issuer_denied"}
    assert check(prove(badge()), registries=[KNOWN, denied]).verdict == "verified"


def test_evidence_and_images_are_never_asked_for() -> None:
    inside = "https://intranet.example/secret"
    document = badge(evidence=[{"id": inside, "type": ["Evidence"]}])
    document["credentialSubject"]["achievement"]["image"] = {
        "id": "https://169.254.169.254/latest",
        "type": "Image",
    }
    made = check(prove(document))
    assert made.needs == ()
    assert made.verdict == "verified_with_warnings"


def test_every_sentence_is_one() -> None:
    for code, sentence in MESSAGES.items():
        assert sentence.endswith((".", "}.")), code
        assert sentence[0].isupper() or sentence[0] == "“", code
