"""お客様の声: survey, review, SNS and opinion box exports become complaints and wishes.

A list of voices is recognised by its headers (a text beside a score, an account or an
address of a post) or because a person says so. Each row is a complaint, a wish, or
neither: a low score is a complaint, a word of wishing a wish, any other score praise or
neutral; without a score, or with a word of harm or trouble beside a score that is not
low, a person decides. Rows that are neither are counted by reason and left out. What remains is written as rows of 苦情台帳, so that everything after
(problems by cell, duplicates, undoing) is the import's own.

Of who spoke, only what an answer needs is taken: mail, telephone and order number of
complaints. Names and accounts are left in the file unless a person asks for them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from lib import clock
from lib.actions.importing.headers import DEEPEST_HEADER, comparable
from lib.actions.importing.orders import day_of_cell
from lib.files.reading import Sheet, SourceFile
from lib.i18n import N_
from lib.metrics.pairs import symptoms_of
from lib.metrics.wishes import is_complaint, is_wish
from lib.schema.complaint import Complaint
from lib.schema.vocab import Channel, Choice, ComplaintKind
from lib.text import folded, one_line, storable


class VoiceKind(Choice):
    """Where a list of voices comes from; 受付経路 of its rows."""

    SURVEY = Channel.SURVEY.value
    REVIEW = Channel.REVIEW.value
    SNS = Channel.SNS.value
    OPINION_BOX = Channel.OPINION_BOX.value


class Part(Choice):
    """What a column of such a list holds."""

    AT = N_("日時")
    SCORE = N_("点数・星")
    TITLE = N_("題名")
    TEXT = N_("本文")
    PRODUCT = N_("商品")
    URL = N_("投稿のURL")
    CONTACT = N_("連絡先")
    ORDER = N_("注文番号")
    SPEAKER = N_("お名前・アカウント")


class Becomes(Choice):
    """What a row of such a list becomes."""

    COMPLAINT = N_("苦情")
    WISH = N_("要望")
    NEITHER = N_("取り込まない")
    UNDECIDED = N_("まだ決めていない")


class Why(Choice):
    """Why a row becomes what it becomes, unless a person decided."""

    LOW = N_("点数が低い")
    WISHES = N_("要望の言葉がある")
    PRAISE = N_("点数が高い(お褒め)")
    NEUTRAL = N_("点数がふつう")
    SILENT = N_("文がない(点数だけ)")
    NO_SCORE = N_("点数がないので、人が決める")
    REVERSED = N_("1が満足の点数らしいので、人が決める")
    MAY_WISH = N_("要望らしい(点数がないので、人が決める)")
    HARM = N_("けが・体調の言葉があるので、人が決める")
    TROUBLE = N_("困りごとの言葉があるので、人が決める")
    BY_HAND = N_("人が決めた")
    THERE = N_("同じ声が登録済み")


_NAMES: Final[Mapping[Part, str]] = {
    Part.AT: "タイムスタンプ 日時 日付 回答日時 回答日 投稿日時 投稿日 投稿日付 レビュー日 レビュー日時 受信日時 記入日 timestamp date createdat publishedat postedat reviewdate submittedat",
    Part.SCORE: "点数 満足度 総合満足度 総合評価 評価 評点 星 星の数 スコア 推奨度 おすすめ度 score rating stars star nps csat",
    Part.TITLE: "題名 タイトル 件名 レビュータイトル 見出し title subject",
    Part.TEXT: "自由記述 自由回答 フリーコメント ご意見 ご意見ご要望 ご意見ご感想 ご要望 コメント 感想 ご感想 本文 レビュー レビュー本文 レビュー内容 口コミ クチコミ 口コミ内容 投稿内容 投稿 投稿本文 ツイート ポスト テキスト 理由 評価の理由 text body comment comments content review reviewtext post message tweet feedback",
    Part.PRODUCT: "商品 商品名 商品コード 品番 品名 製品 製品名 対象商品 product productname sku item",
    Part.URL: "URL 投稿URL リンク レビューURL ポストURL ツイートURL permalink link",
    Part.CONTACT: "メール メールアドレス 電話 電話番号 連絡先 email mail phone",
    Part.ORDER: "注文番号 受注番号 注文ID 注文No ordernumber orderid orderno",
    Part.SPEAKER: "アカウント アカウント名 ユーザー ユーザー名 ユーザーID 投稿者 投稿者名 レビュアー レビュー投稿者 ニックネーム 氏名 お名前 名前 回答者 account username user handle author reviewer name screenname",
}
"""Headers that such lists have, divided by blanks."""

_NOT_VOICES: Final = "着信 着信数 応答 応答数 対応状況 受付番号 内容分類 次の約束"
"""Headers of a ledger or of figures: such a list was kept by us, nobody's own voice."""

