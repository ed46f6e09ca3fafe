"""What survives faults and many at once."""
