"""An MCP server by FastMCP behind its own HS256 verifier: the peer that mcpico's bearers must convince."""

import argparse
from pathlib import Path

import anyio
from fastmcp import Context, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.server.dependencies import get_access_token
from mcp import MCPError, types
from mcp.shared.message import ServerMessageMetadata

NAMES = ("Ada", "Alan", "Grace")
# Seconds that a client may take to answer a question.
PATIENCE = 5


def server(auth: JWTVerifier | None) -> FastMCP:
    # Few entries on a page, so that clients must follow the cursor.
    mcp = FastMCP("mcpico interop", auth=auth, list_page_size=3)
    cancelled = 0

    @mcp.tool
    def echo(text: str) -> str:
        """Answers with the text."""
        return text

    @mcp.tool
    def add(a: int, b: int) -> dict[str, int]:
        """Adds two integers."""
        return {"sum": a + b}

    @mcp.tool
    def whoami() -> dict:
        """The claims that the verifier has accepted."""
        token = get_access_token()
        return token.claims if token else {}

    @mcp.tool
    def fail(message: str) -> str:
        """Always ends in an error with the message."""
        raise ToolError(message)

    @mcp.tool
    async def slow(steps: int, delay_ms: int, context: Context) -> str:
        """Takes its time and reports progress after every step."""
        nonlocal cancelled
        try:
            for done in range(1, steps + 1):
                await anyio.sleep(delay_ms / 1000)
                await context.report_progress(done, steps, f"step {done} of {steps}")
        except anyio.get_cancelled_exc_class():
            cancelled += 1
            raise
        return f"{steps} steps done"

    @mcp.tool
    def cancellations() -> dict[str, int]:
        """How many calls of `slow` have been cancelled."""
        return {"cancelled": cancelled}

    @mcp.resource("demo://greeting", mime_type="text/plain")
    def greeting() -> str:
        """A fixed text."""
        return "hello from the peer"

    @mcp.resource("demo://items/{item}", mime_type="text/plain")
    def item(item: str) -> str:
        """One text per item."""
        return f"item {item}"

    @mcp.prompt
    def greet(name: str) -> str:
        """Asks for a greeting."""
        return f"Say hello to {name}."

    @mcp.completion
    def complete(reference, argument, _context) -> list[str]:
        """Names for the prompt, two items for the template."""
        known = NAMES if reference.type == "ref/prompt" else ("anvil", "bolt")
        return [value for value in known if value.startswith(argument.value)]

    return mcp


def asking(mcp: FastMCP) -> FastMCP:
    """Adds a tool that asks the client for things before it answers, all at once."""
    text = types.TextContent(type="text", text="?")
    questions = (
        types.PingRequest(),
        types.CreateMessageRequest(
            params=types.CreateMessageRequestParams(
                messages=[types.SamplingMessage(role="user", content=text)], max_tokens=1
            )
        ),
        types.ElicitRequest(
            params=types.ElicitRequestFormParams(
                message="?", requested_schema={"type": "object", "properties": {}}
            )
        ),
        types.ListRootsRequest(),
    )

    @mcp.tool
    async def ask(context: Context) -> dict[str, int]:
        """What each question came to: 0, or the code of the error."""
        came = {}

        async def put(question) -> None:
            # On the stream of this call, not on the one that a client may listen to.
            where = ServerMessageMetadata(related_request_id=context.request_id)
            try:
                await context.session.send_request(question, types.EmptyResult, PATIENCE, where)
                came[question.method] = 0
            except MCPError as error:
                came[question.method] = error.error.code

        async with anyio.create_task_group() as group:
            for question in questions:
                group.start_soon(put, question)
        return came

    return mcp


def verifier(given: argparse.Namespace) -> JWTVerifier:
    return JWTVerifier(
        public_key=given.secret_file.read_text(),
        algorithm="HS256",
        issuer=given.issuer,
        audience=given.audience,
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    way = arguments.add_mutually_exclusive_group(required=True)
    way.add_argument("--port", type=int)
    way.add_argument("--stdio", action="store_true", help="without a verifier: stdio has no bearer")
    arguments.add_argument("--sse", action="store_true", help="the transport of 2024-11-05")
    arguments.add_argument("--asks", action="store_true", help="with the tool `ask`")
    arguments.add_argument("--secret-file", type=Path)
    arguments.add_argument("--issuer")
    arguments.add_argument("--audience")
    given = arguments.parse_args()
    mcp = server(None if given.stdio else verifier(given))
    if given.asks:
        asking(mcp)
    if given.stdio:
        mcp.run(transport="stdio", show_banner=False)
    else:
        mcp.run(
            transport="sse" if given.sse else "http", host="127.0.0.1", port=given.port, show_banner=False
        )