_KEPT_BESIDE: Final = "状態 ステータス 担当 担当者 対応者"
"""Headers of a ledger that the tool of a survey or of reviews may write as well; they
tell of a ledger only where nothing tells of voices."""

_TOLD_BY_NAME: Final[Mapping[VoiceKind, re.Pattern[str]]] = {
    VoiceKind.OPINION_BOX: re.compile(r"意見箱|目安箱|投書|opinion|suggestion"),
    VoiceKind.REVIEW: re.compile(r"れびゅ|口こみ|くちこみ|review"),
    VoiceKind.SNS: re.compile(r"sns|投稿|ついーと|twitter|instagram|listening"),
    VoiceKind.SURVEY: re.compile(r"満足度|あんけーと|nps|survey|ふぉーむの回答"),
}
_TOLD_BY_HEADERS: Final[Mapping[VoiceKind, re.Pattern[str]]] = {
    VoiceKind.REVIEW: re.compile(
        r"れびゅ|口こみ|くちこみ|^星|^stars?$|^rating$|review"
    ),
    VoiceKind.SNS: re.compile(
        r"あかうんと|account|handle|tweet|ついーと|投稿url|screenname"
    ),
    VoiceKind.SURVEY: re.compile(
        r"満足度|推奨度|nps|csat|たいむすたんぷ|timestamp|自由記述|自由回答"
    ),
}
"""What headers say, most telling kind first."""

SCALES: Final = (3, 5, 7, 10, 100)
"""Best scores that lists use; the lowest that no row exceeds is taken."""

_WORDED: Final[Mapping[str, int]] = {
    folded(word): score
    for score, words in {
        1: "非常に不満 とても不満 大変不満 悪い 非常に悪い",
        2: "不満 やや不満 やや悪い",
        3: "普通 ふつう どちらともいえない どちらでもない",
        4: "満足 やや満足 良い やや良い",
        5: "非常に満足 とても満足 大変満足 非常に良い とても良い",
    }.items()
    for word in words.split()
}
"""Answers in words, out of five."""
_WORDED_BEST: Final = 5

_STARS: Final = re.compile(r"^([★⭐]+)([☆✩]*)$")
_EMOJI_MARK: Final = "\ufe0f"
"""Follows a star that is drawn as a picture."""
_OUT_OF: Final = re.compile(r"^(\d{1,3}(?:\.\d+)?)\s*[/／]\s*(\d{1,3})")
_NAMED_BEST: Final = tuple(
    map(
        re.compile,
        [
            r"(?<!\d)(\d{1,3})\s*(?:点?満点|段階|点中|点法|つ星)",
            r"(?<!\d)[01](?!\d)\D{0,15}?(?:[~〜–—]|から)\D{0,10}?(\d{1,3})(?!\d)",
            r"(?<!\d)(\d{1,3})(?!\d)\D{0,10}?(?:[~〜–—]|から)\D{0,15}?[01](?!\d)",
            r"\(\s*[01]\s*-\s*(\d{1,3})\s*\)",
        ],
    )
)
"""How headers name the best score: 「5点満点」, 「10段階」, 「0〜10」, 「5:満足〜1:不満」."""
_REVERSED: Final = re.compile(
    r"(?<!\d)1(?!\d)[\s:.=・]*(?:とても|非常に|大変|やや)?(?:満足|良い|よい)"
)
"""How a header says that one, and not the highest score, is the best."""
_BESTS: Final = range(3, 101)
_RECOMMENDS: Final = re.compile(r"推奨|nps")
_RECOMMENDED: Final = 10
"""Who would recommend something is asked from 0 to 10."""
_NUMBER: Final = re.compile(
    r"^[星★⭐]?\s*(\d{1,3}(?:\.\d+)?)\s*(?:点|つ星|つ|stars?)?(?!\d)"
)
_PRAISED: Final = 0.75
"""From this share of the best score on a voice is praise, and not just neutral."""

