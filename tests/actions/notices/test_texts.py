"""What messages say, and what they never can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import clock
from lib.actions.notices import digest, plan, texts
from lib.actions.notices.digest import Clocks, Counted, Digest, Overview, Own
from lib.actions.notices.figures import Figures, Number, figures_for
from lib.actions.notices.queue import SOURCES
from lib.actions.notices.rules import NEAR, OVER
from lib.actions.today import TaskKind
from lib.metrics.state import State
from lib.notify.sending import Message
from lib.schema.activity import Activity
from lib.schema.care import CareRecord
from lib.schema.column import Field
from lib.schema.deadline import Deadline
from lib.schema.ids import id_for
from lib.schema.kpi_day import KpiDay
from lib.schema.learning import Inspection
from lib.schema.masters import Centre, Member, Product
from lib.schema.notice import Notice
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import (
    CareKind,
    DeadlineKind,
    Harassment,
    InspectionItem,
    InspectionResult,
    NoticeKind,
    Role,
    Severity,
    Source,
)
from lib.settings import business
from lib.store.live import LiveStore
from lib.store.opening import open_live
from tests.actions.notices.rows import CLERK, LEAD, NOON, case, inquiry, said, tokyo
from tests.builders import fill

BASE = "https://mimamori.example.jp"


def notice(kind: NoticeKind, number: str, **values: Any) -> Notice:
    return Notice(
        **{
            "step": f"{number}:{kind.code}",
            "channel": "lead",
            "kind": kind,
            "case_id": number,
            "due_at": NOON,
            **values,
        }
    )


def told(*rows: Notice, found: Digest | None = None) -> Message:
    return texts.message(rows, found, base=BASE, now=NOON)


def test_a_case_is_named_by_its_number_with_a_link() -> None:
    said = told(notice(NoticeKind.CRITICAL, "K-261118-7F3QX"))

    assert said.title == "見守り: 最重要 1件"
    assert said.body == (
        "•最重要の苦情 K-261118-7F3QX\n"
        "  https://mimamori.example.jp/ledger?case=K-261118-7F3QX"
    )


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (NEAR, "•行政・団体への期限が24時間を切りました G-261118-7F3QX"),
        (OVER, "•行政・団体への期限を過ぎました G-261118-7F3QX"),
    ],
)
def test_a_deadline_of_an_agency_is_told_as_what_it_is(step: str, words: str) -> None:
    row = notice(NoticeKind.AGENCY, "G-261118-7F3QX", step=f"T-1{step}:2611181200")

    assert told(row).body.split("\n")[0] == words


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (0, "•センター・行政からの連絡 G-261118-7F3QX"),
        (1, "•センター・行政から再びの連絡 G-261118-7F3QX"),
        (12, "•センター・行政から再びの連絡 G-261118-7F3QX"),
    ],
)
def test_an_agency_that_calls_again_is_told_as_such(times: int, words: str) -> None:
    step = f"G-261118-7F3QX:agency:{times}"
    row = notice(NoticeKind.AGENCY, "G-261118-7F3QX", step=step)

    assert told(row).body.split("\n") == [
        words,
        f"  {BASE}/inquiries?inquiry=G-261118-7F3QX",
    ]


def test_the_most_pressing_comes_first() -> None:
    said = told(
        notice(NoticeKind.PROMISE, "K-261118-7F3QX"),
        notice(NoticeKind.AGENCY, "G-261118-7F3QX"),
        notice(NoticeKind.CRITICAL, "K-261118-8F3QX"),
    )

    assert said.title == "見守り: 最重要 1件・行政からの連絡 1件・約束の超過 1件"
    assert [line[:4] for line in said.body.split("\n")[::2]] == [
        "•最重要",
        "•センタ",
        "•約束の",
    ]


def test_of_many_cases_ten_are_named_and_the_rest_counted() -> None:
    many = [
        notice(NoticeKind.CRITICAL, f"K-261118-7F3{x}{y}")
        for x in "ABCDE"
        for y in "FGHJK"
    ]

    said = told(*many)

    assert said.body.count("•最重要の苦情") == 10
    assert "ほか15件" in said.body
    assert said.title == "見守り: 最重要 25件"


def test_a_number_that_somebody_made_up_is_not_written_out() -> None:
    said = told(notice(NoticeKind.CRITICAL, "山田花子様の件"))

    assert "山田" not in said.title + said.body
    assert "(番号はアプリで)" in said.body


def test_what_comes_late_says_so() -> None:
    late = notice(NoticeKind.AGENCY, "G-261118-7F3QX", due_at=NOON - timedelta(hours=5))

    assert told(late).body.startswith("しばらく送れなかった分")
    assert "しばらく" not in told(notice(NoticeKind.AGENCY, "G-261118-7F3QX")).body


OVERVIEW = Overview(
    calls=State.WATCH,
    centres=2,
    below=1,
    referrals=State.NORMAL,
    contacts=3,
    usual=2.1,
    tasks=((TaskKind.CRITICAL, 1, "K-261118-7F3QX"), (TaskKind.OVERDUE, 2, "")),
    due_today=5,
    new_cases=12,
    over=Counted(4, 1),
    late=Counted(0, 0),
    missing=1,
)


OTHERS = (
    "そのほか: 新しい苦情 12件、今日の約束 5件、目安を過ぎた苦情 4件(新しく1件)、"
    "日次KPIの未入力 1日"
)


def test_the_morning_message_is_three_sentences_with_counts_and_links() -> None:
    said = told(
        notice(NoticeKind.DIGEST, ""),
        found=Digest(date(2026, 11, 18), OVERVIEW, Own(overdue=1)),
    )

    assert said.title == "見守り: 朝のまとめ 11/18"
    assert said.body.split("\n") == [
        "① 電話: 注意。2センターのうち1が目標を下回っています。",
        "② センターからの連絡: 平常。直近7日 3件(ふだんの週は2.1件)。",
        "③ 今日やること:",
        "•最重要の苦情 1件",
        "  https://mimamori.example.jp/ledger?status=open&severity=critical",
        "•時刻を過ぎた約束 2件",
        "  https://mimamori.example.jp/ledger?status=open&promise=overdue",
        OTHERS,
        "担当の分: 時刻を過ぎた約束 1件",
        "  https://mimamori.example.jp/ledger?status=open&handler=me",
    ]


def test_the_morning_message_tells_numbers_and_lamps() -> None:
    figures = Figures(
        numbers=(
            Number("answer_rate", 0.8823, State.WATCH),
            Number("complaints", 12.0, None),
            Number("promises_kept_rate", None, State.PENDING),
        ),
        lamps=((State.ALARM, 2), (State.NORMAL, 9)),
    )
    found = Digest(date(2026, 11, 18), replace(OVERVIEW, figures=figures), Own())

    lines = texts.digest_message(found, BASE).body.split("\n")

    said = (
        "数字(直近7日): 応答率 88.2% ◆注意、苦情件数 12件、約束を守れた割合 — ○判定保留"
    )
    assert said in lines
    lamps = lines.index("目標との比べ(直近28日): ▲警報 2、●平常 9")
    assert lines[lamps + 1] == f"  {BASE}/kpis"
    assert lines.index(said) < lines.index("③ 今日やること:")


def test_the_numbers_are_sums_over_sums_of_the_last_seven_days(live: LiveStore) -> None:
    desk = live.for_user(SYSTEM)
    fill(
        desk,
        Centre(code="C1", name="センター"),
        *(
            KpiDay(date=date(2026, 11, day), centre="C1", **counts)
            for day, counts in (
                (10, {"offered": 1000, "answered": 0, "abandoned": 1000}),
                (16, {"offered": 100, "answered": 50, "abandoned": 50}),
                (17, {"offered": 10, "answered": 10, "abandoned": 0}),
            )
        ),
    )

    found = figures_for(desk, clock.at(date(2026, 11, 18), 9))

    rate = next(one for one in found.numbers if one.code == "answer_rate")
    assert rate.number == pytest.approx(60 / 110)
    assert rate.state is State.ALARM
    assert dict(found.lamps)[State.ALARM] >= 1


def test_the_morning_message_counts_deadlines_where_any_are_near() -> None:
    seen = replace(OVERVIEW, clocks=Clocks(over=1, near=2, unconfirmed=3))
    found = Digest(date(2026, 11, 18), seen, Own(clocks=2))

    lines = texts.digest_message(found, BASE).body.split("\n")

    assert "期限: 超過 1件、24時間以内 2件、該当・非該当の確認待ち 3件" in lines
    assert f"  {BASE}/deadlines" in lines
    assert "担当の分: 24時間以内か超過の期限 2件" in lines


def test_the_morning_message_counts_talks_that_wait_and_names_nobody(
    live: LiveStore,
) -> None:
    hurt = case(
        received_at=NOON - timedelta(days=2),
        receiver="小田 健介",
        harassment=Harassment.CONFIRMED,
    )
    asked = CareRecord(
        id="F-1", kind=CareKind.CONSULTATION, for_whom="平野 楓", note="つらい"
    )
    fill(live, hurt, asked)

    found = digest.digest_for(live.for_user(SYSTEM), [LEAD], NOON)
    body = texts.digest_message(found, BASE).body

    assert "応対した人へのフォロー・相談の対応待ち 2件" in body
    assert f"  {BASE}/harassment" in body
    assert all(word not in body for word in ("小田", "平野", "つらい"))


def test_a_clerk_reads_no_count_of_talks(live: LiveStore) -> None:
    fill(
        live,
        case(
            received_at=NOON - timedelta(days=2),
            receiver="小田 健介",
            harassment=Harassment.CONFIRMED,
        ),
    )

    found = digest.digest_for(live.for_user(SYSTEM), [CLERK], NOON)

    assert "フォロー" not in texts.digest_message(found, BASE).body


def test_the_morning_message_tells_who_may_approve_and_of_whom_nobody_told() -> None:
    seen = replace(OVERVIEW, untold=1)
    found = Digest(date(2026, 11, 18), seen, Own(approvals=2))

    lines = texts.digest_message(found, BASE).body.split("\n")

    assert "あなたの承認を待つ行政への回答 2件" in lines
    assert f"  {BASE}/inquiries?view=owed" in lines
    assert "経営にまだ伝えていない行政の連絡 1件" in lines


def test_a_clerk_who_owes_nothing_reads_that() -> None:
    said = texts.digest_message(Digest(date(2026, 11, 18), None, Own()), BASE)

    assert said.body == "担当の分: 今日までの約束はありません。"


def test_the_first_week_is_said() -> None:
    found = Digest(date(2026, 11, 18), None, Own(), quiet_until=date(2026, 11, 23))

    assert "はじめの7日間(11/23まで)" in texts.digest_message(found, BASE).body


# Canaries ---------------------------------------------------------------------------

CANARY = "カナリア"


def marked(record: Record, *but: str) -> Record:
    """Return the record with a canary in every text that a person may type."""
    key = {
        "id",
        "code",
        "email",
        "case_id",
        "complaint_id",
        "centre",
        "received_centre",
    }

    def typed(field: Field) -> bool:
        return (
            field.kind == "text" and not field.auto and field.name not in {*key, *but}
        )

    names = [field.name for field in record.fields() if typed(field)]
    return record.model_copy(
        update={
            name: f"{CANARY}{name} 090-1234-5678 <!channel> [toall]" for name in names
        }
    )


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveStore]:
    monkeypatch.setenv(clock.FIXED_BY, (NOON - timedelta(minutes=5)).isoformat())
    found = open_live(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path)
    yield found
    found.close()


def full_of_canaries(live: LiveStore, now: datetime) -> None:
    clerk = marked(CLERK, "channel")
    handled = {"handler": clerk.name}
    cases = [
        case(severity=Severity.CRITICAL),
        case(next_promise_at=now - timedelta(hours=1)),
        case(received_at=now - timedelta(days=9)),
        case(received_at=now - timedelta(days=4), severity=Severity.HIGH),
        case(id=f"K-{CANARY}", severity=Severity.CRITICAL),
    ]
    asked = [inquiry(), inquiry(agency_kind="警察", repeat_contacts=2)]
    rows: list[Record] = [
        plan.begin(now - timedelta(days=30)),
        marked(LEAD, "channel"),
        clerk,
        marked(Centre(code=CANARY, name="x", target_answer_rate=90.0)),
        marked(Product(code=CANARY, name="x")),
        *(
            marked(c).model_copy(update=handled | {"product_code": CANARY})
            for c in cases
        ),
        *(
            marked(a).model_copy(update=handled | {"product_code": CANARY})
            for a in asked
        ),
        *(
            marked(
                KpiDay(
                    date=now.date() - timedelta(days=n),
                    centre=CANARY,
                    offered=100,
                    answered=40,
                    abandoned=60,
                )
            )
            for n in range(1, 9)
        ),
        said(business.AT_ONCE, "、".join(k.value for k in business.PUSHABLE)),
    ]
    rows += [
        marked(Activity(id=f"H-{n}", case_id=c.id, at=now, content="x"))
        for n, c in enumerate(cases)
    ]
    rows.append(marked(running_clock(asked[0])))
    fill(live, *rows)


def running_clock(of: Record, **values: Any) -> Deadline:
    """Return a statutory clock on a case that ends two hours after noon."""
    return Deadline(
        **{
            "id": id_for("T", NOON, str(of.values()["id"])),
            "case_id": of.values()["id"],
            "rule_code": "L14根拠資料",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOON - timedelta(days=15),
            "due_at": NOON + timedelta(hours=2),
            **values,
        }
    )


def test_no_message_holds_what_a_person_typed(live: LiveStore) -> None:
    full_of_canaries(live, NOON)
    view = live.for_user(SYSTEM)
    frames = {code: view.frame(code) for code in SOURCES}
    names = ("lead", "clerk")

    due = plan.due(frames, names, NOON)
    messages = [
        texts.message(
            [n for n in due if n.channel == name],
            digest.digest_for(view, members, NOON),
            base=BASE,
            now=NOON,
        )
        for name in names
        for members in [plan.Audience.of(frames, names, "").of_channel(name)]
    ]
    messages.append(texts.trial(NOON))

    kinds = {n.kind for n in due}
    assert {
        NoticeKind.CRITICAL,
        NoticeKind.AGENCY,
        NoticeKind.PROMISE,
        NoticeKind.DIGEST,
    } <= kinds
    for one in messages:
        everything = one.title + one.body
        assert everything
        for forbidden in (CANARY, "090", "<!", "[toall]", "@"):
            assert forbidden not in everything


def test_a_lead_reads_an_overview_and_a_clerk_only_their_own(live: LiveStore) -> None:
    full_of_canaries(live, NOON)
    view = live.for_user(SYSTEM)
    clerk = Member(
        email="c@x.jp",
        name=f"{CANARY}name 090-1234-5678 <!channel> [toall]",
        role=Role.CLERK,
    )

    led = digest.digest_for(view, [LEAD], NOON)
    own = digest.digest_for(view, [clerk], NOON)

    assert led.overview is not None
    assert led.own == Own()
    assert led.overview.centres == 1
    assert led.overview.below == 1
    assert own.overview is None
    assert own.own.overdue == 1


def test_sample_rows_are_said_to_be_counted(live: LiveStore) -> None:
    fill(live, case(source=Source.SAMPLE))

    found = digest.digest_for(live.for_user(SYSTEM), [LEAD], NOON)

    assert found.is_sample
    assert "見本データ" in texts.digest_message(found, BASE).body


def test_new_is_what_crossed_since_the_last_digest(live: LiveStore) -> None:
    # 低 received on 11/10 9:00 is over on 11/12 18:00, on 11/16 9:00 on 11/18 18:00.
    fill(
        live,
        case(received_at=tokyo(11, 10, 9)),
        case(received_at=tokyo(11, 16, 9)),
        notice(NoticeKind.DIGEST, "", state="送信済", sent_at=tokyo(11, 18, 9)),
    )

    found = digest.digest_for(live.for_user(SYSTEM), [LEAD], tokyo(11, 19, 9, 1))

    assert found.overview is not None
    assert found.overview.over == Counted(2, 1)


def test_the_morning_message_counts_what_nobody_signed_of_months_past(
    live: LiveStore,
) -> None:
    signed = Inspection(month=date(2026, 10, 1), item=InspectionItem.PAGES)
    fill(
        live,
        signed.with_values(result=InspectionResult.GOOD, inspector="小田 健介"),
    )

    found = digest.digest_for(live.for_user(SYSTEM), [LEAD], NOON)

    lines = texts.digest_message(found, BASE).body.split("\n")
    assert "締切を過ぎた毎月の点検 6項目" in lines
    assert f"  {BASE}/inspections" in lines
