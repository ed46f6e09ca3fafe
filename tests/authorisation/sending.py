"""Where a row of the table is asked, and the form that is sent there: valid, so that only permission can refuse it."""

import re
from collections.abc import Mapping
from typing import Any

from market.apprenticeships.soft_rules import SoftSkill
from market.notifications.rules import Topic

_PLACE = re.compile(r"\{(\w+)(?::int)?\}")

# What `{id}` or `{token}` is, by the folder before it. Every other name stands for itself.
FOLDERS = {
    "openings": "opening",
    "postings": "opening",
    "applications": "application",
    "offers": "offer",
    "work": "work",
    "asked": "asked",
    "people": "person",
    "skills": "skill",
    "projects": "project",
    "experience": "experience",
    "education": "education",
    "organisations": "organisation",
    "agreements": "place",
    "pool": "place",
    "incentives": "incentive",
    "promises": "promise",
    "packets": "packet",
    "achievements": "achievement",
    "rubrics": "rubric",
    "programmes": "programme",
    "webhooks": "hook",
    "rounds": "round",
    "pathways": "pathway",
    "credentials": "credential",
    "verify-credential": "check",
    "o": "organisation",
    "keys": "key",
    "status": "list",
    "files": "file",
    "reports": "report",
    "deliveries": "delivery",
    "news": "news",
    "orders": "order",
    "verify": "verify",
    "reset": "reset",
    "invitations": "invitation",
    "address": "address",
    "session": "session",
    "block": "block",
    "wallet": "held",
    "identifiers": "identifier",
    "issuers": "issuer",
    "threads": "thread",
    "report": "thing",
}


def address(path: str, things: Mapping[str, str]) -> str:
    """The path with the section's things in their places."""

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name in ("id", "token"):
            folders = [part for part in path[: found.start()].split("/") if part and "{" not in part]
            name = FOLDERS[folders[-1]]
        elif name == "skill" and "/wanted/" in path:
            name = "wanted"
        elif name not in things:
            raise LookupError(f"this section of the scene has no {name!r} for {path}")
        return things[name]

    return _PLACE.sub(put, path)


_TERMS = {
    "pay_minor": "288", "hours": "18", "starts_on": "2026-11-30", "ends_on": "2026-12-18",
    "place": "From home", "ip_note": "The bakery owns the sheet; you may show it.",
    "milestones-0-title": "The stock sheet", "milestones-0-accepted_when": "Twenty items match.",
    "milestones-0-due_on": "2026-12-18", "milestones-0-amount_minor": "288",
}  # fmt: skip
_WORK = {"kind": "gig", "title": "A list for the pantry", "summary": "Every jar, once.", "language": "en"}
_SURE = "a kettle on a rainy morning"
_WHY = "The oven is being rebuilt this week."
_ANSWER = "At Larch House I made a sheet with one row per item. After six weeks we stopped running out."
_STEPS = {"step-0": "3", "why-0": "Nineteen of twenty.", "step-1": "3"}
_REVIEW = {
    **dict.fromkeys(
        ("communication", "reliability", "quality", "initiative", "clarity", "responsiveness", "support", "fairness"),
        "4",
    ),
    "text": "Clear words, and a list that the night shift could use.",
}  # fmt: skip
_PROJECT = {"title": "A list of jars", "done_on": "2026-09-01"}
_LINE = {"title": "Kitchen help", "from_on": "2025-02-01"}
_CLASS = {"title": "Evening course", "year": "2024"}
_DECISION = {"answer": "We read it, and this is what we found."}

