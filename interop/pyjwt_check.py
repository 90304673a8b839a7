"""PyJWT as the second opinion on HS256 tokens.

    pyjwt_check.py verify --secret-file F [--issuer I --audience A]  < TOKEN   prints the claims
    pyjwt_check.py make --secret-file F [--issuer I --audience A] KIND         prints a token
"""

import argparse
import json
import sys
import time
from pathlib import Path

import jwt

# What becomes of each kind at a verifier that expects the secret, the issuer and the audience.
KINDS = {
    "good": True,
    "expired": False,
    "not-yet-valid": False,
    "wrong-secret": False,
    "wrong-issuer": False,
    "wrong-audience": False,
    "alg-none": False,
    "alg-hs512": False,
    "no-signature": False,
}


def make(kind: str, secret: str, issuer: str, audience: str) -> str:
    """A token of one of `KINDS`."""
    now = int(time.time())
    claims = {"iss": issuer, "aud": audience, "sub": "interop", "iat": now, "exp": now + 600}
    algorithm, key = "HS256", secret
    match kind:
        case "good":
            pass
        case "expired":
            claims |= {"iat": now - 7200, "exp": now - 3600}
        case "not-yet-valid":
            claims |= {"nbf": now + 3600, "exp": now + 7200}
        case "wrong-secret":
            key = secret[::-1] + "x"
        case "wrong-issuer":
            claims["iss"] = issuer + "x"
        case "wrong-audience":
            claims["aud"] = audience + "x"
        case "alg-none":
            algorithm, key = "none", None
        case "alg-hs512":
            algorithm = "HS512"
        case "no-signature":
            return jwt.encode(claims, secret, "HS256").rpartition(".")[0] + "."
        case _:
            raise ValueError(f"unknown kind {kind}")
    return jwt.encode(claims, key, algorithm)


def verify(token: str, secret: str, issuer: str, audience: str) -> dict:
    """The claims of a good token; raises `jwt.InvalidTokenError` for every other."""
    return jwt.decode(
        token,
        secret,
        algorithms=["HS256"],
        issuer=issuer,
        audience=audience,
        options={"require": ["exp"]},
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description="PyJWT as the second opinion on HS256 tokens")
    actions = arguments.add_subparsers(dest="action", required=True)
    make_options, verify_options = actions.add_parser("make"), actions.add_parser("verify")
    make_options.add_argument("kind", choices=sorted(KINDS))
    for options in (make_options, verify_options):
        options.add_argument("--secret-file", type=Path, required=True)
        options.add_argument("--issuer", default="https://issuer.example")
        options.add_argument("--audience", default="mcpico-interop")
    given = arguments.parse_args()
    known = (given.secret_file.read_text(), given.issuer, given.audience)
    if given.action == "make":
        print(make(given.kind, *known))
        return 0
    try:
        print(json.dumps(verify(sys.stdin.read().strip(), *known)))
    except jwt.InvalidTokenError as error:
        print(f"refused: {type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
