"""Put a difference into words: sections in the order in which people read them, each equal change only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from iamgen.access_diff.assumption import AssumptionChange
from iamgen.access_diff.held_role_words import role_terms
from iamgen.access_diff.held_roles_change import HeldRoleChange
from iamgen.access_diff.matched_principals import MatchedPrincipal
from iamgen.access_diff.model_difference import ModelDifference
from iamgen.access_diff.own_policies import OwnChange
from iamgen.access_diff.party_label import party_label
from iamgen.access_diff.request_words import RequestWords, joined, shown_keys
from iamgen.questions.access_answer import ActorKey
from iamgen.questions.model import KnownEntity
from iamgen.regions.comparison import ChangedActions
from iamgen.regions.difference import Witness
from iamgen.ui.plan_line import LineSign

_MANY = 6
_ALLOWED_BY_ONE = "allowed now by the trust policy or by the caller's policies, but still not by both"
_DENIED_BY_ONE = "taken away by the trust policy or by the caller's policies, but not allowed by both before"
_SESSION_ACTIONS = {"sts:tagsession", "sts:setsourceidentity", "sts:setcontext"}


@dataclass(frozen=True)
class Entry:
    """A sentence of a section, with the request that shows it."""

    text: str
    """The sentence."""
    details: tuple[str, ...] = ()
    """Lines below it; a leading space means one level further down."""


@dataclass(frozen=True)
class Section:
    """A part of a difference."""

    title: str
    """Its heading."""
    entries: tuple[Entry, ...]
    """Its sentences; a section without any is left out."""
    sign: LineSign = ""
    """`+` where it says what somebody gains, `-` for what somebody loses, `!` for what is not decided."""


@dataclass(frozen=True, eq=False)
class DifferenceWords:
    """Puts a difference into words."""

    difference: ModelDifference
    """What is different."""
    with_requests: bool = True
    """Whether each gain and loss has a request that shows it, and somebody new all that they may do."""

    @cached_property
    def words(self) -> RequestWords:
        """Says requests and actions."""
        return RequestWords.of(self.difference.known)

    def sections(self) -> tuple[Section, ...]:
        """Return the sections, those about people first."""
        difference = self.difference
        own = difference.own
        listed = (
            Section("accounts", tuple(Entry(item.text) for item in difference.models.accounts)),
            Section("joined", tuple(self._actors(difference.joined)), "+"),
            Section("left", tuple(self._actors(difference.left)), "-"),
            Section("roles gained", tuple(self._held("gained")), "+"),
            Section("roles lost", tuple(self._held("lost")), "-"),
            Section("roles held for longer, or with fewer conditions", tuple(self._held("longer")), "+"),
            Section("roles held for a shorter time, or with more conditions", tuple(self._held("shorter")), "-"),
            Section("who may assume a role in more ways", tuple(self._assumed(is_gain=True)), "+"),
            Section("who may assume a role in fewer ways", tuple(self._assumed(is_gain=False)), "-"),
            Section("more is allowed", tuple(self._own(own, is_gain=True)), "+"),
            Section("less is allowed", tuple(self._own(own, is_gain=False)), "-"),
            Section("new ways to administrator", tuple(self._administrators()), "+"),
            Section(_ALLOWED_BY_ONE, tuple(self._one_sided(is_gain=True))),
            Section(_DENIED_BY_ONE, tuple(self._one_sided(is_gain=False))),
            Section("not decided", tuple(self._doubts()), "!"),
            Section("with a new name, so that policies in other places may now name nobody", tuple(self._renamed())),
            Section("only rewritten", tuple(self._rewritten())),
        )
        return tuple(section for section in listed if section.entries)

    def _actors(self, keys: Iterable[ActorKey]) -> Iterator[Entry]:
        by_kind: dict[str, list[str]] = {}
        for key in keys:
            by_kind.setdefault(key.kind, []).append(key.label)
        for kind, names in by_kind.items():
            yield Entry(f"{kind}: {joined(names, 20)}")

    def _held(self, state: str) -> Iterator[Entry]:
        """Yield a sentence for all who gain or lose the same roles."""
        by_actor: dict[ActorKey, list[HeldRoleChange]] = {}
        for change in self.difference.held:
            if _state(change) == state:
                by_actor.setdefault(change.actor, []).append(change)
        together: dict[str, list[ActorKey]] = {}
        for actor, changes in by_actor.items():
            together.setdefault("; ".join(role_terms(changes)), []).append(actor)
        for text, actors in together.items():
            names = joined((actor.label for actor in actors), _MANY)
            yield Entry(f"{names}: {text}", tuple(self._shown(by_actor[actors[0]][0])))

    def _shown(self, change: HeldRoleChange) -> Iterator[str]:
        """Yield the request that shows a gained or lost role."""
        for item in self.difference.assumption:
            if item.role is change.role and _is_of(item, change):
                witness = item.gain if change.is_gain else item.loss
                if witness:
                    yield from self._witness(witness, change.role.known.entity.arn, is_gain=change.is_gain)
                    return

    def _witness(self, witness: Witness, resource: str = "", *, is_gain: bool) -> Iterator[str]:
        if not self.with_requests:
            return
        yield f"such as {self.words.request(witness.request, resource)}"
        yield from (f" {line}" for line in self.words.verdicts(witness, is_gain=is_gain))

    def _assumed(self, *, is_gain: bool) -> Iterator[Entry]:
        """Yield who may assume a role in other ways, as far as no role that is gained or lost says it."""
        together: dict[tuple[str, ...], list[tuple[AssumptionChange, Witness]]] = {}
        for change in self.difference.assumption:
            witness = change.gain if is_gain else change.loss
            if witness and not any(_is_of(change, item) and item.is_gain is is_gain for item in self._held_at(change)):
                keys = tuple(sorted(f"{key}={value}" for key, value in witness.request.context.items()))
                together.setdefault((change.role.name, change.action, *keys), []).append((change, witness))
        for changes in together.values():
            first, witness = changes[0]
            names = joined((party_label(item.party) for item, _ in changes), _MANY)
            accounts = joined((item.role.account for item, _ in changes), _MANY)
            does = f", by {self.words.words.name(first.action)}" if first.action in _SESSION_ACTIONS else ""
            details = tuple(self._witness(witness, first.role.known.entity.arn, is_gain=is_gain))
            yield Entry(f"{names}: {first.role.name} in {accounts}{does}", details)

    def _one_sided(self, *, is_gain: bool) -> Iterator[Entry]:
        """Yield where a trust policy, or the callers' own policies, say something else that changes no access."""
        together: dict[tuple[str, str], list[tuple[AssumptionChange, Witness]]] = {}
        for change in self.difference.one_sided:
            if witness := change.gain if is_gain else change.loss:
                together.setdefault((change.role.name, change.side), []).append((change, witness))
        for (role, side), changes in together.items():
            names = joined((party_label(item.party) for item, _ in changes), _MANY)
            accounts = joined((item.role.account for item, _ in changes), _MANY)
            first, witness = changes[0]
            resource = first.role.known.entity.arn
            whose = "its trust policy" if side == "trust policy" else "their own policies"
            details = tuple(self._witness(witness, resource, is_gain=is_gain))
            yield Entry(f"{names}: {role} in {accounts}, by {whose}", details)

    def _held_at(self, change: AssumptionChange) -> list[HeldRoleChange]:
        return self._held_by_role.get(id(change.role), [])

    @cached_property
    def _held_by_role(self) -> dict[int, list[HeldRoleChange]]:
        listed: dict[int, list[HeldRoleChange]] = {}
        for change in self.difference.held:
            listed.setdefault(id(change.role), []).append(change)
        return listed

    def _own(self, changes: Iterable[OwnChange], *, is_gain: bool) -> Iterator[Entry]:
        together: dict[object, list[OwnChange]] = {}
        for change in changes:
            items = _changed(change, is_gain=is_gain)
            if items:
                together.setdefault(_alike(change, items), []).append(change)
        for alike in together.values():
            items = _changed(alike[0], is_gain=is_gain)
            yield Entry(_holders(alike), tuple(self._actions(items, alike[0].principal.state, is_gain=is_gain)))

    def _actions(self, items: tuple[ChangedActions, ...], state: str, *, is_gain: bool) -> Iterator[str]:
        """Yield what may be done and a request that shows it; of somebody new, or gone, only the first request."""
        if state != "there" and not self.with_requests:
            return
        if state != "there":
            actions = 0
            for item in items:
                actions |= item.actions
            items = (replace(items[0], actions=actions),)
        for item in items:
            yield from self.words.lines(item.actions)
            yield from (f" {line}" for line in self._witness(item.witness, is_gain=is_gain))

    def _administrators(self) -> Iterator[Entry]:
        together: dict[tuple[str, str, bool], list[str]] = {}
        for item in self.difference.new_administrators:
            together.setdefault((item.name, item.role, item.is_certain), []).append(item.account)
        for (name, role, is_certain), accounts in together.items():
            way = f"as {role} in {joined(accounts, _MANY)}" if role else "as their own user"
            yield Entry(f"{name} {way}{'' if is_certain else ', which depends on the request'}")

    def _doubts(self) -> Iterator[Entry]:
        together: dict[tuple[str, ...], list[str]] = {}
        for change in self.difference.own:
            for doubt in change.comparison.doubts:
                reasons = tuple(f"{fault.where}: {fault.problem}" for fault in doubt.reasons)
                together.setdefault(reasons, []).append(party_label(change.principal))
        for item in self.difference.assumption:
            if item.doubts:
                reasons = tuple(f"{fault.where}: {fault.problem}" for fault in item.doubts)
                label = f"{party_label(item.party)} as {item.role.name} in {item.role.account}"
                together.setdefault(reasons, []).append(label)
        for reasons, names in together.items():
            yield Entry(joined(names, _MANY), reasons)

    def _renamed(self) -> Iterator[Entry]:
        together: dict[tuple[str, str], list[MatchedPrincipal]] = {}
        for item in self.difference.renamed:
            names = tuple(_without_id(side) for side in (item.before, item.after) if side)
            together.setdefault((names[0], names[-1]), []).append(item)
        for (earlier, later), items in together.items():
            labels = joined(dict.fromkeys(item.account for item in items), _MANY)
            yield Entry(f"{items[0].kind} {earlier} is {later} in {labels}")

    def _rewritten(self) -> Iterator[Entry]:
        by_name: dict[tuple[str, str], list[MatchedPrincipal]] = {}
        for item in self.difference.rewritten:
            by_name.setdefault((item.kind, item.name if item.kind == "role" else ""), []).append(item)
        for (kind, name), items in by_name.items():
            if kind == "role":
                yield Entry(f"{name} in {joined((item.account for item in items), _MANY)}")
            else:
                yield Entry(joined(map(party_label, items), _MANY))


