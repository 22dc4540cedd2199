"""What is shown of a result: labelled values, the one model behind text, HTML and LaTeX.

The model follows the types of a cell's fields, so that the cells of a new concept are shown without a line added here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Final, NamedTuple, cast

from stackexact.exact.decimals import rounded
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.latex import latex
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import text_of
from stackexact.games.latex import escaped
from stackexact.games.table import Marks
from stackexact.solving.announced import Sentence, sentences
from stackexact.solving.cells import Cell, EquilibriumCell, FieldsCell, Infinity
from stackexact.solving.concepts import CONCEPTS
from stackexact.solving.incentive_cells import IncentiveCell, RandomisedCell
from stackexact.solving.mechanism_cells import Extreme, Played, Strategies
from stackexact.solving.recommendation_cells import FixedPoint, RelaxedCell
from stackexact.solving.shown import Shown
from stackexact.solving.solution import Certificate, Result, Solution

__all__ = ["Block", "Item", "Part", "beside", "block_of", "blocks", "exact_text", "marks_of"]

_REMARKS: Final = {
    ("attained", False): "no (a supremum, approached but not reached)",
    ("constant", Infinity.OO): "oo (no finite constant)",
}
"""Values that need a word of explanation."""
_PARTLY: Final = "no (not with recommendations of every action)"
"""What is not attained, though recommendations of a single action may be followed."""


_PLAIN: Final = 15
_STATES: Final = 16
"""States of a stage of which words are told."""
_STAGES: Final = 4
"""Stages that are shown one by one."""
_NO_SHARES: Final = frozenset({"followers", "pure", "log_odds", "estimated", "errors", "reward_errors"})
"""Mappings of actions to numbers that are no probabilities."""
_ENCLOSED: Final = 6
"""Digits of an enclosure where none are asked for."""
_BRIEF: Final = 24
"""The longest number inside a statement."""


class Part(NamedTuple):
    """A word (an action, yes or no), a number, a number that belongs to a word (its probability), or a statement."""

    word: str
    number: Exact | Enclosure | Infinity | Sentence | None = None


class Item(NamedTuple):
    """A labelled value: ``leader`` and its number, ``commitment`` and its actions with their probabilities."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One result: a heading, and for each of its cells where it holds (``when``) and its values. A block without a
    name has no heading."""

    name: str
    title: str
    source: str
    facts: tuple[Item, ...]
    cells: tuple[tuple[tuple[str, ...], tuple[Item, ...]], ...]


def exact_text(value: Exact | Enclosure) -> str:
    """The exact value as text: of an enclosure its closed form, empty where it has none."""
    return value.closed_form if isinstance(value, Enclosure) else text_of(value)


def beside(value: Exact | Enclosure, exact: str, digits: int) -> str:
    """The decimal that stands beside an exact value: ``=`` if it is the value, ``≈`` if it is rounded.

    Of an enclosure the correct digits, followed by an ellipsis. Nothing beside a function, or an integer of moderate
    length, which is read as it stands.
    """
    if isinstance(value, Enclosure) and (digits or not exact):
        return f"{'= ' if exact else ''}{value.text(digits or _ENCLOSED)}"
    if not isinstance(value, Fraction) or not digits or (value.denominator == 1 and len(exact) <= _PLAIN):
        return ""
    decimal = rounded(value, digits)
    return f"{'=' if decimal.exact else '≈'} {decimal.text}"


def blocks(solution: Solution) -> tuple[Block, ...]:
    """The results of a solution, in their order."""
    return tuple(block_of(result) for result in solution.values())


def block_of(part: Shown) -> Block:
    """A result, a certificate or a single cell."""
    if isinstance(part, Result):
        concept = next(one for one in CONCEPTS if (one.name, one.kind) == (part.concept, part.kind))
        return Block(concept.name, concept.title, concept.source, tuple(_facts(part)), tuple(_cells(part)))
    if isinstance(part, Certificate):
        game = part.document["game"]
        named = Item("game", (Part(game.get("name") or "unnamed game"),))
        claims = Item("claims", tuple(map(Part, part.claims)))
        return Block("certificate", "proofs that check() verifies", "", (), (((), (named, claims)),))
    return Block("", "", "", (), ((getattr(part, "when", ()), tuple(_items(cast(Cell, part)))),))


def marks_of(solution: Solution) -> Marks:
    """The outcomes that commitments lead to, marked by the letters of their concepts where the answer is one cell on
    the whole domain; and in a game with parameters the best responses that are so everywhere."""
    rows = {label: i for i, label in enumerate(solution.game.actions.leader)}
    columns = {label: j for j, label in enumerate(solution.game.actions.follower)}
    at: dict[tuple[int, int], str] = {}
    legend = []
    for concept in CONCEPTS:
        cells = solution[concept.name].cells if concept.letter and concept.name in solution else ()
        if len(cells) == 1 and isinstance(cells[0], EquilibriumCell) and not cells[0].when:
            legend.append((concept.letter, concept.name))
            for label in cells[0].commitment:
                place = rows[label], columns[cells[0].response]
                at[place] = at.get(place, "") + concept.letter
    if solution.game.is_numeric:
        return Marks(at, tuple(legend))
    from stackexact.solving.best_responses import best_everywhere

    return Marks(at, tuple(legend), best_everywhere(solution.game))


def _facts(result: Result) -> Iterator[Item]:
    if result.tolerance is not None:
        yield Item("tolerance", (Part("", result.tolerance),))
    if result.asked is not None and result.asked.eta is not None:
        yield Item("eta", (Part("", result.asked.eta),))


def _cells(result: Result) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...]]]:
    for cell in result.cells:
        yield cell.when, tuple(_items(cell))
    for when in result.undecided:
        yield when, (Item("undecided", (Part("a limit was reached before this was settled"),)),)


def _items(cell: Cell) -> Iterator[Item]:
    said, whole = sentences(cell)
    if said:
        yield Item("announced", tuple(Part("", one) for one in said))
    for field in fields(cell):
        value = getattr(cell, field.name)
        if field.name == "when" or value is None or _follows(cell, field.name, said=bool(said) and whole):
            continue
        label = field.name.replace("_", " ")
        if isinstance(value, FieldsCell):
            for item in _items(cast(Cell, value)):
                yield Item(label if item.label == "leader" else f"{label} {item.label}", item.parts)
            continue
        if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
            yield from _staged(label, value)
            continue
        if isinstance(cell, RelaxedCell) and field.name == "attained" and not value:
            yield Item(label, (Part(_PARTLY),))
            continue
        yield Item(label, tuple(_parts(field.name, value)))


def _follows(cell: Cell, name: str, *, said: bool) -> bool:
    """Whether a value says nothing beyond the others: the response ties with nothing but itself, what is desired stands
    in what is announced, an incentive that exists meets the second-order condition, and what is unique is so among
    fewer."""
    if isinstance(cell, RandomisedCell):
        return said and name == "team_actions"
    if isinstance(cell, IncentiveCell):
        further = name in ("unique_alike", "unique_apart") and cell.unique is True
        return further or (name == "second_order" and cell.exists) or (name in ("actions", "strategies") and said)
    return name == "tied" and isinstance(cell, EquilibriumCell) and cell.tied == (cell.response,)


def _parts(name: str, value: Any) -> Iterator[Part]:
    if isinstance(value, bool | Infinity):
        plain = str(value) if isinstance(value, Infinity) else "yes" if value else "no"
        yield Part(_REMARKS.get((name, value), plain))
    elif isinstance(value, Fraction | Expression | Enclosure):
        yield Part("", value)
    elif isinstance(value, str | int):
        yield Part(str(value))
    elif isinstance(value, Mapping):
        yield from _weights(name, value)
    elif all(isinstance(entry, FixedPoint) for entry in value):
        yield from (Part("", _followed(point)) for point in value)
    elif all(isinstance(entry, Extreme) for entry in value):
        for number, vertex in enumerate(value, start=1):
            yield Part("", _plain_sentence(f"{number}: leader {_brief(vertex.leader)}"))
            yield from _parts("", vertex.equilibrium)
    elif all(isinstance(entry, Played) for entry in value):
        yield from (Part("", _recommended(one)) for one in value)
    else:
        yield from (Part(entry if isinstance(entry, str) else f"{{{', '.join(entry)}}}") for entry in value)


def _plain_sentence(said: str) -> Sentence:
    return Sentence(said, rf"\text{{{escaped(said)}}}")


def _recommended(one: Played) -> Sentence:
    """Strategies with their probability."""
    plain = _plain_sentence(f"{_brief(one.probability)}: {_together(one.strategies)}")
    if not isinstance(one.probability, Expression):
        return plain
    return plain._replace(latex=rf"{latex(one.probability)}\text{{: {escaped(_together(one.strategies))}}}")


def _together(strategies: Strategies) -> str:
    """Strategies of several followers, in words."""
    return "; ".join(f"{follower} {_strategy(own)}" for follower, own in strategies.items())


def _strategy(own: str | Mapping[str, str]) -> str:
    if isinstance(own, str):
        return own
    if len(set(own.values())) == 1 and len(own) > 1:
        return f"always {next(iter(own.values()))}"
    return ", ".join(f"{label} → {action}" for label, action in own.items())


def _followed(point: FixedPoint) -> Sentence:
    """A fixed point as a statement: under a commitment a recommendation is followed, and the leader gets her value."""
    mixtures = (", ".join(_share(*one) for one in mixed.items()) for mixed in (point.commitment, point.recommendation))
    return _plain_sentence(f"{': '.join(mixtures)}; leader {_brief(point.leader)}")


def _share(label: str, share: Fraction | Enclosure) -> str:
    return label if share == 1 else f"{label} ({_brief(share)})"


def _brief(value: Exact | Enclosure) -> str:
    exact = exact_text(value)
    if isinstance(value, Expression) or (exact and len(exact) <= _BRIEF):
        return exact
    return value.text(_ENCLOSED) if isinstance(value, Enclosure) else f"≈ {rounded(value, _ENCLOSED).text}"


def _weights(name: str, weights: Mapping[str, Any]) -> Iterator[Part]:
    if name == "strategies" and all(_is_strategy(own) for own in weights.values()):
        yield from (Part("", _plain_sentence(f"{follower}: {_strategy(own)}")) for follower, own in weights.items())
        return
    if name == "choices":
        yield from (Part("", _plain_sentence(said)) for said in _chosen(weights))
        return
    if list(weights.values()) == [1] and name not in _NO_SHARES:
        yield from map(Part, weights)  # one action, played with certainty
        return
    for label, weight in weights.items():
        if not isinstance(weight, Mapping):
            yield Part(label, weight)
        elif name.endswith("gain") and len(weights) == len(weight) == 1:
            yield from (Part("", number) for number in weight.values())  # there is no other
        else:
            yield from (Part(f"{label}, {inner}", number) for inner, number in weight.items())


def _chosen(choices: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """What is chosen after which actions."""
    for label, own in choices.items():
        if isinstance(own, Mapping):
            yield from _chosen(own, f"{before}{label}, ")
        else:
            yield f"{before}{label}: {f'number {own + 1}' if isinstance(own, int) else own}"


def _is_strategy(own: Any) -> bool:
    return isinstance(own, str) or (isinstance(own, Mapping) and all(isinstance(a, str) for a in own.values()))


def _staged(label: str, stages: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
    """What is told stage by stage, of the first stages where there are many."""
    for number, entries in enumerate(stages[:_STAGES], start=1):
        said = [_said(state, value) for state, value in entries.items()]
        if all(said):
            more = [f"… {len(said) - _STATES} more states"] if len(said) > _STATES else []
            parts: tuple[Part, ...] = (Part("; ".join([*said[:_STATES], *more])),)
        else:
            some = (part for state, value in entries.items() for part in _of_state(state, value))
            parts = tuple(part if part.number is not None else Part(part.word, Fraction(1)) for part in some)
        yield Item(label if len(stages) == 1 else f"{label} {number}", parts)
    if len(stages) > _STAGES:
        yield Item(f"{label} …", (Part(f"{len(stages) - _STAGES} more stages"),))


def _said(state: str, value: Any) -> str:
    """The value of a state, or what is done there, in words; empty where that takes numbers."""
    if not isinstance(value, Mapping):
        words = [part.word for part in _parts("", value) if part.number is None]
        return f"{state}: {', '.join(words)}" if words else ""
    rules = value if any(isinstance(one, Mapping) for one in value.values()) else {"": value}
    if any(list(mixture.values()) != [1] for mixture in rules.values()):
        return ""
    told = (f"{response} → {action}" if response else action for response, rule in rules.items() for action in rule)
    return f"{state}: {', '.join(told)}"


def _of_state(state: str, value: Any) -> Iterator[Part]:
    """The value of a state, or what is done there: in answer to what, and with which probability, if any."""
    if not isinstance(value, Mapping):
        yield from (Part(state, part.number) for part in _parts("", value))
        return
    rules = value if any(isinstance(one, Mapping) for one in value.values()) else {"": value}
    for response, mixture in rules.items():
        head = f"{state}, {response}: " if response else f"{state}: "
        pure = list(mixture.values()) == [1]
        yield from (Part(f"{head}{action}", None if pure else share) for action, share in mixture.items())
