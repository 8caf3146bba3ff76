"""DataMatrix symbols as pictures, and pictures back into text.

A module is at least 6 dots at 300 dots an inch (0.508 mm) and two modules stay white around the symbol, so that the
cheapest label printer and scanner of a ward still agree.
"""

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image

from coign.kernel.errors import Invalid

DOTS_PER_INCH = 300
DOTS_PER_MODULE_MIN = 6
MM_PER_DOT = 25.4 / DOTS_PER_INCH
QUIET_MODULES = 2
PICTURE_PIXELS_MAX = 40_000_000
_DATAMATRIX = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)


def symbol_matrix(payload: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the symbol, row by row, dark is True, without quiet zone."""
    barcode = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    view = memoryview(barcode.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = view.shape  # type: ignore[misc]
    dots = view.tobytes()
    return tuple(tuple(dot == 0 for dot in dots[row * width : (row + 1) * width]) for row in range(height))


def symbol_size_mm(payload: str, dots_per_module: int = DOTS_PER_MODULE_MIN) -> float:
    """Edge of the printed symbol with its quiet zone."""
    assert dots_per_module >= DOTS_PER_MODULE_MIN
    return (len(symbol_matrix(payload)) + 2 * QUIET_MODULES) * dots_per_module * MM_PER_DOT


def symbol_svg(payload: str, *, title: str = "") -> str:
    """The symbol as SVG: one path, white ground, so that it can be scanned from any page, dark ones too."""
    matrix = symbol_matrix(payload)
    edge = len(matrix) + 2 * QUIET_MODULES
    edge_mm = symbol_size_mm(payload)
    path = "".join(_runs(matrix))
    name = f' role="img" aria-label="{_attribute(title)}"' if title else ' aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" '
        f'width="{edge_mm:.3f}mm" height="{edge_mm:.3f}mm" shape-rendering="crispEdges"{name}>'
        f'<path fill="#fff" d="M0 0h{edge}v{edge}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(matrix: tuple[tuple[bool, ...], ...]) -> Iterator[str]:
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                yield f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h{length}v1h-{length}z"
            x += length or 1


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def symbol_png(payload: str) -> bytes:
    """The symbol as PNG at 300 dots an inch, with its quiet zone."""
    matrix = symbol_matrix(payload)
    edge = len(matrix) + 2 * QUIET_MODULES
    picture = Image.new("1", (edge, edge), 1)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), 0)
    out = io.BytesIO()
    large = picture.resize((edge * DOTS_PER_MODULE_MIN, edge * DOTS_PER_MODULE_MIN), Image.Resampling.NEAREST)
    large.save(out, format="PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return out.getvalue()


def symbols_in(picture: bytes) -> tuple[str, ...]:
    """The texts of all DataMatrix symbols found in a PNG or JPEG picture."""
    with _opened(picture) as image:
        found = zxingcpp.read_barcodes(image, formats=_DATAMATRIX, text_mode=zxingcpp.TextMode.Plain)
    return tuple(barcode.text for barcode in found)


def scan_back(picture: bytes) -> str:
    """The text of the one symbol in the picture of a label: what a scanner at the bedside would read (TRC-14)."""
    found = symbols_in(picture)
    if len(found) != 1:
        raise Invalid.at("picture", f"expected one symbol on the label, found {len(found)}")
    return found[0]


def _opened(picture: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
            if image.width * image.height > PICTURE_PIXELS_MAX:
                raise Invalid.at("picture", "the picture is too large")
            return image.convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid.at("picture", "expected a PNG or JPEG picture") from error
