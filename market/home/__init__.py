"""Home: the front page for a visitor, the dashboards that say what to do next, and the pages about the site itself."""
