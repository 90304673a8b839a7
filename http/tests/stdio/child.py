"""A server on its standard streams that misbehaves in the way that its argument names."""

import json
import os
import signal
import subprocess
import sys
import time

MODERN = "2026-07-28"
MODE = sys.argv[1]


def line(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(message):
    line(json.dumps({"jsonrpc": "2.0"} | message))


def result(request, value):
    say({"id": request["id"], "result": value})


def error(request, code):
    say({"id": request["id"], "error": {"code": code, "message": "no"}})


def discovered(request):
    result(request, {"resultType": "complete", "supportedVersions": [MODERN]})


def tools(request):
    result(request, {"resultType": "complete", "tools": []})


def messages():
    for text in sys.stdin:
        yield json.loads(text)


def modern(reply):
    """Discovers as it should and leaves every other request to `reply`."""
    for message in messages():
        if message["method"] == "server/discover":
            discovered(message)
        elif "id" in message:
            reply(message)


def legacy(reply, refuse=lambda request: error(request, -32601), revision="2025-11-25"):
    for message in messages():
        method = message.get("method")
        if method == "server/discover":
            refuse(message)
        elif method == "initialize":
            server = {"protocolVersion": revision, "capabilities": {}, "serverInfo": {}}
            result(message, server)
        elif "id" in message and method:
            reply(message)


def noise_before():
    line("Server listening on stdio")
    line("")
    line("{not json")
    modern(tools)


def noise_between():
    def reply(request):
        line("DEBUG: tools are listed")
        line('{"jsonrpc":"2.0"}')
        tools(request)
        line("DEBUG: tools have been listed")

    modern(reply)


def crlf():
    sys.stdout.reconfigure(newline="\r\n")
    modern(tools)


def no_newline_at_the_end():
    def reply(request):
        message = {"jsonrpc": "2.0", "id": request["id"]}
        sys.stdout.write(json.dumps(message | {"result": {"resultType": "complete", "tools": []}}))
        sys.stdout.flush()
        sys.exit(0)

    modern(reply)


def over_long_noise():
    def reply(request):
        line("x" * 200_000)
        tools(request)

    modern(reply)


def over_long_response():
    def reply(request):
        result(request, {"resultType": "complete", "tools": [], "x": "x" * 200_000})

    modern(reply)


def over_long_and_endless():
    def reply(_):
        while True:
            sys.stdout.write("x" * 4096)

    modern(reply)


def flood_of_noise():
    def reply(_):
        while True:
            sys.stdout.write("noise\n" * 100)

    modern(reply)


def flood_of_notifications():
    def reply(_):
        while True:
            say({"method": "notifications/message", "params": {"level": "info", "data": 1}})

    modern(reply)


def flood_of_requests():
    """Never reads the answers."""

    def reply(_):
        number = 0
        while True:
            number += 1
            say({"id": number, "method": "ping"})

    legacy(reply)


def flood_on_stderr():
    def reply(request):
        for number in range(50_000):
            print("stderr", number, file=sys.stderr)
        tools(request)

    modern(reply)


def flood_before_it_reads():
    """Fills the pipe before it reads what is in its own."""
    for _ in range(3_000):
        line("noise " + "x" * 100)
    modern(tools)


def does_not_read():
    time.sleep(3600)


def exits_at_once():
    print("cannot read the configuration\x1b[31m", file=sys.stderr)
    sys.exit(3)


def exits_in_an_answer():
    def reply(request):
        sys.stdout.write('{"jsonrpc":"2.0","id":%d,"resu' % request["id"])
        sys.stdout.flush()
        print("the disk is on fire", file=sys.stderr)
        sys.exit(7)

    modern(reply)


def dies_by_a_signal():
    modern(lambda _: os.kill(os.getpid(), signal.SIGABRT))


def leaves_a_child_with_its_output():
    """Its own child holds the streams open and lives on."""

    def reply(_):
        child = subprocess.Popen(["sleep", "3600"])
        print("child", child.pid, file=sys.stderr, flush=True)
        os._exit(5)

    modern(reply)


def closes_its_output():
    def reply(_):
        os.close(1)
        time.sleep(3600)

    modern(reply)


def closes_its_input():
    def reply(_):
        os.close(0)
        time.sleep(3600)

    modern(reply)


def silent():
    modern(lambda _: None)


def late():
    """Answers the first request when the second one has come."""
    first = []

    def reply(request):
        if not first:
            first.append(request)
            return
        result(first[0], {"resultType": "complete", "tools": [{"name": "late"}]})
        tools(request)

    modern(reply)


def waits_for_cancellation():
    """Answers a request when the one before it has been cancelled, and no sooner."""
    first = None
    cancelled = []
    for message in messages():
        if message["method"] == "server/discover":
            discovered(message)
        elif message["method"] == "notifications/cancelled":
            cancelled.append(message["params"]["requestId"])
        elif first is None:
            first = message["id"]
        elif cancelled == [first]:
            tools(message)


def answers_twice():
    def reply(request):
        tools(request)
        result(request, {"resultType": "complete", "tools": [{"name": "second"}]})

    modern(reply)


def wrong_ids():
    def reply(request):
        own = request["id"]
        value = {"resultType": "complete", "tools": [{"name": "wrong"}]}
        for wrong in (str(own), own + 1, own - 1, own + 0.5, [own], {"id": own}, True):
            say({"id": wrong, "result": value})
        say({"id": None, "result": value})
        tools(request)

    modern(reply)


def batch():
    """Revision 2025-03-26 has them."""

    def reply(request):
        note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}
        answer = {"jsonrpc": "2.0", "id": request["id"], "result": {"tools": []}}
        line(json.dumps([note, answer, note]))

    legacy(reply, revision="2025-03-26")


