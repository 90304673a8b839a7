"""libmcpico by ctypes: HS256 tokens, and an MCP client over whatever HTTP the caller has.

The library is the one that the environment variable MCPICO_LIBRARY names, or else the one that the system finds.
"""

import ctypes
import ctypes.util
import json
import os
import time
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

VERSION = (0, 1, 0)


class Str(Structure):
    """A text that somebody else owns."""

    _fields_ = [("data", c_char_p), ("len", c_size_t)]


class Claims(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("reserved", c_uint32), ("iss", Str), ("sub", Str), ("jti", Str),
        ("audiences", POINTER(Str)), ("audience_count", c_size_t),
        ("exp", c_int64), ("nbf", c_int64), ("iat", c_int64), ("more", c_void_p), ("more_count", c_size_t),
    ]  # fmt: skip


class ClientOptions(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("capabilities", c_uint32), ("oldest", c_uint32), ("newest", c_uint32),
        ("name", Str), ("version", Str),
    ]  # fmt: skip


class Call(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("method", c_uint32), ("flags", c_uint32), ("log_level", c_uint32),
        *((name, Str) for name in (
            "name", "arguments", "input_schema", "cursor", "argument", "value", "mcp_name", "bearer",
            "input_responses", "input_state", "trace_parent", "trace_state", "baggage",
        )),
        ("subscribe", c_uint32), ("reserved", c_uint32),
        ("resource_uris", POINTER(Str)), ("resource_uri_count", c_size_t),
        ("task_ids", POINTER(Str)), ("task_id_count", c_size_t),
    ]  # fmt: skip


class Lent(Structure):
    """A text that the library hands out. It need not end with a NUL, so it is an address here."""

    _fields_ = [("data", c_void_p), ("len", c_size_t)]

    def __bytes__(self):
        return ctypes.string_at(self.data, self.len) if self.data else b""


class Event(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("kind", c_uint32), ("http_status", c_uint32), ("id_kind", c_uint32),
        ("id_number", c_int64), ("code", c_int64),
        *((name, Lent) for name in ("id", "method", "json", "message", "state", "body")),
    ]  # fmt: skip


# Objects, in words of 64 bits.
WORDS = {"key": 24, "client": 28, "inbox": 12, "post": 8, "exchange": 56}
# The structures, for those who compare them with the header.
STRUCTURES = {"str": Str, "claims": Claims, "client_options": ClientOptions, "call": Call, "event": Event}

BUFFER_TOO_SMALL = -9
NOT_FOUND = -13
NOTHING_TO_SEND = -17
LIST_TOOLS, CALL_TOOL = 1, 2
ACCEPTED, CLOSED, INTERRUPTED, NEED_DATA, NOTIFICATION, REJECTED, RESULT, ERROR = range(1, 9)
HTTP_VERBS = {1: "POST", 2: "GET", 3: "DELETE"}

_library = ctypes.CDLL(os.environ.get("MCPICO_LIBRARY") or ctypes.util.find_library("mcpico") or "libmcpico.so")
_library.mcpico_strerror.restype = c_char_p
_library.mcpico_status_name.restype = c_char_p
_library.mcpico_version_number.restype = c_uint32
_library.mcpico_wipe.argtypes = [c_void_p, c_size_t]
_library.mcpico_wipe.restype = None

