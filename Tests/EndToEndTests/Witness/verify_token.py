"""Verifies an access token as a resource server does, with PyJWT, which shares no code with this project.

usage: verify_token.py JWKS ISSUER AUDIENCE     (the token comes on standard input)

Prints {"header": …, "claims": …} and exits 0, or prints why not and exits 1.
"""

import json
import pathlib
import sys

import jwt


def main(jwks, issuer, audience):
    token = sys.stdin.read().strip()
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != "at+jwt":
            raise jwt.InvalidTokenError(f"typ is {header.get('typ')}")
        keys = jwt.PyJWKSet.from_dict(json.loads(pathlib.Path(jwks).read_text()))
        key = keys[header["kid"]]
        claims = jwt.decode(
            token,
            key=key,
            algorithms=["ES256", "RS256", "EdDSA"],
            audience=audience,
            issuer=issuer,
            options={"require": ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]},
        )
    except (jwt.PyJWTError, KeyError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    print(json.dumps({"header": header, "claims": claims}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
