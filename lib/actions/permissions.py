"""Who may do what: THE matrix of role and action, and the one way to ask it.

What is not named here nobody may do but the app itself. Which rows and cells a role
reaches is the other half of the rule and stands in `lib.store.access.RIGHTS`; both are
asked at every action, and either refuses alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from lib.errors import ActionRefused, NotAllowed
from lib.i18n import N_
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.access import LOOKS_ONLY, UserStore

P = ParamSpec("P")
R = TypeVar("R")

Verb = Callable[..., Any]


@unique
class Group(Enum):
    """What an action is about; the value is a catalogue key."""

    TODAY = N_("今日")
    CASES = N_("苦情")
    INQUIRIES = N_("行政問合せ")
    DEADLINES = N_("期限")
    CRISES = N_("重大事案")
    HARASSMENT = N_("カスハラ対応")
    FIGURES = N_("数字")
    RISK = N_("リスクと改善")
    CHECKS = N_("点検")
    INPUT = N_("取込と送信")
    PEOPLE = N_("人とマスタ")
    SETTINGS = N_("設定")


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the matrix.

    label: a catalogue key. roles: who may. changes: whether it writes something, so
    that whoever only looks may not. by_phone: 委託先 only where their centre takes
    complaints (電話報告).
    """

    code: str
    label: str
    group: Group
    roles: frozenset[Role]
    changes: bool = True
    by_phone: bool = False


_ADMIN: Final = frozenset({Role.ADMIN})
_LEADS: Final = frozenset({Role.ADMIN, Role.MANAGER})
_STAFF: Final = _LEADS | {Role.CLERK}
_READERS: Final = _STAFF | {Role.VIEWER}
_CENTRE: Final = frozenset({Role.OUTSOURCED})
_EVERYBODY: Final = _READERS | _CENTRE


def _see(
    code: str,
    label: str,
    group: Group,
    roles: frozenset[Role],
    *,
    by_phone: bool = False,
) -> Permission:
    return Permission(code, label, group, roles, changes=False, by_phone=by_phone)


