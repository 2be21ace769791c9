"""Find the name that somebody probably meant: "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 3  # at most
_ALIKE = 0.6
CLOSE = 0.8
"""How much alike two names are, of 1, that differ by a slip: for lists that are not complete, of which a name that is
less alike is rather missing."""


def nearest(wrong: str, known: Iterable[str], likeness: float = _ALIKE) -> str | None:
    """Return the one of `known` that looks most like `wrong`, or None when none is close."""
    return next(iter(_closest(wrong, known, likeness)), None)


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str = "", likeness: float = _ALIKE) -> str:
    """Return a hint that names the nearest of `known`, all of those that are equally near; else `otherwise`."""
    closest = _closest(wrong, known, likeness)
    return f"did you mean {' or '.join(closest)}?" if closest else otherwise


def _closest(wrong: str, known: Iterable[str], cutoff: float) -> list[str]:
    from difflib import SequenceMatcher, get_close_matches  # 6 ms that only a mistake should cost

    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(wrong.casefold(), by_fold, n=_SHOWN, cutoff=cutoff)
    ratios = {name: SequenceMatcher(None, name, wrong.casefold()).ratio() for name in close}
    return [by_fold[name] for name in close if ratios[name] == max(ratios.values())]
