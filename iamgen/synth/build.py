"""Builds the CloudFormation template of one account from what the other modules of this room yield."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Template

from iamgen.aws import quotas
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.jinja.policy import PolicyDocuments
from iamgen.synth.custom import own_groups, own_policies, own_roles
from iamgen.synth.machines import machine_resources
from iamgen.synth.people import people_resources, widened
from iamgen.synth.pipelines import provider_resources
from iamgen.synth.roles import role_resources


def build(declaration: Declaration, account: Account, documents: PolicyDocuments) -> Template:
    """Return the account's template: plain resources, no parameters, conditions, mappings or outputs.

    `documents` gives the documents of declared policies. Raises IamgenError when the declaration does not fit
    into a quota of AWS, and as `documents` does.
    """
    resources = list(_resources(declaration, account, documents))
    if len(resources) > quotas.RESOURCES:
        problem = f"its template has {len(resources)} resources, and {quotas.RESOURCES} is CloudFormation's limit"
        raise refuse(account.name, problem, 'keep people out of it with Settings(users="console")')
    template = Template(Description=f"{declaration.settings.stack}: who may do what in {account.name}. Made by iamgen.")
    template.set_version("2010-09-09")
    for resource in resources:
        template.add_resource(resource)
    return template


def notices(declaration: Declaration, account: Account) -> tuple[Fault, ...]:
    """Return what the owner may want to know about the account's template."""
    return widened(declaration) if account.holds_people else ()


def _resources(declaration: Declaration, account: Account, documents: PolicyDocuments) -> Iterator[AWSObject]:
    """Yield the resources. Raises IamgenError with the faults of all of them, once none is left to look at."""
    faults: list[Fault] = []
    for resources in _parts(declaration, account, documents):
        try:
            yield from resources
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(faults)


def _parts(declaration: Declaration, account: Account, documents: PolicyDocuments) -> Iterator[Iterator[AWSObject]]:
    if account.holds_people:
        yield people_resources(declaration)
        yield own_groups(declaration)
    yield role_resources(declaration, account)
    yield machine_resources(declaration, account)
    yield provider_resources(declaration, account)
    yield own_policies(declaration, account, documents)
    yield own_roles(declaration, account, documents)
