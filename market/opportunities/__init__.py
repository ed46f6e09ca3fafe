"""Opportunities: gigs and trial projects, from a draft to completed.

Nouns: an opportunity, its deliverables with acceptance criteria, its requirements (skill, level, essential, weight),
its application questions, its versions with frozen terms, its addenda. A draft is edited freely; publishing freezes
its terms as version 1; after that only addenda change it, and everyone who applied or watches is told.
"""
