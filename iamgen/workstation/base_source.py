"""Choose where a person's own profile gets its credentials from, if not from a key in `~/.aws/credentials`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from iamgen.errors import Fault, UsageError
from iamgen.workstation import home
from iamgen.workstation.colleague import Colleague
from iamgen.workstation.expand import ExpandedText
from iamgen.workstation.section_options import CREDENTIAL_SOURCES
from iamgen.workstation.sections import blocks, identity


class SourceOptions(NamedTuple):
    """The choice that the command line makes; without one, the profile keeps what it has."""

    login: bool = False
    """Whether `aws login` gets the credentials."""
    process: str | None = None
    """A command that prints them."""
    sso_session: str | None = None
    """The `sso-session` section of the AWS CLI that they come from."""
    sso_role: str | None = None
    """The role, or permission set, that the session is of."""

    @property
    def is_named(self) -> bool:
        """Whether the command line makes a choice."""
        return any((self.login, self.process is not None, self.sso_session is not None))


def options(choice: SourceOptions, colleague: Colleague) -> Mapping[str, str]:
    """Return the options that the choice puts into the person's own profile. Raises UsageError."""
    if choice.login:
        return {"login_session": colleague.user_arn}
    values = {
        "credential_process": choice.process,
        "sso_session": choice.sso_session,
        "sso_account_id": colleague.people_account.id if choice.sso_session is not None else None,
        "sso_role_name": choice.sso_role,
    }
    result = {name: value for name, value in values.items() if value is not None}
    odd = [name for name, value in result.items() if not _is_read_alike(value)]
    if odd:
        hint = "leave out line ends, blanks around it, and # and ; after a blank: programs take them for a comment"
        raise UsageError([Fault(name, "its value is not read alike by every program", hint) for name in odd])
    return result


def with_source(text: ExpandedText, chosen: Mapping[str, str], colleague: Colleague) -> ExpandedText:
    """Return a config text in whose own profile the credentials come from where the person chose."""
    if not chosen:
        return text
    before: list[str] = []
    for block in blocks(text.text):
        if _is_of(block.header, colleague.source.profile):
            indent = block.indent or block.header_indent
            sources = [f"{indent}{name} = {value}\n" for name, value in chosen.items()]
            return _inserted(text, "".join((*before, *block.body)), "".join(sources))
        before += block.lines
    section = [f"\n[profile {colleague.source.profile}]\n", *(f"{name} = {value}\n" for name, value in chosen.items())]
    return _inserted(text, text.text, "".join(section))


def next_step(choice: SourceOptions, profile: str) -> str:
    """Return the command that gets the credentials for the first time; empty where nothing needs to be run."""
    if choice.login:
        return f"aws login --profile {profile}"
    return f"aws sso login --profile {profile}" if choice.sso_session is not None else ""


def cautions(choice: SourceOptions, colleague: Colleague, environment: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what the person should know about the choice."""
    profile, place = colleague.source.profile, home.place("credentials", environment)
    if choice.is_named and _has_section(home.read(place).text, profile):
        hint = f"remove [{profile}] there, and delete the key in AWS; `aws login` refuses a profile that has one"
        yield Fault(place.shown, f"the key of {profile} comes before what you chose, as long as it is stored", hint)
    if choice.sso_session is not None:
        problem = "the roles that iamgen generates trust IAM users with MFA, and no session of IAM Identity Center"
        yield Fault("--sso-session", problem, "it is for roles of your own that trust the session")


def keyless(colleague: Colleague, environment: Mapping[str, str], config: str) -> Iterator[Fault]:
    """Yield a warning when nothing gives the person's own profile credentials that their role profiles begin with."""
    profile, place = colleague.source.profile, home.place("credentials", environment)
    own = next((block.options for block in blocks(config) if _is_of(block.header, profile)), {})
    if not _has_section(home.read(place).text, profile) and not own.keys() & (
        CREDENTIAL_SOURCES | {"aws_access_key_id"}
    ):
        problem = f"there is no key of {profile}, which the role profiles begin with"
        hint = "name it: --access-key-id AKIA…, without --keep-key; or do without a key: --login"
        yield Fault(place.shown, problem, hint)


def _is_of(header: str | None, profile: str) -> bool:
    return header is not None and identity(header, "config") == ("profile", profile)


def _has_section(credentials: str, profile: str) -> bool:
    return any(block.header == profile for block in blocks(credentials))


def _is_read_alike(value: str) -> bool:
    """Tell whether every program reads the value as it stands: some end it at a `#` or `;` that follows a blank."""
    starts_comment = any(mark in f" {value}" for mark in (" #", " ;", "\t#", "\t;"))
    return bool(value) and value == value.strip() and value.isprintable() and not starts_comment


def _inserted(text: ExpandedText, head: str, more: str) -> ExpandedText:
    """Return the text with more of it after its beginning `head`; messages take that for the line before."""
    at, tail = head.count("\n"), text.text[len(head) :]
    end = "" if not head or head.endswith("\n") else "\n"
    lines = (*text.lines[:at], *text.lines[max(at - 1, 0) : max(at, 1)] * more.count("\n"), *text.lines[at:])
    return ExpandedText(f"{head}{end}{more}{tail}", text.shown, lines)