_HEADERS: Final = tuple(
    Complaint.field(name).label
    for name in (
        "received_at",
        "channel",
        "kind",
        "product_code",
        "content",
        "order_number",
        "contact",
        "customer_name",
        "note",
    )
)
_FEWEST_PARTS: Final = 2
_TELLING: Final = frozenset({Part.SCORE, Part.URL, Part.SPEAKER})
"""Parts that a list of voices has and a ledger seldom."""

_NOTHING_SAID: Final = frozenset(
    map(
        folded,
        [
            "なし",
            "無し",
            "特になし",
            "特に無し",
            "とくになし",
            "特にありません",
            "ありません",
            "特にないです",
            "n/a",
            "none",
            "no",
        ],
    )
)
"""Texts of people who had nothing to say but had to fill the field."""

_LONGEST_HEADER: Final = 40

Columns = Mapping[Part, tuple[int, ...]]
"""Which column holds which part, for 本文 several; a part that the list lacks is not in
it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes a complaint or a wish of a voice.

    up_to: share of the best score (0 to 1) up to which it is a complaint. wishes: words
    of wishing, folded. troubles: words, folded, of what no score but a low one settles:
    money, cancelling, what did not come, how somebody was treated. harms: words, folded,
    of health and safety, beside the symptoms that `lib.metrics.pairs` knows.
    """

    up_to: float
    wishes: tuple[str, ...]
    troubles: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person decided about a list; the default takes it as recognised.

    kind: None where nobody said. is_none: whether a person said it is no list of
    voices. columns: code of the part by comparable header, "" for a column that is nothing. best:
    the best score; 0 as recognised. rows: by number of the row. keeps_speaker: whether
    names and accounts of complaints are taken.
    """

    kind: VoiceKind | None = None
    is_none: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    best: int = 0
    rows: Mapping[int, Becomes] = field(default_factory=dict)
    keeps_speaker: bool = False


AS_RECOGNISED: Final = Chosen()


@dataclass(frozen=True, slots=True)
class Voice:
    """One row of a list. row: counts from 1 as in the sheet. score: None for none.

    text: the free texts; of a list with several, each after its header. said: the same
    without the headers, by which it is judged.
    """

    row: int
    said_at: Any
    score: float | None
    title: str
    text: str
    said: str
    product: str
    url: str
    contact: str
    order_number: str
    speaker: str
    becomes: Becomes
    why: Why

    @property
    def words(self) -> str:
        """What was said, the title before the text unless the text repeats it."""
        if not self.title or self.text.startswith(self.title):
            return self.text
        return f"{self.title}\n{self.text}".strip()


@dataclass(frozen=True, slots=True)
class Heard:
    """A sheet that is a list of voices, and what becomes of each of them.

    header: index of its header row. headers: of all columns. best: the best score, 0
    where the list has none. unread: index of each column that no part is read from, and
    how many rows have something in it. is_best_guessed: whether nothing but the scores
    themselves tells the best one.
    """

    sheet: str
    kind: VoiceKind
    header: int
    headers: tuple[str, ...]
    columns: Columns
    best: int
    voices: tuple[Voice, ...]
    unread: Mapping[int, int] = field(default_factory=dict)
    is_best_guessed: bool = False

    def count(self, becomes: Becomes) -> int:
        """Return how many rows become that."""
        return sum(voice.becomes is becomes for voice in self.voices)

    @property
    def left_out(self) -> Mapping[Why, int]:
        """Why rows are left out, and how many for each reason."""
        return Counter(
            voice.why for voice in self.voices if voice.becomes is Becomes.NEITHER
        )


Known = frozenset[tuple[str, str, str]]
"""Channel, day (ISO, "" for none) and folded words of what is in the ledger."""


def known_in(complaints: pd.DataFrame) -> Known:
    """Return the voices that the ledger has already, whatever they were taken for."""
    channels = [kind.value for kind in VoiceKind]
    rows = complaints[
        (is_complaint(complaints) | is_wish(complaints))
        & complaints["channel"].isin(channels)
    ]
    days = rows["received_at"].dt.strftime("%Y-%m-%d").fillna("")
    return frozenset(
        (str(channel), str(day), folded(str(words)))
        for channel, day, words in zip(
            rows["channel"], days, rows["content"], strict=True
        )
    )


def hear(
    file: SourceFile,
    rules: Rules,
    chosen: Mapping[str, Chosen] | None = None,
    known: Known = frozenset(),
) -> tuple[Heard, ...]:
    """Return the sheets of `file` that are lists of voices; () for none.

    Args:
        file: as it was read.
        rules: what makes a complaint or a wish.
        chosen: what a person decided, by the name of the sheet.
        known: what the ledger has already (`known_in`).
    """
    said = chosen or {}
    found = (
        _heard(file, sheet, rules, said.get(sheet.name, AS_RECOGNISED), known)
        for sheet in file.sheets
    )
    return tuple(heard for heard in found if heard is not None)


def as_ledger(
    file: SourceFile, heard: Sequence[Heard], chosen: Mapping[str, Chosen]
) -> SourceFile:
    """Return the file with each list of voices as rows of 苦情台帳.

    The digest names the same content, whatever was decided.
    """
    by_name = {one.sheet: one for one in heard}
    sheets = tuple(
        _ledger(sheet, by_name[sheet.name], chosen.get(sheet.name, AS_RECOGNISED))
        if sheet.name in by_name
        else sheet
        for sheet in file.sheets
    )
    return replace(file, sheets=sheets)


# Recognising a list -----------------------------------------------------------------


def _heard(
    file: SourceFile, sheet: Sheet, rules: Rules, chosen: Chosen, known: Known
) -> Heard | None:
    if chosen.is_none:
        return None
    found = _header(sheet, chosen)
    if found is None:
        return None
    at, columns = found
    headers = headers_of(sheet.rows[at])
    kind = chosen.kind or _kind(file, sheet, headers, columns)
    if kind is None:
        return None
    rows = [
        (number, row)
        for number, row in enumerate(sheet.rows[at + 1 :], at + 2)
        if any(_text(cell) for cell in row)
    ]
    scale, is_reversed = _Scale(), False
    if Part.SCORE in columns:
        cells = [_cell(row, columns, Part.SCORE) for _n, row in rows]
        asked = headers[columns[Part.SCORE][0]]
        scale = _scale(asked, cells, chosen.best)
        is_reversed = _REVERSED.search(folded(asked)) is not None
    best = scale.best
    voices = (_voice(number, row, columns, headers, best) for number, row in rows)
    judged = (
        replace(voice, becomes=Becomes.NEITHER, why=Why.THERE)
        if _key(kind, voice) in known
        else _judged(voice, best, rules, chosen, is_reversed=is_reversed)
        for voice in voices
    )
    unread = _unread([row for _number, row in rows], columns)
    return Heard(
        sheet.name,
        kind,
        at,
        headers,
        columns,
        best,
        tuple(judged),
        unread,
        is_best_guessed=scale.is_guess,
    )


def _unread(rows: Sequence[Sequence[Any]], columns: Columns) -> Mapping[int, int]:
    """Return how many rows say something in each column that nothing is read from."""
    read = _read(columns)
    filled = Counter(
        at
        for row in rows
        for at, cell in enumerate(row)
        if at not in read and _text(cell)
    )
    return dict(sorted(filled.items()))


def _read(columns: Mapping[Part, Sequence[int]]) -> set[int]:
    return {at for places in columns.values() for at in places}


def _header(sheet: Sheet, chosen: Chosen) -> tuple[int, Columns] | None:
    """Return the row of headers and what its columns hold; None for no list."""
    best: tuple[int, Columns] | None = None
    for at, row in enumerate(sheet.rows[:DEEPEST_HEADER]):
        columns = _columns(row, chosen)
        fewest = 1 if chosen.kind else _FEWEST_PARTS
        if Part.TEXT not in columns or len(columns) < fewest:
            continue
        if best is None or len(columns) > len(best[1]):
            best = at, columns
    if best is None or (
        not chosen.kind and _is_kept_by_us(sheet.rows[best[0]], best[1])
    ):
        return None
    return best


def _is_kept_by_us(header: Sequence[Any], columns: Columns) -> bool:
    """Whether the headers are those of a ledger or of figures of our own."""
    names = {_plain(cell) for cell in header}
    doubtful = set() if _TELLING & columns.keys() else _plain_words(_KEPT_BESIDE)
    return bool(names & (_plain_words(_NOT_VOICES) | doubtful))


def _columns(row: Sequence[Any], chosen: Chosen) -> Columns:
    """Return what the columns hold, by what a person said, else by the headers."""
    found: dict[Part, list[int]] = {}
    names = [_plain(cell) for cell in row]
    for index, name in enumerate(names):
        part = Part.from_code(chosen.columns.get(name, "")) if name else None
        if part is Part.TEXT:
            found.setdefault(part, []).append(index)
        elif part is not None:
            found[part] = [index]
    told = {index for index, name in enumerate(names) if name in chosen.columns}
    for part, spellings in _by_part().items():
        at = next(
            (
                index
                for spelling in spellings
                for index, name in enumerate(names)
                if name == spelling and index not in told
            ),
            None,
        )
        if at is not None and part not in found and at not in _read(found):
            found[part] = [at]
    for part in (Part.SCORE, Part.TEXT):
        if part not in found:
            _add_question(part, names, told, found)
    if Part.TEXT in found:
        _add_texts(names, told, found)
    return {part: tuple(places) for part, places in found.items()}


_QUESTIONS: Final[Mapping[Part, re.Pattern[str]]] = {
    Part.SCORE: re.compile(
        r"^(?!.*(?:理由|自由)).*(?:満足度|満足して|お?すすめ|薦め|推奨|nps|何点|評価|点数|rating|score)"
    ),
    Part.TEXT: re.compile(
        r"自由に|ご意見|ご要望|ご感想|お聞かせ|お書き|教えてください|こめんと|理由|comment|feedback"
    ),
}
"""Words of the questions that the form of a survey writes above its columns."""

_MORE_TEXT: Final = re.compile(
    r"自由|ご意見|ご要望|ご感想|感想|こめんと|理由|不満|不便|困っ|お困り|気にな|良かった|よかった|悪かった|良い点|悪い点|改善|comment|feedback"
)
"""Words of questions that ask for free text beside another one."""
_ANSWERED: Final = re.compile(
    r"返信|返答|社内|対応(?:内容|履歴|めも)|(?:しょっぷ|店舗|当店|出品者)(?:から)?の?こめんと|reply|response"
)
"""Words above what we wrote ourselves under a voice, which is nobody's voice."""


