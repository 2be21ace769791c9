"""Make the picture of who reaches what from the answer of `iamgen access`.

graph = access_graph(overview)     people with equal access are one where there are many
text = svg_text(graph)             iamgen.graph.svg, and likewise dot_text and mermaid_text
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

from iamgen.declaration.expiry import spoken
from iamgen.graph.access_graph import AccessGraph, GraphAccount, GraphLink, GraphSubject, GraphTarget, LinkForm
from iamgen.graph.equal_access import Folding, Parties, folded_accounts, folded_parties
from iamgen.graph.graph_words import link_title, subject_heading, subject_title, target_title, terms_line, terms_of
from iamgen.graph.reached_targets import (
    GraphParty,
    ReachedTarget,
    TargetName,
    party_of,
    reached_targets,
    role_target,
)
from iamgen.questions.access_answer import AccessOverview
from iamgen.questions.declared_terms import DeclaredTerm
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import ModelAccount
from iamgen.questions.unknown_principals import UNKNOWN


def access_graph(overview: AccessOverview, folding: Folding = "auto") -> AccessGraph:
    """Return the picture of an answer."""
    return _GraphSource(overview, folding).graph()


@dataclass(frozen=True, eq=False)
class _GraphSource:
    """What a picture is made of, each part worked out once."""

    overview: AccessOverview
    """The answer that is drawn."""
    folding: Folding
    """Who is drawn as one."""

    def graph(self) -> AccessGraph:
        """Return the picture."""
        model = self.overview.asker.model
        unknown = () if model.production is not None else ("which accounts are production",)
        remarks = (*unknown, *not_looked_at_of_all(model))
        return AccessGraph(
            tuple(self._subject(key, parties) for parties, key in self._subject_keys.items()),
            tuple(self._account(number, names) for number, names in enumerate(self._accounts, 1)),
            self._links,
            model.origin,
            remarks,
        )

    @cached_property
    def _reached(self) -> tuple[ReachedTarget, ...]:
        return reached_targets(self.overview)

    @cached_property
    def _parties(self) -> tuple[GraphParty, ...]:
        named = [party_of(key, held[0].actor if held else None) for key, held in self.overview.by_actor.items()]
        return (*named, *(GraphParty(UNKNOWN, name) for name in self.overview.unknown))

    @cached_property
    def _subject_keys(self) -> Mapping[Parties, str]:
        """The keys of those who are drawn as one."""
        folded = folded_parties(self._parties, self._reached, self.folding)
        return {parties: f"s{number}" for number, parties in enumerate(folded, 1)}

    @cached_property
    def _key_of_party(self) -> Mapping[GraphParty, str]:
        return {party: key for parties, key in self._subject_keys.items() for party in parties}

    @cached_property
    def _reached_by_target(self) -> Mapping[TargetName, tuple[ReachedTarget, ...]]:
        by_target: dict[TargetName, list[ReachedTarget]] = defaultdict(list)
        for item in self._reached:
            by_target[item.target].append(item)
        return {target: tuple(items) for target, items in sorted(by_target.items())}

    @cached_property
    def _reached_by_party(self) -> Mapping[GraphParty, list[ReachedTarget]]:
        by_party: dict[GraphParty, list[ReachedTarget]] = defaultdict(list)
        for item in self._reached:
            by_party[item.party].append(item)
        return by_party

    @cached_property
    def _shown_accounts(self) -> Mapping[str, ModelAccount]:
        """The accounts that the answer is about, or of somebody's answer those in which they reach something."""
        part, request = self.overview.part, self.overview.request
        reached = {item.target.account for item in self._reached}
        is_about_all = part.account is None and request.actor is None and request.role is None
        accounts = self.overview.asker.model.accounts
        return {
            account.name: account
            for account in accounts
            if is_about_all or account.name in reached or account is part.account
        }

    @cached_property
    def _accounts(self) -> tuple[tuple[str, ...], ...]:
        """The names of the accounts that are drawn as one."""
        return folded_accounts({name: self._signature(name) for name in self._shown_accounts}, self.folding)

    def _signature(self, account: str) -> Hashable:
        """Return what accounts must share to be drawn as one. A role by way of another makes an account its own."""
        targets = self._targets_in(account)
        shared = tuple(
            (
                target.kind,
                target.label,
                self._notes(target),
                frozenset((item.party, item.end, item.is_certain) for item in self._reached_by_target[target]),
            )
            for target in targets
        )
        own = account if account in self._chained else ""
        return own, self._is_production(account), shared, self._unreached(account)

    @cached_property
    def _chained(self) -> frozenset[str]:
        """The accounts with a role that is assumed by way of another, or by way of which another is assumed."""
        chained = (item for item in self._reached if item.through)
        return frozenset(name.account for item in chained for name in (item.target, item.through) if name)

    def _targets_in(self, account: str) -> tuple[TargetName, ...]:
        return self._targets_by_account.get(account, ())

    @cached_property
    def _targets_by_account(self) -> Mapping[str, tuple[TargetName, ...]]:
        by_account: dict[str, list[TargetName]] = defaultdict(list)
        for target in self._reached_by_target:
            by_account[target.account].append(target)
        return {account: tuple(targets) for account, targets in by_account.items()}

    @cached_property
    def _target_keys(self) -> Mapping[TargetName, str]:
        """The key of each target; those of accounts that are drawn as one share theirs."""
        keys: dict[TargetName, str] = {}
        first = 1
        for names in self._accounts:
            for name in names:
                keys |= {target: f"t{number}" for number, target in enumerate(self._targets_in(name), first)}
            first += len(self._targets_in(names[0]))
        return keys

    def _is_production(self, account: str) -> bool:
        return account in (self.overview.asker.model.production or ())

    def _unreached(self, account: str) -> tuple[str, ...]:
        """Return the roles as which nobody can act; none in an answer about somebody or some role alone."""
        if self.overview.request.actor is not None or self.overview.request.role is not None:
            return ()
        return self._unreached_by_account.get(account, ())

    @cached_property
    def _unreached_by_account(self) -> Mapping[str, tuple[str, ...]]:
        labels: dict[str, list[str]] = defaultdict(list)
        for role in map(role_target, self.overview.asker.model.roles):
            if role not in self._reached_by_target:
                labels[role.account].append(role.label)
        return {account: tuple(sorted(listed)) for account, listed in labels.items()}

    def _notes(self, target: TargetName) -> tuple[str, ...]:
        """Return what is to be said about a target: emergencies in force, and that everybody is in a group."""
        if target.kind != "role":
            return ("everybody",) if target in self._everybodys else ()
        moment = self.overview.request.circumstances.moment
        in_force = [
            term
            for term in self._emergencies.get((target.account, target.arn), ())
            if term.until is not None and term.until > moment
        ]
        words = ((f"emergency until {spoken(term.until)}", term.reason) for term in in_force if term.until)
        return tuple(line for lines in words for line in lines if line)

    @cached_property
    def _emergencies(self) -> Mapping[tuple[str, str], list[DeclaredTerm]]:
        """The emergencies of each role, by its account and ARN."""
        model = self.overview.asker.model
        arns = {(role.account.name, role.entity.logical_id): role.entity.arn for role in model.roles}
        emergencies: dict[tuple[str, str], list[DeclaredTerm]] = defaultdict(list)
        for term in model.terms:
            arn = arns.get((term.account, term.role), "")
            if term.kind == "emergency" and arn:
                emergencies[term.account, arn].append(term)
        return emergencies

    @cached_property
    def _everybodys(self) -> frozenset[TargetName]:
        """What everybody reaches who is drawn as a person or user: no line says more of such a group."""
        users = {party for party in self._parties if party.kind in ("person", "user")}
        by_target = self._reached_by_target.items() if len(users) > 1 else ()
        return frozenset(target for target, items in by_target if users == {item.party for item in items})

    def _subject(self, key: str, parties: Parties) -> GraphSubject:
        reached = [item for party in parties for item in self._reached_by_party.get(party, ())]
        names = tuple(party.name for party in parties)
        title = subject_title(parties, reached)
        return GraphSubject(key, parties[0].kind, names, subject_heading(parties[0]), title)

    def _account(self, number: int, names: tuple[str, ...]) -> GraphAccount:
        first = names[0]
        return GraphAccount(
            f"a{number}",
            names,
            tuple(self._shown_accounts[name].id for name in names),
            self._is_production(first),
            tuple(self._target(target, names) for target in self._targets_in(first)),
            self._unreached(first),
        )

    def _target(self, target: TargetName, accounts: tuple[str, ...]) -> GraphTarget:
        reached, notes = self._reached_by_target[target], self._notes(target)
        key = self._target_keys[target]
        links = self._terms_by_target.get(key, ())
        terms = tuple(dict.fromkeys(terms_line(link.terms, link.names) for link in links))
        return GraphTarget(key, target.kind, target.label, notes, terms, target_title(target, accounts, notes, reached))

    @cached_property
    def _links(self) -> tuple[GraphLink, ...]:
        grouped: dict[tuple[str, str, str, LinkForm], list[ReachedTarget]] = defaultdict(list)
        for item in self._reached:
            if item.target.kind != "role" and item.target in self._everybodys:
                continue
            source = self._target_keys[item.through] if item.through else self._key_of_party[item.party]
            grouped[source, self._target_keys[item.target], terms_of(item), _form(item)].append(item)
        return tuple(self._link(key, items) for key, items in sorted(grouped.items(), key=_in_order))

    @cached_property
    def _terms_by_target(self) -> Mapping[str, list[GraphLink]]:
        """The links that have terms, by the key of the target whose box has a line for them."""
        links: dict[str, list[GraphLink]] = defaultdict(list)
        for link in self._links:
            if link.terms:
                links[link.target].append(link)
        return links

    @cached_property
    def _drawn_by_key(self) -> Mapping[str, Parties]:
        return {key: parties for parties, key in self._subject_keys.items()}

    def _link(self, key: tuple[str, str, str, LinkForm], items: list[ReachedTarget]) -> GraphLink:
        source, target, terms, form = key
        parties = tuple(dict.fromkeys(item.party for item in items))
        subjects = tuple(dict.fromkeys(self._key_of_party[party] for party in parties))
        drawn_as_one = self._drawn_by_key[subjects[0]]
        is_partial = source == subjects[0] and len(parties) < len(drawn_as_one)
        names = tuple(party.name for party in parties)
        path = items[0].path(self.overview.asker.model)
        title = link_title(items, names, len(drawn_as_one) if is_partial else 0, path)
        return GraphLink(source, target, form, terms, names, is_partial, title, subjects)


def _form(item: ReachedTarget) -> LinkForm:
    return "perhaps" if not item.is_certain else "ending" if item.end else "certain"


def _in_order(
    entry: tuple[tuple[str, str, str, LinkForm], list[ReachedTarget]],
) -> tuple[int, int, str, str]:
    """Return by what links are ordered: from which node, to which, and their terms."""
    (source, target, terms, form), _ = entry
    return _NODE_ORDER[source[0]] + int(source[1:]), int(target[1:]), terms, form


_NODE_ORDER = {"s": 0, "t": 1_000_000}
