"""The servers that are well: the demo server of `mcpico serve`, and FastMCP."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FASTMCP_PYTHON = ROOT / ".ci/cache/interop/venv/bin/python"
# As in src/token.rs.
ISSUER = "https://devices.example"
AUDIENCE = "mcpico-firmware"
START_SECONDS = 60


class Server:
    """A process that listens on a port of loopback."""

    def __init__(self, port: int, command: list, log: Path):
        self.port = port
        self.log = log
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with log.open("wb") as out:
            self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, env=environment)

    def wait(self) -> "Server":
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.stop()
        sys.exit(f"{self.log.name} does not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def url(self, host: str = "10.0.2.2") -> str:
        """How the firmware reaches it: QEMU's user network has this host's loopback there."""
        return f"http://{host}:{self.port}/mcp"

    def connections(self) -> int:
        """Connections to the port that are not over for the server: those in ESTABLISHED and CLOSE_WAIT."""
        held = 0
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            held += int(local.split(":")[1], 16) == self.port and state in ("01", "08")
        return held

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def demo(mcpico: Path, port: int, key: Path, scratch: Path, *options: str) -> Server:
    """The demo server; it takes tokens of the firmware's key, and the name that the firmware looks up."""
    command = [mcpico, "serve", "--listen", f"127.0.0.1:{port}", "--secret-file", key, "--issuer", ISSUER,
               "--audience", AUDIENCE, "--allow-host", "10.0.2.2", "--allow-host", "device.test", *options]
    return Server(port, command, scratch / f"demo-{port}.log")


def fastmcp(port: int, key: Path, scratch: Path) -> Server:
    """FastMCP behind its own verifier, with a tool that asks the client for things."""
    if not FASTMCP_PYTHON.exists():
        sys.exit("FastMCP is missing: interop/setup installs it")
    command = [FASTMCP_PYTHON, ROOT / "interop/fastmcp_server.py", "--port", port, "--secret-file", key,
               "--issuer", ISSUER, "--audience", AUDIENCE, "--asks"]
    return Server(port, command, scratch / "fastmcp.log")
