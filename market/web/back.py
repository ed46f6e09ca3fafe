"""Where to go on to: `next=` and `back=` may only lead to a page of this site."""


def own_path(text: str, otherwise: str = "/") -> str:
    """The path if it is one of this site's own, else `otherwise`.

    Browsers read `//host` and `/\\host` as another site and drop tabs and line ends, so those are refused.
    """
    ours = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and text.isprintable()
        and "\\" not in text
    )
    return text if ours and len(text) <= 500 else otherwise
