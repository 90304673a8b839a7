"""A few lines of MCP over `http.client`: shows what a peer does without mcpico in the way."""

import http.client
import json
from urllib.parse import urlsplit

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
CLIENT = {"name": "interop", "version": "1"}


class Session:
    """Requests to one endpoint in one era; each over a connection of its own."""

    def __init__(self, endpoint: str, token: str | None = None):
        self.endpoint = urlsplit(endpoint)
        self.headers = {"Accept": "application/json, text/event-stream"}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        self.modern = False
        self.next_id = 0

    def post(self, message: dict, extra: dict) -> tuple[int, dict, list[dict]]:
        """Status, headers in lower case and the messages of the answer."""
        connection = http.client.HTTPConnection(self.endpoint.netloc, timeout=30)
        try:
            connection.request(
                "POST",
                self.endpoint.path,
                json.dumps(message),
                self.headers | {"Content-Type": "application/json"} | extra,
            )
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            body = response.read().decode()
        finally:
            connection.close()
        kind = headers.get("content-type", "").partition(";")[0]
        if kind == "text/event-stream":
            texts = [line[5:] for line in body.splitlines() if line.startswith("data:")]
        else:
            texts = [body] if kind == "application/json" else []
        return response.status, headers, [json.loads(text) for text in texts if text.strip()]

    def discover(self) -> dict:
        """Enters the modern era."""
        self.modern = True
        return self.request("server/discover")

    def initialize(self) -> dict:
        """Enters the legacy era."""
        opening = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT}
        message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": opening}
        status, headers, messages = self.post(message, {})
        assert status == 200, f"initialize is answered with {status}"
        result = messages[-1]["result"]
        self.headers["MCP-Protocol-Version"] = result["protocolVersion"]
        self.headers["Mcp-Session-Id"] = headers["mcp-session-id"]
        status, _, _ = self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}, {})
        assert status == 202, f"notifications/initialized is answered with {status}"
        return result

    def request(self, method: str, **params) -> dict:
        """The result; an error of the peer is an `AssertionError`."""
        self.next_id += 1
        extra = {}
        if self.modern:
            extra = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
            name = params.get("name", params.get("uri"))
            if name is not None:
                extra["Mcp-Name"] = name
            meta = {"protocolVersion": MODERN, "clientInfo": CLIENT, "clientCapabilities": {}}
            params["_meta"] = {f"io.modelcontextprotocol/{key}": at for key, at in meta.items()}
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}
        status, _, messages = self.post(message, extra)
        answers = [answer for answer in messages if answer.get("id") == self.next_id]
        assert status == 200 and len(answers) == 1, f"{method} is answered with {status}, {messages}"
        assert "result" in answers[0], f"{method} ends in {answers[0]}"
        return answers[0]["result"]

    def pages(self, method: str, member: str) -> list:
        """A list, page by page."""
        page = self.request(method)
        entries = page[member]
        while "nextCursor" in page:
            page = self.request(method, cursor=page["nextCursor"])
            entries += page[member]
        return entries
