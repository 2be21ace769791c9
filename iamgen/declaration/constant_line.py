"""Read one line of CONST.inc: an assignment, nothing, or the reason why the line is refused.

sh sources the same file and make includes it. So a line is understood only where bash, dash and
GNU make read the same in it; where they differ, or might, it is refused. Two things that make reads in its own
way are understood all the same, and warned about: quotes, which it keeps, and `$NAME` without braces. Within quotes
it still sees a `$` or `#`, which are refused there. No message repeats a value, which may be a secret.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class QuotedText(NamedTuple):
    """Characters of a value that have no special meaning."""

    text: str
    """The characters."""


class Reference(NamedTuple):
    """A reference to another constant in a value."""

    name: str
    """The name of that constant."""
    column: int
    """Where it begins in its line, counted from 1."""
    braced: bool
    """Whether it is written `${NAME}`. Of `$NAME`, without braces, make takes one letter only."""


class Assignment(NamedTuple):
    """`NAME=VALUE`, its references not yet replaced."""

    name: str
    """The name."""
    pieces: tuple[QuotedText | Reference, ...]
    """The parts of the value, in their order."""
    quoted: bool
    """Whether the value has quotes around it."""
    exported: bool
    """Whether it is `export NAME=VALUE`, about which shells do not agree when there are no quotes."""


class Refusal(NamedTuple):
    """Why a line is not understood."""

    name: str
    """What it tries to set, empty when that cannot be told."""
    problem: str
    """What is wrong with it."""
    hint: str
    """What to write instead."""
    column: int = 0
    """Where on the line it is wrong, counted from 1; 0 where that is not known."""


class _Trouble(NamedTuple):
    """A kind of trouble (a key of `_MESSAGES`) and the index where it begins in its line."""

    kind: str
    at: int


# Possessive: `$ABé` is never taken for `$A` and `Bé`.
_NAME = "[A-Za-z_][A-Za-z0-9_]*+"
_ASSIGNMENT = rf"(?P<export>export[ \t]+)?(?P<name>{_NAME})="
_BLANK = r"[ \t]*\Z"
_COMMENT = r"[ \t]*#"
_CONTROL = r"(?P<carriage_return>\r)|(?P<control>[\x00-\x08\x0a-\x1f\x7f-\x9f])"
# Format characters that nobody sees: soft hyphen, zero width, direction, byte order mark.
_INVISIBLE = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"

# What stands where NAME= should. The first that matches is the one to tell. Compiled where a line is refused, as is
# the next.
_NO_ASSIGNMENT = rf"""
      (?P<indented>[ \t]+\S)
    | (?:export[ \t]+)?{_NAME}[ \t]*(?P<operator>(?::{{1,3}}|[?+!])=)
    | (?:export[ \t]+)?{_NAME}(?P<blank_before_equals>[ \t]+=)
    | [A-Z_][A-Z0-9_]*+[ \t]*(?P<colon>:)(?=[ \t]|\d)
    | (?P<valueless_export>export[ \t]+{_NAME}[ \t]*\Z)
    | (?:export[ \t]+)?(?P<nameless>=)
    | (?:export[ \t]+)?(?P<digit_first>[0-9]\w*=)
    | (?:export[ \t]+)?[A-Za-z0-9_]*+(?P<bad_name>[^ \t=]+=)
