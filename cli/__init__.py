"""The command line, installed as ``stackexact.cli``: one thin module per command, listed in ``main.COMMANDS``."""

from __future__ import annotations

__all__ = ["run"]


def run() -> int:
    """The entry point of the console script: an interrupt while the command line is still loading is one as well."""
    try:
        from .main import main

        return main()
    except KeyboardInterrupt:
        import os

        os.write(2, b"stackexact: interrupted\n")
        return 130