def _without_id(known: KnownEntity) -> str:
    """Return the path and name of a user or role, with the account's id left out."""
    return f"{known.entity.path}{known.entity.name}".lstrip("/").replace(known.account.id, "ID")


def _state(change: HeldRoleChange) -> str:
    """Return whether a role is `gained` or `lost`, or held for a `longer` or `shorter` time."""
    return change.state if change.state != "changed" else "longer" if change.is_gain else "shorter"


def _is_of(assumed: AssumptionChange, held: HeldRoleChange) -> bool:
    """Return whether a role is gained or lost by what changes about assuming it."""
    if assumed.action in _SESSION_ACTIONS or assumed.role is not held.role:
        return False
    actor, party = held.actor, assumed.party
    if isinstance(party, MatchedPrincipal):
        return (party.known.entity.name, party.kind) == (actor.name, actor.kind)
    return party.name == actor.name


def _changed(change: OwnChange, *, is_gain: bool) -> tuple[ChangedActions, ...]:
    return change.comparison.gains if is_gain else change.comparison.losses


def _alike(change: OwnChange, items: Iterable[ChangedActions]) -> object:
    """Return what changes of several principals have in common that are told once."""
    principal = change.principal
    own = {principal.known.account.id: "ACCOUNT", principal.known.entity.name: "NAME"}
    requests = [(item.actions, item.witness.request) for item in items]
    shown = tuple(
        (actions, _with_own_names(f"{request.resource} {sorted(shown_keys(request).items())}", own))
        for actions, request in requests
    )
    return principal.kind, principal.name if principal.kind == "role" else "", principal.state, shown


def _with_own_names(text: str, names: dict[str, str]) -> str:
    for name, instead in names.items():
        text = text.replace(name, instead)
    return text


def _holders(changes: list[OwnChange]) -> str:
    principals = [change.principal for change in changes]
    first = principals[0]
    state = {"added": " (new)", "removed": " (gone)", "there": ""}[first.state]
    if first.kind == "role":
        return f"{first.name} in {joined((item.account for item in principals), _MANY)}{state}"
    names = joined(map(party_label, principals), _MANY)
    return f"{names}{state}, as their own user{'s' if len(principals) > 1 else ''}"
