"""Make the standardized roles of an account: AdminR, OpsR, ReadR, and the policies that two of them need."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref
from troposphere.iam import ManagedPolicy, Role

from iamgen.aws import quotas
from iamgen.declaration.model import ADMIN, OPS, READ
from iamgen.declaration.naming import OPS_POLICY, READ_GUARD_POLICY, Naming
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import refuse
from iamgen.synth.actions import actions
from iamgen.synth.statements import EVERYTHING, allow, deny, document, size
from iamgen.synth.trust import trust_policy

_ABOUT = {
    ADMIN: "Full power over everything. FOR EMERGENCIES ONLY.",
    OPS: "Full power over chosen services, read-only power over all others.",
    READ: "Read-only power over all services.",
}

# Actions that ReadOnlyAccess allows, although they read data or secrets.
_DATA = {
    "athena": ("GetQueryResults", "GetQueryResultsStream"),
    "codeartifact": ("GetAuthorizationToken",),
    "codecommit": ("GitPull",),
    "cognito-identity": ("GetCredentialsForIdentity", "GetOpenIdToken*"),
    "connect": ("GetFederationToken",),
    "dynamodb": ("BatchGetItem", "GetItem", "PartiQLSelect", "Query", "Scan"),
    "ec2": ("DescribeInstanceAttribute", "GetConsole*", "GetPasswordData"),
    "ecr": ("BatchGetImage", "GetAuthorizationToken", "GetDownloadUrlForLayer"),
    "es": ("ESHttp*",),
    "kinesis": ("GetRecords",),
    "kms": ("Decrypt",),
    "lambda": ("GetFunction",),
    "lightsail": ("GetBucketAccessKeys",),
    "s3": ("GetObject*",),
    "secretsmanager": ("BatchGetSecretValue", "GetSecretValue"),
    "sqs": ("ReceiveMessage",),
    "ssm": ("GetParameter*",),
}


def role_resources(declaration: Declaration, account: Account) -> Iterator[AWSObject]:
    """Yield the account's roles and their policies. Raises IamgenError when one exceeds a quota."""
    naming, roles = declaration.naming(account), declaration.standard_roles(account)
    if OPS in roles:
        yield full_power(OPS_POLICY, declaration.ops_services, declaration, account)
    if READ in roles and declaration.settings.read_guard:
        yield _read_guard(naming)
    for role in roles:
        yield Role(
            role,
            RoleName=naming.full(role),
            Description=_ABOUT[role],
            MaxSessionDuration=declaration.session_hours[role] * 3600,
            ManagedPolicyArns=_policies(role, naming, guarded=declaration.settings.read_guard),
            AssumeRolePolicyDocument=trust_policy(declaration, account, role),
        )


def _policies(role: str, naming: Naming, *, guarded: bool) -> list[str | Ref]:
    """Return what a role may do. OpsR is not guarded: its power over a service includes the data."""
    if role == ADMIN:
        return [naming.aws_policy("AdministratorAccess")]
    read = naming.aws_policy("ReadOnlyAccess")
    if role == OPS:
        return [read, Ref(OPS_POLICY)]
    return [read, Ref(READ_GUARD_POLICY)] if guarded else [read]


def full_power(name: str, services: tuple[str, ...], declaration: Declaration, account: Account) -> ManagedPolicy:
    """Return the policy of this name with full power over the services. Raises IamgenError over the quota."""
    every = [action for service in services for action in actions(service, "*")]
    policy = document(allow("FullPowerOverChosenServices", every, EVERYTHING))
    over = size(policy) - quotas.MANAGED_POLICY
    if over > 0:
        quota = quotas.MANAGED_POLICY
        problem = f"its policy for {len(services)} services is {over:,} characters over the quota of {quota:,}"
        raise refuse(f"{account.name} {name}", problem, "name fewer services: those that have to be changed")
    return ManagedPolicy(name, ManagedPolicyName=declaration.naming(account).full(name), PolicyDocument=policy)


def _read_guard(naming: Naming) -> ManagedPolicy:
    data = [action for service, names in _DATA.items() for action in actions(service, *names)]
    keys = f"arn:{naming.partition}:apigateway:*::/apikeys*"
    policy = document(
        deny("NoReadingOfDataAndSecrets", data, EVERYTHING),
        deny("NoReadingOfApiKeys", actions("apigateway", "GET"), [keys]),
    )
    return ManagedPolicy(READ_GUARD_POLICY, ManagedPolicyName=naming.full(READ_GUARD_POLICY), PolicyDocument=policy)
