"""The standard descriptor: eleven elements that every programme states, and a few more. Pure.

They are the mandatory elements of the European approach to micro-credentials (Council Recommendation 2022/C 243/02,
annex I), in its order. What is filled in is counted, and the credential issued at the end carries them all.
"""

from typing import Any, NamedTuple

from babel import Locale

from market.programmes.drafts import Draft
from market.programmes.rules import Function, Identification, Mode, Supervision
from market.words import _, language, plural


class Element(NamedTuple):
    """One line. `words` is empty where nothing is stated; `section` and `field` say where it is written."""

    key: str
    label: str
    words: str
    section: str
    field: str = ""

    @property
    def is_filled(self) -> bool:
        return bool(self.words)


def elements(draft: Draft) -> list[Element]:
    """The eleven, in their order."""
    return [
        Element("learner", _("Learner"), _learner(draft), "evidence", "identification"),
        Element("title", _("Title"), draft.title.strip(), "about", "title"),
        Element("country", _("Country of issuer"), country_words(draft.country), "evidence", "country"),
        Element("body", _("Awarding body"), draft.awarding_body.strip(), "evidence", "awarding_body"),
        Element("date", _("Date"), _("On the day the capstone is passed"), "capstone", "capstone_title"),
        Element("outcomes", _("Learning outcomes"), _outcomes(draft), "outcomes", "outcomes-0-text"),
        Element("workload", _("Workload"), _workload(draft), "tasks", "tasks-0-hours"),
        Element("level", _("Level"), _level(draft), "evidence", "eqf_level"),
        Element("assessment", _("Assessment"), _assessment(draft), "rubric", "criteria"),
        Element("participation", _("Participation"), _participation(draft), "about", "mode"),
        Element(
            "quality",
            _("Quality assurance"),
            draft.quality_assurance.strip(),
            "evidence",
            "quality_assurance",
        ),
    ]


def optional(draft: Draft) -> list[Element]:
    """What may be stated beside them; only what is."""
    needed = [one for one in draft.entry if one.essential]
    asked = "; ".join(
        [
            *(_("%(skill)s at level %(n)s", skill=one.skill, n=one.level) for one in needed),
            draft.prerequisites.strip(),
        ]
    ).strip("; ")
    found = [
        Element("prerequisites", _("Prerequisites"), asked or _("none"), "about", "prerequisites"),
        Element("supervision", _("Supervision"), _supervision(draft), "capstone", "supervision"),
        Element("grade", _("Grade"), _grade(draft), "rubric", "pass_mark"),
        Element("stackability", _("Stackability"), draft.stackability.strip(), "evidence", "stackability"),
    ]
    return [one for one in found if one.words]


def filled(draft: Draft) -> tuple[int, int]:
    """How many of the eleven are stated, and eleven."""
    found = elements(draft)
    return len([one for one in found if one.is_filled]), len(found)


def missing(draft: Draft) -> list[Element]:
    return [one for one in elements(draft) if not one.is_filled]


def frozen(draft: Draft) -> dict[str, Any]:
    """The descriptor as it is kept with a published version, for the credential: values, not sentences."""
    return {
        "learner_identification": str(draft.identification),
        "title": draft.title,
        "country": draft.country,
        "awarding_body": draft.awarding_body,
        "date": "on_passing",
        "learning_outcomes": [
            {"text": one.text, "skill": one.skill_public_id, "skill_name": one.skill, "level": one.level}
            for one in draft.outcomes
        ],
        "workload_hours": draft.workload_hours,
        "level": {"framework": "EQF", "level": draft.eqf_level, "assigned_by": draft.level_assigned_by},
        "assessment": {
            "type": "capstone_by_rubric",
            "criteria": len(draft.criteria),
            "pass_mark": draft.pass_mark,
        },
        "participation": {"mode": str(draft.mode), "place": draft.place, "language": draft.language},
        "quality_assurance": draft.quality_assurance,
        "prerequisites": {
            "text": draft.prerequisites,
            "skills": [{"skill": e.skill_public_id, "level": e.level} for e in draft.entry if e.essential],
        },
        "supervision": str(draft.supervision),
        "grade": "rubric_steps_0_4",
        "stackability": draft.stackability,
    }


def country_words(code: str) -> str:
    """A country by its name in the reader's language, empty for none that is known."""
    if not code:
        return ""
    territories: Any = Locale.parse(language().replace("-", "_")).territories
    return str(territories.get(code.upper(), ""))


def mode_words(mode: Mode) -> str:
    return {
        Mode.REMOTE: _("Remote"),
        Mode.HYBRID: _("Part on site, part remote"),
        Mode.ON_SITE: _("On site"),
    }[mode]


def _learner(draft: Draft) -> str:
    return {
        Identification.ACCOUNT: _("Identified by a confirmed e-mail address or by their own key"),
        Identification.DOCUMENT: _("Identified by a document that was looked at and not kept"),
    }[draft.identification]


def _outcomes(draft: Draft) -> str:
    n = len(draft.outcomes)
    return plural("%(n)s, with its skill and level", "%(n)s, each with its skill and level", n) if n else ""


def _workload(draft: Draft) -> str:
    if not draft.tasks and not draft.resources:
        return ""
    hours = plural("%(n)s hour", "%(n)s hours", draft.workload_hours)
    return plural("%(hours)s in %(n)s week", "%(hours)s over %(n)s weeks", draft.weeks, hours=hours)


def _level(draft: Draft) -> str:
    if not draft.eqf_level:
        return ""
    by = draft.level_assigned_by.strip()
    if by:
        return _("EQF %(n)s, assigned by %(who)s", n=draft.eqf_level, who=by)
    return _("EQF %(n)s, self-assigned", n=draft.eqf_level)


def _assessment(draft: Draft) -> str:
    if not draft.rubric_attached or not draft.capstone_title.strip():
        return ""
    words = plural(
        "Capstone by rubric, %(n)s criterion", "Capstone by rubric, %(n)s criteria", len(draft.criteria)
    )
    if draft.named(Function.SECOND_ASSESSOR):
        return _("%(words)s, two assessors", words=words)
    return words


def _participation(draft: Draft) -> str:
    words, place = mode_words(draft.mode), draft.place.strip()
    if draft.mode is Mode.REMOTE:
        return words
    return f"{words}, {place}" if place else ""


def _supervision(draft: Draft) -> str:
    return {
        Supervision.NONE: "",
        Supervision.REMOTE: _("The capstone is supervised on screen"),
        Supervision.IN_PERSON: _("The capstone is supervised in person"),
    }[draft.supervision]


def _grade(draft: Draft) -> str:
    if not draft.rubric_attached:
        return ""
    return _("Steps 0 to 4 for each criterion, %(n)s to pass", n=draft.pass_mark)
