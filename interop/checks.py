"""Checks mcpico against real peers. Run it by `interop/run`, which installs them.

    interop/run [--mcpico PATH] [--write docs/interop.md] [PART...]

Parts: peers tokens fastmcp everything matrix.
"""

import argparse
import json
import secrets
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from importlib import metadata
from pathlib import Path

import jwt

import peers
import pyjwt_check
from matrix import matrix_part
from mcpico import Mcpico
from peers import AUDIENCE, ISSUER
from plain_client import LEGACY, MODERN, Session

SUM = {"a": 2, "b": 40}
TOOLS = {"echo", "add", "whoami", "fail", "slow", "cancellations"}
# It takes the first of several headers, looks neither at `nbf` nor for `exp`, and fails at an `exp` of 1e400.
FASTMCP_FAULTS = {"repeated-header", "not-before-unchecked", "expiry-optional", "server-error"}
ACCENTS = "héllo \N{WAVING HAND SIGN} \"quoted\" \\ \n end"


class Checks:
    """Counts; a check that raises has failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name: str, check, is_known: bool = False) -> bool:
        """`check` is true, or a value that explains what is wrong, or it raises. Whether it passed.

        A failure that is known does not count.
        """
        try:
            verdict = check()
            problem = "" if verdict is True else str(verdict)
            if verdict is not True and not problem:
                problem = repr(verdict)
        except AssertionError as error:
            problem = str(error) or traceback.format_exc(limit=-1)
        except Exception:
            problem = traceback.format_exc(limit=-2)
        if problem:
            self.failed += not is_known
            print(f"{'known   ' if is_known else 'FAILED  '}{name}\n        " + problem.strip().replace("\n", "\n        "))
        else:
            self.passed += 1
            print(f"ok      {name}")
        sys.stdout.flush()
        return not problem


def equal(seen, expected):
    """True, or what differs."""
    return True if seen == expected else f"seen     {seen!r}\nexpected {expected!r}"


def refused_tokens(secret: str) -> dict[str, str | None]:
    """What FastMCP has to refuse, by name: all bad kinds, but its verifier never looks at `nbf`."""
    tokens = {
        kind: pyjwt_check.make(kind, secret, ISSUER, AUDIENCE)
        for kind, is_good in pyjwt_check.KINDS.items()
        if not is_good and kind != "not-yet-valid"
    }
    return {"no token": None, "garbage": "not-a-token-at-all"} | tokens


def peers_part(check, rig) -> None:
    """What the peers do by themselves, without mcpico."""
    good = rig.good_token()
    for name, token in refused_tokens(rig.secret).items():
        session = Session(rig.fastmcp.endpoint, token)
        opening = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening}

        def refuses(session=session, message=message):
            status, headers, _ = session.post(message, {})
            challenge = headers.get("www-authenticate", "")
            return equal((status, challenge.startswith("Bearer")), (401, True))

        check(f"fastmcp refuses: {name}", refuses)

    def modern():
        session = Session(rig.fastmcp.endpoint, good)
        found = session.discover()
        listed = {tool["name"] for tool in session.pages("tools/list", "tools")}
        called = session.request("tools/call", name="add", arguments=SUM)
        return equal(
            (MODERN in found["supportedVersions"], listed, called["structuredContent"]),
            (True, TOOLS, {"sum": 42}),
        )

    def legacy():
        session = Session(rig.fastmcp.endpoint, good)
        version = session.initialize()["protocolVersion"]
        called = session.request("tools/call", name="echo", arguments={"text": ACCENTS})
        claims = session.request("tools/call", name="whoami", arguments={})["structuredContent"]
        failed = session.request("tools/call", name="fail", arguments={"message": "on purpose"})
        read = session.request("resources/read", uri="demo://items/7")["contents"][0]["text"]
        prompt = session.request("prompts/get", name="greet", arguments={"name": "Ada"})
        return equal(
            (version, called["content"][0]["text"], claims["sub"], failed["isError"], read)
            + (prompt["messages"][0]["content"]["text"],),
            (LEGACY, ACCENTS, "interop", True, "item 7", "Say hello to Ada."),
        )

    def everything():
        session = Session(rig.everything.endpoint)
        version = session.initialize()["protocolVersion"]
        called = session.request("tools/call", name="get-sum", arguments=SUM)
        return equal(
            (version, called["content"][0]["text"]), (LEGACY, "The sum of 2 and 40 is 42.")
        )

    check(f"fastmcp speaks {MODERN}", modern)
    check(f"fastmcp speaks {LEGACY}", legacy)
    check(f"server-everything speaks {LEGACY}", everything)


def tokens_part(check, rig) -> None:
    """Tokens both ways between mcpico and PyJWT."""
    trust = (rig.secret_file, ISSUER, AUDIENCE)

    def signed_by_mcpico():
        run = rig.mcpico.sign(*trust, "device-7")
        if not run.ok:
            return run
        claims = pyjwt_check.verify(run.out.strip(), rig.secret, ISSUER, AUDIENCE)
        lifetime = claims["exp"] - time.time()
        return equal((claims["sub"], 540 < lifetime <= 600), ("device-7", True))

    def wrong_secret_is_told_apart():
        run = rig.mcpico.sign(*trust, "device-7")
        try:
            pyjwt_check.verify(run.out.strip(), rig.secret + "x", ISSUER, AUDIENCE)
        except jwt.InvalidSignatureError:
            return True
        return "PyJWT took the token with another secret"

    def inspected():
        run = rig.mcpico.inspect(pyjwt_check.make("expired", rig.secret, ISSUER, AUDIENCE))
        return ISSUER in run.out and AUDIENCE in run.out and "HS256" in run.out or run

    def masked():
        token = rig.good_token()
        return equal(rig.mcpico.mask(token).out.strip(), f"{token[:4]}...{token[-4:]}")

    check("PyJWT takes a token by mcpico", signed_by_mcpico)
    check("PyJWT refuses it with another secret", wrong_secret_is_told_apart)
    for kind, is_good in pyjwt_check.KINDS.items():
        token = pyjwt_check.make(kind, rig.secret, ISSUER, AUDIENCE)

        def judged(token=token, is_good=is_good):
            run = rig.mcpico.verify(*trust, token)
            if not is_good:
                return usable_refusal(run)
            expected = jwt.decode(token, options={"verify_signature": False})
            return equal(rig.mcpico.claims(run), expected) if run.ok else run

        check(f"mcpico {'takes' if is_good else 'refuses'} a token by PyJWT: {kind}", judged)
    check("mcpico refuses garbage", lambda: usable_refusal(rig.mcpico.verify(*trust, "a.b")))
    check("mcpico inspects an expired token by PyJWT", inspected)
    check("mcpico masks a token by PyJWT", masked)


def ran(run) -> int:
    """How many cases of a configuration passed."""
    passed = (check for check in run.json["checks"] if check["verdict"] == "passed")
    return sum("/" in check["id"] for check in passed)


def usable_refusal(run):
    """True when the run failed with a reason: not a crash, not a wrong flag, not a missing file."""
    said = (run.out + run.err).strip()
    clean = run.code not in (0, 2) and 0 < run.code < 100 and "panicked" not in said
    return True if clean and said else run


def fastmcp_part(check, rig) -> None:
    """mcpico against a server that judges its bearers."""
    mcpico, endpoint = rig.mcpico, rig.fastmcp.endpoint
    good = rig.good_token()

    def minted_by_mcpico():
        signed = mcpico.sign(rig.secret_file, ISSUER, AUDIENCE, "device-7")
        run = mcpico.call(endpoint, "whoami", {}, signed.out.strip())
        return equal(run.json["structuredContent"]["sub"], "device-7") if run.ok else run

    def fails():
        run = mcpico.call(endpoint, "fail", {"message": "on purpose"}, good)
        return not run.ok and "on purpose" in run.out + run.err or run

    def tested():
        run = mcpico.test(endpoint, good)
        return True if run.ok and run.json else run

    def tested_minting():
        run = mcpico.test_minting(endpoint, rig.secret_file, ISSUER, AUDIENCE)
        return True if run.ok and run.json else run

    def audited():
        run = mcpico.audit(endpoint, rig.secret_file, ISSUER, AUDIENCE)
        return equal({found["id"] for found in run.json["diagnoses"]}, FASTMCP_FAULTS)

    def recorded():
        called = ("add", "cancellations", "echo", "slow", "whoami")
        options = [word for tool in called for word in ("--call", tool)]
        run = mcpico.recorded(endpoint, good, *options)
        return equal(ran(run), 5 + 2 + 1) if run.ok else run

    ask = Ask(check, mcpico)
    ask.names("fastmcp: lists tools", TOOLS, mcpico.list, "tools", endpoint, good)
    for era in (MODERN, LEGACY):
        pinned = ("tools", endpoint, good, era)
        ask.names(f"fastmcp: lists tools in {era}", TOOLS, mcpico.list, *pinned)
    ask.names("fastmcp: lists resources", {"greeting"}, mcpico.list, "resources", endpoint, good)
    ask.names("fastmcp: lists prompts", {"greet"}, mcpico.list, "prompts", endpoint, good)
    echo = {"text": ACCENTS}
    ask.text("fastmcp: calls echo", ACCENTS, mcpico.call, endpoint, "echo", echo, good)
    greeting = ("hello from the peer", mcpico.read, endpoint, "demo://greeting", good)
    ask.text("fastmcp: reads a resource", *greeting)
    item = ("item 7", mcpico.read, endpoint, "demo://items/7", good)
    ask.text("fastmcp: reads by a template", *item)
    greet = ("Say hello to Ada.", mcpico.prompt, endpoint, "greet", {"name": "Ada"}, good)
    ask.text("fastmcp: gets a prompt", *greet)
    check("fastmcp: a tool's error is an error", fails)
    check("fastmcp: takes a token by mcpico", minted_by_mcpico)
    check("fastmcp: test passes", tested)
    check("fastmcp: test with the secret passes", tested_minting)
    check("fastmcp: audit finds what is wrong with it, and nothing else", audited)
    check("fastmcp: what record wrote passes", recorded)
    for name, token in refused_tokens(rig.secret).items():

        def denied(token=token):
            run = mcpico.list("tools", endpoint, token)
            return "401" in run.out + run.err and usable_refusal(run) or run

        check(f"fastmcp: refused, and mcpico says so: {name}", denied)


def everything_part(check, rig) -> None:
    """mcpico against the reference implementation, legacy era, event streams."""
    mcpico, endpoint = rig.mcpico, rig.everything.endpoint

    def opened():
        run = mcpico.test_open(endpoint)
        return True if run.ok and run.json["revision"] == LEGACY else run

    def found_open():
        """Nobody said that it is meant to be open, so that is a fault."""
        run = mcpico.test(endpoint)
        failed = {check["id"] for check in run.json["checks"] if check["verdict"] == "failed"}
        return True if run.code == 1 and "no-token" in failed else run

    def recorded():
        run = mcpico.recorded(
            endpoint, None, "--skip", "trigger-long-running-operation", is_open=True
        )
        return ran(run) >= 15 or run if run.ok else run

    def structured():
        run = mcpico.call(endpoint, "get-structured-content", {"location": "Chicago"})
        return set(run.json["structuredContent"]) == {"temperature", "conditions", "humidity"} or run

    ask = Ask(check, mcpico)
    some = {"echo", "get-sum", "get-tiny-image", "trigger-long-running-operation"}
    ask.names("everything: lists tools", some, mcpico.list, "tools", endpoint, at_least=True)
    some = {"args-prompt"}
    ask.names("everything: lists prompts", some, mcpico.list, "prompts", endpoint, at_least=True)
    total = "The sum of 2 and 40 is 42."
    ask.text("everything: calls get-sum", total, mcpico.call, endpoint, "get-sum", SUM)
    done = "Long running operation completed. Duration: 1 seconds, Steps: 2."
    slow = ("trigger-long-running-operation", {"duration": 1, "steps": 2})
    ask.text("everything: waits for a slow tool", done, mcpico.call, endpoint, *slow)
    weather = ("What's weather in Oslo?", mcpico.prompt, endpoint, "args-prompt", {"city": "Oslo"})
    ask.text("everything: gets a prompt", *weather)
    check("everything: structured content", structured)
    check("everything: test --open passes", opened)
    check("everything: what record wrote passes", recorded)
    check("everything: test finds that anyone may come in", found_open)


class Ask:
    """Checks of what a run that should end well has printed; `run` and its arguments come last."""

    def __init__(self, check, mcpico):
        self.check, self.mcpico = check, mcpico

    def names(self, name, expected, run, *arguments, at_least=False):
        def judged():
            done = run(*arguments)
            if not done.ok:
                return done
            seen = self.mcpico.names(done)
            return equal(seen & expected if at_least else seen, expected)

        self.check(name, judged)

    def text(self, name, expected, run, *arguments):
        def judged():
            done = run(*arguments)
            return equal(self.mcpico.text(done), expected) if done.ok else done

        self.check(name, judged)


PARTS = {
    "peers": peers_part,
    "tokens": tokens_part,
    "fastmcp": fastmcp_part,
    "everything": everything_part,
    "matrix": matrix_part,
}


class Rig:
    """A fresh secret and the peers, started when a part first asks for one."""

    def __init__(self, scratch: Path, mcpico: Path, write: Path | None):
        self.write = write
        self.scratch = scratch
        self.secret = secrets.token_hex(32)
        self.secret_file = scratch / "secret"
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(self.secret)
        self.mcpico = Mcpico(mcpico, scratch, {self.secret})
        self.started: dict[str, peers.Peer] = {}

    def good_token(self) -> str:
        return pyjwt_check.make("good", self.secret, ISSUER, AUDIENCE)

    @property
    def fastmcp(self) -> peers.Peer:
        return self._peer("fastmcp", lambda: peers.fastmcp(self.scratch, self.secret_file))

    @property
    def everything(self) -> peers.Peer:
        return self._peer("everything", lambda: peers.everything(self.scratch))

    def start(self, row) -> peers.Peer:
        """The peer of a row of the matrix."""
        return self._peer(row.start.__name__, lambda: row.start(self))

    @staticmethod
    def versions() -> dict[str, str]:
        """Of the servers of the matrix."""
        root = peers.HERE.parent
        package = peers.EVERYTHING.parent.parent / "package.json"
        lock = tomllib.loads((root / "Cargo.lock").read_text())["package"]
        return {
            "rmcp": next(package["version"] for package in lock if package["name"] == "rmcp"),
            "server-everything": json.loads(package.read_text())["version"],
            "FastMCP": metadata.version("fastmcp"),
        }

    def stop(self) -> None:
        for peer in self.started.values():
            peer.stop()

    def _peer(self, name: str, start) -> peers.Peer:
        if name not in self.started:
            self.started[name] = start()
        return self.started[name]


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    arguments = argparse.ArgumentParser(prog="interop/run")
    arguments.add_argument("--mcpico", type=Path, default=root / "target/debug/mcpico")
    arguments.add_argument("--write", type=Path, help="the page that takes the table of the matrix")
    arguments.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    given = arguments.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        arguments.error(f"no such part: {' '.join(sorted(unknown))}")
    chosen = given.parts or list(PARTS)
    if set(chosen) != {"peers"} and not given.mcpico.is_file():
        arguments.error(f"{given.mcpico} is missing: run cargo build --package mcpico-cli")
    # So that the peers are stopped too when somebody stops this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    check = Checks()
    with tempfile.TemporaryDirectory(prefix="mcpico-interop-") as scratch:
        rig = Rig(Path(scratch), given.mcpico.resolve(), given.write)
        try:
            for part in chosen:
                try:
                    PARTS[part](check, rig)
                except Exception:
                    problem = traceback.format_exc()
                    check(f"{part} runs to its end", lambda problem=problem: problem)
        finally:
            rig.stop()
    print(f"{check.passed} passed, {check.failed} failed")
    return 0 if check.failed == 0 and check.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
