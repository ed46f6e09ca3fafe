"""Credentials: accepting what people hold, saying precisely what was checked, and issuing new ones."""
