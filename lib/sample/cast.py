"""Who works in the sample company and where its calls are taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lib.sample.goods import BY_PHONE, ITEMS
from lib.sample.story import Story
from lib.schema.masters import Centre, Member, Setting
from lib.schema.vocab import (
    AnswerRateMethod,
    Flag,
    Role,
    Source,
    UtilisationMethod,
)
from lib.settings import kpi_targets, worth

OWN, SAPPORO, OKINAWA = "HQ", "SPR", "OKA"

HEAD = "長谷川 恵"
CHIEF = "大西 拓也"
LEADER = "村井 奈々"
CLERKS = ("佐々木 彩", "小田 健介", "渡会 未来", "平野 楓")
SAPPORO_AGENTS = ("三浦 恵介", "工藤 さやか")
OKINAWA_AGENT = "比嘉 美咲"
OBSERVER = "藤本 昌弘"


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the cast."""

    name: str
    mail: str
    role: Role
    title: str
    rank: int
    centre: str = "自社"
    aliases: str = ""
    skills: str = ""
    trained_days_ago: int | None = None


CAST = (
    Person(
        HEAD,
        "hasegawa@sample.example.jp",
        Role.ADMIN,
        "CS統括部長",
        90,
        aliases="長谷川、長谷川部長",
        skills="行政対応、契約",
        trained_days_ago=420,
    ),
    Person(
        CHIEF,
        "onishi@sample.example.jp",
        Role.MANAGER,
        "お客様相談室 室長",
        80,
        aliases="大西、大西室長",
        skills="行政対応、カスハラ、返金",
        trained_days_ago=380,
    ),
    Person(
        LEADER,
        "murai@sample.example.jp",
        Role.MANAGER,
        "お客様相談室 主任",
        60,
        aliases="村井",
        skills="品質、健康被害、薬機法",
        trained_days_ago=310,
    ),
    Person(
        CLERKS[0],
        "sasaki@sample.example.jp",
        Role.CLERK,
        "お客様相談室",
        30,
        aliases="佐々木、ささき",
        skills="定期、解約",
        trained_days_ago=205,
    ),
    Person(
        CLERKS[1],
        "oda@sample.example.jp",
        Role.CLERK,
        "お客様相談室",
        30,
        aliases="小田",
        skills="配送、在庫",
        trained_days_ago=205,
    ),
    Person(
        CLERKS[2],
        "watarai@sample.example.jp",
        Role.CLERK,
        "お客様相談室",
        20,
        aliases="渡会",
        skills="メール、広告表示",
        trained_days_ago=96,
    ),
    Person(
        CLERKS[3],
        "hirano@sample.example.jp",
        Role.CLERK,
        "お客様相談室",
        10,
        aliases="平野",
        skills="一般",
    ),
    Person(
        SAPPORO_AGENTS[0],
        "miura@sapporo.example.jp",
        Role.OUTSOURCED,
        "スーパーバイザー",
        40,
        SAPPORO,
        aliases="三浦、三浦SV",
        skills="シフト、応対品質",
        trained_days_ago=150,
    ),
    Person(
        SAPPORO_AGENTS[1],
        "kudo@sapporo.example.jp",
        Role.OUTSOURCED,
        "オペレーター",
        15,
        SAPPORO,
        aliases="工藤",
        skills="一般",
        trained_days_ago=150,
    ),
    Person(
        OKINAWA_AGENT,
        "higa@okinawa.example.jp",
        Role.OUTSOURCED,
        "スーパーバイザー",
        40,
        OKINAWA,
        aliases="比嘉",
        skills="受注",
        trained_days_ago=120,
    ),
    Person(
        OBSERVER,
        "fujimoto@sample.example.jp",
        Role.VIEWER,
        "経営企画",
        50,
        aliases="藤本",
        skills="経営",
    ),
)

TITLES = {person.name: person.title for person in CAST}
RANKS = {person.name: person.rank for person in CAST}


