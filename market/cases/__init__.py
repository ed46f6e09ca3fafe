"""Cases: what moderators look at. Reports of things, openings to read, organisations to verify, deliveries that failed.

Nouns: a report (someone says that a thing breaks the rules, and why), the thing it is about, a verdict with words that
both sides read. Disputes with mediators have their place in the schema of engagements and come later.
"""
