"""Pathways: k of n achievements, of one issuer or several, that stack to a larger one.

A part counts once its holder has accepted it, as long as it stands: not revoked, suspended or run out. Who holds enough
parts completes the pathway, once; the larger credential is then issued by itself, with the parts as its evidence, and
offered to its holder like any other. Progress is never stored: it is read from what people hold.
"""
