"""An MCP server by FastMCP behind its own HS256 verifier: the peer that mcpico's bearers must convince."""

import argparse
from pathlib import Path

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.server.dependencies import get_access_token


def server(secret: str, issuer: str, audience: str) -> FastMCP:
    mcp = FastMCP(
        "mcpico interop",
        auth=JWTVerifier(
            public_key=secret, algorithm="HS256", issuer=issuer, audience=audience
        ),
    )

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
        return get_access_token().claims

    @mcp.tool
    def fail(message: str) -> str:
        """Always ends in an error with the message."""
        raise ToolError(message)

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

    return mcp


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--secret-file", type=Path, required=True)
    arguments.add_argument("--issuer", required=True)
    arguments.add_argument("--audience", required=True)
    given = arguments.parse_args()
    server(given.secret_file.read_text(), given.issuer, given.audience).run(
        transport="http", host="127.0.0.1", port=given.port, show_banner=False
    )
