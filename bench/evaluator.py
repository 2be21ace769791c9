"""A process of its own that asks the evaluator about every known action, and prints the seconds that it took as JSON.

`python bench/evaluator.py POLICIES` has a role with these policies: `ReadOnlyAccess`, which has thousands of patterns,
or `Administrator`, which has AdministratorAccess and a hundred statements beside it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from iamgen.access.accounts import Account
from iamgen.access.action_matrix import action_matrix
from iamgen.access.known_actions import KnownActions
from iamgen.access.principals import Caller, request_of, role_session, verdict_on
from iamgen.aws.data.services import every_action
from iamgen.aws.managed_policies import managed_documents

ID = "123456789012"
BUCKET = "arn:aws:s3:::bucket-7/key"
_STATEMENTS = 100
_MANAGED = {"ReadOnlyAccess": "ReadOnlyAccess", "Administrator": "AdministratorAccess"}


def measured(policies: str) -> dict[str, float]:
    """Return the seconds of a decision when its action is asked about first, of the same decision again, and of the
    matrix of all actions, for a policy that nothing was asked of before, and again."""
    actions = every_action()
    known = KnownActions.with_unlisted(actions)
    resource = BUCKET if policies == "Administrator" else "*"
    decider, matrix_caller = caller(policies), caller(policies)
    return {
        "first": _seconds(lambda: _decide(decider, actions, resource)) / len(actions),
        "again": _seconds(lambda: _decide(decider, actions, resource)) / len(actions),
        "matrix": _seconds(lambda: _matrix(matrix_caller, known, resource)),
        "matrix again": _seconds(lambda: _matrix(matrix_caller, known, resource)),
    }


def caller(policies: str) -> Caller:
    """Return a session of a role with these policies, of which nothing has been worked out yet."""
    name = _MANAGED[policies]
    inline = [{"Version": "2012-10-17", "Statement": list(_statements())}] if policies == "Administrator" else []
    role = {
        "RoleName": "R",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [_statement("sts:AssumeRole", Principal="*")],
        },
        "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{name}"],
        "Policies": [{"PolicyName": "P", "PolicyDocument": document} for document in inline],
    }
    template = {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": role}}}
    return role_session(Account.of(template, ID, managed={name: deepcopy(managed_documents()[name])}).role("R"))


def _statements() -> Iterator[dict[str, Any]]:
    """Yield statements of the kinds that people write: of single actions and of wildcards, with and without
    conditions, on resources of many names; a third of them are denials."""
    services = ("s3", "ec2", "dynamodb", "lambda", "sqs", "sns", "kms", "logs", "ecs", "rds")
    for number in range(_STATEMENTS):
        service = services[number % len(services)]
        actions = [f"{service}:Get*", f"{service}:*Tag*", f"{service}:Delete{number}"]
        resources = [f"arn:aws:{service}:::bucket-{number}/*", f"arn:aws:{service}:*:{ID}:name-{number}"]
        condition = {"StringLike": {"aws:PrincipalTag/team": f"team-{number}*"}} if number % 4 == 0 else {}
        more = {"Condition": condition} if condition else {}
        yield _statement(actions, Effect="Deny" if number % 3 == 0 else "Allow", Resource=resources, **more)


def _statement(actions: object, **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, **more}


def _decide(asking: Caller, actions: tuple[str, ...], resource: str) -> None:
    for action in actions:
        verdict_on(asking, request_of(asking, action, resource))


def _matrix(asking: Caller, known: KnownActions, resource: str) -> None:
    action_matrix(asking, known, resource, asking.context)


def _seconds(work: Callable[[], None]) -> float:
    """Return the processor's time, which other processes lengthen less than that by the clock."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1])))
