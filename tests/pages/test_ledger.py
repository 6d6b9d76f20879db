"""The ledger driven without a browser: finding, reading, changing, two people at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions.cases import CLOSING_FIELDS, EXPORTED
from lib.actions.closing import PromiseEnd
from lib.actions.entry import PromiseTime
from lib.actions.searching import Order
from lib.metrics.promises import When
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Cause,
    Certainty,
    ComplaintStatus,
    Done,
    Harm,
    Promise,
    Resolution,
    Role,
    Severity,
)
from lib.store.log_search import LogQuery
from lib.ui import context, download, filters, windows
from lib.ui.case.groups import ACT, CLOSE, GROUPS, PROMISED
from lib.ui.conflict import Side
from lib.ui.filters import ledger_query
from tests.builders import activity, complaint

pytestmark = pytest.mark.usefixtures("first_member")

NASTY = [
    "=1+1",
    "@SUM(A1)",
    "+81 90-0000-0000",
    "<script>alert(1)</script>",
    "**太字** [link](https://evil.example) ![x](https://evil.example/a.png) :red[赤]",
    "𠮷野家👍🏽",
    "一行目\n二行目\n# 見出し",
    "\u202eabc\u202c",
    "000123",
    "長" * 10_000,
]


@pytest.fixture
def ledger(open_page):
    """Give the function that opens the ledger on a query."""

    def opened(*, language="ja", operator="", **query):
        page = open_page("ledger", language=language, operator=operator)
        page.query_params.update(query)
        return well(page.run())

    return opened


@pytest.fixture
def taro(put):
    put(taro := Member(email="taro@example.jp", name="鈴木 太郎", role=Role.MANAGER))
    return taro


def stored(number: str) -> Complaint:
    return context.live().for_user(SYSTEM).record("complaints", number)


def texts(page) -> list[str]:
    return [element.value for element in page.text]


def told(page) -> str:
    """Return what the page says in markdown and captions."""
    return " ".join(e.value for e in (*page.markdown, *page.caption))


def contents(page) -> list[str]:
    return list(page.dataframe[0].value["content"])


def key(case, part: str) -> str:
    return f"case:{case.id}:{part}"


def well(page):
    """Return the page after making sure that it was drawn to the end."""
    assert [e.value for e in page.error] == []
    return page


def press(page, name: str):
    page.button(key=name).click().run()
    return well(page)


def choose(page, name: str, option):
    """Choose an entry of a menu button."""
    page.menu_button(key=name).click(option).run()
    return well(page)


def part(page, name: str):
    """Open one of the parts of a case."""
    page.session_state["case:parts"] = name
    return well(page.run())


# The list


def test_an_empty_ledger_says_where_the_first_complaint_comes_from(ledger):
    page = ledger()

    assert "苦情はまだ一件もありません。" in page.main.markdown[1].value


def test_the_newest_stands_on_top_and_every_cell_is_inert(ledger, put):
    now = clock.now()
    for place, words in enumerate(NASTY):
        put(complaint(content=words, received_at=now - timedelta(minutes=place)))

    page = ledger()

    shown = contents(page)
    assert shown[:6] == NASTY[:6]
    assert shown[6] == "一行目 二行目 # 見出し"
    assert len(shown[-1]) < 100


def test_contacts_are_masked_in_the_list(ledger, put):
    put(complaint(contact="09012345678"))

    assert list(ledger().dataframe[0].value["contact"]) == ["…5678"]


def test_a_link_filters_by_codes(ledger, put):
    put(
        complaint(content="重い", severity=Severity.HIGH),
        complaint(content="軽い"),
    )

    page = ledger(**ledger_query(severity=Severity.HIGH, status="open"))

    assert contents(page) == ["重い"]


def test_unknown_codes_are_ignored(ledger, put):
    put(complaint(content="残る"))

    page = ledger(severity="nonsense", promise="?", sort="upwards", case="K-1", x="y")

    assert contents(page) == ["残る"]


def test_a_filter_shows_as_a_chip_that_takes_it_off(ledger, put):
    put(complaint(content="軽い"), complaint(content="重い", severity=Severity.HIGH))
    page = ledger(severity="high")

    press(page, "ledger.filter.chip.severity")

    assert len(contents(page)) == 2
    assert "severity" not in page.query_params


def test_a_search_narrows_and_stays_out_of_the_address(ledger, put):
    put(complaint(content="カイヤクしたい"), complaint(content="返金してほしい"))
    page = ledger()

    page.text_input(key=filters.SEARCH).set_value("かいやく").run()

    assert contents(page) == ["カイヤクしたい"]
    assert dict(page.query_params) == {}


def test_nothing_found_says_what_to_do_and_one_press_shows_all_again(ledger, put):
    put(complaint(content="返金してほしい"))
    page = ledger(severity="critical")
    page.text_input(key=filters.SEARCH).set_value("解約").run()
    assert any("0件" in m.value for m in page.markdown)

    press(page, "ledger.clear")

    assert contents(page) == ["返金してほしい"]


def test_the_order_is_chosen_over_all_rows_and_stands_in_the_address(ledger, put):
    now = clock.now()
    put(
        *(
            complaint(content=f"{n}", received_at=now - timedelta(hours=n))
            for n in range(60)
        )
    )
    page = ledger()

    page.selectbox(key="ledger.order").set_value(Order.OLDEST).run()

    assert contents(page)[0] == "59"
    assert page.query_params["sort"] == "oldest"


def test_a_view_is_one_press(ledger, put):
    put(
        complaint(content="遅れ", next_promise_at=clock.now() - timedelta(hours=1)),
        complaint(content="まだ"),
    )
    page = ledger()

    page.button_group(key="ledger.filter.view").set_value("overdue").run()

    assert contents(page) == ["遅れ"]
    assert page.query_params["promise"] == "overdue"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_runs_in_both_languages(ledger, put, language):
    put(case := complaint(severity=Severity.CRITICAL))

    page = ledger(language=language, case=case.id)

    chips = page.dataframe[0].value["severity"].tolist()
    assert chips == [["▲ 最重要" if language == "ja" else "▲ Critical"]]


# Links of other pages


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ({"status": "open"}, {"status": "open"}),
        (
            {"severity": [Severity.HIGH, Severity.CRITICAL]},
            {"severity": "high,critical"},
        ),
        ({"promise": When.OVERDUE}, {"promise": "overdue"}),
        ({"product_code": "P-1", "handler": "me"}, {"product": "P-1", "handler": "me"}),
        (
            {"lot": "L-1", "sales_page": "P-1", "weekday": "0", "hour": "9"},
            {"lot": "L-1", "page": "P-1", "weekday": "0", "hour": "9"},
        ),
        ({"harm": Harm.TREATED, "note": None}, TypeError),
        ({"q": "山田"}, TypeError),
    ],
)
def test_figures_link_to_their_rows(asked, query):
    if query is TypeError:
        with pytest.raises(TypeError):
            ledger_query(**asked)
        return

    assert ledger_query(**asked) == query
    assert filters.query_of(filters.read(query)) == query


def test_a_typed_product_is_no_readable_part_of_a_link():
    query = ledger_query(product_code="山田さんの言う商品")

    assert query["product"].isascii()
    assert filters.query_of(filters.read(query)) == query


def test_a_period_links_by_days():
    today = clock.today()

    query = ledger_query(since=today, until=today)

    assert query == {"from": "2026-11-21", "to": "2026-11-21"}
    assert filters.read(query).wanted.until == today


# One complaint


def test_every_field_that_is_typed_can_be_edited_in_exactly_one_place():
    own = {"status", "handler", "crisis_id", *PROMISED}
    grouped = [name for group in GROUPS for name in group.fields]
    typed = [spec.name for spec in Complaint.fields() if not spec.auto]

    assert sorted(grouped) == sorted(set(typed) - own)


def test_a_number_that_nobody_may_see_says_so(ledger):
    page = ledger(case="K-261121-22222")

    assert "見つからないか" in page.info[0].value


@pytest.mark.parametrize("words", NASTY)
def test_the_detail_shows_every_letter_and_interprets_none(ledger, put, words):
    put(case := complaint(content=words, note=words, open_questions=words))
    put(activity(case, content=words + " と伝えた"))

    page = ledger(case=case.id)

    shown = texts(page)
    assert shown.count(words) == 2
    assert words + " と伝えた" in shown
    assert not any("<script" in m.value for m in page.markdown)


def test_the_handler_sees_the_contact_whole(ledger, put):
    put(case := complaint(contact="09012345678", handler="佐藤 花子"))

    page = ledger(case=case.id)

    (link,) = page.get("link_button")
    assert link.proto.url == "tel:09012345678"


def test_another_gives_a_reason_to_see_the_contact_and_is_noted(ledger, put):
    taro = "鈴木 太郎"
    put(case := complaint(contact="09012345678", handler=taro, receiver=taro))
    page = ledger(case=case.id)
    assert not page.get("link_button")
    assert "…5678" in texts(page)

    press(page, key(case, "open:reveal"))
    press(page, key(case, "save"))
    assert "理由を書いてください" in told(page)
    page.text_input(key=f"case-{case.id}-reveal.reason").set_value("折返しの代行").run()
    press(page, key(case, "save"))

    assert [e.proto.url for e in page.get("link_button")] == ["tel:09012345678"]
    assert "折返しの代行" in told(page)


def test_a_reader_sees_no_buttons_and_no_contact(ledger, put):
    put(
        Member(email="r@example.jp", name="閲覧者", role=Role.VIEWER),
        case := complaint(contact="09012345678", customer_name="山田"),
    )

    page = ledger(case=case.id, operator="r@example.jp")

    keys = [b.key or "" for b in page.button]
    assert not any(":open:" in k for k in keys)
    assert not any("5678" in t or "山田" in t for t in texts(page))


def test_an_edit_is_saved(ledger, put):
    put(case := complaint())
    page = part(ledger(case=case.id), "くわしく")
    press(page, key(case, "open:claim"))

    page.text_input(key=f"case-{case.id}-claim.lot").set_value("0012").run()
    press(page, key(case, "save"))

    assert stored(case.id).lot == "0012"
    assert not [b for b in page.button if b.key == key(case, "save")]


def test_a_severity_without_a_reason_says_so_at_the_reason(ledger, put):
    put(case := complaint())
    page = part(ledger(case=case.id), "くわしく")
    press(page, key(case, "open:handling"))

    page.selectbox(key=f"case-{case.id}-handling.severity").set_value(Severity.HIGH)
    press(page, key(case, "save"))

    assert "重大度を変えた理由" in told(page)
    assert stored(case.id).severity is Severity.LOW


def test_a_step_is_written_with_a_new_promise(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:act"))
    form = f"case-{case.id}-{ACT}"

    page.text_area(key=f"{form}.content").set_value("写真をもらった").run()
    page.button_group(key=f"{form}.time").set_value(PromiseTime.TOMORROW).run()
    press(page, key(case, "save"))

    assert "写真をもらった" in texts(page)
    assert stored(case.id).next_promise_at == clock.at(
        clock.today() + timedelta(days=1), 10
    )


def test_a_step_without_words_says_so_and_keeps_what_was_chosen(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:act"))
    form = f"case-{case.id}-{ACT}"

    page.button_group(key=f"{form}.time").set_value(PromiseTime.TODAY).run()
    press(page, key(case, "save"))

    assert "入力してください" in told(page)
    assert page.button_group(key=f"{form}.time").value is PromiseTime.TODAY


def test_what_is_typed_stays_over_another_case_and_language(ledger, put):
    put(case := complaint(), other := complaint())
    page = press(ledger(case=case.id), key(case, "open:act"))
    page.text_area(key=f"case-{case.id}-{ACT}.content").set_value("書きかけ").run()

    page.query_params["case"] = other.id
    well(page.run())
    page.session_state[context.LANGUAGE] = "en"
    page.query_params["case"] = case.id
    well(page.run())

    assert page.text_area(key=f"case-{case.id}-{ACT}.content").value == "書きかけ"


def test_a_kept_promise_is_one_press(ledger, put):
    put(case := complaint())
    page = ledger(case=case.id)

    choose(page, key(case, "kept"), PromiseTime.TOMORROW)

    after = stored(case.id)
    assert after.next_promise_at == clock.at(clock.today() + timedelta(days=1), 10)
    assert after.first_reply_at == clock.now()


def test_the_same_press_on_the_same_screen_twice_is_one(ledger, put):
    """A double click: the second press comes from a screen that is as old."""
    put(case := complaint())
    first, second = ledger(case=case.id), ledger(case=case.id)

    choose(first, key(case, "kept"), PromiseTime.TOMORROW)
    choose(second, key(case, "kept"), PromiseTime.TOMORROW)

    steps = context.live().for_user(SYSTEM).frame("activities")
    assert len(steps) == 1


def test_a_status_is_one_press(ledger, put):
    put(case := complaint())

    choose(ledger(case=case.id), key(case, "status"), ComplaintStatus.WORKING)

    assert stored(case.id).status is ComplaintStatus.WORKING


def test_closing_asks_only_what_is_missing_and_says_it_at_the_field(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:close"))

    press(page, key(case, "save"))

    for words in ("健康被害の有無", "漏えいの疑い", "復唱", "解決内容", "約束がどう"):
        assert words in told(page)
    (refused,) = [w.value for w in page.warning]
    assert "残っている約束、健康被害、漏えい疑い" in refused
    assert stored(case.id).is_open


def test_closing_with_its_answers_closes(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:close"))
    answers = {
        "harm": Harm.NO,
        "leak": Answered.NO,
        "resolution": Resolution.REFUND,
        "cause": Cause.PRODUCT,
        "cause_certainty": Certainty.PRESUMED,
    }
    form = f"case-{case.id}-{CLOSE}"
    for name, answer in answers.items():
        page.selectbox(key=f"{form}.{name}").set_value(answer)
    page.button_group(key=f"{form}.read_back").set_value(Done.DONE)
    page.button_group(key=f"{form}.promise").set_value(PromiseEnd.KEPT)

    press(page, key(case, "save"))

    assert stored(case.id).status is ComplaintStatus.CLOSED


def test_the_cause_is_preset_as_presumed(ledger, put):
    put(case := complaint(claim_type="届かない・遅い"))
    page = press(ledger(case=case.id), key(case, "open:close"))
    form = f"case-{case.id}-{CLOSE}"

    assert page.selectbox(key=f"{form}.cause").value is Cause.DELIVERY
    assert page.selectbox(key=f"{form}.cause_certainty").value is Certainty.PRESUMED


def test_what_was_to_be_asked_is_answered_on_the_call_and_leaves_the_list(ledger, put):
    put(case := complaint(open_questions="・色は?\n・いつ?"))
    page = press(ledger(case=case.id), key(case, "open:act"))
    form = f"case-{case.id}-{ACT}"
    page.text_area(key=f"{form}.content").set_value("電話した")
    page.text_input(key=f"{form}.answer0").set_value("赤")

    press(page, key(case, "save"))

    assert stored(case.id).open_questions == "いつ?"
    assert "電話した\n\n・色は? → 赤" in texts(page)


def test_a_colleague_is_asked_and_the_answer_stands_on_the_timeline(ledger, put):
    put(
        case := complaint(content="化粧水で赤くなった"),
        Member(email="s@example.jp", name="三郎", skills="化粧水"),
        Member(email="j@example.jp", name="次郎", skills="配送", rank=9),
    )
    page = press(ledger(case=case.id), key(case, "open:inside"))
    form = f"case-{case.id}-inside"
    assert page.selectbox(key=f"{form}.asked_of").value == "三郎"
    page.text_area(key=f"{form}.content").set_value("成分を教えてください")
    press(page, key(case, "save"))

    answer = next(t for t in page.text_input if ":answer:" in str(t.key))
    answer.set_value("香料です")
    press(page, f"{answer.key}:save")

    assert "香料です" in texts(page)
    assert not [t for t in page.text_input if ":answer:" in str(t.key)]


def test_an_unanswered_question_stands_on_today(ledger, put, open_page):
    put(case := complaint())
    put(
        Activity(
            id="H-261121-AAAAA",
            case_id=case.id,
            at=clock.now(),
            actor="次郎",
            kind=ActivityKind.INTERNAL_CHECK,
            content="返金できますか",
            asked_of="佐藤 花子",
            answer_due_at=clock.now() - timedelta(minutes=5),
        )
    )

    page = open_page("today")

    assert "返金できますか" in " ".join(m.value for m in page.markdown)
    assert "超過" in " ".join(m.value for m in page.markdown)


def test_the_recording_opens_from_the_timeline_and_its_lack_is_marked(ledger, put):
    put(case := complaint(), heard := complaint(recording_url="https://example.jp/r"))
    put(
        activity(heard, kind=ActivityKind.HEARING, content=heard.content),
    )

    assert "録音: 不明" in told(ledger(case=case.id)).replace("\\", "")
    page = ledger(case=heard.id)
    assert "https://example.jp/r" in {link.url for link in page.get("link_button")}


def test_a_symptom_is_asked_only_where_there_is_harm(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:close"))
    form = f"case-{case.id}-{CLOSE}"
    keys = [s.key for s in page.selectbox]
    assert f"{form}.symptom" not in keys

    page.selectbox(key=f"{form}.harm").set_value(Harm.TREATED).run()

    assert f"{form}.symptom" in [s.key for s in page.selectbox]
    assert {k.rpartition(".")[2] for k in keys if form in k} <= set(CLOSING_FIELDS)


def test_cancelling_asks_why(ledger, put):
    put(case := complaint())
    page = press(ledger(case=case.id), key(case, "open:cancel"))

    press(page, key(case, "save"))
    assert stored(case.id).is_open
    page.text_input(key=f"case-{case.id}-cancel.reason").set_value("二重登録").run()
    press(page, key(case, "save"))

    assert stored(case.id).status is ComplaintStatus.CANCELLED


def test_a_closed_case_opens_again_with_a_promise(ledger, put):
    put(
        case := complaint(
            status=ComplaintStatus.CLOSED,
            next_promise=None,
            next_promise_at=None,
            closed_at=clock.now(),
        )
    )
    page = press(ledger(case=case.id), key(case, "open:promise"))

    press(page, key(case, "save"))
    assert "約束の時刻" in told(page)
    form = f"case-{case.id}-promise"
    page.selectbox(key=f"{form}.next_promise").set_value(Promise.ANSWER)
    page.datetime_input(key=f"{form}.next_promise_at").set_value(
        (clock.now() + timedelta(days=1)).replace(tzinfo=None)
    )
    press(page, key(case, "save"))

    assert stored(case.id).status is ComplaintStatus.WORKING


def test_managers_see_who_changed_what(ledger, put):
    put(case := complaint())
    page = ledger(case=case.id)
    choose(page, key(case, "status"), ComplaintStatus.WORKING)

    part(page, "変更の記録")

    rows = page.dataframe[1].value
    assert "対応中" in list(rows["after"])
    assert "佐藤 花子" in list(rows["actor"])


# Two people at once


def edited(page, case, group: str, name: str, words: str):
    """Type into a field of a group, without saving."""
    if page.session_state["case:parts"] != "くわしく":
        part(page, "くわしく")
    press(page, key(case, f"open:{group}"))
    form = f"case-{case.id}-{group}"
    areas = [a for a in page.text_area if a.key == f"{form}.{name}"]
    widget = areas[0] if areas else page.text_input(key=f"{form}.{name}")
    widget.set_value(words).run()
    return well(page)


@pytest.fixture
def two(ledger, put, taro):
    """Return one case and it open in two sessions, Hanako's and Taro's."""
    put(case := complaint(handler="佐藤 花子"))
    hanako = ledger(case=case.id)
    return case, hanako, ledger(case=case.id, operator=taro.email)


def test_different_fields_of_two_people_merge_and_it_is_said(two):
    case, hanako, taro = two
    edited(hanako, case, "claim", "lot", "L-1")
    edited(taro, case, "handling", "note", "電話した")

    press(hanako, key(case, "save"))
    press(taro, key(case, "save"))

    after = stored(case.id)
    assert (after.lot, after.note) == ("L-1", "電話した")
    assert any("ロット番号" in i.value for i in taro.info)


@pytest.mark.parametrize("words", ["二人目の言葉", "\n".join(NASTY)])
@pytest.mark.parametrize(
    ("side", "expected"),
    [(Side.MINE, "mine"), (Side.THEIRS, "theirs"), (Side.OTHER, "third")],
)
def test_the_same_field_shows_both_and_the_person_chooses(two, words, side, expected):
    case, hanako, taro = two
    theirs = f"先に: {words}"
    edited(hanako, case, "handling", "note", theirs)
    edited(taro, case, "handling", "note", words)
    press(hanako, key(case, "save"))

    press(taro, key(case, "save"))
    assert stored(case.id).note == theirs
    shown = texts(taro)
    assert words in shown
    assert theirs in shown
    assert any("佐藤 花子" in c.value for c in taro.caption)
    clash = key(case, "clash")
    taro.button_group(key=f"{clash}.note._side").set_value(side).run()
    if side is Side.OTHER:
        assert taro.text_area(key=f"{clash}.note").value == words
        taro.text_area(key=f"{clash}.note").set_value("両方").run()
    press(taro, f"{clash}:settle")

    wanted = {"mine": words, "theirs": theirs, "third": "両方"}[expected]
    assert stored(case.id).note == wanted
    assert not [b for b in taro.button if b.key == f"{clash}:settle"]


def test_a_conflict_left_open_gives_back_what_was_typed(two):
    case, hanako, taro = two
    edited(hanako, case, "claim", "content", "先に書いた")
    edited(taro, case, "claim", "content", "後から書いた")
    press(hanako, key(case, "save"))
    press(taro, key(case, "save"))

    press(taro, key(case, "clash") + ":back")

    area = taro.text_area(key=f"case-{case.id}-claim.content")
    assert area.value == "後から書いた"


def test_a_draft_taken_up_again_does_not_undo_what_others_did_meanwhile(two, ledger):
    case, hanako, taro = two
    edited(taro, case, "handling", "note", "書きかけ")
    draft = context.drafts().list("taro@example.jp", f"case-{case.id}-handling")[0]
    windows.release(draft.entry)
    edited(hanako, case, "handling", "note", "先に書いた")
    press(hanako, key(case, "save"))

    later = part(ledger(case=case.id, operator="taro@example.jp"), "くわしく")
    press(later, key(case, "open:handling"))
    press(later, f"case-{case.id}-handling:restore:{draft.entry}")
    press(later, key(case, "save"))

    assert stored(case.id).note == "先に書いた"
    assert {"書きかけ", "先に書いた"} <= set(texts(later))


def test_a_third_person_in_between_makes_a_second_conflict(two, ledger):
    case, hanako, taro = two
    edited(hanako, case, "handling", "note", "一")
    edited(taro, case, "handling", "note", "二")
    press(hanako, key(case, "save"))
    press(taro, key(case, "save"))
    edited(hanako, case, "handling", "note", "三")
    press(hanako, key(case, "save"))

    press(taro, key(case, "clash") + ":settle")

    assert stored(case.id).note == "三"
    assert "三" in texts(taro)
    press(taro, key(case, "clash") + ":settle")
    assert stored(case.id).note == "二"


def test_two_presses_on_one_promise_show_both_times(two):
    case, hanako, taro = two
    choose(hanako, key(case, "renew"), PromiseTime.TODAY)

    choose(taro, key(case, "renew"), PromiseTime.TOMORROW)

    shown = texts(taro)
    assert {"2026/11/21 18:00", "2026/11/22 10:00"} <= set(shown)
    press(taro, key(case, "clash") + ":settle")
    assert stored(case.id).next_promise_at == clock.at(
        clock.today() + timedelta(days=1), 10
    )


# As a file


def test_an_export_is_made_at_the_click_and_logged(ledger, put, monkeypatch):
    makers = []
    monkeypatch.setattr(
        download, "for_the_same", lambda make: makers.append(make) or make
    )
    put(complaint(contact="09012345678", content="=1+1"), complaint(content="別"))
    page = ledger()
    page.session_state["ledger.export"] = True
    well(page.run())

    assert [e.label for e in page.get("download_button")] == [
        "CSV(Excel用)",
        "Excelブック",
    ]
    assert logged() == []
    for make in makers[-2:]:
        assert make()
    assert logged() == ["CSV 2件", "Excel 2件"]


def logged() -> list[str]:
    log = context.live().search_log(LogQuery()).rows
    return sorted(log.loc[log["field_name"] == EXPORTED, "after"])
