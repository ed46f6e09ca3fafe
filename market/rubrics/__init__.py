"""Rubrics: what work is judged by, in described steps, published before anyone applies.

Nouns: a rubric, its criteria (each feeds one skill at a level), the five steps of a criterion with their anchors. A
rubric is written freely until it is frozen; what is frozen never changes, it is copied.
"""
