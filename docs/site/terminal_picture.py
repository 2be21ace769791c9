"""A picture of a terminal, as SVG, from what programs printed with ANSI colours.

docs/session.svg is made of SESSION: `.venv/bin/pytest tests/test_docs.py --rewrite -k picture` runs the commands in a
copy of the example and writes it anew; without `--rewrite` that test holds the picture against what the program prints.
The picture asks for no font and nothing else from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

SESSION = (
    """sed -i.bak '/"bob"/s/"prod": "ReadR"/"prdo": "OpsR"/' users.py""",
    "iamgen check",
    "sed -i.bak s/prdo/prod/ users.py",
    "iamgen diff | head -n 9",
    "iamgen can bob s3:DeleteBucket --in prod | head -n 10",
)
"""What is typed: bob is to operate production, with a slip of the pen that iamgen finds."""

_LETTER, _LINE, _MARGIN, _BAR = 8, 19, 20, 40
_COLOURS = {"31": "#ff7b72", "33": "#e3b341", "36": "#76e3ea"}
"""By the code of an ANSI colour, the colour in the picture."""
_PART = re.compile(r"(?:\033\[(?P<codes>[\d;]*)m)?(?P<text>[^\033]*)")
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>
text {{ font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: #e6edf3; }}
</style>
<rect x="0.5" y="0.5" width="{right}" height="{bottom}" rx="8" fill="#0d1117" stroke="#3d444d"/>
<circle cx="20" cy="20" r="6" fill="#ff5f57"/>
<circle cx="40" cy="20" r="6" fill="#febc2e"/>
<circle cx="60" cy="20" r="6" fill="#28c840"/>
{lines}</svg>
"""


def picture(transcript: str, label: str) -> str:
    """Return the SVG of a transcript, in which lines that begin with `$ ` are what was typed."""
    lines = transcript.splitlines()
    columns = max(len(plain(line)) for line in lines)
    width, height = columns * _LETTER + 2 * _MARGIN, len(lines) * _LINE + _BAR + _MARGIN
    drawn = "".join(_drawn(line, _BAR + (number + 1) * _LINE - 5) for number, line in enumerate(lines))
    sizes = {"width": width, "height": height, "right": width - 1, "bottom": height - 1}
    return _FRAME.format(**sizes, label=escape(label), lines=drawn)


def plain(line: str) -> str:
    """Return a line without its colours."""
    return re.sub(r"\033\[[\d;]*m", "", line)


def _drawn(line: str, height: int) -> str:
    """Return a line at that height. Its length is fixed, so that columns stay columns in any font."""
    if not plain(line):
        return ""
    length = len(plain(line)) * _LETTER
    attributes = f'x="{_MARGIN}" y="{height}" textLength="{length}" xml:space="preserve"'
    return f"<text {attributes}>{''.join(_spans(line))}</text>\n"


def _spans(line: str) -> Iterator[str]:
    if line.startswith("$ "):
        yield '<tspan fill="#3fb950">$</tspan>'
        line = line[1:]
    for part in _PART.finditer(line):
        codes = (part["codes"] or "").split(";")
        colour = next((_COLOURS[code] for code in codes if code in _COLOURS), "")
        style = f' fill="{colour}"' * bool(colour) + ' font-weight="bold"' * ("1" in codes)
        text = escape(part["text"])
        if text:
            yield f"<tspan{style}>{text}</tspan>" if style else text
