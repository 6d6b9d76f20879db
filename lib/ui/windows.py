"""Which entry is open in which browser window of this process right now."""

from __future__ import annotations

import threading
from typing import Final

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_lock: Final = threading.Lock()
_holders: Final[dict[str, str]] = {}


def hold(entry: str) -> None:
    """Note that this window is where `entry` is being typed."""
    here = _this_window()
    with _lock:
        for other, window in list(_holders.items()):
            if not _is_open(window):
                del _holders[other]
        _holders[entry] = here


def release(entry: str) -> None:
    """Note that nobody is typing `entry` any more."""
    with _lock:
        _holders.pop(entry, None)


def is_held_elsewhere(entry: str) -> bool:
    """Whether another window that is still open is typing `entry`.

    A window that was closed or loaded anew holds nothing any more.
    """
    with _lock:
        window = _holders.get(entry)
    return window is not None and window != _this_window() and _is_open(window)


def _this_window() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_open(window: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(window)
