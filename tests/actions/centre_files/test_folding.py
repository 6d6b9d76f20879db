"""Which way each cell goes between the main store and a centre's file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lib.actions.centre_files.folding import Clash, Rows, Shape, Why, fold

SHAPE = Shape(
    ("offered", "note", "status"),
    down_only=frozenset({"status"}),
    lock="confirmed",
    locked_at="済",
    open_when_locked=frozenset({"note"}),
)


def row(**texts: str) -> dict[str, str]:
    return {"offered": "", "note": "", "status": "", **texts}


def test_a_row_typed_in_the_file_is_new_above():
    found = fold(SHAPE, {}, {"a": row(offered="80")}, {})

    assert found.new_above == ["a"]
    assert found.agreed["a"]["offered"] == "80"


def test_a_row_of_the_company_is_put_into_the_file():
    found = fold(SHAPE, {"a": row(offered="80")}, {}, {})

    assert found.new_below == ["a"]


def test_a_row_deleted_in_the_file_comes_back():
    here = {"a": row(offered="80")}

    assert fold(SHAPE, here, {}, here).new_below == ["a"]


def test_what_only_the_centre_changed_goes_up():
    before = {"a": row(offered="80")}

    found = fold(SHAPE, before, {"a": row(offered="81")}, before)

    assert found.up == {"a": ["offered"]}
    assert not found.down
    assert found.agreed["a"]["offered"] == "81"


def test_what_only_the_company_changed_goes_down():
    before = {"a": row(offered="80")}

    found = fold(SHAPE, {"a": row(offered="82")}, before, before)

    assert found.down == {"a": ["offered"]}
    assert not found.up


def test_other_cells_of_one_row_go_both_ways():
    before = {"a": row(offered="80")}

    found = fold(
        SHAPE,
        {"a": row(offered="82")},
        {"a": row(offered="80", note="TV放映")},
        before,
    )

    assert (found.up, found.down) == ({"a": ["note"]}, {"a": ["offered"]})


def test_a_cell_that_both_changed_stays_and_is_told():
    before = {"a": row(offered="80")}

    found = fold(SHAPE, {"a": row(offered="81")}, {"a": row(offered="82")}, before)

    assert found.clashes == [Clash("a", "offered", "81", "82", Why.BOTH_CHANGED)]
    assert found.is_quiet
    assert found.agreed["a"]["offered"] == "80"


def test_the_same_change_on_both_sides_is_no_clash():
    before = {"a": row(offered="80")}
    after = {"a": row(offered="81")}

    found = fold(SHAPE, after, after, before)

    assert found.is_quiet
    assert not found.clashes
    assert found.agreed["a"]["offered"] == "81"


def test_without_memory_a_blank_takes_the_others_value():
    found = fold(SHAPE, {"a": row(offered="80")}, {"a": row(note="雨")}, {})

    assert (found.up, found.down) == ({"a": ["note"]}, {"a": ["offered"]})
    assert not found.clashes


def test_without_memory_two_values_are_a_clash():
    found = fold(SHAPE, {"a": row(offered="80")}, {"a": row(offered="81")}, {})

    assert [clash.why for clash in found.clashes] == [Why.BOTH_CHANGED]


def test_an_unreadable_cell_goes_no_way():
    before = {"a": row(offered="80")}

    found = fold(
        SHAPE, before, {"a": row(offered="多数")}, before, unreadable={("a", "offered")}
    )

    assert found.is_quiet
    assert [clash.why for clash in found.clashes] == [Why.UNREADABLE]


def test_a_new_row_waits_until_it_can_be_read():
    found = fold(
        SHAPE, {}, {"a": row(offered="多数")}, {}, unreadable={("a", "offered")}
    )

    assert found.is_quiet
    assert "a" not in found.agreed


def test_what_the_company_decides_returns_to_the_file():
    before = {"a": row(status="受付")}

    found = fold(SHAPE, before, {"a": row(status="完了")}, before)

    assert found.down == {"a": ["status"]}


def test_a_confirmed_day_does_not_change_from_the_file():
    main = {"a": row(offered="80") | {"confirmed": "済"}}

    found = fold(SHAPE, main, {"a": row(offered="81", note="雨")}, main)

    assert found.up == {"a": ["note"]}
    assert [clash.why for clash in found.clashes] == [Why.CONFIRMED]


def test_a_withheld_cell_empties_in_the_file_and_never_comes_back_up():
    before = {"a": row(note="090")}

    found = fold(
        SHAPE, {"a": row()}, {"a": row(note="080")}, before, withheld={("a", "note")}
    )

    assert found.down == {"a": ["note"]}
    assert not found.up


def test_a_row_that_the_company_no_longer_shows_is_left_alone():
    before = {"a": row(offered="80")}

    found = fold(SHAPE, {}, before, before)

    assert found.is_quiet
    assert found.agreed == before


texts = st.sampled_from(["", "1", "2"])
rows = st.dictionaries(
    st.sampled_from("ab"),
    st.fixed_dictionaries(dict.fromkeys(SHAPE.fields, texts)),
)


@given(rows, rows, rows)
def test_after_a_folding_the_next_one_has_nothing_to_do(main, file, agreed):
    """Whatever stood on both sides, and whatever is remembered."""
    found = fold(SHAPE, main, file, agreed)

    above, below = _written(main, file, found)
    again = fold(SHAPE, above, below, found.agreed)

    assert again.is_quiet
    assert again.clashes == found.clashes


@given(rows, rows, rows)
def test_no_value_that_only_one_side_changed_is_lost(main, file, agreed):
    found = fold(SHAPE, main, file, agreed)
    above, below = _written(main, file, found)

    for key in main.keys() & file.keys():
        for name in set(SHAPE.fields) - SHAPE.down_only:
            was = agreed.get(key, {}).get(name, "")
            ours, theirs = main[key][name], file[key][name]
            kept = {ours, theirs} - {was}
            assert kept <= {above[key][name], below[key][name]}


def _written(main: Rows, file: Rows, found) -> tuple[Rows, Rows]:
    """Return both sides as they stand once the folding is carried out."""
    above = {key: dict(texts) for key, texts in main.items()}
    below = {key: dict(texts) for key, texts in file.items()}
    for key in found.new_above:
        above[key] = dict(file[key])
    for key in found.new_below:
        below[key] = dict(main[key])
    for key, names in found.up.items():
        above[key] |= {name: file[key][name] for name in names}
    for key, names in found.down.items():
        below[key] |= {name: main[key][name] for name in names}
    return above, below
