#!/usr/bin/env python3
"""Writes seeds and dictionaries for the fuzz targets out of the test corpora.

    fuzz/seed.py            fuzz/corpus/<target>/, fuzz/corpus/<target>.dict

A seed has the shape that the body in core/src/fuzzing reads: a few bytes that say what is done, then
parts. It is named after its content, so that running this again changes nothing.
"""

import base64
import hashlib
import json
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPORA = ROOT / "core" / "tests" / "corpora"
FOUND = [ROOT / part / "tests" / "fuzz_regressions" for part in ("core", "ffi")]
OUT = ROOT / "fuzz" / "corpus"
LIMIT = 4096

WORDS = {
    "c_abi": '{"alg":"HS256"}|{"exp":99}|"kid":"a"|Bearer |{"jsonrpc":"2.0","id":1,"result":{}}|data: |\n\n|HTTP/1.1 200 OK\r\n|'
    "Content-Type: application/json\r\n|Content-Length: 9\r\n|\r\n\r\n|text/event-stream|/a/0|[1]|{}|\"a\"|true",
    "challenge": 'Bearer |Basic |realm="|scope="|error="invalid_token"|resource_metadata="|, |="|\\"|Negotiate |==',
    "client": 'application/json|text/event-stream|{"jsonrpc":"2.0","id":1,"result":{}}|"supportedVersions":["2026-07-28"]|'
    '"protocolVersion":"2025-11-25"|"error":{"code":-32022,"message":""}|data: |\n\n|"method":"ping"|'
    '"resultType":"input_required"|"method":"notifications/progress"|event: message\n|[{|},{',
    "event_stream": "data:|event:|id:|retry:|: |\n|\r|\r\n|\n\n|\r\r|data: |\xef\xbb\xbf|message|\0",
    "headers": '=?base64?|?=|Host|Content-Length|\r\n|x-mcp-header|"properties":{|"type":"string"|"type":"integer"|X-A|/mcp|localhost:80',
    "http1": "HTTP/1.1 200 OK\r\n|HTTP/1.0 |HTTP/1.1 100 Continue\r\n\r\n|Content-Length: |Transfer-Encoding: chunked\r\n|"
    "Content-Type: text/event-stream\r\n|Connection: close\r\n|\r\n\r\n|0\r\n\r\n|1\r\nx\r\n|;a=b|;a=\"\\\"\"|\r\n ",
    "json": '{"|":|,|[]|{}|null|true|false|\\u0000|\\ud83d\\ude00|\\udc00|1e400|-0|0.1|1E+2|18446744073709551616|"a":1,"a":2|\xef\xbb\xbf',
    "json_stream": '{"|":|,|[]|{}|null|true|false|\\u0000|\\ud83d\\ude00|\\udc00|1e400|-0|0.1|1E+2|18446744073709551616|"a":1,"a":2|\xef\xbb\xbf|/a/0|~0|~1',
    "jsonrpc": '"jsonrpc":"2.0"|"id":1|"id":null|"id":"a"|"method":"m"|"params":{}|"params":[]|"result":{}|'
    '"error":{"code":1,"message":""}|"data":|,"id":1,"id":2|\\u0069d|-0',
    "jwt_roundtrip": '{"sub":"a"}|"exp":1800000001|iss|aud|1.5|1e9|[]|[["a"]]|{"a":{}}|true|null',
    "jwt_verify": '{"alg":"HS256"}|"typ":"at+jwt"|"kid":"a"|"crit":["b64"]|"b64":false|"exp":1800003600|"nbf":1800000000|'
    '"iat":1799999999|"aud":"https://mcp.example/mcp"|"iss":"https://as.example"|"sub":"a"|1.8e9|1800000000.5|'
    "eyJhbGciOiJIUzI1NiJ9|.|\\u0061lg|\\u0065xp",
    "message_endpoint": "https:|http:|//|/../|/./|..|mcp.example|127.0.0.1:8080|[::1]|:443|:80|@|%2e|?|#|;",
    "redactor": 'Authorization: Bearer |authorization|Cookie: |token=|"access_token":"|client_secret|--token |'
    "eyJhbGciOiJIUzI1NiJ9.e30.|://user:pass@|%3D|%26|\\\"|***|###|Basic ",
}


def cases(path):
    return json.loads((CORPORA / path).read_text(encoding="utf-8"))["cases"]


def unbase64(text):
    return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))


def part(content):
    content = content[:255]
    return bytes([len(content)]) + content


def long_part(content):
    content = content[:65535]
    return len(content).to_bytes(2, "little") + content


def text(value):
    return value.encode("utf-8", "surrogatepass")


