"""Mistakes as people make them, and the whole message that each gets: causes alone, once, at the exact place."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from iamgen.declaration.load import load
from iamgen.errors import IamgenError
from iamgen.ui.console import Console

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONST = """\
GLOBAL_AWS_REGION=eu-central-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
SHOP_DEV_AWS_ACCOUNT_ID=222222222222
SHOP_PROD_AWS_ACCOUNT_ID=333333333333
SITE_DEV_AWS_ACCOUNT_ID=444444444444
SITE_PROD_AWS_ACCOUNT_ID=555555555555
"""
IMPORTS = "from iamgen import CIUser, Grant, Group, Pipeline, Policy, Role, Settings, User\n"
HEAD = f'{IMPORTS}\nOPS_SERVICES = ("ec2", "s3")\n'  # what a case writes starts on line 4
PEOPLE = """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
"""


ROLES = """\
SHOP_DEV_IAM_OPS_ROLE=infra-OpsR-${SHOP_DEV_AWS_ACCOUNT_ID}
SHOP_DEV_IAM_READ_ROLE=infra-ReadR-${SHOP_DEV_AWS_ACCOUNT_ID}
"""


class Mistake(NamedTuple):
    """What somebody typed, and what is said about it."""

    users: str
    message: str
    const: str = CONST
    head: str = HEAD


def changed(text: str, old: str, new: str) -> str:
    """Return a text with a mistake in it; what is to be changed has to be there."""
    assert old in text
    return text.replace(old, new)


MISTAKES = {
    "the name of a list in lower case": Mistake(
        """\
users = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
CI_USERS = (CIUser("ci", {"shop-dev": "OpsR"}),)
""",
        """\
error: users.py:4:1: there is no USERS
   4 | users = (
     | ^^^^^
hint: write USERS instead of users: names that iamgen reads are in capitals
""",
    ),
    "another list in lower case": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
roles = (Role("DataR", services=("s3",)),)
GROUPS = (Group("AuditG", policies=("LogP",)),)
policies = (Policy("LogP", "log.json.j2"),)
""",
        """\
error: users.py:9:37: Group 'AuditG': there is no Policy 'LogP'
   9 | GROUPS = (Group("AuditG", policies=("LogP",)),)
     |                                     ^^^^^^
hint: write POLICIES instead of policies: names that iamgen reads are in capitals
""",
    ),
    "two roles with a blank between": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR ReadR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:30: User 'bob': shop-dev: there is no role 'OpsR ReadR'
   6 |     User("bob", {"shop-dev": "OpsR ReadR", "shop-prod": "ReadR"}),
     |                              ^^^^^^^^^^^^
hint: several go into a tuple: ('OpsR', 'ReadR')
""",
    ),
    "two roles with a comma between": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR,ReadR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:30: User 'bob': shop-dev: there is no role 'OpsR,ReadR'
   6 |     User("bob", {"shop-dev": "OpsR,ReadR", "shop-prod": "ReadR"}),
     |                              ^^^^^^^^^^^^
hint: several go into a tuple: ('OpsR', 'ReadR')
""",
    ),
    "a set of roles, for five people": Mistake(
        """\
USERS = tuple(User(n, {"shop-dev": {"OpsR", "ReadR"}}) for n in ("al", "bo", "cy", "di", "ed"))
""",
        """\
error: users.py:4:23: User 'al': access: 'shop-dev' has the set {'OpsR', 'ReadR'} (5 times: also 'bo', 'cy', 'di' and 1 more)
   4 | USERS = tuple(User(n, {"shop-dev": {"OpsR", "ReadR"}}) for n in ("al", "bo", "cy", "di", "ed"))
     |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: that is a set; several go into a tuple: ('OpsR', 'ReadR')
""",
    ),
    "Grant is not imported": Mistake(
        """\
from iamgen import User

OPS_SERVICES = ("s3",)
USERS = (User("bob", {"shop-dev": Grant("OpsR", until="2027-01-31")}),)
""",
        """\
error: users.py:4:35: the name Grant is not defined
   4 | USERS = (User("bob", {"shop-dev": Grant("OpsR", until="2027-01-31")}),)
     |                                   ^^^^^
hint: add Grant to the import on line 1
""",
        head="",
    ),
    "nothing is imported": Mistake(
        """\
OPS_SERVICES = ("s3",)
USERS = (User("bob", {"shop-dev": "OpsR"}),)
""",
        """\
error: users.py:2:10: the name User is not defined
   2 | USERS = (User("bob", {"shop-dev": "OpsR"}),)
     |          ^^^^
hint: write at the top: from iamgen import User
""",
        head="",
    ),
    "a misspelt import": Mistake(
        """\
from iamgen import CIUser, Grant, Group, Pipeline, Policy, Role, Settings, Usr

OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:1:76: iamgen has no Usr
   1 | from iamgen import CIUser, Grant, Group, Pipeline, Policy, Role, Settings, Usr
     |                                                                            ^^^
hint: did you mean User?
""",
        head="",
    ),
    "a colon in CONST.inc": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:25: SHOP_PROD_AWS_ACCOUNT_ID: a colon where `=` should be
   4 | SHOP_PROD_AWS_ACCOUNT_ID: 333333333333
     |                         ^
