"""Text reaches the server while it is being typed, not only when the field is left.

Streamlit commits a text area on blur or Ctrl+Enter. This invisible component presses
Ctrl+Enter for the person one second after the last keystroke and, where nobody pauses,
every second and a half (never while Japanese is being composed), and at once when Ctrl+S
is about to press the save button. The text area itself stays Streamlit's own.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
const PAUSE = 1000, LONGEST = 1500;

export default function ({ parentElement }) {
  const page = parentElement.ownerDocument;
  if (page.mimamoriTyping) return;
  page.mimamoriTyping = true;
  let timer = 0, waitingSince = 0, composing = false;
  // React listens on its root; whoever listens further out, such as a button's
  // shortcut, must not take these keys for the person's.
  const ours = new WeakSet();
  for (const step of ["keydown", "keyup"]) {
    page.getElementById("root").addEventListener(step, (event) => {
      if (ours.has(event)) event.stopPropagation();
    });
  }
  const area = (node) =>
    node instanceof HTMLTextAreaElement && node.closest('[data-testid="stTextArea"]');
  const commit = (node) => {
    clearTimeout(timer);
    waitingSince = 0;
    for (const step of ["keydown", "keyup"]) {
      const event = new KeyboardEvent(step, {
        key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true,
        cancelable: true,
      });
      ours.add(event);
      node.dispatchEvent(event);
    }
  };
  const later = (node) => {
    waitingSince ||= performance.now();
    const left = LONGEST - (performance.now() - waitingSince);
    clearTimeout(timer);
    timer = setTimeout(
      () => { if (!composing) commit(node); }, Math.max(0, Math.min(PAUSE, left)));
  };
  page.addEventListener("compositionstart", () => { composing = true; }, true);
  page.addEventListener("compositionend", (event) => {
    composing = false;
    if (area(event.target)) later(event.target);
  }, true);
  page.addEventListener("input", (event) => {
    if (area(event.target)) later(event.target);
  }, true);
  // Somebody may type before this component is there.
  for (const node of page.querySelectorAll('[data-testid="stTextArea"] textarea')) {
    if (node.value) setTimeout(() => { if (!composing) commit(node); }, PAUSE);
  }
  page.addEventListener("keydown", (event) => {
    const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (save && !composing && area(page.activeElement)) commit(page.activeElement);
  }, true);
}
"""

_commit_while_typing = st.components.v2.component("commit_while_typing", js=_SCRIPT)


def commit_while_typing() -> None:
    """Mount the component on this page; once a page is enough."""
    _commit_while_typing(key="commit_while_typing", width="content")
