"""What was written on a page of a programme, as changes to its draft; and a page as it was saved.

Everything may be kept half written: the checklist says what is open. Only what makes no sense comes back.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor
from market.credentials.models import Achievement
from market.credentials.rules import AchievementStatus
from market.errors import Conflict
from market.programmes import queries
from market.programmes.drafts import Entry as Asked
from market.programmes.drafts import Item, Named, Outcome, Task
from market.programmes.forms import (
    AboutForm,
    CapstoneForm,
    EvidenceForm,
    LearningForm,
    MentorshipForm,
    OutcomesForm,
    RubricForm,
    TasksForm,
    questions_text,
    read_questions,
)
from market.programmes.queries import Whole
from market.programmes.rules import Function
from market.programmes.writing import Judging
from market.rubrics.queries import RubricView
from market.rubrics.rules import CriterionDraft
from market.rubrics.service import drafts_of
from market.skills import forms as skill_forms
from market.skills.forms import Chosen
from market.skills.models import Skill
from market.web.forms import Entry, filled, read
from market.web.rows import all_values, without_blank_rows, without_row
from market.words import _

ROWS = {  # for each page with rows: the rows, and the fields that tell whether one is blank
    "about": ("entry", ("skill",)),
    "outcomes": ("outcomes", ("text", "skill")),
    "learning": ("resources", ("title", "link", "questions")),
    "tasks": ("tasks", ("title", "text", "accepted_when")),
    "rubric": ("criteria", ("name", "step_1", "step_2", "step_3", "step_4")),
}
FORMS: dict[str, Any] = {
    "about": AboutForm,
    "outcomes": OutcomesForm,
    "learning": LearningForm,
    "tasks": TasksForm,
    "mentorship": MentorshipForm,
    "capstone": CapstoneForm,
    "rubric": RubricForm,
    "evidence": EvidenceForm,
}


class Page(NamedTuple):
    """A page as it came in: what to show again, what to save, and the skills that were chosen on it by row."""

    entry: Entry[Any]
    changes: dict[str, Any]
    skills: dict[int, Chosen]


def amount(minor: int) -> str:
    """An amount as people type it, empty for none."""
    if not minor:
        return ""
    return str(minor // 100) if minor % 100 == 0 else f"{minor / 100:.2f}"


def saved(name: str, whole: Whole, people: Mapping[int, str]) -> Entry[Any]:
    """The fields of a page as they were saved. `people` are public ids by membership."""
    draft = whole.draft
    values: dict[str, Any] = {
        key: getattr(draft, key) for key in FORMS[name].model_fields if key in draft._fields
    }
    values = {key: value for key, value in values.items() if not isinstance(value, tuple)}
    if name == "about":
        values |= {"pay": amount(draft.pay_minor), "learner_cost": amount(draft.learner_cost_minor)}
        for n, asked in enumerate(draft.entry):
            values |= {
                f"entry-{n}-skill": asked.skill,
                f"entry-{n}-skill_id": asked.skill_public_id,
                f"entry-{n}-level": asked.level,
                f"entry-{n}-matters": "essential" if asked.essential else "desirable",
            }
    elif name == "outcomes":
        for n, outcome in enumerate(draft.outcomes):
            values |= {
                f"outcomes-{n}-text": outcome.text,
                f"outcomes-{n}-skill": outcome.skill,
                f"outcomes-{n}-skill_id": outcome.skill_public_id,
                f"outcomes-{n}-level": outcome.level,
                f"outcomes-{n}-row": outcome.id,
            }
    elif name == "learning":
        for n, item in enumerate(draft.resources):
            row = item._asdict() | {
                "cost": amount(item.cost_minor),
                "questions": questions_text(item.questions),
            }
            row["mandatory"] = "1" if item.mandatory else ""
            values |= {
                f"resources-{n}-{key}": value for key, value in row.items() if key not in ("id", "cost_minor")
            }
    elif name == "tasks":
        for n, task in enumerate(draft.tasks):
            row = task._asdict() | {"outcomes": [str(place + 1) for place in task.outcomes]}
            row["productive"] = "1" if task.productive else ""
            values |= {f"tasks-{n}-{key}": value for key, value in row.items() if key != "id"}
    elif name == "mentorship":
        values["pulse"] = "1" if draft.pulse else ""
        values["mentors"] = [people.get(one.membership_id, "") for one in draft.named(Function.MENTOR)]
        for one in draft.named(Function.MENTOR):
            values[f"words_{people.get(one.membership_id, '')}"] = one.words
    elif name == "capstone":
        values["capstone_productive"] = "1" if draft.capstone_productive else ""
        for key, function in (("assessor", Function.ASSESSOR), ("second_assessor", Function.SECOND_ASSESSOR)):
            values[key] = next((people.get(one.membership_id, "") for one in draft.named(function)), "")
    elif name == "rubric":
        values |= {
            "rubric_title": whole.rubric.rubric.title if whole.rubric else "",
            "pass_mark": draft.pass_mark,
        }
        for n, c in enumerate(whole.rubric.criteria if whole.rubric else ()):
            place = draft.criteria[n]
            values |= {
                f"criteria-{n}-name": c.name,
                f"criteria-{n}-assesses": 0 if place is None else place + 1,
            }
            values |= {f"criteria-{n}-step_{step}": c.steps[step].anchor for step in (1, 2, 3, 4)}
            values[f"criteria-{n}-needed"] = "1" if c.needed else ""
    return filled(**values)


def skills_saved(db: Session, name: str, whole: Whole) -> dict[int, Chosen]:
    """The skills of a page's rows as they were saved; words without a skill come with what to choose from."""
    found: dict[int, Chosen] = {}
    rows = [(one.skill_id, one.skill) for one in whole.draft.outcomes] if name == "outcomes" else []
    rows += [(one.skill_id, one.skill) for one in whole.draft.entry] if name == "about" else []
    for n, (skill_id, words) in enumerate(rows):
        if skill_id is not None:
            found[n] = skill_forms.of(db.get_one(Skill, skill_id))
        elif words:
            found[n] = skill_forms.typed(db, words)
    return found


