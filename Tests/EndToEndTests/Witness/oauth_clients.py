"""Obtains, refreshes, introspects and revokes tokens as an app does, with two client libraries that share no code with
this project: Authlib and requests-oauthlib. PyJWT verifies the signed answer to an introspection (RFC 9701).

usage: oauth_clients.py ISSUER CLIENT_ID CLIENT_SECRET API_ID API_SECRET

Everything that a client must know besides is read from the issuer's metadata. Ana's password is "geheim".
"""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback only
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session


def metadata_of(issuer):
    parts = urlsplit(issuer)
    path = "/.well-known/oauth-authorization-server" + parts.path
    found = requests.get(urlunsplit((parts.scheme, parts.netloc, path, "", "")), timeout=10).json()
    assert found["issuer"] == issuer
    return found


def authlib(metadata, app, api):
    session = AuthlibSession(*app, token_endpoint_auth_method="client_secret_basic", scope="read")
    token = session.fetch_token(metadata["token_endpoint"], username="ana", password="geheim")
    assert token["token_type"] == "Bearer" and token["scope"] == "read", token
    old = dict(token)
    new = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert new["refresh_token"] != old["refresh_token"] and new["access_token"] != old["access_token"]
    told = session.introspect_token(metadata["introspection_endpoint"], token=new["access_token"]).json()
    assert told["active"] and told["client_id"] == app[0] and told["amr"] == ["pwd"], told
    server = AuthlibSession(*api, token_endpoint_auth_method="client_secret_basic")
    assert server.introspect_token(metadata["introspection_endpoint"], token=new["access_token"]).json() == told
    revoked = session.revoke_token(metadata["revocation_endpoint"], token=new["refresh_token"])
    assert revoked.status_code == 200
    for text in (old["access_token"], new["access_token"], new["refresh_token"]):
        assert session.introspect_token(metadata["introspection_endpoint"], token=text).json() == {"active": False}
    own = AuthlibSession(*app, token_endpoint_auth_method="client_secret_basic", scope="write")
    token = own.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert "refresh_token" not in token and token["scope"] == "write", token


def requests_oauthlib(metadata, app, api):
    basic = HTTPBasicAuth(*app)
    session = OAuth2Session(client=LegacyApplicationClient(app[0], scope=["read", "write"]))
    token = session.fetch_token(metadata["token_endpoint"], username="ana", password="geheim", auth=basic)
    first = token["refresh_token"]
    new = session.refresh_token(metadata["token_endpoint"], refresh_token=first, auth=basic)
    newest = session.refresh_token(metadata["token_endpoint"], refresh_token=new["refresh_token"], auth=basic)
    try:
        session.refresh_token(metadata["token_endpoint"], refresh_token=first, auth=basic)
        raise AssertionError("a token that was used twice was taken")
    except InvalidGrantError:
        pass
    introspect = metadata["introspection_endpoint"]
    told = requests.post(introspect, data={"token": newest["access_token"]}, auth=HTTPBasicAuth(*api), timeout=10)
    assert told.json() == {"active": False}, told.text

    own = OAuth2Session(client=BackendApplicationClient(app[0], scope=["read"]))
    token = own.fetch_token(metadata["token_endpoint"], auth=basic)
    answer = requests.post(
        introspect,
        data={"token": token["access_token"], "token_type_hint": "access_token"},
        auth=HTTPBasicAuth(*api),
        headers={"Accept": "application/token-introspection+jwt"},
        timeout=10,
    )
    assert answer.headers["Content-Type"] == "application/token-introspection+jwt"
    assert jwt.get_unverified_header(answer.text)["typ"] == "token-introspection+jwt"
    keys = jwt.PyJWKClient(metadata["jwks_uri"])
    claims = jwt.decode(
        answer.text,
        keys.get_signing_key_from_jwt(answer.text).key,
        algorithms=metadata["introspection_signing_alg_values_supported"],
        audience=api[0],
        issuer=metadata["issuer"],
    )
    told = claims["token_introspection"]
    assert told["active"] and told["sub"] == app[0] and told["subject_type"] == "application", told
    revoked = requests.post(metadata["revocation_endpoint"], data={"token": token["access_token"]}, auth=basic, timeout=10)
    assert revoked.status_code == 200
    answer = requests.post(introspect, data={"token": token["access_token"]}, auth=basic, timeout=10)
    assert answer.json() == {"active": False}


def main(issuer, *credentials):
    metadata = metadata_of(issuer)
    assert metadata["grant_types_supported"] == ["password", "refresh_token", "client_credentials"], metadata
    app, api = credentials[:2], credentials[2:]
    for name, client in (("Authlib", authlib), ("requests-oauthlib", requests_oauthlib)):
        client(metadata, app, api)
        print(f"{name}: fine")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
