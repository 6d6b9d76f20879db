"""A small OpenID Connect provider on this computer, which says what a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from lib import clock

CLIENT, SECRET = "mimamori-tests", "a secret between the two"


@dataclass
class Provider:
    """Where it answers, and what its next token says.

    claims: laid over the usual ones. key: signs; another than `published` is a forger's.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    published: RSAKey = field(default_factory=lambda: _key("one"))
    key: RSAKey | None = None
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """Return what a client looks up first."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
        }

    def authorised(self, asked: dict[str, str]) -> str:
        """Return where the browser goes after somebody has shown who they are."""
        code = f"code-{len(self._asked)}"
        self._asked[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{answer}"

    def token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """Return the token for a code; None for a wrong one. Each counts once."""
        asked = self._asked.pop(sent.get("code", ""), None)
        if asked is None or not _proves(sent.get("code_verifier", ""), asked):
            return None
        now = int(clock.now().timestamp())
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        signed = jwt.encode(
            {"alg": "RS256", "kid": "one"}, said, self.key or self.published
        )
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


def forger() -> RSAKey:
    """Return a key that the provider never published, under the same name."""
    return _key("one")


@contextmanager
def providing() -> Iterator[Provider]:
    """Serve a provider until the end."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            asked = {name: found[0] for name, found in parse_qs(place.query).items()}
            match place.path:
                case "/.well-known/openid-configuration":
                    self._say(provider.metadata())
                case "/keys":
                    self._say({"keys": [provider.published.as_dict(private=False)]})
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorised(asked))
                    self.end_headers()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = parse_qs(self.rfile.read(length).decode())
            found = provider.token({name: value[0] for name, value in sent.items()})
            self._say(found or {"error": "invalid_grant"}, 200 if found else 400)

        def _say(self, found: dict[str, Any], status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_said: object) -> None:
            return

    return Handler


def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


def _proves(verifier: str, asked: dict[str, str]) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return asked.get("code_challenge") == challenge
