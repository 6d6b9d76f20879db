"""What a person said about headers and words is asked once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions.importing import LEFT_OUT, learned_in, matches_from, remember
from lib.actions.importing.remembering import (
    GROUP,
    column_name,
    column_value,
    word_name,
)
from lib.errors import NotAllowed
from lib.schema.ids import new_commit_id
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.schema.vocab import Role
from lib.store.opening import open_live

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=clock.TOKYO)
KPI_DAYS, COMPLAINTS = table("kpi_days"), table("complaints")


@pytest.fixture
def desk(tmp_path: Path):
    live = open_live(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
    yield lambda role=Role.MANAGER: live.for_user(Principal("m", "森", role))
    live.close()


def learned() -> dict[str, str]:
    status = COMPLAINTS.field("status")
    return {
        column_name(KPI_DAYS, "電話 / 取\n得数"): column_value(KPI_DAYS, "answered"),
        column_name(KPI_DAYS, "稼働席数"): column_value(KPI_DAYS, LEFT_OUT),
        word_name(COMPLAINTS, status, "対応中です。"): "対応中",
    }


def test_matches_are_kept_in_words_and_come_back(desk):
    assert remember(desk(), learned(), entry=new_commit_id(), now=NOW) == 3

    rows = desk(Role.ADMIN).frame("settings")
    rows = rows[rows["group"] == GROUP]
    assert dict(zip(rows["name"], rows["value"], strict=True)) == {
        "日次KPI › 列 › 電話 / 取 得数": "応答数",
        "日次KPI › 列 › 稼働席数": "取り込まない",
        "苦情台帳 › 状態 › 対応中です。": "対応中",
    }
    matches = matches_from(learned_in(desk().frame("settings")))
    assert matches.column(KPI_DAYS, "電話/取得数") == "answered"
    assert matches.column(KPI_DAYS, "稼働席数") == LEFT_OUT
    assert matches.word(COMPLAINTS, "status", "対応中です。") == "対応中"
    assert matches.word(COMPLAINTS, "status", "別の言葉") == ""


def test_what_is_known_is_not_kept_again_and_the_newest_counts(desk):
    remember(desk(), learned(), entry=new_commit_id(), now=NOW)
    assert remember(desk(), learned(), entry=new_commit_id(), now=NOW) == 0
    name = column_name(KPI_DAYS, "稼働席数")

    later = {name: "着信数"}
    remember(desk(), later, entry=new_commit_id(), now=NOW + timedelta(days=1))

    assert learned_in(desk().frame("settings"))[name] == "着信数"


def test_rows_mistyped_in_the_sheet_mean_nothing():
    matches = matches_from(
        {
            "どこか › 列 › 着信": "着信数",
            "日次KPI › 列 › 着信": "ない項目",
            "日次KPI › 列": "着信数",
            "日次KPI › ない項目 › あ": "い",
            "": "着信数",
        }
    )

    assert (dict(matches.columns), dict(matches.words)) == ({}, {})


def test_a_centre_keeps_nothing_for_everybody(desk):
    with pytest.raises(NotAllowed):
        remember(desk(Role.OUTSOURCED), learned(), entry=new_commit_id(), now=NOW)

    assert learned_in(desk(Role.ADMIN).frame("settings")) == {}
