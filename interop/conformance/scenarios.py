"""Runs every client scenario of the official suite in every revision that it is for.

A scenario passes when the suite says so, without a warning, and at least one check was made: doing nothing
is not passing. What fails has to stand in expected-failures.txt, and what stands there has to fail.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# The revisions that a scenario of an extension is run in.
EXTENSION = ["2025-11-25", "2026-07-28"]
TIMEOUT = 60


class Suite:
    def __init__(self, folder):
        self.command = [
            str(folder / "node_modules/.bin/node"),
            str(folder / "node_modules/@modelcontextprotocol/conformance/dist/index.js"),
        ]

    def output(self, *arguments):
        command = [*self.command, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def scenarios(self):
        """Pairs of a scenario and a revision."""
        pairs = []
        for line in self.output("list", "--client").splitlines():
            found = re.fullmatch(r"  - (\S+) \[(.*)\]", line)
            if not found:
                continue
            revisions = EXTENSION if found[2] == "extension" else found[2].split(",")
            pairs += [(found[1], revision) for revision in revisions]
        if not pairs:
            sys.exit("the suite lists no scenario")
        return pairs

    def required(self, revision):
        """The names of the client scenarios that are scored for a revision."""
        text = self.output("list", "--client", "--requirements", revision)
        client = text[text.index("Client scenarios"):]
        # What follows the first list is not scored.
        client = re.split(r"\n\n(?=\S)", client)[0]
        return {line[4:].split()[0] for line in client.splitlines() if line.startswith("  - ")}

    def run(self, client, scenario, revision):
        """Why the scenario did not pass, or None; and the number of checks that were passed."""
        with tempfile.TemporaryDirectory() as out:
            command = [*self.command, "client", "--command", client, "--scenario", scenario,
                       "--spec-version", revision, "--force", "-o", out]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                return "timeout", 0
            files = list(pathlib.Path(out).rglob("checks.json"))
            if len(files) != 1:
                return f"no checks: {done.stdout[-500:]}{done.stderr[-500:]}", 0
            checks = json.loads(files[0].read_text())
            bad = [f"{check['status']} {check['id']}: {check.get('errorMessage', '')}"
                   for check in checks if check["status"] in ("FAILURE", "WARNING")]
            passed = sum(check["status"] == "SUCCESS" for check in checks)
            if not bad and done.returncode != 0:
                bad = [f"exit {done.returncode}"]
            if not bad and passed == 0:
                bad = ["no check was made"]
            said = files[0].with_name("stderr.txt")
            if bad and said.exists():
                bad += said.read_text().splitlines()[-1:]
            return ("; ".join(bad) or None), passed


def expected_failures():
    lines = (HERE / "expected-failures.txt").read_text().splitlines()
    entries = [line.split(": ", 1) for line in lines if line.strip() and not line.startswith("#")]
    for entry in entries:
        if len(entry) != 2:
            sys.exit(f"expected-failures.txt: no reason for {entry[0]}")
    names = [name for name, _ in entries]
    if len(set(names)) != len(names):
        sys.exit("expected-failures.txt: a name stands twice")
    return dict(entries)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", type=pathlib.Path, required=True)
    parser.add_argument("--client", type=pathlib.Path, required=True)
    parser.add_argument("--only", help="scenarios whose name has this in it")
    options = parser.parse_args()
    client = str(options.client.resolve(strict=True))
    suite = Suite(options.suite.resolve())
    pairs = [pair for pair in suite.scenarios() if (options.only or "") in pair[0]]
    expected = expected_failures()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = dict(zip(pairs, pool.map(lambda pair: suite.run(client, *pair), pairs)))
    faults = []
    for (scenario, revision), (fault, checks) in results.items():
        name = f"{scenario} in {revision}"
        if fault is None and scenario in expected:
            faults.append(f"{name} passes: take it off expected-failures.txt")
        elif fault is not None and scenario not in expected:
            faults.append(f"{name} fails: {fault}")
        word = "ok" if fault is None else "expected" if scenario in expected else "FAILED"
        print(f"{word:8} {name}: {checks} checks")
    known = {scenario for scenario, _ in suite.scenarios()}
    faults += [f"{name}: the suite has no such scenario" for name in set(expected) - known]
    for revision in sorted({revision for _, revision in pairs}):
        here = {name: fault for (name, other), (fault, _) in results.items() if other == revision}
        passed = sum(fault is None for fault in here.values())
        print(f"note: {revision}: {passed} of {len(here)} scenarios pass", end="")
        if revision in EXTENSION:
            scored = suite.required(revision) & here.keys()
            print(f", {sum(here[name] is None for name in scored)} of {len(scored)} scored", end="")
        print()
    for fault in faults:
        print(f"fault: {fault}")
    print(f"{sum(checks for _, checks in results.values())} checks, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
