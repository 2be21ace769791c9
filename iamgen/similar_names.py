"""Find the name that somebody probably meant: "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SHOWN = 3  # at most
_ALIKE = 0.6
CLOSE = 0.8
"""How much alike two names are, of 1, that differ by a slip: for lists that are not complete, of which a name that is
less alike is rather missing."""


def nearest(wrong: str, known: Iterable[str], likeness: float = _ALIKE) -> str | None:
    """Return the one of `known` that looks most like `wrong`, or None when none is close."""
    return next(iter(closest(wrong, known, likeness)), None)


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str = "", likeness: float = _ALIKE) -> str:
    """Return a hint that names the nearest of `known`, all of those that are equally near; else `otherwise`."""
    return suggestion(closest(wrong, known, likeness), otherwise)


def suggestion(names: Sequence[str], otherwise: str = "") -> str:
    """Return a hint that names what may have been meant; else `otherwise`."""
    return f"did you mean {' or '.join(names)}?" if names else otherwise


def closest(wrong: str, known: Iterable[str], likeness: float = _ALIKE) -> list[str]:
    """Return those of `known` that look most like `wrong`: several where they are equally near, none that is far."""
    from difflib import SequenceMatcher, get_close_matches  # takes 6 ms, and is only needed after a mistake

    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(wrong.casefold(), by_fold, n=_SHOWN, cutoff=likeness)
    ratios = {name: SequenceMatcher(None, name, wrong.casefold()).ratio() for name in close}
    return [by_fold[name] for name in close if ratios[name] == max(ratios.values())]
