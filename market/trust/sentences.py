"""The words of trust: where an issuer stands, and what its credentials were found to be worth here."""

from market.evidence.models import SourceStrength
from market.evidence.strength import DEFAULTS
from market.trust.models import RegistryKind, Standing
from market.words import _


def standing_words(standing: Standing) -> str:
    return {
        Standing.NONE: _("Not on our own list"),
        Standing.ALLOWED: _("Known, by our own list"),
        Standing.DENIED: _("Refused, by our own list"),
    }[standing]


def kind_words(kind: RegistryKind) -> str:
    return {
        RegistryKind.DCC: _("One list, read every day"),
        RegistryKind.FEDERATION: _("A federation, asked about each issuer"),
    }[kind]


def strength_words(strength: SourceStrength | None) -> str:
    """What was learned of an issuer from people who hold its credentials and were assessed here afterwards."""
    if strength is None or strength.on_trial:
        return _(
            "It is on trial: its credentials count as their holders’ own word. That ends once %(n)s people who hold one were assessed here in the same skill afterwards, or when this site vouches for it.",
            n=DEFAULTS.least_people,
        )
    if not strength.n:
        return _(
            "This site vouches for it, so its credentials count in full. We say how well they predict real work once %(n)s people who hold one were assessed here in the same skill afterwards.",
            n=DEFAULTS.least_people,
        )
    gain, inflation = strength.gain_milli / 1000, strength.inflation_milli / 1000
    middle = inflation + (gain - 1) * 2.5
    if gain < 0.4:
        tells = _("They tell people apart hardly at all, so they weigh little.")
    elif gain < 0.8:
        tells = _("They tell people apart less well than most.")
    else:
        tells = _("They tell people apart about as well as they should.")
    if middle > 0.25:
        height = _("They read about %(n)s of a level too high, which is taken off.", n=f"{middle:.1f}")
    elif middle < -0.25:
        height = _("They read about %(n)s of a level too low, which is added.", n=f"{-middle:.1f}")
    else:
        height = _("They read about as high as later work shows.")
    return f"{tells} {height}"