def read_page(db: Session, actor: Actor, name: str, given: Any, whole: Whole, *, keep: bool) -> Page:
    """What was written on a page. `keep` takes a skill that is not clear as words, to be chosen later."""
    raw = all_values(given)
    if name in ROWS:
        rows, telling = ROWS[name]
        if raw.get("remove"):
            raw = without_row(raw, rows, str(raw["remove"]))
        raw = without_blank_rows(raw, rows, telling)
    entry: Entry[Any] = read(FORMS[name], raw, whole.draft.currency)
    if name in ("about", "outcomes"):
        return _with_skills(db, actor, name, raw, entry, keep=keep)
    if entry.errors:
        return Page(entry, {}, {})
    if name == "rubric":
        return _rubric(entry, whole)
    if name in ("mentorship", "capstone"):
        return Page(entry, _with_people(db, name, raw, entry.data, whole), {})
    if name == "evidence":
        return _evidence(db, entry, whole)
    form = entry.data
    if name == "learning":
        return Page(entry, {"resources": [_item(row) for row in form.resources]}, {})
    return Page(entry, {"tasks": [_task(row) for row in form.tasks]}, {})


def _item(row: Any) -> Item:
    return Item(
        row.kind, row.title, row.link, row.minutes, row.cost, row.captions, row.mandatory, row.day,
        row.at_time or "", row.place, read_questions(row.questions),
    )  # fmt: skip


def _task(row: Any) -> Task:
    places = tuple(int(n) - 1 for n in row.outcomes if n.isdecimal() and len(n) <= 2 and int(n))
    return Task(row.title, row.text, row.accepted_when, row.hours, row.week, row.productive, places)


def _with_skills(
    db: Session, actor: Actor, name: str, raw: Mapping[str, Any], entry: Entry[Any], *, keep: bool
) -> Page:
    """The pages on which skills are named: each is looked up, also where something else is to be mended."""
    rows = ROWS[name][0]
    skills: dict[int, Chosen] = {}
    for number in entry.rows(rows):
        at = f"{rows}-{number}-skill"
        skills[number] = skill_forms.chosen(
            db, str(raw.get(at) or ""), str(raw.get(f"{at}_id") or ""), viewer=actor.id
        )
    if entry.errors:
        return Page(entry, {}, skills)
    if name == "outcomes":
        outcomes = []
        for (number, found), row in zip(skills.items(), entry.data.outcomes, strict=True):
            if found.skill is None and row.skill and not keep:
                entry = entry.with_error(f"outcomes-{number}-skill", found.error or _("Choose a skill."))
            words = found.skill.name if found.skill else row.skill
            outcomes.append(
                Outcome(row.text, found.skill.id if found.skill else None, row.level, words, id=row.row)
            )
        return Page(entry, {"outcomes": outcomes}, skills)
    asked: list[Asked] = []
    for (number, found), row in zip(skills.items(), entry.data.entry, strict=True):
        at = f"entry-{number}-skill"
        if found.skill is None:
            entry = entry.with_error(at, found.error or _("Fill this in."))
        elif any(one.skill_id == found.skill.id for one in asked):
            entry = entry.with_error(at, _("This skill is asked for already. Name each once."))
        else:
            asked.append(Asked(found.skill.id, row.level, row.matters == "essential"))
    form = entry.data
    same = {
        key: getattr(form, key)
        for key in AboutForm.model_fields
        if key not in ("pay", "learner_cost", "entry")
    }
    changes = same | {"pay_minor": form.pay, "learner_cost_minor": form.learner_cost, "entry": asked}
    return Page(entry, changes, skills)


