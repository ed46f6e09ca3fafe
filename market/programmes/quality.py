"""The quality checklist of a programme: the same for every one, shown to its writers and to everyone who reads it. Pure."""

from market.programmes import descriptor, rules
from market.programmes.checks import Check, State, check
from market.programmes.drafts import Draft, Item
from market.programmes.rules import Captions, Function, Mode, ResourceKind
from market.rubrics import plain
from market.words import _, plural

PLAIN_AGE = 14  # a reading age up to this counts as plain
HEARD = (ResourceKind.VIDEO, ResourceKind.AUDIO)
MET = (ResourceKind.WORKSHOP, ResourceKind.PRACTICE)


def quality(draft: Draft) -> list[Check]:
    """Eleven checks, in the order of the form."""
    return [
        _about(draft),
        _outcomes(draft),
        _learning(draft),
        _captions(draft),
        _tasks(draft),
        _mentor(draft),
        _capstone(draft),
        _rubric(draft),
        _assessor(draft),
        _descriptor(draft),
        _plain(draft),
    ]


def _about(draft: Draft) -> Check:
    place = draft.mode is Mode.REMOTE or draft.place.strip()
    if not draft.title.strip():
        words, at = _("It has no title yet"), "title"
    elif not draft.summary.strip():
        words, at = _("It says nothing yet about what happens in it"), "summary"
    elif not place:
        words, at = _("Say where the part that is not remote takes place"), "place"
    else:
        words, at = next(
            (
                (
                    _("“%(skill)s” is a proposal still: a moderator reads it first", skill=one.skill),
                    "entry-0-skill",
                )
                for one in draft.entry
                if not one.is_known
            ),
            ("", ""),
        )
    return check("about", not words, _("Says what it is and where"), words, "about", at)


def _outcomes(draft: Draft) -> Check:
    n = len(draft.outcomes)
    bare = next((one for one in draft.outcomes if one.skill_id is None), None)
    proposed = next((one.skill for one in draft.outcomes if not one.is_known), "")
    if n > rules.MOST_OUTCOMES:
        otherwise = _("%(n)s outcomes are too many to judge: keep %(most)s", n=n, most=rules.MOST_OUTCOMES)
    elif bare:
        otherwise = _("Outcome %(n)s names no skill yet", n=draft.outcomes.index(bare) + 1)
    elif proposed:
        otherwise = _("“%(skill)s” is a proposal still: a moderator reads it first", skill=proposed)
    else:
        otherwise = _("Nobody can read yet what they will be able to do")
    good = 1 <= n <= rules.MOST_OUTCOMES and not proposed and bare is None
    words = plural(
        "%(n)s outcome, with a skill and a level", "%(n)s outcomes, each with a skill and a level", n
    )
    return check("outcomes", good, words, otherwise, "outcomes", "outcomes-0-text")


def _learning(draft: Draft) -> Check:
    last = draft.weeks * 7
    for n, one in enumerate(draft.resources):
        if words := _wrong_with(one, last):
            return check("learning", False, "", words[0], "learning", f"resources-{n}-{words[1]}")
    return check(
        "learning",
        any(one.mandatory for one in draft.resources),
        plural("%(n)s thing to learn from", "%(n)s things to learn from", len(draft.resources)),
        _("There is nothing yet that everyone learns from"),
        "learning",
        "resources-0-title",
    )


def _wrong_with(one: Item, last: int) -> tuple[str, str] | None:
    if one.minutes <= 0:
        return _("Say how long “%(title)s” takes", title=one.title), "minutes"
    if one.day > last:
        return _("“%(title)s” comes after the last day", title=one.title), "day"
    if one.kind in MET and not one.at_time.strip():
        return _("Say at what time “%(title)s” begins", title=one.title), "at_time"
    if one.kind not in MET and not one.link.strip() and not one.place.strip():
        return _("Say where “%(title)s” is found: a link, or a place", title=one.title), "link"
    for asked in one.questions:
        if not 1 <= asked.right <= len(asked.choices):
            return _("A question of “%(title)s” has no right answer", title=one.title), "questions"
    return None


def _captions(draft: Draft) -> Check:
    heard = [one for one in draft.resources if one.kind in HEARD]
    if not heard:
        return Check("captions", State.NOT_NEEDED, _("Nothing needs captions"), "learning", "", False)
    bare = next((one for one in heard if one.captions is not Captions.YES), None)
    return check(
        "captions",
        bare is None,
        _("What is heard has captions or a transcript"),
        _("“%(title)s” has no captions: not everyone can follow it", title=bare.title if bare else ""),
        "learning",
        required=False,
    )


