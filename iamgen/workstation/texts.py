"""Render the two templates of a repository, `aws-cli.config.tpl` and `aws-cli.credentials.tpl`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from iamgen.errors import Fault, each, refuse
from iamgen.workstation.colleague import HINTS, KEY_ID, SECRET, Colleague
from iamgen.workstation.expand import ExpandedText, FileTemplate, expand, names
from iamgen.workstation.key import AccessKey
from iamgen.workstation.merge import STRAY, twins
from iamgen.workstation.profile_names import RULE, is_read_by_all
from iamgen.workstation.sections import FileKind, blocks, identity, is_readable

FileTexts = Mapping[FileKind, ExpandedText]
Templates = Mapping[FileKind, FileTemplate]


def templates(root: Path, named: Mapping[FileKind, Path | None]) -> Templates:
    """Return the templates of these kinds, from the files named or the repository's own. Raises IamgenError."""
    return each(named, lambda kind, file: _read(root, kind, file))


def needs_secret(file_templates: Templates) -> bool:
    """Tell whether one of the templates has the secret of an access key in it."""
    return any(SECRET in names(template) for template in file_templates.values())


def expanded(file_templates: Templates, colleague: Colleague, key: AccessKey | None) -> FileTexts:
    """Return what the templates make for a person. Raises IamgenError with every fault of each."""
    own = {KEY_ID: key.id, SECRET: key.secret} if key else {}
    known = {"config": {**colleague.config_values, **own}, "credentials": {**colleague.values, **own}}
    return each(file_templates, lambda kind, template: expand(template, known[kind], HINTS))


def misread(texts: FileTexts) -> Iterator[Fault]:
    """Yield what the AWS CLI cannot read of what the templates make, or would not take for what it is meant to be."""
    for kind, text in texts.items():
        result = blocks(text.text)
        for number in (number for block in result for number in block.strays):
            yield Fault(text.where(number), f"the AWS CLI cannot read what it makes: {STRAY}", "mend the line")
        for header in twins(text.text, kind):
            hint = "give accounts and profiles names of their own: …_AWS_ACCOUNT_NAME, --account"
            yield Fault(text.shown, f"it makes [{header}] twice", hint)
        for block in result:
            if block.header is not None and not _is_read(block.header, kind):
                problem = f"it makes [{block.header}], and not every program that reads ~/.aws knows such a profile"
                yield Fault(text.where(block.number), problem, f"its name should be of {RULE}")


def _is_read(header: str, kind: FileKind) -> bool:
    """Tell whether every program makes something of a section, and what it is meant to be."""
    is_profile = header.startswith("profile ") if kind == "config" else True
    return not is_profile or (is_readable(header, kind) and is_read_by_all(identity(header, kind)[1]))


def sourceless(texts: FileTexts) -> Iterator[Fault]:
    """Yield each profile of the config text that names a `source_profile` without a role to assume with it.

    The AWS CLI takes no notice of that. AWS's libraries for Go refuse the profile, and every one that begins with it.
    """
    result = texts.get("config")
    for block in blocks(result.text) if result else ():
        if "source_profile" in block.options and "role_arn" not in block.options:
            problem = (
                f"[{block.header}] has a source_profile and no role_arn: programs in Go refuse it, such as Terraform"
            )
            yield Fault(result.where(block.number) if result else "", problem, "leave the line source_profile out")


def role_names(config: ExpandedText) -> frozenset[str]:
    """Return the names of the profiles in a config text that assume a role."""
    identities = (identity(str(block.header), "config") for block in blocks(config.text) if "role_arn" in block.options)
    return frozenset(name for kind, name in identities if kind == "profile")


def _read(root: Path, kind: FileKind, named: Path | None) -> FileTemplate:
    shown = str(named) if named else f"aws-cli.{kind}.tpl"
    try:
        text = (named or root / shown).read_bytes()
    except OSError as exc:
        hint = f"copy that of iamgen's own repository, or name another: --{kind}-tpl-file"
        raise refuse(shown, f"cannot be read: {exc.strerror}", hint) from exc
    return FileTemplate(text.decode("utf-8", "surrogateescape"), shown)