PERMISSIONS: Final[tuple[Permission, ...]] = (
    _see("open.today", N_("「今日」を見る"), Group.TODAY, _READERS),
    Permission("today.confirm", N_("「確認した」を残す"), Group.TODAY, _STAFF),
    _see("today.past", N_("これまでに誰が確認したかを見る"), Group.TODAY, _LEADS),
    _see("open.ledger", N_("苦情台帳を見る・探す"), Group.CASES, _READERS),
    _see("open.queue", N_("対応待ちを見る"), Group.CASES, _STAFF),
    _see("open.intake", N_("「苦情受付」を開く"), Group.CASES, _STAFF),
    Permission(
        "cases.record",
        N_("苦情を受け付ける"),
        Group.CASES,
        _STAFF | _CENTRE,
        by_phone=True,
    ),
    Permission(
        "cases.edit",
        N_("苦情を直す・対応を残す・約束する"),
        Group.CASES,
        _STAFF | _CENTRE,
        by_phone=True,
    ),
    Permission(
        "cases.close",
        N_("苦情を完了にする"),
        Group.CASES,
        _STAFF | _CENTRE,
        by_phone=True,
    ),
    Permission("cases.cancel", N_("苦情を取り消す"), Group.CASES, _STAFF),
    Permission("cases.bulk", N_("対応待ちをまとめて変える"), Group.CASES, _STAFF),
    Permission("cases.hand_over", N_("引き継ぐ・受ける・戻す"), Group.CASES, _STAFF),
    Permission("cases.ask", N_("社内で聞く・答える"), Group.CASES, _STAFF),
    Permission(
        "cases.reveal", N_("伏せた連絡先を、理由を書いて見る"), Group.CASES, _STAFF
    ),
    Permission(
        "cases.call",
        N_("連絡先の見える件で、電話をかける・メールを書く"),
        Group.CASES,
        _STAFF | _CENTRE,
        by_phone=True,
    ),
    _see(
        "cases.export",
        N_("台帳を書き出す(名前と連絡先は伏せる)"),
        Group.CASES,
        _READERS,
    ),
    _see("cases.dossier", N_("経緯書を作る・取り出す"), Group.CASES, _STAFF),
    _see(
        "cases.dossier_names",
        N_("経緯書に、担当でない件の名前と連絡先を載せる"),
        Group.CASES,
        _LEADS,
    ),
    _see("open.knowledge", N_("知見(過去の解決)を見る・探す"), Group.CASES, _READERS),
    Permission(
        "knowledge.share",
        N_("解決の要約を、お客様の情報を伏せて取り出す"),
        Group.CASES,
        _STAFF,
    ),
    _see("open.inquiries", N_("行政問合せを見る"), Group.INQUIRIES, _READERS),
    Permission(
        "inquiries.record", N_("行政からの連絡を受け付ける"), Group.INQUIRIES, _STAFF
    ),
    Permission(
        "inquiries.work",
        N_("行政問合せを進める(照合・質問・指示・改善)"),
        Group.INQUIRIES,
        _STAFF,
    ),
    Permission(
        "inquiries.answer",
        N_("回答を書く・承認を頼む・回答する"),
        Group.INQUIRIES,
        _STAFF,
    ),
    Permission(
        "inquiries.approve",
        N_("回答を承認する・差し戻す(書いた人のほかの人)"),
        Group.INQUIRIES,
        _STAFF,
    ),
    Permission(
        "inquiries.end", N_("行政問合せを終える・開き直す"), Group.INQUIRIES, _STAFF
    ),
    _see("open.deadlines", N_("期限を見る"), Group.DEADLINES, _STAFF),
    Permission(
        "deadlines.work",
        N_("期限を確かめる・動かす・済ませる"),
        Group.DEADLINES,
        _STAFF,
    ),
    _see(
        "deadlines.calendar",
        N_("期限をカレンダーのファイルで受け取る"),
        Group.DEADLINES,
        _STAFF,
    ),
    Permission(
        "deadlines.feed",
        N_("カレンダーの購読アドレスを決める"),
        Group.DEADLINES,
        _LEADS,
    ),
    _see("open.crisis", N_("重大事案を見る"), Group.CRISES, _STAFF),
    Permission("crises.work", N_("重大事案を開く・進める"), Group.CRISES, _STAFF),
    Permission("crises.end", N_("重大事案を終える・開き直す"), Group.CRISES, _STAFF),
    _see(
        "open.harassment",
        N_("カスハラ対応の方針を見る"),
        Group.HARASSMENT,
        _STAFF | _CENTRE,
    ),
    Permission(
        "care.consult", N_("自分のことを相談する"), Group.HARASSMENT, _STAFF | _CENTRE
    ),
    _see("care.see", N_("相談と声かけの予定を見る"), Group.HARASSMENT, _LEADS),
    Permission(
        "care.note", N_("声かけ・相談を聞いたことを残す"), Group.HARASSMENT, _LEADS
    ),
    _see("open.kpis", N_("KPIを見る"), Group.FIGURES, _EVERYBODY),
    _see("open.analysis", N_("分析を見る・書き出す"), Group.FIGURES, _READERS),
    _see(
        "open.kpi_entry", N_("日次KPIの入力画面を開く"), Group.FIGURES, _STAFF | _CENTRE
    ),
    Permission(
        "kpis.enter", N_("日次KPIを入れる・確定する"), Group.FIGURES, _STAFF | _CENTRE
    ),
    _see("kpis.report", N_("日報と月の表を受け取る"), Group.FIGURES, _STAFF | _CENTRE),
    Permission("kpis.ask", N_("日の数字について聞く(差戻し)"), Group.FIGURES, _LEADS),
    Permission(
        "kpis.answer", N_("日の数字への質問に答える"), Group.FIGURES, _STAFF | _CENTRE
    ),
    Permission("kpis.targets", N_("KPIの目標を決める"), Group.FIGURES, _LEADS),
    _see("open.monthly", N_("月次の画面を開く"), Group.FIGURES, _LEADS | _CENTRE),
    _see(
        "monthly.make", N_("月次報告を作る・取り出す"), Group.FIGURES, _LEADS | _CENTRE
    ),
    Permission("monthly.comment", N_("月次報告に所見を書く"), Group.FIGURES, _LEADS),
    _see("open.risk", N_("リスクを見る"), Group.RISK, _READERS),
    Permission("risk.decide", N_("警報を確かめる・終える"), Group.RISK, _LEADS),
    Permission(
        "risk.finish", N_("自分に頼まれた調べものを済ませる"), Group.RISK, _STAFF
    ),
    Permission("risk.months", N_("昔の月の件数を入れる"), Group.RISK, _LEADS),
    _see("open.problems", N_("多発している問題を見る"), Group.RISK, _READERS),
    _see("open.improvements", N_("施策・改善を見る"), Group.RISK, _READERS),
    Permission("measures.work", N_("施策・改善を残す・直す"), Group.RISK, _STAFF),
    _see("open.page_checks", N_("ページ点検を見る"), Group.CHECKS, _STAFF),
    Permission("pages.check", N_("ページを点検する"), Group.CHECKS, _STAFF),
    _see("open.inspections", N_("毎月の点検を見る"), Group.CHECKS, _STAFF),
    Permission(
        "inspections.sign", N_("毎月の点検に署名する・開き直す"), Group.CHECKS, _LEADS
    ),
    _see("open.data_check", N_("データ点検を見る"), Group.CHECKS, _STAFF),
    Permission("data.mend", N_("データの直しを保存する"), Group.CHECKS, _STAFF),
    Permission(
        "data.accept_loss",
        N_("シートから消えた行を、消えたままでよいと決める"),
        Group.CHECKS,
        _LEADS,
    ),
    _see("open.excel_import", N_("Excel取込を開く"), Group.INPUT, _LEADS | _CENTRE),
    Permission("import.run", N_("ファイルを取り込む"), Group.INPUT, _LEADS | _CENTRE),
    Permission(
        "import.undo",
        N_("取込を取り消す(委託先は自センターの分)"),
        Group.INPUT,
        _LEADS | _CENTRE,
    ),
    _see("open.outbox", N_("送信待ちを見る"), Group.INPUT, _STAFF | _CENTRE),
    Permission(
        "outbox.decide",
        N_("送れなかった保存を送り直す・捨てる"),
        Group.INPUT,
        _STAFF | _CENTRE,
    ),
    _see("open.documents", N_("文書を読む・探す"), Group.PEOPLE, _READERS),
    Permission("documents.write", N_("文書を書く・直す"), Group.PEOPLE, _STAFF),
    Permission(
        "documents.read", N_("自分が文書を読んだことを残す"), Group.PEOPLE, _STAFF
    ),
    _see(
        "open.people",
        N_("「人と研修」を開く(担当は自分の分)"),
        Group.PEOPLE,
        _STAFF,
    ),
    _see("people.see", N_("全員の仕事の量と約束・研修を見る"), Group.PEOPLE, _LEADS),
    Permission("people.train", N_("研修を受けたことを残す"), Group.PEOPLE, _LEADS),
    _see("open.members", N_("メンバーを開く"), Group.PEOPLE, _LEADS),
    Permission(
        "members.edit", N_("メンバーを直す・使えなくする"), Group.PEOPLE, _LEADS
    ),
    _see("open.invitations", N_("招待の状況を見る"), Group.PEOPLE, _LEADS),
    Permission("members.invite", N_("招待のリンクを作る"), Group.PEOPLE, _LEADS),
    _see("members.look_as", N_("ほかの役割の見え方を確かめる"), Group.PEOPLE, _LEADS),
    _see("open.centres", N_("センターを開く"), Group.PEOPLE, _LEADS),
    Permission("centres.edit", N_("センターを直す"), Group.PEOPLE, _LEADS),
    Permission("centres.file", N_("センターのファイルを作る"), Group.PEOPLE, _LEADS),
    _see("open.products", N_("商品を開く"), Group.PEOPLE, _STAFF),
    Permission("products.edit", N_("商品を直す"), Group.PEOPLE, _STAFF),
    _see("open.setup", N_("「設定・点検」を開く"), Group.SETTINGS, _READERS),
    _see(
        "open.getting_started", N_("「はじめかた」を開く"), Group.SETTINGS, _EVERYBODY
    ),
    Permission(
        "first_week.put_away",
        N_("はじめの一週間の一覧をしまう"),
        Group.SETTINGS,
        _LEADS,
    ),
    _see("open.settings", N_("設定を見る"), Group.SETTINGS, _LEADS),
    Permission("settings.edit", N_("設定と規則を変える"), Group.SETTINGS, _LEADS),
    _see("open.privacy", N_("「個人情報」を開く"), Group.SETTINGS, _LEADS),
    Permission(
        "archive.run",
        N_("終わった年の苦情を保管する・保管から戻す"),
        Group.SETTINGS,
        _LEADS,
    ),
    Permission(
        "privacy.anonymise",
        N_("保存期間の過ぎたもの・本人の求めのあったものを匿名化する"),
        Group.SETTINGS,
        _LEADS,
    ),
    Permission(
        "privacy.export",
        N_("本人の求めに応じて、その人について残しているものを取り出す"),
        Group.SETTINGS,
        _LEADS,
    ),
    _see("open.notices", N_("通知の状況を見る"), Group.SETTINGS, _LEADS),
    Permission("notices.try", N_("通知を試しに送る"), Group.SETTINGS, _LEADS),
    _see("open.audit", N_("操作ログの画面を開く"), Group.SETTINGS, _LEADS),
    _see("audit.see", N_("操作ログを見る"), Group.SETTINGS, _LEADS),
    Permission(
        "audit.export", N_("操作ログを書き出す"), Group.SETTINGS, _LEADS, changes=False
    ),
    Permission("audit.accept", N_("操作ログの違いを承知する"), Group.SETTINGS, _ADMIN),
    _see("open.permissions", N_("この権限の表を見る"), Group.SETTINGS, _LEADS),
    _see("open.dictionary", N_("データ辞書を見る"), Group.SETTINGS, _READERS),
    _see("open.connect", N_("Googleシートへの接続を開く"), Group.SETTINGS, _ADMIN),
    Permission(
        "store.connect", N_("Googleシートを保存先として整える"), Group.SETTINGS, _ADMIN
    ),
    Permission("sample.manage", N_("見本の一年を入れる・消す"), Group.SETTINGS, _ADMIN),
)
"""The whole matrix, in the order in which it is read."""

