"""Matching: who fits an opportunity, how well, and why."""
