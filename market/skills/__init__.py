"""Skills: the taxonomy, its names and relations, importing it, and finding the skill someone meant."""
