"""The web kit: it knows HTTP and HTML, and nothing of gigs.

A request comes in through `routing` (read the form, load the actor, one transaction, run a plain handler), is answered
through `render` (a whole page, or the block of it that htmx asked for), and passes `origin`, `headers` and `logs` on
the way. `failures` turns errors into pages, `forms` turns what people typed into values or into words beside the field.
"""
