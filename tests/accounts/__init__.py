"""Accounts: signing up and in, addresses, organisations, blocks."""