hint: write NAME=value, without blanks around =
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "SHOP_PROD_AWS_ACCOUNT_ID: 333333333333\n"),
    ),
    "lower case in CONST.inc": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:1: shop_prod_aws_account_id is no account's name
   4 | shop_prod_aws_account_id=333333333333
     | ^^^^^^^^^^^^^^^^^^^^^^^^
hint: write it in upper case, words joined by one _ each, such as SHOP_PROD_AWS_ACCOUNT_ID
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "shop_prod_aws_account_id=333333333333\n"),
    ),
    "an id in lower case that other lines refer to": Mistake(
        PEOPLE,
        """\
error: CONST.inc:3:1: shop_dev_aws_account_id is no account's name
   3 | shop_dev_aws_account_id=222222222222
     | ^^^^^^^^^^^^^^^^^^^^^^^
hint: write it in upper case, words joined by one _ each, such as SHOP_DEV_AWS_ACCOUNT_ID
""",
        const=changed(CONST, "SHOP_DEV_AWS_ACCOUNT_ID=", "shop_dev_aws_account_id=") + ROLES,
    ),
    "an id under a misspelt name that other lines refer to": Mistake(
        PEOPLE,
        """\
error: CONST.inc:3:1: SHOP_DEV_AWS_ACOUNT_ID has an account's id, but declares no account
   3 | SHOP_DEV_AWS_ACOUNT_ID=············
     | ^^^^^^^^^^^^^^^^^^^^^^
hint: did you mean SHOP_DEV_AWS_ACCOUNT_ID? Other lines speak of that
""",
        const=changed(CONST, "SHOP_DEV_AWS_ACCOUNT_ID=", "SHOP_DEV_AWS_ACOUNT_ID=") + ROLES,
    ),
    "an id under a misspelt name of an account that has another name": Mistake(
        PEOPLE,
        """\
error: CONST.inc:3:1: SHOP_DEV_AWS_ACOUNT_ID has an account's id, but declares no account
   3 | SHOP_DEV_AWS_ACOUNT_ID=············
     | ^^^^^^^^^^^^^^^^^^^^^^
hint: did you mean SHOP_DEV_AWS_ACCOUNT_ID? Other lines speak of that
""",
        const=changed(CONST, "SHOP_DEV_AWS_ACCOUNT_ID=", "SHOP_DEV_AWS_ACOUNT_ID=")
        + "SHOP_DEV_AWS_ACCOUNT_NAME=shop\n",
    ),
    "an id that is missing": Mistake(
        PEOPLE,
        """\
error: CONST.inc:6:34: SHOP_DEV_IAM_OPS_ROLE: no line above sets ${SHOP_DEV_AWS_ACCOUNT_ID} (also SHOP_DEV_IAM_READ_ROLE at CONST.inc:7)
   6 | SHOP_DEV_IAM_OPS_ROLE=infra-OpsR-${SHOP_DEV_AWS_ACCOUNT_ID}
     |                                  ^
hint: declare the account above: SHOP_DEV_AWS_ACCOUNT_ID=…
""",
        const=changed(CONST, "SHOP_DEV_AWS_ACCOUNT_ID=222222222222\n", "") + ROLES,
    ),
    "a reference that is misspelt, several times": Mistake(
        PEOPLE,
        """\
error: CONST.inc:7:34: SHOP_DEV_IAM_OPS_ROLE: no line above sets ${SHOP_DEV_AWS_ACOUNT_ID} (also SHOP_DEV_IAM_READ_ROLE at CONST.inc:8)
   7 | SHOP_DEV_IAM_OPS_ROLE=infra-OpsR-${SHOP_DEV_AWS_ACOUNT_ID}
     |                                  ^
hint: did you mean SHOP_DEV_AWS_ACCOUNT_ID?
""",
        const=CONST + changed(ROLES, "_ACCOUNT_ID", "_ACOUNT_ID"),
    ),
    "the region in lower case": Mistake(
        PEOPLE,
        """\
error: CONST.inc:1:1: GLOBAL_AWS_REGION is missing
   1 | global_aws_region=eu-central-1
     | ^^^^^^^^^^^^^^^^^
hint: did you mean GLOBAL_AWS_REGION by global_aws_region?
""",
        const=changed(CONST, "GLOBAL_AWS_REGION=", "global_aws_region="),
    ),
    "no region": Mistake(
        PEOPLE,
        """\
error: CONST.inc: GLOBAL_AWS_REGION is missing
hint: write the stacks' region: GLOBAL_AWS_REGION=eu-west-1
""",
        const=changed(CONST, "GLOBAL_AWS_REGION=eu-central-1\n", ""),
    ),
    "a service's short name in assumed_by": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}),)
