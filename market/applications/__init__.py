"""Applications: the wish to take an opportunity, the answer to it, and the offer that both sides agree on.

Nouns: an application with its answers, its decision (with a reason that the applicant reads), an offer in versions
(either side may counter), the gap report that goes with a refusal, the pool of people who agreed to be asked again.
"""
