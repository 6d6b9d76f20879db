"""The list of all tables, in the order people meet them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.alarm import Alarm
from lib.schema.audit import AuditEntry
from lib.schema.care import CareRecord
from lib.schema.column import Field
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.deadline import Deadline
from lib.schema.document import Document, Training
from lib.schema.escalation import Escalation
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.learning import Improvement, Inspection
from lib.schema.masters import Centre, Member, Product, Setting
from lib.schema.notice import Notice
from lib.schema.page_check import PageCheck
from lib.schema.record import Record
from lib.schema.task import Task

KEY_SEPARATOR = "|"
"""Joins the parts of a natural key into the one text that logs and claims carry."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as every layer sees it.

    code: English name: SQL table, frame, URL.
    tab: Japanese name of the sheet's tab.
    key: the fields that name a row for ever; one field of a made id, or a natural key.
    prefix: first letter of made ids; empty for a natural key.
    append_only: rows are added and never changed.
    only: names of the fields that this place has; empty for all of the record's.
    """

    code: str
    tab: str
    help: str
    record: type[Record]
    key: tuple[str, ...] = ("id",)
    prefix: str = ""
    append_only: bool = False
    only: frozenset[str] = frozenset()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in the order of the sheet."""
        every = self.record.fields()
        return tuple(f for f in every if f.name in self.only) if self.only else every

    def field(self, name: str) -> Field:
        """Return one field; KeyError where there is none of that name."""
        return self.record.field(name)

    def key_of(self, values: Mapping[str, Any] | Record) -> str:
        """Return the key of a row as one text, e.g. "2026-11-21|自社"."""
        read = values.get if isinstance(values, Mapping) else values.__getattribute__
        return KEY_SEPARATOR.join(str(read(name)) for name in self.key)


TABLES: Final[tuple[Table, ...]] = (
    Table(
        "complaints",
        "苦情台帳",
        N_("お客様の苦情を一件一行で残します。"),
        Complaint,
        prefix="K",
    ),
    Table(
        "agency_inquiries",
        "行政問合せ",
        N_("消費生活センターや行政からの連絡を一件一行で残します。"),
        AgencyInquiry,
        prefix="G",
    ),
    Table(
        "kpi_days",
        "日次KPI",
        N_("一日とセンターごとの数です。割合は入れず、数だけを入れます。"),
        KpiDay,
        key=("date", "centre"),
    ),
    Table("products", "商品", N_("扱う商品です。"), Product, key=("code",)),
    Table("members", "メンバー", N_("使う人と役割です。"), Member, key=("email",)),
    Table(
        "centres",
        "センター",
        N_("電話を受けるセンターと、その数え方です。"),
        Centre,
        key=("code",),
    ),
    Table(
        "activities",
        "対応履歴",
        N_("苦情や問合せに対して行ったことです。書き足すだけで、直しません。"),
        Activity,
        prefix="H",
        append_only=True,
    ),
    Table(
        "escalations",
        "エスカレーション",
        N_("上位者への引き継ぎです。"),
        Escalation,
        prefix="E",
    ),
    Table(
        "crises",
        "重大事案",
        N_("漏えい・製品事故・重大なミスを一件一行で残します。"),
        Crisis,
        prefix="C",
    ),
    Table(
        "recall_lots",
        "回収ロット",
        N_("回収する商品のロットごとの数です。"),
        RecallLot,
        key=("crisis_id", "product_code", "lot"),
    ),
    Table(
        "tasks",
        "作業",
        N_("重大事案の手順と、行政からの指示です。"),
        Task,
        prefix="W",
    ),
    Table(
        "care_records",
        "フォロー・相談",
        N_("応対した人へのフォローと、本人からの相談です。"),
        CareRecord,
        prefix="F",
    ),
    Table("deadlines", "期限", N_("法定・社内の期限です。"), Deadline, prefix="T"),
    Table(
        "improvements",
        "施策・改善",
        N_("苦情から生まれた改善と、行った施策です。"),
        Improvement,
        prefix="S",
    ),
    Table(
        "inspections",
        "点検",
        N_("毎月の点検です。"),
        Inspection,
        key=("month", "item"),
    ),
    Table(
        "page_checks",
        "ページ点検",
        N_("LP・確認画面・解約・返品の表示と台本の点検です。"),
        PageCheck,
        key=("checked_on", "page", "item"),
    ),
    Table(
        "documents",
        "文書",
        N_("応対マニュアル・よくある質問・社内ルール・研修資料です。"),
        Document,
        prefix="B",
    ),
    Table(
        "trainings",
        "研修",
        N_("だれが、どの文書を、いつ学んだかです。"),
        Training,
        key=("email", "document_id"),
    ),
    Table(
        "alarms",
        "警報",
        N_("センターからの連絡が注意・警報になった記録です。アプリが書きます。"),
        Alarm,
        prefix="A",
    ),
    Table(
        "settings",
        "設定",
        N_("しきい値・文例・規則です。適用開始日から数えます。"),
        Setting,
        key=("group", "name", "effective_from"),
    ),
    Table(
        "notices",
        "通知",
        N_("だれに何を知らせたか、まだ知らせていないかです。アプリが書きます。"),
        Notice,
        key=("step", "channel"),
    ),
    Table(
        "audit",
        "操作ログ",
        N_("だれが・いつ・何を変えたかです。書き足すだけで、直しません。"),
        AuditEntry,
        prefix="L",
        append_only=True,
    ),
)

_BY_CODE: Final = {table.code: table for table in TABLES}


def table(code: str) -> Table:
    """Return the table with that code; KeyError where there is none."""
    return _BY_CODE[code]


def table_of(record: Record | type[Record]) -> Table:
    """Return the table that holds this kind of record; KeyError for no table's."""
    kind = record if isinstance(record, type) else type(record)
    return next(t for t in TABLES if t.record is kind)
