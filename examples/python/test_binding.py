"""Tests of the binding: against the header, the RFC and another way to compute."""

import base64
import ctypes
import hashlib
import hmac
import pathlib
import re

import mcpico
import pytest

HEADER = (pathlib.Path(__file__).parents[2] / "include" / "mcpico.h").read_text()
HEADER = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)


def test_objects_are_as_large_as_in_the_header():
    for name, words in mcpico.WORDS.items():
        assert re.search(rf"^#define MCPICO_{name.upper()}_WORDS (\d+)$", HEADER, re.M)[1] == str(words), name


def test_structures_have_the_fields_of_the_header():
    for name, structure in mcpico.STRUCTURES.items():
        body = re.search(rf"^struct mcpico_{name} {{(.*?)^}};", HEADER, re.M | re.S)[1]
        declared = re.findall(r"([\w ]+[ *])(\w+);", body)
        assert [field[0] for field in structure._fields_] == [field for _, field in declared], name
        for (_, kind), (of_c, field) in zip(structure._fields_, declared):
            # A text is a pointer and a length, too.
            pointer = ctypes.sizeof(ctypes.c_void_p)
            sizes = {"uint32_t": 4, "int64_t": 8, "size_t": pointer, "mcpico_str": 2 * pointer}
            due = pointer if of_c.endswith("*") else sizes[of_c.strip()]
            assert ctypes.sizeof(kind) == due, (name, field)


def test_constants_are_those_of_the_header():
    for name in ("BUFFER_TOO_SMALL", "NOT_FOUND", "NOTHING_TO_SEND"):
        assert f"#define MCPICO_ERROR_{name} ({getattr(mcpico, name)})" in HEADER
    for name in ("ACCEPTED", "CLOSED", "INTERRUPTED", "NEED_DATA", "REJECTED", "RESULT", "ERROR"):
        assert f"#define MCPICO_EVENT_{name} {getattr(mcpico, name)}\n" in HEADER
    for name in ("LIST_TOOLS", "CALL_TOOL"):
        assert f"#define MCPICO_METHOD_{name} {getattr(mcpico, name)}\n" in HEADER


def test_a_token_has_the_signature_that_python_computes():
    secret = b"0123456789abcdef0123456789abcdef"
    with mcpico.Key(secret) as key:
        token = key.sign(sub="d\u00e9j\u00e0", aud="a", jti="7", lifetime=60, now=1800000000)
    signing_input, _, signature = token.rpartition(".")
    mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
    assert signature == base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def test_errors_have_names():
    with pytest.raises(mcpico.McpicoError) as error:
        mcpico.Key("short")
    assert error.value.name == "KEY_TOO_SHORT" and "32 bytes" in str(error.value)
    key = mcpico.Key("0123456789abcdef0123456789abcdef")
    key.wipe()
    with pytest.raises(mcpico.McpicoError, match="UNINITIALIZED"):
        key.sign()


def test_tokens_are_masked():
    assert mcpico.mask("") == "(none)"
    assert mcpico.mask("eyJhbGciOiJIUzI1NiJ9") == "eyJh...NiJ9"
