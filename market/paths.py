"""Where the data that comes with the program lies: templates, static files and seeds."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """The folder `name` ("templates", "static" or "seeds").

    An installed wheel carries them in `market/_data`; a checkout has them beside the package.
    Raises FileNotFoundError if neither is there.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"The folder {name!r} is neither in {_PACKAGE / '_data'} nor in {_PACKAGE.parent}."
    )