# By the route's name, or by the section and the route's name.
FORMS: dict[str, dict[str, str]] = {
    "accounts.make": {"name": "Nina Post", "email": "nina@example.net", "password": _SURE},
    "accounts.begin": {"email": "nell@example.net", "password": "a long walk by the canal"},
    "entering-wrongly accounts.begin": {"email": "nell@example.net", "password": "another walk"},
    "accounts.send_reset": {"email": "amara@example.org"},
    "accounts.confirm": {"password": "a long walk by the canal"},
    "accounts.set_password": {"password": _SURE},
    "accounts.save": {"name": "Somebody Else", "time_zone": "Europe/London", "language": "en"},
    "accounts.change_password": {"password": _SURE},
    "accounts.add_address": {"email": "another@example.net"},
    "accounts.block": {"person": "{person}"},
    "organisation accounts.block": {"organisation": "{organisation}"},
    "organisations.create": {"name": "Weir Lane Tools"},
    "organisations.change": {"name": "Nettle & Rye Bakery", "place": "Weir Lane"},
    "organisations.invite": {"email": "someone@example.net", "role": "recruiter"},
    "skills.propose": {"name": "Marbling paper", "description": "Paper with patterns from floating ink.", "sure": "on"},
    "skills.refuse": {"note": "We have it under another name."},
    "skills.merge": {"into": "Data cleaning"},
    "opportunities.create": {**_WORK, "org": "{organisation}"},
    "opportunities.save": {**_WORK, "start": "cohort", "time_zone": "Europe/London", "pay": "200"},
    "programmes.create": {"template": "stores", "org": "{organisation}"},
    "programmes.save": {"title": "Stores", "weeks": "5", "mode": "on_site", "save": "draft"},
    "programmes.readers": {"inside": "on"},
    "programmes.open_inside": {"seats": "4"},
    "opportunities.save_rubric": {
        "rubric_title": "Lists", "pass_mark": "3", "criteria-0-name": "Accuracy", "criteria-0-feeds": "{skill}",
        "criteria-0-step_1": "Many are wrong.", "criteria-0-step_2": "Some are wrong.",
        "criteria-0-step_3": "One is wrong.", "criteria-0-step_4": "All are right.", "save": "draft",
    },
    "opportunities.step": {"note": "No flour this month."},
    "opportunities.add_addendum": {"text": "The sheet may also be made on paper.", "version": "1"},
    "applications.create": {"answers-1": _ANSWER},
    "applications.save": {"answers-1": _ANSWER},
    "applications.check": {"answers-1": _ANSWER},
    "applications.consent": {"agrees": ""},
    "applications.decline": {"code": "timing", "text": "We begin in May.", "share": "on"},
    "applications.send_invitation": {"note": "Your list is what we need."},
    "offers.make": _TERMS,
    "offers.counter": {**_TERMS, "hours": "17"},
    "offers.reject": {"code": "found_other"},
    "offers.rescind": {"text": "The oven broke."},
    "engagements.call_off": {"note": _WHY},
    "engagements.pause": {"note": _WHY},
    "engagements.end_early": {"note": _WHY, "fault": "none"},
    "engagements.change": {"note": _WHY, "ends_on": "2026-12-22"},
    "engagements.answer_change": {"answer": "sign"},
    "engagements.outcome": {"outcome": "hired"},
    "engagements.hand_in": {"note": "All forty items."},
    "engagements.approve": {"version": "1"},
    "engagements.request_changes": {"note": "Two items are missing.", "version": "1"},
    "engagements.cancel_part": {"note": "We need only one."},
    "engagements.declare": {"amount": "144"},
    "engagements.correct": {"amount": "140", "note": "We wrote 144."},
    "engagements.confirm": {"amount": "144"},
    "assessments.put_in": _STEPS,
    "assessments.sign": {**_STEPS, "comment": "Good work."},
    "apprenticeships.say_afterwards": {"after_days": "0", "outcome": "hired"},
    "apprenticeships.soft_say": {one.value: "3" for one in SoftSkill},
    "apprenticeships.tick": {"resource": "{resource}", "done": "1"},
    "apprenticeships.plan_session": {"day": "2026-11-20", "at": "14:00"},
    "apprenticeships.log_session": {"held_on": "2026-11-16", "held_at": "09:00", "minutes": "45"},
    "apprenticeships.session_step": {
        "note": "It was ten minutes.", "day": "2026-11-21", "at": "14:00",
        "held_on": "2026-11-16", "held_at": "09:00", "minutes": "45",
    },
    "apprenticeships.pulse": {"week": "1", "first": "4", "second": "4"},
    "apprenticeships.change_mentor": {"mentor": "{mentor}"},
    "apprenticeships.try_again": {"due_on": "2026-12-20"},
    "apprenticeships.appeal": {"words": "The differing line was the supplier's own."},
    "apprenticeships.name_assessors": {"first": "{mentor}"},
    "apprenticeships.give": {"assessor": "{mentor}"},
    "apprenticeships.decide": {**_STEPS, "step-2": "3", "comment": "I counted the aisle myself."},
    "apprenticeships.log_hours": {"worked_on": "2026-11-16", "hours": "2", "phase": "tasks"},
    "reviews.seal": _REVIEW,
    "reviews.reply": {"reply": "Thank you for these words."},
    "messages.send": {"say": "When shall I begin?"},
    "notifications.save": {**{str(t): "mail_now" for t in Topic}, "hour": "18"},
    "profiles.save": {"headline": "Lists that others can use", "visibility": "private"},
    "profiles.claim": {"skill": "Writing instructions", "level": "3"},
    "profiles.change_claim": {"level": "4"},
    "profiles.want": {"want": "Writing instructions"},
    "profiles.add_project": _PROJECT,
    "profiles.change_project": _PROJECT,
    "profiles.add_experience": _LINE,
    "profiles.change_experience": _LINE,
    "profiles.add_education": _CLASS,
    "profiles.change_education": _CLASS,
    "cases.decide_opening": {"verdict": "approve"},
    "cases.decide": {"verdict": "kept", **_DECISION},
    "cases.send_report": {"reason": "other", "text": "They asked for work without pay."},
    "pathways.create": {"title": "Baker's way", "org": "{organisation}"},
    "pathways.save": {"title": "Baker's way", "summary": "Bakes.", "save": "draft"},
    "rubrics.create": {"title": "Night bread", "start": "list", "org": "{organisation}"},
    "rubrics.save": {"title": "Night bread", "pass_mark": "3", "save": "draft"},
    "achievements.create": {"name": "Night bread", "kind": "Badge", "org": "{organisation}"},
    "achievements.save": {"name": "Night bread", "kind": "Badge", "save": "draft"},
    "checks.start": {"text": "{}"},
    "credentials.give": {"email": "chidi@example.org", "narrative": "Forty loaves."},
    "credentials.give_many": {"sheet": "chidi@example.org\namara@example.org", "ready": "2", "issue": "1"},
    "credentials.accept": {"see": "public"},
    "credentials.refuse": {"words": "It was somebody else."},
    "credentials.choose": {"see": "private"},
    "credential-private credentials.choose": {"see": "public"},
    "credentials.revoke": {"reason": "It was somebody else."},
    "credentials.suspend": {"reason": "We look into it."},
    "wallet.bring": {"text": "[]", "see": "private"},
    "wallet.see": {"see": "public"},
    "held-public wallet.see": {"see": "private"},
    "wallet.confirm": {"skill": "{other}", "level-{other}": "2"},
    "wallet.link": {"link": "https://example.net/about-me"},
    "wallet.answer": {"answer": "{}"},
    "trust.add": {
        "uri": "did:web:new.example", "standing": "allowed", "name": "New College", "reason": "They rang us.",
    },
    "trust.decide": {"standing": "denied", "reason": "It was not them."},
    "trust.add_registry": {"kind": "dcc", "registry_name": "More", "url": "https://more.example/registry.json"},
    "staff.need": {"skill": "Spreadsheets", "level": "4"},
    "staff.set_incentive": {"achievement": "{achievement}", "text": "A set of tools.", "amount": "50"},
    "staff.agree": {"org": "{organisation}", "days": "365"},
    "staff.choose_matrix": {"org": "{organisation}", "agrees": "on"},
    "webhooks.put": {"url": "https://hr.example/other"},
    "webhooks.agree": {"org": "{organisation}", "agrees": "on"},
    "webhooks.pause": {"paused": "on"},
    "staff.add_note": {"text": "Careful with lists."},
    "staff.ask": {"opening": "{opening}", "note": "Another list."},
    "staff.pause": {"paused": "on"},
    "demo.begin": {"as": "nobody"},
}  # fmt: skip

UPLOADS = {"profiles.add_files": ("files", ("more.csv", b"a,b\n3,4\n", "text/csv"))}
HEADERS = {
    "applications.check": {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Target": "div#answers-1-field",
    }
}


def form(section: str, route: str, things: Mapping[str, str]) -> dict[str, Any]:
    """What is sent: the section's things are filled in where a value names one."""
    found = FORMS.get(f"{section} {route}", FORMS.get(route, {}))

    def put(text: str) -> str:
        return _PLACE.sub(lambda m: things.get(m[1], ""), text)

    return {put(key): put(value) for key, value in found.items()}
