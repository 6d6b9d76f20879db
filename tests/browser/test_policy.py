"""The policy of a page in a real browser: what it stops, and that a stop is noticed.

That nothing of ours is stopped, each test in this folder says: `open_tab` fails over it.
"""

EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="

FOREIGN = """
([kind, address]) => new Promise((resolve) => {
  const one = document.createElement(kind);
  one.onload = () => resolve("loaded");
  one.onerror = () => resolve("stopped");
  one.src = address;
  document.body.append(one);
  setTimeout(() => resolve("silent"), 3000);
})
"""
INLINE = """
() => {
  const script = document.createElement("script");
  script.textContent = "window.wasRun = true";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", "<img src=x: onerror='wasRun = true'>");
  return window.wasRun === true;
}
"""
FETCHED = """
(address) => fetch(address, {mode: "no-cors"}).then(() => "sent", () => "stopped")
"""


def test_what_a_stored_text_would_load_or_run_is_stopped(sample_app, open_tab, stopped):
    page = open_tab(sample_app, "dictionary")
    elsewhere = sample_app.url.replace("127.0.0.1", "localhost")
    assert stopped == []

    # The control: the same picture from where it may come.
    assert page.evaluate(FOREIGN, ["img", EMPTY_PICTURE]) == "loaded"
    assert page.evaluate(FOREIGN, ["img", f"{sample_app.url}/favicon.png"]) == "loaded"

    assert page.evaluate(FOREIGN, ["img", f"{elsewhere}/favicon.png"]) == "stopped"
    assert page.evaluate(FOREIGN, ["script", f"{elsewhere}/a.js"]) == "stopped"
    assert page.evaluate(FOREIGN, ["iframe", f"{elsewhere}/"]) != "silent"
    assert page.evaluate(FETCHED, f"{elsewhere}/healthz") == "stopped"
    assert not page.evaluate(INLINE)
    for directive in ("img-src", "script-src", "frame-src", "connect-src"):
        assert any(directive in said for said in stopped), (directive, stopped)
    stopped.clear()


def test_no_other_page_frames_the_app(sample_app, open_tab, stopped):
    page = open_tab(sample_app, "dictionary")
    page.set_content(f'<iframe src="{sample_app.url}/ledger"></iframe>')
    page.wait_for_timeout(500)

    framed = page.frames[1]
    assert framed.locator("#root").count() == 0
    stopped.clear()
