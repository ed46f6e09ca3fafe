"""Trust: which issuers of credentials this site knows, by its own list and by registries that others keep."""
