"""The `mcpico` command as the checks call it: each of its flags and output shapes stands only here."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 300
CANCELLED = 130
"""How a run that was interrupted ends."""


@dataclass
class Run:
    """What one run left behind."""

    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise AssertionError(f"not JSON: {self}") from None

    def __str__(self) -> str:
        return f"exit {self.code}, stdout {self.out[-600:]!r}, stderr {self.err[-600:]!r}"


@dataclass
class Mcpico:
    """Runs the command; no run may show one of `secrets`."""

    path: Path
    scratch: Path
    secrets: set[str] = field(default_factory=set)

    def list(self, what: str, where, token: str | None = None, revision: str = "") -> Run:
        """`what` is tools, resources, templates or prompts; `where` a URL or the arguments of a peer."""
        pinned = ("--revision", revision) if revision else ()
        return self._at(token, where, "list", what, "--verbose", *pinned)

    def call(self, where, tool: str, arguments: dict, token: str | None = None) -> Run:
        return self._at(token, where, *self._calling(tool, arguments))

    def read(self, where, uri: str, token: str | None = None) -> Run:
        return self._at(token, where, "read", uri)

    def prompt(self, where, name: str, arguments: dict, token: str | None = None) -> Run:
        return self._at(token, where, "prompt", name, "--args", json.dumps(arguments))

    def complete(self, where, reference: tuple, value: str, token: str | None = None) -> Run:
        """`reference` is `prompt` or `template`, its name and the name of the argument."""
        return self._at(token, where, "complete", *reference, value)

    def cancelled_call(
        self, where, tool: str, arguments: dict, token: str | None = None
    ) -> Run:
        """Interrupts a call, as by Ctrl-C, when the first progress has been reported."""
        process = subprocess.Popen(
            [self.path, *self._calling(tool, arguments), *self._reaching(token, where)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=self._environment(),
        )
        err = ""
        try:
            for line in process.stderr:
                err += line
                if self.PROGRESS in line:
                    process.send_signal(signal.SIGINT)
                    break
            out, rest = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
            process.wait()
        return self._looked_through(Run(process.returncode, out, err + rest), token or "")

    def test(self, endpoint: str, token: str | None = None) -> Run:
        return self._run("test", endpoint, *self._showing(token), secret=token or "")

    def test_open(self, endpoint: str) -> Run:
        """`test` of a server that is meant to be open to everyone."""
        return self._run("test", endpoint, "--open", *self._showing(None))

    def audit(self, where, secret_file, issuer: str, audience: str) -> Run:
        """Mints every bad token there is."""
        claims = ("--iss", issuer, "--aud", audience)
        flags = ("--secret-file", str(secret_file), *claims, "--tool", "whoami", "--format", "json")
        return self._run("audit", where, *flags)

    def test_minting(self, endpoint: str, secret_file: Path, issuer: str, audience: str) -> Run:
        """`test` with the server's secret, so that it makes its good and bad tokens itself."""
        trust = ("--secret-file", secret_file, "--iss", issuer, "--aud", audience)
        return self._run("test", endpoint, *trust, *self._showing(None))

    def recorded(self, endpoint: str, token: str | None, *options: str, is_open: bool = False) -> Run:
        """Records the server and tests it by what was recorded; of `test` if that came to be."""
        file = self.scratch / "recorded.yaml"
        asked = (endpoint, *self._showing(token))
        run = self._run("record", *asked, "-o", file, "--force", *options, secret=token or "")
        if not run.ok:
            return run
        config = ("--config", file, "--allow-writes", "--max-parallel", "2")
        opened = ("--open",) if is_open else ()
        return self._run("test", *asked, *config, *opened, secret=token or "")

    def sign(self, secret_file: Path, issuer: str, audience: str, subject: str) -> Run:
        """Prints a token, the one thing that may be shown here."""
        claims = ("--iss", issuer, "--aud", audience, "--sub", subject, "--expires-in", "600")
        return self._run("token", "sign", "--secret-file", secret_file, *claims, shows_token=True)

    def verify(self, secret_file: Path, issuer: str, audience: str, token: str) -> Run:
        trust = ("--secret-file", secret_file, "--iss", issuer, "--aud", audience)
        return self._run("token", "verify", *trust, "--format", "json", stdin=token)

    def inspect(self, token: str) -> Run:
        return self._run("token", "inspect", "--format", "json", stdin=token)

    def mask(self, token: str) -> Run:
        return self._run("token", "mask", stdin=token)

    PROGRESS = "mcpico: progress "
    """How the line on stderr begins that reports progress."""

    @staticmethod
    def names(run: Run, kind: str = "") -> set[str]:
        """Names of `list`."""
        kinds = (kind,) if kind else ("tools", "resources", "prompts")
        kind = next(kind for kind in kinds if kind in run.json)
        return {entry["name"] for entry in run.json[kind]}

    @staticmethod
    def pages(run: Run, method: str) -> int:
        """Pages of `list`."""
        return run.err.count(f"mcpico: {method}, ")

    @staticmethod
    def revision(run: Run) -> str:
        """The revision that `list` agreed on with the server."""
        (line,) = (line for line in run.err.splitlines() if line.startswith("mcpico: handshake, "))
        return line.rpartition(": ")[2].partition(",")[0]

    @classmethod
    def progress(cls, run: Run) -> int:
        """Reports of progress during `call`."""
        return run.err.count(cls.PROGRESS)

    @staticmethod
    def structured(run: Run):
        """The structured content of `call`."""
        return run.json["structuredContent"]

    @staticmethod
    def values(run: Run) -> "list[str]":
        """Values of `complete`."""
        return run.json["completion"]["values"]

    @staticmethod
    def text(run: Run) -> str:
        """The text of `call` and `read`, or of the first message of `prompt`."""
        result = run.json
        if "messages" in result:
            return result["messages"][0]["content"]["text"]
        return result.get("content", result.get("contents"))[0]["text"]

    @staticmethod
    def claims(run: Run) -> dict:
        """The claims that `verify` has accepted."""
        shown = run.json
        return shown.get("claims", shown)

    @staticmethod
    def _calling(tool: str, arguments: dict) -> tuple:
        return "call", tool, "--args", json.dumps(arguments), "--verbose"

    def _at(self, token: str | None, where, *arguments) -> Run:
        return self._run(*arguments, *self._reaching(token, where), secret=token or "")

    def _reaching(self, token: str | None, where) -> tuple:
        way = ("--endpoint", where) if isinstance(where, str) else where
        # What starts a server stands behind everything else.
        return *self._showing(token), *way

    def _showing(self, token: str | None) -> tuple:
        shared = ("--format", "json", "--timeout", str(SECONDS))
        if token is None:
            return shared
        file = self.scratch / "token"
        file.touch(mode=0o600)
        file.write_text(token)
        return "--jwt-token-file", file, *shared

    def _environment(self) -> dict:
        return {"PATH": os.environ["PATH"], "HOME": str(self.scratch)}

    def _run(self, *arguments, stdin: str = "", secret: str = "", shows_token: bool = False) -> Run:
        done = subprocess.run(
            [self.path, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            env=self._environment(),
            check=False,
        )
        run = Run(done.returncode, done.stdout, done.stderr)
        # The last part is what makes a token usable; headers and claims may be printed.
        return self._looked_through(run, *(() if shows_token else (secret, stdin)))

    def _looked_through(self, run: Run, *tokens: str) -> Run:
        hidden = self.secrets | {shown.strip().rpartition(".")[2] for shown in tokens}
        for text in hidden:
            if len(text) > 12 and text in run.out + run.err:
                raise AssertionError("a run shows a secret")
        return run
