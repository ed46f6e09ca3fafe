"""Foothold: a marketplace for micro-opportunities."""
