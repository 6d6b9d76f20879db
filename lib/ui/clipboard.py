"""A button that puts a text on the clipboard: one press, on a phone too.

Streamlit's own mark at a block of code shows only under a pointer. Nothing is sent
anywhere: the text stands on the page already.
"""

from __future__ import annotations

import streamlit as st

from lib.i18n import _

_HTML = '<button type="button"></button>'
_CSS = """
button {
  font: inherit; font-size: 0.875rem; color: var(--st-text-color); cursor: pointer;
  background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  min-height: 2.5rem; padding: 0.25rem 0.75rem;
}
button:hover, button:focus-visible {
  color: var(--st-primary-color); border-color: var(--st-primary-color);
}
"""
_SCRIPT = """
async function put(text, page) {
  try {
    await page.defaultView.navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http there is no clipboard API.
    const box = page.createElement("textarea");
    box.value = text;
    page.body.append(box);
    box.select();
    const done = page.execCommand("copy");
    box.remove();
    return done;
  }
}

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    const done = await put(data.text, button.ownerDocument);
    button.textContent = done ? data.done : data.failed;
    setTimeout(() => { button.textContent = data.label; }, 2500);
  };
}
"""

_copy_button = st.components.v2.component(
    "copy_to_clipboard", html=_HTML, css=_CSS, js=_SCRIPT
)


def copy_button(label: str, text: str, *, key: str) -> None:
    """Draw a button that copies `text` and says that it did."""
    words = {
        "label": label,
        "text": text,
        "done": _("✓ コピーしました"),
        "failed": _("コピーできません。文字を選んでコピーしてください。"),
    }
    _copy_button(key=key, data=words, width="content", height="content")