def batch_where_there_is_none():
    def reply(request):
        line(json.dumps([{"jsonrpc": "2.0", "id": request["id"], "result": {"tools": []}}]))

    legacy(reply)


def invalid_result():
    modern(lambda request: result(request, []))


def legacy_by_error():
    legacy(tools)


def pings_in_the_handshake():
    incoming = messages()
    for message in incoming:
        method = message.get("method")
        if method == "server/discover":
            error(message, -32601)
        elif method == "initialize":
            say({"id": "p", "method": "ping"})
            if next(incoming) == {"jsonrpc": "2.0", "id": "p", "result": {}}:
                result(message, {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {}})
            else:
                error(message, -32603)
        elif method == "tools/list":
            tools(message)


def legacy_by_another_error():
    legacy(tools, lambda request: error(request, -32602))


def legacy_by_silence():
    legacy(tools, lambda _: None)


def legacy_by_exit():
    legacy(tools, lambda _: sys.exit(1))


def answers_when_initialized():
    """The answer to `server/discover` comes when it is no longer waited for."""
    late = []

    def reply(request):
        for question in late:
            discovered(question)
        late.clear()
        tools(request)

    legacy(reply, late.append)


def slow_to_start():
    """Reads `server/discover` when `initialize` has come too; of the modern era."""
    for message in messages():
        if message["method"] == "server/discover":
            question = message
        elif message["method"] == "initialize":
            discovered(question)
            error(message, -32601)
        else:
            tools(message)


def about(request, method, **params):
    meta = {"io.modelcontextprotocol/subscriptionId": request["id"]}
    say({"method": "notifications/" + method, "params": {"_meta": meta} | params})


def subscriptions():
    """Tells of tools and of another subscription; the list of tools has the ids that were cancelled."""
    cancelled = []
    for message in messages():
        method = message["method"]
        if method == "server/discover":
            discovered(message)
        elif method == "notifications/cancelled":
            cancelled.append({"name": str(message["params"]["requestId"])})
        elif method == "subscriptions/listen":
            wanted = message["params"]["notifications"]
            if wanted.get("resourcesListChanged"):
                error(message, -32602)
                continue
            about(message, "subscriptions/acknowledged", notifications=wanted)
            about({"id": 99}, "tools/list_changed")
            line("noise")
            about(message, "tools/list_changed")
            about(message, "resources/updated", uri="file:///a")
            if wanted.get("promptsListChanged"):
                result(message, {"resultType": "complete"})
        elif "id" in message:
            result(message, {"resultType": "complete", "tools": cancelled})


