"""Errors become messages here and nowhere else; what was typed stays."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib import i18n
from lib.errors import AppError, InvalidRecord, NotAllowed
from lib.i18n import _
from lib.schema.ids import ALPHABET
from lib.text import inert
from lib.ui import context, flash, navigation

log = logging.getLogger("mimamori.errors")


def message_of(error: AppError) -> str:
    """Return the error's message in the person's language, its braces filled."""
    text = _(error.message)
    return text.format(**error.details) if error.details else text


@contextmanager
def page_boundary() -> Iterator[None]:
    """Show whatever goes wrong inside as a calm message with an error number.

    Streamlit's own control flow (stop, rerun) passes: it is no `Exception`.
    """
    try:
        yield
    except AppError as error:
        st.error(inert(message_of(error)), icon=":material/error:")
    except Exception as error:  # noqa: BLE001 - the last line of defence of a page
        _show_unexpected(error)


@contextmanager
def way_home() -> Iterator[None]:
    """Offer the way to one's first page below a refusal: a menu may have no entry."""
    try:
        yield
    except NotAllowed as refused:
        st.error(inert(message_of(refused)), icon=":material/error:")
        who = context.principal()
        if who is not None:
            home = navigation.pages_for(who.role)[0]
            navigation.link(home.code, _("最初の画面へ"), icon=":material/home:")


@contextmanager
def attempt() -> Iterator[None]:
    """Run an action inside a callback; an error is told at the top of the next run.

    `InvalidRecord` passes on: the form shows it at the fields. Nothing else does:
    Streamlit would write the error's text into its log, and that may quote a customer.
    """
    try:
        yield
    except InvalidRecord:
        raise
    except AppError as error:
        flash.say(message_of(error), "error")
    except Exception as error:  # noqa: BLE001 - the last line of defence of a callback
        flash.say(_unexpected(error), "error")


def last_resort(error: Exception) -> bool:
    """Show an error that no boundary caught (a callback's); True: it is dealt with."""
    with i18n.speaking(_language()):
        if isinstance(error, AppError):
            st.error(inert(message_of(error)), icon=":material/error:")
        else:
            _show_unexpected(error)
    return True


def _language() -> i18n.Language:
    """Return the person's language; ours where a forged session holds none."""
    try:
        return i18n.current()
    except Exception:  # noqa: BLE001 - whatever a client sends, an error is told
        return i18n.SOURCE


def _show_unexpected(error: Exception) -> None:
    st.error(inert(_unexpected(error)), icon=":material/error:")


def _unexpected(error: Exception) -> str:
    """Log an error under a fresh number and return the message that names it."""
    number = "".join(secrets.choice(ALPHABET) for _i in range(6))
    log.error("error %s: %s", number, trace(error))
    return _(
        "思わぬ問題が起きました。入力はこのまま残っています。もう一度試して、直らなければ番号 {number} を管理者に伝えてください。"
    ).format(number=number)


def trace(error: Exception) -> str:
    """Return what happened and where. Its text is left out: it may quote a customer."""
    frames = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{step.tb_lineno}")
        step = step.tb_next
    return f"{type(error).__name__} at {' > '.join(frames[-8:])}"
