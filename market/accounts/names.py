"""Names of organisations that cannot pass for another's: folded to a skeleton which look-alikes share.

NFKC and case folding first; then letters of other scripts that look Latin become Latin, and signs that look alike within
Latin become one (`0` and `o`; `1`, `l` and `i`; `rn` and `m`). A name with letters of two scripts is refused, so the
table of other scripts has to know only what could spell a whole name.
"""

import re
import unicodedata

from market.words import BLANK_LETTERS

MOST = 80
# Lower-case letters of other scripts, each with what it looks like: small ones and those whose capital does. Only what
# could spell a whole name is needed, since scripts do not mix. After the idea of Unicode TS #39, chosen by hand.
_LOOKS_LIKE = {
    "Cyrillic": "аa вb еe ёe зe иu іi їi јj кk мm нh оo рp сc тt уy хx ѕs ԛq ԝw һh ӏl ьb ԁd гr пn ѵv",
    "Greek": "αa βb γy εe ζz ηn ιi κk μm νv οo ρp τt υy χx ωw ϲc ϳj",
    "Armenian": "օo սu ոn հh ցg զq յj լl տs",
}
_LATIN = str.maketrans({pair[0]: pair[1:] for pairs in _LOOKS_LIKE.values() for pair in pairs.split()})
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "ı": "l", "|": "l", "5": "s", "$": "s", "3": "e"})
_SAME_NAME = re.compile(r"\b(?:ltd|limited|llc|inc|plc|gmbh|the|cic|cio)\b")


def tidy(name: str) -> str:
    """The name as it is kept and shown: NFKC, one space where there were several."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def skeleton(name: str) -> str:
    """What all names that look like this one have in common. Empty when the name has no letter or digit."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    decomposed = unicodedata.normalize("NFKD", plain.translate(_LATIN))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    bare = _SAME_NAME.sub(" ", bare) if _SAME_NAME.sub(" ", bare).strip() else bare
    folded = bare.translate(_LATIN).translate(_ALIKE)
    folded = "".join(c for c in folded if c.isalnum())
    return folded.replace("rn", "m").replace("vv", "w").replace("cl", "d")


def scripts(name: str) -> set[str]:
    """The scripts its letters belong to, as the first word of each letter's Unicode name; Japanese counts as one."""
    found = {
        unicodedata.name(c, "UNKNOWN").split()[0] for c in unicodedata.normalize("NFKC", name) if c.isalpha()
    }
    if found & {"HIRAGANA", "KATAKANA"}:
        found = (found - {"HIRAGANA", "KATAKANA", "CJK", "KATAKANA-HIRAGANA"}) | {"JAPANESE"}
    return found


def is_readable(name: str) -> bool:
    """Can every sign of it be seen? No control signs, no marks of direction, no letters that draw nothing."""
    return name.isprintable() and not BLANK_LETTERS & set(name)


def complaint(name: str) -> str:
    """What is to be mended in a name, as a sentence; empty when nothing is."""
    if not skeleton(name):
        return "Write the name with letters."
    if not is_readable(name):
        return "The name holds signs that cannot be seen. Type it again."
    if len(scripts(name)) > 1:
        return "The name mixes letters of two alphabets. Write it in one."
    return ""
