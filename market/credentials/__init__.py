"""Credentials: checking those that people bring, and issuing our own as Open Badges 3.0.

`proofs/` is the pure core that verifies; `documents`, `signing` build and sign; `issuing`, `achievements`, `keys`,
`lists` write; `resolve` and `child` are the shells around the core.
"""
