"""Evidence: the append-only ledger of what shows a skill, and the level it adds up to."""
