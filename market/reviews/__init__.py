"""Reviews: each side rates the engagement, and neither sees the other's words until both are in or the time is up.

Nouns: a pair (one for each ended engagement, with one exact deadline), a review by each side on anchored axes, its
statements about single skills, a reply. Reputation is computed from revealed reviews; it is shown, and never an input
to a ranking.
"""
