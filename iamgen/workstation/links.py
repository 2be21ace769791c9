"""Make links that switch to a role in the AWS console.

Their form: IAM User Guide, "Switch from a user to an IAM role (console)"; `displayName` and `color` are taken as the
console's own page takes them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from iamgen.aws import quotas
from iamgen.aws.partitions import PartitionName, sign_in_host
from iamgen.declaration.expiry import iso, spoken
from iamgen.declaration.resolved import Account
from iamgen.errors import Fault
from iamgen.workstation.roles import Assumable

RED, GREEN = "f2b0a9", "b7ca9d"  # of the colours that the console offers


class Link(NamedTuple):
    """A link that switches to a role."""

    role: Assumable
    """The role."""
    text: str
    """What the console shows for it."""
    colour: str
    """The colour in which the console shows it, six hexadecimal digits."""
    url: str
    """The link itself."""
    caution: str
    """What makes the account one to be careful in, in a word or two; empty for any other account."""


class AccountLinks(NamedTuple):
    """The links of one account."""

    account: Account
    """The account."""
    place: str
    """What people call it."""
    caution: str
    """What makes it one to be careful in; empty for any other account."""
    links: tuple[Link, ...]
    """The links to its roles."""


class ProjectLinks(NamedTuple):
    """The links of the accounts that belong together: acme-dev, acme-prod."""

    name: str
    """What their names have in common, `acme`; empty for accounts that stand by themselves."""
    accounts: tuple[AccountLinks, ...]
    """The accounts."""


def links(roles: Iterable[Assumable], partition: PartitionName) -> tuple[Link, ...]:
    """Return a link for each role that the console can switch to.

    Those of production, and of the account that holds the people, are red: who may change people there decides over
    every other account. Others are green.
    """
    return tuple(_link(role, partition) for role in roles if len(role.name) <= quotas.SWITCHED_ROLE)


def unlinked(roles: Iterable[Assumable]) -> Iterator[Fault]:
    """Yield a warning for each role whose name the console does not take."""
    for role in roles:
        if len(role.name) > quotas.SWITCHED_ROLE:
            problem = f"the console switches to names of {quotas.SWITCHED_ROLE} characters, and {role.name} is longer"
            yield Fault(f"{role.place} {role.role}", problem, "assume it with the AWS CLI, or give it a shorter name")


def by_project(console_links: Sequence[Link]) -> tuple[ProjectLinks, ...]:
    """Return the links by account, and the accounts by project: first the accounts that stand by themselves."""
    accounts: dict[str, list[Link]] = {}
    for link in console_links:
        accounts.setdefault(link.role.account.name, []).append(link)
    shared = Counter(_project(items[0].role.account) for items in accounts.values())
    projects: dict[str, list[AccountLinks]] = {"": []}
    for items in accounts.values():
        role, project = items[0].role, _project(items[0].role.account)
        account = AccountLinks(role.account, role.place, items[0].caution, tuple(items))
        projects.setdefault(project if shared[project] > 1 else "", []).append(account)
    return tuple(ProjectLinks(name, tuple(members)) for name, members in projects.items() if members)


def _project(account: Account) -> str:
    """Return the beginning that an account's name has in common with the others of its project: `acme`."""
    return "" if account.holds_people and account.kind == "user-only" else account.name.rpartition("-")[0]


def sign_in(account_id: str, partition: PartitionName) -> str:
    """Return where the users of an account sign in to the console."""
    return f"https://{account_id}.{sign_in_host(partition)}/console"


def security_credentials(partition: PartitionName) -> str:
    """Return where people look after their own password, MFA device and keys, without a right to list users."""
    host = sign_in_host(partition).replace("signin.", "console.", 1)
    return f"https://{host}/iam/home#/security_credentials"


def markdown(console_links: Iterable[Link], user: str, sign_in_at: str) -> str:
    """Return a page of the links."""
    head = f"# Roles of {escaped(user)} in the AWS console"
    first = f"Sign in first, at\n<{sign_in_at}>, with your MFA device."
    items = (f"- [{escaped(link.text)}]({link.url}){_ending(link)}\n" for link in console_links)
    return f"{head}\n\n{first}\n\n{''.join(items)}"


def escaped(text: str) -> str:
    """Return the text so that Markdown shows it as it is."""
    return re.sub(r"([][\\`*_<>&#])", r"\\\1", text)


def _ending(link: Link) -> str:
    until = f", until {spoken(link.role.until)}" if link.role.until else ""
    return f"{f' ({link.caution})' if link.caution else ''}{until}"


def plain(console_links: Iterable[Link]) -> list[dict[str, str | None]]:
    """Return the links as JSON has them."""
    return [
        {
            "account": link.role.account.name,
            "account_id": link.role.account.id,
            "role": link.role.role,
            "role_name": link.role.name,
            "text": link.text,
            "color": link.colour,
            "caution": link.caution or None,
            "description": link.role.description or None,
            "until": iso(link.role.until) if link.role.until else None,
            "url": link.url,
        }
        for link in console_links
    ]


def extension(console_links: Sequence[Link], base: str, people_account: Account, region: str) -> str:
    """Return the configuration of the browser extension AWS Extend Switch Roles.

    `base`, of the account that people sign in to, is the only section with an id: the others are shown when
    somebody is signed in there. None names an MFA device, with which the extension would hide it. The extension
    refuses a base without a role.
    """
    if not console_links:
        return "# there is no role\n"
    sections = [[f"[{base}]", f"aws_account_id = {people_account.id}", *_alias(people_account)]]
    for link in console_links:
        shared = [f"source_profile = {base}", f"color = {link.colour}", f"region = {region}"]
        sections.append([f"[{_section_name(link)}]", f"role_arn = {link.role.arn}", *shared])
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _alias(account: Account) -> list[str]:
    """Return the line by which the extension knows an account whose alias the console shows in the place of its id.

    Whether the name in CONST.inc is the alias only AWS knows; a name that is not does no harm.
    """
    is_alias = re.fullmatch(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]", account.display)
    return [f"aws_account_alias = {account.display}"] if is_alias and account.display != account.name else []


def _section_name(link: Link) -> str:
    """Return what the extension shows: with the account's own name where its parser would misread the other.

    It takes `#` and `;` for the beginning of a comment wherever they stand, and leaves out a first word `profile`.
    """
    is_misread = re.search(r"[][#;]|^profile\s", link.text, re.IGNORECASE)
    return _shown(link.role.account.name, link.role.role) if is_misread else link.text


def _link(role: Assumable, partition: PartitionName) -> Link:
    text, caution = _shown(role.place, role.role), _caution(role.account)
    colour = RED if caution else GREEN
    values = {"account": role.account.id, "roleName": role.name, "displayName": text, "color": colour}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return Link(role, text, colour, f"https://{sign_in_host(partition)}/switchrole?{query}", caution)


def _caution(account: Account) -> str:
    if account.kind == "prod":
        return "production"
    return "holds the people" if account.holds_people or account.kind == "user-only" else ""


def _shown(place: str, role: str) -> str:
    """Return the name that the console shows, the middle of the account's left out where both do not fit."""
    room = quotas.SWITCHED_DISPLAY - len(f" {role}")
    half = (room - len("...")) // 2
    return f"{place if len(place) <= room else f'{place[:half]}...{place[-half:]}'} {role}"