ROLES = (Role("DataR", assumed_by=("lambda",), services=("s3",)),)
""",
        """\
error: users.py:5:36: Role 'DataR': 'lambda' is no service, role or ARN that may assume it
   5 | ROLES = (Role("DataR", assumed_by=("lambda",), services=("s3",)),)
     |                                    ^^^^^^^^
hint: write a service such as 'lambda.amazonaws.com', a role's name, or an ARN
""",
    ),
    "a policy that nobody declares": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}),)
ROLES = (Role("DataR", policies=("LogsP",)),)
""",
        """\
error: users.py:5:34: Role 'DataR': there is no Policy 'LogsP'
   5 | ROLES = (Role("DataR", policies=("LogsP",)),)
     |                                  ^^^^^^^
hint: declare it in POLICIES, or name AWS's own in managed_policies
""",
    ),
    "a name without quotes": Mistake(
        """\
USERS = (User(alice, {"shop-dev": "AdminR"}),)
""",
        """\
error: users.py:4:15: the name alice is not defined
   4 | USERS = (User(alice, {"shop-dev": "AdminR"}),)
     |               ^^^^^
hint: if it is text, write it in quotes: "alice"
""",
    ),
    "a function of Python's, misspelt": Mistake(
        """\
USERS = tupel([User("alice", {"shop-dev": "AdminR"})])
""",
        """\
error: users.py:4:9: the name tupel is not defined
   4 | USERS = tupel([User("alice", {"shop-dev": "AdminR"})])
     |         ^^^^^
hint: did you mean tuple?
""",
    ),
    "a dynamic reference among the services": Mistake(
        """\
OPS_SERVICES = ("s3", "{{resolve:ssm:x}}")
USERS = (User("alice", {"shop-dev": "AdminR"}),)
""",
        """\
error: users.py:4:23: OPS_SERVICES: '{{resolve:ssm:x}}' is no known service
   4 | OPS_SERVICES = ("s3", "{{resolve:ssm:x}}")
     |                       ^^^^^^^^^^^^^^^^^^^
hint: write a service as it stands before the colon of its actions, such as s3
error: users.py:4:23: OPS_SERVICES has a dynamic reference, {{resolve:…}}
   4 | OPS_SERVICES = ("s3", "{{resolve:ssm:x}}")
     |                       ^^^^^^^^^^^^^^^^^^^
hint: write the value itself: CloudFormation would put in another one after the template was looked at
""",
    ),
    "a hyphen in a name of CONST.inc": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:5: a character that a name cannot have
   4 | SHOP-PROD_AWS_ACCOUNT_ID=333333333333
     |     ^
hint: write SHOP_PROD_AWS_ACCOUNT_ID
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "SHOP-PROD_AWS_ACCOUNT_ID=333333333333\n"),
    ),
    "blanks around =": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:25: SHOP_PROD_AWS_ACCOUNT_ID: a blank before `=`
   4 | SHOP_PROD_AWS_ACCOUNT_ID = 333333333333
     |                         ^
hint: write NAME=value, without blanks around =
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "SHOP_PROD_AWS_ACCOUNT_ID = 333333333333\n"),
    ),
    "an id with hyphens": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:26: SHOP_PROD_AWS_ACCOUNT_ID has '3333-3333-3333'
   4 | SHOP_PROD_AWS_ACCOUNT_ID=3333-3333-3333
     |                          ^^^^^^^^^^^^^^
hint: write 333333333333, without hyphens
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "SHOP_PROD_AWS_ACCOUNT_ID=3333-3333-3333\n"),
    ),
    "an id that is too short": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:26: SHOP_PROD_AWS_ACCOUNT_ID has 11 digits
   4 | SHOP_PROD_AWS_ACCOUNT_ID=33333333333
     |                          ^^^^^^^^^^^
