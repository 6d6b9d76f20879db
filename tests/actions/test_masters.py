"""Masters: who may change what, what a rename leaves behind, which words are unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from lib import clock
from lib.actions import first_start, masters
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Flag, Role, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)

AsRole = Callable[[Role], UserStore]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def founder(live: LiveStore) -> Member:
    return begun(live)


@pytest.fixture
def desk(live: LiveStore, founder: Member) -> UserStore:
    """Return the data as the first administrator has them."""
    return live.for_user(Principal.of(founder))


@pytest.fixture
def as_role(live: LiveStore, founder: Member) -> AsRole:
    return lambda role: live.for_user(Principal("x@example.jp", "鈴木", role, "TYO"))


def begun(live: LiveStore, name: str = "佐藤 花子", email: str = "") -> Member:
    return first_start.begin(live.for_user(SYSTEM), name=name, email=email, now=NOW)


def put(live: LiveStore, *records: Record) -> None:
    commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, records)))
    live.for_user(SYSTEM).commit(commit)


def added(desk: UserStore, **values: object) -> Member:
    return masters.add(desk, Member, values, entry=new_commit_id(), now=NOW)


def changed(desk: UserStore, seen: Record, **values: object) -> Record:
    return masters.change(desk, seen, values, entry=new_commit_id(), now=NOW)


def complaint(number: str, **values: object) -> Complaint:
    return Complaint(id=number, received_at=NOW, content="内容", **values)


# The first start -----------------------------------------------------------------


def test_beginning_makes_the_person_the_company_and_the_unknown_product(live):
    founder = begun(live, email=" Hanako@Example.JP ")

    desk = live.for_user(SYSTEM)
    assert desk.record("members", "hanako@example.jp").name == "佐藤 花子"
    assert (founder.role, founder.rank) == (Role.ADMIN, 50)
    assert list(desk.frame("centres").index) == [COMPANY]
    assert list(desk.frame("products").index) == ["不明"]


def test_beginning_is_one_commit(live):
    before = live.for_user(SYSTEM).revision

    begun(live)

    assert live.for_user(SYSTEM).revision == before + 1


def test_beginning_twice_makes_one_person(live):
    first = begun(live)

    assert begun(live).email == first.email
    assert len(live.for_user(SYSTEM).frame("members")) == 1


def test_a_second_person_cannot_begin_again(live):
    begun(live)

    with pytest.raises(ActionRefused):
        begun(live, name="別の人")


def test_a_window_that_still_sees_nobody_cannot_begin_again(live):
    """Its snapshot is older than the other window's save."""
    late = live.for_user(SYSTEM)
    assert late.frame("members").empty
    begun(live)

    with pytest.raises(ActionRefused):
        first_start.begin(late, name="別の人", email="", now=NOW)


def test_a_first_person_without_mail_gets_a_key_that_is_no_address(live):
    founder = begun(live, email="")

    assert founder.email.endswith("@mimamori.invalid")
    assert not masters.has_address(founder)


@pytest.mark.parametrize(
    ("name", "email", "field"), [("  ", "", "name"), ("佐藤", "hanako", "email")]
)
def test_a_first_start_that_does_not_fit_names_the_field(live, name, email, field):
    with pytest.raises(InvalidRecord) as refused:
        begun(live, name=name, email=email)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert live.for_user(SYSTEM).frame("members").empty


def test_missing_fixtures_are_made_once(live):
    desk = live.for_user(SYSTEM)
    put(live, Centre(code=COMPANY, name="本社"))

    first_start.ensure_fixtures(desk, now=NOW)
    revision = desk.revision
    first_start.ensure_fixtures(desk, now=NOW)

    assert desk.record("centres", COMPANY).name == "本社"
    assert "不明" in desk.frame("products").index
    assert desk.revision == revision


# Adding --------------------------------------------------------------------------


def test_a_member_without_an_address_can_be_added(desk):
    member = added(desk, name="鈴木")

    assert not masters.has_address(member)
    assert member.email in desk.frame("members").index


def test_a_double_click_adds_once(desk):
    for _click in range(2):
        masters.add(desk, Member, {"name": "鈴木"}, entry="one-entry", now=NOW)

    assert sorted(desk.frame("members")["name"]) == ["佐藤 花子", "鈴木"]