def _add_question(
    part: Part, names: Sequence[str], told: set[int], found: dict[Part, list[int]]
) -> None:
    for index, name in enumerate(names):
        free = index not in told and index not in _read(found)
        if free and _QUESTIONS[part].search(name):
            found[part] = [index]
            return


def _add_texts(
    names: Sequence[str], told: set[int], found: dict[Part, list[int]]
) -> None:
    """Take every other column of free text too, in the order of the list."""
    spellings = _by_part()[Part.TEXT]
    taken = _read(found) | told
    more = [
        index
        for index, name in enumerate(names)
        if index not in taken
        and not _ANSWERED.search(name)
        and not _QUESTIONS[Part.SCORE].search(name)
        and (name in spellings or _MORE_TEXT.search(name))
    ]
    found[Part.TEXT] = sorted([*found[Part.TEXT], *more])


def _kind(
    file: SourceFile, sheet: Sheet, headers: Sequence[str], columns: Columns
) -> VoiceKind | None:
    """Return where a list comes from; None where nothing says that it is one."""
    names = [name for header in headers if (name := _plain(header))]
    for text in (sheet.name, file.name):
        for kind, words in _TOLD_BY_NAME.items():
            if words.search(folded(text)):
                return kind
    if not _TELLING & columns.keys():
        return None
    for kind, words in _TOLD_BY_HEADERS.items():
        if any(words.search(name) for name in names):
            return kind
    if Part.SCORE in columns:
        return VoiceKind.REVIEW if Part.TITLE in columns else VoiceKind.SURVEY
    return VoiceKind.SNS if Part.URL in columns else None