def documents():
    for path in sorted((CORPORA / "jsontestsuite").rglob("*.json")):
        if "/test_" in path.as_posix():
            yield path.read_bytes()
    for case in cases("jsonrpc/cases.json"):
        if "text" in case:
            yield text(case["text"])


def json_stream():
    for document in documents():
        for path in (b"", b"/0", b"/a/0"):
            yield bytes([1, 7]) + part(path) + document


def streams():
    return [unbase64(case["bytes_b64"]) for case in cases("sse/cases.json") if "bytes_b64" in case]


def responses():
    for case in cases("http/cases.json"):
        if "response_b64" in case:
            yield unbase64(case["response_b64"])
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    # Faults with a proper end behind them: a reader that overlooks one comes to that end.
    for start in ("1\r\nxy\n", "1\r\nx\r\r", "1\r\nx\n", "1\nx\r\n", "1 \r\nx\r\n", "1;\r\nx\r\n", "1;a=\r\nx\r\n",
                  "01\r\nx\r\n", "+1\r\nx\r\n", "1;a=\"\\\"\"\r\nx\r\n", "", "0;a\r\nx: y\r\n", "0\r\nx: y\n"):
        yield head + text(start) + b"0\r\n\r\n"


def tokens():
    for case in cases("jwt/hs256-cases.json"):
        if "token" in case:
            yield text(case["token"])
        elif "token_b64" in case:
            yield unbase64(case["token_b64"])
    for case in json.loads((CORPORA / "wycheproof" / "hs256-flat.json").read_text())["tests"]:
        token = case.get("jws", case.get("token"))
        if isinstance(token, str):
            yield text(token)


def next_symbol(encoded):
    """The same text with its last symbol one further, which may change no byte."""
    symbols = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = symbols.index(encoded[-1:])
    return encoded[:-1] + symbols[at + 1:at + 2]


def jwt_verify():
    for token in tokens():
        # The policy of the corpus: a leeway of a minute, its issuer and audience.
        yield bytes([0b1010, 0]) + token
        parts = token.split(b".")
        if len(parts) != 3:
            continue
        try:
            header, claims = unbase64(parts[0].decode()), unbase64(parts[1].decode())
        except ValueError:
            continue
        for asks in (0b1010, 0b1_0111, 0b1111_1011):
            yield bytes([asks, 1]) + long_part(header) + claims
        yield bytes([0b1_0111, 2, 9, 0, 65]) + long_part(header) + claims
    # Other texts for the same bytes, in front of a right MAC.
    for header in (b'{"alg":"HS256"}', b'{"alg":"HS256" }', b'{"alg":"HS256"  }'):
        for claims in (b"{}", b"{ }", b"{  }"):
            texts = [base64.urlsafe_b64encode(each).rstrip(b"=") for each in (header, claims)]
            yield bytes([0b1_0111, 3]) + b".".join(texts)
            for at in (0, 1):
                for other in (next_symbol(texts[at]), texts[at] + b"=", b" " + texts[at], texts[at] + b"\n"):
                    yield bytes([0b1_0111, 3]) + b".".join(texts[:at] + [other] + texts[at + 1:])


def jwt_roundtrip():
    for token in tokens():
        parts = token.split(b".")
        if len(parts) == 3:
            try:
                yield bytes([0b1000, 7, 1]) + part(b"JWT") + part(b"k") + unbase64(parts[1].decode())
            except ValueError:
                pass
    yield bytes([3, 9, 0]) + part(b"at+jwt") + part(b"k") + b"".join(
        [b"\x00" + part(b"i"), b"\x10" + part(b"s"), b"\x23" + b"\x02" + part(b"a") + part(b"b"),
         b"\x31" + (1_800_003_600).to_bytes(8, "big"), b"\x52\x01", b"\x74" + part(b"[1.5]")])
    yield bytes([4, 0, 0]) + part(b"k" * 65) + part(b"") + part(b"") + b"\x84" + part(b"n") + part(b"{}")


def message_endpoint():
    corpus = json.loads((CORPORA / "redirect" / "cases.json").read_text(encoding="utf-8"))
    for stream in range(6):
        for case in corpus["endpoint_events"]:
            yield bytes([stream]) + text(case["data"])
        for reference in ("", "?y", "#s", "g;x/../y", "../../g", "//mcp.example:443/m", "http://h/m", "%2e%2e/m"):
            yield bytes([stream]) + text(reference)


