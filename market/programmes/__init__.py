"""Programmes: micro-apprenticeships as plans of five phases, checked before they go out, run again and again.

Nouns
  Programme: what an organisation runs again and again. States: draft -> published -> retired (-> published again).
  Version: what it says, whole. Version 0 is the draft; publishing freezes it as the next number, with its descriptor
    and its rubric. A version that is out never changes: the next one is written as a copy. What runs, runs on the
    version that was signed.
  Phases: learning (resources, workshops, guided practice, check questions), tasks (hands-on, each with a deliverable
    and an acceptance criterion, each practising outcomes), mentorship (named mentors, sessions planned and least,
    weekly pulse), capstone (brief, rubric, assessors), evidence (achievement, descriptor, entry on the profile).
  Outcome: one thing someone can do at the end, by one skill at one level; practised by a task, assessed by a
    criterion of the rubric. Two skills are two outcomes: a criterion feeds one skill.
  Descriptor: the eleven mandatory elements of the European approach to micro-credentials.
  Cohort: one round. Belongs to one opening; with no start day people begin one after another.
  Pathway (market/pathways): k of n achievements that stack to a larger one.

Pages, for those who post for an organisation
  /programmes/ours the list; /programmes/new begin from a template, an earlier programme or nothing;
  /programmes/{id}/edit/{section} one page each: about, outcomes, learning, tasks, mentorship, capstone, rubric,
  evidence, check (read it through); beside each the checklist, the safeguards and the descriptor's meter. Saved as
  drafts, also half written; /programmes/{id}/manage steps: publish, new version, copy, retire, restore, open a round.
For everyone: /programmes (what is offered, narrowed by skill, hours, cost, start), /programmes/{id} one.

Bad input, refused with the reason (depth, quality, rules): no mentor, or one who has left; an outcome nobody assesses
or no task practises; more than 40 hours a week; too few hours for its outcomes; productive work unpaid or below the
floor; a resource that costs and cannot be left out in a programme called free; sessions more than 14 days apart;
an assessor who is the learner or no member; two assessors who are one; a rubric changed once it is out.

How one runs
  1. An opening of kind micro_apprenticeship carries `programme_version_id` (market/opportunities/apprenticing). Its
     title, summary, hours, deliverables (tasks, then the capstone), rubric and requirements (the prerequisites) come
     from the version; it adds a round (cohort or rolling), places, pay (at least the version's), dates, questions.
  2. Applications and offers are those of gigs. The first offer begins with one milestone for each task and one for
     the capstone, due at the end of their weeks, pay split by productive hours, the mentors named.
  3. Signing makes the engagement with `programme_version_id` and `cohort_id`, milestones with `phase` and
     `programme_task_id`, and mentors and assessors as engagement members.
  4. Running lives in market/apprenticeships, above the engagements: ticks, sessions confirmed by both, hours, pulse,
     capstone attempts (round 1 and 2), appeal to another assessor within seven days, waiting list. `finish` needs the
     least sessions held and the capstone passed beside the guard of every engagement.
  5. The assessment that passes is written to the ledger as T4 and issues the version's achievement with `result` and
     `evidence`; ending early issues for the skills already assessed.
"""
