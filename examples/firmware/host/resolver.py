"""A name server that knows one name: the other end of the firmware's DNS client."""

import socketserver
import struct
import threading

NAME = "device.test"
ADDRESS = "10.0.2.2"
TYPE_A, CLASS_IN = 1, 1
NO_SUCH_NAME = 3


class Resolver(socketserver.UDPServer):
    """Answers on port 53; `asked` has the names that were asked for."""

    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 53), Answer)
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(socketserver.BaseRequestHandler):
    """RFC 1035, section 4."""

    def handle(self):
        query, out = self.request
        identifier, _, questions = struct.unpack_from(">HHH", query)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind, _ = struct.unpack_from(">HH", query, at + 1)
        question = query[12 : at + 5]
        name = ".".join(labels)
        self.server.asked.append(name)
        found = name == NAME and kind == TYPE_A
        flags = 0x8180 if name == NAME else 0x8180 | NO_SUCH_NAME
        answer = b""
        if found:
            address = bytes(map(int, ADDRESS.split(".")))
            answer = struct.pack(">HHHIH", 0xC00C, TYPE_A, CLASS_IN, 60, 4) + address
        head = struct.pack(">HHHHHH", identifier, flags, questions, int(found), 0, 0)
        out.sendto(head + question + answer, self.client_address)
