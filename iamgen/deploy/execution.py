"""The state of a deployment while its steps are carried out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from iamgen.aws_client.clients import Clients
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.events import Event, OperationOutcome
from iamgen.deploy.order import Choices
from iamgen.deploy.target_account import TargetAccount

TellEvent = Callable[[Event], None]
Begin = Callable[[], None]


@dataclass
class Execution:
    """How steps are carried out in one account, and what they have done so far.

    Unlike the steps it changes: a step may need what an earlier one made, and may leave something that has to be undone
    when a later one fails.
    """

    account: TargetAccount
    """The account."""
    clients: Clients
    """The account's clients."""
    choices: Choices
    """What is allowed, and how it is done."""
    tell: TellEvent = lambda _: None
    """Called with each event of the stack."""
    begin: Begin = lambda: None
    """Called as soon as AWS has begun to change something, or may have."""
    change_set: ChangeSet | None = None
    """The change set that waits to be executed."""
    outcome: OperationOutcome | None = None
    """How the last operation of the stack ended; None when there was none."""
    has_begun: bool = False
    """Whether AWS has begun with the change set, or may have."""
    is_open: bool = False
    """Whether the stack policy lets groups and roles be replaced or deleted, or may do so."""
    counter_steps: ExitStack = field(default_factory=ExitStack)
    """What undoes steps that must not last, last step first. It is closed when the steps end, however they end."""

    @property
    def where(self) -> str:
        """How messages name the account."""
        return str(self.account)

    def try_again(self) -> None:
        """Undo what must not last of a try that failed, before another one."""
        self.counter_steps.close()
        self.outcome, self.has_begun = None, False

    def note_begin(self) -> None:
        """Note that AWS has begun with the change set, or may have."""
        self.has_begun = True
        self.begin()
