"""Find what the deploying role or user would lose: could it deploy again, and undo what it did?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iamgen.aws.iam_types import ROLE, USER
from iamgen.aws_client.clients import Identity
from iamgen.deploy.administrators import lost_by_named_admins
from iamgen.deploy.assuming import Assumer, Trusting, changes_of, keeps_a_way, key_of, labels
from iamgen.deploy.comparison import LossAnswer
from iamgen.deploy.needed_actions import administration
from iamgen.deploy.power import Standing, role_session, user_of
from iamgen.deploy.template_change import ADMIN, HINT, POWER, Sides, not_known
from iamgen.errors import Fault

_SESSION = re.compile(r"arn:[\w-]+:sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/(?P<session>.+)")
_USER = re.compile(r"arn:[\w-]+:iam::\d+:user/(?:.*/)?(?P<name>[^/]+)")


@dataclass(frozen=True)
class DeployingPrincipal:
    """The principal that deploys, as STS names it, before and after."""

    sides: Sides
    """The two templates."""
    caller: Identity
    """The principal."""

    @property
    def role(self) -> str:
        """The logical id of the role whose session deploys; empty when the template on the first side has none."""
        session = _SESSION.fullmatch(self.caller.arn)
        holder = self.sides.before.holders.named(ROLE, session["role"]) if session else None
        return holder.resource.logical_id if holder and session and self._is_here(session["account"]) else ""

    def _is_here(self, account: str) -> bool:
        return account == self.sides.change.place.account

    @property
    def user(self) -> str:
        """The name of the user who deploys; empty if it is not a user."""
        user = _USER.fullmatch(self.caller.arn)
        return user["name"] if user else ""

    def losses(self) -> Iterator[Fault]:
        """Yield everything that the principal loses."""
        if self.role:
            yield from self._role()
        elif self.user:
            yield from self._user()
        else:
            yield from self._foreign_role()

    def notes(self) -> Iterator[str]:
        """Yield what is not known about the principal. Only its organisation can limit an account's root user."""
        is_of_the_stack = self.role or (self.user and (self._is_made() or self._groups()))
        if not is_of_the_stack and not self.caller.arn.endswith(":root"):
            message = "is not of this stack: what it may do was not looked at, and nothing here takes it away"
            yield f"{self.sides.change.where}: {self.caller.arn}, who deploys, {message}"

    def _role(self) -> Iterator[Fault]:
        was, will = self.sides.holders(self.role)
        if was and (will is None or will.resource.name != was.resource.name):
            message = f"{self.role} would be deleted, and it is the role that deploys"
            yield Fault(self.sides.at(self.role), message, HINT)
            return
        yield from self.role_power()
        yield from self._role_trust()

    def role_power(self) -> Iterator[Fault]:
        """Yield what the role loses of the power that it needs for this deployment; for AdminR, of an administrator's
        power."""
        was, will = self.sides.holders(self.role)
        if was and will:
            standing, description = (role_session(was), role_session(will)), f"{self.role}, the role that deploys,"
            yield from self.sides.lost_power(self.role, description, standing, self.sides.deployment_needs())
            if self.role == ADMIN:
                needs = administration(self.sides.change.place)
                yield from self.sides.lost_direct_power(self.role, description, standing, needs)

    def _foreign_role(self) -> Iterator[Fault]:
        """Yield what a role of elsewhere loses to which the stack has attached something."""
        session = _SESSION.fullmatch(self.caller.arn)
        if session and self._is_here(session["account"]):
            name = session["role"]
            was, will = (Standing.foreign(side.holders, ROLE, name) for side in self.sides.both)
            description = f"{name}, the role that deploys,"
            yield from self.sides.lost_power(name, description, (was, will), self.sides.deployment_needs())

    def _role_trust(self) -> Iterator[Fault]:
        pair, role = self.sides.trusting(self.role), self.role
        named = self._in_this_session(pair[1].assumers())
        admitted = {
            key: assumer
            for key, assumer in self._in_this_session(pair[0].assumers()).items()
            if pair[0].admits(assumer)
        }
        staying = [key for key, assumer in admitted.items() if keeps_a_way(assumer, *pair)]
        own = self._assumer(admitted, named)
        if admitted and not staying:
            changes = [change for item in admitted.values() for change in changes_of(item, *pair).values()]
            message = f"nobody who may assume {role} now could assume it any more, and it is the role that deploys"
            yield Fault(self.sides.at(role), f"{message}: {labels(admitted.values())}{not_known(changes)}", HINT)
        elif own or self.caller.source:
            yield from self._lost_by_who_deploys(own, pair)
        else:  # it could be any of them; those who were taken out are no accident
            for way in admitted.values():
                if way.key in staying or way.key in named:
                    message = f"{way.label} could no longer assume {role}, the role that deploys, as now"
                    yield from self._lost_ways(way, pair, message)

    def _lost_by_who_deploys(self, own: Assumer | None, pair: tuple[Trusting, Trusting]) -> Iterator[Fault]:
        """Yield what the one who deploys loses and, where it is AdminR that deploys, the others who hold it."""
        if own:
            yield from self._lost_ways(own, pair, f"{own.label}, who deploys, may not assume {self.role} any more")
        if self.role == ADMIN:
            yield from lost_by_named_admins(self.sides, own.key if own else "")

    def _in_this_session(self, assumers: Mapping[str, Assumer]) -> dict[str, Assumer]:
        """Return them with the name that the session has which deploys."""
        session = _SESSION.fullmatch(self.caller.arn)
        name = session["session"] if session else ""
        return {key: assumer.in_session(name) for key, assumer in assumers.items()}

    def _assumer(self, admitted: Mapping[str, Assumer], named: Mapping[str, Assumer]) -> Assumer | None:
        """Return the one who deploys, known by what assumed the role, else by the session's name, which many a tool
        makes the user's."""
        source = self.caller.source
        if source:
            known = {**named, **admitted}
            account = source.split(":")[4]
            return known.get(key_of(source)) or known.get(f"whoever account {account} lets")
        session = _SESSION.fullmatch(self.caller.arn)
        return next((assumer for assumer in admitted.values() if session and assumer.user == session["session"]), None)

    def _lost_ways(self, assumer: Assumer, pair: tuple[Trusting, Trusting], message: str) -> Iterator[Fault]:
        changes = changes_of(assumer, *pair)
        lost = [way for way, change in changes.items() if change.answer is not LossAnswer.KEPT]
        if lost:
            how = f" {lost[0]}" if len(lost) < len(changes) and lost[0] else ""
            yield Fault(self.sides.at(self.role), f"{message}{how}{not_known(changes.values())}", HINT)

    def _user(self) -> Iterator[Fault]:
        name = self.user
        was, will = (side.holders.named(USER, name) for side in self.sides.both)
        logical_id = was.resource.logical_id if was else name
        before, after = (side.holders for side in self.sides.both)
        in_power = [
            name in before.members_of(before.of_logical_id(POWER)),
            name in after.members_of(after.of_logical_id(POWER), certain=True),
        ]
        if was and not will:
            yield Fault(self.sides.at(logical_id), f"{name} would be deleted, and it is the user who deploys", HINT)
        elif in_power == [True, False]:
            yield Fault(self.sides.at(POWER), f"{name}, who deploys, is not in {POWER} any more", HINT)
        else:
            by_hand = self._groups()
            standing = (user_of(before, name, by_hand), user_of(after, name, by_hand))
            description, needs = f"{name}, the user who deploys,", self.sides.deployment_needs()
            yield from self.sides.lost_power(logical_id, description, standing, needs)

    def _is_made(self) -> bool:
        return self.sides.before.holders.named(USER, self.user) is not None

    def _groups(self) -> tuple[str, ...]:
        """Return the groups, by logical id, into which the user is put by hand."""
        return tuple(sorted(group for group, names in self.sides.change.members.items() if self.user in names))
