"""Evidence and the level it adds up to."""
