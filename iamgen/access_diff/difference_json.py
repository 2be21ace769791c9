"""Write a difference as JSON values, in the shape of the schema beside this module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.access_diff.assumption import AssumptionChange
from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.held_roles_change import HeldRoleChange
from iamgen.access_diff.matched_principals import MatchedPrincipal
from iamgen.access_diff.own_policies import OwnChange
from iamgen.access_diff.party_label import party_label
from iamgen.access_diff.request_words import RequestWords
from iamgen.aws.services import list_date
from iamgen.declaration.expiry import iso
from iamgen.questions.access_answer import ActorKey
from iamgen.questions.held_roles import HeldRole
from iamgen.regions.comparison import ChangedActions
from iamgen.regions.difference import Witness
from iamgen.regions.statement_formulas import place_of

VERSION = 1


@dataclass(frozen=True, eq=False)
class DifferenceJson:
    """Writes a difference as JSON, for programs."""

    shown: DifferenceText
    """The difference, and what was not looked at."""

    def plain(self) -> dict[str, object]:
        """Return the difference as JSON values."""
        return {
            "version": VERSION,
            **self._overview(),
            **self._changes(),
            "not_looked_at": list(self.shown.not_looked_at),
            "unread": list(self._unread()),
        }

    def _overview(self) -> dict[str, object]:
        difference = self.shown.difference
        return {
            "before": difference.models.before.origin,
            "after": difference.models.after.origin,
            "at": iso(difference.moment),
            "actions_of": list_date(),
            "principals": len(difference.principals),
            "classes": difference.classes,
            "proven_equal": difference.is_proven_equal,
            "summary": self.shown.summary,
        }

    def _changes(self) -> dict[str, object]:
        difference = self.shown.difference
        words = RequestWords.of(difference.known)
        return {
            "accounts": [
                {
                    "name": item.name,
                    "id": item.account_id,
                    "state": item.state,
                    "earlier_name": item.earlier_name or None,
                }
                for item in difference.models.accounts
            ],
            "joined": [_actor(key) for key in difference.joined],
            "left": [_actor(key) for key in difference.left],
            "roles": [_held_change(change) for change in difference.held],
            "assuming": [_assumed(change, words) for change in difference.assumption],
            "one_sided": [{**_assumed(change, words), "side": change.side} for change in difference.one_sided],
            "actions": [_own(change, words) for change in difference.own],
            "administrators": [
                {"name": item.name, "role": item.role or None, "account": item.account, "certain": item.is_certain}
                for item in difference.new_administrators
            ],
            "renamed": [
                {**_principal(item), "earlier_arn": item.before.entity.arn}
                for item in difference.renamed
                if item.before
            ],
            "rewritten": [_principal(item) for item in difference.rewritten],
        }

    def _unread(self) -> Iterator[dict[str, object]]:
        """Yield what could not be read, or was not looked at, on each side."""
        models = self.shown.difference.models
        for side, model in (("before", models.before), ("after", models.after)):
            for fault in model.unread:
                yield {"side": side, **fault.plain()}


def _actor(key: ActorKey) -> dict[str, object]:
    return {"kind": key.kind, "name": key.name, "account": key.account or None}


def _principal(item: MatchedPrincipal) -> dict[str, object]:
    return {
        "kind": item.kind,
        "name": item.name,
        "account": item.account,
        "arn": item.known.entity.arn,
        "state": item.state,
    }


def _held_change(change: HeldRoleChange) -> dict[str, object]:
    return {
        "who": _actor(change.actor),
        "role": change.role.name,
        "account": change.role.account,
        "arn": change.role.known.entity.arn,
        "state": change.state,
        "gain": change.is_gain,
        "before": _held(change.before),
        "after": _held(change.after),
    }


def _held(held: HeldRole | None) -> dict[str, object] | None:
    if held is None:
        return None
    return {
        "until": iso(held.end) if held.end else None,
        "certain": held.way.is_certain,
        "reason": held.reason or None,
        "declared": held.declared or None,
    }


def _assumed(change: AssumptionChange, words: RequestWords) -> dict[str, object]:
    party = change.party
    return {
        "who": party_label(party),
        "kind": party.kind if isinstance(party, MatchedPrincipal) else None,
        "principal": party.known.entity.arn if isinstance(party, MatchedPrincipal) else party.principal.name,
        "role": change.role.name,
        "account": change.role.account,
        "action": words.words.name(change.action),
        "gain": _witness(change.gain, words, change.role.known.entity.arn),
        "loss": _witness(change.loss, words, change.role.known.entity.arn),
        "not_decided": [fault.plain() for fault in change.doubts],
    }


def _own(change: OwnChange, words: RequestWords) -> dict[str, object]:
    compared = change.comparison
    return {
        **_principal(change.principal),
        "gains": [_changed(item, words) for item in compared.gains],
        "losses": [_changed(item, words) for item in compared.losses],
        "not_decided": [
            {"actions": words.words.patterns(doubt.actions), "reasons": [fault.plain() for fault in doubt.reasons]}
            for doubt in compared.doubts
        ],
    }


def _changed(item: ChangedActions, words: RequestWords) -> dict[str, object]:
    return {
        "actions": words.words.patterns(item.actions),
        "usual_resource": item.is_usual,
        "witness": _witness(item.witness, words),
    }


def _witness(witness: Witness | None, words: RequestWords, resource: str = "") -> dict[str, object] | None:
    if witness is None:
        return None
    request = witness.request
    context = {key: list(value) if isinstance(value, tuple) else value for key, value in request.context.items()}
    return {
        "action": words.words.name(request.action),
        "resource": resource or request.resource,
        "context": context,
        "denied_by": place_of(witness.before.by) if witness.before.by else None,
        "allowed_by": place_of(witness.after.by) if witness.after.by else None,
    }
