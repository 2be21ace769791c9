"""Combine people with equal access into one box, and accounts in which the same people have the same access."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Literal

from iamgen.graph.reached_targets import GraphParty, ReachedTarget

Folding = Literal["auto", "none", "equal", "team"]
"""Who is drawn as one: those with equal access where there are many, nobody, those with equal access, or each team."""
_MANY_PARTIES = 12
_MANY_NODES = 48
_MANY_ACCOUNTS = 8
Parties = tuple[GraphParty, ...]


def folded_parties(
    parties: Sequence[GraphParty], reached: Iterable[ReachedTarget], folding: Folding
) -> tuple[Parties, ...]:
    """Return who is drawn as one, each in the order in which they are first named."""
    if folding == "none" or (folding == "auto" and len(parties) <= _MANY_PARTIES):
        return tuple((party,) for party in parties)
    access = _access_of_each(reached)
    equal = _grouped({party: (party.kind, party.team, access.get(party)) for party in parties})
    teams = {party.team for party in parties if party.team}
    if folding == "team" or (folding == "auto" and len(equal) > _MANY_NODES and len(teams) > 1):
        return _grouped({party: (party.kind, party.team, "" if party.team else access.get(party)) for party in parties})
    return equal


def folded_accounts(signatures: Mapping[str, Hashable], folding: Folding) -> tuple[tuple[str, ...], ...]:
    """Return which accounts are drawn as one: those with equal signatures, where accounts are many or it is chosen."""
    if folding == "none" or (folding == "auto" and len(signatures) <= _MANY_ACCOUNTS):
        return tuple((name,) for name in signatures)
    by_signature: dict[Hashable, list[str]] = defaultdict(list)
    for name, signature in signatures.items():
        by_signature[signature].append(name)
    return tuple(map(tuple, by_signature.values()))


def _access_of_each(reached: Iterable[ReachedTarget]) -> Mapping[GraphParty, frozenset[Hashable]]:
    """Return what everybody reaches, on which terms and over which role; reasons do not make it another access."""
    access: dict[GraphParty, set[Hashable]] = defaultdict(set)
    for item in reached:
        access[item.party].add((item.target, item.through, item.end, item.is_certain))
    return {party: frozenset(facts) for party, facts in access.items()}


def _grouped(keys: Mapping[GraphParty, Hashable]) -> tuple[Parties, ...]:
    groups: dict[Hashable, list[GraphParty]] = defaultdict(list)
    for party, key in keys.items():
        groups[key].append(party)
    return tuple(map(tuple, groups.values()))
