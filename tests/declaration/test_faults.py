"""Every fault of both files: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\n'  # what a case writes starts on line 3
IDS = "USER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
CONST = f"GLOBAL_AWS_REGION=eu-west-1\n{IDS}"  # what a case adds starts on line 5

MakeRepo = Callable[..., Path]
OfWholeCalls = Callable[[tuple[Fault, ...]], list[str]]


def faults(root: Path) -> list[str]:
    with pytest.raises(IamgenError) as raised:
        load(root, NOW)
    return [" | ".join(fault) for fault in raised.value.faults]


_VALUE = "write the value itself: CloudFormation would put in another one after the template was looked at"
USERS_CASES = {
    "a dynamic reference in a description": (
        'USERS = ()\nROLES = (Role("WorkR", assumed_by=("lambda.amazonaws.com",),\n  description="{{resolve:ssm:/x}}"),)',
        f"users.py:5 | Role 'WorkR': description has a dynamic reference, {{{{resolve:…}}}} | {_VALUE}",
    ),
    "a dynamic reference in a pipeline's audience": (
        'USERS = ()\nPIPELINES = (Pipeline("https://ci.example.com", "x", {"dev": "ReadR"}, audience="{{ RESOLVE:x}}"),)',
        f"users.py:4 | Pipeline 'https://ci.example.com': audience has a dynamic reference, {{{{resolve:…}}}} | {_VALUE}",
    ),
    "a dynamic reference in a grant": (
        'USERS = (User("a", {"dev": (Grant("ReadR", reason="{{resolve:ssm:x}}"),)}),)',
        f"users.py:3 | User 'a': Grant: reason has a dynamic reference, {{{{resolve:…}}}} | {_VALUE}",
    ),
    "a dynamic reference in an ARN": (
        'USERS = ()\nROLES = (Role("WorkR", boundary="arn:aws:iam::aws:policy/{{resolve:ssm:x}}"),)',
        f"users.py:4 | Role 'WorkR': boundary has a dynamic reference, {{{{resolve:…}}}} | {_VALUE}",
    ),
    "a service in capitals": (
        'USERS = ()\nROLES = (Role("WorkR", services=("DynamoDB2",)),)',
        "users.py:4 | Role 'WorkR': 'DynamoDB2' is no known service | did you mean dynamodb?",
    ),
    "a function deep in what a template is given": (
        'USERS = ()\nPOLICIES = (Policy("XP", "x.json.j2", vars={"a": [[]], '
        '"Condition": "fine",\n "b": [{"Fn::Sub": "x"}]}),)',
        f"users.py:5 | Policy 'XP': vars has the function Fn::Sub | {_VALUE}",
    ),
    "a value that contains itself": (
        'USERS = ()\nloop = []\nloop += [loop, loop]\nPOLICIES = (Policy("XP", "x.json.j2",\n vars={"a": loop}),)',
        "users.py:7 | Policy 'XP': vars: 'a' has [[...], [...]] | "
        "give values by name, such as {'bucket': 'logs'}: text, numbers, True, False, None; also in tuples and dicts",
    ),
    "a value without an end, nearly": (
        "USERS = ()\ndeep = []\nfor _ in range(500):\n    deep = [deep]\n"
        'POLICIES = (Policy("XP", "x.json.j2",\n vars={"a": deep}),)',
        f"users.py:8 | Policy 'XP': vars: 'a' has {'[' * 57}... | "
        "give values by name, such as {'bucket': 'logs'}: text, numbers, True, False, None; also in tuples and dicts",
    ),
    "a generator where a tuple is meant": (
        'USERS = ()\nGROUPS = (Group("AuditG",\n  members=(name for name in ("a", "b"))),)',
        "users.py:5 | Group 'AuditG': members is a generator "
        "| write members=tuple(…) around it: a tuple of names, such as ('a', 'b')",
    ),
    "a generator for all users": (
        'USERS = (User(name, {}) for name in ("a", "b"))',
        "users.py:3 | USERS is a generator, not a tuple or list | write USERS = tuple(…)",
    ),
    "a word that is none of the choices": (
        "USERS = ()\nSETTINGS = Settings(trust='name', users='xyzzy', session_hours={'OpsR': 24})",
        "users.py:4 | Settings: users is 'xyzzy' | write 'console' or 'stack'",
    ),
    "a number where there are words to choose from": (
        "USERS = ()\nSETTINGS = Settings(trust=5)",
        "users.py:4 | Settings: trust is 5 | give 'arns' or 'names'",
    ),
    "an end with a fraction of a minute in its zone": (
        "from datetime import *\nUSERS = (User('a', {'dev': Grant('ReadR', until=datetime(2027, 1, 31, "
        "tzinfo=timezone(timedelta(seconds=30))))}),)",
        "users.py:4 | User 'a': dev: until '2027-01-31T00:00:00+00:00:30' is no date | "
        "write a day such as '2027-01-31' (its end is meant) or '2027-01-31T18:00' (UTC)",
    ),
    "unknown account": (
        'USERS = (User("a", {"dve": "ReadR"}),)',
        "users.py:3 | User 'a': there is no account 'dve' | did you mean dev?",
    ),
    "an account that looks like none": (
        'USERS = (User("a", {"zzz": "ReadR"}),)',
        "users.py:3 | User 'a': there is no account 'zzz' | CONST.inc declares user-only, dev, prod",
    ),
    "unknown role": (
        'USERS = (User("a", {"dev": "OpR"}),)',
        "users.py:3 | User 'a': dev: there is no role 'OpR' | did you mean OpsR?",
    ),
    "the line of a word in a long entry": (
        'USERS = (\n    User(\n        "a",\n        {\n            "dev": "ReadR",\n            "prd": "ReadR",\n        },\n    ),\n)',
        "users.py:8 | User 'a': there is no account 'prd' | did you mean prod?",
    ),
    "unknown keyword": (
        'USERS = (User("a", {}, powr=True),)',
        "users.py:3 | User 'a' has no powr | did you mean power?",
    ),
    "a wrong value where another kind belongs": (
        'USERS = (User("a", Grant("OpsR", untl="2027-01-31")), User("b", {}, email=Grant()))',
        "users.py:3 | User 'a': access is a wrong Grant | give account names (or patterns) with a role, "
        "a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}",
    ),
    "an exception of many lines": (
        'raise ValueError("a\\x1b[31m\\nerror: users.py:1: forged")',
        "users.py:3 | ValueError: a\\x1b[31m | python users.py shows how it came to this",
    ),
    "an exception that cannot say anything": (
        "class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E",
        "users.py:6 | E | python users.py shows how it came to this",
    ),
    "what is no Exception": (
        "class E(BaseException): pass\nraise E('x')",
        "users.py:4 | E: x | python users.py shows how it came to this",
    ),
    "a name that no session can have": (
        'USERS = (User("a", {}),)\nSETTINGS = Settings(session_name_is_user=True)',
        "users.py:3 | User 'a': no session can have this name, as session_name_is_user demands "
        "| a session's name has 2 characters at least: choose a longer one",
    ),
    "keyword without a likeness": (
        'USERS = (Grant("a", xyzzy=1),)',
        "users.py:3 | Grant has no xyzzy | it has role, until, reason",
    ),
    "too many values": (
        'USERS = (User("a", {}, True),)',
        "users.py:3 | User 'a' takes 2 values without a name (name, access), not 3 "
        "| write the others with their name: power, email, path, tags",
    ),
    "missing value": (
        'USERS = (User("a"),)',
        "users.py:3 | User 'a' lacks its access | give account names (or patterns) with a role, "
        "a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}",
    ),
    "the same value twice": (
        'USERS = (User("a", {}, name="b"),)',
        "users.py:3 | User 'b' has name twice | remove one of the two",
    ),
    "wrong type": (
        'USERS = (User("a", {}, power="yes"),)',
        "users.py:3 | User 'a': power is 'yes' | give True or False",
    ),
    "wrong type within access": (
        'USERS = (User("a", {"dev": 5}),)',
        "users.py:3 | User 'a': access: 'dev' has 5 | give account names (or patterns) with a role, "
        "a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}",
    ),
    "pattern without a match": (
        'USERS = (User("a", {"*-dev": "ReadR"}),)',
        "users.py:3 | User 'a': the pattern '*-dev' matches no account "
        "| a pattern leaves user-only out, which is named to be meant; CONST.inc declares user-only, dev, prod",
    ),
    "pattern that would only match user-only": (
        'USERS = (User("a", {"user-*": "ReadR"}),)',
        "users.py:3 | User 'a': the pattern 'user-*' matches no account "
        "| a pattern leaves user-only out, which is named to be meant; CONST.inc declares user-only, dev, prod",
    ),
    "duplicate by case": (
        'USERS = (\n    User("alice", {}),\n    User("Alice", {}),\n)',
        "users.py:5 | User 'Alice' is declared already as 'alice' (line 4) "
        "| IAM compares names without case: keep one of the two",
    ),
    "bad characters": (
        'USERS = (User("al ice!", {}),)',
        "users.py:3 | User: the name 'al ice!' has ' ' '!' in it | an IAM name has letters, digits and _+=,.@- only",
    ),
    "letters that are not ASCII": (
        'USERS = (User("zoë", {}),)',
        "users.py:3 | User: the name 'zoë' has 'ë' in it | an IAM name has letters, digits and _+=,.@- only",
    ),
    "empty name": (
        'USERS = (User("", {}),)',
        "users.py:3 | User: the name '' is empty | an IAM name has letters, digits and _+=,.@- only",
    ),
    "long name": (
        f'USERS = (User("{"a" * 65}", {{}}),)',
        f"users.py:3 | User: the name '{'a' * 65}' has 65 characters | a user's name has 64 at most",
    ),
    "bad path": (
        'USERS = (User("a", {}, path="team"),)',
        "users.py:3 | User 'a': 'team' is no path | write one such as '/team/', up to 512 letters, "
        "digits and _+=,.@- between slashes",
    ),
    "a path with a wildcard": (
        'USERS = (User("a", {}, path="/*/"),)',
        "users.py:3 | User 'a': '/*/' is no path | write one such as '/team/', up to 512 letters, "
        "digits and _+=,.@- between slashes",
    ),
    "bad email": (
        'USERS = (User("a", {}, email="a at b"),)',
        "users.py:3 | User 'a': 'a at b' is no e-mail address | write one such as 'alice@example.com'",
    ),
    "tags that differ in case only": (
        'USERS = (User("a", {}, tags={"Team": "x", "team": "y"}),)',
        "users.py:3 | User 'a': tags differ in case only | IAM compares their keys without case",
    ),
    "too many tags": (
        'USERS = (User("a", {}, tags={f"t{n}": "x" for n in range(51)}),)',
        "users.py:3 | User 'a' has 51 tags | 50 at most",
    ),
    "an empty key of a tag": (
        'USERS = (User("a", {}, tags={"": "x"}),)',
        "users.py:3 | User 'a': tag '' is too long or empty | a key has 1 to 128 characters, a value up to 256",
    ),
    "a key of a tag that is too long": (
        f'USERS = (User("a", {{}}, tags={{"{"k" * 129}": "x"}}),)',
        f"users.py:3 | User 'a': tag '{'k' * 129}' is too long or empty "
        "| a key has 1 to 128 characters, a value up to 256",
    ),
    "a value of a tag that is too long": (
        f'USERS = (User("a", {{}}, tags={{"k": "{"v" * 257}"}}),)',
        "users.py:3 | User 'a': tag 'k' is too long or empty | a key has 1 to 128 characters, a value up to 256",
    ),
    "a tag that IAM refuses": (
        'USERS = (User("a", {}, tags={"k": "a#b"}),)',
        "users.py:3 | User 'a': tag 'k' has a character that IAM refuses | letters, digits, blanks and _.:/=+-@ only",
    ),
    "no name of a stack": (
        'USERS = ()\nSETTINGS = Settings(stack="1nfra")',
        "users.py:4 | Settings: stack is '1nfra' | a letter, then letters, digits and hyphens, up to 128",
    ),
    "a session that is too short": (
        'USERS = ()\nROLES = (Role("WorkR", session_hours=0),)',
        "users.py:4 | Role 'WorkR': session_hours is 0 | a session lasts 1 to 12 hours",
    ),
    "a session that is too long": (
        'USERS = ()\nROLES = (Role("WorkR", session_hours=13),)',
        "users.py:4 | Role 'WorkR': session_hours is 13 | a session lasts 1 to 12 hours",
    ),
    "what Python cannot read": (
        'USERS = (User("a", {}),\n  = 5)',
        "users.py:4 | invalid syntax | Python can read no further: look at this line and the one before it",
    ),
    "a description that is too long": (
        f'USERS = ()\nROLES = (Role("WorkR", description="{"d" * 1001}"),)',
        "users.py:4 | Role 'WorkR': its description has 1001 characters | 1,000 at most",
    ),
    "a description that IAM refuses": (
        'USERS = ()\nROLES = (Role("WorkR", description="Räumt auf…"), Role("TidyR", description="räumt\\n\\tauf ÿ"))',
        "users.py:4 | Role 'WorkR': its description has '…' in it, which IAM refuses "
        "| IAM takes line ends, tabs, and the letters and signs of Latin-1, up to ÿ",
    ),
    "no managed policy": (
        'USERS = ()\nROLES = (Role("WorkR", boundary="No such"),)',
        "users.py:4 | Role 'WorkR': 'No such' is no managed policy "
        "| write AWS's name, such as 'ReadOnlyAccess' or 'job-function/ViewOnlyAccess', or an ARN",
    ),
    "roles in a circle": (
        'USERS = ()\nROLES = (Role("AaR", assumed_by=("BbR",)), Role("BbR", assumed_by=("AaR",)))',
        "users.py:4 | Role 'AaR' may be assumed by itself, by way of assumed_by (also 'BbR' at users.py:4) "
        "| break the circle: one of them cannot name the next",
    ),
    "a role that trusts itself by its ARN": (
        'USERS = ()\nROLES = (Role("AaR", assumed_by=("arn:aws:iam::222222222222:role/infra-AaR-222222222222",)),)',
        "users.py:4 | Role 'AaR' may be assumed by itself, by way of assumed_by "
        "| break the circle: one of them cannot name the next",
    ),
    "roles in a circle of which one is named by its ARN": (
        'USERS = ()\nSETTINGS = Settings(stack="iam")\nROLES = (Role("AaR", assumed_by=("BbR",)),\n'
        '  Role("BbR", assumed_by=("arn:aws:iam::222222222222:role/iam-AaR-222222222222",)))',
        "users.py:5 | Role 'AaR' may be assumed by itself, by way of assumed_by (also 'BbR' at users.py:6) "
        "| break the circle: one of them cannot name the next",
    ),
    "an identity provider that assumes a role": (
        'USERS = ()\nROLES = (Role("AaR", assumed_by=("arn:aws:iam::222222222222:oidc-provider/ci.example.com",)),)',
        "users.py:4 | Role 'AaR': arn:aws:iam::222222222222:oidc-provider/ci.example.com is an identity provider, and no "
        "principal that assumed_by can name "
        "| declare jobs that it vouches for as Pipeline(…); people of a SAML provider cannot be declared",
    ),
    "a group that assumes a role": (
        'USERS = ()\nROLES = (Role("AaR", assumed_by=("arn:aws:iam::222222222222:group/staff",)),)',
        "users.py:4 | Role 'AaR': arn:aws:iam::222222222222:group/staff is no user, role, session or account, and cannot "
        "assume a role | name the users or roles that are meant",
    ),
    "a CI user who assumes a role by its ARN": (
        'USERS = ()\nCI_USERS = (CIUser("ci", {"dev": "ReadR"}),)\n'
        'ROLES = (Role("AaR", assumed_by=("arn:aws:iam::222222222222:user/ci", "arn:aws:iam::999999999999:user/ci")),)',
        "users.py:5 | Role 'AaR': arn:aws:iam::222222222222:user/ci is the CI user ci, who has no MFA, which assumed_by "
        "demands of users | grant it where ci is declared, in CI_USERS",
    ),
    "a role that is elsewhere": (
        'USERS = ()\nROLES = (Role("AaR", accounts="dev"), Role("BbR", accounts=("dev", "prod"), assumed_by=("AaR",)))',
        "users.py:4 | Role 'BbR' is in prod, but AaR, which may assume it, is not "
        "| give both the same accounts, or name the role by its ARN",
    ),
    "a policy that is elsewhere": (
        'USERS = ()\nPOLICIES = (Policy("LogsP", "x.json.j2", accounts="dev"),)\nROLES = (Role("DataR", policies=("LogsP",)),)',
        "users.py:5 | Role 'DataR' is in prod, but Policy 'LogsP' is not "
        "| give both the same accounts, or leave the policy's out",
    ),
    "a template outside of its folder": (
        'USERS = ()\nPOLICIES = (Policy("LogsP", "../users.json.j2"),)',
        "users.py:4 | Policy 'LogsP': '../users.json.j2' is no template "
        "| name a file of templates/policies/, such as 'logs.json.j2'",
    ),
    "a workspace without an audience": (
        'USERS = ()\nPIPELINES = (Pipeline("bitbucket", "{6a4ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b11}:*", {"dev": "OpsR"}, '
        'repository="acme"),)',
        "users.py:4 | Pipeline 'bitbucket': bitbucket needs the workspace's audience "
        "| write audience='ari:cloud:bitbucket::workspace/UUID'",
    ),
    "an issuer with a port": (
        'USERS = ()\nPIPELINES = (Pipeline("https://ci.example.com:8443", "x", {"dev": "OpsR"}, audience="y"),)',
        "users.py:4 | Pipeline 'https://ci.example.com:8443': the issuer 'https://ci.example.com:8443' "
        "has a port, and AWS asks an issuer at port 443 only "
        "| let it answer at an https URL without a port, and write that",
    ),
    "a subject that means others too": (
        'USERS = ()\nPIPELINES = (Pipeline("https://ci.example.com", "x:*", {"dev": "OpsR"}, audience="y"),)',
        "users.py:4 | Pipeline 'https://ci.example.com': the subject 'x:*' "
        "has one of * ? $: it would mean others too, or a policy variable | write the whole sub of its tokens",
    ),
    "reserved tag": (
        'USERS = (User("a", {}, tags={"aws:x": "y"}),)',
        "users.py:3 | User 'a': tag 'aws:x': aws: belongs to AWS | choose another key",
    ),
    "malformed end": (
        'USERS = (User("a", {"dev": Grant("ReadR", until="31.1.2027")}),)',
        "users.py:3 | User 'a': dev: until '31.1.2027' is no date | write a day such as '2027-01-31' "
        "(its end is meant) or '2027-01-31T18:00' (UTC)",
    ),
    "an end on no day": (
        'USERS = (User("a", {"dev": Grant("ReadR", until="2027-02-29")}),)',
        "users.py:3 | User 'a': dev: until '2027-02-29' does not exist | write a day such as '2027-01-31' "
        "(its end is meant) or '2027-01-31T18:00' (UTC)",
    ),
    "a key twice": (
        'USERS = (\n    User("a", {"dev": "ReadR",\n    "dev": "OpsR"}),\n)',
        "users.py:5 | 'dev' stands twice among these keys, and Python keeps only the last "
        "| join the two: several values go into a tuple",
    ),
    "no tuple": (
        'USERS = User("a", {})',
        "users.py:3 | USERS is a User, not a tuple or list | write USERS = (User(…),), with the comma",
    ),
    "a stranger among the users": (
        'USERS = (User("a", {}), "bob")',
        "users.py:3 | entry 2 of USERS is text 'bob' | write User(…)",
    ),
    "a CI user among the users": (
        'USERS = (CIUser("ci", {}),)',
        "users.py:3 | entry 1 of USERS is a CIUser | move it to CI_USERS",
    ),
    "no USERS": (
        'USER = (User("a", {}),)',
        "users.py:3 | there is no USERS | did you mean USERS by USER?",
    ),
    "settings of another type": (
        "USERS = ()\nSETTINGS = {'trust': 'arns'}",
        "users.py:4 | SETTINGS is dict {'trust': 'arns'} | write SETTINGS = Settings(…)",
    ),
    "a setting's choice": (
        'USERS = ()\nSETTINGS = Settings(trust="arn")',
        "users.py:4 | Settings: trust is 'arn' | did you mean arns?",
    ),
    "a quota that AWS does not give": (
        "USERS = ()\nSETTINGS = Settings(trust_policy_quota=8193)",
        "users.py:4 | Settings: trust_policy_quota is 8193 | 2048, or up to 8192 once AWS has raised it",
    ),
    "a quota of managed policies that there cannot be": (
        "USERS = ()\nSETTINGS = Settings(managed_policies_quota=26)",
        "users.py:4 | Settings: managed_policies_quota is 26 | 20, or up to 25 once AWS has raised it",
    ),
    "a quota of managed policies that is too low": (
        "USERS = ()\nSETTINGS = Settings(managed_policies_quota=19)",
        "users.py:4 | Settings: managed_policies_quota is 19 | 20, or up to 25 once AWS has raised it",
    ),
    "too many managed policies on a role": (
        'USERS = ()\nROLES = (Role("WorkR", services=("s3",), managed_policies=[f"x{n}" for n in range(20)]),)',
        "users.py:4 | Role 'WorkR' has 21 managed policies, and 20 is the quota "
        "| join some, or have AWS raise the quota and set Settings(managed_policies_quota=…), up to 25",
    ),
    "too many managed policies on a role for the raised quota": (
        "USERS = ()\nSETTINGS = Settings(managed_policies_quota=25)\n"
        'ROLES = (Role("WorkR", managed_policies=[f"x{n}" for n in range(26)]),)',
        "users.py:5 | Role 'WorkR' has 26 managed policies, and 25 is the quota | join some",
    ),
    "too many managed policies on a group": (
        'USERS = ()\nGROUPS = (Group("WorkG", managed_policies=[f"x{n}" for n in range(11)]),)',
        "users.py:4 | Group 'WorkG' has 11 managed policies, and 10 is the quota | join some; this quota cannot be raised",
    ),
    "True is no number": (
        "USERS = ()\nSETTINGS = Settings(trust_policy_quota=True)",
        "users.py:4 | Settings: trust_policy_quota is True "
        "| give a number of characters, 2048 or what AWS raised it to",
    ),
    "hours": (
        'USERS = ()\nSETTINGS = Settings(session_hours={"OpsR": 13})',
        "users.py:4 | Settings: session_hours: OpsR has 13 | a session lasts 1 to 12 hours",
    ),
    "hours of no role": (
        'USERS = ()\nSETTINGS = Settings(session_hours={"Ops": 3})',
        "users.py:4 | Settings: session_hours: there is no role 'Ops' | did you mean OpsR?",
    ),
    "a tag of the stacks that AWS has for itself": (
        'USERS = ()\nSETTINGS = Settings(tags={"AWS:x": "1"})',
        "users.py:4 | Settings: tag 'AWS:x': aws: belongs to AWS | choose another key",
    ),
    "a tag of the stacks that iamgen has for itself": (
        'USERS = ()\nSETTINGS = Settings(tags={"iamgen:release": "1"})',
        "users.py:4 | Settings: tag 'iamgen:release': iamgen: is for what iamgen says of a deployment "
        "| choose another key",
    ),
    "a tag of the stacks without a value": (
        'USERS = ()\nSETTINGS = Settings(tags={"team": ""})',
        "users.py:4 | Settings: tag 'team' is empty "
        "| CloudFormation takes no tag without a value: write one, or leave it out",
    ),
    "a tag of the stacks with a character that AWS refuses": (
        'USERS = ()\nSETTINGS = Settings(tags={"team": "a;b"})',
        "users.py:4 | Settings: tag 'team' has a character that IAM refuses "
        "| letters, digits, blanks and _.:/=+-@ only",
    ),
    "too many tags of the stacks": (
        'USERS = ()\nSETTINGS = Settings(tags={f"t{n}": "1" for n in range(49)})',
        "users.py:4 | Settings: there are 49 tags | 48 at most: AWS allows 50, and iamgen adds 2",
    ),
    "tags of the stacks in two spellings": (
        'USERS = ()\nSETTINGS = Settings(tags={"team": "a", "Team": "b"})',
        "users.py:4 | Settings: tags differ in case only | IAM compares their keys without case",
    ),
    "a tag of a user and of the stacks in two spellings": (
        'USERS = (User("a", {}, tags={"Team": "b"}),)\nSETTINGS = Settings(users="stack", tags={"team": "a"})',
        "users.py:3 | User 'a': tag 'Team' differs from 'team' of Settings in case only "
        "| write both alike: the user's own value counts then",
    ),
    "too many tags of a user and of the stacks": (
        'USERS = (User("a", {}, tags={f"u{n}": "1" for n in range(30)}),)\n'
        'SETTINGS = Settings(users="stack", tags={f"t{n}": "1" for n in range(19)})',
        "users.py:3 | User 'a' would have 51 tags, with those of Settings and iamgen's own | 50 at most",
    ),
    "too long once prefixed": (
        f'USERS = ()\nSETTINGS = Settings(stack="{"s" * 45}")',
        f"users.py:4 | Settings: stack '{'s' * 45}' makes the role {'s' * 45}-AdminR-000000000000 "
        "| a role's name has 64 characters at most: 1 too many",
    ),
    "a CI user's group too long once prefixed": (
        f'USERS = ()\nSETTINGS = Settings(stack="{"s" * 44}")\nCI_USERS = (CIUser("{"c" * 64}", {{"dev": "OpsR"}}),)',
        f"users.py:5 | CIUser '{'c' * 64}' makes the group {'s' * 44}-CIUserC{'c' * 63}G-000000000000 "
        "| a group's name has 128 characters at most: 1 too many",
    ),
    "unknown service": (
        'USERS = ()\nOPS_SERVICES = (\n    "ec2",\n    "dynamdb",\n)',
        "users.py:6 | OPS_SERVICES: 'dynamdb' is no known service | did you mean dynamodb?",
    ),
    "no service": (
        "USERS = ()\nOPS_SERVICES = ()",
        "users.py:4 | OPS_SERVICES is empty | name the services that OpsR has full power over",
    ),
    "every service": (
        'USERS = ()\nOPS_SERVICES = ("*",)',
        "users.py:4 | OPS_SERVICES: '*' is no known service | name the services; AdminR is the role for everything",
    ),
    "one service without a comma": (
        'USERS = ()\nOPS_SERVICES = ("ec2")',
        "users.py:4 | OPS_SERVICES is text 'ec2', not a tuple or list | write OPS_SERVICES = (\"ec2\",), with the comma",
    ),
    "syntax error": (
        'USERS = (User("a", {}),',
        "users.py:3 | '(' was never closed | close it with the bracket that fits",
    ),
    "exception": (
        "def team():\n    return {}['x']\nUSERS = team()",
        "users.py:4 | KeyError: 'x' | the dict has no such key",
    ),
    "exit": ("import sys\nsys.exit(4)", "users.py:4 | SystemExit: 4 | python users.py shows how it came to this"),
    "unknown import": (
        "from iamgen import Usr",
        "users.py:3 | iamgen has no Usr | did you mean User?",
    ),
    "missing module": (
        "import no_such_module_x",
        "users.py:3 | ModuleNotFoundError: No module named 'no_such_module_x' "
        "| write it beside users.py and commit it, or install it where iamgen is installed",
    ),
}


SEVERAL = {"a wrong value where another kind belongs": 4, "a word that is none of the choices": 3}
"""How many faults there are where there are several."""
# There is no word in users.py that these faults are about; all others point to theirs.
WITHOUT_A_WORD = {
    "a CI user among the users",
    "a workspace without an audience",
    "a wrong value where another kind belongs",
    "an empty key of a tag",
    "an end with a fraction of a minute in its zone",
    "empty name",
    "missing value",
    "too many values",
}


@pytest.mark.parametrize("case", USERS_CASES)
def test_a_fault_in_users(case: str, make_repo: MakeRepo, of_whole_calls: OfWholeCalls) -> None:
    text, expected = USERS_CASES[case]
    with pytest.raises(IamgenError) as raised:
        load(make_repo(HEAD + text, CONST), NOW)
    assert expected in [" | ".join(fault) for fault in raised.value.faults]
    assert len(raised.value.faults) == SEVERAL.get(case, 1)
    assert bool(of_whole_calls(raised.value.faults)) == (case in WITHOUT_A_WORD)


AT_THE_LIMIT = {
    "tags": 'USERS = (User("a", {}, tags={f"t{n}": "x" for n in range(50)}),)',
    "a tag": f'USERS = (User("a", {{}}, tags={{"{"k" * 128}": "{"v" * 256}", "k": ""}}),)',
    "a user": f'USERS = (User("{"a" * 64}", {{}}, path="/{"p" * 510}/"),)',
    "sessions": 'USERS = ()\nROLES = (Role("AaR", session_hours=1), Role("BbR", session_hours=12))',
    "a description": f'USERS = ()\nROLES = (Role("WorkR", description="{"d" * 1000}"),)',
    "managed policies": 'USERS = ()\nROLES = (Role("WorkR", managed_policies=[f"x{n}" for n in range(20)]),)',
    "managed policies of a group": 'USERS = ()\nGROUPS = (Group("WorkG", managed_policies=[f"x{n}" for n in range(10)]),)',
}


@pytest.mark.parametrize("case", AT_THE_LIMIT)
def test_at_the_limit_there_is_no_fault(case: str, make_repo: MakeRepo) -> None:
    load(make_repo(HEAD + AT_THE_LIMIT[case], CONST), NOW)


def test_a_ci_user_may_not_meet_a_person_of_its_name(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
    users = HEAD + 'USERS = (User("ci", {}),)\nCI_USERS = (CIUser("CI", {"dev": "OpsR"}),)'
    assert faults(make_repo(users, const)) == [
        "users.py:4 | CIUser 'CI' and User 'ci' (line 3) meet in dev "
        "| dev holds the people too: give the machine a name of its own"
    ]
    elsewhere = HEAD + 'USERS = (User("ci", {}),)\nCI_USERS = (CIUser("CI", {"prod": "OpsR"}),)'
    assert load(make_repo(elsewhere, const, "elsewhere"), NOW).warnings == ()


CONST_CASES = {
    "a 10-digit id": (
        "X_AWS_ACCOUNT_ID=1234567890",
        "CONST.inc:5 | X_AWS_ACCOUNT_ID has 10 digits | an account id has 12 digits, leading zeros included",
    ),
    "an id of letters": (
        "X_AWS_ACCOUNT_ID=abc",
        "CONST.inc:5 | X_AWS_ACCOUNT_ID has 'abc' | an account id has 12 digits, leading zeros included",
    ),
    "an account in lower case": (
        "x_AWS_ACCOUNT_ID=444444444444",
        "CONST.inc:5 | x_AWS_ACCOUNT_ID is no account's name | write it in upper case, words joined by one _ each, "
        "such as X_AWS_ACCOUNT_ID",
    ),
    "two accounts with one id": (
        "X_AWS_ACCOUNT_ID=333333333333",
        "CONST.inc:5 | x has the id of prod (CONST.inc:4) | give each its own; only an account that is not for "
        "production may share user-only's, to stand in",
    ),
    "a name without an account": (
        "PRD_AWS_ACCOUNT_NAME=x",
        "CONST.inc:5 | PRD_AWS_ACCOUNT_NAME: there is no PRD_AWS_ACCOUNT_ID | did you mean PROD_AWS_ACCOUNT_ID?",
    ),
    "a role's name that differs": (
        "DEV_IAM_READ_ROLE=infra-ReadR",
        "CONST.inc:5 | DEV_IAM_READ_ROLE is infra-ReadR, but the role's name will be infra-ReadR-222222222222 "
        "| write DEV_IAM_READ_ROLE=infra-ReadR-222222222222, or remove the line",
    ),
    "a role that there is not": (
        "DEV_IAM_RED_ROLE=x",
        "CONST.inc:5 | DEV_IAM_RED_ROLE: there is no such role | did you mean READ?",
    ),
    "unknown partition": (
        "GLOBAL_AWS_PARTITION=aws-us-gv",
        "CONST.inc:5 | no partition is 'aws-us-gv' | did you mean aws-us-gov?",
    ),
    "a partition that is not supported": (
        "GLOBAL_AWS_PARTITION=aws-eusc",
        "CONST.inc:5 | the partition aws-eusc is not supported | iamgen supports aws, aws-us-gov and aws-cn",
    ),
    "a region of another partition": (
        "GLOBAL_AWS_PARTITION=aws-cn",
        "CONST.inc:1 | region eu-west-1 is in the partition aws, not aws-cn | set GLOBAL_AWS_PARTITION=aws, or another region",
    ),
}


@pytest.mark.parametrize("case", CONST_CASES)
def test_a_fault_in_the_constants(case: str, make_repo: MakeRepo) -> None:
    text, expected = CONST_CASES[case]
    assert expected in faults(make_repo(HEAD + "USERS = ()", CONST + text))


def test_a_faulty_id_has_no_second_fault_for_the_names_made_of_it(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=12\nDEV_IAM_READ_ROLE=infra-ReadR-${DEV_AWS_ACCOUNT_ID}\n"
    assert faults(make_repo(HEAD + "USERS = ()", const)) == [
        "CONST.inc:2 | DEV_AWS_ACCOUNT_ID has 2 digits | an account id has 12 digits, leading zeros included"
    ]


def test_a_name_without_an_id_is_not_taken_for_its_own_likeness(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_AWS_ACCOUNT_NAME=x\n"
    assert faults(make_repo(HEAD + "USERS = ()", const)) == [
        "CONST.inc:3 | USER_ONLY_AWS_ACCOUNT_NAME: there is no USER_ONLY_AWS_ACCOUNT_ID "
        "| declare the account: USER_ONLY_AWS_ACCOUNT_ID=…"
    ]


def test_which_account_stands_in_must_be_said(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nA_DEV_AWS_ACCOUNT_ID=111111111111\nB_DEV_AWS_ACCOUNT_ID=222222222222\n"
    assert faults(make_repo(HEAD + "USERS = ()", const)) == [
        "CONST.inc | there is no account for people, and a-dev, b-dev could each stand in "
        "| declare USER_ONLY_AWS_ACCOUNT_ID=…; to let one of these stand in, give it the same id: "
        "USER_ONLY_AWS_ACCOUNT_ID=${A_DEV_AWS_ACCOUNT_ID} below it"
    ]


def test_every_fault_of_both_files_in_one_go(make_repo: MakeRepo) -> None:
    users = HEAD + (
        'USERS = (\n    User("al ice", {"dve": "ReadR"}),\n    User("bob", {"dev": Grant("Opsr")}, powr=1),\n'
        '    User("carol", {"prod": Grant("Opsr", until="x")}),\n)\nSETTINGS = Settings(trust="no")'
    )
    result = faults(make_repo(users, CONST + "X_AWS_ACCOUNT_ID=1\nA = b\n"))
    assert [fault.split(" | ")[:2] for fault in result] == [
        ["CONST.inc:5", "X_AWS_ACCOUNT_ID has 1 digits"],
        ["CONST.inc:6", "A: a blank before `=`"],
        ["users.py:4", "User: the name 'al ice' has ' ' in it"],
        ["users.py:4", "User 'al ice': there is no account 'dve'"],
        ["users.py:5", "User 'bob': dev: there is no role 'Opsr'"],
        ["users.py:5", "User 'bob' has no powr"],
        ["users.py:6", "User 'carol': prod: there is no role 'Opsr'"],
        ["users.py:6", "User 'carol': prod: until 'x' is no date"],
        ["users.py:8", "Settings: trust is 'no'"],
    ]


def test_no_account_means_no_fault_for_every_user(make_repo: MakeRepo) -> None:
    assert faults(make_repo(HEAD + 'USERS = (User("a", {"dev": "ReadR"}),)', "GLOBAL_AWS_REGION=eu-west-1\n")) == [
        "CONST.inc | it declares no account | write DEV_AWS_ACCOUNT_ID=… and the others"
    ]


def test_users_may_be_spread_over_modules_beside_it(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + "from team import TEAM\nUSERS = TEAM", CONST)
    (root / "team.py").write_text('from iamgen import User\n\nTEAM = (User("a", {"dve": "ReadR"}),)\n')
    assert faults(root) == ["team.py:3 | User 'a': there is no account 'dve' | did you mean dev?"]
    assert not (root / "__pycache__").exists()


def test_what_is_made_and_left_lying_is_warned_about(make_repo: MakeRepo) -> None:
    users = (
        HEAD
        + 'USERS = (User("a", {}),)\nCIUSERS = (CIUser("ci", {}),)\nSETTING = Settings(read_guard=True)\nUser("b", {})'
    )
    assert [" | ".join(warning) for warning in load(make_repo(users), NOW).warnings] == [
        "users.py:4 | CIUser 'ci' is made, but not in CI_USERS | add it to CI_USERS, or remove it",
        "users.py:5 | Settings is made, but not in SETTINGS | add it to SETTINGS, or remove it",
        "users.py:6 | User 'b' is made, but not in USERS | add it to USERS, or remove it",
    ]


@pytest.mark.parametrize("name", ["SHOP_PROD_AWS_ACOUNT_ID", "SHOP_PROD_ACCOUNT_ID", "SHOP_AWS_ACCOUNT"])
def test_an_id_under_a_misspelt_name_is_warned_about(name: str, make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + "USERS = ()", f"{CONST}{name}=444444444444\nPARTNER=555555555555\n")
    assert [" | ".join(warning) for warning in load(root, NOW).warnings] == [
        f"CONST.inc:5 | {name} has an account's id, but declares no account "
        "| an account is declared by a name that ends in _AWS_ACCOUNT_ID"
    ]


@pytest.mark.parametrize("name", ["USERONLY", "USER", "USER_ONLYY"])
def test_an_account_that_may_be_meant_for_people(name: str, make_repo: MakeRepo) -> None:
    const = f"GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\n{name}_AWS_ACCOUNT_ID=111111111111\n"
    account = name.lower().replace("_", "-")
    assert faults(make_repo(HEAD + "USERS = ()", const)) == [
        f"CONST.inc:3 | there is no user-only account, but one called {account} | "
        f"write {name}_AWS_ACCOUNT_KIND=user-only; "
        "or say who else holds the people: USER_ONLY_AWS_ACCOUNT_ID=${DEV_AWS_ACCOUNT_ID} below it"
    ]
    assert load(make_repo(HEAD + "USERS = ()", f"{const}USER_ONLY_AWS_ACCOUNT_ID=222222222222\n", "said"), NOW)
    assert load(make_repo(HEAD + "USERS = ()", f"{const}{name}_AWS_ACCOUNT_KIND=user-only\n", "stated"), NOW)


def test_users_may_be_any_python_that_runs(make_repo: MakeRepo) -> None:
    users = """\
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import StrEnum

