"""Checking credentials as jobs: bytes are kept, the worker verifies them in its child process, a report comes out.

Nothing here asks who is looking: a job may be a person's own (then it is also asked whose the credential is) or nobody's.
`queue.check_document` begins one, `work.Checker` is the worker's errand that does it, `shown.view_of` makes the report
into what a page shows.
"""
