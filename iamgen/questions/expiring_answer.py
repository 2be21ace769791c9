"""Answer `iamgen expiring`: what ends within some time, and what has ended, as text and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from iamgen.declaration.expiry import iso, spoken
from iamgen.questions.access_text import Line, hanging, plain_lines, shown_lines
from iamgen.questions.can_json import VERSION
from iamgen.questions.can_text import footer
from iamgen.questions.endings import AccessEnd, endings
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import AccessModel

_END = len("the end of 2027-01-31 (UTC)")
_INDENT = 2 + _END + 2
_NOT_ENDS = "ends of sessions, keys, passwords and certificates"


@dataclass(frozen=True, eq=False)
class ExpiringAnswer:
    """What has ended, what ends within some time, and what ends later."""

    model: AccessModel
    """What it was asked of."""
    now: datetime
    """The moment that it is asked at."""
    last: datetime
    """The last moment that counts as within the time."""
    ended: tuple[AccessEnd, ...]
    """What no longer holds, by its end."""
    ending: tuple[AccessEnd, ...]
    """What ends by the last moment, by its end."""
    later: tuple[AccessEnd, ...]
    """What ends after it, by its end."""

    @classmethod
    def of(cls, model: AccessModel, now: datetime, last: datetime) -> ExpiringAnswer:
        """Return the answer: what ends at this very moment has ended, and what ends at the last one counts."""
        listed = endings(model)
        return cls(
            model,
            now,
            last,
            tuple(item for item in listed if item.end <= now),
            tuple(item for item in listed if now < item.end <= last),
            tuple(item for item in listed if item.end > max(last, now)),
        )


def expiring_text(answer: ExpiringAnswer, *, coloured: bool) -> str:
    """Return what has ended and what ends, each once for all accounts in which it is the same."""
    return shown_lines(_lines(answer), coloured=coloured)


def _lines(answer: ExpiringAnswer) -> Iterator[Line]:
    yield (f"ended, but not removed yet: {_number(answer.ended) or 'nothing'}", True)
    yield from plain_lines(_listed(answer.ended))
    yield from (("", False), (f"ends by {spoken(answer.last)}: {_number(answer.ending) or 'nothing'}", True))
    yield from plain_lines(_listed(answer.ending))
    yield from plain_lines(("", _later(answer)))
    yield from plain_lines(("", *footer((_NOT_ENDS, *not_looked_at_of_all(answer.model)))))


def _later(answer: ExpiringAnswer) -> str:
    if not answer.later:
        return "nothing ends later"
    return f"ends later: {_number(answer.later):,}, the next at {spoken(answer.later[0].end)}"


def _number(items: Iterable[AccessEnd]) -> int:
    """Return how many there are, each once for all accounts in which it is the same, as they are listed."""
    return len({replace(item, account="") for item in items})


def _listed(items: Iterable[AccessEnd]) -> Iterator[str]:
    accounts: dict[AccessEnd, list[str]] = defaultdict(list)
    for item in items:
        accounts[replace(item, account="")].append(item.account)
    for item, names in accounts.items():
        yield from hanging("  ", f"{spoken(item.end):{_END}}  {_sentence(item)} in {', '.join(names)}", _INDENT)
        more = ": ".join(filter(None, (item.place, item.reason)))
        yield from hanging(" " * _INDENT, more, _INDENT + 2) if more else ()


def _sentence(item: AccessEnd) -> str:
    if item.kind == "grant":
        return f"{item.name}: {item.role}"
    if item.kind == "emergency":
        return f"emergency of {item.role}, policy {item.name},"
    begins = ", which denies from then on," if item.is_denial else ""
    if item.kind == "trust statement":
        return f"{item.name}: trust policy of {item.role}{begins}"
    return f"a statement of {item.name}{begins} of {item.role}"


def plain_expiring(answer: ExpiringAnswer) -> dict[str, object]:
    """Return it as JSON values."""
    return {
        "version": VERSION,
        "question": {"at": iso(answer.now), "until": iso(answer.last)},
        "source": answer.model.origin,
        "ended": [_plain(item) for item in answer.ended],
        "ending": [_plain(item) for item in answer.ending],
        "later": [_plain(item) for item in answer.later],
        "not_looked_at": [_NOT_ENDS, *not_looked_at_of_all(answer.model)],
        "unread": [fault.plain() for fault in answer.model.unread],
    }


def _plain(item: AccessEnd) -> dict[str, object]:
    return {
        "kind": item.kind,
        "name": item.name,
        "role": item.role,
        "account": item.account,
        "end": iso(item.end),
        "reason": item.reason or None,
        "place": item.place or None,
        "denies": item.is_denial,
    }
