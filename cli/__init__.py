"""The command line, installed as ``stackexact.cli``: one thin module per command, listed in ``main.COMMANDS``."""