def subscription_then_exit():
    def reply(request):
        about(request, "subscriptions/acknowledged", notifications={})
        sys.exit(9)

    modern(reply)


def tells():
    """Of the legacy era: tells what was subscribed to, and asks between."""
    subscribed = []

    def reply(request):
        if request["method"] == "tools/list":
            result(request, {"tools": [{"name": uri} for uri in subscribed]})
            return
        uri = request["params"]["uri"]
        if uri.startswith("bad:"):
            error(request, -32002)
            return
        if request["method"] == "resources/unsubscribe":
            subscribed.remove(uri)
            result(request, {})
            return
        subscribed.append(uri)
        result(request, {})
        say({"id": "p", "method": "ping"})
        say({"method": "notifications/prompts/list_changed"})
        say({"method": "notifications/tools/list_changed", "params": {}})
        say({"method": "notifications/resources/updated", "params": {"uri": uri}})
        say({"method": "notifications/resources/updated", "params": {}})

    legacy(reply)


def tasks():
    """A task that works, needs input and ends with what it was brought."""
    state = {"status": "working"}
    task = {"taskId": "t-1", "createdAt": "2025-11-25T10:30:00Z", "ttlMs": None}
    task |= {"lastUpdatedAt": "2025-11-25T10:30:00Z", "pollIntervalMs": 1}
    form = {"properties": {"name": {"type": "string", "default": "Luca"}}}
    asks = {"method": "elicitation/create", "params": {"requestedSchema": form}}

    def reply(request):
        method, params = request["method"], request["params"]
        if method == "tools/call":
            result(request, task | {"resultType": "task"} | state)
        elif method == "tasks/get":
            result(request, task | {"resultType": "complete"} | state)
            if state == {"status": "working"}:
                state.update(status="input_required", inputRequests={"n": asks})
        elif method == "tasks/update":
            name = params["inputResponses"]["n"]["content"]["name"]
            state.clear()
            state.update(status="completed", result={"content": [], "name": name})
            result(request, {"resultType": "complete"})
        else:
            state.clear()
            state.update(status="cancelled")
            result(request, {"resultType": "complete"})

    modern(reply)


def slow_to_exit():
    """Exits on `server/discover`, but not before `initialize` has come; the next one is as it should be."""
    first = json.loads(sys.stdin.readline())
    if first["method"] == "server/discover":
        sys.stdin.readline()
        sys.exit(1)
    result(first, {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {}})
    legacy(tools)


def refuses_the_handshake():
    for message in messages():
        error(message, -32603)


def pings():
    """Wants its ping answered before it answers."""

    def reply(request):
        say({"id": "ping-1", "method": "ping"})
        answer = json.loads(sys.stdin.readline())
        assert answer == {"jsonrpc": "2.0", "id": "ping-1", "result": {}}, answer
        say({"id": 7, "method": "sampling/createMessage", "params": {}})
        answer = json.loads(sys.stdin.readline())
        assert answer["id"] == 7 and answer["error"]["code"] == -32601, answer
        tools(request)

    legacy(reply)


def environment():
    modern(lambda request: result(request, {"resultType": "complete"} | dict(os.environ)))


def echo():
    def reply(request):
        arguments = request["params"]["arguments"]
        result(request, {"resultType": "complete", "content": [], "structuredContent": arguments})

    modern(reply)


def ends_when_told():
    modern(tools)


def ends_with_a_flush():
    """Says more than a pipe holds when its input is closed."""
    modern(tools)
    for _ in range(3_000):
        line("bye " + "x" * 100)
    sys.exit(9)


def ignores_closed_input():
    modern(tools)
    time.sleep(3600)


def ignores_terminate():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    modern(tools)
    time.sleep(3600)


globals()[MODE]()