_OBJECT, _TEXT, _OUT = c_void_p, [c_char_p, c_size_t], [c_void_p, c_size_t, POINTER(c_size_t)]
for _name, _arguments in {
    "abi_check": [c_uint32, c_void_p, c_size_t],
    "key_init": [_OBJECT, *_TEXT],
    "key_wipe": [_OBJECT],
    "sign": [_OBJECT, c_void_p, POINTER(Claims), *_OUT],
    "mask": [*_TEXT, *_OUT],
    "client_init": [_OBJECT, POINTER(ClientOptions)],
    "client_connect": [_OBJECT, *_TEXT, *_OUT, _OBJECT, _OBJECT],
    "client_request": [_OBJECT, POINTER(Call), *_OUT, _OBJECT, _OBJECT],
    "client_settle": [_OBJECT, _OBJECT, POINTER(c_int32)],
    "client_revision": [_OBJECT, POINTER(c_uint32)],
    "post_verb": [_OBJECT, POINTER(c_uint32)],
    "post_header": [_OBJECT, c_size_t, POINTER(Lent), POINTER(Lent)],
    "post_body": [_OBJECT, POINTER(Lent)],
    "inbox_init": [_OBJECT, c_void_p, c_size_t],
    "inbox_spare": [_OBJECT, POINTER(c_void_p), POINTER(c_size_t)],
    "inbox_commit": [_OBJECT, c_size_t],
    "inbox_close": [_OBJECT],
    "exchange_on_status": [_OBJECT, c_uint32],
    "exchange_on_header": [_OBJECT, _OBJECT, *_TEXT, *_TEXT],
    "exchange_next": [_OBJECT, _OBJECT, POINTER(Event)],
}.items():
    _function = getattr(_library, f"mcpico_{_name}")
    _function.argtypes = _arguments
    _function.restype = c_int32


class McpicoError(Exception):
    """A status that is not success."""

    def __init__(self, status):
        self.status = status
        self.name = _library.mcpico_status_name(status).decode()
        super().__init__(f"{_library.mcpico_strerror(status).decode()} ({self.name})")


class Rejected(Exception):
    """The server did not take a request."""

    def __init__(self, http_status, body):
        self.http_status = http_status
        super().__init__(f"HTTP status {http_status}: {body.decode(errors='replace')}")


class RpcError(Exception):
    """The server answered with an error of JSON-RPC."""

    def __init__(self, code, message):
        self.code = code
        super().__init__(f"{code}: {message.decode(errors='replace')}")


def _check(status):
    if status != 0:
        raise McpicoError(status)


_check(_library.mcpico_abi_check(VERSION[0] << 16 | VERSION[1] << 8 | VERSION[2], None, 0))


def _object(kind):
    return (c_uint64 * WORDS[kind])()


def _text(text):
    """Pointer and length; None is none."""
    data = text.encode() if isinstance(text, str) else text
    return (None, 0) if data is None else (data, len(data))


def _written(call):
    """What a function writes, in a buffer of the size that it asks for."""
    length = c_size_t()
    status = call(None, 0, byref(length))
    if status != BUFFER_TOO_SMALL:
        _check(status)
        return b""
    buffer = ctypes.create_string_buffer(length.value)
    _check(call(buffer, len(buffer), byref(length)))
    return buffer.raw[: length.value]


def mask(token):
    """A token as it may be logged."""
    return _written(lambda *out: _library.mcpico_mask(*_text(token), *out)).decode()


