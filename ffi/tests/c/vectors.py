#!/usr/bin/env python3
"""Writes vectors.h: the corpora of core/tests as tables in C.

    vectors.py CORPORA > vectors.h
"""

import base64
import json
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
E = "MCPICO_ERROR_"
# What a class of the corpus may come out as; see `is_expected` in core/tests/suite/jwt_corpora.rs.
CLASSES = {
    "ok": ["MCPICO_OK"],
    "json": [E + "TOKEN_HEADER", E + "TOKEN_CLAIMS"],
    "alg": [E + "TOKEN_ALG"],
    "crit": [E + "TOKEN_CRIT"],
    "dup": [E + "TOKEN_DUPLICATE"],
    "type": [E + "CLAIM_TYPE"],
    "expired": [E + "TOKEN_EXPIRED"],
    "range": [E + "CLAIM_RANGE"],
    "format": [E + "TOKEN_MALFORMED"],
    "base64": [E + "TOKEN_BASE64"],
    "signature": [E + "TOKEN_SIGNATURE"],
    "limit": [E + "TOKEN_LIMIT"],
    "missing": [E + "CLAIM_MISSING"],
    "not_yet": [E + "TOKEN_NOT_YET_VALID"],
    "iss": [E + "TOKEN_ISSUER"],
    "aud": [E + "TOKEN_AUDIENCE"],
    # No status is above 0. Bad enough to be refused, for whatever reason:
    "reject": ["2"],
    # Good or refused:
    "strict": ["1"],
    "key": [E + "KEY_EMPTY", E + "KEY_TOO_SHORT"],
}
CLASSES["key-or-strict"] = [E + "KEY_PEM"]


def load(name):
    return json.loads((root / name).read_text())


# What is too long for a literal of C99 becomes an array, which has to stand before the table.
arrays = []


def literal(data):
    """Bytes as a C string literal; a NUL inside is fine, the length goes with it."""
    data = data.encode() if isinstance(data, str) else data
    if len(data) > 4000:
        name = f"long_{len(arrays)}"
        assert all(byte < 128 for byte in data)
        arrays.append(f"static const char {name}[] = {{{','.join(map(str, data))}}};")
        return name
    escape = lambda byte: chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
    return '"' + "".join(map(escape, data)) + '"'


def text(data):
    data = data.encode() if isinstance(data, str) else data
    return f"{{{literal(data)}, {len(data)}u}}"


def table(declaration, rows):
    rows = list(rows)
    print("\n".join(arrays))
    arrays.clear()
    print(f"static const struct {declaration} = {{")
    print("\n".join(rows))
    print("};")


print("/* Generated from the corpora by vectors.py. */\n#include <stddef.h>\n#include <stdint.h>\n#include \"mcpico.h\"")
print("struct bytes { const char *data; size_t len; };")

corpus = load("jwt/hs256-cases.json")
print(f"#define CORPUS_NOW {corpus['now']}\n#define CORPUS_LEEWAY {corpus['leeway']}")
print(f"#define CORPUS_ISS \"{corpus['iss']}\"\n#define CORPUS_AUD \"{corpus['aud']}\"")
rows = []
for case in corpus["cases"]:
    if "token_gen" in case:
        # A literal of a megabyte is no C; these two are made by the test.
        continue
    expect = case["expect"]
    if case["name"] == "typ-other":
        statuses = CLASSES["ok"]
    elif case["name"] == "iat-future":
        statuses = [E + "TOKEN_ISSUED_IN_FUTURE"]
    elif expect == "ok-or-strict":
        statuses = CLASSES["strict"]
    elif expect in CLASSES:
        statuses = CLASSES[expect]
    else:
        statuses = [status for part in expect.split("-or-") for status in CLASSES[part]]
    token = base64.b64decode(case["token_b64"]) if "token_b64" in case else case["token"]
    secret = bytes.fromhex(case.get("key_hex", corpus["key_hex"]))
    statuses = (statuses * 4)[:4]
    rows.append(f"  {{\"{case['name']}\", {text(secret)}, {text(token)}, {{{', '.join(statuses)}}}}},")
