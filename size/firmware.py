"""What the firmware of examples/firmware takes: flash and RAM by crate, stack, bytes and instructions."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from elf import Elf, own_frame, places

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "firmware"
TARGET = "thumbv7m-none-eabi"
KIB = 1024
# Row of the table, budget.
BUDGETS = {
    "flash, whole image": 128 * KIB,
    "RAM, whole image": 48 * KIB,
    "flash, mcpico": 32 * KIB,
    "RAM, mcpico": 12 * KIB,
}
# What is known not to be met; docs/size.md says so, and the comparison with it holds the number where it is.
MISSED = {"flash, mcpico"}
OURS = ("mcpico-core", "mcpico-http")
# Where a source file belongs.
CRATES = [
    (re.escape(str(ROOT)) + r"/core/", "mcpico-core"),
    (re.escape(str(ROOT)) + r"/http/", "mcpico-http"),
    (re.escape(str(ROOT)) + r"/", "the firmware"),
    (r"/registry/src/[^/]*/((?:[a-z0-9_]+)(?:-[a-z0-9_]*[a-z][a-z0-9_]*)*)-\d", None),
    (r"/library/compiler-builtins/", "compiler-builtins"),
    (r"/library/", "the standard library, out of line"),
]
# How they are called in the names of functions.
NAMES = {"firmware": "the firmware", "mcpico_core": "mcpico-core", "mcpico_http": "mcpico-http"}
SMALL = 400


def measure() -> dict:
    """Builds, runs in QEMU, and gives the rows of the tables."""
    image = build()
    elf = Elf(image)
    text, constants = code_by_crate(image, elf)
    measured = json.loads(_run("--measure", "--image", str(image)))
    sizes = measured["sizes"]
    held = sizes["inbox"] + sizes["output"] + sizes["client"] + max(sizes["call"], sizes["reply"] + sizes["event"])
    static = elf.size(".data", ".bss", ".uninit")
    rows = {
        "flash, whole image": elf.size(".vector_table", ".text", ".rodata", ".data"),
        "flash, mcpico": sum(text.get(crate, 0) + constants.get(crate, 0) for crate in OURS),
        "RAM, whole image": static + measured["stack"],
        "RAM, static": static,
        "RAM, stack": measured["stack"],
        "RAM, mcpico": held,
        "bytes sent by a call": measured["bytes"]["sent"],
        "bytes received by a call": measured["bytes"]["received"],
        "instructions of a signature": measured["instructions"]["sign"],
        "instructions of a verification": measured["instructions"]["verify"],
        "instructions of a call": measured["instructions"]["call"],
    }
    return {"rows": rows, "text": text, "constants": constants, "sizes": sizes}


def build() -> Path:
    folder = ROOT / "size" / "target" / "firmware"
    env = {name: value for name, value in os.environ.items() if name != "RUSTFLAGS"}
    env |= {"CARGO_TARGET_DIR": str(folder), "CARGO_PROFILE_RELEASE_DEBUG": "1"}
    command = ["cargo", "build", "--locked", "--quiet", "--release", "--target", TARGET]
    subprocess.run(command, cwd=FOLDER, env=env, check=True)
    return folder / TARGET / "release" / "firmware"


def _run(*arguments: str) -> str:
    command = [str(FOLDER / "run"), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout


def code_by_crate(image: Path, elf: Elf):
    """Bytes of code and of constants by crate; exits when there is code that allocates.

    A constant counts for the crate whose code points to it first; what only constants point to, for theirs.
    """
    addresses = elf.addresses(".text")
    crates = {}
    for address, frames in zip(addresses, places(image, addresses)):
        # Symbols would not tell: what an allocator does is inlined, and its own symbols are gone.
        if any("/library/alloc/" in source for _, source in frames):
            sys.exit(f"the firmware allocates: {frames}")
        crates[address] = crate_of(*own_frame(frames))
    text = {}
    for crate in crates.values():
        text[crate] = text.get(crate, 0) + 2
    read_only = elf.span(".rodata")
    owners = {}
    for address, value in elf.words(elf.literals()):
        if value in read_only:
            owners.setdefault(value, crates[address])
    inner = [(at, value) for at, value in elf.words(range(read_only.start, read_only.stop, 4)) if value in read_only]
    starts = sorted({*owners, *(value for _, value in inner), read_only.start})
    spans = list(zip(starts, starts[1:] + [read_only.stop]))
    before = None
    while before != len(owners):
        before = len(owners)
        for start, end in spans:
            for at, value in inner:
                if start <= at < end and start in owners:
                    owners.setdefault(value, owners[start])
    constants = {}
    for start, end in spans:
        crate = owners.get(start, "unknown")
        constants[crate] = constants.get(crate, 0) + end - start
    return text, constants


def crate_of(function: str, source: str) -> str:
    # What has no line, as where a function keeps its addresses, is said to be from any file: it belongs to the function.
    named = re.match(r"<?(\w+)::", function) if source.endswith(":?") else None
    if named and named[1] in NAMES:
        return NAMES[named[1]]
    for pattern, crate in CRATES:
        found = re.search(pattern, source)
        if found:
            return crate or found[1]
    return "unknown"


def judge(rows: dict):
    """Lines about the budgets, and those that are missed without being known to be."""
    lines, new = [], []
    for name, budget in BUDGETS.items():
        size = rows[name]
        if size <= budget:
            lines.append(f"- {name}, {budget:,} bytes: met, {size:,}\n")
            continue
        lines.append(f"- {name}, {budget:,} bytes: **missed** by {size - budget:,}: {size:,} ({size / budget:.2f} times)\n")
        if name not in MISSED:
            new.append(name)
    return lines, new


def section(measured: dict, table) -> str:
    """The part of docs/size.md."""
    rows, text, constants = measured["rows"], measured["text"], measured["constants"]
    lines, _ = judge(rows)
    cells = [[f"`{name}`", f"{size:,}", f"{BUDGETS[name]:,}" if name in BUDGETS else ""] for name, size in rows.items()]
    whole = {crate: (text.get(crate, 0), constants.get(crate, 0)) for crate in {*text, *constants}}
    large = sorted((crate for crate, parts in whole.items() if sum(parts) >= SMALL or crate in OURS),
                   key=lambda crate: -sum(whole[crate]))
    rest = [parts for crate, parts in whole.items() if crate not in large]
    crates = [[crate, *(f"{part:,}" for part in whole[crate])] for crate in large]
    crates.append(["smaller ones", *(f"{sum(part):,}" for part in zip(*rest))])
    sizes = [[name, f"{size:,}"] for name, size in measured["sizes"].items()]
    return f"""## Firmware

