"""Show what a merge would change in a person's files, with secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from iamgen.workstation.merge import MergeStep

MASK = "****************"
_OPTION = re.compile(r"(?P<start>\s*(?P<name>[^\s=:#;]+)\s*[=:][^\S\n]*)(?P<value>\S.*)")
# What may be secret by its name, in what the repository's templates make.
_SECRET = re.compile("secret|token|password|passphrase|private|seed|credential_process", re.IGNORECASE)
# What is none, in what a person wrote; all else of theirs is not shown.
_HARMLESS = frozenset(
    """
    aws_access_key_id cli_pager credential_source duration_seconds login_session max_concurrent_requests max_queue_size
    mfa_serial multipart_chunksize multipart_threshold output region role_arn role_session_name s3 signature_version
    source_profile sso_account_id sso_region sso_role_name sso_session
    """.split()  # noqa: SIM905  # a literal of so many strings would be one long column
)
_SIGNS = {"add": "+", "update": "~", "conflict": "~", "remove": "-"}


def preview(steps: Sequence[MergeStep], secret: str | None = None) -> Iterator[str]:
    """Yield lines that say what is done to each section, and how many sections stay as they are."""
    for step in steps:
        if step.kind != "same":
            yield f"  {_SIGNS[step.kind]} [{step.header}]{f'   # {step.why}' if step.why else ''}"
            yield from (f"      {line}" for line in _changed(step, secret))
    same = sum(step.kind == "same" for step in steps)
    if same:
        yield f"  = {same} section as it should be" if same == 1 else f"  = {same} sections as they should be"


def _changed(step: MergeStep, secret: str | None) -> Iterator[str]:
    """Yield the section's lines with `+`, `-`, or a blank before those that stay."""
    retained = step.after[len(step.own) :]
    old = [_theirs(line) for line in step.before]
    new = [*(_ours(line, secret) for line in step.own), *(_theirs(line) for line in retained)]
    for tag, i, j, k, m in SequenceMatcher(None, step.before, step.after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (f"  {line}" for line in new[k:m])
        else:
            yield from (f"- {line}" for line in old[i:j])
            yield from (f"+ {line}" for line in new[k:m])


def _ours(line: str, secret: str | None) -> str:
    """Return a line that a template made, without the secret and without what is one by its name."""
    option = _OPTION.fullmatch(line)
    if option and _SECRET.search(option["name"]):
        return f"{option['start']}{MASK}"
    return line.replace(secret, MASK) if secret else line


def _theirs(line: str) -> str:
    """Return a line that a person may have written, without a value that is not known to be harmless."""
    option = _OPTION.fullmatch(line)
    if option:
        return line if option["name"].lower() in _HARMLESS else f"{option['start']}{MASK}"
    if not line.strip() or line.strip().rstrip("=: ").lower() in _HARMLESS:
        return line
    return f"{line[: len(line) - len(line.lstrip())]}{MASK}"
