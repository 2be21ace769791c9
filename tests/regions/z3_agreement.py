"""Asks z3 whether two policies differ, and whether iamgen says the same: `python tests/regions/z3_agreement.py 10000`.

z3 gets the meaning of a policy in its own terms, written here from AWS's documentation and not from iamgen's code: the
resource and the values of string keys are strings that regular expressions are held against, numbers and moments are real
numbers, and each key may be absent. So both can only agree where both understand policies in the same way.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import z3

from iamgen.access.documents import parse
from iamgen.access.evaluate import Request
from iamgen.access.patterns import pattern
from iamgen.regions.difference import ANYBODY, NotDecided, PolicySet, Witness, difference

Block = dict[str, Any]

PREFIX = "arn:aws:s3:::"
FORMS = frozenset({pattern(f"{PREFIX}*", variables=False)})
"""Requests are for objects and buckets alone: so the resource is one string behind a prefix."""
ACTIONS = ("s3:getobject", "s3:getobjectacl", "s3:putobject", "s3:deletebucket", "sqs:sendmessage", "s3:-unlisted-")
NAMED_ACTIONS = ("s3:*", "s3:Get*", "s3:GetObject", "s3:*Object", "sqs:*", "s3:PutObject", "s3:?etObject*")
RESOURCES = (
    "*", "b/*", "b/a*", "b/a?", "b/?", "b/secret/*", "b/secret/?*/*", "b*", "b/*a", "b", "b/a", "?/*", "*/secret/*",
)  # fmt: skip
NAME, MFA, AGE, TIME = "aws:username", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:CurrentTime"
NAMES = ("alice", "Alice", "bob", "a*", "?", "*", "al?ce")
AGES = ("99", "100", "101", "99.5")
TIMES = ("2027-01-01", "2027-06-01T00:00:00Z", "2027-01-01T00:00:01Z")
_PATIENCE = 1_000
"""Milliseconds that z3 gets for a pair: some of its searches in strings have no end."""
_COMPARISONS = ("LessThan", "LessThanEquals", "Equals", "NotEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = {
    NAME: (*(f"String{kind}" for kind in ("Equals", "NotEquals", "Like", "NotLike", "EqualsIgnoreCase")),),
    MFA: ("Bool",),
    AGE: tuple(f"Numeric{kind}" for kind in _COMPARISONS),
    TIME: tuple(f"Date{kind}" for kind in _COMPARISONS),
}
VALUES = {NAME: NAMES, MFA: ("true", "false"), AGE: AGES, TIME: TIMES}


def pairs(number: int, seed: int) -> Iterator[tuple[list[Block], list[Block]]]:
    """Yield so many policies, each with one that differs from it by an edit or two."""
    random = Random(seed)  # noqa: S311  # no secret comes of it
    for _ in range(number):
        policy = [_statement(random) for _ in range(random.randint(1, 4))]
        changed = _edited(policy, random)
        yield policy, _edited(changed, random) if random.random() < 0.4 else changed


def _statement(random: Random) -> Block:
    action = random.choice(("Action", "Action", "NotAction"))
    resource = random.choice(("Resource", "Resource", "NotResource"))
    return {
        "Effect": random.choice(("Allow", "Allow", "Deny")),
        action: random.sample(NAMED_ACTIONS, random.randint(1, 2)),
        resource: [name if name == "*" else PREFIX + name for name in random.sample(RESOURCES, random.randint(1, 3))],
        "Condition": _conditions(random),
    }


def _conditions(random: Random) -> Block:
    block: Block = {}
    for _ in range(random.choice((0, 1, 1, 2))):
        key = random.choice((NAME, MFA, AGE, TIME))
        if random.random() < 0.15:
            block.setdefault("Null", {})[key] = random.choice(("true", "false"))
        else:
            operator = random.choice(OPERATORS[key]) + random.choice(("", "", "IfExists"))
            block.setdefault(operator, {})[key] = random.sample(VALUES[key], random.randint(1, 2))
    return block


def _edited(policy: list[Block], random: Random) -> list[Block]:
    """Return a policy with one edit: a statement less or more, or an element of one written anew."""
    place, other = random.randrange(len(policy)), _statement(random)
    kind = random.choice(("remove", "add", "condition", "condition", "resource", "resource", "action", "effect"))
    if kind == "add" or (kind == "remove" and len(policy) == 1):
        return [*policy, other]
    if kind == "remove":
        return policy[:place] + policy[place + 1 :]
    remaining = {name: value for name, value in policy[place].items() if not name.lower().endswith(kind)}
    new = {name: value for name, value in other.items() if name.lower().endswith(kind)}
    return [*policy[:place], {**remaining, **new}, *policy[place + 1 :]]


class Z3Request:
    """The request that z3 looks for: a value for everything that a statement may ask about."""

    def __init__(self) -> None:
        self.action = z3.Int("action")
        self.rest = z3.String("resource")
        self.name, self.mfa, self.age, self.time = z3.String("name"), z3.Bool("mfa"), z3.Real("age"), z3.Real("time")
        self.present = {key: z3.Bool(f"has {key}") for key in VALUES}
        self.is_possible = z3.And(self.action >= 0, self.action < len(ACTIONS))

    def allowed(self, policy: list[Block]) -> Any:
        """Return that a policy allows it."""
        allows, denies = (
            z3.Or([self._applies(item) for item in policy if item["Effect"] == effect]) for effect in ("Allow", "Deny")
        )
        return z3.And(allows, z3.Not(denies))

    def _applies(self, statement: Block) -> Any:
        conditions = [
            self._condition(operator, key, values)
            for operator, keys in statement["Condition"].items()
            for key, values in keys.items()
        ]
        return z3.And(self._action(statement), self._resource(statement), *conditions)

    def _action(self, statement: Block) -> Any:
        entries = statement.get("Action") or statement["NotAction"]
        meant = [number for number, name in enumerate(ACTIONS) if any(_matches(entry, name) for entry in entries)]
        claim = z3.Or([self.action == number for number in meant])
        return claim if "Action" in statement else z3.Not(claim)

    def _resource(self, statement: Block) -> Any:
        entries = statement.get("Resource") or statement["NotResource"]
        globs = ["*" if entry == "*" else entry.removeprefix(PREFIX) for entry in entries]
        claim = z3.Or([z3.InRe(self.rest, _expression(glob)) for glob in globs])
        return claim if "Resource" in statement else z3.Not(claim)

    def _condition(self, operator: str, key: str, values: list[str] | str) -> Any:
        present = self.present[key]
        if operator == "Null":
            return z3.Not(present) if values == "true" else present
        plain = operator.removesuffix("IfExists")
        negated = "Not" in plain
        tested = z3.Or([self._test(plain.replace("Not", ""), value) for value in values])
        claim = z3.Not(tested) if negated else tested
        may_be_absent = negated or plain != operator
        return z3.Or(z3.Not(present), claim) if may_be_absent else z3.And(present, claim)

    def _test(self, operator: str, value: str) -> Any:
        if operator.startswith("String"):
            is_glob = operator == "StringLike"
            return z3.InRe(self.name, _expression(value, is_glob=is_glob, any_case=operator.endswith("IgnoreCase")))
        if operator == "Bool":
            return self.mfa if value == "true" else z3.Not(self.mfa)
        variable, number = (self.age, value) if operator.startswith("Numeric") else (self.time, _seconds(value))
        bound = z3.RealVal(number)
        return {
            "LessThan": variable < bound,
            "LessThanEquals": variable <= bound,
            "Equals": variable == bound,
            "GreaterThan": variable > bound,
            "GreaterThanEquals": variable >= bound,
        }[operator.removeprefix("Numeric").removeprefix("Date")]

    def with_values(self, claim: Any, request: Request) -> bool:
        """Return whether a claim is true of a request of iamgen's."""
        context: Mapping[str, Any] = {key.lower(): value for key, value in request.context.items()}
        held = {key: context.get(key.lower()) for key in VALUES}
        values = [
            (self.action, z3.IntVal(ACTIONS.index(request.action))),
            (self.rest, z3.StringVal(request.resource.removeprefix(PREFIX))),
            (self.name, z3.StringVal(held[NAME] or "")),
            (self.mfa, z3.BoolVal(held[MFA] == "true")),
            (self.age, z3.RealVal(_number(held[AGE]))),
            (self.time, z3.RealVal(_seconds(held[TIME]))),
            *((present, z3.BoolVal(held[key] is not None)) for key, present in self.present.items()),
        ]
        return bool(z3.is_true(z3.simplify(z3.substitute(claim, *values))))


