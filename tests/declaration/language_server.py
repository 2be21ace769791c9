"""A language server as an editor starts it, of which tests ask what the editor would show."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ERROR = 1
_CAPABILITIES = {
    "workspace": {"configuration": True},
    "textDocument": {
        "diagnostic": {},
        "hover": {"contentFormat": ["plaintext"]},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["plaintext"]}},
    },
}


class LanguageServer:
    """A running server for the files of one folder, which speaks the Language Server Protocol over its pipes."""

    def __init__(self, command: Sequence[str | Path], folder: Path, settings: Mapping[str, Any]) -> None:
        self._folder, self._settings, self._numbers = folder, settings, itertools.count(1)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        place = {"uri": folder.as_uri(), "name": folder.name}
        self._ask("initialize", processId=os.getpid(), workspaceFolders=[place], capabilities=_CAPABILITIES)
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._ask("shutdown")
            self._send({"method": "exit"})
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.communicate()

    def lines_with_errors(self, name: str) -> set[int]:
        """Return the numbers of the lines of a file that the editor underlines in red."""
        self._open(name)
        report = self._ask("textDocument/diagnostic", textDocument=self._document(name))
        return {item["range"]["start"]["line"] + 1 for item in report["items"] if item["severity"] == _ERROR}

    def hover(self, name: str, line: int, column: int) -> str:
        """Return what the editor shows where the mouse rests; lines and columns count from 1."""
        self._open(name)
        shown = self._ask("textDocument/hover", **self._place(name, line, column))
        return str(shown["contents"]["value"]) if shown else ""

    def help_with_argument(self, name: str, line: int, column: int) -> str:
        """Return what the editor shows of the argument that is being typed there."""
        self._open(name)
        signature = self._ask("textDocument/signatureHelp", **self._place(name, line, column))["signatures"][0]
        return str(signature["parameters"][signature["activeParameter"]]["documentation"]["value"])

    def _open(self, name: str) -> None:
        text = (self._folder / name).read_text(encoding="utf-8")
        document = {**self._document(name), "languageId": "python", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def _document(self, name: str) -> Mapping[str, str]:
        return {"uri": (self._folder / name).as_uri()}

    def _place(self, name: str, line: int, column: int) -> Mapping[str, Any]:
        return {"textDocument": self._document(name), "position": {"line": line - 1, "character": column - 1}}

    def _ask(self, method: str, **params: object) -> Any:
        """Return the server's answer to a request, once what the server itself asks before has been answered."""
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" not in message and message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": self._answer(message)})

    def _answer(self, question: Mapping[str, Any]) -> object:
        if question["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item["section"]) for item in question["params"]["items"]]

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> Mapping[str, Any]:
        assert self._process.stdout
        length = 0
        while header := self._process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = self._process.stdout.read(length)
        assert body, "the language server has ended"
        message: Mapping[str, Any] = json.loads(body)
        return message
