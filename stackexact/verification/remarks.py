"""What the reader of a rate should know: what growth was read off, and whether learners were still exploring there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackexact.traces.reading import GAME_UNCHECKED
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.verification.claims import Claim
from stackexact.verification.growth import SPAN
from stackexact.verification.samples import Basis, Sample

__all__ = ["about_horizons", "remarks"]


def remarks(trace: Trace, basis: Basis, places: Sequence[Sample[Run]], claims: Sequence[Claim]) -> Iterator[str]:
    """The notes on a trace that was matched with its game, and on the numbers of rounds that are looked at."""
    yield from (note for note in trace.notes if note != GAME_UNCHECKED)
    yield from about_horizons(trace.horizons, basis, bool(claims))
    if trace.metadata is not None:
        yield from _exploring(trace.metadata, next(place for place in places if place.used))


def about_horizons(horizons: Sequence[int], basis: Basis, claimed: bool) -> Iterator[str]:
    """Notes on what growth is read off, where something is claimed or where runs have several horizons."""
    if len(horizons) > 1 and horizons[-1] < SPAN * horizons[0]:
        told = f"the horizons of the runs ({horizons[0]} to {horizons[-1]}) span less than a factor of {SPAN}"
        rest = ", so growth is along the checkpoints that all runs share" if basis == "checkpoints" else ""
        yield f"{told}{rest}; simulate others for rates"
    elif claimed and basis == "checkpoints":
        yield (
            "all runs have one horizon, so growth is along their checkpoints; of learners that are tuned to their"
            " horizon, rates speak of runs with several"
        )


def _exploring(metadata: Metadata, first: Sample[Run]) -> Iterator[str]:
    """Where a planned exploration takes half of the fewest rounds used: there regret is linear, whatever follows."""
    horizon = max(run.horizon for run, _ in first.runs)
    rows, columns = first.runs[0][0].counts.shape[1:]
    for agent, pairs in (("leader", rows), ("follower", rows * columns)):
        learner = getattr(metadata, agent)
        rounds = pairs * _pulls(learner, horizon)
        if 2 * rounds >= first.rounds:
            told = f"the {agent} ({learner.get('name')}) plans {rounds} rounds of exploration at T = {horizon}"
            where = f"at least half of the {first.rounds} that growth is read off from"
            yield f"{told}, {where}: regret may still look linear there; simulate larger horizons, or lower decades"


def _pulls(learner: Mapping[str, Any], horizon: int) -> int:
    """How often a learner explores each of its actions before anything else: explore-then-commit's E and what it keeps
    besides, or the first phase of an elimination; 0 where its description does not say."""
    every = learner.get("horizons")
    here = every.get(str(horizon)) if isinstance(every, Mapping) else None
    if not isinstance(here, Mapping):
        return 0
    phases = here.get("M")
    parts = [here.get("E"), here.get("E_kept"), phases[0] if isinstance(phases, list) and phases else None]
    return sum(part for part in parts if type(part) is int)
