"""Find whom a section of a person's file belongs to, and which of its options stay when iamgen writes it.

A section that iamgen writes begins with a comment that says for whom, and has a digest of what iamgen wrote. Where the
digest agrees with the section, or with the section less options that stand together, nobody has edited, renamed or
copied it: iamgen may write it anew, and the options that were added stay. Where a profile's credentials come from is
the person's choice, and no part of the digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from iamgen.workstation.section_options import (
    CREDENTIAL_SOURCES,
    SectionOption,
    beside,
    lines_of,
    names_of,
    options_of,
)
from iamgen.workstation.sections import SectionBlock

SectionIdentity = tuple[str, ...]
Options = tuple[SectionOption, ...]
_MARK = re.compile(r"# iamgen bootstrap (?P<owner>\S+) (?P<digest>[0-9a-f]{8})\s*")
_BY_HAND, _EDITED = "written by hand", "edited since iamgen wrote it"


class Ownership(NamedTuple):
    """What iamgen may do with a section."""

    why: str = ""
    """Why writing it would take something from the person; empty where it would not."""
    stays: bool = False
    """Whether it has all that the template makes of it, so that there is nothing to write."""
    retained: tuple[str, ...] = ()
    """Lines of options that stay beside the template's."""


def plain(block: SectionBlock) -> tuple[str, ...]:
    """Return the lines below the header, without line ends, the section's indent and iamgen's mark."""
    lines = (line.rstrip("\r\n") for line in block.body[1:])
    return tuple(line.removeprefix(block.indent) for line in lines if not _MARK.fullmatch(line.strip()))


def mark(key: SectionIdentity, lines: Sequence[str], owner: str) -> str:
    """Return the comment that says for whom iamgen wrote these lines."""
    return f"# iamgen bootstrap {owner} {_digest(key, options_of(lines))}"


def ownership(key: SectionIdentity, old: SectionBlock, new: SectionBlock, owner: str) -> Ownership:
    """Return what iamgen may do with the section `old`, which is to become `new`."""
    options, template = options_of(plain(old)), options_of(plain(new))
    marks = _marks(old)
    if not marks:
        return _by_hand(options, template)
    split = _split(key, options, marks[0]["digest"]) if len(marks) == 1 else None
    if split is None:
        return Ownership(_EDITED, retained=lines_of(beside(_sources(options), names_of(template))))
    if marks[0]["owner"] != owner:
        return Ownership(f"written for {marks[0]['owner']}")
    return _by_iamgen(split, _sources(options), template)


def _by_iamgen(split: tuple[Options, Options], sources: Options, template: Options) -> Ownership:
    """Return what may be done with a section of which iamgen wrote one part, and something else added the other."""
    own, added = split
    names = names_of(template)
    retained = tuple(beside((*added, *sources), names))
    if names_of(added) & names:
        return Ownership(_EDITED, retained=lines_of(retained))
    stays = own == _digested(template) and retained[: len(added)] == added
    is_source_the_same = (_sources(template) or retained[len(added) :]) == sources
    return Ownership("", stays and is_source_the_same, lines_of(retained))


def is_untouched(key: SectionIdentity, block: SectionBlock, owner: str) -> bool:
    """Tell whether iamgen wrote the section for this owner, and nobody has edited it."""
    marks = _marks(block)
    is_of_owner = len(marks) == 1 and marks[0]["owner"] == owner
    return is_of_owner and _split(key, options_of(plain(block)), marks[0]["digest"]) is not None


def _marks(block: SectionBlock) -> list[re.Match[str]]:
    return [match for line in block.body if (match := _MARK.fullmatch(line.strip()))]


def _by_hand(options: Options, template: Options) -> Ownership:
    """Return what may be done with a section without a mark: what only adds to it takes nothing from anybody."""
    retained = tuple(beside(options, names_of(template)))
    settings = {option.setting for option in template if option.name}
    shared = [option for option in options if option not in retained]
    is_harmless = all(option.setting in settings for option in shared if option.name)
    stays = is_harmless and settings <= {option.setting for option in options if option.name}
    return Ownership("" if is_harmless else _BY_HAND, stays, lines_of(retained))


def _split(key: SectionIdentity, options: Options, digest: str) -> tuple[Options, Options] | None:
    """Return the options that have this digest, and those that were added to them, which stand together.

    Return None where there is no such part: somebody has edited what iamgen wrote.
    """
    digested = _digested(options)
    for start, end in _runs(len(digested)):
        own = (*digested[:start], *digested[end:])
        if _digest(key, own) == digest:
            return own, digested[start:end]
    return None


def _sources(options: Options) -> Options:
    return tuple(option for option in options if option.name in CREDENTIAL_SOURCES)


def _digested(options: Options) -> Options:
    return tuple(option for option in options if option.name not in CREDENTIAL_SOURCES)


def _runs(length: int) -> Iterator[tuple[int, int]]:
    """Yield where runs begin and end: first the empty one, then those at the end, where tools add options."""
    yield length, length
    yield from ((start, length) for start in reversed(range(length)))
    yield from ((start, end) for end in reversed(range(length)) for start in reversed(range(end)))


def _digest(key: SectionIdentity, options: Options) -> str:
    import hashlib  # 3 ms that links do not need

    text = "\n".join([*key, *lines_of(_digested(options))])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
