"""Whole-process time of ``stackexact solve`` on a shipped 2x2 game, against ``python -c "import numpy"``.

    python benchmarks/startup.py
    python benchmarks/startup.py --pairs 40 --game bagwell

Needs the console script, that is an installed stackexact (``pip install .`` or ``pip install -e .``): it is looked for
beside the Python that runs this, then on the PATH. The two take turns; the ratio is taken within each pair.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from reporting import Report, Table, median, milliseconds, option_parser, shown

BASELINE: Final = (sys.executable, "-c", "import numpy")


def console_script() -> str | None:
    """The installed ``stackexact`` command."""
    return shutil.which("stackexact", path=str(Path(sys.executable).parent)) or shutil.which("stackexact")


def spent(command: Sequence[str], limit: float) -> float | None:
    """Seconds that a process takes from start to end; ``None`` if it fails, or does not end within the limit."""
    start = perf_counter()
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=limit, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return perf_counter() - start


def pairs(command: Sequence[str] | None, count: int, budget: float) -> list[tuple[float | None, float | None]]:
    """Times of command and baseline, one after the other; the first pair warms the file cache and is dropped."""
    end = perf_counter() + budget
    times = []
    for _ in range(count + 1):
        times.append((None if command is None else spent(command, budget), spent(BASELINE, budget)))
        if perf_counter() > end:
            break
    return times[1:] or times


def main() -> None:
    """Measure the pairs and print the table."""
    parser = option_parser(__doc__, 120)
    parser.add_argument("--game", default="conitzer-sandholm", help="a shipped game or a file (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=20, help="how many pairs (default: %(default)s)")
    options = parser.parse_args()
    script = console_script()
    times = pairs(None if script is None else (script, "solve", options.game), options.pairs, options.seconds)
    ours, theirs = median(one for one, _ in times), median(two for _, two in times)
    ratio = median(one / two for one, two in times if one is not None and two is not None)
    row = (options.game, str(len(times)), milliseconds(ours), milliseconds(theirs), shown(ratio))
    headers = ("game", "pairs", "stackexact solve ms", "import numpy ms", "ratio")
    notes = []
    if script is None:
        notes.append("the stackexact command is not installed (pip install .); its columns stay empty")
    elif ours is None:
        notes.append(f"`stackexact solve {options.game}` fails, or takes longer than the budget; run it to see why")
    if len(times) < options.pairs:
        notes.append(f"{len(times)} of {options.pairs} pairs within the budget of {options.seconds:g} s")
    table = Table("Median times of whole processes", headers, (row,))
    Report("startup", (table,), tuple(notes), times).publish(options.json)


if __name__ == "__main__":
    main()
