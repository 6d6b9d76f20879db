"""Who opens a page is said once: in the matrix."""

from __future__ import annotations

from lib.actions.permissions import PERMISSIONS, roles_of
from lib.ui import navigation


def test_a_page_is_open_to_whom_the_matrix_says():
    assert {page.code: page.roles for page in navigation.PAGES} == {
        page.code: roles_of(f"open.{page.code}") for page in navigation.PAGES
    }


def test_every_line_that_opens_a_page_opens_one_that_there_is():
    lines = {p.code.removeprefix("open.") for p in PERMISSIONS if "open." in p.code}

    assert lines == {page.code for page in navigation.PAGES}
