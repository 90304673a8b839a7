"""The fixtures: an HTTP client whose every request carries a token of its own, and an MCP client over it."""

import http.client
import os
import uuid

import mcpico
import pytest


class AuthorizedHTTP:
    """HTTP to one server. Each request is signed anew, with a `jti` of its own."""

    def __init__(self, host, port, key, **claims):
        self.host, self.port, self.key, self.claims = host, port, key, claims
        # What was sent, for tests that look at it.
        self.tokens = []

    def request(self, verb, path, body=b"", headers=(), **claims):
        """Status, headers and body. `claims` change those of this request's token."""
        token = self.key.sign(**{"jti": str(uuid.uuid4()), **self.claims, **claims})
        self.tokens.append(token)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(verb, path, body, {**dict(headers), "Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()


@pytest.fixture
def key():
    with open(os.environ["MCPICO_SECRET_FILE"], "rb") as file, mcpico.Key(file.read()) as key:
        yield key


@pytest.fixture
def http_client(key):
    return AuthorizedHTTP(os.environ["MCPICO_HOST"], int(os.environ["MCPICO_PORT"]), key, sub="pytest", aud="demo")


@pytest.fixture
def mcp(http_client):
    return mcpico.Client(lambda verb, headers, body: http_client.request(verb, "/mcp", body, headers))