# Reading a row ----------------------------------------------------------------------


def score_of(cell: Any, best: int = 0) -> float | None:
    """Return the score in a cell, on the list's own scale; None for none.

    「★★☆☆☆」 is 2, "4/5" is 4, 「不満」 is 2 of five. A score that names its own best
    is turned into the list's scale; 「★★」 names none and is 2 on any scale.
    """
    score, own_best = _scored(cell)
    if score is None or not best or not own_best:
        return score
    return score * best / own_best


def _scored(cell: Any) -> tuple[float | None, int]:
    """Return the score in a cell and the best that it names itself; 0 for none."""
    if isinstance(cell, bool):
        return None, 0
    if isinstance(cell, int | float):
        return (float(cell) if cell == cell else None), 0  # noqa: PLR0124 - not a number
    text = unicodedata.normalize("NFKC", _text(cell)).replace(_EMOJI_MARK, "")
    if (worded := _WORDED.get(folded(text))) is not None:
        return worded, _WORDED_BEST
    if stars := _STARS.match(text):
        return len(stars[1]), len(text) if stars[2] else 0
    if out_of := _OUT_OF.match(text):
        return float(out_of[1]), int(out_of[2])
    number = _NUMBER.match(text)
    return (float(number[1]) if number else None), 0


@dataclass(frozen=True, slots=True)
class _Scale:
    """The best score of a list. is_guess: whether nothing but the scores tells it."""

    best: int = 0
    is_guess: bool = False