def test_a_second_member_of_one_name_is_refused_at_the_name(desk):
    """Rows carry the name, so two people of one name could not be told apart."""
    with pytest.raises(InvalidRecord) as refused:
        added(desk, name="佐藤花子")

    assert refused.value.problems[0].field == "name"


def test_a_taken_code_is_refused_at_the_code_whatever_its_width(desk):
    values = {"code": "A-01", "name": "美容液"}
    masters.add(desk, Product, values, entry="one", now=NOW)

    again = {**values, "code": "ａ-01"}
    with pytest.raises(InvalidRecord) as refused:
        masters.add(desk, Product, again, entry="two", now=NOW)

    assert refused.value.problems[0].field == "code"


def test_an_outsourced_member_needs_a_centre(desk):
    with pytest.raises(InvalidRecord) as refused:
        added(desk, name="外部", role=Role.OUTSOURCED)

    assert refused.value.problems[0].field == "centre"


@pytest.mark.parametrize(
    ("role", "record", "may"),
    [
        (Role.MANAGER, Member, True),
        (Role.CLERK, Member, False),
        (Role.VIEWER, Member, False),
        (Role.OUTSOURCED, Member, False),
        (Role.CLERK, Centre, False),
        (Role.CLERK, Product, True),
        (Role.VIEWER, Product, False),
    ],
)
def test_who_may_add_what(as_role, role, record, may):
    values = {"name": "新しい"} | ({} if record is Member else {"code": "N"})

    def add() -> None:
        masters.add(as_role(role), record, values, entry=new_commit_id(), now=NOW)

    if may:
        add()
    else:
        with pytest.raises(NotAllowed):
            add()


def test_a_manager_makes_no_administrator(as_role):
    with pytest.raises(ActionRefused):
        added(as_role(Role.MANAGER), name="鈴木", role=Role.ADMIN)


def test_a_manager_changes_no_administrator(as_role, founder):
    with pytest.raises(ActionRefused):
        changed(as_role(Role.MANAGER), founder, title="部長")


# Changing ------------------------------------------------------------------------


def test_a_rename_keeps_the_old_name_as_an_alias(desk):
    member = added(desk, name="山田 花子", aliases="ハナ")

    renamed = changed(desk, member, name="田中 花子")

    assert renamed.aliases == "ハナ、山田 花子"


def test_a_name_written_differently_is_no_rename(desk):
    member = added(desk, name="山田 花子")

    assert changed(desk, member, name="山田花子").aliases == ""


def test_saving_without_a_change_writes_nothing(desk, founder):
    before = desk.revision

    changed(desk, founder, name=founder.name)

    assert desk.revision == before


def test_two_editors_of_different_fields_both_keep_their_change(desk):
    member = added(desk, name="鈴木")

    changed(desk, member, title="主任")
    merged = changed(desk, member, skills="配送")

    assert (merged.title, merged.skills) == ("主任", "配送")


def test_two_editors_of_one_field_are_told(desk):
    member = added(desk, name="鈴木")
    changed(desk, member, title="主任")

    with pytest.raises(Conflict):
        changed(desk, member, title="課長")


@pytest.mark.parametrize(
    "values", [{"active": Flag.NO}, {"role": Role.MANAGER}], ids=["off", "demoted"]
)
def test_the_last_administrator_stays(desk, founder, values):
    with pytest.raises(ActionRefused):
        changed(desk, founder, **values)


def test_an_administrator_of_the_sample_year_does_not_count(live, desk, founder):
    """The sample goes in one press, and nobody could administer afterwards."""
    put(live, Member(email="s@x", name="見本", role=Role.ADMIN, source=Source.SAMPLE))

    with pytest.raises(ActionRefused):
        changed(desk, founder, active=Flag.NO)


def test_one_of_two_administrators_may_leave(desk, founder):
    added(desk, name="鈴木", role=Role.ADMIN)

    assert changed(desk, founder, active=Flag.NO).active is Flag.NO


