"""Read the options of a section with their lines, and find where a profile's credentials come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from iamgen.workstation.sections import is_remark

CREDENTIAL_SOURCES = frozenset(
    {
        "credential_process",
        "login_session",
        "sso_account_id",
        "sso_region",
        "sso_role_name",
        "sso_session",
        "sso_start_url",
    }
)
"""Options by which a profile gets credentials without a key: which of them is a person's own choice."""
_SUPERSEDED = {
    "aws_access_key_id": {"aws_session_token", "aws_security_token"},  # they are of another key
    "role_arn": {"credential_source"} | CREDENTIAL_SOURCES,
    "source_profile": {"credential_source"},  # AWS's libraries refuse both in one profile
}


class SectionOption(NamedTuple):
    """An option with its lines, or a comment or blank line between options."""

    name: str
    """The option's name in lower case; empty for a comment or a blank line."""
    lines: tuple[str, ...]
    """Its lines, those of a nested block included, without line ends."""

    @property
    def setting(self) -> tuple[str, ...]:
        """Return the option as it is read: name and value, without comments and spacing."""
        first, *nested = (line for line in self.lines if not is_remark(line))
        return self.name, *(_spaceless(line) for line in (first, *nested))


def options_of(lines: Iterable[str]) -> tuple[SectionOption, ...]:
    """Return the options of a section, whose lines stand without the header and the section's own indent.

    A line goes on with an option where it stands further right, as configparser has it. The lines of each option are
    returned so that its first one has no indent.
    """
    groups: list[list[str]] = []
    last: int | None = None  # the option that a line may go on with
    for line in lines:
        is_more = last is not None and _indent(line) > _indent(groups[last][0])
        if last is not None and is_more and not is_remark(line):
            groups[last:] = [[*(item for group in groups[last:] for item in group), line]]
        else:
            groups.append([line])
            last = last if is_remark(line) else len(groups) - 1
    return tuple(SectionOption(_name(group), _outdented(group)) for group in groups)


def names_of(options: Iterable[SectionOption]) -> frozenset[str]:
    """Return the names of the options."""
    return frozenset(option.name for option in options if option.name)


def lines_of(options: Iterable[SectionOption]) -> tuple[str, ...]:
    """Return the lines of the options."""
    return tuple(line for option in options for line in option.lines)


def beside(options: Sequence[SectionOption], template: frozenset[str]) -> Iterator[SectionOption]:
    """Yield the options that may stay beside those with the given names, which a template makes."""
    superseded = frozenset(name for option in template for name in _SUPERSEDED.get(option, ()))
    chosen = CREDENTIAL_SOURCES if template & CREDENTIAL_SOURCES else frozenset()
    for option in options:
        if option.name not in template | superseded | chosen:
            yield option


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _outdented(group: Sequence[str]) -> tuple[str, ...]:
    """Return the lines without the indent of the first; a comment among them may stand further left."""
    indent = _indent(group[0])
    return tuple(line[min(indent, _indent(line)) :] for line in group)


def _name(group: Sequence[str]) -> str:
    first = group[0]
    return "" if is_remark(first) else first.replace(":", "=").partition("=")[0].strip().lower()


def _spaceless(line: str) -> str:
    name, _, value = line.replace(":", "=", 1).partition("=") if ":" in line.partition("=")[0] else line.partition("=")
    return f"{name.strip().lower()}={value.strip()}"
