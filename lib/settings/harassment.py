"""カスハラ対応: the company's policy as data (R40-R42, L20, L21).

The words are ours until a manager writes others in 設定. Lists have one entry a line;
in a line, what stands before the first 「:」 is its short name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.i18n import N_
from lib.schema.vocab import HarassmentKind
from lib.settings.business import BusinessSetting

HARASSMENT: Final = N_("カスハラ対応")
"""区分 of the policy: everybody who answers calls may read it, outsourced people too."""

_PAGE_HELP: Final = N_("「カスハラ対応」のページに出ます。")
_LINES_HELP: Final = N_(
    "一行に一つ書きます。「:」の前が短い名前になります。「カスハラ対応」のページに出ます。"
)
_SAFETY_HELP: Final = N_(
    "一行に一つ、行う順に書きます。受付で「カスハラ」を押すと、すぐ横に出ます。"
)


def _text(field: str, name: str, words: str, help_text: str) -> BusinessSetting:
    return BusinessSetting(
        HARASSMENT, name, help_text, default=words, field=field, kind="script"
    )


STANCE: Final = _text(
    "harassment_stance",
    N_("会社の方針"),
    N_(
        "お客様の正当な申し出には誠実に向き合います。働く人を傷つける言動からは、会社が人を守ります。一人で受け止めることは求めません。"
    ),
    _PAGE_HELP,
)
CRITERIA: Final = _text(
    "harassment_criteria",
    N_("判断の目安"),
    N_(
        "要求の中身: 商品やサービスの落ち度と釣り合っているか。根拠のない要求、契約を大きく超える要求ではないか。\n"
        "言い方・やり方: 要求がもっともでも、言葉・態度・長さ・回数が世間の常識を超えていないか。\n"
        "働く人への影響: 怖い、つらい、仕事が手につかないなど、働く環境が損なわれていないか。"
    ),
    _LINES_HELP,
)
EXAMPLES: Final = _text(
    "harassment_examples",
    N_("よくある言動の例"),
    N_(
        "暴力: たたく、物を投げる、つばを吐く。\n"
        "言葉で傷つける: 脅し、人格の否定、侮辱、差別、私生活や体への発言。\n"
        "威圧する: 大声でどなる、机をたたく、「お前では話にならない」と迫る。\n"
        "しつこく続ける: 断った後も同じ要求を繰り返す、短い間に何度もかける。\n"
        "長くしばる: 電話を切らせない、居座る、呼び出す。\n"
        "行き過ぎた要求: 土下座、理由のない金品、名前や写真のネットへの投稿をちらつかせる。"
    ),
    _LINES_HELP,
)
STEPS: Final = _text(
    "harassment_steps",
    N_("身を守る手順"),
    N_(
        "一人で受けない: 手を挙げる、画面を見せるなどして、近くの人をすぐ呼ぶ。\n"
        "人を替える: 上の人に替わる。替われないときは「確かめて折り返します」と一度切る。\n"
        "やめてほしいと伝える: 下の言い方で、落ち着いて一度だけ伝える。\n"
        "終えると伝えて切る: 続くときは、終えることを伝えて切ってよい。会社が責任を持つ。\n"
        "書き残す: 時刻、言われた言葉、長さを覚えているうちに書く。録音は消さない。\n"
        "知らせる: 管理者・マネージャーに知らせる。身の危険や脅しは、迷わず警察へ。"
    ),
    _SAFETY_HELP,
)
WARNING: Final = _text(
    "harassment_warning",
    N_("やめてほしいと伝える言い方"),
    N_(
        "恐れ入りますが、そのようなお言葉が続きますと、お話をうかがうことができません。"
    ),
    _PAGE_HELP,
)
ENDING: Final = _text(
    "harassment_ending",
    N_("電話を終える言い方"),
    N_(
        "申し訳ございませんが、これ以上お話を続けられませんので、お電話を切らせていただきます。"
    ),
    _PAGE_HELP,
)
EVIDENCE: Final = _text(
    "harassment_evidence",
    N_("残す証拠"),
    N_(
        "録音: 消さずに、置き場所と通話の時刻を控える。\n"
        "日時と長さ: いつ、何分、何回目か。着信の記録を残す。\n"
        "言われた言葉: 要約せず、そのままの言葉で。\n"
        "相手の情報: 名乗り、電話番号、注文番号。\n"
        "メール・チャット: 消さず、画面を写す。\n"
        "SNSの投稿: 消される前に、URLと画面と日時を残す。\n"
        "その場にいた人: 一緒に聞いた人の名前。\n"
        "こちらの対応: 伝えたこと、警告した時刻、切った時刻。"
    ),
    _LINES_HELP,
)
MEASURES: Final = _text(
    "harassment_measures",
    N_("とれる措置"),
    N_(
        "担当を替えた\n二人以上で対応\n電話に出る順を変えた\n書面だけにした\n取引を断った\n委託先と話した\n警察に相談\n弁護士に相談"
    ),
    N_("一行に一つ書きます。相談やフォローの記録で、押して選べます。"),
)
DESK: Final = _text(
    "harassment_desk",
    N_("社内の相談窓口"),
    N_("管理者・マネージャー(このページの「相談する」からも届きます)"),
    _PAGE_HELP,
)
OUTSIDE: Final = _text(
    "harassment_outside",
    N_("警察・弁護士の連絡先"),
    N_(
        "警察(緊急): 110\n警察への相談: #9110(全国共通)\n法律の相談: 法テラス 0570-078374"
    ),
    N_("一行に一つ書きます。顧問弁護士や最寄りの警察署も書いておけます。"),
)
CARE_FROM: Final = BusinessSetting(
    HARASSMENT,
    N_("フォローを数えはじめる日"),
    N_(
        "この日より前のことには、応対した人へのフォローを求めません。はじめの値は、措置が義務になった日です。"
    ),
    default="2026-10-01",
    field="care_from",
    kind="date",
)

TEXTS: Final = (
    STANCE,
    CRITERIA,
    EXAMPLES,
    STEPS,
    WARNING,
    ENDING,
    EVIDENCE,
    MEASURES,
    DESK,
    OUTSIDE,
)
"""Every text, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: its short name, and what there is to say about it."""

    name: str
    words: str = ""


def entries(text: str) -> tuple[Entry, ...]:
    """Return the lines of a list; blank lines and bullets are left out.

    "録音: 消さない。" gives the name "録音"; a line without 「:」 is all name.
    """
    found = []
    for line in text.splitlines():
        name, _colon, words = (
            line.strip().lstrip("・•-").replace("\uff1a", ":").partition(":")
        )
        if name.strip():
            found.append(Entry(name.strip(), words.strip()))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of harassment: what it looks like, and how often it is remembered.

    share_2020, share_2024: of those who remember a nuisance, in percent; None where
    the source that we know does not tell it.
    """

    kind: HarassmentKind
    example: str
    share_2020: float | None
    share_2024: float | None


