"""The web kit: forms, routes, rendering, what guards the door, and errors as pages."""
