"""Learners in files of users, as tests write them."""

from __future__ import annotations

from pathlib import Path

import stackexact as sx
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import learner
from stackexact.simulation.runner import Simulation

GAME = sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]])

OWN = """
from dataclasses import dataclass
import math
import random
import numpy as np
import numba
from stackexact.simulation.protocol import Learner, parameter

def choose(memory, constants):
    return int(constants[0])

def learn(memory, constants, action, reward):
    memory[0] += 1

@dataclass(frozen=True)
class Own(Learner):
    choose = staticmethod(choose)
    learn = staticmethod(learn)
    arm: int = 0
    def constants(self, setting):
        return [self.arm, 0.5]
    def memory(self, setting):
        return 1
"""


def changed(old: str, new: str) -> str:
    """The file with something else in the place of a part of it."""
    assert old in OWN
    return OWN.replace(old, new)


def own(folder: Path, text: str = OWN, name: str = "own.py") -> str:
    """Write a file; the text that describes its learner."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return f"{folder}/{name}:Own"


def counts(one: Learner | str) -> list[list[int]]:
    """What it plays against itself in 20 rounds."""
    made = learner(one) if isinstance(one, str) else one
    found: list[list[int]] = Simulation(GAME, made, made, (20,)).run(1).counts[-1].tolist()
    return found
