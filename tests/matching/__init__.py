"""Matching: the contract, the backends and the explanation, against an oracle."""
