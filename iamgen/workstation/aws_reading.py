"""Read a configuration file with the AWS CLI's own reader, to prove that a merge harms no profile.

The text that is to be written is put together by `merge.py`. Here it is read once more, before and after, by
botocore's parser, which knows nothing of how it was put together. Nothing may be written unless both agree.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from iamgen.errors import Fault, refuse
from iamgen.workstation.merge import File, MergeStep, WantedSection, unreadable
from iamgen.workstation.sections import BYTE_ORDER_MARK, blocks, identity

Sections = Mapping[str, Mapping[str, Any]]
_MEND = "mend it first; nothing was written"
_UNINDENT = "write every line of the file without an indent"
# Bytes that are no UTF-8 stand in a text as lone surrogates. The reader gets a private character for each, so that it
# can compare what surrounds them.
_PRIVATE = {0xDC80 + n: 0xF780 + n for n in range(0x80)}


class UnreadableError(Exception):
    """The AWS CLI cannot read a text; the message has its reason, without any value of the text."""


def sections(text: str) -> Sections:
    """Return what botocore reads in the text: the options of each section. Raises UnreadableError.

    Raises IamgenError when there is no temporary folder, from which botocore reads the text.
    """
    if text.startswith(BYTE_ORDER_MARK):
        raise UnreadableError("it begins with a byte order mark")
    try:
        with tempfile.TemporaryDirectory(prefix="iamgen-") as folder:  # its owner's alone
            path = Path(folder) / "text"
            path.touch(mode=0o600)
            path.write_bytes(text.translate(_PRIVATE).encode("utf-8"))
            return _parsed(path)
    except OSError as exc:
        reason = f"there is no temporary folder to prove in what would be written: {exc.strerror or exc}"
        raise refuse("TMPDIR", reason, "name a folder in which you may write; nothing was written") from exc


def _parsed(path: Path) -> Sections:
    from botocore.configloader import raw_config_parse
    from botocore.exceptions import ConfigNotFound, ConfigParseError

    try:
        return raw_config_parse(str(path))  # type: ignore[no-any-return]  # botocore has no types
    except ConfigParseError as exc:
        raise UnreadableError(_reason(exc.kwargs.get("error"))) from exc
    except ConfigNotFound as exc:  # botocore takes `$` and `~` in a path for more than it is
        raise OSError(f"botocore does not see {path}") from exc


def damage(file: File, after: str, expected: WantedSection, taken: Collection[MergeStep]) -> tuple[Fault, ...]:
    """Return what would be wrong with the file if `after` was written, `taken` being the steps that lead there.

    Every section that is not among these steps has to read as before, and every one that is written as the template
    has it. Nothing is wrong where no fault is returned.
    """
    try:
        before = sections(file.text)
    except UnreadableError as exc:
        explained = [fault._replace(hint=f"{fault.hint}; nothing was written") for fault in unreadable(file)]
        return tuple(explained) or (Fault(file.shown, f"the AWS CLI cannot read this file: {exc}", _MEND),)
    try:
        now, new = sections(after), sections(expected.text)
        alone = sections("\n".join(line for n, step in enumerate(taken) for line in (f"[{n}]", *step.after)))
    except UnreadableError as exc:
        reason = f"the AWS CLI could not read it any more with the new sections: {exc}"
        return (Fault(file.shown, reason, f"nothing was written; {_UNINDENT}"),)
    templates = {identity(header, file.kind): options for header, options in new.items()}
    written = (
        step
        for number, step in enumerate(taken)
        if not _reads_as_meant(step, alone[str(number)], templates.get(step.identity, {}), _read(step, now, file))
    )
    hint = "nothing was written; look at how it is indented, and at what stands in [DEFAULT]"
    return (
        *_foreign(file, before, now, taken),
        *(Fault(file.shown, f"the AWS CLI would not read [{step.header}] as it is to be", hint) for step in written),
    )


def _foreign(file: File, before: Sections, now: Sections, taken: Collection[MergeStep]) -> Iterator[Fault]:
    """Yield each section that is not ours to change, and would read otherwise."""
    ours = {step.identity for step in taken if step.kind != "same"}
    lines = {block.header: block.number for block in blocks(file.text)}
    hint = f"nothing was written; {_UNINDENT}, or put the sections in by hand"
    for header, options in before.items():
        if identity(header, file.kind) not in ours and now.get(header) != options:
            place = f"{file.shown}:{lines[header]}" if header in lines else file.shown
            yield Fault(place, f"the AWS CLI would read [{header}] otherwise than now", hint)
    for header in now.keys() - before.keys():
        if identity(header, file.kind) not in ours:
            yield Fault(file.shown, f"the AWS CLI would read a section [{header}] that is none now", hint)


def _read(step: MergeStep, now: Sections, file: File) -> list[Mapping[str, Any]]:
    """Return how the section of a step would be read, once for each time that it stands in the file."""
    return [options for header, options in now.items() if identity(header, file.kind) == step.identity]


def _reads_as_meant(
    step: MergeStep, alone: Mapping[str, Any], template: Mapping[str, Any], actual: list[Mapping[str, Any]]
) -> bool:
    """Tell whether a section reads as it would by itself, and has all that its template makes."""
    return actual == ([] if step.kind == "remove" else [alone]) and {**alone, **template} == alone


def _reason(error: object) -> str:
    """Return why a text cannot be read, without the text: there may be secrets in it."""
    number = getattr(error, "lineno", None) or next((line for line, _ in getattr(error, "errors", ())), None)
    match type(error).__name__:
        case "DuplicateSectionError":
            reason = "a section stands there twice"
        case "DuplicateOptionError":
            reason = "an option stands twice in one section"
        case "MissingSectionHeaderError":
            reason = "something stands before the first section"
        case "ValueError":
            reason = "a line of a nested block is not NAME = VALUE"
        case _:
            reason = "a line is neither [section], NAME = VALUE nor comment"
    return f"{reason} (line {number})" if number else reason