from iamgen import *

OPS_SERVICES = ("s3",)


class Account(StrEnum):
    DEV = "dev"


@dataclass
class Team:
    name: str
    lead: "str" = "x"


BOB = User("bob", {Account.DEV: "ReadR"})
USERS = [deepcopy(BOB), replace(BOB, name="carol")]
"""
    loaded = load(make_repo(users), NOW)
    assert [(grant.principal.name, grant.account) for grant in loaded.declaration.granted] == [
        ("bob", "dev"),
        ("carol", "dev"),
    ]


def test_a_link_to_users_finds_what_lies_beside_the_real_one(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo()
    (root / "users.py").unlink()
    (tmp_path / "team.py").write_text("from iamgen import User\nUSERS = (User('a', {}),)\n")
    (tmp_path / "real.py").write_text(HEAD + "from team import USERS")
    (root / "users.py").symlink_to(tmp_path / "real.py")
    assert [person.name for person in load(root, NOW).declaration.people] == ["a"]


def test_a_declared_value_outside_of_a_reading_raises() -> None:
    from iamgen import User

    with pytest.raises(IamgenError, match="User 'a' has no powr"):
        User("a", {}, powr=True)  # type: ignore[call-arg]


def test_printing_does_not_spoil_the_product(make_repo: MakeRepo, capfd: pytest.CaptureFixture[str]) -> None:
    load(make_repo(HEAD + 'print("hello")\nUSERS = ()', CONST), NOW)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "hello\n")
