"""ページ点検: one tap an item; what is wanting goes on as an improvement."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib import clock
from lib.actions import page_checks
from lib.actions.page_checks import Answer
from lib.actions.searching import name_slug
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import CheckResult, PageKind, Role
from lib.store.access import UserStore
from lib.ui import context, windows
from lib.ui.page_checks.scripts import TEXT
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

MANAGER = Principal("mori@example.jp", "森", Role.MANAGER)
RETURNS = PageKind.RETURN_TERMS
NAME = RETURNS.value
FORM = f"page-check-{name_slug(NAME)}-{RETURNS.code}"


def system() -> UserStore:
    return context.live().for_user(SYSTEM)


def codes(kind=RETURNS) -> list[str]:
    return [item.code for item in page_checks.list_of(system(), kind, clock.today())]


def checked(ago: int, page=NAME, kind=RETURNS, **wanting: Answer) -> None:
    desk = context.live().for_user(MANAGER)
    found = {c: wanting.get(c, Answer(CheckResult.GOOD)) for c in codes(kind)}
    page_checks.check(
        desk,
        page,
        kind,
        found,
        url="https://example.jp/r",
        now=clock.now() - timedelta(days=ago),
        commit_id=new_commit_id(),
    )


def shown(app) -> str:
    parts = [*app.markdown, *app.caption, *app.text, *app.title]
    return "\n".join(str(e.value).replace("\\", "") for e in parts)


def begin(app, page=NAME, kind=RETURNS):
    return app.button(key=f"page_checks.{kind.code}.{page}:check").click().run()


def answer(app, code: str, result: CheckResult):
    return app.pills(key=f"{FORM}.result:{code}").set_value(result.code).run()


def answer_all(app, result=CheckResult.GOOD):
    for code in codes():
        app.pills(key=f"{FORM}.result:{code}").set_value(result.code)
    return app.run()


def save(app):
    return app.button(key="page_checks.save").click().run()


# The list ---------------------------------------------------------------------------


def test_with_nothing_checked_it_says_how_to_begin(open_page):
    app = open_page("page_checks")

    assert "まだ点検の記録がありません。" in shown(app)
    for kind in PageKind:
        assert kind.value in shown(app)


def test_a_page_over_its_day_stands_first_and_on_today_for_managers(open_page, put):
    checked(120)
    put(complaint())
    app = open_page("page_checks")

    assert "点検の時期を過ぎたページ 1件" in shown(app)
    assert "▲ 点検の時期を過ぎた" in shown(app)
    today = open_page("today")
    labels = [x.label.replace("\\", "") for x in today.main.get("page_link")]
    assert "点検の時期を過ぎたページ 1件" in labels


def test_a_clerk_meets_no_such_line_on_today(open_page, put):
    checked(120)
    put(complaint(), Member(email="c@example.jp", name="鈴木", role=Role.CLERK))

    app = open_page("today", operator="c@example.jp")

    labels = [x.label.replace("\\", "") for x in app.main.get("page_link")]
    assert "点検の時期を過ぎたページ 1件" not in labels


def test_a_kind_narrows_the_list(open_page):
    app = open_page("page_checks")
    app.pills(key="page_checks.kind").set_value(RETURNS).run()

    checks = [b.key for b in app.button if b.key.endswith(":check")]
    assert checks == [f"page_checks.{RETURNS.code}.{NAME}:check"]


# A check ----------------------------------------------------------------------------


def test_one_tap_an_item_and_it_is_kept(open_page):
    app = begin(open_page("page_checks"))
    answer_all(app)
    assert "4/4 項目に答えました" in shown(app)

    save(app)

    assert not app.exception
    rows = system().frame("page_checks")
    assert set(rows["item"]) == set(codes())
    assert set(rows["inspector"]) == {"佐藤 花子"}
    assert "点検済み" in shown(app)


def test_what_is_missing_is_said_at_its_item_and_nothing_is_lost(open_page):
    app = begin(open_page("page_checks"))
    answer(app, codes()[0], CheckResult.GOOD)

    save(app)

    assert shown(app).count("まだ答えていない項目があります。") == len(codes()) - 1
    first = app.pills(key=f"{FORM}.result:{codes()[0]}")
    assert first.value == CheckResult.GOOD.code
    assert system().frame("page_checks").empty


def test_what_is_wanting_gets_an_owner_and_a_day_and_goes_on(open_page):
    app = begin(open_page("page_checks"))
    answer_all(app)
    code = codes()[2]
    answer(app, code, CheckResult.TO_IMPROVE)
    assert app.selectbox(key=f"{FORM}.owner:{code}").value == "佐藤 花子"
    assert app.date_input(key=f"{FORM}.due_on:{code}").value == date(2026, 12, 5)
    app.text_input(key=f"{FORM}.note:{code}").set_value("リンクの先だけ").run()

    save(app)

    (made,) = system().frame("improvements").to_dict("records")
    assert made["title"] == "返品表示: リンクの先だけ"
    assert made["place"] == "返品表示"
    assert made["owner"] == "佐藤 花子"


def test_a_new_page_is_named(open_page):
    app = open_page("page_checks")
    app.button(key="page_checks.new").click().run()
    form = f"page-check-new-{PageKind.LANDING_PAGE.code}"
    app.text_input(key=f"{form}.url").set_value("https://example.jp/lp").run()
    for code in codes(PageKind.LANDING_PAGE):
        app.pills(key=f"{form}.result:{code}").set_value(CheckResult.GOOD.code)
    app.run()
    save(app)
    assert "ページの名前を入れてください。" in shown(app)

    app.text_input(key=f"{form}.page").set_value("バームLP").run()
    save(app)

    assert set(system().frame("page_checks")["page"]) == {"バームLP"}
    assert "バームLP" in shown(app)


def test_a_draft_is_taken_up_again_in_another_window(open_page):
    app = begin(open_page("page_checks"))
    answer(app, codes()[1], CheckResult.TO_IMPROVE)
    entry = app.session_state[f"{FORM}._entry"]
    windows.release(entry)

    other = begin(open_page("page_checks"))
    other.button(key=f"{FORM}:restore:{entry}").click().run()

    assert not other.exception
    found = other.pills(key=f"{FORM}.result:{codes()[1]}").value
    assert found == CheckResult.TO_IMPROVE.code
    assert other.date_input(key=f"{FORM}.due_on:{codes()[1]}").value == date(
        2026, 12, 5
    )


def test_the_result_before_stands_at_its_item(open_page):
    code = codes()[0]
    wanting = Answer(
        CheckResult.TO_IMPROVE, "小さい", "森", clock.today() + timedelta(days=9)
    )
    checked(100, **{code: wanting})

    app = begin(open_page("page_checks"))

    assert "前回 2026/08/13 ▲ 要改善 小さい" in shown(app)


def test_a_page_that_is_used_no_more_goes_to_the_end(open_page):
    checked(120)
    app = begin(open_page("page_checks"))

    app.button(key="page_checks.retire").click().run()

    assert not app.exception
    assert "点検の時期を過ぎたページはありません。" in shown(app)
    assert "使わなくなったページ 1" in [x.label for x in app.expander]


def test_the_course_of_a_page_shows_each_result_and_its_improvement(open_page):
    code = codes()[0]
    wanting = Answer(
        CheckResult.TO_IMPROVE, "小さい", "森", clock.today() + timedelta(days=9)
    )
    checked(100, **{code: wanting})
    checked(1)
    app = open_page("page_checks")
    app.button(key=f"page_checks.{RETURNS.code}.{NAME}:course").click().run()

    said = shown(app)
    assert "▲ 要改善" in said
    assert "2026/11/20 森" in said
    assert "改善 S-" in said


# Scripts ----------------------------------------------------------------------------


def test_a_script_is_looked_through_and_not_stored(open_page):
    app = open_page("page_checks")
    app.session_state["page_checks.scripts"] = True
    app.run()
    app.text_area(key=TEXT).set_value("いまは解約できません。秘密の文です。").run()

    said = shown(app)
    assert "⚠ 要確認" in said
    assert "いまは【解約できません】。秘密の文です。" in said
    everything = system()
    for code in ("page_checks", "settings", "improvements", "activities"):
        assert everything.frame(code).empty
    drafts = context.place().data / "drafts"
    kept = (
        [path for path in drafts.rglob("*") if path.is_file()]
        if drafts.exists()
        else []
    )
    assert not any("秘密の文".encode() in path.read_bytes() for path in kept)


# Rules ------------------------------------------------------------------------------


def rules(open_page, **more):
    app = open_page("page_checks", **more)
    app.session_state["page_checks.rules"] = True
    return app.run()


def test_a_manager_adds_an_item(open_page):
    app = rules(open_page)
    key = "page_checks.item."
    app.button(key=f"{key}:save").click().run()
    assert "何を確かめるかを書いてください。" in shown(app)

    app.text_input(key=f"{key}:title").set_value("社長の目").run()
    app.button(key=f"{key}:save").click().run()

    assert not app.exception
    assert "社長の目" in codes(PageKind.LANDING_PAGE)


def test_a_manager_changes_phrases(open_page):
    app = rules(open_page)
    app.selectbox(key="page_checks.words").set_value("お金").run()
    app.text_area(key="page_checks.words.お金:phrases").set_value("清算金").run()
    app.button(key="page_checks.words.お金:save").click().run()

    found = {r.code: r for r in page_checks.word_rules_of(system(), clock.today())}
    assert found["お金"].phrases == ("清算金",)


def test_a_clerk_is_shown_no_rules(open_page, put):
    put(Member(email="c@example.jp", name="鈴木", role=Role.CLERK))
    app = rules(open_page, operator="c@example.jp")

    assert "page_checks.words" not in {s.key for s in app.selectbox}


@pytest.mark.parametrize("part", ["list", "check", "course"])
def test_a_rerun_takes_no_table(open_page, monkeypatch, part):
    checked(120)
    app = open_page("page_checks")
    if part == "list":
        for name in ("page_checks.rules", "page_checks.scripts"):
            app.session_state[name] = True
        app.run()
    else:
        app.button(key=f"page_checks.{RETURNS.code}.{NAME}:{part}").click().run()
    app.run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    assert not app.exception
    assert taken == []
