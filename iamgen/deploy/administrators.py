"""Find what the administrators of an account would lose: the holders of AdminR, and the members of PowerG."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.iam_types import GROUP
from iamgen.deploy.assuming import changes_of, keeps_a_way, labels
from iamgen.deploy.holders import Holder
from iamgen.deploy.needed_actions import administration, power_over_iam
from iamgen.deploy.power import member_of, role_session, user_of
from iamgen.deploy.template_change import ADMIN, HINT, POWER, Moment, Sides, not_known
from iamgen.errors import Fault


def lost_by_admins(sides: Sides) -> Iterator[Fault]:
    """Yield a loss if nobody could assume AdminR any more, if somebody whom its trust policy still names could not, and
    if it would no longer be an administrator's role."""
    before, after = sides.trusting(ADMIN)
    admitted = before.admitted()
    if admitted and not after.admitted():
        message = f"nobody may assume {ADMIN} any more; now {labels(admitted.values())} may"
        yield Fault(sides.at(ADMIN), message, HINT)
        return
    yield from lost_by_named_admins(sides)
    was, will = sides.holders(ADMIN)
    if was and will and admitted:
        description = f"{ADMIN}, which {labels(admitted.values())} may assume,"
        standing = (role_session(was), role_session(will))
        yield from sides.lost_direct_power(ADMIN, description, standing, administration(sides.change.place))


def lost_by_named_admins(sides: Sides, besides: str = "") -> Iterator[Fault]:
    """Yield a loss for each principal that AdminR's trust policy still names and that could not assume it any more.

    `besides` is the key of somebody of whom other rules speak.
    """
    before, after = sides.trusting(ADMIN)
    named = after.assumers().keys() - {besides}
    for assumer in before.admitted().values():
        if assumer.key in named and not keeps_a_way(assumer, before, after):
            message = f"{assumer.label} may assume {ADMIN} now, and could not any more"
            yield Fault(sides.at(ADMIN), f"{message}{not_known(changes_of(assumer, before, after).values())}", HINT)


def lost_by_power_group(sides: Sides, deploying: str) -> Iterator[Fault]:
    """Yield it when PowerG or its last member goes, and when its members would lose power over IAM, be it by the
    policies of another group that they are in. Of the user who deploys other rules speak."""
    was, will = (_power_group(side) for side in sides.both)
    before, after = sides.before.holders.members_of(was), sides.after.holders.members_of(will, certain=True)
    if was and not will:
        message = f"the group {POWER} would be deleted, and its members would lose their power"
        yield Fault(sides.at(POWER), message, HINT)
    elif before and not after:
        yield Fault(sides.at(POWER), f"nobody is in {POWER} any more; now it has {', '.join(sorted(before))}", HINT)
    of_all = list(power_of_group(sides))
    yield from of_all
    by_hand = sides.change.members
    names = (before & after) | by_hand.get(POWER, frozenset())
    for name in sorted(names - {deploying}) if not of_all else ():
        groups = [group for group, users in by_hand.items() if name in users]
        standing = tuple(user_of(side.holders, name, groups, with_mfa_only=True) for side in sides.both)
        needs = power_over_iam(sides.change.place)
        yield from sides.lost_direct_power(POWER, f"{name}, who is in {POWER},", (standing[0], standing[1]), needs)


def power_of_group(sides: Sides) -> Iterator[Fault]:
    """Yield what the members of PowerG lose by the group's own policies."""
    was, will = (_power_group(side) for side in sides.both)
    if was and will:
        members = sides.before.holders.members_of(was) | sides.change.members.get(POWER, frozenset())
        names = f" ({', '.join(sorted(members))})" if members else ""
        description = f"whoever is in {POWER}{names}"
        needs = power_over_iam(sides.change.place)
        yield from sides.lost_direct_power(POWER, description, (member_of(was), member_of(will)), needs)


def _power_group(side: Moment) -> Holder | None:
    of_logical_id = side.holders.of_logical_id(POWER)
    return of_logical_id if of_logical_id and of_logical_id.resource.type == GROUP else None
