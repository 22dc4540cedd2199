"""On a terminal: colours, width, progress, interrupts. Into a pipe: none of it."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from stackexact.games.screen import wide
from stackexact.solving.concepts import concepts_of

pytest.importorskip("pty", reason="pseudo-terminals are a POSIX thing")
import fcntl
import termios

COMMAND = Path(sys.executable).with_name("stackexact")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def interruptible() -> None:
    """A process started in the background of a shell inherits that interrupts are ignored; a user's does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A pseudo-terminal of some width on which the command runs."""

    def __init__(self, columns: int = 80) -> None:
        self.inner, self.outer = os.openpty()
        fcntl.ioctl(self.outer, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.shown = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a character
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever went wrong, so that one failure is not two."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self.inner)

    def start(self, *arguments: object, piped: bool = False, **environment: str) -> subprocess.Popen[bytes]:
        """Start the command with standard error, and unless ``piped`` standard output, on the terminal."""
        plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "COLORTERM")}
        process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else self.outer,
            stderr=self.outer,
            env=plain | {"TERM": "xterm-256color"} | environment,
            preexec_fn=interruptible,
        )
        os.close(self.outer)
        self._process = process
        return process

    def read(self, until: Callable[[str], bool] = lambda shown: False, seconds: float = 60) -> str:
        """What is shown, up to the end of the command or until it meets the condition."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(self.shown):
            if not select.select([self.inner], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.inner, 65536)
            except OSError:  # the way in which a terminal says that nobody is left on the other side
                break
            if not data:
                break
            self.shown += self._decoder.decode(data)
        return self.shown


def show(*arguments: object, columns: int = 80, **environment: str) -> str:
    """What the command shows on a terminal."""
    with Terminal(columns) as terminal:
        process = terminal.start(*arguments, **environment)
        shown = terminal.read().replace("\r\n", "\n")
        assert process.wait(60) == 0
    return shown


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Interrupt until it is seen: a signal on the verge of a system call is seen when the next one comes."""
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break


PAGES = [["solve", "misaligned-a-fixed"], ["instances", "show", "maintain"], ["instances"]]


@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
def test_colours_on_a_terminal_only(process, arguments):
    """A terminal gets colours around the same text that a pipe gets plain; NO_COLOR and a dumb terminal get none."""
    piped = process(*arguments, TERM="xterm-256color", FORCE_COLOR="1", CLICOLOR_FORCE="1")
    assert "\x1b" not in piped.out + piped.err
    coloured = show(*arguments)
    assert "\x1b[" in coloured
    if arguments != ["instances"]:  # which is cropped to the width of the terminal
        assert ESCAPE.sub("", coloured) == piped.out
    assert "\x1b" not in show(*arguments, NO_COLOR="1")
    assert "\x1b" not in show(*arguments, TERM="dumb")


def test_best_responses_and_outcomes_have_their_colours():
    """The follower's best response is green, the leader's outcome bold yellow."""
    page = show("solve", "misaligned-a-fixed", "--concept", "pure-strong")
    assert "\x1b[32m3/5*" in page
    assert "\x1b[1;33m1/100*" in page


@pytest.mark.parametrize("columns", [60, 80, 150])
def test_width(process, columns, tmp_path):
    """A page fits the terminal; into a pipe it is 80 wide whatever the terminal or COLUMNS say."""
    tables = [[[f"{(7 * i + 3 * j + k) % 11}/7" for j in range(30)] for i in range(30)] for k in (0, 5)]
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", "description": "wide " * 60}
    place = tmp_path / "game.json"
    place.write_text(json.dumps(game | {"payoffs": dict(zip(("leader", "follower"), tables, strict=True))}))
    lines = ESCAPE.sub("", show("solve", place, "--concept", "pure-strong", columns=columns)).splitlines()
    assert columns - 20 <= max(map(len, lines)) <= columns
    piped = process("solve", place, "--concept", "pure-strong", COLUMNS=str(columns)).out
    assert max(map(len, piped.splitlines())) <= 80
    assert piped == process("solve", place, "--concept", "pure-strong", COLUMNS="33").out


