"""Tests of trust: whom the site knows, by its own list and by registries."""
