"""Rename a person's IAM user: what prevents it, what it costs, and what there is to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.aws_client.errors import telling
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.people.declared_person import is_user_name, no_user_name, refuse_machine
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_reading import read_user
from iamgen.people.user_state import UserState
from iamgen.people.user_steps import RenameUser
from iamgen.similar_names import did_you_mean


@dataclass(frozen=True)
class Renaming:
    """A rename that is possible."""

    old: str
    """The name up to now."""
    new: str
    """The name from then on."""
    user: UserState
    """The IAM user, by whichever name it has."""
    steps: tuple[RenameUser, ...]
    """What is done; nothing when the user has the new name already."""
    costs: tuple[str, ...]
    """What whoever renames, and the person, have to know and do."""


def renaming(people: PeopleAccount, old: str, new: str) -> Renaming:
    """Return what a rename takes, whose names `require_names` has found good. Raises IamgenError for what forbids it,
    and for what goes wrong on the way to AWS."""
    with telling(people.where, people.clients.credentials):
        has_old, has_new = (read_user(people.clients.iam, name) for name in (old, new))
    is_same = has_old and has_new and has_old.id == has_new.id  # IAM finds a user whatever the case of the name
    if has_old and has_new and not is_same:
        raise refuse(people.where, f"there is an IAM user {has_new.name} already", "choose another name")
    user = has_old or has_new
    if user is None:
        names = [person.name for person in people.declaration.people]
        hint = did_you_mean(old, names, "iamgen user list shows everybody")
        raise refuse(old, f"{people.account} has no such IAM user", hint)
    steps = () if user.name == new else (RenameUser(user.name, new),)
    return Renaming(old, new, user, steps, tuple(_costs(people.declaration, old, new, user)))


def require_names(declaration: Declaration, old: str, new: str) -> None:
    """Raise IamgenError for names between which there is no rename, by what is declared: AWS is not asked for that."""
    faults = tuple(_faults(declaration, old, new))
    if faults:
        raise IamgenError(faults)


def _faults(declaration: Declaration, old: str, new: str) -> Iterator[Fault]:
    for name in (old, new):
        refuse_machine(declaration, name)
    misnamed = [name for name in (old, new) if not is_user_name(name)]
    if misnamed:
        yield from map(no_user_name, dict.fromkeys(misnamed))
        return
    if old == new:
        yield Fault(new, "is both the old and the new name", "write the old name, then the new one")
    if declaration.settings.users == "stack":
        problem = 'with Settings(users="stack") a new name means a new user, and the old user is deleted'
        yield Fault(old, problem, "treat it as somebody who leaves and somebody who joins")
    names = {person.name for person in declaration.people}
    if not names & {old, new}:
        hint = did_you_mean(old, names, f"look at {USERS_FILE}")
        yield Fault(old, f"{USERS_FILE} declares neither {old} nor {new}", hint)
    if old != new and {old, new} <= names:
        problem = f"{USERS_FILE} declares both {old} and {new}"
        yield Fault(old, problem, "take one of the two out: they are one user")


def _costs(declaration: Declaration, old: str, new: str, user: UserState) -> Iterator[str]:
    """Yield what is different afterwards."""
    yield f"{old} signs in to the console as {new} from then on; password, keys, devices and groups stay"
    if declaration.settings.trust == "names":
        yield f"roles trust the name: {new} can assume none until {USERS_FILE} has it and all accounts are deployed"
    else:
        yield f"roles go on to trust the user, whom AWS keeps by the id {user.id}, until something else changes in them"
    yield f"sessions of roles that are called {old} go on to their end"
    options = _device_option(user, new)
    yield f"the profiles of the AWS CLI have the old name: iamgen bootstrap {new} --keep-key{options} --write"
    named = [device for device in user.mfa_devices if device.serial.rpartition("/")[2] == old]
    if named:
        yield f"the MFA device keeps its name, and {new} may not delete it by themselves: one named {new} is easier"


def _device_option(user: UserState, new: str) -> str:
    """Return the option that names the device, where it is not called like the user."""
    virtual = [device.serial for device in user.mfa_devices if device.is_virtual]
    if not virtual or any(serial.endswith(f":mfa/{new}") for serial in virtual):
        return ""
    return f" --mfa-serial {virtual[0]}"
