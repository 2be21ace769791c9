"""Write the label by which a difference names a user, a role, or somebody whom only a trust policy names."""

from __future__ import annotations

from iamgen.access_diff.matched_principals import MatchedPrincipal
from iamgen.access_diff.trusted_parties import TrustedParty


def party_label(party: TrustedParty | MatchedPrincipal) -> str:
    """Return how a user or role is named, or somebody whom only a trust policy names."""
    if isinstance(party, MatchedPrincipal):
        return f"{party.name} in {party.account}" if party.kind in ("CI user", "user", "role") else party.name
    if party.principal.kind == "Federated" and party.demand is not None:
        return f"the pipeline {party.name}"
    if party.principal.name == "*":
        return "anybody"
    if party.demand is not None:
        return f"the user {party.name} of {party.account_id}, who is not known"
    return f"users and roles of the account {party.account_id}" if party.is_account else party.principal.name