def _tasks(draft: Draft) -> Check:
    for n, task in enumerate(draft.tasks):
        if plain.says_nothing(task.accepted_when):
            words = _("Task %(n)s has no test that can be checked", n=n + 1)
            return check("tasks", False, "", words, "tasks", f"tasks-{n}-accepted_when")
        if task.week > draft.weeks:
            words = _("Task %(n)s is due after the last week", n=n + 1)
            return check("tasks", False, "", words, "tasks", f"tasks-{n}-week")
    n = len(draft.tasks)
    return check(
        "tasks",
        1 <= n <= rules.MOST_TASKS and all(task.hours > 0 for task in draft.tasks),
        plural(
            "%(n)s task, with an acceptance criterion", "%(n)s tasks, each with an acceptance criterion", n
        ),
        _("Say how many hours each task takes") if n else _("There is no hands-on task yet"),
        "tasks",
        "tasks-0-hours" if n else "tasks-0-title",
    )


def _mentor(draft: Draft) -> Check:
    mentors = draft.named(Function.MENTOR)
    gone = next((one for one in mentors if not one.is_member), None)
    otherwise = (
        _("%(name)s does not mentor for the organisation any more", name=gone.name)
        if gone
        else _("No mentor is named: a programme has one")
    )
    names = ", ".join(one.name for one in mentors)
    good = bool(mentors) and gone is None
    return check(
        "mentor", good, _("Mentor named: %(names)s", names=names), otherwise, "mentorship", "mentors"
    )


def _capstone(draft: Draft) -> Check:
    if not draft.capstone_title.strip() or not draft.capstone_brief.strip():
        words, at = _("The capstone has no brief yet"), "capstone_brief"
    elif plain.says_nothing(draft.capstone_accepted_when):
        words, at = _("Nobody can check when the capstone is done"), "capstone_accepted_when"
    elif draft.capstone_hours < 1:
        words, at = _("Say how many hours the capstone takes"), "capstone_hours"
    else:
        words, at = "", ""
    return check("capstone", not words, _("The capstone has a brief and a test"), words, "capstone", at)


def _rubric(draft: Draft) -> Check:
    if not draft.rubric_attached or not draft.criteria:
        otherwise = _("No rubric to judge the capstone by")
    elif draft.rubric_problem:
        otherwise = _("The rubric is not complete: %(what)s", what=draft.rubric_problem.rstrip("."))
    else:
        otherwise = _("A criterion of the rubric assesses none of the outcomes")
    good = (
        draft.rubric_attached
        and bool(draft.criteria)
        and not draft.rubric_problem
        and all(place is not None for place in draft.criteria)
    )
    words = plural("Rubric with %(n)s criterion", "Rubric with %(n)s criteria", len(draft.criteria))
    return check("rubric", good, words, otherwise, "rubric", "criteria")


def _assessor(draft: Draft) -> Check:
    first, second = draft.named(Function.ASSESSOR), draft.named(Function.SECOND_ASSESSOR)
    gone = next((one for one in (*first, *second) if not one.is_member), None)
    if gone is not None:
        otherwise = _("%(name)s does not assess for the organisation any more", name=gone.name)
    elif not first:
        otherwise = _("Nobody is named who assesses the capstone")
    else:
        otherwise = _("Both assessors are the same person")
    same = bool({one.person_id for one in first} & {one.person_id for one in second})
    good = bool(first) and gone is None and not same
    names = ", ".join(one.name for one in (*first, *second))
    return check("assessor", good, _("Assessed by %(names)s", names=names), otherwise, "capstone", "assessor")


def _descriptor(draft: Draft) -> Check:
    n, of = descriptor.filled(draft)
    left = descriptor.missing(draft)
    words = _("Descriptor: %(n)s of %(of)s stated", n=n, of=of)
    if not left:
        return check("descriptor", True, words, "", "evidence")
    return check(
        "descriptor",
        False,
        "",
        _("%(words)s. Missing: %(label)s", words=words, label=left[0].label),
        left[0].section,
        left[0].field,
    )


def _plain(draft: Draft) -> Check:
    if not draft.language.startswith("en"):
        return Check(
            "plain", State.NOT_NEEDED, _("Plain language is measured in English only"), "about", "", False
        )
    age = plain.reading_age(text_of(draft))
    if age is None:
        return Check(
            "plain", State.OPEN, _("Too little is written to say if it is plain"), "about", "summary", False
        )
    return check(
        "plain",
        age <= PLAIN_AGE,
        _("Plain language: reading age %(age)s", age=age),
        _("Long words and sentences: reading age %(age)s, try for %(plain)s", age=age, plain=PLAIN_AGE),
        "about",
        "summary",
        required=False,
    )


def text_of(draft: Draft) -> str:
    """All that a reader reads, a sentence end after each piece."""
    pieces = [draft.summary, draft.mentoring, draft.capstone_brief, draft.capstone_accepted_when]
    pieces += [one.text for one in draft.outcomes]
    for task in draft.tasks:
        pieces += [task.text, task.accepted_when]
    return "\n".join(piece for piece in pieces if piece.strip())
