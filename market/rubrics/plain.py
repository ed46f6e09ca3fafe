"""How plainly a text is written: a reading age, and words that sound like a test and are none. Pure.

The reading age is the Flesch-Kincaid grade (Kincaid and others, 1975) plus five, the age at which a school year
begins. It counts word and sentence lengths, so it is a hint, made for English, and never a reason to refuse.
"""

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"(?:[aeiou]|y(?![aeiou]))+")  # the y of "employee" is a consonant
LEAST_WORDS = 20  # below this the figure swings with every word

# Words that carry no test by themselves: what remains without them must still say something to do or to see.
_EMPTY_WORDS = """
    a all an and any are as at be been by can do does for from good great fine ok okay nice well perfect excellent
    happy satisfied satisfactory satisfaction approve approved approval acceptable accepted accept agree agreed
    complete completed completely done finished finish ready work works working worked high quality professional
    professionally standard standards best possible proper properly correct correctly right nicely look looks looking
    seem seems feel feels fully everything it its is in into of on or our ours out that the their them then they this
    to up us very was we what when which will with you your to-be tbd tba n na asap later discussed discuss needed
    required requirement requirements expected expectation expectations client manager boss team like likes want wanted
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


def syllables(word: str) -> int:
    """About how many syllables an English word has, at least one."""
    word = word.casefold()
    groups = len(_VOWELS.findall(word))
    if (word.endswith("e") and not word.endswith(("le", "ee", "ye")) and groups > 1) or (
        word.endswith("ed") and not word.endswith(("ted", "ded")) and groups > 1
    ):
        groups -= 1
    return max(1, groups)


def reading_age(text: str) -> int | None:
    """The age at which most people read this with ease, 6 to 25; None for a text too short to say."""
    words = _WORD.findall(text)
    if len(words) < LEAST_WORDS:
        return None
    sentences = max(1, len([s for s in _SENTENCE_END.split(text) if _WORD.search(s)]))
    grade = 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return max(6, min(25, round(grade + 5)))


def says_nothing(test: str) -> bool:
    """Is this acceptance criterion empty, or made of words that nobody can check ("It looks good.")?"""
    words = re.findall(r"\w+(?:['’-]\w+)*", test.casefold())
    return len([w for w in words if w not in _EMPTY]) < 2