hint: an account id has 12 digits, leading zeros included
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", "SHOP_PROD_AWS_ACCOUNT_ID=33333333333\n"),
    ),
    "a secret on a wrong line": Mistake(
        PEOPLE,
        """\
error: CONST.inc:4:18: API_TOKEN: a blank in an unquoted value
   4 | API_TOKEN=······· ··· ····
     |                  ^
hint: put the whole value in quotes: NAME='…'
""",
        const=changed(
            CONST,
            "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n",
            "API_TOKEN=hunter2 and more\nSHOP_PROD_AWS_ACCOUNT_ID=333333333333\n",
        ),
    ),
    "a misspelt region": Mistake(
        PEOPLE,
        """\
error: CONST.inc:1:19: there is no region eu-centrl-1
   1 | GLOBAL_AWS_REGION=eu-centrl-1
     |                   ^^^^^^^^^^^
hint: did you mean eu-central-1?
""",
        const=changed(CONST, "GLOBAL_AWS_REGION=eu-central-1\n", "GLOBAL_AWS_REGION=eu-centrl-1\n"),
    ),
    "a region without a hyphen": Mistake(
        PEOPLE,
        """\
error: CONST.inc:1:19: 'eu-central1' is no region
   1 | GLOBAL_AWS_REGION=eu-central1
     |                   ^^^^^^^^^^^
hint: did you mean eu-central-1?
""",
        const=changed(CONST, "GLOBAL_AWS_REGION=eu-central-1\n", "GLOBAL_AWS_REGION=eu-central1\n"),
    ),
    "an account that is not declared: no other kind is suggested": Mistake(
        PEOPLE,
        """\
error: users.py:6:38: User 'bob': there is no account 'shop-prod'
   6 |     User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
     |                                      ^^^^^^^^^^^
hint: CONST.inc declares user-only, shop-dev, site-dev, site-prod
""",
        const=changed(CONST, "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\n", ""),
    ),
    "a role whose name lacks its R": Mistake(
        """\
ROLES = (Role("Look", managed_policies=("ReadOnlyAccess",)),)
USERS = (
    User("alice", {"shop-dev": "LookR"}),
    User("bob", {"shop-dev": "Look"}),
)
""",
        """\
error: users.py:4:15: Role 'Look': this is no name for it
   4 | ROLES = (Role("Look", managed_policies=("ReadOnlyAccess",)),)
     |               ^^^^^^
hint: a name of letters and digits, with a capital at its start, that ends in R: LookR
""",
    ),
    "a role with a name that is taken": Mistake(
        """\
ROLES = (Role("OpsR", services=("s3",)),)
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:15: Role 'OpsR': iamgen makes one of that name itself
   4 | ROLES = (Role("OpsR", services=("s3",)),)
     |               ^^^^^^
hint: choose another name
""",
    ),
    "a role with a name that is taken, which somebody has where only the standard one is": Mistake(
        """\
ROLES = (Role("OpsR", services=("s3",)),)
USERS = (User("alice", {"user-only": "OpsR", "shop-dev": "AdminR"}),)
""",
        """\
error: users.py:4:15: Role 'OpsR': iamgen makes one of that name itself
   4 | ROLES = (Role("OpsR", services=("s3",)),)
     |               ^^^^^^
hint: choose another name
""",
    ),
    "a role without a name": Mistake(
        """\
ROLES = (Role(nam="DataR", services=("s3",)),)
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "DataR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:15: Role has no nam
   4 | ROLES = (Role(nam="DataR", services=("s3",)),)
     |               ^^^^^^^^^^^
hint: did you mean name?
""",
    ),
    "one role that is no tuple": Mistake(
        """\
ROLES = Role("DataR", services=("s3",))
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "DataR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:1: ROLES is a Role, not a tuple or list
   4 | ROLES = Role("DataR", services=("s3",))
     | ^^^^^
hint: write ROLES = (Role(…),), with the comma
""",
    ),
    "a service as the AWS CLI calls it": Mistake(
        """\
ROLES = (Role("DataR", services=("elb", "stepfunctions")),)
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:34: Role 'DataR': 'elb' is no known service
   4 | ROLES = (Role("DataR", services=("elb", "stepfunctions")),)
     |                                  ^^^^^
hint: did you mean elasticloadbalancing?
error: users.py:4:41: Role 'DataR': 'stepfunctions' is no known service
   4 | ROLES = (Role("DataR", services=("elb", "stepfunctions")),)
     |                                         ^^^^^^^^^^^^^^^
hint: did you mean states?
""",
    ),
    "an action for a service": Mistake(
        """\
ROLES = (Role("DataR", services=("s3:GetObject",)),)
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:34: Role 'DataR': 's3:GetObject' is no known service
   4 | ROLES = (Role("DataR", services=("s3:GetObject",)),)
     |                                  ^^^^^^^^^^^^^^
hint: did you mean s3?
""",
    ),
    "a principal for a service": Mistake(
        """\
ROLES = (Role("DataR", services=("lambda.amazonaws.com",)),)
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:4:34: Role 'DataR': 'lambda.amazonaws.com' is no known service
   4 | ROLES = (Role("DataR", services=("lambda.amazonaws.com",)),)
     |                                  ^^^^^^^^^^^^^^^^^^^^^^
hint: did you mean lambda?
""",
    ),
    "an account's id": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "333333333333": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account '333333333333'
   6 |     User("bob", {"shop-dev": "OpsR", "333333333333": "ReadR"}),
     |                                      ^^^^^^^^^^^^^^
