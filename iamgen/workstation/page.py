"""Write a person's links, and the page for their first day, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from iamgen.workstation.colleague import Colleague
from iamgen.workstation.links import (
    Link,
    by_project,
    escaped,
    extension,
    markdown,
    plain,
    security_credentials,
    sign_in,
)

PageForm = Literal["markdown", "html", "extend-switch-roles", "json"]


def page(root: Path, someone: Colleague, sequence: Sequence[Link], form: PageForm) -> str:
    """Return the links in this form; a page of buttons may be the repository's own. Raises IamgenError of its line."""
    holder, source = someone.people_account, someone.source
    at = sign_in(holder.id, someone.partition)
    match form:
        case "json":
            import json  # 3 ms

            return json.dumps(plain(sequence), indent=2) + "\n"
        case "extend-switch-roles":
            return extension(sequence, source.profile, holder, source.region)
        case "html":
            from iamgen.jinja.template import render  # jinja2: 60 ms

            projects = by_project(sequence)
            variables = {"links": sequence, "projects": projects, "user": someone.user, "sign_in": at}
            return render(root, "console-links.html.j2", variables).text + "\n"
        case "markdown":
            return markdown(sequence, someone.user, at)


def guide(root: Path, someone: Colleague, sequence: Sequence[Link], profiles: Iterable[str]) -> str:
    """Return the page for somebody's first day, perhaps the repository's own. Raises IamgenError with its line.

    `profiles` are the AWS CLI's for their roles.
    """
    import shlex

    from iamgen.jinja.template import render  # jinja2: 60 ms

    holder, source = someone.people_account, someone.source
    variables = {
        "user": someone.user,
        "account": escaped(source.profile),
        "account_id": holder.id,
        "sign_in": sign_in(holder.id, someone.partition),
        "device": source.mfa_serial.rpartition("/")[2],
        "links": [
            {"text": escaped(link.text), "url": link.url, "until": link.role.until, "caution": link.caution}
            for link in sequence
        ],
        "security_credentials": security_credentials(someone.partition),
        "profiles": [shlex.quote(name) for name in sorted(profiles)],
        "command": f"iamgen bootstrap --user {someone.user}",
    }
    return render(root, "first-day.md.j2", variables).text + "\n"
