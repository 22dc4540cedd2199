"""False certificates: true ones with something else in one place, and checkers that leave out one of their refusals."""

from __future__ import annotations

import ast
import copy
import inspect
import signal
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from types import CodeType, FunctionType, ModuleType
from typing import Any

from stackexact.certificates.check import check
from stackexact.exact.digits import fraction_to_text as text
from stackexact.exact.enclosures import shared_digits


def at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[int(key) if isinstance(document, list) else key]
    return document


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A certificate with another value in one place; ``...`` takes it out, a function is given what is there."""
    document = copy.deepcopy(document)
    *head, last = path.split(".")
    parent = at(document, ".".join(head)) if head else document
    key: Any = int(last) if isinstance(parent, list) else last
    if value is ...:
        del parent[key]
    else:
        parent[key] = value(parent[key]) if callable(value) else value
    return document


def shifted(lower: int, upper: int, **other: str) -> Callable[[Any], Any]:
    """The ends of an enclosure moved by so many units far beyond what it is known to, its decimal with them."""

    def change(told: dict[str, str]) -> dict[str, str]:
        low, high = Fraction(told["lower"]), Fraction(told["upper"])
        unit = (high - low) * 2
        low, high = low + lower * unit, high + upper * unit
        made = {**told, "lower": text(low), "upper": text(high), "decimal": shared_digits(low, high)}
        return {key: value for key, value in {**made, **other}.items() if value}

    return change


def moved(amount: str) -> Callable[[str], str]:
    return lambda told: text(Fraction(told) + Fraction(amount))


def at_ends(told: dict[str, str]) -> str:
    """A number between the ends, which is not the one that is meant."""
    return told["upper"]


def functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions of a module and the methods of its classes, as they are written."""
    for found in [*vars(module).values()]:
        inside = vars(found).values() if inspect.isclass(found) else [found]
        for one in inside:
            written = isinstance(one, FunctionType) and one.__module__ == module.__name__
            if written and one.__code__.co_filename == module.__file__:
                yield one


def refusals(module: ModuleType) -> Iterator[tuple[str, FunctionType, CodeType]]:
    """Every function in which one refusal never happens: what that is, the function itself, and that code."""
    for function in functions(module):
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        for guard in [node for node in ast.walk(tree) if isinstance(node, ast.If) and _refuses(node, function)]:
            kept, guard.test = guard.test, ast.Constant(False)
            made: dict[str, Any] = {}
            source = "from __future__ import annotations\n" + ast.unparse(ast.fix_missing_locations(tree))
            exec(compile(source, "<left out>", "exec"), {**vars(module)}, made)
            guard.test = kept
            yield f"{function.__qualname__}: {ast.unparse(kept)}", function, made[function.__name__].__code__


def _refuses(node: ast.If, function: FunctionType) -> bool:
    """Whether nothing happens there but that a claim is refused, for another reason than its size."""
    (first, *more) = node.body
    if isinstance(first, ast.Return) and function.__name__ in ("_is_best", "_is_semidefinite"):
        return ast.unparse(first) == "return False"
    return not more and isinstance(first, ast.Raise) and first.exc is not None and "TooLarge" not in ast.unparse(first)


@contextmanager
def instead(function: FunctionType, code: CodeType) -> Iterator[None]:
    kept = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = kept


def noticed(document: dict[str, Any]) -> bool:
    """Whether a lie is taken for true, is not even understood, or keeps the checker busy for ever."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        return check(document).true
    except Exception:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def not_needed(
    modules: Iterable[ModuleType], documents: Sequence[dict[str, Any]], twice: tuple[str, ...] = ()
) -> tuple[list[str], int]:
    """The refusals of modules without which all false certificates are refused all the same, but for those that others
    make ``twice``, and how many refusals there are."""
    left, count = [], 0
    for module in modules:
        for name, function, code in refusals(module):
            count += 1
            with instead(function, code):
                if not any(noticed(document) for document in documents) and not name.endswith(twice):
                    left.append(name)
    return left, count


def wrong_values(told: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every number, flag and name of what is claimed changed to another, every entry dropped: places and what to put
    there. Numbers move by more than what they are known to."""
    if isinstance(told, dict) and "lower" in told:
        yield from ((path, shifted(*by)) for by in ((1, 1), (-1, -1)))
        yield f"{path}.decimal", told["decimal"][:-1] + str((int(told["decimal"][-1]) + 5) % 10)
        if "closed_form" in told:
            yield f"{path}.closed_form", told["lower"]
            yield path, lambda one: {**one, "closed_form": at_ends(one)}
    elif isinstance(told, dict | list):
        for key, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
            yield f"{path}.{key}", ...
            yield from wrong_values(value, f"{path}.{key}")
    elif isinstance(told, bool):
        yield path, not told
    else:
        yield path, "oops"
        if told != "oo" and told[-1].isdigit() and not told[0].isalpha():
            yield from ((path, moved(by)) for by in ("1/1000000000000", "-1/1000000000000"))
            yield path, "oo"