hint: that is the id of shop-prod: write 'shop-prod'
""",
    ),
    "dev where there are many": Mistake(
        """\
USERS = (
    User("alice", {"dev": "AdminR"}),
    User("bob", {"dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:5:20: User 'alice': there is no account 'dev' (also 'bob' at users.py:6)
   5 |     User("alice", {"dev": "AdminR"}),
     |                    ^^^^^
hint: write one of shop-dev, site-dev, or '*-dev' for all of them
""",
    ),
    "two accounts in one text": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod, site-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'shop-prod, site-prod'
   6 |     User("bob", {"shop-dev": "OpsR", "shop-prod, site-prod": "ReadR"}),
     |                                      ^^^^^^^^^^^^^^^^^^^^^^
hint: these are several accounts: name each by itself, 'shop-prod' and 'site-prod'
""",
    ),
    "an account as CONST.inc writes it": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "SHOP_PROD": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'SHOP_PROD'
   6 |     User("bob", {"shop-dev": "OpsR", "SHOP_PROD": "ReadR"}),
     |                                      ^^^^^^^^^^^
hint: did you mean shop-prod?
""",
    ),
    "an account that is misspelt": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-pord": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'shop-pord'
   6 |     User("bob", {"shop-dev": "OpsR", "shop-pord": "ReadR"}),
     |                                      ^^^^^^^^^^^
hint: did you mean shop-prod?
""",
    ),
    "a wildcard of SQL": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-%": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'shop-%'
   6 |     User("bob", {"shop-dev": "OpsR", "shop-%": "ReadR"}),
     |                                      ^^^^^^^^
hint: * stands for any text in a pattern: write 'shop-*'
""",
    ),
    "a misspelt account, beside the one that looks like it": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-dve": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'shop-dve'
   6 |     User("bob", {"shop-dev": "OpsR", "shop-dve": "ReadR"}),
     |                                      ^^^^^^^^^^
hint: CONST.inc declares user-only, shop-dev, shop-prod, site-dev, site-prod
""",
    ),
    "all accounts, in English": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "all": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': there is no account 'all'
   6 |     User("bob", {"shop-dev": "OpsR", "all": "ReadR"}),
     |                                      ^^^^^
hint: write '*', which means every account but user-only
""",
    ),
    "a pattern without a match": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "*-prd": "ReadR"}),
)
""",
        """\
error: users.py:6:38: User 'bob': the pattern '*-prd' matches no account
   6 |     User("bob", {"shop-dev": "OpsR", "*-prd": "ReadR"}),
     |                                      ^^^^^^^
hint: did you mean '*-prod'?
""",
    ),
    "one mistake, 5,000 times": Mistake(
        """\
USERS = tuple(User(f"u{n}", {"shop-dve": "OpsR"}) for n in range(5000))
""",
        """\
error: users.py:4:30: User 'u0': there is no account 'shop-dve' (5,000 times: also 'u1', 'u2', 'u3' and 4,996 more)
   4 | USERS = tuple(User(f"u{n}", {"shop-dve": "OpsR"}) for n in range(5000))
     |                              ^^^^^^^^^^
hint: did you mean shop-dev?
""",
    ),
    "one mistake on seven lines": Mistake(
        """\
USERS = (
    User("u0", {"shop-dve": "OpsR"}),
    User("u1", {"shop-dve": "OpsR"}),
    User("u2", {"shop-dve": "OpsR"}),
    User("u3", {"shop-dve": "OpsR"}),
    User("u4", {"shop-dve": "OpsR"}),
    User("u5", {"shop-dve": "OpsR"}),
    User("u6", {"shop-dve": "OpsR"}),
)
""",
        """\
error: users.py:5:17: User 'u0': there is no account 'shop-dve' (7 times: also 'u1' at users.py:6, 'u2' at users.py:7, 'u3' at users.py:8 and 3 more)
   5 |     User("u0", {"shop-dve": "OpsR"}),
     |                 ^^^^^^^^^^
hint: did you mean shop-dev?
""",
    ),
    "a generator": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