def headers():
    header = json.loads((CORPORA / "mcp-headers" / "cases.json").read_text(encoding="utf-8"))
    for case in header["encode"]:
        yield b"\x01" + text(case["value"])
        yield b"\x02" + text(case["header"])
        yield bytes([0, 1, 1, 7]) + part(b"/mcp") + part(b"localhost:80") + part(b"X-A") + part(text(case["value"]))
        yield b"\x03" + part(text(case["value"])) + long_part(b"{}") + b"{}"
    for case in header["schemas"]:
        schema = json.dumps(case.get("schema", case.get("inputSchema", {})))
        yield b"\x03" + part(b"tool") + long_part(text(schema)) + b'{"region":"a","a":"b","n":1}'
    yield bytes([0, 2, 0]) + part(b"/") + part(b"[::1]:8080") + part(b"Accept") + part(b"*/*") + part(b"X") + part(b"")


def challenge():
    for case in cases("httpauth/cases.json"):
        lines = [text(line) for line in case.get("headers", [])]
        for line in lines:
            yield b"\x00" + line
        if len(lines) > 1:
            yield b"\x01" + part(lines[0]) + lines[1]
    yield b"\x02\x02" + b"".join(part(p) for p in (b'a "b"', b"expired", b"https://a.example/e", b"a b", b"https://a.example"))
    for token in list(tokens())[:20]:
        yield b"\x03Bearer " + token


def client():
    for first, second in ((0, 0), (4, 4), (1, 1), (0, 4), (3, 3), (1, 4)):
        start = bytes([first, second, 100])
        # Connect, status 200, one header, one piece; the second one settles into a legacy revision.
        discover = bytes([0, 1, 0, 1, 0, 1, 2, 0, 0])
        initialize = bytes([0, 0, 0, 2, 0, 5, 1, 1, 1, 0])
        accepted = bytes([0, 0, 4, 0, 0, 0])
        call = bytes([3, 1, 0, 1, 2, 3, 6, 0, 8, 0, 7, 0, 0])
        yield start + discover + call * 4
        yield start + discover + initialize + accepted + call * 3 + bytes([5, 0, 4, 0, 0, 0])
        for body in streams()[:30]:
            yield start + discover + bytes([3, 1, 0, 1, 2, 1, 0]) + long_part(body)
    # Batches, in the one revision that has them.
    batch = b'[{"jsonrpc":"2.0","method":"a"} ,\n{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":9,"method":"ping"}]'
    initialize = bytes([0, 0, 0, 2, 0, 5, 1, 1, 3, 0])
    for body in (batch, batch + b" ", b" [" + b",".join([batch[1:31]] * 9) + b"]", b"[]"):
        yield (bytes([3, 3, 100]) + initialize + bytes([0, 0, 4, 0, 0, 0])
               + bytes([3, 0, 0, 1, 0, 1, 0]) + long_part(body) + b"\0")
    for case in cases("jsonrpc/cases.json"):
        if "text" in case:
            yield bytes([0, 0, 200, 3, 0, 0, 1, 0, 1, 0]) + long_part(text(case["text"])) + b"\x00"


def redactor():
    # Marks among the secrets, secrets that overlap, secrets in secrets.
    for secrets, body in (([b"*"], b"a*b"), ([b"a***b", b"#"], b"aa***bb"), ([b"*#?-_~+=@%!^", b"s3"], b"a s3 b"),
                          ([b"abcd", b"cdef"], b"1abcdef2"), ([b"ab", b"abcd"], b"abcde ab"), ([b"aba"], b"xababay")):
        yield bytes([len(secrets)]) + b"".join(part(secret) for secret in secrets) + body
    for case in cases("masking/cases.json"):
        if "input" not in case:
            continue
        secrets = [text(secret) for secret in case.get("secrets", [])][:3]
        body = text(case["input"])
        yield bytes([len(secrets)]) + b"".join(part(secret) for secret in secrets) + body
        yield b"\x00" + body
        yield b"\x04" + part(body) + part(b"abc.DEF-123") + b"x"
        yield bytes([12 + len(secrets)]) + b"".join(part(secret) for secret in secrets) + part(body) + body
    for token in list(tokens())[:20]:
        yield b"\x08" + token
        yield b"\x00" + b"at " + token + b" x"


