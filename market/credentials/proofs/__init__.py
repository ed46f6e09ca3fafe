"""The pure core that verifies credentials: bytes, resolved documents and a time in, a `Verification` out.

Nothing here opens a connection, reads a clock or keeps state between calls. Where a document is missing,
the verification names it in `needs`; a shell fetches it and calls `verify` again.
"""
