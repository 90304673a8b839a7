"""Starts and stops the real MCP servers that mcpico is checked against, on loopback.

`ROWS` is the table of peers in the matrix: server, era, transport, and how it is started. What starts it
gives a `Peer`, which says by `arguments` how mcpico gets to it. A transport is added by a function that
returns such a `Peer` (without a process when mcpico starts the server itself) and a row for each era;
what each server offers stands in `matrix.OFFERS` by server, so that it is the same over every transport.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".ci" / "cache" / "interop"
EVERYTHING = CACHE / "node/node_modules/@modelcontextprotocol/server-everything/dist/index.js"
ISSUER = "https://issuer.example"
AUDIENCE = "mcpico-interop"
START_SECONDS = 300


@dataclass(frozen=True)
class Peer:
    """A server that mcpico can get to."""

    name: str
    arguments: tuple[str, ...]
    """Of mcpico: they lead to the server."""
    process: subprocess.Popen | None = None
    """What has to be stopped, if anything."""

    @property
    def endpoint(self) -> str:
        """Of a server over HTTP."""
        return self.arguments[self.arguments.index("--endpoint") + 1]

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def fastmcp(scratch: Path, secret_file: Path, is_sse: bool = False) -> Peer:
    """FastMCP with its own HS256 verifier; both eras, over HTTP+SSE the legacy one."""

    def command(port: int) -> tuple[list, dict]:
        return [
            sys.executable,
            HERE / "fastmcp_server.py",
            "--port", str(port),
            "--secret-file", secret_file,
            "--issuer", ISSUER,
            "--audience", AUDIENCE,
            *(["--sse"] if is_sse else []),
        ], {"FASTMCP_CHECK_FOR_UPDATES": "off"}  # fmt: skip

    if is_sse:
        return _start_http("fastmcp-sse", scratch, command, "/sse")
    return _start_http("fastmcp", scratch, command)


def everything(scratch: Path, transport: str = "streamableHttp", path: str = "/mcp") -> Peer:
    """The reference implementation's server without authorization; legacy era only."""
    def command(port: int) -> tuple[list, dict]:
        return [
            "node", "--require", HERE / "loopback.cjs", EVERYTHING, transport,
        ], {"PORT": str(port)}  # fmt: skip

    return _start_http(f"everything-{transport}", scratch, command, path)


def rmcp(mcpico: Path, era: str, scratch: Path, secret_file: Path) -> Peer:
    """The demo server, which is rmcp's; one era."""

    def command(port: int) -> tuple[list, dict]:
        return [
            mcpico, "serve",
            "--listen", f"127.0.0.1:{port}",
            "--era", era,
            "--secret-file", secret_file,
            "--issuer", ISSUER,
            "--audience", AUDIENCE,
        ], {}  # fmt: skip

    return _start_http(f"rmcp-{era}", scratch, command)


def _started_by_mcpico(name: str, *argv) -> Peer:
    """A server over stdio: its arguments come last."""
    return Peer(name, ("--", *map(str, argv)))


@dataclass(frozen=True)
class Row:
    """One row of the matrix."""

    server: str
    """A key of `matrix.OFFERS`."""
    era: str
    """`modern` or `legacy`."""
    transport: str
    start: Callable
    """Takes the rig, gives the `Peer`. Rows that name the same function share the peer."""
    pinned: bool = False
    """The server speaks both eras, and mcpico is told which one to speak."""


def _rmcp_modern(rig) -> Peer:
    return rmcp(rig.mcpico.path, "modern", rig.scratch, rig.secret_file)


def _rmcp_legacy(rig) -> Peer:
    return rmcp(rig.mcpico.path, "legacy", rig.scratch, rig.secret_file)


def _fastmcp(rig) -> Peer:
    return rig.fastmcp


def _everything(rig) -> Peer:
    return rig.everything


def _everything_sse(rig) -> Peer:
    return everything(rig.scratch, "sse", "/sse")


def _fastmcp_sse(rig) -> Peer:
    return fastmcp(rig.scratch, rig.secret_file, is_sse=True)


def _rmcp_stdio_modern(rig) -> Peer:
    return _started_by_mcpico("rmcp", rig.mcpico.path, "serve", "--stdio", "--era", "modern")


def _rmcp_stdio_legacy(rig) -> Peer:
    return _started_by_mcpico("rmcp", rig.mcpico.path, "serve", "--stdio", "--era", "legacy")


def _fastmcp_stdio(_rig) -> Peer:
    return _started_by_mcpico("fastmcp", sys.executable, HERE / "fastmcp_server.py", "--stdio")


def _everything_stdio(_rig) -> Peer:
    return _started_by_mcpico("everything", "node", EVERYTHING, "stdio")


ROWS = (
    Row("rmcp", "modern", "HTTP", _rmcp_modern),
    Row("rmcp", "legacy", "HTTP", _rmcp_legacy),
    Row("server-everything", "legacy", "HTTP", _everything),
    Row("server-everything", "legacy", "HTTP+SSE", _everything_sse),
    Row("FastMCP", "modern", "HTTP", _fastmcp),
    Row("FastMCP", "legacy", "HTTP", _fastmcp, pinned=True),
    Row("FastMCP", "legacy", "HTTP+SSE", _fastmcp_sse),
    Row("rmcp", "modern", "stdio", _rmcp_stdio_modern),
    Row("rmcp", "legacy", "stdio", _rmcp_stdio_legacy),
    Row("server-everything", "legacy", "stdio", _everything_stdio),
    Row("FastMCP", "modern", "stdio", _fastmcp_stdio),
    Row("FastMCP", "legacy", "stdio", _fastmcp_stdio, pinned=True),
)


def _start_http(name: str, scratch: Path, command, path: str = "/mcp") -> Peer:
    # Another process may take the free port before the peer does: the peer then ends at once.
    for _ in range(3):
        port = _free_port()
        argv, variables = command(port)
        log = scratch / f"{name}.log"
        with log.open("wb") as out:
            # One tool of the Node peer shows its environment, so it gets only what it needs.
            environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=environment | variables,
            )
        peer = Peer(name, ("--endpoint", f"http://127.0.0.1:{port}{path}"), process)
        try:
            if _answers(peer, port):
                return peer
        except BaseException:
            peer.stop()
            raise
    raise RuntimeError(f"{name} does not start:\n{log.read_text(errors='replace')[-2000:]}")


def _answers(peer: Peer, port: int) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if peer.process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{peer.name} does not answer within {START_SECONDS} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
