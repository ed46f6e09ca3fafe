"""Rubrics: criteria, steps, freezing, copying."""