def _scale(header: str, cells: Sequence[Any], chosen: int) -> _Scale:
    """Return the best score: as a person says, the header, the cells, or the scores."""
    if chosen:
        return _Scale(chosen)
    found = [_scored(cell) for cell in cells]
    plain = [score for score, own in found if score is not None and not own]
    own = {own for score, own in found if score is not None and own}
    most = max(plain, default=0.0)
    named = _best_in(header)
    if named and most <= named:
        return _Scale(named)
    if own and not plain:
        return _Scale(max(own))
    # Three is rare, and a list of bad marks out of five looks like it.
    usual = SCALES[1:]
    best = next((scale for scale in usual if most <= scale), usual[-1])
    return _Scale(best, is_guess=bool(plain) and best not in own)


def _best_in(header: str) -> int:
    """Return the best score that the header of a column names; 0 for none."""
    text = folded(header)
    for pattern in _NAMED_BEST:
        if (found := pattern.search(text)) and int(found[1]) in _BESTS:
            return int(found[1])
    return _RECOMMENDED if _RECOMMENDS.search(text) else 0


def _voice(
    number: int,
    row: Sequence[Any],
    columns: Columns,
    headers: Sequence[str],
    best: int,
) -> Voice:
    def said(part: Part) -> str:
        return _said(_cell(row, columns, part))

    texts = _texts(row, columns)
    several = len(columns[Part.TEXT]) > 1
    return Voice(
        row=number,
        said_at=_moment(_cell(row, columns, Part.AT)),
        score=score_of(_cell(row, columns, Part.SCORE), best),
        title=said(Part.TITLE),
        text="\n".join(
            f"{one_line(headers[at], _LONGEST_HEADER)}: {text}" if several else text
            for at, text in texts.items()
        ),
        said="\n".join([said(Part.TITLE), *texts.values()]).strip(),
        product=said(Part.PRODUCT),
        url=said(Part.URL),
        contact=said(Part.CONTACT),
        order_number=said(Part.ORDER),
        speaker=said(Part.SPEAKER),
        becomes=Becomes.UNDECIDED,
        why=Why.NO_SCORE,
    )


