"""The matrix: what the command does with each real peer of `peers.ROWS`, and the table of it.

A cell is `yes`, `no`, or `–` where the peer has nothing of the kind. `OFFERS` says what each server has,
by which the cells are judged; `COLUMNS` has the checks. The table stands in docs/interop.md between two
marks, written by `interop/run matrix --write docs/interop.md`; without `--write` a run fails where it
differs from what is there, so that what passed once goes on to pass.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from mcpico import CANCELLED
from peers import ROWS, Row
from plain_client import LEGACY, MODERN

PAGE = Path(__file__).resolve().parent.parent / "docs" / "interop.md"
BEGIN, END = "<!-- matrix: begin -->\n", "<!-- matrix: end -->\n"
REVISIONS = {"modern": MODERN, "legacy": LEGACY}
ACCENTS = "héllo \N{WAVING HAND SIGN} \"quoted\" \\ \n end"
# A hang ends here. Cancelling takes a moment on its way to the tool.
PATIENCE = 60


@dataclass(frozen=True)
class Offer:
    """What a server has; None where it has nothing of the kind."""

    tools: set[str]
    """All, or with `has_more` some."""
    resources: set[str]
    templates: set[str]
    prompts: set[str]
    progress: tuple[str, dict, int]
    """Tool, arguments and how often it reports."""
    slow: tuple[str, dict]
    """Reports progress at first and takes much longer than `PATIENCE`."""
    call: tuple[str, dict, str]
    structured: tuple[str, dict, dict | set]
    """Tool, arguments and the structured content or its members."""
    tool_error: tuple[str, dict, str]
    error: tuple[str, str]
    """The URI of no resource, and what the error says."""
    read: tuple[str, str]
    """A URI and how its text begins."""
    read_template: tuple[str, str]
    prompt: tuple[str, dict, str]
    complete: tuple[tuple[tuple, str, list[str]], ...]
    """References, what has been typed, and the values."""
    pages: int | None = None
    """Pages of its tools; None when it never has more than one."""
    has_more: bool = False
    cancellations: str | None = None
    """A tool that counts the cancelled calls of the slow one."""


OFFERS = {
    "rmcp": Offer(
        tools={"echo", "add", "whoami", "slow", "cancellations", "fail", "big", "route"},
        pages=3,
        resources={"greeting", "readme"},
        templates={"item"},
        prompts={"greet"},
        progress=("slow", {"steps": 3, "delay_ms": 50}, 3),
        slow=("slow", {"steps": 1000, "delay_ms": 500}),
        cancellations="cancellations",
        call=("echo", {"text": ACCENTS}, ACCENTS),
        structured=("add", {"a": 2, "b": 40}, {"sum": 42}),
        tool_error=("fail", {"message": "on purpose"}, "on purpose"),
        error=("demo://nothing", "resource not found"),
        read=("demo://greeting", "Hello from the mcpico demo server."),
        read_template=("demo://items/anvil", '{"id":"anvil"}'),
        prompt=("greet", {"name": "Ada"}, "Please greet Ada."),
        complete=(
            (("prompt", "greet", "name"), "A", ["Ada", "Alan"]),
            (("template", "demo://items/{id}", "id"), "an", ["anvil", "antenna"]),
        ),
    ),
    "server-everything": Offer(
        tools={"echo", "get-sum", "get-structured-content", "trigger-long-running-operation"},
        has_more=True,
        resources={"architecture.md"},
        templates={"Dynamic Text Resource", "Dynamic Blob Resource"},
        prompts={"simple-prompt", "args-prompt", "completable-prompt", "resource-prompt"},
        progress=("trigger-long-running-operation", {"duration": 1, "steps": 3}, 3),
        slow=("trigger-long-running-operation", {"duration": 500, "steps": 1000}),
        call=("get-sum", {"a": 2, "b": 40}, "The sum of 2 and 40 is 42."),
        structured=(
            "get-structured-content",
            {"location": "Chicago"},
            {"temperature", "conditions", "humidity"},
        ),
        tool_error=("get-sum", {"a": "two", "b": 40}, "Invalid"),
        error=("demo://nothing", "not found"),
        read=("demo://resource/static/document/architecture.md", "#"),
        read_template=("demo://resource/dynamic/text/7", "Resource 7: This is a plaintext"),
        prompt=("args-prompt", {"city": "Oslo"}, "What's weather in Oslo?"),
        complete=(
            (("prompt", "completable-prompt", "department"), "S", ["Sales", "Support"]),
            (("template", "demo://resource/dynamic/text/{resourceId}", "resourceId"), "7", ["7"]),
        ),
    ),
    "FastMCP": Offer(
        tools={"echo", "add", "whoami", "fail", "slow", "cancellations"},
        pages=2,
        resources={"greeting"},
        templates={"item"},
        prompts={"greet"},
        progress=("slow", {"steps": 3, "delay_ms": 50}, 3),
        slow=("slow", {"steps": 1000, "delay_ms": 500}),
        cancellations="cancellations",
        call=("echo", {"text": ACCENTS}, ACCENTS),
        structured=("add", {"a": 2, "b": 40}, {"sum": 42}),
        tool_error=("fail", {"message": "on purpose"}, "on purpose"),
        error=("demo://nothing", "demo://nothing"),
        read=("demo://greeting", "hello from the peer"),
        read_template=("demo://items/7", "item 7"),
        prompt=("greet", {"name": "Ada"}, "Say hello to Ada."),
        complete=(
            (("prompt", "greet", "name"), "A", ["Ada", "Alan"]),
            (("template", "demo://items/{item}", "item"), "an", ["anvil"]),
        ),
    ),
}  # fmt: skip


class Asked:
    """mcpico, a peer in one era, and what the peer offers."""

    def __init__(self, rig, row: Row):
        self.mcpico, self.offer, self.row = rig.mcpico, OFFERS[row.server], row
        is_open = row.transport == "stdio" or row.server == "server-everything"
        self.token = None if is_open else rig.good_token()
        pinned = ("--revision", REVISIONS[row.era]) if row.pinned else ()
        self.where = (*pinned, *rig.start(row).arguments)

    def handshake(self):
        run = self._well(self.mcpico.list("tools", self.where, self.token))
        return _equal(self.mcpico.revision(run), REVISIONS[self.row.era])

    def tools(self):
        return self._list("tools", "tools", self.offer.tools)

    def pages(self):
        if self.offer.pages is None:
            return None
        run = self._well(self.mcpico.list("tools", self.where, self.token))
        return _equal(self.mcpico.pages(run, "tools/list"), self.offer.pages)

    def resources(self):
        return self._list("resources", "resources", self.offer.resources)

    def templates(self):
        return self._list("templates", "resourceTemplates", self.offer.templates)

    def prompts(self):
        return self._list("prompts", "prompts", self.offer.prompts)

    def call(self):
        tool, arguments, text = self.offer.call
        return _equal(self.mcpico.text(self._called(tool, arguments)), text)

    def progress(self):
        tool, arguments, count = self.offer.progress
        return _equal(self.mcpico.progress(self._called(tool, arguments)), count)

    def structured(self):
        tool, arguments, expected = self.offer.structured
        content = self.mcpico.structured(self._called(tool, arguments))
        return _equal(set(content) if isinstance(expected, set) else content, expected)

    def tool_error(self):
        tool, arguments, text = self.offer.tool_error
        run = self.mcpico.call(self.where, tool, arguments, self.token)
        return True if run.code == 5 and text in self.mcpico.text(run) else run

    def error(self):
        uri, text = self.offer.error
        run = self.mcpico.read(self.where, uri, self.token)
        return True if run.code == 1 and "JSON-RPC error" in run.err and text in run.err else run

    def read(self):
        return self._read(*self.offer.read)

    def read_template(self):
        return self._read(*self.offer.read_template)

    def prompt(self):
        name, arguments, text = self.offer.prompt
        run = self._well(self.mcpico.prompt(self.where, name, arguments, self.token))
        return _equal(self.mcpico.text(run), text)

    def complete(self):
        for reference, typed, values in self.offer.complete:
            run = self._well(self.mcpico.complete(self.where, reference, typed, self.token))
            if self.mcpico.values(run) != values:
                return run
        return True

    def cancel(self):
        """The command ends; the server hears of it, where it can tell, and goes on to serve."""
        before = self._cancellations()
        run = self.mcpico.cancelled_call(self.where, *self.offer.slow, self.token)
        if run.code != CANCELLED:
            return run
        end = time.monotonic() + PATIENCE
        while before is not None and self._cancellations() != before + 1:
            if time.monotonic() > end:
                return f"the tool was not cancelled: {run}"
        return self.call()

    def _cancellations(self):
        # Over stdio every run of the command has a server of its own.
        if self.offer.cancellations is None or self.row.transport == "stdio":
            return None
        run = self._called(self.offer.cancellations, {})
        return self.mcpico.structured(run)["cancelled"]

    def _list(self, what, member, expected):
        run = self._well(self.mcpico.list(what, self.where, self.token))
        seen = self.mcpico.names(run, member)
        some = self.offer.has_more and what in ("tools", "resources")
        return _equal(seen & expected if some else seen, expected)

    def _read(self, uri, text):
        run = self._well(self.mcpico.read(self.where, uri, self.token))
        seen = self.mcpico.text(run)
        return True if seen.startswith(text) else _equal(seen, text)

    def _called(self, tool, arguments):
        return self._well(self.mcpico.call(self.where, tool, arguments, self.token))

    @staticmethod
    def _well(run):
        assert run.ok, run
        return run


COLUMNS = {
    "handshake": Asked.handshake,
    "tools": Asked.tools,
    "pages": Asked.pages,
    "resources": Asked.resources,
    "templates": Asked.templates,
    "prompts": Asked.prompts,
    "call": Asked.call,
    "progress": Asked.progress,
    "structured content": Asked.structured,
    "tool's error": Asked.tool_error,
    "error": Asked.error,
    "read": Asked.read,
    "read by template": Asked.read_template,
    "prompt": Asked.prompt,
    "completion": Asked.complete,
    "cancel": Asked.cancel,
}


def matrix_part(check, rig) -> None:
    """Every column with every peer."""
    versions = rig.versions()
    recorded = {} if rig.write else cells_of(PAGE.read_text())
    rows = {}
    for row in ROWS:
        label = f"{row.server}, {row.era}, {row.transport}"
        name = (row.server, versions[row.server], REVISIONS[row.era], row.transport)
        cells = {}
        try:
            asked = Asked(rig, row)
        except Exception as error:
            check(f"{label}: starts", lambda error=error: error)
            cells = dict.fromkeys(COLUMNS, "no")
        for column, ask in COLUMNS.items() if not cells else ():

            def judged(ask=ask):
                verdict = ask(asked)
                judged.has_none = verdict is None
                return verdict is None or verdict

            judged.has_none = False
            is_known = recorded.get((name, column)) == "no"
            passed = check(f"{label}: {column}", judged, is_known=is_known)
            cells[column] = "–" if judged.has_none else "yes" if passed else "no"
        rows[name] = cells
    written = table(rows)
    if rig.write is not None:
        rig.write.write_text(replaced(rig.write.read_text(), written))
    else:
        check("the table of docs/interop.md is this one", lambda: compared(PAGE, written))


HEAD = ("server", "version", "revision", "transport")


def table(rows: dict) -> str:
    """A column for each peer, as there are more things to ask than peers."""
    lines = [
        f"| {head} | " + " | ".join(name[at] for name in rows) + " |" for at, head in enumerate(HEAD)
    ]
    lines.insert(1, "| --- |" + " :-: |" * len(rows))
    for column in COLUMNS:
        lines.append(f"| {column} | " + " | ".join(row[column] for row in rows.values()) + " |")
    cells = [cell for row in rows.values() for cell in row.values()]
    passed, asked = cells.count("yes"), len(cells) - cells.count("–")
    return "\n".join(lines) + f"\n\n{passed} of {asked} pass.\n"


def replaced(page: str, written: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + written + END + after


def cells_of(page: str) -> dict:
    """What the table of a page says, by peer and what is asked."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    if not lines:
        return {}
    names = list(zip(lines[0][1:], *(line[1:] for line in lines[2 : 1 + len(HEAD)])))
    return {
        (name, line[0]): cell
        for line in lines[1 + len(HEAD) :]
        for name, cell in zip(names, line[1:])
    }


def compared(page: Path, written: str):
    seen = page.read_text().partition(BEGIN)[2].partition(END)[0]
    if seen == written:
        return True
    return f"{page.name} says\n{seen}\nand this run\n{written}\ninterop/run matrix --write {page}"


def _equal(seen, expected):
    return True if seen == expected else f"seen     {seen!r}\nexpected {expected!r}"
