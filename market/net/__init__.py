"""Everything that leaves the machine over HTTP: which addresses may be reached, and one guarded way to reach them."""