GROUPS = (Group("AuditG", members=(n for n in ("alice",))),)
""",
        """\
error: users.py:8:27: Group 'AuditG': members is a generator
   8 | GROUPS = (Group("AuditG", members=(n for n in ("alice",))),)
     |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: write members=tuple(…) around it: a tuple of names, such as ('a', 'b')
""",
    ),
    "one person twice in the list": Mistake(
        """\
BOB = User("bob", {"shop-dev": "OpsR"})
USERS = (BOB, BOB)
""",
        """\
error: users.py:4:12: User 'bob' is in the list twice
   4 | BOB = User("bob", {"shop-dev": "OpsR"})
     |            ^^^^^
hint: take it out of the list once; a loop that repeats a name makes two of it
""",
    ),
    "two people of one name": Mistake(
        """\
USERS = (
    User("Bob", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:10: User 'bob' is declared already as 'Bob' (line 5)
   6 |     User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
     |          ^^^^^
hint: IAM compares names without case: keep one of the two
""",
    ),
    "a missing comma": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"})
    User("bob", {"shop-dev": "OpsR"})
)
""",
        """\
error: users.py:5:5: invalid syntax. Perhaps you forgot a comma?
   5 |     User("alice", {"shop-dev": "AdminR"})
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: put a comma between one entry and the next
""",
    ),
    "a bracket that is not closed": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}),
""",
        """\
error: users.py:4:9: '(' was never closed
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}),
     |         ^
hint: close it with the bracket that fits
""",
    ),
    "one person without a comma": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}))
""",
        """\
error: users.py:4:1: USERS is a User, not a tuple or list
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}))
     | ^^^^^
hint: write USERS = (User(…),), with the comma
""",
    ),
    "true, as in JSON": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}, power=true),)
""",
        """\
error: users.py:4:54: the name true is not defined
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}, power=true),)
     |                                                      ^^^^
hint: Python writes True
""",
    ),
    "quotes of a word processor": Mistake(
        """\
USERS = (User(“alice”, {"shop-dev": "AdminR"}),)
""",
        """\
error: users.py:4:15: invalid character '“' (U+201C)
   4 | USERS = (User(“alice”, {"shop-dev": "AdminR"}),)
     |               ^
hint: write straight quotes, " or '; these come from a word processor or a web page
""",
    ),
    "settings": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
SETTINGS = Settings(trust="name", users="stak", session_hours={"OpsR": 24})
""",
        """\
error: users.py:8:21: Settings: trust is 'name'
   8 | SETTINGS = Settings(trust="name", users="stak", session_hours={"OpsR": 24})
     |                     ^^^^^^^^^^^^
hint: did you mean names?
error: users.py:8:35: Settings: users is 'stak'
   8 | SETTINGS = Settings(trust="name", users="stak", session_hours={"OpsR": 24})
     |                                   ^^^^^^^^^^^^
hint: did you mean stack?
error: users.py:8:64: Settings: session_hours: OpsR has 24
   8 | SETTINGS = Settings(trust="name", users="stak", session_hours={"OpsR": 24})
     |                                                                ^^^^^^
hint: a session lasts 1 to 12 hours
""",
    ),
    "the second call on a line": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}), User("bob", {"shop-dev": "OpsR"}, powr=True))
""",
        """\
error: users.py:4:83: User 'bob' has no powr
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}), User("bob", {"shop-dev": "OpsR"}, powr=True))
     |                                                                                   ^^^^^^^^^
hint: did you mean power?
""",
    ),
    "a role in the place of access": Mistake(
        """\
USERS = (User("alice", "AdminR"),)
""",
        """\
error: users.py:4:24: User 'alice': access is 'AdminR'
   4 | USERS = (User("alice", "AdminR"),)
     |                        ^^^^^^^^
hint: say in which account: {'dev': 'AdminR'}
""",
    ),
    "an account in the place of access": Mistake(
        """\
