"""QR codes, so that a credential on paper or on a phone leads to its page."""

from markupsafe import Markup


def qr_svg(address: str, label: str) -> Markup:
    """The address as a QR code: an SVG element to put into a page, coloured by CSS (`qr`), read out as `label`."""
    import segno  # the site starts without it

    code = segno.make(address, error="m", micro=False)
    border = 2
    size = code.symbol_size(border=border)[0]
    rows = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix_iter(border=border))
        for x, dark in enumerate(row)
        if dark
    ]
    return Markup(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}">'
        '<rect class="qr-paper" width="{size}" height="{size}"/><path class="qr-ink" d="{path}"/></svg>'
    ).format(size=size, label=label, path="".join(rows))