def _texts(row: Sequence[Any], columns: Columns) -> Mapping[int, str]:
    """Return the free texts of a row by column; what says nothing or repeats is left."""
    found: dict[int, str] = {}
    for at in columns[Part.TEXT]:
        text = _said(row[at] if at < len(row) else None)
        repeats = any(folded(text) == folded(other) for other in found.values())
        if not _says_nothing(text) and not repeats:
            found[at] = text
    return found


def _says_nothing(text: str) -> bool:
    words = folded(text)
    return not words.strip("。.-ー—・") or words.strip("。.") in _NOTHING_SAID


def _said(cell: Any) -> str:
    return storable(_text(cell)).strip()


def _judged(
    voice: Voice, best: int, rules: Rules, chosen: Chosen, *, is_reversed: bool
) -> Voice:
    becomes, why = _becomes(voice, best, rules)
    if is_reversed and why is not Why.SILENT:
        becomes, why = Becomes.UNDECIDED, Why.REVERSED
    if voice.row in chosen.rows and voice.words:
        becomes, why = chosen.rows[voice.row], Why.BY_HAND
    return replace(voice, becomes=becomes, why=why)


def _key(kind: VoiceKind, voice: Voice) -> tuple[str, str, str]:
    return kind.value, _day(voice.said_at), folded(voice.words)


def _becomes(voice: Voice, best: int, rules: Rules) -> tuple[Becomes, Why]:
    words = folded(voice.said)
    if _says_nothing(voice.said):
        return Becomes.NEITHER, Why.SILENT
    # A score beyond the best says that one of the two was read wrongly.
    scored = voice.score is not None and 0 <= voice.score <= best and best > 0
    share = voice.score / best if scored and voice.score is not None else 0.0
    if scored and share <= rules.up_to:
        return Becomes.COMPLAINT, Why.LOW
    if any(harm in words for harm in rules.harms) or symptoms_of("", voice.said):
        return Becomes.UNDECIDED, Why.HARM
    if any(trouble in words for trouble in rules.troubles):
        return Becomes.UNDECIDED, Why.TROUBLE
    wishes = any(wish in words for wish in rules.wishes)
    if not scored:
        return Becomes.UNDECIDED, Why.MAY_WISH if wishes else Why.NO_SCORE
    if wishes:
        return Becomes.WISH, Why.WISHES
    return Becomes.NEITHER, Why.PRAISE if share >= _PRAISED else Why.NEUTRAL


def _moment(cell: Any) -> Any:
    """Return a moment that says its own time zone as Tokyo's; anything else as it is."""
    text = unicodedata.normalize("NFKC", _text(cell)) if isinstance(cell, str) else ""
    if not re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", text):
        return cell
    try:
        moment = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return cell
    return clock.in_tokyo(moment).replace(tzinfo=None) if moment.tzinfo else cell


