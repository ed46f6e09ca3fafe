"""Profiles: what a person shows of themselves, to whom, and which skills they say they have or want.

Nouns: a talent profile with its visibility (private until its owner says otherwise), skills had and skills wanted (two
lists), projects with what they show, experience, and education where someone wishes to list it. Education is text on a
page: it is never an input to matching.
"""