def test_switching_off_keeps_the_row(desk):
    product = masters.add(
        desk, Product, {"code": "A", "name": "美容液"}, entry="one", now=NOW
    )

    off = masters.switch(desk, product, Flag.NO, entry="two", now=NOW)

    assert off.on_sale is Flag.NO
    assert "A" in desk.frame("products").index


@pytest.mark.parametrize(("table", "key"), [("centres", COMPANY), ("products", "不明")])
def test_what_always_exists_stays_in_use(desk, table, key):
    with pytest.raises(ActionRefused):
        masters.switch(desk, desk.record(table, key), Flag.NO, entry="off", now=NOW)


# Recognising ---------------------------------------------------------------------


def unknown(desk: UserStore) -> list[tuple[str, str, int]]:
    codes = ("members", "centres", "products", "complaints", "kpi_days")
    frames = {code: desk.frame(code) for code in codes}
    found = masters.unknown_words(frames)
    return [(word.master, word.word, word.count) for word in found]


def test_unknown_words_of_the_registers_are_found_with_their_counts(live, desk):
    """山田 twice as 担当者 and once as 受付者; 佐藤 is known, without the blank too."""
    put(
        live,
        complaint(
            "K-261121-AAAAA", product_code="青汁", handler="山田", receiver="山田"
        ),
        complaint("K-261121-BBBBB", product_code="不明", handler="山田"),
        complaint("K-261121-CCCCC", product_code="青汁", handler="佐藤花子"),
        KpiDay(date=date(2026, 11, 20), centre="大阪"),
        KpiDay(date=date(2026, 11, 20), centre=COMPANY),
    )

    assert unknown(desk) == [
        ("members", "山田", 3),
        ("products", "青汁", 2),
        ("centres", "大阪", 1),
    ]


def test_spellings_of_one_word_count_together(live, desk):
    put(
        live,
        complaint("K-261121-AAAAA", product_code="ｱｵｼﾞﾙ"),
        complaint("K-261121-BBBBB", product_code="アオジル"),
        complaint("K-261121-CCCCC", product_code="アオジル"),
    )

    assert unknown(desk) == [("products", "アオジル", 3)]


def test_what_the_app_did_by_itself_asks_for_no_member(live, desk):
    put(live, complaint("K-261121-AAAAA", receiver=SYSTEM.name))

    assert unknown(desk) == []


def test_an_empty_store_has_no_unknown_words(desk):
    assert unknown(desk) == []


def test_an_alias_and_a_product_name_are_known(live, desk):
    added(desk, name="山田 太郎", aliases="山田,やまだ")
    masters.add(desk, Product, {"code": "A", "name": "青汁"}, entry="p", now=NOW)

    put(
        live,
        complaint("K-261121-AAAAA", product_code="青汁", handler="やまだ"),
        complaint("K-261121-BBBBB", product_code="A", handler="山田"),
    )

    assert unknown(desk) == []


def test_words_taken_over_are_known_from_then_on(live, desk):
    put(live, complaint("K-261121-AAAAA", product_code="青汁", handler="山田"))
    words = [masters.UnknownWord(*found) for found in unknown(desk)]

    assert masters.take_over(desk, words, entry="take", now=NOW) == 2

    assert unknown(desk) == []
    assert desk.record("products", "青汁").name == "青汁"
    assert "山田" in set(desk.frame("members")["name"])


def test_taking_over_twice_changes_nothing(live, desk):
    words = [masters.UnknownWord("members", "山田", 1)]

    for _click in range(2):
        masters.take_over(desk, words, entry="take", now=NOW)

    assert list(desk.frame("members")["name"]).count("山田") == 1


def test_a_clerk_takes_over_no_member(as_role):
    words = [masters.UnknownWord("members", "山田", 1)]

    with pytest.raises(NotAllowed):
        masters.take_over(as_role(Role.CLERK), words, entry="take", now=NOW)


def test_a_word_can_become_another_spelling_of_somebody(live, desk):
    put(live, complaint("K-261121-AAAAA", handler="山田"))
    member = added(desk, name="山田 太郎")
    word = masters.UnknownWord("members", "山田", 1)

    masters.take_as_alias(desk, word, member, entry="alias", now=NOW)

    assert unknown(desk) == []