class Key:
    """An HS256 key; `with Key(secret) as key:` wipes it in the end."""

    def __init__(self, secret):
        self._raw = _object("key")
        _check(_library.mcpico_key_init(self._raw, *_text(secret)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wipe()

    def __repr__(self):
        return "Key(...)"

    def wipe(self):
        _library.mcpico_wipe(self._raw, ctypes.sizeof(self._raw))

    def sign(self, *, sub=None, iss=None, aud=None, jti=None, lifetime=60, now=None):
        """A token that is valid from now on, for `lifetime` seconds."""
        claims = Claims(struct_size=ctypes.sizeof(Claims))
        claims.sub, claims.iss, claims.jti = Str(*_text(sub)), Str(*_text(iss)), Str(*_text(jti))
        audience = Str(*_text(aud))
        if aud is not None:
            claims.audiences, claims.audience_count = ctypes.pointer(audience), 1
        claims.iat = int(time.time()) if now is None else now
        claims.exp = claims.iat + lifetime
        return _written(lambda *out: _library.mcpico_sign(self._raw, None, byref(claims), *out)).decode()


class Client:
    """An MCP client. `send(verb, headers, body)` makes an HTTP request and gives status, headers and body."""

    def __init__(self, send, name="python", version="1", inbox_size=1 << 20):
        self._send = send
        self._raw = _object("client")
        # Borrowed by the client as long as it lives.
        self._names = _text(name), _text(version)
        options = ClientOptions(struct_size=ctypes.sizeof(ClientOptions))
        options.name, options.version = (Str(*each) for each in self._names)
        _check(_library.mcpico_client_init(self._raw, byref(options)))
        self._storage = ctypes.create_string_buffer(inbox_size)

    @property
    def revision(self):
        """Such as 20260728; None while it has not been found out."""
        revision = c_uint32()
        status = _library.mcpico_client_revision(self._raw, byref(revision))
        return revision.value if status == 0 else None

    def list_tools(self):
        """The tools of all pages."""
        tools, cursor = [], None
        while True:
            page = json.loads(self._request(LIST_TOOLS, cursor=cursor))
            tools += page["tools"]
            cursor = page.get("nextCursor")
            if cursor is None:
                return tools

    def call_tool(self, name, arguments):
        """The result of a tool, `isError` and all."""
        return json.loads(self._request(CALL_TOOL, name=name, arguments=json.dumps(arguments)))

    def _request(self, method, **texts):
        while self.revision is None:
            status, _ = self._exchange(lambda *out: _library.mcpico_client_connect(self._raw, None, 0, *out))
            if status == NOTHING_TO_SEND:
                break
        call = Call(struct_size=ctypes.sizeof(Call), method=method)
        # Kept until the call is over, since the structure only points to them.
        kept = {name: _text(text) for name, text in texts.items()}
        for name, text in kept.items():
            setattr(call, name, Str(*text))
        status, result = self._exchange(lambda *out: _library.mcpico_client_request(self._raw, byref(call), *out))
        _check(status)
        return result

    def _exchange(self, write):
        """Sends what `write` writes and gives status and result."""
        length, post, exchange = c_size_t(), _object("post"), _object("exchange")
        status = write(None, 0, byref(length), post, exchange)
        if status != BUFFER_TOO_SMALL:
            return status, b""
        buffer = ctypes.create_string_buffer(length.value)
        _check(write(buffer, len(buffer), byref(length), post, exchange))
        http_status, headers, body = self._send(*self._read_post(post))
        _check(_library.mcpico_exchange_on_status(exchange, http_status))
        for name, value in headers:
            _check(_library.mcpico_exchange_on_header(exchange, self._raw, *_text(name), *_text(value)))
        result = self._read_answer(exchange, body)
        _check(_library.mcpico_client_settle(self._raw, exchange, None))
        return 0, result

    @staticmethod
    def _read_post(post):
        verb, name, value, body, headers = c_uint32(), Lent(), Lent(), Lent(), []
        _check(_library.mcpico_post_verb(post, byref(verb)))
        while (status := _library.mcpico_post_header(post, len(headers), byref(name), byref(value))) == 0:
            headers.append((bytes(name).decode(), bytes(value).decode()))
        if status != NOT_FOUND:
            _check(status)
        _check(_library.mcpico_post_body(post, byref(body)))
        return HTTP_VERBS[verb.value], headers, bytes(body)

    def _read_answer(self, exchange, body):
        inbox, data, size, result = _object("inbox"), c_void_p(), c_size_t(), None
        _check(_library.mcpico_inbox_init(inbox, self._storage, len(self._storage)))
        event = Event()
        while True:
            event.struct_size = ctypes.sizeof(Event)
            _check(_library.mcpico_exchange_next(exchange, inbox, byref(event)))
            if event.kind == NEED_DATA and body:
                _check(_library.mcpico_inbox_spare(inbox, byref(data), byref(size)))
                piece, body = body[: size.value], body[size.value :]
                ctypes.memmove(data.value, piece, len(piece))
                _check(_library.mcpico_inbox_commit(inbox, len(piece)))
            elif event.kind == NEED_DATA:
                _check(_library.mcpico_inbox_close(inbox))
            elif event.kind == REJECTED:
                raise Rejected(event.http_status, bytes(event.body))
            elif event.kind == ERROR:
                raise RpcError(event.code, bytes(event.message))
            elif event.kind == RESULT:
                result = bytes(event.json)
            elif event.kind in (CLOSED, ACCEPTED, INTERRUPTED):
                return result
