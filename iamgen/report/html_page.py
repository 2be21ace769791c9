"""Make the page: one file with its style, its script and its data, which loads nothing from elsewhere.

What comes from a declaration or from AWS never becomes markup: Jinja escapes it, and the script puts it into the page
as text. The content security policy of the page allows the one style and the one script by their hashes, and nothing
else, so that even a mistake here would run nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from iamgen.declaration.expiry import iso, spoken
from iamgen.graph.svg_style import STYLE
from iamgen.jinja.own_page import own_page
from iamgen.questions.action_summary_text import legend
from iamgen.report.contents import ReportContents
from iamgen.report.declared_checks import FindingRow
from iamgen.report.prepared_questions import PREPARED
from iamgen.ui.printable import printable

_FOLDER = Path(__file__).parent
_SCRIPTS = ("tables", "elements", "words", "views", "matrix", "search", "print", "start")
"""The parts of the page's script in their order. Together they are one script: each uses what stands before it."""
_SHOWN = 200
"""Rows of a list that the page shows without its script; the pages of accounts and roles have all of them."""


def report_page(contents: ReportContents) -> str:
    """Return the page. It is the same for the same contents, byte for byte."""
    style, script = _asset("page.css") + STYLE, "\n".join(_asset(f"script/{name}.js") for name in _SCRIPTS)
    values = {
        "contents": contents,
        "style": style,
        "script": script,
        "data": embedded(_data(contents)),
        "picture": contents.picture,
        "policy": content_security_policy(style, script),
        "questions": PREPARED,
        "shown": _SHOWN,
        "legend": legend(),
        "iso": iso,
        "spoken": spoken,
    }
    return own_page(_FOLDER / "page.html.j2", values, printable)


def content_security_policy(style: str, script: str) -> str:
    """Return the policy that lets a page have this style and this script, each exactly as it is, and load nothing."""
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def embedded(data: Mapping[str, object]) -> str:
    """Return JSON that can stand inside a script element: nothing in it ends that, or opens a comment.

    Of its texts, what nobody would see, or what would turn the text around it, is written as an escape.
    """
    text = json.dumps(_shown(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", text)


def _shown(value: object) -> object:
    """Return JSON values with every text printable, so that U+2028 is none of them, nor half a character."""
    if isinstance(value, str):
        return value if value.isprintable() else printable(value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def _data(contents: ReportContents) -> dict[str, object]:
    numbers = {name: number for number, (name, _) in enumerate(contents.tables.accounts)}
    findings = contents.checks.findings if contents.checks else ()
    return {
        **contents.tables.plain(),
        "questions": [[item.key, item.title, item.explanation, item.actions] for item in PREPARED],
        "findings": [_finding(row, numbers) for row in findings],
        "has_checks": contents.checks is not None,
    }


def _finding(row: FindingRow, accounts: Mapping[str, int]) -> list[object]:
    numbers = [accounts[name] for name in row.accounts if name in accounts]
    return [row.level, row.rule, row.message, row.cause, row.owner, numbers]


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
