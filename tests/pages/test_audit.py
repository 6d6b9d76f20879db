"""操作ログ, as administrators and managers meet it."""

from __future__ import annotations

import pytest

from lib import clock
from lib.actions import masters
from lib.schema.masters import Member
from lib.schema.principal import Principal
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.ui import context


@pytest.fixture
def clerk(first_member) -> Member:
    """Return a clerk whom the administrator wrote into メンバー."""
    chief = context.live().for_user(Principal.of(first_member))
    values = {"email": "jiro@example.jp", "name": "鈴木 次郎", "role": Role.CLERK}
    return masters.add(chief, Member, values, entry="E1", now=clock.now())


def acts_on(app) -> list[str]:
    return app.dataframe[0].value["what"].tolist() if app.dataframe else []


def test_the_newest_acts_stand_there_and_a_search_finds_the_rest(
    open_page, clerk, monkeypatch
):
    asked = []
    ask = LiveStore.search_log
    monkeypatch.setattr(
        LiveStore, "search_log", lambda *args: asked.append(args) or ask(*args)
    )
    app = open_page("audit")
    assert "佐藤 花子: メンバー jiro@example.jp — 新しく記録" in acts_on(app)
    app.run()
    assert asked == []

    app.text_input(key="audit:words").input("jiro@")
    app.button(key="audit:search").click().run()

    assert len(asked) == 1
    assert acts_on(app) == ["佐藤 花子: メンバー jiro@example.jp — 新しく記録"]
    app.text_input(key="audit:words").input("そんな言葉はない")
    app.button(key="audit:search").click().run()
    assert "条件に合う操作はありません。" in app.markdown[-1].value
    assert not app.exception


def test_a_clerk_is_shown_nothing_of_it(open_page, clerk):
    app = open_page("audit", operator=clerk.email)

    assert not app.dataframe
    assert not app.text_input
