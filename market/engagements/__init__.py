"""Engagements: the agreed work, from its start to its outcome.

Nouns: an engagement with its signed terms, milestones that are dated parts of it, deliverables in versions (files and
links with their hashes), an assessment by the published rubric beside the person's own, and what was declared paid and
confirmed received. Money is recorded, never held.
"""