LONG = {
    "name": "a title of very many words " * 8 + "n" * 100,
    "actions": {"leader": ["one long leader's action " * 5, "l" * 130], "follower": ["f" * 130, "行動" * 40]},
    "tolerance": "1/" + "7" * 200,
    "payoffs": {"leader": [["9" * 90 + "/7", "0"], ["1/3", "1"]], "follower": [["0", "1"], ["1", "1/" + "3" * 90]]},
}


@pytest.mark.parametrize("columns", [40, 60, 83])
@pytest.mark.parametrize("digits", ["0", "6", "150"])
def test_nothing_is_wider_than_the_terminal(columns, digits, tmp_path):
    """Long titles, labels, numbers and decimals are broken or shortened; that something is left out is said."""
    place = tmp_path / "game.json"
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", **LONG}
    place.write_text(json.dumps(game), encoding="utf-8")
    concepts = [f"--concept={one.name}" for one in concepts_of("bimatrix") if not one.needs_eta]
    shown = ESCAPE.sub("", show("solve", place, "--digits", digits, *concepts, columns=columns))
    assert all(wide(line) <= columns for line in shown.splitlines())
    assert "left out here" in " ".join(shown.split())
    assert "".join(LONG["name"].split()) in "".join(shown.split())


@pytest.fixture
def pipe(tmp_path):
    """A named pipe without a reader: writing to it takes as long as one likes."""
    place = tmp_path / "pipe"
    os.mkfifo(place)
    return place


def drained(pipe: Path, seconds: float = 60) -> str:
    """What a process writes to a named pipe, without waiting for ever for one that does not."""
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            chunk = os.read(reader, 65536)
        except BlockingIOError:
            chunk = b""
        data += chunk
        if data.endswith(b"}\n") and not chunk:
            break
        time.sleep(0.01)
    os.close(reader)
    return data.decode()


def working(shown: str) -> bool:
    return "certificate" in shown


def test_progress_and_interrupt(tmp_path, pipe):
    """Long work shows what it is at; an interrupt clears the line, exits with 130 and leaves nothing half-written."""
    with Terminal() as terminal:
        process = terminal.start("solve", "bagwell", "--certificate", pipe, "--output", tmp_path / "page.txt")
        assert working(terminal.read(until=working))
        interrupt(process)
        shown = terminal.read(until=lambda shown: "interrupted" in shown)
        assert process.wait(60) == 130
    assert "Traceback" not in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is shown again"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]


def test_progress_leaves_the_result_alone(pipe):
    """The status line is on standard error; JSON on standard output is the same as ever."""
    with Terminal() as terminal:
        process = terminal.start("solve", "bagwell", "--json", "--certificate", pipe, piped=True)
        assert working(terminal.read(until=working))
        certificate = json.loads(drained(pipe))
        assert process.stdout is not None
        with process.stdout:
            document = json.loads(process.stdout.read())
        assert process.wait(60) == 0
    assert certificate["claims"] == document["results"]


def test_no_progress_without_a_terminal(pipe):
    """Nothing of the kind appears in a file or a pipe."""
    command = [COMMAND, "solve", "bagwell", "--concept", "pure-strong", "--json", "--certificate", pipe]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2)
    assert drained(pipe)
    page, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert json.loads(page)["game"]["name"] == "bagwell"


def test_interrupt_without_a_terminal():
    """The same exit code, and the line is the only one."""
    process = subprocess.Popen(
        [COMMAND, "solve", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible
    )
    assert process.stdin is not None
    # More than a pipe holds: once it is gone the command is at work, and waits for the rest.
    process.stdin.write(b" " * 2**20)
    process.stdin.flush()
    interrupt(process)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().split() == ["stackexact:", "interrupted"]
