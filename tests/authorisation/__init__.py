"""Who may do what: every route, asked by everyone, compared with a table that people wrote (`matrix.md`)."""
