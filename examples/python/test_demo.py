"""Tests of the demo server, as a team would write them for its own."""

import base64
import json

import mcpico
import pytest


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_tools_are_listed_and_called(mcp):
    assert {"add", "echo", "whoami"} <= {tool["name"] for tool in mcp.list_tools()}
    assert mcp.revision == 20260728
    result = mcp.call_tool("add", {"a": 44, "b": -2})
    assert result["structuredContent"] == {"sum": 42} and not result["isError"]


def test_the_server_sees_who_calls(mcp, http_client):
    told = json.loads(mcp.call_tool("whoami", {})["content"][0]["text"])
    assert "pytest" in json.dumps(told)
    assert claims(http_client.tokens[-1])["sub"] == "pytest"


def test_every_request_has_a_token_of_its_own(mcp, http_client):
    mcp.list_tools()
    assert len(http_client.tokens) > 2
    assert len({claims(token)["jti"] for token in http_client.tokens}) == len(http_client.tokens)


def test_a_tool_that_fails_is_seen_to_fail(mcp):
    assert mcp.call_tool("fail", {"message": "on purpose"})["isError"]


def test_an_unknown_tool_is_an_error(mcp):
    with pytest.raises(mcpico.RpcError) as error:
        mcp.call_tool("no such tool", {})
    assert error.value.code == -32602


@pytest.mark.parametrize("wrong", [{"lifetime": -60}, {"aud": "somebody else"}, {"aud": None}])
def test_a_bad_token_is_refused(http_client, wrong):
    status, headers, _ = http_client.request("POST", "/mcp", b"{}", **wrong)
    assert status == 401
    assert dict(headers)["www-authenticate"].startswith("Bearer ")


def test_a_token_with_another_secret_is_refused(http_client):
    with mcpico.Key("another secret, as long as it should be") as key:
        http_client.key = key
        with pytest.raises(mcpico.Rejected) as rejected:
            mcpico.Client(lambda verb, headers, body: http_client.request(verb, "/mcp", body, headers)).list_tools()
    assert rejected.value.http_status == 401