def members(story: Story) -> tuple[Member, ...]:
    """Return the member master."""
    return tuple(
        Member(
            email=person.mail,
            name=person.name,
            aliases=person.aliases,
            role=person.role,
            centre=person.centre,
            title=person.title,
            rank=person.rank,
            skills=person.skills,
            trained_on=(
                None
                if person.trained_days_ago is None
                else story.back(person.trained_days_ago)
            ),
            source=Source.SAMPLE,
        )
        for person in CAST
    )


def centres() -> tuple[Centre, ...]:
    """Return the call centres; the company's own 「自社」 is made at the first start."""
    return (
        Centre(
            code=OWN,
            name="お客様相談室(本社)",
            answer_rate_method=AnswerRateMethod.ALL_OFFERED,
            utilisation_method=UtilisationMethod.A,
            opening_hours="9:00-18:00",
            lunch_break="12:00-13:00",
            weekly_closed="土日祝",
            entry_deadline="10:00",
            target_answer_rate=92.0,
            source=Source.SAMPLE,
        ),
        Centre(
            code=SAPPORO,
            name="札幌センター(委託)",
            answer_rate_method=AnswerRateMethod.WITHOUT_SHORT,
            short_abandon_seconds=10,
            utilisation_method=UtilisationMethod.B,
            opening_hours="9:00-20:00",
            weekly_closed="",
            entry_deadline="10:00",
            target_answer_rate=90.0,
            phone_reports=Flag.YES,
            source=Source.SAMPLE,
        ),
        Centre(
            code=OKINAWA,
            name="沖縄センター(委託)",
            answer_rate_method=AnswerRateMethod.ALL_OFFERED,
            service_level_seconds=30,
            utilisation_method=UtilisationMethod.A,
            opening_hours="10:00-19:00",
            weekly_closed="日祝",
            entry_deadline="11:00",
            target_answer_rate=88.0,
            subscriptions=Flag.NO,
            source=Source.SAMPLE,
        ),
    )


def settings(story: Story) -> tuple[Setting, ...]:
    """Return what the company has set: its sales pages, its targets, what a stay is worth."""
    return (*_pages(story), *_targets(story), *_worth(story))


def _targets(story: Story) -> tuple[Setting, ...]:
    first = story.start - timedelta(days=1)
    agreed = (
        (f"応答率・{SAPPORO}", first, "90"),
        (f"応答率・{SAPPORO}", story.seats_added_on, "92"),
        ("平均応答速度", first, "30"),
        ("放棄率", first, "8"),
        (f"サービスレベル・{SAPPORO}", story.back(90), "75"),
        ("折返し完了率", story.back(120), "98"),
        ("一次解決率", first, "75"),
        ("苦情率", story.back(150), "12"),
    )
    # In a short year two of them may fall on one day: the later word stands.
    by_day = {(name, since): value for name, since, value in agreed}
    return tuple(
        Setting(
            group=kpi_targets.GROUP,
            name=name,
            effective_from=since,
            value=value,
            description="見本データの目標",
            source=Source.SAMPLE,
        )
        for (name, since), value in by_day.items()
    )


def _worth(story: Story) -> tuple[Setting, ...]:
    first = story.start - timedelta(days=1)
    found = (
        (worth.UNIT_PRICE, first, "4980"),
        (worth.UNIT_PRICE, story.back(170), "5280"),
        (worth.FURTHER_ORDERS, first, "2.4"),
    )
    return tuple(
        Setting(
            group=setting.group,
            name=setting.name,
            effective_from=since,
            value=value,
            description=setting.help,
            source=Source.SAMPLE,
        )
        for setting, since, value in found
    )


def _pages(story: Story) -> tuple[Setting, ...]:
    pages = dict.fromkeys([page for item in ITEMS for page in item.pages] + [BY_PHONE])
    first = story.start - timedelta(days=1)
    return tuple(
        Setting(
            group="販路・LP",
            name=page,
            effective_from=first,
            description="見本データの販路",
            source=Source.SAMPLE,
        )
        for page in pages
    )
