"""Files: what people upload. Bytes lie outside the web root under random names; the row says whose, about what, and what.

The type is told from the content, images are encoded anew, a name is only ever shown, and nobody reads a file but by
asking the feature it belongs to.
"""
