"""Traces that tests of failures write, and how they look at what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from played import ACTIONS, METADATA, counted

from stackexact.errors import InputError

PLAYS = {1: [(k % 2, k % 3) for k in range(400)], 2: [(1, 0)] * 300}
TRACE = replace(counted(PLAYS, ACTIONS), metadata=METADATA)
SHORT = replace(counted({1: [(0, 0)] * 3}, ACTIONS), metadata=METADATA)


def refusal(path: Path, do: Callable[[], object], kind: type[Exception] = InputError) -> str:
    with pytest.raises(kind) as caught:
        do()
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(f"{path}: ")
    return told.removeprefix(f"{path}: ")
