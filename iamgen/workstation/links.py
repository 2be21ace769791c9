"""Links that switch to a role in the AWS console.

Their form: IAM User Guide, "Switch from a user to an IAM role (console)"; `displayName` and `color` are taken as the
console's own page takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from iamgen.aws import quotas
from iamgen.aws.partitions import PartitionName, sign_in_host
from iamgen.declaration.expiry import iso
from iamgen.errors import Fault
from iamgen.workstation.roles import Assumable

_NO_BRACKETS = str.maketrans("[]", "()")  # a section's name ends at the first ]
RED, GREEN = "f2b0a9", "b7ca9d"  # of the colours that the console offers


@dataclass(frozen=True)
class Link:
    """A role, what the console shows for it, and the link. `colour` is six hexadecimal digits."""

    role: Assumable
    text: str
    colour: str
    url: str


def links(roles: Iterable[Assumable], partition: PartitionName) -> tuple[Link, ...]:
    """Return a link for each role that the console can switch to: production's in red, others in green."""
    return tuple(_link(role, partition) for role in roles if len(role.name) <= quotas.SWITCHED_ROLE)


def unlinked(roles: Iterable[Assumable]) -> Iterator[Fault]:
    """Yield a warning for each role whose name the console does not take."""
    for role in roles:
        if len(role.name) > quotas.SWITCHED_ROLE:
            problem = f"the console switches to names of {quotas.SWITCHED_ROLE} characters, and {role.name} is longer"
            yield Fault(f"{role.place} {role.role}", problem, "assume it with the AWS CLI, or give it a shorter name")


def sign_in(account_id: str, partition: PartitionName) -> str:
    """Return where the users of an account sign in to the console."""
    return f"https://{account_id}.{sign_in_host(partition)}/console"


def markdown(result: Iterable[Link], user: str, sign_in_at: str) -> str:
    """Return a page of the links."""
    head = f"# Roles of {escaped(user)} in the AWS console"
    first = f"Sign in first, at\n<{sign_in_at}>, with your MFA device."
    items = (f"- [{escaped(link.text)}]({link.url}){_ending(link)}\n" for link in result)
    return f"{head}\n\n{first}\n\n{''.join(items)}"


def escaped(text: str) -> str:
    """Return the text so that Markdown shows it as it is."""
    return re.sub(r"([][\\`*_<>&#])", r"\\\1", text)


def _ending(link: Link) -> str:
    return f", until {iso(link.role.until)}" if link.role.until else ""


def plain(result: Iterable[Link]) -> list[dict[str, str | None]]:
    """Return the links as JSON has them."""
    return [
        {
            "account": link.role.account.name,
            "account_id": link.role.account.id,
            "role": link.role.role,
            "role_name": link.role.name,
            "text": link.text,
            "color": link.colour,
            "until": iso(link.role.until) if link.role.until else None,
            "url": link.url,
        }
        for link in result
    ]


def extension(result: Iterable[Link], base: str, account_id: str, region: str) -> str:
    """Return the configuration of the browser extension AWS Extend Switch Roles.

    `base`, of the account that people sign in to, is the only section with an id: the others are shown when
    somebody is signed in there. None names an MFA device, with which the extension would hide it.
    """
    sections = [[f"[{base}]", f"aws_account_id = {account_id}"]]
    for link in result:
        shared = [f"source_profile = {base}", f"color = {link.colour}", f"region = {region}"]
        sections.append([f"[{link.text.translate(_NO_BRACKETS)}]", f"role_arn = {link.role.arn}", *shared])
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _link(role: Assumable, partition: PartitionName) -> Link:
    text = _shown(role.place, role.role)
    colour = RED if role.account.kind == "prod" else GREEN
    values = {"account": role.account.id, "roleName": role.name, "displayName": text, "color": colour}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return Link(role, text, colour, f"https://{sign_in_host(partition)}/switchrole?{query}")


def _shown(place: str, role: str) -> str:
    """Return the name that the console shows, the middle of the account's left out where both do not fit."""
    room = quotas.SWITCHED_DISPLAY - len(f" {role}")
    half = (room - len("...")) // 2
    return f"{place if len(place) <= room else f'{place[:half]}...{place[-half:]}'} {role}"
