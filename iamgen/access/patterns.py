"""Matches the text of a policy, with its wildcards and policy variables, against the text of a request.

What a variable puts in is literal: a `*` in a user's name or tag is no wildcard.
Sources: IAM User Guide, "IAM JSON policy elements: Resource" and "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile, zip_longest

from iamgen.access.answers import Answer, certain, unknown
from iamgen.access.context import Context
from iamgen.access.errors import AccessError, undecided

ARN_COLONS = 5
"""Colons before the resource part of an ARN, `arn:partition:service:region:account:resource`."""

_TOKEN = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<unclosed>\$\{)|(?P<wildcard>[*?])")
# The same behind the last closing brace, where looking for the next for each of many open ones would take for ever.
_TOKEN_AFTER_BRACES = re.compile(r"(?P<variable>(?!))|(?P<unclosed>\$\{)|(?P<wildcard>[*?])")
_VARIABLE = re.compile(
    r"(?P<before>\s*)(?P<key>[^,']*?)(?P<after>\s*)(?:,(?P<gap>\s*)'(?P<default>[^']*)'(?P<end>\s*))?"
)
_SPECIAL = frozenset("*?$")


@dataclass(frozen=True)
class Wildcard:
    """`*` or `?`."""

    many: bool
    """Whether it is `*`, which stands for any number of characters."""
    colons: bool = True
    """Whether it may stand for a colon too."""
    unlimited: bool = False
    """Whether it stands in for a variable, whose value may go beyond a segment of an ARN."""
    slashes: bool = True
    """Whether it may stand for a slash too. In a policy it always may; the name of a bucket has none."""

    @property
    def is_open(self) -> bool:
        """Whether it may stand for every character."""
        return self.colons and self.slashes

    def takes(self, character: str) -> bool:
        """Return whether it may stand for a character."""
        return (self.colons or character != ":") and (self.slashes or character != "/")


@dataclass(frozen=True)
class Variable:
    """`${key}` or `${key, 'default'}`."""

    key: str
    """The condition key, as written."""
    default: str | None
    """The text to use when the key has no value."""
    doubt: str = ""
    """What about its spelling AWS does not document; empty when it is written as documented."""


PatternPart = str | Wildcard | Variable


@dataclass(frozen=True)
class Pattern:
    """The text of a policy, taken apart at its wildcards and variables."""

    parts: tuple[PatternPart, ...]
    """The parts in their order. Literal text is never empty and never next to literal text."""

    def resolved(self, context: Context) -> Pattern | None:
        """Return the pattern with every variable's value put in as literal text.

        Returns None when a variable without a default has no value: nothing equals it and nothing is like it.
        Raises AccessError when the variable's key is multivalued, its value unsaid or empty, or its spelling
        not documented.
        """
        parts: list[PatternPart] = []
        for part in self.parts:
            value = _value(part, context) if isinstance(part, Variable) else part
            if value is None:
                return None
            parts.append(value)
        return Pattern(tuple(_joined(parts)))

    def agrees(self, text: str, context: Context, matching: Callable[[Pattern, str], bool] | None = None) -> Answer:
        """Return whether the pattern matches the text, each variable having its value in this context.

        Where a value is not known, the answer is unknown only if some value would make the text match.
        `matching` compares a pattern without variables with the text, `Pattern.matches` when it is None.
        """
        matching = matching or Pattern.matches
        if not self._has_variables:
            return certain(matching(self, text))
        try:
            resolved = self.resolved(context)
        except AccessError as error:
            return unknown(error.faults) if matching(self._widened(), text) else certain(value=False)
        return certain(resolved is not None and matching(resolved, text))

    def _widened(self) -> Pattern:
        return Pattern(
            tuple(Wildcard(True, unlimited=True) if isinstance(part, Variable) else part for part in self.parts)
        )

    def literal_beginning(self) -> tuple[str, bool]:
        """Return the text before its first wildcard or variable, and whether that is all of it."""
        first = self.parts[0] if self.parts else ""
        return (first, len(self.parts) <= 1) if isinstance(first, str) else ("", False)

    def has_variables(self) -> bool:
        """Return whether a variable is part of it."""
        return self._has_variables

    def has_early_variables(self) -> bool:
        """Return whether a variable stands for a part of an ARN before the fifth colon."""
        return self._has_early_variables

    @cached_property
    def _has_variables(self) -> bool:
        return any(isinstance(part, Variable) for part in self.parts)

    @cached_property
    def _has_early_variables(self) -> bool:
        colons = 0
        for part in self.parts:
            if isinstance(part, Variable) and colons < ARN_COLONS:
                return True
            colons += part.count(":") if isinstance(part, str) else 0
        return False

    def completed(self) -> Pattern:
        """Return the pattern with a wildcard for each of the six fields of an ARN that it does not have.

        Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)": of an incomplete ARN
        in an identity-based policy "AWS automatically completes the ARN by adding wildcard characters (*) to
        all missing fields"; `arn:aws:sqs` is equivalent to `arn:aws:sqs:*:*:*`.
        """
        missing = ARN_COLONS - sum(part.count(":") for part in self.parts if isinstance(part, str))
        added = (part for _ in range(missing) for part in (":", Wildcard(many=True)))
        return Pattern(tuple(_joined((*self.parts, *added)))) if missing > 0 else self

    def with_plain_segments(self) -> Pattern:
        """Return the pattern with the first five segments of the ARN in lower case."""
        parts: list[PatternPart] = []
        colons = 0
        for part in self.parts:
            parts.append(plain_segments(part, ARN_COLONS - colons) if isinstance(part, str) else part)
            colons += part.count(":") if isinstance(part, str) else 0
        return Pattern(tuple(parts))

    def lowered(self) -> Pattern:
        """Return the pattern in lower case, for comparisons without case."""
        return Pattern(tuple(part.lower() if isinstance(part, str) else part for part in self.parts))

    def within_arn(self, *, run_on: bool) -> Pattern:
        """Return the pattern whose wildcards stay inside their segment of the ARN, up to the resource part.

        With `run_on` a `*` that ends its segment may match beyond the colon: so it is documented for the
        Resource element. ArnLike compares each of the six segments by itself.
        """
        return self._running_on if run_on else self._by_segment

    @cached_property
    def _running_on(self) -> Pattern:
        return Pattern(tuple(_segmented(self.parts, run_on=True)))

    @cached_property
    def _by_segment(self) -> Pattern:
        return Pattern(tuple(_segmented(self.parts, run_on=False)))

    def has_arn_shape(self) -> bool:
        """Return whether the text has all segments of an ARN. A variable may stand for any of them."""
        colons = sum(part.count(":") for part in self.parts if isinstance(part, str))
        return colons >= ARN_COLONS or any(
            isinstance(part, Variable) or (isinstance(part, Wildcard) and part.unlimited) for part in self.parts
        )

    def matches(self, text: str) -> bool:
        """Return whether the whole text is matched. Variables must have been resolved."""
        return self._walks_through(text) if self._pieces is None else _has_in_order(text, self._pieces)

    @cached_property
    def _pieces(self) -> tuple[str, ...] | None:
        """The texts between the `*`s; None where a `?`, a `*` that stops at a colon, or a variable is part of it."""
        pieces = [""]
        for part in self.parts:
            if isinstance(part, str):
                pieces[-1] += part  # literal, also where it has a `*`
            elif isinstance(part, Wildcard) and part.many and part.is_open:
                pieces.append("")
            else:
                return None
        return tuple(pieces)

    def _walks_through(self, text: str) -> bool:
        """Match step by step, by the positions in the text that the parts so far can end at."""
        reached = {0}
        for part in self.parts:
            reached = _advance(part, reached, text)
            if not reached:
                return False
        return len(text) in reached


@lru_cache(maxsize=1 << 16)
def pattern(text: str, *, variables: bool, wildcards: bool = True) -> Pattern:
    """Return the text as a pattern; without `variables` (Version 2008-10-17) `${...}` is ordinary text.

    Raises AccessError for a variable that is not written `${prefix:key}` or `${prefix:key, 'default'}`. Spaces
    at other places are read, and make the answer unknown where the variable decides.
    """
    return Pattern(tuple(_joined(_tokens(text, variables=variables, wildcards=wildcards))))


def _tokens(text: str, *, variables: bool, wildcards: bool) -> Iterator[PatternPart]:
    position, last_brace = 0, text.rfind("}")
    while match := (_TOKEN if position <= last_brace else _TOKEN_AFTER_BRACES).search(text, position):
        yield text[position : match.start()]
        position = match.end()
        if match["wildcard"]:
            yield Wildcard(many=match[0] == "*") if wildcards else match[0]
        elif variables:
            yield _variable(text, match["variable"])
        else:
            yield "${"  # and go on right behind it: a wildcard between the braces is one
            position = match.start() + 2
    yield text[position:]


def _variable(text: str, inside: str | None) -> str | Variable:
    if inside in _SPECIAL:
        return inside
    match = _VARIABLE.fullmatch(inside or "")
    if not match or ":" not in match["key"]:
        raise undecided(text, "has a policy variable that is not ${prefix:key} or ${prefix:key, 'default'}")
    return Variable(match["key"], match["default"], _doubt(match))


def _doubt(match: re.Match[str]) -> str:
    """Return what about the variable is not documented.

    Source: IAM User Guide, "IAM policy elements: Variables and tags", which names the variable right behind the
    brace, and for a default value: "separate the variable text and the default value with a comma and space".
    """
    if match["before"] or match["after"] or match["end"]:
        return "a space is not supported in a policy variable"
    if match["gap"] not in (None, " "):
        return "AWS documents a comma and a single space before the default of a policy variable"
    return ""


def _value(variable: Variable, context: Context) -> str | None:
    if variable.doubt:
        raise undecided("${" + variable.key + "}", variable.doubt, f"write ${{{variable.key}}}")
    value = context.single(variable.key)
    value = variable.default if value is None else value
    if value == "":
        raise undecided(variable.key, "is empty, and AWS does not document what a variable with an empty value matches")
    return value


def _has_in_order(text: str, pieces: tuple[str, ...]) -> bool:
    """Return whether the text begins with the first piece, ends with the last, and has the others between, in order.

    Where several places would do for a piece, the first of them leaves the most text for the pieces behind it.
    """
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if not (text.startswith(first) and text.endswith(last)):
        return False
    position = len(first)
    for piece in pieces[1:-1]:
        position = text.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return position + len(last) <= len(text)


def _joined(parts: Iterable[PatternPart]) -> Iterator[PatternPart]:
    literal = ""
    for part in parts:
        if isinstance(part, str):
            literal += part
            continue
        if literal:
            yield literal
        literal = ""
        yield part
    if literal:
        yield literal


def _segmented(parts: tuple[PatternPart, ...], *, run_on: bool) -> Iterator[PatternPart]:
    colons = 0
    for part, after in zip_longest(parts, parts[1:]):
        if isinstance(part, str):
            colons += part.count(":")
        if isinstance(part, Wildcard) and colons < ARN_COLONS and not part.unlimited:
            ends = after is None or (isinstance(after, str) and after.startswith(":"))
            yield Wildcard(part.many, colons=run_on and part.many and ends)
        else:
            yield part


def _advance(part: PatternPart, reached: set[int], text: str) -> set[int]:
    """Return the positions in the text that the part leads to from those reached so far.

    Sets of positions and not a regular expression: no pattern can make this take exponential time.
    """
    if isinstance(part, str):
        return {position + len(part) for position in reached if text.startswith(part, position)}
    if isinstance(part, Variable):
        raise undecided(part.key, "a policy variable was not resolved before matching")
    if part.many and part.colons and part.slashes:
        return set(range(min(reached), len(text) + 1))
    stops = ("" if part.colons else ":") + ("" if part.slashes else "/")
    passable = [character not in stops for character in text]
    if not part.many:
        return {position + 1 for position in reached if position < len(text) and passable[position]}
    return {end for start in reached for end in _stretch(start, passable)}


def _stretch(start: int, passable: list[bool]) -> range:
    steps = sum(1 for _ in takewhile(bool, passable[start:]))
    return range(start, start + steps + 1)


def plain_segments(text: str, segments: int = ARN_COLONS) -> str:
    """Return the text with the part before its fifth colon in lower case, or before an earlier `segments`-th."""
    fields = text.split(":", max(segments, 0))
    return ":".join([field.lower() for field in fields[:segments]] + fields[segments:])