_BY_CODE: Final[Mapping[str, Permission]] = {line.code: line for line in PERMISSIONS}


def permission(code: str) -> Permission:
    """Return a line of the matrix; KeyError for none."""
    return _BY_CODE[code]


def roles_of(code: str) -> tuple[Role, ...]:
    """Return who may do it, in the order of the roles; KeyError where it is no line."""
    return tuple(role for role in Role if role in permission(code).roles)


def may(who: Principal | None, code: str) -> bool:
    """Whether a person may do it as far as the role decides; nobody signed in may not.

    Which rows they may do it to the store decides.
    """
    line = permission(code)
    return who is SYSTEM or (who is not None and who.role in line.roles)


def refuse(who: Principal | None, *codes: str) -> None:
    """Refuse whoever may do none of these.

    Raises:
        NotAllowed: it is not for this person.
        ActionRefused: it would be, but they only look with the eyes of another.
    """
    allowed = [code for code in codes if may(who, code)]
    if who is None or not allowed:
        raise NotAllowed
    if who.only_looks and all(permission(code).changes for code in allowed):
        raise ActionRefused(LOOKS_ONLY)


def needs(
    *codes: str, of: Callable[[Any], UserStore] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a verb: before anything else, its person must be allowed one of `codes`.

    The person is the argument `who` where the verb has one, else the principal of its
    first `UserStore`. Where several codes are named, the verb asks which one it is.

    of: makes a desk of the first argument, where that may be the bare store.
    """
    for code in codes:
        permission(code)

    def guarded(verb: Callable[P, R]) -> Callable[P, R]:
        place, name = _actor_of(verb)

        @wraps(verb)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = args[place] if place < len(args) else kwargs.get(name)
            desk = of(actor) if of and actor is not None else actor
            _ask(desk, codes)
            return verb(*args, **kwargs)

        asked.__dict__["permissions"] = codes
        return asked

    return guarded


def _ask(desk: object, codes: Sequence[str]) -> None:
    """Refuse as `refuse`; who tried to change something past the screen is noted."""
    try:
        refuse(_principal(desk), *codes)
    except NotAllowed:
        changes = all(permission(code).changes for code in codes)
        if changes and isinstance(desk, UserStore) and not desk.principal.only_looks:
            desk.note_refusal("")
        raise


def system_only(verb: Callable[P, R]) -> Callable[P, R]:
    """Guard a verb that no person does: the first start, what runs by itself."""
    place, name = _actor_of(verb)

    @wraps(verb)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        actor = args[place] if place < len(args) else kwargs.get(name)
        if _principal(actor) is not SYSTEM:
            raise NotAllowed
        return verb(*args, **kwargs)

    asked.__dict__["permissions"] = ()
    return asked


def permissions_of(verb: Verb) -> tuple[str, ...] | None:
    """Return what a verb needs: () for the system's own, None where nothing guards it."""
    found: tuple[str, ...] | None = getattr(verb, "permissions", None)
    return found


def _actor_of(verb: Verb) -> tuple[int, str]:
    """Return place and name of the argument that tells who acts."""
    names = inspect.signature(verb).parameters
    desks = [
        name
        for name, spec in names.items()
        if name == "who" or "UserStore" in str(spec.annotation)
    ]
    actor = "who" if "who" in desks else desks[0]
    return list(names).index(actor), actor


def _principal(actor: object) -> Principal | None:
    match actor:
        case UserStore():
            return actor.principal
        case Principal():
            return actor
        case _:
            return None
