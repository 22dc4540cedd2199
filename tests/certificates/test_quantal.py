"""The checker proves what the searches find about quantal followers, in games of every sort."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from quantal_making import certificate, drawn, exact_commitment, markov_certificate, markov_game, numbers

from stackexact.certificates.check import check
from stackexact.games.files import loads

KINDS = ["hundredths", "hundredths", "ties", "duplicates", "huge"]
ETAS = ["1/1000", "1/3", "1", "5", "20", "100", "10000"]


def random_game(seed: int, most: int, eta: int) -> tuple[Any, Any, Fraction]:
    draw = random.Random(seed)
    rows, columns = draw.randint(1, most), draw.randint(1, most)
    leader = drawn(draw, rows, columns, draw.choice(KINDS))
    return leader, drawn(draw, rows, columns, draw.choice(KINDS[:4])), Fraction(draw.choice(ETAS[:eta]))


def proved(document: dict[str, Any]) -> None:
    report = check(document)
    assert report.true, str(report)


@pytest.mark.parametrize("exact", [False, True])
def test_prescriptions_of_random_games(exact: bool) -> None:
    exactly = 0
    for seed in range(150):
        document = certificate(*random_game(seed, 4, len(ETAS)), prescription=True, exact=exact)
        exactly += "deterministic" in document["proofs"]["quantal"]["cells"][0]
        proved(document)
    assert exactly >= 100 if exact else not exactly


def test_commitments_of_random_games() -> None:
    split = 0
    for seed in range(240):
        document = certificate(*random_game(seed, 3, 5), prescription=False, digits=12)
        split += "," in document["proofs"]["quantal"]["cells"][0]["parts"]
        proved(document)
    assert split >= 5


def test_pure_commitments_that_are_best_exactly() -> None:
    found = 0
    for seed in range(60):
        leader, follower, eta = random_game(seed, 3, 4)
        document = certificate(leader, follower, eta, prescription=False, digits=12)
        if len(document["claims"]["quantal"]["cells"][0]["commitment"]) == 1:
            # Every expansion at the commitment itself has the value 0 there.
            found += check(exact_commitment(leader, follower, eta)).true
    assert found >= 10
    proved(exact_commitment(numbers("1 1/2", "0 0"), numbers("1 0", "0 0"), Fraction(1), "n"))


@pytest.mark.parametrize("prescription", [False, True])
def test_rewards_of_hundreds_of_digits(prescription: bool) -> None:
    huge = str(10**400)
    document = certificate(numbers(f"{huge} 0", "0 1"), numbers("1 0", "0 1"), Fraction(3), prescription=prescription)
    proved(document)
    # The follower's too: its response is certain to hundreds of digits.
    document = certificate(numbers("1 0", "0 2"), numbers(f"{huge} 0", f"0 {huge}"), Fraction(3), prescription=True)
    proved(document)


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("prescription", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_markov_games(weights: bool, prescription: bool, exact: bool) -> None:
    for seed in range(25):
        game = markov_game(random.Random(seed), weights=weights, prescription=prescription)
        document = markov_certificate(game, exact=exact, digits=12)
        proved(document)
        embedded = check(document).game
        assert embedded is not None
        assert embedded.sha256() == game.sha256


def test_values_of_later_stages_may_be_exact_and_irrational() -> None:
    irrational = 0
    for seed in range(60):
        game = markov_game(random.Random(seed), weights=False, prescription=True, deterministic=True)
        document = markov_certificate(game, exact=True)
        proved(document)
        first = document["claims"]["quantal"]["cells"][0]["values"][0].values()
        irrational += any("closed_form" in value for value in first if isinstance(value, dict))
    assert irrational >= 20


def test_a_game_that_is_written_by_hand() -> None:
    """States that are alike, whole numbers, no names: it is read as the library reads it."""
    game = markov_game(random.Random(3), weights=False, prescription=True)
    document = markov_certificate(game, digits=12)
    made = document["game"]
    made["states"]["t"] = {"like": "s"}
    made["features"] = {"s": [[["1"] for _ in row] for row in game.stages[0][0].leader]}
    made["features"]["u"] = [[["1/2"] for _ in row] for row in game.stages[0][2].leader]
    proved(document)
    embedded = check(document).game
    assert embedded is not None
    assert embedded.sha256() == loads(json.dumps(made)).sha256