KINDS: Final = (
    Kind(HarassmentKind.VERBAL_ABUSE, N_("ばか、消えろなどの暴言"), 39.3, 39.8),
    Kind(HarassmentKind.REPETITION, N_("答えた後も同じ話を繰り返す"), 17.1, 13.8),
    Kind(HarassmentKind.THREAT, N_("「家に行くぞ」などの脅し"), 15.0, 14.7),
    Kind(HarassmentKind.AUTHORITARIAN, N_("説教、上からの命令"), 11.2, 10.2),
    Kind(HarassmentKind.LONG_DETENTION, N_("長い時間、電話を切らせない"), 7.8, 11.1),
    Kind(HarassmentKind.SEXUAL, N_("性的な発言、容姿や私生活への質問"), 2.3, 3.7),
    Kind(HarassmentKind.MONEY, N_("理由のない金品や値引きの要求"), 2.1, None),
    Kind(HarassmentKind.VIOLENCE, N_("たたく、物を投げる"), 1.4, None),
    Kind(HarassmentKind.KNEELING, N_("土下座して謝れと迫る"), 0.6, None),
    Kind(HarassmentKind.SNS_SLANDER, N_("名前や写真をネットに書くと言う"), 0.3, 0.8),
    Kind(HarassmentKind.OTHER, N_("上のどれにも当たらないもの"), 2.9, None),
)
"""Every kind, as UAゼンセン asked in 2020 and 2024 (R42); the commonest of 2020 first."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How many people said that they met a nuisance within two years (R41)."""

    year: int
    share: float
    asked: int


SURVEYS: Final = (Survey(2020, 56.7, 26_904), Survey(2024, 46.8, 33_133))
"""26,904 asked in 2020: 15,256 said yes, 11,648 no."""

SURVEY_SOURCE: Final = N_(
    "UAゼンセン「悪質クレーム対策(迷惑行為)アンケート調査結果」2020年・2024年"
)
SURVEY_URL: Final = (
    "https://uazensen.jp/wp-content/uploads/2020/12/"
    "0caec75111f83bd517e16848d3799f4d.pdf"
)
