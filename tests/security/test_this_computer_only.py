"""Without sign-in nobody from elsewhere is answered."""

import pytest

from lib.ui.gate import REFUSED, ThisComputerOnly, is_loopback
from tests.waiting import run


async def _answer(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"complaints"})


def _ask(client="127.0.0.1", kind="http", **headers):
    """Return the messages with which the gate answers one request."""
    sent = []
    named = {"host": "localhost:8501", **headers}
    scope = {
        "type": kind,
        "client": (client, 50000) if client else None,
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in named.items()
        ],
    }

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    run(ThisComputerOnly(_answer)(scope, receive, send))
    return sent


@pytest.mark.parametrize(
    "client", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"]
)
@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_this_computer_is_answered(client, host):
    assert _ask(client, host=host)[0]["status"] == 200


@pytest.mark.parametrize("client", ["192.168.0.7", "203.0.113.9", "2001:db8::1", None])
def test_another_computer_is_refused_and_learns_nothing(client):
    start, body = _ask(client)

    assert start["status"] == 403
    assert body["body"].decode() == REFUSED


PROXIES = {
    "nginx": {"x_real_ip": "203.0.113.9", "x_forwarded_proto": "https"},
    "nginx, port only": {"x_forwarded_port": "443"},
    "Apache": {"x_forwarded_server": "desk.example.co.jp"},
    "Traefik, scheme only": {"x_forwarded_scheme": "https"},
    "Caddy": {"x_forwarded_for": "203.0.113.9", "x_forwarded_host": "desk.example"},
    "by the book": {"forwarded": "for=203.0.113.9"},
    "Squid, Varnish": {"via": "1.1 varnish"},
    "HTTP/1.0 capitals": {"Via": "1.0 proxy"},
    "Cloudflare": {"cf_connecting_ip": "203.0.113.9"},
    "Akamai": {"true_client_ip": "203.0.113.9"},
    "Fastly": {"fastly_client_ip": "203.0.113.9"},
    "Azure": {"x_client_ip": "203.0.113.9"},
    "Zeus": {"x_cluster_client_ip": "203.0.113.9"},
    "Kubernetes ingress": {"x_original_forwarded_for": "203.0.113.9"},
    "Envoy": {"x_envoy_external_address": "203.0.113.9"},
    "Envoy, time only": {"x_envoy_expected_rq_timeout_ms": "15000"},
    "claims to be here": {"x_forwarded_for": "127.0.0.1"},
}
"""What proxies add, as their manuals say, to a request whose Host they rewrite."""


@pytest.mark.parametrize("added", PROXIES.values(), ids=PROXIES)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_request_that_a_proxy_passed_on_is_refused(added, kind):
    first = _ask(kind=kind, **added)[0]

    assert first.get("status", first.get("code")) in (403, 1008)


def test_what_a_browser_of_this_computer_sends_is_no_proxy():
    own = {
        "x_requested_with": "fetch",
        "x_xsrftoken": "2|x",
        "viaduct": "x",
        "origin": "http://localhost:8501",
        "accept_language": "ja",
    }
    assert _ask(**own)[0]["status"] == 200


@pytest.mark.parametrize("host", ["evil.example", "desk.example.co.jp:8501", ""])
def test_a_strange_name_that_points_at_us_is_refused(host):
    assert _ask(host=host)[0]["status"] == 403


def test_a_socket_from_elsewhere_is_closed_before_it_opens():
    assert _ask("192.168.0.7", kind="websocket") == [
        {"type": "websocket.close", "code": 1008, "reason": "refused"}
    ]
    assert _ask(kind="websocket") == [{"type": "websocket.accept"}]


def test_what_is_no_address_is_not_this_computer():
    assert not is_loopback("testclient")
