"""What a person does in the browser."""

import pytest

from tests.emulator.calls import Api
from tests.sheets_api import Refused

TAB = "苦情"


@pytest.fixture
def hand(emulator, japanese):
    return emulator.hand(japanese.book_id, "yamada@example.com")


@pytest.fixture
def register(japanese):
    japanese.put(
        "苦情!A1",
        [
            ["ID", "氏名", "件数"],
            ["c1", "山田", 1],
            ["c2", "佐藤", 2],
            ["c3", "鈴木", 3],
        ],
    )
    return japanese


def test_typing_is_read_in_the_spreadsheets_locale(hand, japanese):
    hand.type(TAB, "A1", "2026年11月3日")
    hand.paste(TAB, "B1", [["0312345678", "=1+1", "対応中"]])
    rows = japanese.rows("苦情!A1:D1", "UNFORMATTED_VALUE")
    assert rows == [[46329, 312345678, 2, "対応中"]]
    assert hand.read(TAB) == [["2026年11月3日", "312345678", "2", "対応中"]]


def test_rows_come_go_move_and_are_sorted(hand, register):
    hand.insert_rows(TAB, 2)
    assert [row[:1] for row in hand.read(TAB)] == [["ID"], [], ["c1"], ["c2"], ["c3"]]
    hand.delete_rows(TAB, 2)
    hand.sort(TAB, "A2:C4", 3, descending=True)
    assert [row[0] for row in hand.read(TAB)] == ["ID", "c3", "c2", "c1"]
    hand.move_rows(TAB, 4, 4, 2)
    assert [row[0] for row in hand.read(TAB)] == ["ID", "c1", "c3", "c2"]


def test_a_copied_row_leaves_its_id_twice_and_a_cut_one_moves_it(hand, register):
    hand.copy_rows(TAB, 2, 2, 5)
    assert [row[0] for row in hand.read(TAB, "A:A")] == ["ID", "c1", "c2", "c3", "c1"]
    hand.cut(TAB, "A2:C2", "A7")
    assert hand.read(TAB, "A2:A7") == [[], ["c2"], ["c3"], ["c1"], [], ["c1"]]


def test_tabs_and_headers_get_other_names(hand, register):
    hand.rename_header(TAB, "氏名", "お客様名")
    hand.rename_tab(TAB, "苦情一覧")
    assert hand.tabs() == ["苦情一覧"]
    assert hand.read("苦情一覧", "1:1") == [["ID", "お客様名", "件数"]]
    with pytest.raises(LookupError):
        hand.rename_header("苦情一覧", "氏名", "x")


def test_check_boxes_notes_and_merges_are_made(hand, register):
    hand.check(TAB, "D2")
    hand.note(TAB, "D2", "確認済み")
    hand.merge(TAB, "A2:A3")
    assert register.rows("苦情!D2", "UNFORMATTED_VALUE") == [[True]]
    assert hand.read(TAB, "A2:A3") == [["c1"]]
    data = register.sheet("sheets.data.rowData.values.note", ranges="苦情!D2")
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"] == [
        {"note": "確認済み"}
    ]


def test_a_person_is_another_user_with_a_quota_of_their_own(emulator, hand, register):
    hand.type(TAB, "A9", "x")
    assert emulator.log.writes("yamada@example.com") == 1
    assert emulator.quota.used("write", "app@example.com") == 1


def test_a_person_who_may_not_edit_is_told_so(emulator, japanese):
    book_id = emulator.create(open_to_all=False)
    emulator.share(book_id, "reader@example.com", "reader")
    with pytest.raises(Refused) as refusal:
        emulator.hand(book_id, "reader@example.com").type("シート1", "A1", "x")
    assert refusal.value.status == 403


def test_acts_of_several_people_at_once_all_count(emulator, japanese):
    from concurrent.futures import ThreadPoolExecutor

    hands = [emulator.hand(japanese.book_id, f"p{i}@example.com") for i in range(6)]

    def work(numbered):
        number, hand = numbered
        for step in range(5):
            row = {
                "values": [{"userEnteredValue": {"stringValue": f"{number}-{step}"}}]
            }
            body = {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}
            hand.batch({"appendCells": body})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, enumerate(hands)))
    found = {row[0] for row in Api(emulator.url, japanese.book_id).rows("苦情!A:A")}
    assert found == {f"{n}-{s}" for n in range(6) for s in range(5)}
