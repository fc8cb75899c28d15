"""Tokens made by hand: good ones, and ones that must not be believed."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from deploy.issuer import AUDIENCE, ISSUER

OTHER_KEY = ECKey.generate_key("P-256", auto_kid=True)


def claims(**other: Any) -> dict[str, Any]:
    """The claims of a good token, but for `other`; a claim that is ... is left out."""
    now = int(time.time())
    good: dict[str, Any] = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "credit", "iat": now, "nbf": now, "exp": now + 600,
        "jti": str(uuid4()), "role": "service", "districts": ["d"],
    }  # fmt: skip
    return {name: value for name, value in (good | other).items() if value is not ...}


def written(
    key: ECKey, header: dict[str, Any] | str | None = None, payload: dict[str, Any] | str | bytes | None = None
) -> str:
    """Signed correctly by the key, whatever is written in it: libraries refuse to make some of these tokens."""
    if not isinstance(header, str):
        words = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | (header or {})
        header = json.dumps({name: word for name, word in words.items() if word is not ...})
    if not isinstance(payload, (str, bytes)):
        payload = json.dumps(claims() if payload is None else payload)
    text = f"{encoded(header)}.{encoded(payload)}"
    return f"{text}.{encoded(JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


def encoded(data: str | bytes) -> str:
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).decode().rstrip("=")


def by_shared_secret(key: ECKey, secret: bytes) -> str:
    """The confusion of algorithms: an HMAC whose secret is the public key, which everybody has."""
    header = {"alg": "HS256", "typ": "at+jwt", "kid": key.kid}
    text = f"{encoded(json.dumps(header))}.{encoded(json.dumps(claims()))}"
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256'))}"


def swapped(key: ECKey) -> str:
    head, _, signature = written(key).split(".")
    return f"{head}.{encoded(json.dumps(claims(role='district_office')))}.{signature}"


FORGED: dict[str, Callable[[ECKey], str]] = {
    "signed by nobody": lambda key: written(key, {"alg": "none"}).rpartition(".")[0] + ".",
    "signed by nobody, with a signature": lambda key: written(key, {"alg": "none"}),
    "alg nOnE": lambda key: written(key, {"alg": "nOnE"}),
    "HMAC with the public key as PEM": lambda key: by_shared_secret(key, key.as_pem(private=False)),
    "HMAC with the public key as DER": lambda key: by_shared_secret(key, key.as_der(private=False)),
    "HMAC with the public key as JSON": lambda key: by_shared_secret(
        key, json.dumps(key.as_dict(private=False)).encode()
    ),
    "HMAC with nothing": lambda key: by_shared_secret(key, b""),
    "another algorithm in the header": lambda key: written(key, {"alg": "RS256"}),
    "an algorithm that is a number": lambda key: written(key, {"alg": 256}),
    "no algorithm": lambda key: written(key, {"alg": ...}),
    "another key under the issuer's name for its own": lambda key: written(OTHER_KEY, {"kid": key.kid}),
    "another key": lambda _: written(OTHER_KEY),
    "another key without a name": lambda _: written(OTHER_KEY, {"kid": ...}),
    "its own key in the header": lambda _: written(OTHER_KEY, {"jwk": OTHER_KEY.as_dict(private=False)}),
    "an address of its own keys": lambda _: written(OTHER_KEY, {"jku": "https://attacker.invalid/jwks.json"}),
    "an address of its own certificate": lambda _: written(OTHER_KEY, {"x5u": "https://attacker.invalid/cert"}),
    "a key's name that is a path": lambda _: written(OTHER_KEY, {"kid": "../../../../dev/null"}),
    "a key's name that is a list": lambda key: written(key, {"kid": ["a"]}),
    "a key's name that is a number": lambda key: written(key, {"kid": 7}),
    "a demand that nobody knows": lambda key: written(key, {"crit": ["rollbook"], "rollbook": 1}),
    "an unencoded payload": lambda key: written(key, {"b64": False, "crit": ["b64"]}),
    "another's signature": swapped,
    "half a signature": lambda key: written(key)[:-40],
    "no signature": lambda key: written(key).rpartition(".")[0],
    "a type that is not an access token's": lambda key: written(key, {"typ": "JWT"}),
    "an identity token's type": lambda key: written(key, {"typ": "id+jwt"}),
    "no type": lambda key: written(key, {"typ": ...}),
    "a type that is a number": lambda key: written(key, {"typ": 7}),
    "a header that is a list": lambda key: written(key, "[]"),
    "a header that is not JSON": lambda key: written(key, "typ: at+jwt"),
    "a payload that is a list": lambda key: written(key, None, "[]"),
    "a payload that is not JSON": lambda key: written(key, None, "role: service"),
    "a payload that is not text": lambda key: written(key, None, bytes(range(128, 256))),
    "a payload a thousand deep": lambda key: written(key, None, "[" * 1000 + "]" * 1000),
    "a payload that is null": lambda key: written(key, None, "null"),
    "too long": lambda key: written(key, None, claims(note="x" * 9000)),
    "an encrypted token": lambda _: "a.b.c.d.e",
    "no token": lambda _: "x",
    "dots": lambda _: "..",
    "bytes": lambda _: "\xff\xfe.\xff.\xff",
}
WRONG_CLAIMS: dict[str, list[Any]] = {
    "iss": [..., "", "https://other.invalid", "https://dev.invalid/", [ISSUER], None, 7],
    "aud": [..., "", "other", [], ["other"], [[AUDIENCE]], {AUDIENCE: 1}, None, 7],
    "exp": [..., None, 0, -1, 1_600_000_000, "tomorrow", str(2**40), True, [], {}, -(10**400)],
    "iat": [..., None, 4_000_000_000, "today", True, [], 10**400],
    "nbf": [4_000_000_000, "today", [], {}, True, 10**400],
    "sub": [..., None, "", "t\u0000", "t\n", 7, [], {}],
    "role": [..., None, "", "superuser", "Teacher", ["service"], {}, 7, True],
    "districts": [..., None, "d", [], [""], ["d\u0000"], [7], [None], {"d": 1}, [["d"]]],
    "schools": ["lincoln", [7], [None], {}, 7],
}
FORGED |= {
    f"{name} is {'missing' if value is ... else json.dumps(value)[:20]}": partial(
        lambda wrong, key: written(key, None, claims(**wrong)), {name: value}
    )
    for name, values in WRONG_CLAIMS.items()
    for value in values
}
