"""Tests of the wallet: credentials brought here, what they count for, and how they are shown to be one's own."""
