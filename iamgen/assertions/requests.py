"""The requests that an assertion is about: its actions, resources and accounts, from now on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from iamgen.access.beyond_policies import NEEDS_NOTHING
from iamgen.access.conditions import Condition, Operator
from iamgen.access.documents import Statement
from iamgen.access.known_actions import UNLISTED, UNLISTED_SERVICE, KnownActions, MentionedActions, unlisted_words
from iamgen.access.patterns import Pattern
from iamgen.access.resource_lists import resource_pattern
from iamgen.declaration.declared_type import Assertion, texts_of
from iamgen.declaration.expiry import iso
from iamgen.declaration.types.forbid import Forbid
from iamgen.questions.arn_forms import form_pattern, shaped
from iamgen.questions.demands import EVERYTHING, known_actions
from iamgen.questions.glob_walk import samples
from iamgen.questions.mentioned_actions import mentioned_actions

ASSUME_ROLE = "sts:assumerole"
"""The action, in lower case, by which users and sessions assume a role."""
ASSUMING = frozenset({ASSUME_ROLE, "sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})
"""The actions, in lower case, on which the trust policies of roles decide."""
ALWAYS_THERE = ("aws:currenttime", "aws:epochtime", "aws:requestedregion")
"""Keys that every request has (IAM User Guide, "AWS global condition context keys")."""
_SERVICE, _RESOURCE = 2, 4
"""Which field of an ARN, counted from 0, is the service, and behind which it is complete."""
_EVERY_ARN = "arn:*:*:*:*:*"
_BUCKET, _OBJECT = ":s3:::${BucketName}", ":s3:::${BucketName}/"
"""How forms of ARNs of buckets end, and what those of objects have. A bucket's name has no slash (S3 User Guide,
"Bucket naming rules")."""


@dataclass(frozen=True)
class MeantResources:
    """Which resources of an action an assertion means."""

    patterns: frozenset[Pattern] = frozenset()
    """Patterns of them; none where the action has no resource, or where it is not known which it has."""
    excluded: tuple[str, ...] = ()
    """Patterns of resources that match one of them and are of another type."""
    is_without: bool = False
    """Whether the action has no resource."""

    @property
    def is_exact(self) -> bool:
        """Whether it is certain that the action has no other resources."""
        return self.is_without or bool(self.excluded)

    @property
    def outside(self) -> tuple[str, ...]:
        """Patterns of resources that the action does not have."""
        return (_EVERY_ARN,) if self.is_without else self.excluded


@dataclass(frozen=True, eq=False)
class AssertedRequests:
    """The requests that an assertion is about, apart from who makes them."""

    assertion: Assertion
    """The assertion."""
    now: datetime
    """From when on it must hold."""
    written_actions: frozenset[str] = frozenset()
    """The actions that some policy names, and the patterns of them; the list may lack what they mean."""
    _forms: dict[tuple[str, str, str], MeantResources | None] = field(default_factory=dict, repr=False)

    @cached_property
    def on(self) -> tuple[str, ...]:
        """The patterns of resources."""
        return texts_of(self.assertion.on)

    @cached_property
    def is_about_every_resource(self) -> bool:
        """Whether it is not limited to some resources."""
        return EVERYTHING in self.on

    @cached_property
    def listed_actions(self) -> dict[str, str]:
        """The known actions that are meant, as AWS writes them, by their names in lower case.

        Raises IamgenError for an action that is not in the list.
        """
        return {name.lower(): name for written in texts_of(self.assertion.actions) for name in known_actions(written)}

    @cached_property
    def actions(self) -> KnownActions:
        """The actions that are meant, and for Forbid those that AWS may yet get, as far as a wildcard means them.

        Two actions that AWS allows to everybody whatever policies say are not among those that are forbidden, and those
        by which roles are assumed are never among them: `assumed_roles` decides on these.
        """
        names = set(self.listed_actions)
        if isinstance(self.assertion, Forbid):
            names |= {*self._unlisted()}
            names -= NEEDS_NOTHING
        return KnownActions.of(names - ASSUMING)

    @property
    def means_assuming(self) -> bool:
        """Whether assuming a role is among its actions: what is required does not mean it by a wildcard, since no role
        may be assumed by everybody who has power over STS."""
        if isinstance(self.assertion, Forbid):
            return not ASSUMING.isdisjoint(self.listed_actions)
        return not ASSUMING.isdisjoint(map(str.lower, texts_of(self.assertion.actions)))

    def means_action(self, action: str) -> bool:
        """Return whether an action is among those that are meant."""
        return action.lower() in self.listed_actions

    @cached_property
    def _patterns(self) -> frozenset[str]:
        return frozenset(written for written in texts_of(self.assertion.actions) if {"*", "?"} & set(written))

    @cached_property
    def _mentioned(self) -> MentionedActions:
        """The actions beside the list that policies or the assertion mention, where the assertion has patterns."""
        return mentioned_actions((*self.written_actions, *self._patterns)) if self._patterns else MentionedActions()

    @cached_property
    def services_in_part(self) -> tuple[str, ...]:
        """The services that may get actions which are forbidden, and of which it is not said whether they are allowed:
        too many patterns overlap."""
        if not isinstance(self.assertion, Forbid):
            return ()
        meant = {written.partition(":")[0].lower() for written in self._patterns}
        too_many = self._mentioned.too_many
        return tuple(sorted(too_many if EVERYTHING in meant else too_many & meant))

    def _unlisted(self) -> Iterator[str]:
        """Yield actions that represent those that the list does not have, and actions that policies name."""
        mentioned = self._mentioned.shown
        if EVERYTHING in self._patterns:
            services = {name.partition(":")[0] for name in (*self.listed_actions, *mentioned)} | {UNLISTED_SERVICE}
            yield from (f"{service}:{UNLISTED}" for service in services)
            yield from mentioned
        for written in self._patterns - {EVERYTHING}:
            yield from (name for name in mentioned if _glob(written.lower()).matches(name))

    def spelled(self, action: str) -> str:
        """Return an action as AWS writes it, or which new ones are meant."""
        return unlisted_words(action) or self.listed_actions.get(action) or self._mentioned.shown.get(action, action)

    def forms(self, action: str, account_id: str, partition: str) -> MeantResources | None:
        """Return which resources of an action the assertion means, or None if the action can have none of them.

        `account_id` limits them to those of an account, where the ARN says it; empty for any.
        """
        key = (action, account_id, partition)
        if key not in self._forms:
            self._forms[key] = self._forms_of(*key)
        return self._forms[key]

    def _forms_of(self, action: str, account_id: str, partition: str) -> MeantResources | None:
        from iamgen.aws.data.services import resource_forms

        if action not in self.listed_actions:
            service = action.partition(":")[0]
            return MeantResources() if self.is_about_every_resource or self._means_resources_of(service) else None
        written = resource_forms(action)
        if not written:
            return MeantResources(is_without=True) if self.is_about_every_resource else None
        has_no_objects = any(form.endswith(_BUCKET) for form in written) and not any(
            _OBJECT in form for form in written
        )
        excluded = (f"arn:{partition}:s3:::*/*",) if has_no_objects else ()
        on = tuple(entry for entry in self.on if not (excluded and _is_of_objects(entry)))
        forms = (form_pattern(form, account_id, partition) for form in written)
        meant = frozenset(form for form in forms if self.is_about_every_resource or _meets(on, form))
        return MeantResources(meant, excluded) if meant else None

    def _means_resources_of(self, service: str) -> bool:
        """Return whether resources of a service are meant: those are what its unlisted actions are about."""
        return any(_meets(self.on, shaped(f"arn:*:{name}:*:*:*")) for name in _arn_services(service))

    def outside(self, keys: frozenset[str], forms: MeantResources | None = None) -> tuple[Statement, ...]:
        """Return statements that deny every request which the assertion is not about.

        `keys` are the condition keys, in lower case, on which the policies depend that are looked at.
        """
        return tuple(self._outside(keys, forms or MeantResources()))

    def _outside(self, keys: frozenset[str], forms: MeantResources) -> Iterator[Statement]:
        if forms.outside:
            yield _deny(resources=forms.outside)
        if not self.is_about_every_resource:
            yield _deny(not_resources=self.on)
        for key in sorted(keys.intersection(ALWAYS_THERE)):
            yield _deny(Condition(Operator("Null"), key, ("true",), variables=True))
        if "aws:currenttime" in keys:
            yield _deny(Condition(Operator("DateLessThan"), "aws:currenttime", (iso(self.now),), variables=True))
        if "aws:epochtime" in keys:
            seconds = str(int(self.now.timestamp()))
            yield _deny(Condition(Operator("NumericLessThan"), "aws:epochtime", (seconds,), variables=True))


def _deny(
    condition: Condition | None = None, resources: tuple[str, ...] = (), not_resources: tuple[str, ...] = ()
) -> Statement:
    everything = () if resources or not_resources else (EVERYTHING,)
    return Statement(
        "Deny",
        actions=(EVERYTHING,),
        resources=resources or everything,
        not_resources=not_resources,
        conditions=(condition,) if condition else (),
        origin="the assertion",
    )


def _is_of_objects(entry: str) -> bool:
    """Return whether what a pattern matches of buckets and objects are objects alone."""
    return ":s3:::" in entry and "/" in entry.rpartition(":")[2]


def _meets(entries: Iterable[str], form: Pattern) -> bool:
    return any(_have_common_texts(entry, form) for entry in entries)


@lru_cache(maxsize=1 << 10)
def _glob(text: str) -> Pattern:
    from iamgen.access.patterns import pattern

    return pattern(text, variables=False)


@lru_cache(maxsize=1 << 9)
def _arn_services(service: str) -> frozenset[str]:
    """Return by which names the ARNs of a service's own resources call it: mostly by its prefix, else by others."""
    from iamgen.aws.data.services import actions, resource_forms, services

    listed = actions(service) if service in services() else ()
    forms = (form.split(":") for name in listed for form in resource_forms(f"{service}:{name}"))
    names = {fields[2] for fields in forms if "$" not in fields[2]}
    return frozenset({service} if service in names else {service, *names})


@lru_cache(maxsize=1 << 13)
def _have_common_texts(entry: str, form: Pattern) -> bool:
    return _may_be_of_one_service(entry, form) and bool(
        samples((resource_pattern(entry, variables=True).written, form), ()).texts
    )


def _may_be_of_one_service(entry: str, form: Pattern) -> bool:
    """Return whether the ARNs of an entry and a form may be of one service, which is quick to see."""
    first, second = (text.split(":")[:_RESOURCE] for text in (entry, form.literal_beginning()[0]))
    is_plain = len(second) == _RESOURCE and not {"*", "?"} & set("".join(first[: _SERVICE + 1]))
    return not is_plain or first[_SERVICE] == second[_SERVICE]
