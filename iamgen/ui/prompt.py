"""Ask a question at the terminal that is answered with a text."""

from __future__ import annotations

from iamgen.ui.console import Console
from iamgen.ui.printable import printable_lines
from iamgen.ui.signals import wait_for_input


def ask(console: Console, question: str, default: str = "") -> str:
    """Ask; return the answer without blanks around it, or the default for an empty one.

    Raises KeyboardInterrupt at the end of input.
    """
    shown = f" [{default}]" if default else ""
    print(f"{printable_lines(question + shown)}: ", end="", file=console.err, flush=True)
    answer = ""
    try:
        wait_for_input(console.answers)
        answer = console.answers.readline()
    except OSError:  # the terminal is gone
        pass
    except UnicodeDecodeError:  # no name has such a letter: whoever checks the answer refuses it
        answer = "\N{REPLACEMENT CHARACTER}\n"
    finally:
        if not answer.endswith("\n"):
            print(file=console.err)
    if not answer:
        raise KeyboardInterrupt
    return answer.strip() or default