assert len(rows) == 224
table("token_case { const char *name; struct bytes secret, token; int32_t expected[4]; } token_cases[]", rows)

rfc = load("jwt/rfc-vectors.json")
unbase64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
a1 = rfc["rfc7515_a1"]
print(f"static const struct bytes rfc7515_secret = {text(unbase64(a1['key_b64url']))};")
print(f"static const struct bytes rfc7515_header = {text(a1['header'])};")
print(f"static const struct bytes rfc7515_payload = {text(a1['payload'])};")
print(f"static const struct bytes rfc7515_token = {text(a1['token'])};")
jws = rfc["rfc7520_4_4_hs256"]
print(f"static const struct bytes rfc7520_secret = {text(unbase64(jws['key_b64url']))};")
print(f"static const struct bytes rfc7520_token = {text(jws['token'])};")

# Lists of challenges: every header line on its own.
rows = []
for case in load("httpauth/cases.json")["cases"]:
    # A line of 20,000 challenges is no literal of C.
    if len(case.get("headers", [])) != 1:
        continue
    expected = case["expected"]
    challenges, scheme, param, value = -1, "", "", ""
    if expected != "error":
        challenges = len(expected)
        if challenges:
            scheme = expected[0]["scheme"]
            params = expected[0].get("params", [])
            if params:
                param, value = params[0]
    rows.append(f"  {{{literal(case['name'])}, {text(case['headers'][0])}, {challenges}, {literal(scheme)}, {literal(param)}, {literal(value)}}},")
table("challenge_case { const char *name; struct bytes line; int challenges; const char *scheme, *param, *value; } challenge_cases[]", rows)

rows = []
for case in load("masking/cases.json")["cases"]:
    secrets = [text(secret) for secret in case["secrets"][:4]]
    secrets += ["{NULL, 0}"] * (4 - len(secrets))
    rows.append(f"  {{{literal(case['name'])}, {text(case['input'])}, {{{', '.join(secrets)}}}}},")
table("redact_case { const char *name; struct bytes text; struct bytes secrets[4]; } redact_cases[]", rows)

# Event streams: the data of the events, one after the other with a NUL behind each.
rows = []
for case in load("sse/cases.json")["cases"]:
    stream = base64.b64decode(case["bytes_b64"])
    frames = b"".join(event["data"].encode() + b"\0" for event in case["expected"])
    # The framing of messages hands out no event without data, and leaves bytes that are no UTF-8 as they are.
    if any(event["data"] == "" or "\ufffd" in event["data"] for event in case["expected"]) or b"\0" in stream:
        continue
    retry = -1 if case.get("retry") is None else case["retry"]
    if retry > 1 << 30 or len(case.get("last_event_id") or "") > 128 or len(stream) > 4000:
        continue
    rows.append(f"  {{{literal(case['name'])}, {text(stream)}, {text(frames)}, {retry}, {text(case.get('last_event_id') or '')}}},")
table("stream_case { const char *name; struct bytes stream, frames; int retry; struct bytes last_event_id; } stream_cases[]", rows)

# HTTP responses: the status and the body that comes out, or an error.
rows = []
for case in load("http/cases.json")["cases"]:
    expect = case["expect"]
    response = base64.b64decode(case["response_b64"])
    if len(response) > 6000 or b"event-stream" in response:
        continue
    if isinstance(expect, dict) and set(expect) == {"status", "body"}:
        status, body = expect["status"], expect["body"]
    elif expect in ("error", "truncated", "limit"):
        status, body = -1, ""
    else:
        continue
    rows.append(f"  {{{literal(case['name'])}, {text(response)}, {status}, {text(body)}}},")
table("response_case { const char *name; struct bytes response; int status; struct bytes body; } response_cases[]", rows)
