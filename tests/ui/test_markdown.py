"""A page of Markdown on a terminal: text is wrapped between words, and code stays as it is."""

from __future__ import annotations

from iamgen.ui.markdown import for_terminal

PAGE = """\
# A page

The first line of a paragraph
goes on in the second.

- an item that is longer than the terminal is wide
- another

```console emulator
$ a command that is longer than the terminal is wide

- output that looks like an item
```

Text after code.

| name | what it means in a row |
|---|---|
1. a number
"""
LAID_OUT = """\
# A page

The first line of a paragraph
goes on in the second.

- an item that is longer than
  the terminal is wide
- another

```console
$ a command that is longer than the terminal is wide

- output that looks like an item
```

Text after code.

| name | what it means in a
  row |
|---|---|
1. a number
"""


def test_text_is_wrapped_and_code_is_not() -> None:
    assert for_terminal(PAGE, 30, coloured=False) == LAID_OUT


def test_a_narrow_terminal_breaks_no_word() -> None:
    assert for_terminal("an/address/that/is/long here\n", 10, coloured=False) == "an/address/that/is/long\nhere\n"


def test_lines_are_no_longer_than_people_like_to_read() -> None:
    text = for_terminal(f"{'word ' * 60}\n", 200, coloured=False)
    assert max(map(len, text.splitlines())) == 99


def test_headings_are_bold_where_there_is_colour() -> None:
    coloured = for_terminal(PAGE, 30, coloured=True)
    assert coloured == LAID_OUT.replace("# A page", "\033[1m# A page\033[0m")