def _with_people(db: Session, name: str, raw: Mapping[str, Any], form: Any, whole: Whole) -> dict[str, Any]:
    """The pages on which members are named. Who is none any more is left out."""
    known = {public_id: one for one, public_id, _name in queries.may_be_named(db, whole.version.org_id)}

    def named(ids: list[str], function: Function) -> list[Named]:
        unique = dict.fromkeys(one for one in ids if one in known)
        return [
            Named(known[one], function, str(raw.get(f"words_{one}") or "").strip()[:200]) for one in unique
        ]

    if name == "mentorship":
        same = {key: getattr(form, key) for key in MentorshipForm.model_fields if key != "mentors"}
        return same | {"people": {Function.MENTOR: named(form.mentors, Function.MENTOR)}}
    same = {
        key: getattr(form, key)
        for key in CapstoneForm.model_fields
        if key not in ("assessor", "second_assessor")
    }
    people = {
        Function.ASSESSOR: named([form.assessor], Function.ASSESSOR),
        Function.SECOND_ASSESSOR: named([form.second_assessor], Function.SECOND_ASSESSOR),
    }
    return same | {"people": people}


def _rubric(entry: Entry[Any], whole: Whole) -> Page:
    """Each criterion takes its skill and level from the outcome that it assesses."""
    form, outcomes = entry.data, whole.draft.outcomes
    criteria, assesses = [], []
    for number, row in zip(entry.rows("criteria"), form.criteria, strict=True):
        outcome = outcomes[row.assesses - 1] if 1 <= row.assesses <= len(outcomes) else None
        if outcome is None or outcome.skill_id is None:
            words = _("Choose the outcome that this assesses. It needs a skill.")
            entry = entry.with_error(f"criteria-{number}-assesses", words)
            continue
        criteria.append(
            CriterionDraft(
                row.name,
                outcome.skill_id,
                outcome.level,
                ("", row.step_1, row.step_2, row.step_3, row.step_4),
                needed=row.needed,
            )
        )
        assesses.append(row.assesses - 1)
    judging = Judging(form.rubric_title, form.pass_mark, tuple(criteria), tuple(assesses))
    return Page(entry, {"judging": judging}, {})


def copied(rubric: RubricView, whole: Whole) -> Judging:
    """Another rubric as this programme's: each criterion at the first outcome of its skill, else at the first there is."""
    there = [(n, one) for n, one in enumerate(whole.draft.outcomes) if one.skill_id is not None]
    if not there:
        raise Conflict(
            _("Each criterion assesses an outcome, and none has a skill yet. Write the outcomes first.")
        )
    criteria, assesses = [], []
    for one in drafts_of(rubric):
        place, outcome = next((pair for pair in there if pair[1].skill_id == one.skill_id), there[0])
        criteria.append(
            CriterionDraft(
                one.name,
                outcome.skill_id or 0,
                outcome.level,
                one.anchors,
                one.weight,
                one.needed,
            )
        )
        assesses.append(place)
    return Judging(rubric.rubric.title, rubric.rubric.pass_mark, tuple(criteria), tuple(assesses))


def _evidence(db: Session, entry: Entry[Any], whole: Whole) -> Page:
    form = entry.data
    same = {
        key: getattr(form, key) for key in EvidenceForm.model_fields if key not in ("achievement", "country")
    }
    found = None
    if form.achievement:
        found = db.exec(
            select(Achievement).where(
                Achievement.public_id == form.achievement,
                Achievement.org_id == whole.version.org_id,
                col(Achievement.status) == AchievementStatus.PUBLISHED,
            )
        ).first()
        if found is None:
            entry = entry.with_error("achievement", _("Choose a credential of yours that is published."))
    changes = same | {"country": form.country or "", "achievement_id": found.id if found else None}
    return Page(entry, changes, {})
