"""The name somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that looks most like `wrong`, or None when none is close."""
    from difflib import get_close_matches  # 6 ms that only a mistake should cost

    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(wrong.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint that names the nearest of `known`; `otherwise` when nothing is near."""
    found = nearest(wrong, known)
    return f"did you mean {found}?" if found else otherwise
