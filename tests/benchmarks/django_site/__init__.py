"""The page of openings as one would write it in Django 5.2, on the same rows, to compare with: DTL and Jinja templates.

Where there is a doubt it is decided for Django: models name only the columns that the page needs, the session is found
in two statements by our own table rather than unpacked from Django's, forms are plain markup, connections stay open,
templates are cached, and there is no transaction around a request.
"""
