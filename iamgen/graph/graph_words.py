"""The words of the picture: headings, the text of a role, and what is shown when somebody points at a part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap

from iamgen.declaration.expiry import spoken
from iamgen.graph.reached_targets import GraphParty, ReachedTarget, TargetName
from iamgen.questions.unknown_principals import UNKNOWN
from iamgen.questions.who_can_text import PLURALS

_TITLE_WIDTH = 100
_PLURALS: Mapping[str, str] = {str(kind): plural for kind, plural in PLURALS.items()}


def kind_in_plural(kind: str) -> str:
    """Return what several of a kind are called: `people`, `CI users`."""
    return _PLURALS.get(kind) or f"named by trust policies, and {UNKNOWN}"


def subject_heading(party: GraphParty) -> str:
    """Return the words under which somebody stands: `people, team blue`."""
    return f"{kind_in_plural(party.kind)}, team {party.team}" if party.team else kind_in_plural(party.kind)


def number_of(kind: str, number: int) -> str:
    """Return a number of a kind in words: `14 people`."""
    return f"{number:,} {kind_in_plural(kind)}" if kind in _PLURALS else f"{number:,} unknown principals"


def terms_of(reached: ReachedTarget) -> str:
    """Return until when somebody can act as a role, or that nobody can know it; empty where there is no more to say."""
    words = "" if reached.is_certain else "perhaps"
    return f"{words} until {spoken(reached.end)}".strip() if reached.end else words


def terms_line(terms: str, names: Sequence[str]) -> str:
    """Return the line of a role that says on which terms somebody can act as it: `until …: carol`."""
    return f"{terms}: {', '.join(names)}"


def account_label(names: Sequence[str]) -> str:
    """Return what accounts that are drawn as one are called."""
    return names[0] if len(names) == 1 else f"{len(names):,} accounts"


def subject_title(parties: Sequence[GraphParty], reached: Iterable[ReachedTarget]) -> tuple[str, ...]:
    """Return who they are, and each role with its accounts and terms."""
    first = parties[0]
    if len(parties) == 1:
        lines = [f"{first.name} ({first.kind}{f', team {first.team}' if first.team else ''})"]
    else:
        names = ", ".join(party.name for party in parties)
        lines = [f"{number_of(first.kind, len(parties))}:", *wrap(names, _TITLE_WIDTH)]
    accounts: dict[str, dict[str, None]] = defaultdict(dict)
    holders: dict[tuple[str, str], set[GraphParty]] = defaultdict(set)
    for item in reached:
        words = _role_words(item)
        accounts[words][item.target.account] = None
        holders[words, item.target.account].add(item.party)
    for words, names_of_accounts in accounts.items():
        is_of_all = all(len(holders[words, name]) == len(parties) for name in names_of_accounts)
        part = "" if is_of_all else " (part of them)"
        lines += wrap(f"{words.format(', '.join(names_of_accounts))}{part}", _TITLE_WIDTH, subsequent_indent="    ")
    return tuple(lines) if accounts else (*lines, "no role, no group, and no policy of their own")


def _role_words(item: ReachedTarget) -> str:
    """Return a role or group with its terms, and `{}` for the accounts."""
    through = f" by way of {item.through.label} in {item.through.account}" if item.through else ""
    terms = f" {terms_of(item)}" if terms_of(item) else ""
    reason = f": {item.reason}" if item.reason else ""
    name = item.target.label if item.target.kind == "role" else f"{item.target.kind} {item.target.label}"
    return f"{_braces(name)} in {{}}{_braces(through + terms + reason)}"


def _braces(text: str) -> str:
    """Return a text as `str.format` leaves it as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def target_title(
    target: TargetName, accounts: Sequence[str], notes: Sequence[str], reached: Sequence[ReachedTarget]
) -> tuple[str, ...]:
    """Return a role or group with its accounts, and everybody who reaches it."""
    names = ", ".join(dict.fromkeys(f"{item.party.name}{_brackets(terms_of(item))}" for item in reached))
    return (
        *wrap(f"{target.kind} {target.label} in {', '.join(accounts)}", _TITLE_WIDTH),
        *notes,
        *wrap(f"reached by {names}", _TITLE_WIDTH),
    )


def _brackets(terms: str) -> str:
    return f" ({terms})" if terms else ""


def link_title(items: Sequence[ReachedTarget], names: Sequence[str], out_of: int, path: str) -> tuple[str, ...]:
    """Return whose link it is, and the path of the first of them; `out_of` is how many are drawn as one where only
    part of them have it."""
    first = items[0]
    accounts = ", ".join(dict.fromkeys(item.target.account for item in items))
    listed = f"{len(names)} of {out_of}: {', '.join(names)}" if out_of else ", ".join(names)
    terms = f" {terms_of(first)}" if terms_of(first) else ""
    reasons = dict.fromkeys(item.reason for item in items if item.reason)
    more = f" (and in the same way {len(items) - 1:,} more)" if path and len(items) > 1 else ""
    head = f"{listed} → {first.target.kind} {first.target.label} in {accounts}{terms}"
    return tuple(line for text in (head, *reasons, f"{path}{more}") for line in wrap(text, _TITLE_WIDTH))
