"""What is wrong with users.py once it can be read: every fault, each with its line and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from iamgen.aws import quotas
from iamgen.aws.services import slip
from iamgen.declaration.access_entries import accounts_meant, accounts_of, grants, is_pattern
from iamgen.declaration.accounts import PEOPLE_ACCOUNT, Accounts
from iamgen.declaration.declared_names import named_faults, places
from iamgen.declaration.declared_type import MisDeclared, Origin
from iamgen.declaration.expiry import end
from iamgen.declaration.model import STANDARD_ROLES, CIUser, Pipeline, User
from iamgen.declaration.naming import IAM_NAME, Naming, logical_id
from iamgen.declaration.settings import settings_faults
from iamgen.declaration.shared_subjects import Reach, sideways_faults
from iamgen.declaration.users_file import Written
from iamgen.declaration.written_texts import replaced_faults
from iamgen.similar_names import did_you_mean

Granting = User | CIUser | Pipeline

_PATH = re.compile(r"/([A-Za-z0-9_+=,.@-]+/)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TAG = re.compile(r"[\w .:/=+@-]*")
_LISTED = 8  # accounts in a hint
_NAME_HINT = "an IAM name has letters, digits and _+=,.@- only"


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the written declaration, held against the accounts."""
    yield from _service_faults(written)
    if written.settings:
        yield from settings_faults(written.settings)
    for user in written.users:
        yield from _person_faults(user)
    everybody: tuple[User | CIUser, ...] = (*written.users, *written.ci_users)
    for one in everybody:
        yield from _name_faults(one)
    if accounts.by_name:  # without any, CONST.inc has been faulted for it
        granting: tuple[Granting, ...] = (*everybody, *written.pipelines)
        for other in granting:
            yield from _access_faults(other, written, accounts)
    yield from _pipeline_faults(written, accounts)
    yield from named_faults(written, accounts)
    yield from replaced_faults(written)
    yield from _duplicates(written.users)
    yield from _duplicates(written.ci_users)
    yield from _shared_names(written, accounts)
    yield from _short_names(everybody, written)
    yield from _long_names(written, accounts)


def _pipeline_faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    if not written.pipelines:
        return
    from iamgen.declaration.pipeline_faults import pipeline_faults  # it knows many issuers: 5 ms

    sound: list[Pipeline] = []
    for pipeline in written.pipelines:
        wrong = list(pipeline_faults(pipeline))
        for what, hint, word in wrong:
            yield MisDeclared(pipeline.origin, f"{about(pipeline)}: {what}", hint, word)
        sound += [] if wrong else [pipeline]
    reached = (
        Reach(pipeline, account, role)
        for pipeline in sound
        for key, roles in pipeline.access.items()
        for role, _ in grants(roles)
        for account in where_granted(role, accounts_meant(key, accounts), written, accounts)
    )
    yield from sideways_faults(reached, accounts)


def _service_faults(written: Written) -> Iterator[MisDeclared]:
    if written.ops_services == ():
        yield MisDeclared(
            written.at("OPS_SERVICES"), "OPS_SERVICES is empty", "name the services that OpsR has full power over", ""
        )
    for service in written.ops_services or ():
        hint = slip(service)
        if service == "*":
            hint = "name the services; AdminR is the role for everything"
        if hint:
            yield MisDeclared(
                written.at("OPS_SERVICES"), f"OPS_SERVICES: {service!r} is no known service", hint, service
            )


def _name_faults(one: User | CIUser) -> Iterator[MisDeclared]:
    kind = type(one).__name__
    if not IAM_NAME.fullmatch(one.name):
        wrong = sorted({character for character in one.name if not IAM_NAME.fullmatch(character)})
        what = f"has {' '.join(map(repr, wrong))} in it" if wrong else "is empty"
        yield MisDeclared(one.origin, f"{kind}: the name {one.name!r} {what}", _NAME_HINT, one.name)
    if len(one.name) > quotas.USER_NAME:
        what = f"{kind}: the name {one.name!r} has {len(one.name)} characters"
        yield MisDeclared(one.origin, what, f"a user's name has {quotas.USER_NAME} at most", one.name)


def _person_faults(user: User) -> Iterator[MisDeclared]:
    if not _PATH.fullmatch(user.path) or len(user.path) > quotas.PATH:
        what = f"User {user.name!r}: {user.path!r} is no path"
        hint = f"write one such as '/team/', up to {quotas.PATH} letters, digits and _+=,.@- between slashes"
        yield MisDeclared(user.origin, what, hint, "path")
    if user.email is not None and not _EMAIL.fullmatch(user.email):
        what = f"User {user.name!r}: {user.email!r} is no e-mail address"
        yield MisDeclared(user.origin, what, "write one such as 'alice@example.com'", "email")
    yield from _tag_faults(user)


def _tag_faults(user: User) -> Iterator[MisDeclared]:
    about = f"User {user.name!r}: tag"
    if len(user.tags) > quotas.TAGS:
        hint = f"{quotas.TAGS} at most"
        yield MisDeclared(user.origin, f"User {user.name!r} has {len(user.tags)} tags", hint, "tags")
    if len({key.casefold() for key in user.tags}) < len(user.tags):
        yield MisDeclared(user.origin, f"{about}s differ in case only", "IAM compares their keys without case", "tags")
    for key, value in user.tags.items():
        if not 0 < len(key) <= quotas.TAG_KEY or len(value) > quotas.TAG_VALUE:
            hint = f"a key has 1 to {quotas.TAG_KEY} characters, a value up to {quotas.TAG_VALUE}"
            yield MisDeclared(user.origin, f"{about} {key!r} is too long or empty", hint, key)
        if not _TAG.fullmatch(key) or not _TAG.fullmatch(value):
            hint = "letters, digits, blanks and _.:/=+-@ only"
            yield MisDeclared(user.origin, f"{about} {key!r} has a character that IAM refuses", hint, key)
        if key.casefold().startswith("aws:"):
            yield MisDeclared(user.origin, f"{about} {key!r}: aws: belongs to AWS", "choose another key", key)