USERS = (User("alice", "dev"),)
""",
        """\
error: users.py:4:24: User 'alice': access is 'dev'
   4 | USERS = (User("alice", "dev"),)
     |                        ^^^^^
hint: say as which role: {'dev': 'ReadR'}
""",
    ),
    "no access": Mistake(
        """\
USERS = (User("alice"),)
""",
        """\
error: users.py:4:10: User 'alice' lacks its access
   4 | USERS = (User("alice"),)
     |          ^^^^^^^^^^^^^
hint: give account names (or patterns) with a role, a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}
""",
    ),
    "a pair in the place of a dict": Mistake(
        """\
USERS = (User("alice", ("shop-dev", "AdminR")),)
""",
        """\
error: users.py:4:24: User 'alice': access is ('shop-dev', 'AdminR')
   4 | USERS = (User("alice", ("shop-dev", "AdminR")),)
     |                        ^^^^^^^^^^^^^^^^^^^^^^
hint: write {'shop-dev': 'AdminR'}
""",
    ),
    "several accounts in one key": Mistake(
        """\
USERS = (User("alice", {("shop-dev", "site-dev"): "AdminR"}),)
""",
        """\
error: users.py:4:24: User 'alice': access is {('shop-dev', 'site-dev'): 'AdminR'}
   4 | USERS = (User("alice", {("shop-dev", "site-dev"): "AdminR"}),)
     |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: write an entry for each account, or a pattern such as '*-dev'
""",
    ),
    "a role in lower case": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "opsr", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:30: User 'bob': shop-dev: there is no role 'opsr'
   6 |     User("bob", {"shop-dev": "opsr", "shop-prod": "ReadR"}),
     |                              ^^^^^^
hint: did you mean OpsR?
""",
    ),
    "a role without its R": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "Ops", "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:30: User 'bob': shop-dev: there is no role 'Ops'
   6 |     User("bob", {"shop-dev": "Ops", "shop-prod": "ReadR"}),
     |                              ^^^^^
hint: did you mean OpsR?
""",
    ),
    "text in the place of a tuple": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
ROLES = (Role("DataR", services="s3"),)
""",
        """\
error: users.py:8:24: Role 'DataR': services is 's3'
   8 | ROLES = (Role("DataR", services="s3"),)
     |                        ^^^^^^^^^^^^^
hint: write services=('s3',), with the comma
""",
    ),
    "a date as people write it": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": Grant("OpsR", until="31.01.2027"), "shop-prod": "ReadR"}),
)
""",
        """\
error: users.py:6:50: User 'bob': shop-dev: until '31.01.2027' is no date
   6 |     User("bob", {"shop-dev": Grant("OpsR", until="31.01.2027"), "shop-prod": "ReadR"}),
     |                                                  ^^^^^^^^^^^^
hint: write a day such as '2027-01-31' (its end is meant) or '2027-01-31T18:00' (UTC)
""",
    ),
    "a misspelt member": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
GROUPS = (Group("AuditG", members=("alise",)),)
""",
        """\
error: users.py:8:36: Group 'AuditG': there is no User 'alise'
   8 | GROUPS = (Group("AuditG", members=("alise",)),)
     |                                    ^^^^^^^
hint: did you mean alice?
""",
    ),
    "a misspelt provider": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
PIPELINES = (Pipeline("githb", repository="acme/shop", branch="main", access={"shop-dev": "OpsR"}),)
""",
        """\
error: users.py:8:23: Pipeline 'githb': there is no provider 'githb'
   8 | PIPELINES = (Pipeline("githb", repository="acme/shop", branch="main", access={"shop-dev": "OpsR"}),)
     |                       ^^^^^^^
