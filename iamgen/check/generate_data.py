"""Writes AWS's managed policies and service principals anew, from what moto knows of them.

    python -m iamgen.check.generate_data

moto (Apache-2.0, a development dependency) has the documents of AWS's managed policies as `aws iam
list-policies` and `get-policy-version` give them. Of these come their names, the dangerous actions that each
allows, the services that they name as receivers of a role, and the documents themselves, as an archive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from iamgen.aws.data import HERE
from iamgen.aws.managed_policies import FILE as DOCUMENTS
from iamgen.aws.managed_policy_archive import ManagedPolicy, PolicyListOrigin, archived
from iamgen.aws.partitions import service_principal
from iamgen.check.rules._escalation import allowed, denied
from iamgen.iam.statements import statements

_SERVICE = re.compile(rf'"([a-z0-9.-]+){re.escape(service_principal(""))}"')


def main() -> None:
    """Write all files."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: Mapping[str, Mapping[str, Any]] = json.loads(aws_managed_policies_data)
    newest = max(str(policy.get("UpdateDate") or policy["CreateDate"]) for policy in policies.values())[:10]
    origin = f"From moto {version('moto')}; the newest policy in it is of {newest}."
    about = f"# AWS's managed policies, and the dangerous actions that each allows on every resource.\n# {origin}\n"
    _write("aws_managed_policies.txt", about, sorted(_line(name, policies[name]) for name in policies))
    named = {service for policy in policies.values() for service in _SERVICE.findall(json.dumps(policy["Document"]))}
    about = f"# Services that AWS's managed policies name as receivers of a role, or callers.\n# {origin}\n"
    _write("service_principals.txt", about, sorted(named))
    DOCUMENTS.write_bytes(archived(map(_managed_policy, policies.items()), PolicyListOrigin(origin, newest, "aws")))


def _managed_policy(entry: tuple[str, Mapping[str, Any]]) -> ManagedPolicy:
    name, policy = entry
    return ManagedPolicy(policy["Path"].lstrip("/") + name, policy["DefaultVersionId"], policy["Document"])


def _line(name: str, policy: Mapping[str, Any]) -> str:
    return " ".join([policy["Path"].lstrip("/") + name, *sorted(_dangerous(policy["Document"]))])


def _dangerous(document: Mapping[str, Any]) -> frozenset[str]:
    listed = tuple(statements(document, ()))
    return allowed(listed, by_star=True) - denied(listed)


def _write(file: str, about: str, lines: Iterable[str]) -> None:
    (HERE / file).write_text(about + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
