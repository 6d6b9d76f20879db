"""What is promised of databases only."""

from __future__ import annotations

from typing import cast

import pytest

from tests.store.conftest import SQL_KINDS
from tests.store.places import Place


@pytest.fixture(params=SQL_KINDS)
def store_factory(request: pytest.FixtureRequest) -> Place:
    """Give each kind of database in turn."""
    return cast("Place", request.getfixturevalue(f"{request.param}_place"))