def _day(said_at: Any) -> str:
    found: date | None = day_of_cell(said_at)
    return found.isoformat() if found else ""


# Writing it down --------------------------------------------------------------------


def _ledger(sheet: Sheet, heard: Heard, chosen: Chosen) -> Sheet:
    """Return the sheet as rows of 苦情台帳, each in the line where it was said."""
    kept = {
        voice.row: voice
        for voice in heard.voices
        if voice.becomes in (Becomes.COMPLAINT, Becomes.WISH)
    }
    blank: tuple[Any, ...] = ()
    rows: list[tuple[Any, ...]] = [blank] * len(sheet.rows)
    rows[heard.header] = _HEADERS
    for number, voice in kept.items():
        rows[number - 1] = tuple(_cells(voice, heard, chosen))
    return Sheet(sheet.name, tuple(rows), guarded=sheet.guarded, hidden=sheet.hidden)


def _cells(voice: Voice, heard: Heard, chosen: Chosen) -> Iterator[Any]:
    is_complaint_ = voice.becomes is Becomes.COMPLAINT
    yield voice.said_at
    yield heard.kind.value
    yield (ComplaintKind.FIRST if is_complaint_ else ComplaintKind.WISH).value
    yield voice.product
    yield voice.words
    # Nobody answers a wish: it needs no address.
    yield voice.order_number if is_complaint_ else ""
    yield voice.contact if is_complaint_ else ""
    yield voice.speaker if is_complaint_ and chosen.keeps_speaker else ""
    yield _note(voice, heard)


def _note(voice: Voice, heard: Heard) -> str:
    score = "" if voice.score is None else f"{voice.score:g}/{heard.best}点"
    return " ".join(part for part in (score, voice.url) if part)


def _cell(row: Sequence[Any], columns: Columns, part: Part) -> Any:
    at = columns[part][0] if part in columns else len(row)
    return row[at] if at < len(row) else None


def _plain(cell: Any) -> str:
    return comparable(cell).replace("_", "").replace("-", "").replace(" ", "")


def _plain_words(words: str) -> set[str]:
    return set(map(_plain, words.split()))


def _by_part() -> Mapping[Part, tuple[str, ...]]:
    return {part: tuple(map(_plain, names.split())) for part, names in _NAMES.items()}


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


# What was said before ---------------------------------------------------------------

_BETWEEN: Final = " › "
_GROUP: Final = "お客様の声"
_COLUMN: Final = "列"
_KIND: Final = "種類"
_LONGEST: Final = 200


def column_name(header: str) -> str:
    """Return the 名前 under which 「取込の対応」 remembers a column of such lists."""
    return _BETWEEN.join([_GROUP, _COLUMN, one_line(header, _LONGEST)])


def kind_name(headers: Sequence[str]) -> str:
    """Return the 名前 under which the kind of lists with these headers is remembered."""
    return _BETWEEN.join([_GROUP, _KIND, one_line("・".join(headers), _LONGEST)])


def matched_in(
    learned: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> tuple[dict[str, str], VoiceKind | None]:
    """Return what was said of columns in earlier lists, and of lists like this one.

    Columns: code of the part, or "" for one that is nothing, by comparable header.
    """
    columns = {}
    start = _BETWEEN.join([_GROUP, _COLUMN, ""])
    for name, value in learned.items():
        if name.startswith(start):
            part = Part.from_text(value)
            columns[_plain(name.removeprefix(start))] = part.code if part else ""
    kinds = (
        VoiceKind.from_text(learned.get(kind_name(headers_of(row)), ""))
        for row in rows[:DEEPEST_HEADER]
    )
    return columns, next((kind for kind in kinds if kind), None)


def headers_of(row: Sequence[Any]) -> tuple[str, ...]:
    """Return the texts of a row of headers."""
    return tuple(_text(cell) for cell in row)