def _access_faults(one: Granting, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    for key, roles in one.access.items():
        meant = accounts_meant(key, accounts)
        if not meant:
            yield MisDeclared(one.origin, f"{about(one)}: {_no_match(key)}", _match_hint(key, accounts), key)
        for role, grant in grants(roles):
            at = grant.origin if grant else one.origin
            if role not in written.role_names:
                hint = did_you_mean(role, written.role_names, f"roles are {', '.join(written.role_names)}")
                yield MisDeclared(at, f"{about(one)}: {key}: there is no role {role!r}", hint, role)
            elif meant and not where_granted(role, meant, written, accounts):
                own = next(declared for declared in written.roles if declared.name == role)
                there = ", ".join(places(own.accounts, accounts))
                yield MisDeclared(at, f"{about(one)}: {role} is not in {key}", f"it is in {there}", role)
            if grant and grant.until is not None:
                yield from _end_faults(f"{about(one)}: {key}", grant.until, at)


def where_granted(role: str, accounts: Iterable[str], written: Written, known: Accounts) -> tuple[str, ...]:
    """Return those of the accounts that have the role: a declared one may be in some only."""
    declared = next((one for one in written.roles if one.name == role), None)
    return tuple(name for name in accounts if declared is None or name in places(declared.accounts, known))


def about(one: Granting) -> str:
    """Return how a message calls whom something is granted."""
    return f"{type(one).__name__} {one.provider if isinstance(one, Pipeline) else one.name!r}"


def _end_faults(about: str, until: str, at: Origin) -> Iterator[MisDeclared]:
    try:
        end(until)
    except ValueError as exc:
        hint = "write a day such as '2027-01-31' (its end is meant) or '2027-01-31T18:00' (UTC)"
        yield MisDeclared(at, f"{about}: until {until!r} {exc}", hint, until)


def _no_match(key: str) -> str:
    return f"the pattern {key!r} matches no account" if is_pattern(key) else f"there is no account {key!r}"


def _match_hint(key: str, accounts: Accounts) -> str:
    names = list(accounts.by_name)
    declared = f"CONST.inc declares {', '.join(names[:_LISTED])}{', …' if names[_LISTED:] else ''}" if names else ""
    if is_pattern(key):
        return f"a pattern leaves {PEOPLE_ACCOUNT} out, which is named to be meant; {declared}".rstrip("; ")
    return did_you_mean(key, [*names, *accounts.aliases], declared)


def _duplicates(users: Iterable[User | CIUser]) -> Iterator[MisDeclared]:
    first: dict[str, User | CIUser] = {}
    for user in users:
        other = first.setdefault(user.name.casefold(), user)
        if other is not user:
            spelled = "" if other.name == user.name else f" as {other.name!r}"
            what = f"{type(user).__name__} {user.name!r} is declared already{spelled} (line {other.origin.line})"
            yield MisDeclared(user.origin, what, "IAM compares names without case: keep one of the two", user.name)


def _shared_names(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find CI users that would lie in the people's account under a person's name."""
    people = {user.name.casefold(): user for user in written.users}
    holder = next((name for name, account in accounts.by_name.items() if account.holds_people), None)
    for ci_user in written.ci_users:
        person = people.get(ci_user.name.casefold())
        if person and holder in accounts_of(ci_user, accounts):
            what = f"CIUser {ci_user.name!r} and User {person.name!r} (line {person.origin.line}) meet in {holder}"
            hint = f"{holder} holds the people too: give the machine a name of its own"
            yield MisDeclared(ci_user.origin, what, hint, ci_user.name)


def _short_names(everybody: Iterable[User | CIUser], written: Written) -> Iterator[MisDeclared]:
    """Find users whose sessions cannot be called as they are, where they have to be."""
    for one in everybody if written.settings and written.settings.session_name_is_user else ():
        if len(one.name) < quotas.SESSION_NAME_SHORTEST:
            what = f"{type(one).__name__} {one.name!r}: no session can have this name, as session_name_is_user demands"
            hint = f"a session's name has {quotas.SESSION_NAME_SHORTEST} characters at least: choose a longer one"
            yield MisDeclared(one.origin, what, hint, one.name)


def _long_names(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find names that are too long once they have the stack's prefix and an account's id."""
    settings = written.settings
    naming = Naming(settings.stack if settings else "infra", accounts.partition, "0" * 12)
    if settings:
        for role in STANDARD_ROLES:
            if len(naming.full(role)) > quotas.ROLE_NAME:
                what = f"Settings: stack {settings.stack!r} makes the role {naming.full(role)}"
                over = len(naming.full(role)) - quotas.ROLE_NAME
                hint = f"a role's name has {quotas.ROLE_NAME} characters at most: {over} too many"
                yield MisDeclared(settings.origin, what, hint, "stack")
                break
    for ci_user in written.ci_users:
        made = naming.full(logical_id("CIUser", ci_user.name) + "G")
        if len(made) > quotas.GROUP_NAME:
            hint = (
                f"a group's name has {quotas.GROUP_NAME} characters at most: {len(made) - quotas.GROUP_NAME} too many"
            )
            yield MisDeclared(ci_user.origin, f"CIUser {ci_user.name!r} makes the group {made}", hint, ci_user.name)
