"""Whole-process times: `analyze specs/resnet50.yaml` against its imports alone, and `check` over 40 networks.

Run: python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SPEC = Path(__file__).parent.parent / "specs" / "resnet50.yaml"
ANALYZE = f"""
import sys
sys.argv = ["shapecalc", "analyze", {str(SPEC)!r}]
from shapecalc.cli import main
try:
    main()
finally:
    assert "numpy" not in sys.modules
"""
NETWORKS = sorted(SPEC.parent.glob("*.yaml"))[:40]
CHECK = f"""
import sys
sys.argv = ["shapecalc", "check", *{list(map(str, NETWORKS))!r}]
from shapecalc.cli import main
main()
"""
IMPORTS = """
import click, rich.console, rich.table, yaml
from pydantic import BaseModel
class Model(BaseModel):
    n: int
print(Model(n=1))
"""


# an installed program has its bytecode; a setting of this shell is not to take it away
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(code: str) -> float:
    """The wall time of a Python process that runs this code, its output piped away."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> None:
    """Time the two in turn, and print medians and the median of the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    pairs = [(seconds(ANALYZE), seconds(IMPORTS)) for _ in range(runs + 1)][1:]
    ours, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"analyze {ours * 1000:.0f} ms, imports alone {floor * 1000:.0f} ms, ratio {ratio:.2f}: medians of {runs}")
    checks = statistics.median(seconds(CHECK) for _ in range(5))
    print(f"check of {len(NETWORKS)} networks {checks:.2f} s: median of 5")


if __name__ == "__main__":
    main()
