"""Merge sections into a person's own configuration file, in which every other line stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from iamgen.errors import Fault, IamgenError
from iamgen.workstation.section_marks import SectionIdentity, is_untouched, mark, ownership, plain
from iamgen.workstation.sections import BYTE_ORDER_MARK, FileKind, SectionBlock, blocks, identity

STRAY = "the line is neither [section], NAME = VALUE nor comment, or says again what another says"


class MergeStep(NamedTuple):
    """What is done to one section; its lines come without header, line ends and mark."""

    kind: Literal["add", "same", "update", "conflict", "remove"]
    """What happens: `conflict` takes something from the person, `same` changes nothing."""
    identity: SectionIdentity
    """What tells the section from others."""
    header: str
    """What stands between its brackets."""
    before: tuple[str, ...] = ()
    """Its lines in the file."""
    after: tuple[str, ...] = ()
    """Its lines once the step is taken."""
    why: str = ""
    """Whose it is, where there is a conflict."""
    retained: int = 0
    """How many of the last lines of `after` are not the template's: they were in the file, and stay."""

    @property
    def own(self) -> tuple[str, ...]:
        """Return the lines of `after` that the template makes."""
        return self.after[: len(self.after) - self.retained]


class File(NamedTuple):
    """A person's file."""

    text: str
    """What is in it."""
    shown: str
    """What messages call it."""
    kind: FileKind
    """Which of the two files it is."""


class WantedSection(NamedTuple):
    """The sections that a file should have."""

    text: str
    """The sections, as a text."""
    owner: str
    """The word that says for whom, and by whose repository, they are written."""
    stale: Callable[[Mapping[str, str]], bool] = lambda _: False
    """Tells by its options whether a section goes that iamgen wrote for the same owner, and no longer does."""


def steps(file: File, expected: WantedSection) -> tuple[MergeStep, ...]:
    """Return what has to happen to the file so that it has the wanted sections, in their order.

    Raises IamgenError when the file has one of them twice.
    """
    old, new = _by_identity(file.text, file.kind), _by_identity(expected.text, file.kind)
    twice = [
        Fault(
            file.shown,
            f"it has [{old[key][1].header}] on lines {old[key][0].number} and {old[key][1].number}",
            "keep one of the two",
        )
        for key in new
        if len(old.get(key, ())) > 1
    ]
    if twice:
        raise IamgenError(twice)
    result = [_step(key, item[0], old[key][0] if key in old else None, expected.owner) for key, item in new.items()]
    gone = [
        MergeStep("remove", key, str(section.header), plain(section))
        for key, (section, *_) in old.items()
        if key not in new and is_untouched(key, section, expected.owner) and expected.stale(section.options)
    ]
    return (*result, *gone)


def merged(
    file: File, expected: WantedSection, taken: Sequence[MergeStep], declined: Container[SectionIdentity] = ()
) -> str:
    """Return the file's text after the steps, without those conflicts that the person has declined."""
    doing = {step.identity: step for step in taken if step.kind != "same" and step.identity not in declined}
    end = "\r\n" if "\r\n" in file.text else "\n"
    result = {step.identity: [mark(step.identity, step.own, expected.owner), *step.after] for step in taken}
    parts: list[str] = []
    after = ""  # the indent of the header that follows
    for block in reversed(blocks(file.text)):
        step = doing.get(identity(block.header or "", file.kind))
        parts[:0] = _replaced(block, step, result, _Layout(end, max(block.header_indent, after, key=len)))
        if step is None or step.kind != "remove":
            after = block.header_indent
    leads = _leads(expected.text, file.kind)
    for step in [step for step in taken if step.kind == "add"]:
        lines = [*leads[step.identity], f"[{step.header}]", *result[step.identity]]
        parts = [*_ended(parts, end), *_with_ends(lines, end)]
    return "".join(parts)