hint: did you mean github?
""",
    ),
    "the address of a repository": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
PIPELINES = (Pipeline("github", repository="https://github.com/acme/shop", branch="main", access={"shop-dev": "OpsR"}),)
""",
        """\
error: users.py:8:44: Pipeline 'github': the repository 'https://github.com/acme/shop' is none
   8 | …NES = (Pipeline("github", repository="https://github.com/acme/shop", branch="main", access={"shop-dev": "OpsR"}…
     |                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: write 'acme/shop', or with both ids 'acme@123/shop@456'
""",
    ),
    "a misspelt policy": Mistake(
        """\
USERS = (
    User("alice", {"shop-dev": "AdminR"}),
    User("bob", {"shop-dev": "OpsR", "shop-prod": "ReadR"}),
)
ROLES = (Role("DataR", policies=("LogP",)),)
POLICIES = (Policy("LogsP", "l.json.j2"),)
""",
        """\
error: users.py:8:34: Role 'DataR': there is no Policy 'LogP'
   8 | ROLES = (Role("DataR", policies=("LogP",)),)
     |                                  ^^^^^^
hint: did you mean LogsP?
""",
    ),
    "a key that is not there": Mistake(
        """\
TEAMS = {"blue": ("alice",)}
USERS = tuple(User(name, {"shop-dev": "ReadR"}) for name in TEAMS["bleu"])
""",
        """\
error: users.py:5:61: KeyError: 'bleu'
   5 | USERS = tuple(User(name, {"shop-dev": "ReadR"}) for name in TEAMS["bleu"])
     |                                                             ^^^^^^^^^^^^^
hint: the dict has no such key
""",
    ),
    "a CI user among the people": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}), CIUser("ci", {"shop-dev": "OpsR"}))
""",
        """\
error: users.py:4:49: entry 2 of USERS is a CIUser
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}), CIUser("ci", {"shop-dev": "OpsR"}))
     |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: move it to CI_USERS
""",
    ),
    "a name twice in one dict": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR", "shop-dev": "ReadR"}),)
""",
        """\
error: users.py:4:47: 'shop-dev' stands twice among these keys, and Python keeps only the last
   4 | USERS = (User("alice", {"shop-dev": "AdminR", "shop-dev": "ReadR"}),)
     |                                               ^^^^^^^^^^
hint: join the two: several values go into a tuple
""",
    ),
    "tabs, wide letters, escapes": Mistake(
        'USERS = (\n\tUser("王", {"shop-dev": "Op\x1b[31mR"}),\n)\n',
        """\
error: users.py:5:7: User: the name '王' has '王' in it
   5 |     User("王", {"shop-dev": "Op\\x1b[31mR"}),
     |          ^^^^
hint: an IAM name has letters, digits and _+=,.@- only
error: users.py:5:25: User '王': shop-dev: there is no role 'Op\\x1b[31mR'
   5 |     User("王", {"shop-dev": "Op\\x1b[31mR"}),
     |                             ^^^^^^^^^^^^^
hint: roles are AdminR, OpsR, ReadR
""",
    ),
    "a keyword that is there already": Mistake(
        """\
USERS = (User("alice", {"shop-dev": "AdminR"}, path="/a/", paht="/b/"),)
""",
        """\
error: users.py:4:60: User 'alice' has no paht
   4 | USERS = (User("alice", {"shop-dev": "AdminR"}, path="/a/", paht="/b/"),)
     |                                                            ^^^^^^^^^^
hint: it has name, access, power, email, path, tags
""",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_gets_this_message(case: str, make_repo: Callable[..., Path]) -> None:
    mistake = MISTAKES[case]
    with pytest.raises(IamgenError) as raised:
        load(make_repo(mistake.head + mistake.users, mistake.const), NOW)
    err = io.StringIO()
    Console(io.StringIO(), err, coloured=False, answers=io.StringIO()).errors(raised.value.faults)
    assert err.getvalue() == mistake.message


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("shop_dev_aws_account_name=shop", "SHOP_DEV_AWS_ACCOUNT_NAME"),
        ("Shop_dev_aws_account_kind=prod", "SHOP_DEV_AWS_ACCOUNT_KIND"),
        ("shop_dev_aws_profile=mine", "SHOP_DEV_AWS_PROFILE"),
        ("shop_dev_iam_ops_role=infra-OpsR-222222222222", "SHOP_DEV_IAM_OPS_ROLE"),
        ("global_aws_partition=aws", "GLOBAL_AWS_PARTITION"),
    ],
)
def test_a_constant_that_is_not_read_for_its_letters(line: str, meant: str, make_repo: Callable[..., Path]) -> None:
    written = line.partition("=")[0]
    warnings = load(make_repo(HEAD + PEOPLE, CONST + line + "\n"), NOW).warnings
    assert [(fault.where, fault.problem, fault.hint) for fault in warnings] == [
        (
            "CONST.inc:7",
            f"{written} is not read: names that iamgen reads are in capitals",
            f"write {meant}, or remove the line",
        )
    ]


def test_constants_of_ones_own_may_be_in_lower_case(make_repo: Callable[..., Path]) -> None:
    own = "bucket=logs\nshop_dev_aws_account_name=x\nSHOP_DEV_AWS_ACCOUNT_NAME=y\n"
    assert load(make_repo(HEAD + PEOPLE, CONST + own), NOW).warnings == ()
