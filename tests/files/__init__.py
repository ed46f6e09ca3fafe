"""Files: what is taken, what is kept, and who may read it."""
