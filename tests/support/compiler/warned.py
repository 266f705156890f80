"""How many random sound networks get which warnings.

    python -m tests.support.compiler.warned 3000

Random networks are drawn without sense, so many deserve one: what is counted here is
read to see that none is false, and that no code is out of proportion. The same number
draws the same networks.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from pmgen.compile import compile_spec

from tests.support.compiler.random_specs import specs


def tally(networks: int) -> Counter[str]:
    """The number of sound networks, of those with warnings, and of each code."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"

        @settings(
            max_examples=networks,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(specs())
        def count(text: str) -> None:
            path.write_text(text, encoding="utf-8")
            result = compile_spec(path)
            if result.ok:
                codes = {item.code for item in result.diagnostics.items}
                found.update(["sound", *(["warned"] if codes else []), *codes])

        count()
    return found


def main(arguments: list[str]) -> int:
    """Print the shares. The exit status."""
    found = tally(int(arguments[0]) if arguments else 300)
    print(f"{found['sound']:,} sound networks, {found['warned']:,} with warnings")
    for code, count in sorted(found.items()):
        if code.startswith("PM"):
            print(f"  {code}  {count / found['sound']:6.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
