"""Gathers every sentence of the interface for translators: .venv/bin/python tools/sentences.py writes market/locale/messages.pot.

What `_()`, `plural()` and `N_()` are given, in code and in templates; and the tables whose words are said by `_()` of a
variable: the buttons of lifecycles, and what went wrong with a credential or an address.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from market.credentials.proofs.messages import MESSAGES
from market.net.errors import SENTENCES
from tools.diagrams import LIFECYCLES

HERE = Path(__file__).parents[1]
POT = HERE / "market" / "locale" / "messages.pot"
_MARKS = {"_": None, "N_": None, "plural": (1, 2)}
_METHODS = {"market": [("**.py", "python")], "templates": [("**", "jinja2.ext:babel_extract")]}
_OPTIONS: Mapping[str, Mapping[str, str]] = {"**": {"silent": "false", "trimmed": "false"}}

Sentence = str | tuple[str, str]


def sentences() -> Iterator[tuple[Sentence, str, int]]:
    """Each sentence (one and many, where it is counted), and the file and line where it stands."""
    for folder, methods in _METHODS.items():
        found = extract_from_dir(
            HERE / folder, methods, dict(_OPTIONS), _MARKS, directory_filter=lambda _folder: True
        )
        for file, line, said, _comments, _context in found:
            yield said if isinstance(said, str) else (said[0], said[1]), f"{folder}/{file}", line
    for said in (
        *MESSAGES.values(),
        *SENTENCES.values(),
        *(step.words for one in LIFECYCLES for step in one.steps),
    ):
        if said:
            yield said, "", 0


def catalogue() -> Catalog:
    """All of them, each once, with the places where it stands."""
    made = Catalog(project="Foothold", charset="utf-8")
    for said, file, line in sentences():
        made.add(said, locations=[(file, line)] if file else [])
    return made


if __name__ == "__main__":
    POT.parent.mkdir(exist_ok=True)
    with POT.open("wb") as file:
        write_po(file, catalogue(), width=120)
    print(f"{len(catalogue())} sentences in {POT}")
