"""Find references whose names git may confuse with the id of an object, or with another reference.

`git push REMOTE ID:refs/heads/env/infra` pushes the tag that is named like the id, where there is such a tag, and
`refs/heads/env/infra` may mean `refs/heads/refs/heads/env/infra` where there is no branch of the first name. iamgen
itself asks git in forms that nothing can stand in for, and reads back what it pushed. Somebody who makes such a
reference may nevertheless mean harm, and other programs are not as careful: no release and no promotion is made beside
one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from iamgen.errors import Fault, IamgenError
from iamgen.release.remotes import Refs, Remote
from iamgen.ui.printable import printable

_DIGIT = "[0-9A-Fa-f]"
_ID_LENGTHS = (40, 64)  # of SHA-1 and of SHA-256
_PREFIXES = ("refs/heads/", "refs/tags/", "refs/")
_LIKE_SOMETHING_ELSE = re.compile(rf"{_DIGIT}{{40}}|{_DIGIT}{{64}}|refs/.*|HEAD|[A-Z_]+_HEAD", re.DOTALL)
_TITLES = {"refs/heads/": "branch", "refs/tags/": "tag"}


def shadow_patterns(remote_name: str, branches: Collection[str]) -> Iterator[str]:
    """Yield what makes `git ls-remote` list every reference that `require_no_shadows` refuses."""
    yield from (_DIGIT * length for length in _ID_LENGTHS)
    yield from (f"{prefix}refs/*" for prefix in _PREFIXES)
    yield "*_HEAD"
    yield from (f"{prefix}{name}" for prefix in _PREFIXES for name in _tracking(remote_name, branches))


def require_no_shadows(remote_refs: Refs, remote: Remote, branches: Collection[str]) -> None:
    """Refuse references, of the remote and of this clone, whose names git may take for something else.

    `remote_refs` has those of the remote, asked for with `shadow_patterns`; `branches` are those branches of the remote
    that matter, by their short names. Raises IamgenError that names each of them.
    """
    own = remote.repository.git.tell("for-each-ref", "--format=%(refname)").splitlines()
    tracking = _tracking(remote.name, branches)
    faults = [
        *(
            _fault(ref, f"in {remote.name}", f"git push --delete {remote.name} {ref}")
            for ref in _of(remote_refs.ids, tracking)
        ),
        *(_fault(ref, "in this clone", f"git update-ref -d {ref}") for ref in _of(own, tracking)),
    ]
    if faults:
        raise IamgenError(faults)


def is_shadow(ref: str, tracking: Collection[str] = ()) -> bool:
    """Return whether git may take a reference, by its full name, for an id, a full name, HEAD, or one of `tracking`."""
    prefix = next((candidate for candidate in _PREFIXES if ref.startswith(candidate)), None)
    short = ref.removeprefix(prefix or "")
    return prefix is not None and (short in tracking or bool(_LIKE_SOMETHING_ELSE.fullmatch(short)))


def _of(refs: Iterable[str], tracking: Collection[str]) -> list[str]:
    return [ref for ref in refs if is_shadow(ref, tracking)]


def _tracking(remote_name: str, branches: Iterable[str]) -> set[str]:
    """Return the short names under which a clone knows branches of its remote: `origin/main`."""
    return {f"{remote_name}/{name}" for name in (*branches, "HEAD")}


def _fault(ref: str, place: str, removal: str) -> Fault:
    title = next((title for prefix, title in _TITLES.items() if ref.startswith(prefix)), "reference")
    short = next(ref.removeprefix(prefix) for prefix in _PREFIXES if ref.startswith(prefix))
    problem = f"{place} there is a {title} of this name, and git may take it for something else"
    return Fault(printable(short), problem, f"find out who made it, and remove it: {printable(removal)}")
