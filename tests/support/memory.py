"""What a worker of the tests carries from file to file, kept small.

It used to come to 1.3 GB at the end of a whole run, and one look of the collector through all of it held up a page for
five seconds.
"""

import gc
import sys


def let_go() -> None:
    """Forget what only the databases of the last file needed, and let the collector pass over all that is left.

    Each mapper keeps the statements it compiled for writing, by dialect, and with them the dialects of a hundred engines
    that are gone: two fifths of the objects after 280 tests. What is forgotten in a circle is found before the rest is
    set aside, so a file or connection that was left open is still told of.
    """
    if "sqlmodel" in sys.modules:
        from sqlmodel import SQLModel

        for mapper in SQLModel._sa_registry.mappers:
            vars(mapper).pop("_compiled_cache", None)
    gc.collect()
    gc.freeze()
