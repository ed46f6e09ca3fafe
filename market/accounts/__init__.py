"""Accounts: people, the organisations they belong to, and how they sign in.

Nouns: a person (who may offer skills, act for organisations, or both), their e-mail addresses, an organisation with
members in roles, an invitation to become one, a session in one browser, a one-time token sent by mail, a block.
"""