def c_abi():
    """Programs of ffi/src/fuzzing: which revision, then calls, each with its objects and texts."""
    usual = b"\xff"
    piece = lambda content: bytes([min(len(content), 252) + 3]) + content[:252]
    policy = b"\x00\x00\x00" + b"\x00\x00\x00\x00\x00" + b"\x00" * 3
    for header in (b'{"alg":"HS256"}', b'{"alg":"none"}'):
        for claims in (b'{"exp":99}', b'{"exp":9}', b'{"exp":99,"aud":"a"}', b"[]"):
            yield b"\x00\x06" + usual + piece(header) + piece(claims) + b"\xff" + policy + usual + b"\x07" + usual
    call = lambda method, name=b"", subscribe=0: (
        b"\x00\x00" + bytes([method]) + b"\x00\x00" + (piece(name) if name else b"\x00") + b"\x00" * 12 + bytes([subscribe])
    )
    # A key that is a function, then a token of its own.
    hardware = b"\x00\x00" + usual + b"\x00\xff"
    yield hardware + b"\x06" + usual + piece(b'{"alg":"HS256"}') + piece(b'{"exp":99}') + b"\xff" + policy + usual + b"\x07" + usual
    request = b"\x22" + usual + call(2, b"echo") + b"\xff" + usual + usual
    status = b"\x27\x03" + usual
    header = b"\x26" + usual + usual + piece(b"content-type")
    read = lambda content: b"\x1e" + usual + piece(content)
    step = b"\x28" + usual + usual
    close = b"\x20\x00" + usual
    for body in (b'{"jsonrpc":"2.0","id":1,"result":{}}', b'{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}', b"no"):
        yield b"\x00" + request + status + header + piece(b"application/json") + read(body) + close + step + step
        stream = b"data: " + body + b"\n\n"
        yield b"\x00" + request + status + header + piece(b"text/event-stream") + read(stream) + step + step
    for response in list(responses())[:30]:
        received = b"\x1f" + usual + piece(response) + usual * 3
        yield b"\x00" + request + b"\x2f\x00" + usual + received + step + step
    parts = b"\x2f\x01" + usual + b"\x2f\x03" + usual + piece(b"/a/0")
    part = b"\x29" + usual * 4 + b"\x01"
    body = b'{"jsonrpc":"2.0","id":1,"result":{"a":["' + (b"\\u00e9\xc3\xa9 text " + b"x" * 100) * 10 + b'",true],"b":-1.5e3}}'
    head = b"\x00" + request + status + header + piece(b"application/json") + parts
    # Eight of these fill the inbox; what is read then makes room for the rest.
    pieces = [read(body[at : at + 128]) for at in range(0, len(body), 128)]
    yield head + b"".join(pieces[:8]) + part * 40 + b"".join(pieces[8:]) + close + part * 40
    subscribed = b"\x00\x22" + usual + call(13, subscribe=4) + b"\xff" + usual + usual
    meta = b'"_meta":{"io.modelcontextprotocol/subscriptionId":1}'
    told = lambda method, params, then: (
        b"\x30" + usual + bytes([method]) + piece(b"{" + meta + params + b"}") + usual + then
    )
    granted = told(2, b',"notifications":{"toolsListChanged":true}', b"\x03" + call(13, subscribe=4))
    begun = told(0, b"", b"\x00" + usual + usual)
    yield subscribed + begun + granted + told(4, b"", b"\x04") + told(1, b',"uri":"a:b"', b"\x04") + told(1, b',"uri":"a:b"', b"\x02")
    channel = lambda kind: b"\x31" + usual * 3 + b"\x01" + usual * 2 + bytes([kind])
    stream = b'event: endpoint\ndata: /m\n\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'
    yield b"\x01" + request + b"\x27\x01" + usual + channel(0) + read(stream) + channel(1) + channel(3) * 2
    yield b"\x00\x33" + piece(b"http://a/b/c/d;p?q") + piece(b"../g?y") + usual
    for document in list(documents())[:20]:
        yield b"\x00\x1a" + piece(document) + piece(b"/a/0") + b"\x01\x1a" + piece(document) + piece(b"a") + b"\x06" + usual


SEEDS = {
    "c_abi": c_abi,
    "challenge": challenge,
    "client": client,
    "event_stream": lambda: (bytes([kind, 64, 1, 3]) + body for body in streams() for kind in range(3)),
    "headers": headers,
    "http1": lambda: (bytes([3]) + response for response in responses()),
    "json": documents,
    "json_stream": json_stream,
    "jsonrpc": documents,
    "jwt_roundtrip": jwt_roundtrip,
    "jwt_verify": jwt_verify,
    "message_endpoint": message_endpoint,
    "redactor": redactor,
}


def entry(word):
    content = word.encode("latin-1")
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\x{b:02x}" for b in content) + '"'


def main():
    for target, seeds in SEEDS.items():
        folder = OUT / target
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for seed in seeds():
            if len(seed) <= LIMIT:
                (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
                count += 1
        for found in FOUND:
            for path in sorted((found / target).glob("*")):
                shutil.copy(path, folder / path.name)
                count += 1
        words = [entry(word) for word in WORDS[target].split("|")]
        (OUT / f"{target}.dict").write_text("\n".join(words) + "\n", encoding="utf-8")
        assert count >= 10, f"{target}: {count} seeds"
        print(f"{target}: {count} seeds, {len(words)} words")


if __name__ == "__main__":
    main()
