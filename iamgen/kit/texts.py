"""The two templates of a repository, `aws-cli.config.tpl` and `aws-cli.credentials.tpl`, and what they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from iamgen.errors import Fault, each, refuse
from iamgen.kit.colleague import HINTS, KEY_ID, SECRET, Colleague
from iamgen.kit.expand import Template, expand
from iamgen.kit.key import AccessKey
from iamgen.kit.sections import FileKind, blocks, is_readable

Templates = Mapping[FileKind, Template]


def templates(root: Path, named: Mapping[FileKind, Path | None]) -> Templates:
    """Return the templates of these kinds, from the files named or the repository's own. Raises IamgenError."""
    return each(named, lambda kind, file: _read(root, kind, file))


def expanded(found: Templates, colleague: Colleague, key: AccessKey | None) -> dict[FileKind, str]:
    """Return what the templates make for a person. Raises IamgenError with every fault of each."""
    own = {KEY_ID: key.id, SECRET: key.secret} if key else {}
    known = {"config": {**colleague.config_values, **own}, "credentials": {**colleague.values, **own}}
    return each(found, lambda kind, template: expand(template, known[kind], HINTS))


def misread(found: Templates, made: Mapping[FileKind, str]) -> Iterator[Fault]:
    """Yield what the AWS CLI would not take for the profile that it is meant to be."""
    for kind, text in made.items():
        for block in blocks(text):
            if block.header is not None and not is_readable(block.header, kind):
                what = f"makes [{block.header}], which the AWS CLI does not read: a name with blanks needs quotes"
                yield Fault(found[kind].shown, what, 'write [profile "${NAME}"]')


def _read(root: Path, kind: FileKind, named: Path | None) -> Template:
    shown = str(named) if named else f"aws-cli.{kind}.tpl"
    try:
        text = (named or root / shown).read_bytes()
    except OSError as exc:
        hint = f"write it as ~/.aws/{kind} is to look, or name another: --{kind}-tpl-file"
        raise refuse(shown, f"cannot be read: {exc.strerror}", hint) from exc
    return Template(text.decode("utf-8", "surrogateescape"), shown)
