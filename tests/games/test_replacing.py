"""Several files that replace others together, or not at all."""

import errno
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from stackexact.errors import InputError
from stackexact.games.replacing import replacing

PAIR = ("one", "two")


def write(folder: Path, text: str) -> None:
    with replacing(*(folder / name for name in PAIR)) as files:
        for file in files:
            file.write(text.encode())


def found(folder: Path) -> dict[str, str]:
    """Every file of a folder, hidden ones as well, with its text."""
    return {name: (folder / name).read_text() for name in sorted(os.listdir(folder))}


def test_all_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    (tmp_path / "one").chmod(0o640)
    write(tmp_path, "new")
    assert found(tmp_path) == {"one": "new", "two": "new"}
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o640


@pytest.mark.parametrize("before", [{}, {"one": "old"}, {"two": "old"}, {"one": "old", "two": "older"}])
@pytest.mark.parametrize("fails", [0, 1])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_move_that_fails_takes_the_others_back(
    before: dict[str, str], fails: int, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    real, target = os.replace, str(tmp_path / PAIR[fails])

    def move(source: Any, goal: Any) -> None:
        if str(goal) == target and Path(source).read_text() == "new":
            raise failure
        real(source, goal)

    monkeypatch.setattr(os, "replace", move)
    with pytest.raises(InputError if isinstance(failure, OSError) else KeyboardInterrupt):
        write(tmp_path, "new")
    assert found(tmp_path) == before


def test_an_interrupt_after_the_last_move_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def move(source: Any, goal: Any) -> None:
        real(source, goal)
        if str(goal).endswith("two"):
            raise KeyboardInterrupt

    (tmp_path / "one").write_text("old")
    monkeypatch.setattr(os, "replace", move)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, "new")
    assert found(tmp_path) == {"one": "new", "two": "new"}


@pytest.mark.parametrize("step", ["fsync", "access"])
def test_what_fails_before_the_moves_leaves_everything(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two").write_text("old")

    def fail(*_: Any) -> bool:
        if step == "access":
            return False
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    why = {"fsync": "no space left on device", "access": "permission denied; check who may use it"}[step]
    with pytest.raises(InputError, match=rf"two: cannot be written: {why}$"):
        write(tmp_path, "new")
    assert found(tmp_path) == {"two": "old"}


def test_an_error_inside_of_the_block_is_passed_on(tmp_path: Path) -> None:
    for error, raised in (
        (InputError("mine"), "^mine$"),
        (OSError(errno.EIO, "I/O error"), "two: cannot be written: i/o"),
    ):
        with pytest.raises(InputError, match=raised), replacing(tmp_path / "one", tmp_path / "two"):
            raise error
    assert found(tmp_path) == {}


def test_other_errors_inside_of_the_block_are_not_ours(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^a fault$") as caught, replacing(tmp_path / "one"):
        raise ValueError("a fault")
    assert type(caught.value) is ValueError
    assert found(tmp_path) == {}


def test_places_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: embedded null byte"), replacing("a\0b"):
        pass
    (tmp_path / "two").mkdir()
    with pytest.raises(InputError, match=r"two: cannot be written: it is a folder; name a file in it$"):
        write(tmp_path, "new")
    (tmp_path / "two").rmdir()
    (tmp_path / "two").symlink_to(os.devnull)
    with pytest.raises(InputError, match=r"two: cannot be written: it is no file but a device or a pipe; name a file$"):
        write(tmp_path, "new")
    assert os.listdir(tmp_path) == ["two"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks on folders")
def test_files_of_two_writers_never_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who begins to move files while another has moved one of two waits until both are moved."""
    real, begun, second = os.replace, threading.Event(), threading.Thread(target=write, args=(tmp_path, "later"))

    def move(source: Any, goal: Any) -> None:
        real(source, goal)
        if not begun.is_set():
            begun.set()
            second.start()
            second.join(0.5)

    monkeypatch.setattr(os, "replace", move)
    write(tmp_path, "first")
    second.join()
    assert found(tmp_path) == {"one": "later", "two": "later"}
