"""Write elements of SVG. Names and texts of users stay text, whatever characters they contain."""

from __future__ import annotations

from html import escape

from iamgen.graph.svg_style import FONT_COLUMN, SMALL
from iamgen.graph.text_width import columns_of, shortened
from iamgen.ui.printable import printable


def element(name: str, *content: str, **attributes: str | float) -> str:
    """Return an element. `content` is SVG already; attributes are escaped, with `_` for each `-` of their names, and
    an underscore at the end for `class_`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


def title(lines: tuple[str, ...]) -> str:
    """Return what is shown when somebody points at the element around it."""
    return element("title", escape("\n".join(map(printable, lines)), quote=False))


def text(words: str, x: float, y: float, columns: int, class_: str = "") -> str:
    """Return a text in one line of at most so many columns. A text with letters that the font may not have is fitted
    into the width that is meant for it."""
    visible = shortened(words, columns)
    column = FONT_COLUMN * (SMALL if "ig-small" in class_ else 1)
    fitted = {} if visible.isascii() else {"textLength": round(columns_of(visible) * column, 1)}
    adjust = {"lengthAdjust": "spacingAndGlyphs"} if fitted else {}
    return element("text", escape(visible, quote=False), class_=class_, x=x, y=y, **fitted, **adjust)


def _attribute(value: str | float) -> str:
    return printable(value) if isinstance(value, str) else f"{value:g}"
