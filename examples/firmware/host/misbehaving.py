"""A server that goes wrong in the way that the path names, as `src/faults.rs` asks for it."""

import json
import os
import signal
import socket
import struct
import threading
import time

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
PROGRESS = b'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}\n\n'
# Longer than any deadline of the firmware.
FOR_EVER = 10


def result(identifier: int = 1, padding: int = 0) -> bytes:
    value = {"structuredContent": {"sum": 0}, "content": [{"type": "text", "text": "x" * padding}]}
    return json.dumps({"jsonrpc": "2.0", "id": identifier, "result": value}).encode()


def with_length(body: bytes, length: int) -> bytes:
    return JSON + b"Content-Length: %d\r\n\r\n" % length + body


def silent(_connection):
    time.sleep(FOR_EVER)


def half_head(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-")
    time.sleep(FOR_EVER)


def half_body(connection):
    body = result()
    connection.sendall(with_length(body[: len(body) // 2], len(body)))


def dripping(connection):
    connection.sendall(STREAM + b"\r\n")
    for _ in range(FOR_EVER * 5):
        time.sleep(0.2)
        connection.sendall(b": still there\n")


def killed(_connection):
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in_stream(connection):
    connection.sendall(STREAM + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (len(PROGRESS) + 500) + PROGRESS)
    # The bytes have to be on their way first.
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)


def reset(connection):
    # Closing without lingering sends RST.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_answer(connection):
    connection.sendall(STREAM + b"\r\n" + PROGRESS)
    time.sleep(0.2)
    reset(connection)


def garbage(connection):
    connection.sendall(bytes(range(256)) * 4)


def length_too_small(connection):
    body = result()
    connection.sendall(with_length(body, len(body) - 20))


def length_too_large(connection):
    body = result()
    connection.sendall(with_length(body, len(body) + 20))


def large_event(connection):
    connection.sendall(STREAM + b"\r\ndata: " + result(padding=20_000) + b"\n\n")


def other_id(connection):
    body = result(identifier=99)
    connection.sendall(with_length(body, len(body)))


def unauthorized(connection):
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n")


def deaf(connection, body):
    """One of the legacy era that asks in the middle of a call, and takes no answer."""
    while True:
        message = json.loads(body)
        method, identifier = message.get("method"), message.get("id")
        if method == "initialize":
            agreed = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "deaf", "version": "1"}}
            body = json.dumps({"jsonrpc": "2.0", "id": identifier, "result": agreed}).encode()
            connection.sendall(with_length(body, len(body)))
        elif method == "tools/call":
            connection.sendall(STREAM + b'\r\ndata: {"jsonrpc":"2.0","id":"p","method":"ping"}\n\n')
            # The question has to come alone.
            time.sleep(0.2)
            connection.sendall(b"data: " + result(identifier) + b"\n\n")
            return
        elif method is None:
            time.sleep(FOR_EVER)
            return
        else:
            connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        _, body = read(connection)


WAYS = {way.__name__.replace("_", "-"): way for way in (
    silent, half_head, half_body, dripping, killed, killed_in_stream, reset, reset_in_answer, garbage,
    length_too_small, length_too_large, large_event, other_id, unauthorized,
)}  # fmt: skip


class Misbehaving:
    """Each connection is a process of its own, which can be killed."""

    def __init__(self, port: int):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.children = []
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                # It has been shut down.
                return
            child = os.fork()
            if child == 0:
                self.listener.close()
                try:
                    serve(connection)
                except OSError:
                    pass
                connection.close()
                os._exit(0)
            self.children.append(child)
            connection.close()

    def stop(self):
        """Frees the port, and ends the processes that still wait."""
        # Closing does not wake who accepts.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        self.listener.close()
        for child in self.children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(child, 0)


def read(connection):
    """Head and body of the next request."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += received(connection)
    head, body = request.split(b"\r\n\r\n", 1)
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += received(connection)
    # Who resets has seen the token.
    assert b"\r\nAuthorization: Bearer ey" in head
    return head, body


def received(connection):
    data = connection.recv(4096)
    if not data:
        raise ConnectionError("the firmware has closed the connection")
    return data


def serve(connection):
    head, body = read(connection)
    way = head.split(b" ")[1].decode().strip("/")
    if way == "deaf":
        deaf(connection, body)
    else:
        WAYS[way](connection)
