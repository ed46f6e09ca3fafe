"""The wallet: credentials that people bring from elsewhere, what they count for, and how one shows that they are one's own."""
