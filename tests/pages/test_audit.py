"""操作ログ, as administrators and managers meet it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from lib import clock
from lib.actions import log_checking, masters
from lib.actions.log_reading import EXPORTED
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.store.log_search import LogQuery
from lib.ui import background, context, download


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
    makers = []
    monkeypatch.setattr(
        download, "for_the_same", lambda make: makers.append(make) or make
    )
    app = open_page("audit")
    assert "佐藤 花子: メンバー jiro@example.jp — 新しく記録" in acts_on(app)
    app.run()
    assert asked == []

    app.text_input(key="audit:words").input("jiro@")
    app.button(key="audit:search").click().run()

    assert len(asked) == 1
    assert acts_on(app) == ["佐藤 花子: メンバー jiro@example.jp — 新しく記録"]
    assert makers[-1]()
    taken = ask(context.live(), LogQuery()).rows.iloc[0]
    assert (taken["field_name"], taken["after"]) == (EXPORTED, "CSV 1件")
    app.text_input(key="audit:words").input("そんな言葉はない")
    app.button(key="audit:search").click().run()
    assert "条件に合う操作はありません。" in app.markdown[-1].value
    assert not app.exception


def test_a_clerk_is_shown_nothing_of_it(open_page, clerk):
    app = open_page("audit", operator=clerk.email)

    assert not app.dataframe
    assert not app.text_input


def past_the_app(statement: str) -> None:
    """Change the log as the owner of the file can."""
    with closing(sqlite3.connect(context.place().data / "mimamori.db")) as file, file:
        file.execute("DROP TRIGGER audit_stays_update")
        file.execute("DROP TRIGGER audit_stays_delete")
        file.execute(statement)


def test_a_log_that_somebody_changed_is_told_until_an_administrator_accepts_it(
    open_page, clerk
):
    background.DoorLog().round()
    app = open_page("audit")
    app.button(key="audit:check").click().run()
    assert "行すべて、書かれたときのままです。" in app.toast[0].value

    past_the_app("DELETE FROM audit WHERE row_key = 'jiro@example.jp'")
    context.close()
    app = open_page("audit")
    app.button(key="audit:check").click().run()
    assert "1行がなくなっています" in app.warning[0].value
    assert "1行がなくなっています" in open_page("data_check").warning[0].value

    app.button(key="audit:accept").click().run()
    assert not app.warning
    last = context.live().for_user(SYSTEM).frame("audit").iloc[-1]
    assert (last["actor"], last["field_name"]) == ("佐藤 花子", log_checking.ACCEPTED)
