"""Check whether a release's tag is signed, if tags are: the signature says who released."""

from __future__ import annotations

from iamgen.errors import Fault, refuse
from iamgen.release.repository import Repository
from iamgen.release.versions import Version
from iamgen.ui.printable import printable

_SIGNS = ("tag.gpgSign", "tag.forceSignAnnotated")
_FORM = "--format=%(refname)%00%(objecttype)%00%(contents:signature)"
_FORGED = ("BADSIG", "incorrect signature")  # of GnuPG, and of ssh-keygen
_STATUS = "[GNUPG:]"
_REASONS = {
    "REVKEYSIG": "its key was revoked",
    "EXPKEYSIG": "its key has expired",
    "EXPSIG": "it has expired",
    "NO_PUBKEY": "its key is not known here",
}


def signature_warnings(repository: Repository, version: Version) -> tuple[Fault, ...]:
    """Return what is to be said of the tag of a release: that it names nobody, or that its signature is not known.

    Raises IamgenError for a signature that is not of this tag, and, where this clone signs its tags, for a tag that has
    none.
    """
    ref, where = f"refs/tags/{version}", f"tag {version}"
    listing = repository.git.tell("for-each-ref", _FORM, ref)
    _, kind, signature = listing.split("\0", 2)
    if signature.strip():
        return _verified(repository, ref, where)
    problem = "is a lightweight tag: it does not say who released it" if kind != "tag" else "is not signed"
    if signs_tags(repository):
        hint = "find out who made it; if it is from before tags were signed: git config tag.gpgSign false, and promote"
        raise refuse(where, f"{problem}, and tags of this clone are signed", hint)
    return (
        (Fault(where, problem, "find out who made it; iamgen release makes tags that say so"),) if kind != "tag" else ()
    )


def signs_tags(repository: Repository) -> bool:
    """Tell whether git is set up to sign the tags that are made in this clone."""
    answers = (repository.git.ask("config", "--type=bool", "--get", name) for name in _SIGNS)
    return any(answer.out.strip() == "true" for answer in answers)


def _verified(repository: Repository, ref: str, where: str) -> tuple[Fault, ...]:
    answer = repository.git.ask("verify-tag", "--raw", ref)
    if answer.code == 0:
        return ()
    if any(word in answer.err for word in _FORGED):
        raise refuse(where, "its signature is not of what it says now", "find out who changed it")
    reason = _reason(answer.err.splitlines())
    hint = f"git verify-tag {ref.removeprefix('refs/tags/')} says more"
    return (Fault(where, f"is signed, and the signature cannot be verified: {reason}", hint),)


def _reason(lines: list[str]) -> str:
    """Return why a signature cannot be verified, from what git hands on of GnuPG or of ssh-keygen."""
    words = {word for line in lines if line.startswith(_STATUS) for word in line.split()}
    known = next((reason for word, reason in _REASONS.items() if word in words), None)
    spoken = [line.strip() for line in lines if line.strip() and not line.startswith(_STATUS)]
    return known or printable(spoken[-1] if spoken else "git does not say why")
