#!/usr/bin/env python3
"""Reads what cargo-mutants has left of a module, for proofs/mutants.

    proofs/mutants.py narrow MODULE [only]   options that leave out what is compiled for 32-bit pointers alone, or all
                                        but that
    proofs/mutants.py again MODULE [moved]   options that name what goes to the tests of the suite, wherever it is now
    proofs/mutants.py rows MODULE...    the rows of docs/mutants.md; exit 1 when a change survives
                                        that the page does not name

For `narrow`, MODULE is a part of core/src. Otherwise it is the start of two folders: -1 with the unit tests of the module,
-2 with those of the suite.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutants.md"
ROW = r"^\| `(\S+\.rs)` \| `(.+?)` \| (\d+) \| .{8,} \|$"
KINDS = ("caught", "timeout", "unviable", "missed")


def narrow(module: str, only: bool) -> None:
    core = ROOT / "core/src"
    patterns = []
    for path in sorted([core / f"{module}.rs", *core.glob(f"{module}/**/*.rs")]):
        lines = path.read_text().splitlines() if path.exists() else []
        for start, line in enumerate(lines):
            if line.strip() == '#[cfg(not(target_pointer_width = "64"))]':
                # rustfmt puts the end of an item under its beginning.
                last = re.compile(line[:len(line) - len(line.lstrip())] + r"(\}|\S.*[;}]$)")
                end = next(at for at in range(start + 1, len(lines)) if last.match(lines[at]))
                numbers = "|".join(str(at + 1) for at in range(start, end + 1))
                patterns.append(f"^{re.escape(str(path.relative_to(ROOT)))}:({numbers}):")
    if only and not patterns:
        sys.exit(f"nothing in {module} is compiled for 32-bit pointers alone")
    for pattern in patterns:
        print("--re" if only else "--exclude-re", pattern, sep="\n")


def named() -> collections.Counter:
    """How often the page lets (file, change) survive: | `file` | `change` | times | reason |."""
    rows = re.findall(ROW, PAGE.read_text(), re.MULTILINE)
    return collections.Counter(
        {(file, change.replace("\\|", "|")): int(times) for file, change, times in rows})


def outcomes(folder: str, kind: str) -> list[tuple[str, str, str]]:
    """(file, place, change) of each."""
    path = pathlib.Path(folder, "mutants.out", f"{kind}.txt")
    lines = path.read_text().splitlines() if path.exists() else []
    return [re.fullmatch(r"core/(\S+?):(\d+:\d+): (.*)", line).groups() for line in lines]


def changes(folder: str, kind: str) -> collections.Counter:
    """(file, change) without the place, which moves when other lines are edited."""
    return collections.Counter((file, change) for file, _, change in outcomes(folder, kind))


def places(folder: str, file: str, change: str) -> list[str]:
    """Where a change survived."""
    return [at for other, at, what in outcomes(folder, "missed") if (other, what) == (file, change)]


def again(module: str, moved: bool) -> None:
    for (file, change), times in changes(f"{module}-1", "missed").items():
        # As many as the page names are taken for those that it names.
        if times > named()[file, change]:
            for place in {"[0-9]+:[0-9]+"} if moved else places(f"{module}-1", file, change):
                pattern = f"^core/{re.escape(file)}:{place}: {re.escape(change)}$"
                print("--re", pattern.replace("\\ ", " "), sep="\n")


def rows(modules: list[str]) -> int:
    table = collections.defaultdict(collections.Counter)
    bad = []
    for module in modules:
        for kind in KINDS:
            for (file, _), times in changes(f"{module}-1", kind).items():
                table[file][kind] += times
        second = changes(f"{module}-2", "missed")
        for row, times in changes(f"{module}-1", "missed").items():
            left = second[row] if times > named()[row] else times
            table[row[0]]["left"] += left
            if left > named()[row]:
                bad.append((*row, left))
    total = sum(table.values(), collections.Counter())
    print("| file | changes | killed by unit tests | by the suite | too slow | do not compile | left |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for file, row in [*sorted(table.items()), ("all", total)]:
        later = row["missed"] - row["left"]
        cells = [row["caught"], later, row["timeout"], row["unviable"], row["left"]]
        print(f"| `{file}` |", " | ".join(map(str, [sum(cells), *cells])), "|")
    for file, change, times in bad:
        print(f"not named in docs/mutants.md: {file}: {change}: {times}")
    return bool(bad)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "narrow":
        narrow(arguments[0], "only" in arguments[1:])
    elif command == "again":
        again(arguments[0], "moved" in arguments[1:])
    else:
        sys.exit(rows(arguments))
