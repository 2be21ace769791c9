"""Find the person, CI user, pipeline, service, role or ARN that somebody means by a typed text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from iamgen.access.documents import Principal
from iamgen.aws.partitions import is_service_principal
from iamgen.errors import IamgenError, refuse
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.trusted_strangers import stranger
from iamgen.similar_names import did_you_mean

ROLE_PREFIX = "role/"
_ASSUMED = ":assumed-role/"
_ARN_COLONS = 5
_HOW = "a person, CI user, pipeline's subject, role/NAME or ARN"


def find_actors(model: AccessModel, text: str, account: str | None = None) -> tuple[Actor, ...]:
    """Return everybody whom a text means: a CI user is a user in each of its accounts, a role may be in several.

    Of several, those in `account` are meant where some are. Raises IamgenError, with the nearest name, for nobody.
    """
    if text.startswith("arn:"):
        return (_of_arn(model, text),)
    name, place = _divided(model, text)
    actors = tuple(_roles(model, name) if name.startswith(ROLE_PREFIX) else _callers(model, name))
    if place:
        actors = tuple(actor for actor in actors if actor.known and actor.known.account is place)
    if not actors:
        raise _nobody(model, text, name, place)
    here = tuple(actor for actor in actors if account and actor.account_name == model.account(account).name)
    return here or actors


def role_actor(known: KnownEntity, session: str = "") -> Actor:
    """Return the actor that sessions of a role are."""
    return Actor("role", known.entity.name, known, session=session, place=known.place())


def _divided(model: AccessModel, text: str) -> tuple[str, ModelAccount | None]:
    """Return the name and the account of NAME@ACCOUNT. A name may have an @ itself."""
    name, at, place = text.rpartition("@")
    if not at or any(actor.name == text for actor in model.actors):
        return text, None
    try:
        return name, model.account(place)
    except IamgenError as exc:
        if any(actor.name == name for actor in model.actors) or name.startswith(ROLE_PREFIX):
            raise
        raise _nobody(model, text, text, None) from exc


def _callers(model: AccessModel, name: str) -> Iterator[Actor]:
    named = [actor for actor in model.actors if actor.name == name]
    yield from named
    if not named:
        yield from _varying(model, name)
    if not named and is_service_principal(name):
        yield Actor("service", name, principals=frozenset({Principal("Service", name)}))


def _varying(model: AccessModel, subject: str) -> Iterator[Actor]:
    """Yield pipelines whose subject varies by run and can be this one."""
    from iamgen.aws.data.services import wildcard

    for actor in model.actors:
        if (
            actor.kind == "pipeline"
            and {"*", "?"} & set(actor.name)
            and wildcard(actor.name).fullmatch(subject.lower())
        ):
            claims = {key: subject if key.endswith(":sub") else value for key, value in actor.claims.items()}
            yield replace(actor, name=subject, claims=claims)


def _roles(model: AccessModel, text: str) -> Iterator[Actor]:
    name = text.removeprefix(ROLE_PREFIX)
    for role in model.roles:
        entity = role.entity
        if name in (entity.name, entity.logical_id, f"{entity.path.lstrip('/')}{entity.name}"):
            yield role_actor(role)


def _of_arn(model: AccessModel, arn: str) -> Actor:
    fields = arn.split(":", _ARN_COLONS)
    if len(fields) <= _ARN_COLONS or fields[2] not in ("iam", "sts") or ("/" not in fields[5] and fields[5] != "root"):
        raise refuse(
            arn, "is not the ARN of a user, a role or a session", "such as arn:aws:iam::123456789012:user/alice"
        )
    if fields[1] != model.partition:
        raise refuse(arn, "is of another partition", f"the accounts are in {model.partition}: arn:{model.partition}:…")
    if fields[4] not in model.account_by_id:
        return stranger(arn)
    if _ASSUMED in arn:
        _, name, session, *_ = (*fields[5].split("/"), "", "")
        for role in model.roles:
            if role.entity.account_id == fields[4] and role.entity.name == name:
                return role_actor(role, session)
    if arn in model.role_by_arn:
        return role_actor(model.role_by_arn[arn])
    for actor in model.actors:
        if actor.known and actor.known.entity.arn == arn:
            return actor
    known = (*model.role_by_arn, *(actor.known.entity.arn for actor in model.actors if actor.known))
    raise refuse(arn, "is no user or role of that account", did_you_mean(arn, known))


def _nobody(model: AccessModel, text: str, name: str, place: ModelAccount | None) -> IamgenError:
    roles = {f"{ROLE_PREFIX}{item}" for role in model.roles for item in (role.entity.name, role.entity.logical_id)}
    people = {actor.name for actor in model.actors}
    known = roles if name.startswith(ROLE_PREFIX) else people
    where = f" in {place.name}" if place else ""
    kind = "role" if name.startswith(ROLE_PREFIX) else "person, CI user, pipeline or service"
    otherwise = f"write {_HOW}; it may be NAME@ACCOUNT"
    if name in known:
        accounts = {actor.account_name for actor in (*_roles(model, name), *model.actors) if _is(actor, name)}
        otherwise = f"it is in {', '.join(sorted(filter(None, accounts)))}"
        return refuse(text, f"there is no such {kind}{where}", otherwise)
    if f"{ROLE_PREFIX}{name}" in roles:
        return refuse(text, f"there is no such {kind}{where}", f"the role is meant by {ROLE_PREFIX}{name}")
    return refuse(text, f"there is no such {kind}{where}", did_you_mean(name, known, otherwise))


def _is(actor: Actor, name: str) -> bool:
    return actor.name == name or (actor.kind == "role" and name.startswith(ROLE_PREFIX))
