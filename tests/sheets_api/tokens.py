"""The OAuth token endpoint for service accounts, and who a bearer is."""

import base64
import json
import secrets
import threading
import urllib.parse

from tests.sheets_api.errors import unauthenticated, unregistered

LIFETIME = 3600
REFUSALS = {
    "invalid_grant": "Invalid JWT Signature.",
    "account_gone": "Invalid grant: account not found",
    "clock_skew": "Invalid JWT: Token must be a short-lived token (60 minutes) and in"
    " a reasonable timeframe. Check your iat and exp values in the JWT claim.",
}


class Tokens:
    """Gives out bearers and knows their users.

    `mode` is `ok`, one of `REFUSALS`, or `unavailable` (503). A bearer that was not
    given out here is taken for the user's own name, so that a test or a person's
    hand needs no key.
    """

    def __init__(self, clock):
        self.clock = clock
        self.mode = "ok"
        self.issued = 0
        self._users = {}
        self._dead = set()
        self._lock = threading.Lock()

    def grant(self, body):
        """Answer a token request.

        Returns:
            (status, JSON message)
        """
        if self.mode == "unavailable":
            return 503, {"error": "internal_failure"}
        if self.mode != "ok":
            text = REFUSALS[self.mode]
            return 400, {"error": "invalid_grant", "error_description": text}
        form = urllib.parse.parse_qs(body.decode())
        try:
            claims = _claims(form["assertion"][0])
            user = claims.get("sub") or claims["iss"]
        except (KeyError, IndexError, ValueError):
            text = "Invalid JWT: Failed decoding"
            return 400, {"error": "invalid_grant", "error_description": text}
        token = "ya29." + secrets.token_urlsafe(32)
        with self._lock:
            self.issued += 1
            self._users[token] = user, self.clock() + LIFETIME
        answer = {"access_token": token, "expires_in": LIFETIME - 1}
        return 200, answer | {"token_type": "Bearer"}

    def expire_all(self):
        """Let every bearer given out so far be refused from now on."""
        with self._lock:
            self._dead |= set(self._users)

    def user_of(self, header):
        """The user of an Authorization header.

        Raises:
            ApiError: There is none, or its token has expired.
        """
        if not header or not header.startswith("Bearer "):
            raise unregistered()
        token = header.removeprefix("Bearer ").strip()
        with self._lock:
            user, until = self._users.get(token, (token, None))
            dead = token in self._dead
        gone = token.startswith("ya29.") and until is None
        if dead or gone or (until is not None and self.clock() >= until):
            raise unauthenticated()
        return user


def _claims(assertion):
    payload = assertion.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
