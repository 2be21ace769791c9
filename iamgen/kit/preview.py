"""What a merge would do, for a person to read: no secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from iamgen.kit.merge import Step

MASK = "****************"
# What AWS's tools, and those beside them, keep in such files and nobody should see.
_SECRET_OPTION = re.compile(
    r"(\s*[\w.-]*(?:secret|token|password|passphrase|private)[\w.-]*\s*[=:]\s*)\S.*", re.IGNORECASE
)
_SIGNS = {"add": "+", "update": "~", "conflict": "~", "remove": "-"}


def masked(line: str, secret: str | None = None) -> str:
    """Return the line without the value of an option that is secret by its name, and without this secret anywhere."""
    shown = line.replace(secret, MASK) if secret else line
    return _SECRET_OPTION.sub(lambda found: found[1] + MASK, shown)


def preview(steps: Sequence[Step], secret: str | None = None) -> Iterator[str]:
    """Yield lines that say what becomes of each section; of those that stay, how many there are."""
    for step in steps:
        if step.kind != "same":
            theirs = "   # not as iamgen left it" if step.kind == "conflict" else ""
            yield f"  {_SIGNS[step.kind]} [{step.header}]{theirs}"
            yield from (f"      {line}" for line in changed(step, secret))
    same = sum(step.kind == "same" for step in steps)
    if same:
        yield f"  = {same} section{'' if same == 1 else 's'} as it should be"


def changed(step: Step, secret: str | None = None) -> Iterator[str]:
    """Yield the section's lines below its header, with `+`, `-`, or a blank before those that stay."""
    old, new = step.before[1:], step.after[1:]
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (f"  {masked(line, secret)}" for line in old[i:j])
        else:
            yield from (f"- {masked(line, secret)}" for line in old[i:j])
            yield from (f"+ {masked(line, secret)}" for line in new[k:m])
