"""Micro-apprenticeships while they run: learning, sessions with a mentor, hours, the pulse, and what they end with.

What was planned stands in a version of a programme (market/programmes), what was agreed in an engagement
(market/engagements); here is what happens. Everything belongs to one engagement that has a `programme_version_id`.

Nouns
  Resource tick: the person is through with something to learn from. Theirs alone; it opens nothing and closes nothing.
  Session: a meeting of the person and a mentor. planned -> logged by one side -> held once the other confirms it, or
    denied with the reason; planned -> moved (another is planned) | missed. Only held ones count towards the least.
  Hours: what the person says they spent, by day and phase. Never changed: a wrong entry is voided by another.
  Pulse: two questions a week to each side, 1 to 5. Both read both.
  Running: what was told, so that nobody is told twice.
  Waiting place: someone's place in the line of a programme: waiting -> asked (told of a free place) -> waiting | taken;
    left by its owner. Nobody is put in.
  Soft round, rating, result: how people work with others, asked of mentors and peers in described steps, sealed until the
    round closes; of peers only the middle stays. See soft_rounds.py and docs/decisions/0024-soft-skills.md.
  Follow-up: what a programme led to, asked of each side at its end and after 90 days. Silence counts as nothing.

Pages, beside those of the engagement
  /work/{id}/plan       what is overdue, now, next and done, as one timeline; what to learn from, with ticks
  /work/{id}/plan.ics   the same days for a calendar
  /work/{id}/mentoring  sessions, the pulse, who mentors and who stands in
  /work/{id}/hours      hours by week against the plan
  /work/{id}/soft-skills  whom one is asked about, and what was said; /soft-skills holds the steps
  /work/{id}/afterwards what it led to, for each side by itself
  /waiting              the lines one stands in

Alarms (timer `watch.watch`), none while it is paused
  hours above 120 % of what the plan holds so far: both are told, once until they are below it again
  no session for 14 days: both are told; for 21 days: a moderator is

What it gives the engagement, written downwards in the same transaction: `sessions_held` and `capstone_passed`, by which
`finish` is guarded.

Bad input, refused with the reason: a session confirmed by the one who logged it; one that lies ahead, or before the
start; one shorter than a quarter of an hour; hours for a day ahead, before the start, or more than a day has; a pulse
for a week that is over; a mentor or an assessor who is the learner, no member, or apart from them by a block; an assessor
taken out once their steps are in.
"""
