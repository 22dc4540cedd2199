"""What runs when hypothesis is imported (entry point group ``hypothesis``): it learns how to make games."""

from __future__ import annotations

__all__ = ["register"]


def register() -> None:
    """Let ``hypothesis.strategies.from_type(stackexact.Game)`` draw games; the strategies load when it does.

    >>> from hypothesis import strategies as st
    >>> from stackexact.games.bimatrix import Game
    >>> register()
    >>> isinstance(st.from_type(Game), st.SearchStrategy)
    True
    """
    from hypothesis import strategies as st

    from stackexact.games.bimatrix import Game

    def games(_: type[Game]) -> st.SearchStrategy[Game]:
        from stackexact.testing import strategies

        return strategies.games()

    st.register_type_strategy(Game, games)
