"""The checker proves bounds of what any policy gets from a quantal follower who looks ahead, and no lower ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath as mp
import pytest
from guards import without_runaway_work
from oracles import looking_ahead as oracle
from quantal_making import anticipation, cells, looking_ahead, moved, replaced, text, verdict, written
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import looking_ahead_bounds
from stackexact.games.markov_reaching import reached_by_stage

CONCEPT = "randomised-bound"


def game_of(seed: int, horizon: int, discount: str, *, weighted: bool, chance: bool, prescription: bool = True) -> Any:
    game = looking_ahead(random.Random(seed), 2, horizon, discount, weighted=weighted, chance=chance)
    return game._with(prescription=prescription)


@pytest.mark.parametrize("discount", ["1", "1/2"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("chance", [False, True])
def test_what_is_found_is_proved(discount: str, weighted: bool, chance: bool) -> None:
    document = written(game_of(3, 2, discount, weighted=weighted, chance=chance), CONCEPT)
    assert verdict(document).true, str(verdict(document))
    cell, _ = cells(document)
    for shift in ("1/1000", "1/10"):
        lower = text(Fraction(cell["upper"]) - Fraction(shift))
        assert not verdict(replaced(document, "claim.upper", lower)).true
    assert verdict(replaced(document, "claim.upper", text(Fraction(cell["upper"]) + 1))).true


@pytest.mark.slow
def test_what_is_found_over_three_stages_is_proved() -> None:
    for seed in range(6):
        document = written(game_of(seed, 3, ("1", "2/3")[seed % 2], weighted=seed < 3, chance=bool(seed % 3)), CONCEPT)
        assert verdict(document).true, str(verdict(document))


def random_plan(draw: random.Random, game: Any) -> list[dict[str, Any]]:
    plan: list[dict[str, Any]] = []
    for states in reached_by_stage(game.initial, game.stages):
        rules = {}
        for s in states:
            labels = game.actions[s]
            rules[game.states[s]] = {}
            for b in labels.follower:
                share = Fraction(draw.choice([0, 5, draw.randint(0, 5)]), 5)
                rules[game.states[s]][b] = dict(zip(labels.leader, (share, 1 - share), strict=True))
        plan.append(rules)
    return plan


@pytest.mark.parametrize("weighted", [False, True])
def test_cells_hold_what_random_policies_get(weighted: bool) -> None:
    """From every state on, an oracle's L lies in one of the cells, and what the leader gets is no more than is stated
    there."""
    game = game_of(5, 2, "1", weighted=weighted, chance=True)
    document = written(game, CONCEPT)
    assert verdict(document).true
    claim, proof = cells(document)
    draw = random.Random(1)
    with mp.workdps(50):
        for _ in range(25):
            plan = random_plan(draw, game)
            heights = oracle._heights(game, plan, None)
            assert oracle.value(game, plan) <= oracle._real(Fraction(claim["upper"]))
            for h, row in enumerate(proof["stages"]):
                for name, reach in row.items():
                    s = game.states.index(name)
                    low, high = (oracle._real(Fraction(reach[end])) for end in ("low", "high"))
                    assert low <= heights[h][s] <= high
                    place = (heights[h][s] - low) / (high - low) * len(reach["cells"])
                    near = {int(mp.floor(place + by)) for by in (-1e-9, 1e-9)} & set(range(len(reach["cells"])))
                    most = max(oracle._real(Fraction(reach["cells"][k]["most"])) for k in near)
                    assert oracle._from(game, plan, None, heights, h, s) <= most


def test_a_game_of_one_action() -> None:
    """One policy: the bound is its value."""
    state = {"payoffs": {"leader": [["1/3"]], "follower": [["1/7"]]}, "transitions": [[{"s": 1}]]}
    follower = {"response": "quantal", "eta": "1/3", "discount": "1/2"}
    document = written(sx.MarkovGame({"s": state}, horizon=4, follower=follower), CONCEPT)
    assert verdict(document).true
    assert 0 <= Fraction(cells(document)[0]["upper"]) - Fraction(4, 3) < Fraction(1, 10**8)


# -- lies -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def bases() -> dict[str, dict[str, Any]]:
    """True certificates, with few cells: what they prove is what is claimed."""
    made = {"weights": written(anticipation(2), CONCEPT)}
    made["rewards"] = written(game_of(0, 2, "1", weighted=False, chance=True), CONCEPT)
    return made


def some(base: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Places of some cells of the proof, and what stands there."""
    for h, row in enumerate(cells(base)[1]["stages"]):
        for s, reach in row.items():
            for k in sorted({0, len(reach["cells"]) // 3, len(reach["cells"]) - 1}):
                yield f"proof.stages.{h}.{s}.cells.{k}", reach["cells"][k]


def by(amount: str) -> Any:
    return lambda told: text(Fraction(told) + Fraction(amount))


def lies() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, base in bases().items():
        _, proof = cells(base)
        for lower, upper in ((1, 1), (-1, -1)):
            yield (
                f"{name} lower {lower}",
                replaced(base, "claim.lower", lambda told, x=lower, y=upper: moved(told, x, y)),
            )
        yield f"{name} upper", replaced(base, "claim.upper", by("-1/1000000"))
        yield f"{name} upper as ends", replaced(base, "claim.upper", {"lower": "0", "upper": "9", "decimal": "0"})
        for count in (0, 1, 63, 65, "64", True):
            yield f"{name} cells {count}", replaced(base, "claim.cells", count)
            yield f"{name} cells {count} shown", replaced(base, "proof.cells", count)
            yield f"{name} cells {count} twice", replaced(replaced(base, "proof.cells", count), "claim.cells", count)
        for path in ("claim.lower", "claim.upper", "claim.cells", "claim.when", "proof.policy", "proof.stages"):
            yield f"{name} {path} gone", replaced(base, path, ...)
        for path in ("proof.cells", "proof.stages.0", "proof.stages.1", "proof.policy.0", "proof.policy.1"):
            yield f"{name} {path} gone", replaced(base, path, ...)
        yield f"{name} leader", replaced(base, "claim.leader", "1")
        yield f"{name} when", replaced(base, "claim.when", ["0 < 1"])
        yield f"{name} myopic", replaced(base, "game.follower.discount", "0")
        yield f"{name} best", replaced(base, "game.follower", {"response": "best"})
        yield f"{name} horizon", replaced(base, "game.horizon", 3)
        state = next(iter(base["game"]["states"].values()))
        other = next(s for s in base["game"]["states"] if s in proof["stages"][1])
        yield f"{name} payoffs", replaced(base, f"game.states.{other}.payoffs.leader", better)
        key = "weights" if "weights" in state["payoffs"] else "follower"
        yield f"{name} responses", replaced(base, f"game.states.{other}.payoffs.{key}", better)
        for h, row in enumerate(proof["stages"]):
            for s, reach in row.items():
                place = f"proof.stages.{h}.{s}"
                yield f"{name} {place} gone", replaced(base, place, ...)
                yield f"{name} {place} empty", replaced(base, place, {})
                yield f"{name} {place} narrow above", replaced(base, f"{place}.high", by("-1/1000"))
                yield f"{name} {place} narrow below", replaced(base, f"{place}.low", by("1/1000"))
                crossed = replaced(base, f"{place}.high", text(Fraction(reach["low"]) - 1))
                yield f"{name} {place} crossed", crossed
                yield f"{name} {place} a cell less", replaced(base, f"{place}.cells.0", ...)
                yield f"{name} {place} no cells", replaced(base, f"{place}.cells", [])
        for path, cell in some(base):
            yield f"{name} {path} most", replaced(base, f"{path}.most", by("-1/100000"))
            if "level" in cell:
                yield f"{name} {path} bare", replaced(base, path, {"most": cell["most"]})
                yield f"{name} {path} level gone", replaced(base, f"{path}.level", ...)
                yield f"{name} {path} tangents gone", replaced(base, f"{path}.tangents", ...)
                yield f"{name} {path} level below", replaced(base, f"{path}.level", by("-7"))
                for b, slope in cell["tangents"].items():
                    yield f"{name} {path} {b} gone", replaced(base, f"{path}.tangents.{b}", ...)
                    for bad in ("0", "-1", 3):
                        yield f"{name} {path} {b} {bad}", replaced(base, f"{path}.tangents.{b}", bad)
                    if slope is not None and path.startswith("proof.stages.0.s0"):  # where there are several actions
                        yield f"{name} {path} {b} null", replaced(base, f"{path}.tangents.{b}", None)
                        far = replaced(base, f"{path}.tangents.{b}", text(Fraction(slope) * 4))
                        yield f"{name} {path} {b} far", far
    once = written(game_of(0, 1, "1", weighted=False, chance=False), CONCEPT)
    for count in (0, -3, "64", 1.5, None):
        yield f"cells {count} that are not used", replaced(replaced(once, "claim.cells", count), "proof.cells", count)
    yield "one stage, myopic", replaced(once, "game.follower.discount", "0")
    weights = bases()["weights"]
    yield "another policy", replaced(weights, "proof.policy.1.X", {"p0": "1"})
    yield "a policy that is mixed", replaced(weights, "proof.policy.1.X", {"p0": "1/2", "p1": "1/2"})


def better(rows: list[list[str]]) -> list[list[str]]:
    """Other numbers, in one column alone."""
    return [[text(Fraction(row[0]) + 2), *row[1:]] for row in rows]


LIES = list(lies())


def test_what_lies_are_made_of_is_true_and_of_every_sort() -> None:
    for name, document in bases().items():
        assert verdict(document).true, f"{name}: {verdict(document)}"
    told = [cell for base in bases().values() for _, cell in some(base)]
    assert any("level" not in cell for cell in told)
    slopes = [slope for cell in told for slope in cell.get("tangents", {}).values()]
    assert None in slopes
    assert len(set(slopes)) > 3
    assert len(LIES) > 100


@pytest.mark.parametrize(("name", "document"), LIES, ids=[name for name, _ in LIES])
def test_lies_are_refused(name: str, document: dict[str, Any]) -> None:
    found = verdict(document)
    assert not found.true, name
    assert not found.limit
    assert found.reason.startswith(("claims.randomised-bound", "proofs.randomised-bound", "game")), found.reason


def test_no_refusal_can_be_left_out() -> None:
    left = unnoticed([looking_ahead_bounds], [document for _, document in LIES])
    assert not left, "\n".join(left)


# -- other proofs, and hostile ones -----------------------------------------------------------------------------------


def test_other_proofs_of_the_same_are_accepted() -> None:
    """A wider range, cells that are told to be worth more, bounds by the greatest gain alone."""
    base = bases()["weights"]
    assert verdict(replaced(base, "proof.stages.0.start.high", by("1"))).true
    for path, cell in some(base):
        if path.startswith("proof.stages.0"):
            more = replaced(replaced(base, f"{path}.most", by("1")), "claim.upper", by("1"))
            assert verdict(more).true
            bare = replaced(replaced(base, path, {"most": "100"}), "claim.upper", "100")
            assert verdict(bare).true
            assert "most" in cell


def test_exponentials_beyond_all_floats() -> None:
    huge = 10**30
    state = {
        "payoffs": {"leader": [[1, 0], ["1/2", 2]], "follower": [[huge, 1], [3, -huge]]},
        "transitions": [[{"s": 1}, {"t": 1}], [{"t": 1}, {"s": 1}]],
    }
    follower = {"response": "quantal", "eta": "7/3", "discount": 1}
    document = written(sx.MarkovGame({"s": state, "t": state}, horizon=2, follower=follower, initial={"s": 1}), CONCEPT)
    with without_runaway_work():
        assert verdict(document).true, str(verdict(document))
        assert not verdict(replaced(document, "claim.upper", "0")).true


def test_many_cells_are_a_limit() -> None:
    state = {"payoffs": {"leader": [["1", "0"]], "follower": [["1", "0"]]}, "transitions": [[{"s": 1}, {"s": 1}]]}
    follower = {"response": "quantal", "eta": "1/3", "discount": 1}
    base = written(sx.MarkovGame({"s": state}, horizon=3, follower=follower), CONCEPT)
    base = replaced(replaced(base, "claim.cells", 20_000), "proof.cells", 20_000)
    for h in (1, 2):
        base = replaced(base, f"proof.stages.{h}.s.cells", [{"most": "9"}] * 20_000)
    with without_runaway_work():
        found = verdict(base)
        assert found.limit
        assert "4000000 steps" in found.reason


def test_tangents_of_hostile_size_are_a_limit() -> None:
    base = bases()["rewards"]
    path, b = next(
        (path, b) for path, cell in some(base) for b, slope in cell.get("tangents", {}).items() if slope is not None
    )
    with without_runaway_work():
        for slope in ("1/" + "7" * 9000, "7" * 20_000):
            assert not verdict(replaced(base, f"{path}.tangents.{b}", slope)).true