"""
# The name on a line that is refused, so that others may know that it exists.
_NAMED = (
    rf"\s*(?:export\s+(?P<alone>{_NAME})\s*\Z|(?:export\s+)?(?P<name>{_NAME})\s*[:?+!]*="
    r"|(?P<upper>[A-Z_][A-Z0-9_]*+)\s*:(?=[ \t]|\d))"
)
_HYPHENED = r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)\s*="

_EXPANSION = rf"""
      \$\{{(?P<braced>{_NAME})\}}
    | \$(?P<bare>{_NAME})(?![^\x00-\x7f])
    | (?P<run_on>\${_NAME})
    | (?P<arithmetic>\$\(\()
    | (?P<command>\$\(|`)
    | (?P<parameter>\$\{{)
    | (?P<dollar>\$)
    | (?P<backslash>\\)
"""
_SPECIAL = r"""\s$`'"\\;&|<>()\#"""
# A tilde is text only where no shell expands it: not first, not after `:` or `=`, not after a `${NAME}`
# that may be empty or end in one of them (make replaces it before the shell looks).
_UNQUOTED = rf"""(?x){_EXPANSION}
    | (?P<text>(?:[^{_SPECIAL}~]|(?<=[^{_SPECIAL}:=}}])~)++)
    | (?P<tilde>~)
    | (?P<trailing_comment>\s+\#)
    | (?P<trailing_blank>\s+\Z)
    | (?P<blank_after_equals>(?<==)\s+)
    | (?P<blank>\s+)
    | (?P<hash>\#)
    | (?P<quote>['"])
    | (?P<metacharacter>[;&|<>()])
"""
_DOUBLE_QUOTED = rf"""(?x){_EXPANSION}|(?P<tab>\t)|(?P<quoted_hash>\#)|(?P<text>[^$`\\\t\#]+)"""
_SINGLE_QUOTED = r"(?P<tab>\t)|(?P<quoted_hash>\#)|(?P<quoted_dollar>\$)|(?P<text>[^\t#$]+)"
_QUOTES = r"""'(?P<single>[^']*)'|"(?P<double>[^"]*)\""""
_AFTER_QUOTES = r"""(?x)
      (?P<trailing_comment>\s+\#)
    | (?P<trailing_blank>\s+\Z)
    | (?P<after_quotes>.)
"""

# An assignment of which every reader makes the same, without a look at what else there may be.
_PLAIN_PIECE = rf"\$\{{(?P<braced>{_NAME})\}}|(?P<text>[A-Za-z0-9_./@%+-]+)"
_PLAIN = rf"(?P<start>(?P<name>{_NAME})=)(?:\$\{{{_NAME}\}}|[A-Za-z0-9_./@%+-])*\Z"

_PLAIN_LINE = "a line is NAME=value, a # comment, or blank"
_QUOTE_IT = "put the whole value in quotes: NAME='…'"
_NOT_RUN = "nothing is executed here: write the result itself, or ${NAME} for the value of an earlier line"
_NAME_RULE = "a name has letters, digits and _ only, and does not begin with a digit"

_MESSAGES: dict[str, tuple[str, str]] = {
    "carriage_return": ("a carriage return in the middle of the line", "remove it; a line ends with \\n alone"),
    "control": ("a control character", "remove it"),
    "invisible": ("an invisible character", "remove it; it may have come along from a web page"),
    "comment_goes_on": (
        "a comment that ends in a backslash: make takes the next line for comment too",
        "end the comment without the backslash",
    ),
    "indented": ("a blank before the name", "begin the line with NAME="),
    "operator": ("an assignment that sh and make do not share", "write NAME=value, with = alone"),
    "blank_before_equals": ("a blank before `=`", "write NAME=value, without blanks around ="),
    "blank_after_equals": ("a blank after `=`", "write NAME=value, without blanks around ="),
    "colon": ("a colon where `=` should be", "write NAME=value, without blanks around ="),
    "valueless_export": ("`export` without a value", "write export NAME=value"),
    "nameless": ("no name before `=`", _PLAIN_LINE),
    "digit_first": ("a name that begins with a digit", _NAME_RULE),
    "bad_name": ("a character that a name cannot have", _NAME_RULE),
    "words": (
        "neither NAME=value nor a comment",
        f"{_PLAIN_LINE}; commands of sh and directives of make go into a file of their own",
    ),
    "run_on": ("a letter that some shells take as part of the $NAME before it", "write ${NAME}"),
    "arithmetic": ("arithmetic, `$((…))`", _NOT_RUN),
    "command": ("command substitution", _NOT_RUN),
    "parameter": (
        "a parameter expansion other than ${NAME}",
        "only a plain ${NAME} of an earlier line is understood: write the value itself",
    ),
    "dollar": (
        "a `$` that begins no ${NAME}",
        "remove it: make replaces what follows a `$`, also within quotes, so that no value can have one",
    ),
    "quoted_dollar": (
        "a `$` within single quotes: sh leaves it alone, make replaces or runs what follows it",
        'remove it; for the value of an earlier line write NAME="…${OTHER}…"',
    ),
    "backslash": ("a backslash", "put the whole value in single quotes: NAME='…'"),
    "tilde": (
        "a `~` that a shell replaces by a home directory",
        "write the directory itself, or put the whole value in quotes: NAME='…'",
    ),
    "trailing_comment": ("a comment after the value", "put the comment on a line of its own"),
    "trailing_blank": ("a blank at the end of the line, which make keeps", "remove it"),
    "blank": ("a blank in an unquoted value", _QUOTE_IT),
    "hash": (
        "a `#` in an unquoted value: make cuts the value there",
        "do without it; quotes do not help",
    ),
    "quoted_hash": ("a `#` within quotes: make cuts the value there all the same", "do without it"),
    "quote": ("a quote in the middle of a value", "put one pair of the other quotes around the whole value"),
    "metacharacter": ("one of ; & | < > ( ) in an unquoted value", _QUOTE_IT),
    "tab": ("a tab in a quoted value", "write a blank instead"),
    "unclosed": ("a quote that is not closed", "close it on the same line; a value is one line"),
    "after_quotes": ("text after the closing quote", "put one pair of quotes around the whole value"),
}


def read_line(line: str) -> Assignment | Refusal | None:
    """Return what `line`, without its line end, assigns; None for a blank or a comment."""
    return (_plain_assignment(line) or _read_closely(line)) if line else None


def _plain_assignment(line: str) -> Assignment | None:
    """Return what an assignment says that has nothing but plain characters and `${NAME}`; None for any other line.

    Most lines are of that kind, and the patterns for the others take 4 ms to compile.
    """
    start = re.match(_PLAIN, line)
    if not start:
        return None
    pieces: list[QuotedText | Reference] = []
    for match in re.compile(_PLAIN_PIECE).finditer(line, start.end("start")):
        name = match["braced"]
        pieces.append(Reference(name, match.start() + 1, braced=True) if name else QuotedText(match["text"]))
    return Assignment(start["name"], tuple(pieces), quoted=False, exported=False)


def _read_closely(line: str) -> Assignment | Refusal | None:
    if trouble := _unreadable(line):
        return _refusal(line, trouble)
    if re.match(_BLANK, line) or re.match(_COMMENT, line):
        return None
    start = re.match(_ASSIGNMENT, line)
    if start is None:
        return _refusal(line, _found(re.match(_NO_ASSIGNMENT, line, re.VERBOSE)) or _Trouble("words", 0))
    pieces = _value(line, start.end())
    if isinstance(pieces, _Trouble):
        return _refusal(line, pieces)
    quoted = line.startswith(("'", '"'), start.end())
    return Assignment(start["name"], pieces, quoted=quoted, exported=bool(start["export"]))


def name_on(line: str) -> str:
    """Return the name that a refused line tries to set; empty if that cannot be found out.

    A name with hyphens, which none can have, is taken for the one with `_` in their place.
    """
    match = re.match(_NAMED, line)
    if match:
        return match["alone"] or match["name"] or match["upper"]
    hyphened = re.match(_HYPHENED, line)
    return hyphened["name"].replace("-", "_") if hyphened else ""


def _refusal(line: str, trouble: _Trouble) -> Refusal:
    name = name_on(line)
    message, hint = _MESSAGES[trouble.kind]
    if name and name not in line:
        return Refusal(name, message, f"write {name}", trouble.at + 1)
    return Refusal(name, f"{name}: {message}".removeprefix(": "), hint, trouble.at + 1)


def _found(match: re.Match[str] | None) -> _Trouble | None:
    """Return the trouble that is named like the group which matched."""
    if match is None or match.lastgroup is None:
        return None
    return _Trouble(match.lastgroup, match.start(match.lastgroup))


def _unreadable(line: str) -> _Trouble | None:
    """Return what is wrong with a line whatever else it says."""
    if control := _found(re.search(_CONTROL, line)):
        return control
    if not re.match(_COMMENT, line):
        invisible = re.search(_INVISIBLE, line)
        return _Trouble("invisible", invisible.start()) if invisible else None
    return _Trouble("comment_goes_on", len(line) - 1) if line.endswith("\\") else None


def _value(line: str, start: int) -> tuple[QuotedText | Reference, ...] | _Trouble:
    if not line.startswith(("'", '"'), start):
        return _pieces(_UNQUOTED, line, start, len(line))
    quotes = re.compile(_QUOTES).match(line, start)
    if quotes is None:
        return _Trouble("unclosed", start)
    shape = _SINGLE_QUOTED if quotes["double"] is None else _DOUBLE_QUOTED
    pieces = _pieces(shape, line, start + 1, quotes.end() - 1)
    if isinstance(pieces, _Trouble):
        return pieces
    return _found(re.compile(_AFTER_QUOTES).match(line, quotes.end())) or pieces


def _pieces(shape: str, line: str, start: int, end: int) -> tuple[QuotedText | Reference, ...] | _Trouble:
    """Return the pieces of the value between two indexes of `line`, or the first trouble in it."""
    pieces: list[QuotedText | Reference] = []
    for match in re.compile(shape).finditer(line, start, end):
        if match.lastgroup == "text":
            pieces.append(QuotedText(match["text"]))
        elif match.lastgroup in {"braced", "bare"}:
            name = match[match.lastgroup]
            pieces.append(Reference(name, match.start() + 1, braced=match.lastgroup == "braced"))
        else:
            return _Trouble(str(match.lastgroup), match.start())
    return tuple(pieces)
