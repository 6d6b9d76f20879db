"""文例: what one can say at each step of a call, and what to beware of (R31–R40).

The words are ours until a manager writes others in 設定: a row of the group 「文例」
with the script's name. In a script, a name in braces stands for what is typed in the
form: {商品}, {要望}, {約束}, {お客様}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lib.i18n import N_, _
from lib.settings.business import BusinessSetting

SCRIPTS: Final = N_("文例")
"""区分 of what one can say."""

_STEP_HELP: Final = N_(
    "受付の横に、電話の進みに合わせて出ます。{商品}{要望}{約束}{お客様} は、入力したことに置き換わります。"
)
_CAUTION_HELP: Final = N_("受付の横に、気をつけることとして出ます。")


def _script(field: str, name: str, words: str, help_text: str) -> BusinessSetting:
    return BusinessSetting(
        SCRIPTS, name, help_text, default=words, field=field, kind="script"
    )


APOLOGY: Final = _script(
    "script_apology",
    N_("①短いお詫び"),
    N_("ご不快な思いをさせてしまい、申し訳ありません。お話をうかがわせてください。"),
    _STEP_HELP,
)
FACTS: Final = _script(
    "script_facts",
    N_("②事実を聴く"),
    N_("どこで、何に、どなたがお困りか、どうなればよいかをお聞かせください。"),
    _STEP_HELP,
)
QUESTIONS: Final = _script(
    "script_questions",
    N_("③聞き残しを聞く"),
    N_("念のため、二、三うかがってもよろしいでしょうか。"),
    _STEP_HELP,
)
READ_BACK: Final = _script(
    "script_read_back",
    N_("④復唱する"),
    N_(
        "確かめさせてください。{商品}について、ご希望は「{要望}」、{約束}、でよろしいでしょうか。"
    ),
    _STEP_HELP,
)
THANKS: Final = _script(
    "script_thanks",
    N_("④お詫びと感謝"),
    N_(
        "ご迷惑をおかけして申し訳ありませんでした。お知らせくださり、ありがとうございます。"
    ),
    _STEP_HELP,
)
STEPS: Final = (APOLOGY, FACTS, QUESTIONS, READ_BACK, THANKS)
"""What one says, in the order of a call."""

CAUTIONS: Final = (
    _script(
        "caution_fault",
        N_("注意1 非を確かめる"),
        N_("内容についてのお詫びは、こちらの非を確かめてから。"),
        _CAUTION_HELP,
    ),
    _script(
        "caution_deny",
        N_("注意2 否定しない"),
        N_("お客様を否定せず、できるところまで要望をくむ。"),
        _CAUTION_HELP,
    ),
    _script(
        "caution_guess",
        N_("注意3 憶測しない"),
        N_("分からないことは答えず、知っている人に確かめてから。"),
        _CAUTION_HELP,
    ),
    _script(
        "caution_harassment",
        N_("注意4 カスハラ"),
        N_("暴言・脅しが続くときは一人で受けず、上の人に代わる。"),
        _CAUTION_HELP,
    ),
)
"""What to beware of during a call."""

_MANNER_HELP: Final = N_(
    "センターや役所からの電話の横に、話し方として出ます。{回答期限} は、社内の回答期限に置き換わります。"
)

AGENCY_MANNERS: Final = (
    _script(
        "agency_listen",
        N_("行政1 聴く"),
        N_("強い口調でも反論せず、最後まで聴いて書き取る。"),
        _MANNER_HELP,
    ),
    _script(
        "agency_read_back",
        N_("行政2 復唱する"),
        N_("「復唱いたします。…ということでよろしいでしょうか。」"),
        _MANNER_HELP,
    ),
    _script(
        "agency_no_verdict",
        N_("行政3 その場で決めない"),
        N_("その場では、認めることも否定することもしない。"),
        _MANNER_HELP,
    ),
    _script(
        "agency_others",
        N_("行政4 ほかのお客様"),
        N_("ほかのお客様のこと、確かめていない数字は話さない。"),
        _MANNER_HELP,
    ),
    _script(
        "agency_promise",
        N_("行政5 折り返す"),
        N_("「確認のうえ、{回答期限}までに折り返しご連絡いたします。」"),
        _MANNER_HELP,
    ),
)
"""How one speaks with an agency, in the order of the call (R10, R15)."""

QUALIFIED_GROUPS: Final = _script(
    "qualified_groups",
    N_("適格消費者団体の数"),
    N_("全国26団体"),
    N_("行政問合せの「だれがだれの後ろにいるか」に出ます。"),
)
"""How many there are changes from year to year, so it is a text (R6)."""

EVERY: Final = (*STEPS, *CAUTIONS, *AGENCY_MANNERS, QUALIFIED_GROUPS)

_HOLE: Final = re.compile(r"\{([^{}\s]{1,8})\}")
_UNSAID: Final = "…"


def spoken(script: str, typed: Mapping[str, str]) -> str:
    """Return a script with what is typed in place of its names in braces.

    What is not typed yet stands as 「…」; braces around anything else stay.
    """

    def filled(found: re.Match[str]) -> str:
        return typed[found[1]] or _UNSAID if found[1] in typed else found[0]

    return _HOLE.sub(filled, script)


def words_of(setting: BusinessSetting, value: str) -> str:
    """Return the words to show: ours in the person's language, a manager's as written."""
    return _(setting.default) if value == setting.default else value