`examples/firmware` on a Cortex-M3 in QEMU: DHCP, DNS, TCP, both eras, everything that CI has it do, built as above with
the compact SHA-256, without an allocator. Each number of the first table is compared as those of core are, and a budget that is missed
fails the step `size` of `.ci/run`, unless it is named here as missed: then it may not grow.

{"".join(lines)}
{table(["", "measured", "budget"], cells)}
- Flash of the whole image is `.vector_table`, `.text`, `.rodata` and `.data`. That of mcpico is code and constants of its
  two crates, from the lines of the debug information: what is inlined counts for the function that it comes from, what is
  inlined from the standard library for the function that uses it, what has no line for the function that it is in, and a
  constant for the code that points to it.
- Stack is the high-water mark of a run on painted memory, interrupts included, the highest of three runs: conversations
  of both eras, and the measuring. RAM of the whole image is that and the static variables, where tasks with their
  futures and all buffers lie.
- RAM of mcpico is what is lent to it and what it keeps while a call waits: {", ".join(measured["sizes"])}. Its part of
  the stack cannot be told from that of the others; alone it is the row `client-tokens` above.
- Bytes are those of one call of `add` in revision 2026-07-28 on an open connection: head, token, message; head, result.
- Instructions are the cycles of SysTick in QEMU with `-icount shift=4`, which makes time of instructions: 5 to a cycle. Those
  of a call leave out what was slept, and have TCP, IP, Ethernet and the copying of both in them. Signature and
  verification are of a token with five claims; the verification checks issuer, audience and times.

| where the image goes | code | constants |
| --- | --: | --: |
{"".join("| " + " | ".join(row) + " |" + chr(10) for row in crates)}
{table(["what mcpico is lent and keeps", "bytes"], sizes)}
"""