def _matches(entry: str, action: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(action, entry.lower())


def _expression(glob: str, *, is_glob: bool = True, any_case: bool = False) -> Any:
    """Return a glob, or a literal text, as a regular expression of z3's."""
    text = z3.ReSort(z3.StringSort())
    wild = {"*": z3.Full(text), "?": z3.AllChar(text)} if is_glob else {}
    parts = [wild[char] if char in wild else _char(char, any_case=any_case) for char in glob]
    return parts[0] if len(parts) == 1 else z3.Concat(*parts)


def _char(char: str, *, any_case: bool) -> Any:
    if any_case and char.lower() != char.upper():
        return z3.Union(z3.Re(char.lower()), z3.Re(char.upper()))
    return z3.Re(char)


def _number(text: str | None) -> str:
    """Return a value as a number. Where a key is only asked whether it is there, its value may be anything."""
    return text if text and text.replace(".", "", 1).lstrip("-").isdigit() else "0"


def _seconds(text: str | None) -> str:
    """Return a value as the seconds since 1970."""
    if not text or not text[:4].isdigit():
        return "0"
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00+00:00")
    return str(int(moment.timestamp())) if not moment.microsecond else str(moment.timestamp())


@dataclass(frozen=True)
class Opinions:
    """What both say about a pair."""

    by_iamgen: str
    """`equal`, `different` or `not decided`."""
    by_z3: str
    """`equal`, `different` or `unknown`, where z3 takes too long."""
    is_same_witness: bool = True
    """Whether the request that iamgen shows is a difference for z3 as well."""

    @property
    def agree(self) -> bool:
        """Whether they say the same, as far as z3 says anything."""
        return self.is_same_witness and self.by_z3 in ("unknown", self.by_iamgen)


def opinions(before: list[Block], after: list[Block], patience: int = _PATIENCE) -> Opinions:
    """Return whether something is allowed after that was denied before, by iamgen and by z3, which gets so many
    milliseconds."""
    first, second = (PolicySet(parse({"Version": "2012-10-17", "Statement": item}, "p")) for item in (before, after))
    results = [difference(first, second, action, ANYBODY, FORMS) for action in ACTIONS]
    witnesses = [result for result in results if isinstance(result, Witness)]
    asked = Z3Request()
    claim = z3.And(asked.is_possible, asked.allowed(after), z3.Not(asked.allowed(before)))
    solver = z3.Solver()
    solver.set("timeout", patience)
    solver.add(claim)
    answer = {"sat": "different", "unsat": "equal"}.get(str(solver.check()), "unknown")
    is_open = any(isinstance(result, NotDecided) for result in results)
    expected_message = "different" if witnesses else "not decided" if is_open else "equal"
    return Opinions(expected_message, answer, all(asked.with_values(claim, witness.request) for witness in witnesses))


def main(number: int, seed: int) -> int:
    """Compare so many pairs, print how often both said what, and return 1 where they do not agree."""
    counted, wrong = Counter[tuple[str, str]](), 0
    for before, after in pairs(number, seed):
        both = opinions(before, after)
        counted[both.by_iamgen, both.by_z3] += 1
        if not both.agree:
            wrong += 1
            sys.stdout.write(f"no agreement: {both}\n  {before}\n  {after}\n")
    for (by_iamgen, by_z3), times in sorted(counted.items()):
        sys.stdout.write(f"{times:7,} pairs: {by_iamgen} by iamgen, {by_z3} by z3\n")
    sys.stdout.write(f"{wrong:7,} without agreement\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
