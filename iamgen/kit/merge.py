"""Sections put into a person's own file, in which every other line stays as it is.

A section that iamgen writes begins with a comment that has a digest of it. As long as the digest holds, nobody has
edited the section, and iamgen may write it anew; any other section is the person's, and is theirs to give up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from iamgen.errors import Fault, IamgenError
from iamgen.kit.sections import Block, FileKind, blocks, identity

_MARK = re.compile(r"# iamgen bootstrap ([0-9a-f]{8})\s*")
Identity = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What becomes of one section: lines without line ends, `before` empty when added, `after` when removed.

    `conflict` is a section that a person wrote and that would be another's; `same` one that stays.
    """

    kind: Literal["add", "same", "update", "conflict", "remove"]
    identity: Identity
    header: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """A person's file: its text, what messages call it, and which of the two it is."""

    text: str
    shown: str
    kind: FileKind


def steps(file: File, wanted: str, stale: Callable[[Mapping[str, str]], bool] = lambda _: False) -> tuple[Step, ...]:
    """Return what has to happen to the file so that it has the wanted sections, in their order.

    `stale` is asked, by its options, about each section that iamgen once wrote and no longer does. Raises
    IamgenError when the file, or the wanted text, has a section in question twice.
    """
    old, new = _by_identity(file.text, file.kind), _by_identity(wanted, file.kind)
    _refuse_twins(new, f"what makes {file.shown}", set(new))
    _refuse_twins(old, file.shown, set(new))
    found = [_step(key, one[0], old[key][0] if key in old else None) for key, one in new.items()]
    gone = [
        Step("remove", key, str(one[0].header), _plain(one[0].body))
        for key, one in old.items()
        if key not in new and _is_ours(one[0]) and stale(one[0].options)
    ]
    return (*found, *gone)


def merged(file: File, wanted: str, taken: Sequence[Step], declined: Container[Identity] = ()) -> str:
    """Return the file's text once the steps are taken, but for conflicts whose identity was declined."""
    doing = {step.identity: step for step in taken if step.kind != "same" and step.identity not in declined}
    new = {key: one[0] for key, one in _by_identity(wanted, file.kind).items()}
    end = "\r\n" if "\r\n" in file.text else "\n"
    parts = [
        line
        for block in blocks(file.text)
        for line in _replaced(block, doing.get(identity(block.header or "", file.kind)), new, end)
    ]
    added = [step.identity for step in taken if step.kind == "add"]
    leads = _leads(wanted, file.kind)
    for key in added:
        parts = [*_ended(parts, end), *_with_ends([*leads[key], *_marked(new[key])], end)]
    return "".join(parts)


def unreadable(file: File) -> tuple[Fault, ...]:
    """Return what keeps the AWS CLI from reading the file at all, as warnings."""
    seen: dict[str, int] = {}
    faults = []
    for block in blocks(file.text):
        what = "the AWS CLI cannot read this file: "
        for number in block.strays:
            stray = "the line is neither [section], NAME = VALUE nor comment, or says again what another says"
            faults.append(Fault(f"{file.shown}:{number}", what + stray, "mend it, or remove it"))
        if block.header in seen:
            twice = f"[{block.header}] stands on line {seen[block.header]} already"
            faults.append(Fault(f"{file.shown}:{block.number}", what + twice, "keep one of the two"))
        elif block.header is not None:
            seen[block.header] = block.number
    return tuple(faults)


def _by_identity(text: str, kind: FileKind) -> dict[Identity, list[Block]]:
    found: dict[Identity, list[Block]] = {}
    for block in blocks(text):
        if block.header is not None:
            found.setdefault(identity(block.header, kind), []).append(block)
    return found


def _refuse_twins(found: Mapping[Identity, list[Block]], shown: str, among: set[Identity]) -> None:
    faults = [
        Fault(shown, f"it has [{one[1].header}] on lines {one[0].number} and {one[1].number}", "keep one of the two")
        for key, one in found.items()
        if key in among and len(one) > 1
    ]
    if faults:
        raise IamgenError(faults)


def _step(key: Identity, new: Block, old: Block | None) -> Step:
    header, after = str(new.header), _plain(new.body)
    if old is None:
        return Step("add", key, header, (), after)
    before = _plain(old.body)
    if before[1:] == after[1:]:
        return Step("same", key, header, before, before)
    return Step("update" if _is_ours(old) else "conflict", key, header, before, after)


def _replaced(block: Block, step: Step | None, new: Mapping[Identity, Block], end: str) -> Iterable[str]:
    if block.header is None or step is None:
        return block.lines
    if step.kind == "remove":
        return block.rest
    ended = end if block.rest or block.body[-1].endswith(("\r", "\n")) else ""
    made = _with_ends(_marked(new[step.identity]), end)
    return [*made[:-1], made[-1].removesuffix(end) + ended, *block.rest]


def _plain(body: Sequence[str]) -> tuple[str, ...]:
    """Return the lines without line ends and without iamgen's mark."""
    lines = tuple(line.rstrip("\r\n") for line in body)
    return (lines[0].strip(), *(line for line in lines[1:] if not _MARK.fullmatch(line)))


def _digest(plain: Sequence[str]) -> str:
    import hashlib  # 3 ms that links do not need

    text = "\n".join(plain[1:])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _is_ours(block: Block) -> bool:
    """Tell whether iamgen wrote the section and nobody has edited it since."""
    marks = [found for line in block.body if (found := _MARK.fullmatch(line.rstrip("\r\n")))]
    return len(marks) == 1 and marks[0][1] == _digest(_plain(block.body))


def _marked(new: Block) -> list[str]:
    plain = _plain(new.body)
    return [plain[0], f"# iamgen bootstrap {_digest(plain)}", *plain[1:]]


def _leads(wanted: str, kind: FileKind) -> dict[Identity, list[str]]:
    """Return the comments that stand right before each wanted section."""
    found: dict[Identity, list[str]] = {}
    before: tuple[str, ...] = ()
    for block in blocks(wanted):
        if block.header is None:
            before = block.lines
            continue
        lines = [line.rstrip("\r\n") for line in before]
        found[identity(block.header, kind)] = [line for line in lines if line.strip().startswith(("#", ";"))]
        before = block.rest
    return found


def _with_ends(lines: Iterable[str], end: str) -> list[str]:
    return [line + end for line in lines]


def _ended(parts: list[str], end: str) -> list[str]:
    """Return the lines so that a section may follow: the last one ended, then a blank one."""
    if not parts:
        return parts
    last = parts[-1]
    closed = last if last.endswith(("\r", "\n")) else last + end
    return [*parts[:-1], closed] if not last.strip() else [*parts[:-1], closed, end]
