"""Starts and stops the real MCP servers that mcpico is checked against, on loopback."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".ci" / "cache" / "interop"
ISSUER = "https://issuer.example"
AUDIENCE = "mcpico-interop"
START_SECONDS = 90


@dataclass
class Peer:
    """A running server."""

    name: str
    process: subprocess.Popen
    port: int
    log: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def fastmcp(scratch: Path, secret_file: Path) -> Peer:
    """FastMCP with its own HS256 verifier; both eras."""

    def command(port: int) -> tuple[list, dict]:
        return [
            sys.executable,
            HERE / "fastmcp_server.py",
            "--port", str(port),
            "--secret-file", secret_file,
            "--issuer", ISSUER,
            "--audience", AUDIENCE,
        ], {"FASTMCP_CHECK_FOR_UPDATES": "off"}  # fmt: skip

    return _start("fastmcp", scratch, command)


def everything(scratch: Path) -> Peer:
    """The reference implementation's server without authorization; legacy era only."""
    package = CACHE / "node/node_modules/@modelcontextprotocol/server-everything/dist/index.js"

    def command(port: int) -> tuple[list, dict]:
        return [
            "node", "--require", HERE / "loopback.cjs", package, "streamableHttp",
        ], {"PORT": str(port)}  # fmt: skip

    return _start("everything", scratch, command)


def _start(name: str, scratch: Path, command) -> Peer:
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
        peer = Peer(name, process, port, log)
        try:
            if _answers(peer):
                return peer
        except BaseException:
            peer.stop()
            raise
    raise RuntimeError(f"{name} does not start:\n{log.read_text(errors='replace')[-2000:]}")


def _answers(peer: Peer) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if peer.process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", peer.port), 1).close()
            return True
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{peer.name} does not answer within {START_SECONDS} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
