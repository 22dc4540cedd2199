"""What is left of a checker when one of its refusals is left out: some lie has to be taken for true then."""

from __future__ import annotations

import ast
import inspect
import signal
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

from stackexact.certificates.check import check


def unnoticed(modules: Sequence[ModuleType], lies: Sequence[dict[str, Any]], twice: tuple[str, ...] = ()) -> list[str]:
    """Every refusal in the modules without which all the lies are refused all the same; ``twice`` are how those end
    that others make in another place. There must be a few of them."""
    left = []
    count = 0
    for module in modules:
        for name, function, code in refusals(module):
            count += 1
            with instead(function, code):
                if not any(noticed(lie) for lie in lies) and not name.endswith(twice):
                    left.append(name)
    assert count >= 2 * len(modules)
    return left


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
    """Whether a lie is taken for true, is not refused but too large, not even understood, or keeps the checker busy for
    ever."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        report = check(document)
        return report.true or report.limited
    except Exception:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
