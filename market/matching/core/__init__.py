"""The pure core of matching: the integer contract, its explanation, and the in-memory index. No database, no clock."""
