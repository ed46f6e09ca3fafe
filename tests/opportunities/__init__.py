"""Opportunities: drafts, quality, the life of a posting, its pages."""