def unreadable(file: File) -> tuple[Fault, ...]:
    """Return what keeps the AWS CLI from reading the file, or makes it read what nobody meant, as warnings."""
    line_numbers: dict[str, int] = {}
    faults: list[Fault] = []
    problem = "the AWS CLI cannot read this file: "
    if file.text.startswith(BYTE_ORDER_MARK):
        return (Fault(f"{file.shown}:1", f"{problem}it begins with a byte order mark", "save it as UTF-8 without one"),)
    for block in blocks(file.text):
        faults += [Fault(f"{file.shown}:{n}", problem + STRAY, "mend it, or remove it") for n in block.strays]
        if block.header == "DEFAULT":
            default = "the AWS CLI gives what stands in [DEFAULT] to every profile"
            faults.append(Fault(f"{file.shown}:{block.number}", default, "write [default]"))
        elif block.header in line_numbers:
            twice = f"[{block.header}] stands on line {line_numbers[block.header]} already"
            faults.append(Fault(f"{file.shown}:{block.number}", problem + twice, "keep one of the two"))
        elif block.header is not None:
            line_numbers[block.header] = block.number
    return (*faults, *_no_text(file))


def _no_text(file: File) -> Iterator[Fault]:
    """Yield the first line with a byte that is no UTF-8, which the AWS CLI reads in few places and refuses in most."""
    for number, line in enumerate(file.text.splitlines(), 1):
        odd = next((char for char in line if "\udc80" <= char <= "\udcff"), None)
        if odd:
            problem = f"the AWS CLI cannot read this file: the byte 0x{ord(odd) - 0xDC00:X} is no UTF-8"
            yield Fault(f"{file.shown}:{number}", problem, "save the file as UTF-8")
            return


def twins(text: str, kind: FileKind) -> tuple[str, ...]:
    """Return the headers of sections that stand in a text more than once."""
    return tuple(str(item[0].header) for item in _by_identity(text, kind).values() if len(item) > 1)


def _by_identity(text: str, kind: FileKind) -> dict[SectionIdentity, list[SectionBlock]]:
    result: dict[SectionIdentity, list[SectionBlock]] = {}
    for block in blocks(text):
        if block.header is not None:
            result.setdefault(identity(block.header, kind), []).append(block)
    return result


def _step(key: SectionIdentity, new: SectionBlock, old: SectionBlock | None, owner: str) -> MergeStep:
    header, template = str(new.header), plain(new)
    if old is None:
        return MergeStep("add", key, header, (), template)
    before, state = plain(old), ownership(key, old, new, owner)
    after = (*template, *state.retained)
    if state.stays or before == after:
        return MergeStep("same", key, header, before, before)
    return MergeStep("conflict" if state.why else "update", key, header, before, after, state.why, len(state.retained))


class _Layout(NamedTuple):
    """How the lines of a section are written into a file: with which line end, and behind which blanks.

    A header that stands further right than the option before it goes on with that option, to configparser. So the
    options of a section stand as far right as its own header and as the next.
    """

    end: str
    """The end of each line."""
    indent: str
    """The blanks before each line."""


def _replaced(
    block: SectionBlock, step: MergeStep | None, result: Mapping[SectionIdentity, list[str]], layout: _Layout
) -> Iterable[str]:
    """Return a block's lines once the step is taken. A header stays as it was spelt, with what stands behind it."""
    if block.header is None or step is None:
        return block.lines
    if step.kind == "remove":
        return block.rest
    body = [layout.indent + line if line.strip() else line for line in result[step.identity]]
    lines = _with_ends([block.lines[0].rstrip("\r\n"), *body], layout.end)
    is_ended = block.rest or block.body[-1].endswith(("\r", "\n"))
    return [*lines, *block.rest] if is_ended else [*lines[:-1], lines[-1].removesuffix(layout.end)]


def _leads(expected: str, kind: FileKind) -> dict[SectionIdentity, list[str]]:
    """Return the comments that stand right before each wanted section."""
    result: dict[SectionIdentity, list[str]] = {}
    before: tuple[str, ...] = ()
    for block in blocks(expected):
        if block.header is None:
            before = block.lines
            continue
        lines = [line.rstrip("\r\n") for line in before]
        result[identity(block.header, kind)] = [line for line in lines if line.strip().startswith(("#", ";"))]
        before = block.rest
    return result


def _with_ends(lines: Iterable[str], end: str) -> list[str]:
    return [line + end for line in lines]


def _ended(parts: list[str], end: str) -> list[str]:
    """Return the lines so that a section may follow: the last one ended, then a blank one."""
    if not parts:
        return parts
    last = parts[-1]
    closed = last if last.endswith(("\r", "\n")) else last + end
    return [*parts[:-1], closed] if not last.strip() else [*parts[:-1], closed, end]
