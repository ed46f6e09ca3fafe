"""Writes a schema revision from the difference between the newest one and the models.

    .venv/bin/python tools/revision.py "Add a table for pathways"

Read what it wrote: autogeneration sees neither a changed CHECK nor a changed trigger; a test does.
"""

import re
import sys
import tempfile
from pathlib import Path

from market.db import APPEND_ONLY, connect
from market.migrations import migrate

VERSIONS = Path(migrate.__file__).parent / "versions"


def main(message: str) -> None:
    """Write the revision, numbered, with the triggers of new append-only tables."""
    before = set(VERSIONS.glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/empty.db")
        migrate.upgrade(engine)
        migrate.write(engine, message)
        engine.dispose()
    written = (set(VERSIONS.glob("*.py")) - before).pop()
    source = written.read_text()
    made = [
        name for name in re.findall(r"op\.create_table\(\s*[\"'](\w+)[\"']", source) if name in APPEND_ONLY
    ]
    up = "".join(f'    append_only(op, "{name}", erasable={APPEND_ONLY[name]})\n' for name in made)
    down = "".join(f'    drop_append_only(op, "{name}")\n' for name in made)
    head, _, rest = source.partition("def downgrade() -> None:\n")
    head = head.rstrip() + "\n" + up + "\n\n"
    written.write_text(head + "def downgrade() -> None:\n" + down + rest)
    number = f"{len(before) + 1:04d}"
    target = VERSIONS / f"{number}_{re.sub(r'[^a-z0-9]+', '_', message.lower()).strip('_')}.py"
    written.rename(target)
    print(target)


if __name__ == "__main__":
    main(sys.argv[1])
