"""The `mcpico` command as the checks call it: each of its flags and output shapes stands only here."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 60


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

    def list(self, what: str, endpoint: str, token: str | None = None, revision: str = "") -> Run:
        """`what` is tools, resources or prompts."""
        pinned = ("--revision", revision) if revision else ()
        return self._at(token, "list", what, "--endpoint", endpoint, *pinned)

    def call(self, endpoint: str, tool: str, arguments: dict, token: str | None = None) -> Run:
        arguments = json.dumps(arguments)
        return self._at(token, "call", tool, "--args", arguments, "--endpoint", endpoint)

    def read(self, endpoint: str, uri: str, token: str | None = None) -> Run:
        return self._at(token, "read", uri, "--endpoint", endpoint)

    def prompt(self, endpoint: str, name: str, arguments: dict, token: str | None = None) -> Run:
        arguments = json.dumps(arguments)
        return self._at(token, "prompt", name, "--args", arguments, "--endpoint", endpoint)

    def test(self, endpoint: str, token: str | None = None) -> Run:
        return self._at(token, "test", endpoint)

    def test_open(self, endpoint: str) -> Run:
        """`test` of a server that is meant to be open to everyone."""
        return self._at(None, "test", endpoint, "--open")

    def test_minting(self, endpoint: str, secret_file: Path, issuer: str, audience: str) -> Run:
        """`test` with the server's secret, so that it makes its good and bad tokens itself."""
        trust = ("--secret-file", secret_file, "--iss", issuer, "--aud", audience)
        return self._at(None, "test", endpoint, *trust)

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

    @staticmethod
    def names(run: Run) -> set[str]:
        """Names of `list`."""
        kind = next(kind for kind in ("tools", "resources", "prompts") if kind in run.json)
        return {entry["name"] for entry in run.json[kind]}

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

    def _at(self, token: str | None, *arguments) -> Run:
        if token is None:
            return self._run(*arguments, "--format", "json")
        file = self.scratch / "token"
        file.touch(mode=0o600)
        file.write_text(token)
        return self._run(*arguments, "--jwt-token-file", file, "--format", "json", secret=token)

    def _run(self, *arguments, stdin: str = "", secret: str = "", shows_token: bool = False) -> Run:
        done = subprocess.run(
            [self.path, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            env={"PATH": os.environ["PATH"], "HOME": str(self.scratch)},
            check=False,
        )
        run = Run(done.returncode, done.stdout, done.stderr)
        hidden = set(self.secrets)
        if not shows_token:
            # The last part is what makes a token usable; headers and claims may be printed.
            hidden |= {shown.strip().rpartition(".")[2] for shown in (secret, stdin)}
        for text in hidden:
            if len(text) > 12 and text in run.out + run.err:
                raise AssertionError(f"{arguments[0]} {arguments[1]} shows a secret")
        return run
