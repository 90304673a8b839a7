#!/usr/bin/env python3
"""Reads what cargo-mutants has left of a module, for proofs/mutants.

    proofs/mutants.py again MODULE      options that name what goes to the tests of the suite
    proofs/mutants.py rows MODULE...    the rows of docs/mutants.md; exit 1 when a change survives
                                        that the page does not name

MODULE is the start of two folders: -1 with the unit tests of the module, -2 with those of the suite.
"""

import collections
import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "mutants.md"
ROW = r"^\| `(\S+\.rs)` \| `(.+?)` \| (\d+) \| .{8,} \|$"
KINDS = ("caught", "timeout", "unviable", "missed")


def named() -> collections.Counter:
    """How often the page lets (file, change) survive: | `file` | `change` | times | reason |."""
    rows = re.findall(ROW, PAGE.read_text(), re.MULTILINE)
    return collections.Counter(
        {(file, change.replace("\\|", "|")): int(times) for file, change, times in rows})


def changes(folder: str, kind: str) -> collections.Counter:
    """(file, change) without the place, which moves when other lines are edited."""
    path = pathlib.Path(folder, "mutants.out", f"{kind}.txt")
    counter = collections.Counter()
    for line in path.read_text().splitlines() if path.exists() else ():
        file, change = re.fullmatch(r"core/(\S+?):\d+:\d+: (.*)", line).groups()
        counter[file, change] += 1
    return counter


def again(module: str) -> None:
    for (file, change), times in changes(f"{module}-1", "missed").items():
        # As many as the page names are taken for those that it names.
        if times > named()[file, change]:
            pattern = f"^core/{re.escape(file)}:[0-9]+:[0-9]+: {re.escape(change)}$"
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
    if command == "again":
        again(*arguments)
    else:
        sys.exit(rows(arguments))
