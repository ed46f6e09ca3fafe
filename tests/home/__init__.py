"""The first page, the dashboards and the pages that explain the site."""
