"""What was written on a page of the form, as changes to the draft; and a page as it was saved.

A skill that is not clear, an empty test, a day that has passed: each comes back as an error beside its field.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from market import clock
from market.access import Actor
from market.opportunities import sentences
from market.opportunities.drafts import Fields, Need, Part
from market.opportunities.forms import (
    PartsForm,
    PayForm,
    RoundForm,
    SkillsForm,
    WorkForm,
)
from market.opportunities.models import Opportunity
from market.opportunities.quality import MOST_HOURS
from market.opportunities.queries import Whole
from market.opportunities.rules import Kind
from market.rubrics.plain import says_nothing
from market.skills import forms as skill_forms
from market.skills.forms import Chosen
from market.skills.models import Skill
from market.web.forms import Entry, filled, read
from market.web.rows import without_blank_rows, without_row
from market.words import _


def saved(name: str, whole: Whole, *, is_rolling: bool = False) -> Entry[Any]:
    """The fields of a page as they were saved."""
    o = whole.opportunity
    if name == "round":
        same = {key: getattr(o, key) for key in RoundForm.model_fields if hasattr(o, key)}
        asked = {f"questions-{n}-text": text for n, text in enumerate(whole.questions)}
        return filled(
            **same,
            **asked,
            start="rolling" if is_rolling else "cohort",
            pay=_amount(o.pay_minor),
            deadline_on=sentences.last_day(o),
        )
    if name == "parts":
        return filled(
            **{
                f"parts-{n}-{key}": value
                for n, p in enumerate(whole.parts)
                for key, value in p._asdict().items()
            }
        )
    if name == "skills":
        values: dict[str, Any] = {f"questions-{n}-text": text for n, text in enumerate(whole.questions)}
        for n, need in enumerate(whole.asked):
            values |= {
                f"needs-{n}-skill": need.skill,
                f"needs-{n}-skill_id": need.skill_public_id,
                f"needs-{n}-level": need.level,
                f"needs-{n}-matters": "essential" if need.essential else "desirable",
                f"needs-{n}-weight": need.weight,
            }
        return filled(**values)
    if name == "pay":
        same = {key: getattr(o, key) for key in PayForm.model_fields if hasattr(o, key)}
        return filled(
            **same,
            pay=_amount(o.pay_minor),
            learner_cost=_amount(o.learner_cost_minor),
            deadline_on=sentences.last_day(o),
        )
    return filled(kind=o.kind, title=o.title, summary=o.summary, language=o.language, ip_note=o.ip_note)


def _amount(minor: int) -> str:
    if not minor:
        return ""
    return str(minor // 100) if minor % 100 == 0 else f"{minor / 100:.2f}"


def skills_saved(db: Session, whole: Whole) -> dict[int, Chosen]:
    return {n: skill_forms.of(db.get_one(Skill, asked.skill_id)) for n, asked in enumerate(whole.asked)}


def work_fields(form: WorkForm) -> Fields:
    return {
        "kind": Kind(form.kind),
        "title": form.title,
        "summary": form.summary,
        "language": form.language,
        "ip_note": form.ip_note,
    }


Read = tuple[Entry[Any], dict[str, Any], dict[int, Chosen]]


def read_page(
    db: Session, actor: Actor, name: str, raw: Mapping[str, Any], opportunity: Opportunity, *, strict: bool
) -> Read:
    """What was written on a page, as changes to the draft. `strict` asks what it needs before it can go out."""
    if name == "parts":
        return _read_parts(raw, strict=strict)
    if name == "skills":
        return _read_skills(db, actor, raw)
    if name == "pay":
        return _read_pay(raw, opportunity)
    if name == "round":
        return _read_round(raw, opportunity)
    entry = read(WorkForm, raw)
    if entry.errors:
        return entry, {}, {}
    most = MOST_HOURS[Kind(entry.data.kind)]
    if opportunity.hours > most:
        entry = entry.with_error(
            "kind",
            _(
                "A trial project takes at most %(most)s hours, and this says %(n)s. Lower the hours under Pay and dates first.",
                most=most,
                n=opportunity.hours,
            ),
        )
    return entry, dict(work_fields(entry.data)), {}


def _read_parts(raw: Mapping[str, Any], *, strict: bool) -> Read:
    if raw.get("remove"):
        raw = without_row(raw, "parts", str(raw["remove"]))
    entry = read(PartsForm, raw)
    if entry.errors:
        return entry, {}, {}
    form = entry.data
    for number, row in zip(_numbers(raw, "parts"), form.parts, strict=True):
        if not row.title:
            entry = entry.with_error(f"parts-{number}-title", _("Give this part a name."))
        if strict and says_nothing(row.accepted_when):
            said = row.accepted_when.strip().rstrip(".")
            entry = entry.with_error(
                f"parts-{number}-accepted_when",
                _(
                    "“%(words)s” cannot be checked. Say what someone would do to see that it is done.",
                    words=said,
                )
                if said
                else _("Say what someone would do to see that it is done."),
            )
    return entry, {"parts": [Part(r.title, r.text, r.accepted_when) for r in form.parts]}, {}


def _numbers(raw: Mapping[str, Any], prefix: str) -> list[int]:
    """The numbers of the rows that are not blank, in order: as `read` keeps them."""
    said: dict[int, bool] = {}
    for key, value in raw.items():
        pieces = key.split("-")
        if len(pieces) == 3 and pieces[0] == prefix and pieces[1].isdigit():
            said[int(pieces[1])] = said.get(int(pieces[1]), False) or bool(str(value).strip())
    return [number for number in sorted(said) if said[number]]


def _read_skills(db: Session, actor: Actor, raw: Mapping[str, Any]) -> Read:
    if "-" in str(raw.get("remove") or ""):
        raw = without_row(raw, *str(raw["remove"]).split("-", 1))
    raw = without_blank_rows(raw, "needs", ("skill",))
    entry = read(SkillsForm, raw)
    skills: dict[int, Chosen] = {}
    needs: list[Need] = []
    for number in entry.rows("needs"):
        at = f"needs-{number}-skill"
        text, picked = str(raw.get(at) or ""), str(raw.get(f"{at}_id") or "")
        skills[number] = skill_forms.chosen(db, text, picked, viewer=actor.id)
    if entry.errors:
        return entry, {}, skills
    for (number, found), row in zip(skills.items(), entry.data.needs, strict=True):
        at = f"needs-{number}-skill"
        if found.skill is None:
            entry = entry.with_error(at, found.error or _("Fill this in."))
        elif any(need.skill_id == found.skill.id for need in needs):
            entry = entry.with_error(at, _("This skill is asked for already. Name each once."))
        else:
            needs.append(Need(found.skill.id, row.level, row.matters == "essential", row.weight))
    questions = [row.text for row in entry.data.questions if row.text]
    return entry, {"needs": needs, "questions": questions}, skills


def _read_round(raw: Mapping[str, Any], opportunity: Opportunity) -> Read:
    if "-" in str(raw.get("remove") or ""):
        raw = without_row(raw, *str(raw["remove"]).split("-", 1))
    entry = read(RoundForm, raw, opportunity.currency)
    if entry.errors:
        return entry, {}, {}
    form, today = entry.data, clock.today(entry.data.time_zone)
    if form.starts_on is not None and form.starts_on < today:
        entry = entry.with_error("starts_on", _("That day has passed."))
    if form.starts_by is not None and form.starts_on is not None and form.starts_by < form.starts_on:
        entry = entry.with_error("starts_by", _("The latest start comes before the earliest."))
    if form.deadline_on is not None and form.deadline_on < today:
        entry = entry.with_error("deadline_on", _("That day has passed."))
    same = {
        key: getattr(form, key)
        for key in RoundForm.model_fields
        if key not in ("pay", "start", "deadline_on", "questions", "starts_by")
    }
    is_rolling = form.start == "rolling"
    changes = {
        **same,
        "pay_minor": form.pay,
        "deadline_at": form.deadline_at,
        "starts_by": form.starts_by if is_rolling else form.starts_on,
        "is_rolling": is_rolling,
        "questions": [row.text for row in form.questions if row.text],
    }
    return entry, changes, {}


def _read_pay(raw: Mapping[str, Any], opportunity: Opportunity) -> Read:
    entry = read(PayForm, raw, opportunity.currency)
    if entry.errors:
        return entry, {}, {}
    form, today = entry.data, clock.today()
    if opportunity.kind == Kind.TRIAL and form.hours > 40:
        entry = entry.with_error("hours", _("A trial project takes at most 40 hours."))
    if opportunity.kind == Kind.TRIAL and form.pay == 0:
        entry = entry.with_error(
            "pay", _("A trial project is real work, so it is paid. Nobody works here for the chance of work.")
        )
    for name, value in (
        ("starts_on", form.starts_on),
        ("starts_by", form.starts_by),
        ("deadline_on", form.deadline_on),
    ):
        if value is not None and value < today:
            entry = entry.with_error(name, _("That day has passed."))
    if form.starts_on and form.starts_by and form.starts_by < form.starts_on:
        entry = entry.with_error("starts_by", _("The latest start comes before the earliest."))
    same = form.model_dump(exclude={"pay", "learner_cost", "deadline_on"})
    return (
        entry,
        {
            **same,
            "pay_minor": form.pay,
            "learner_cost_minor": form.learner_cost,
            "deadline_at": form.deadline_at,
        },
        {},
    )
