"""What a complaint says: its content words with weights, without whoever said it.

A text is cut into words by SudachiPy with its small dictionary, which lies beside it as
a package, so that nothing is asked elsewhere. Words are counted in their normalised
spelling (ひび割れ = ヒビワレ); each brings its kanji along (漏れ shares 漏 with 液漏れ) and
the dictionary's groups of words of one meaning. What a verb denies is a feature of its own:
出ない is not 出る. Names of people and places, numbers and addresses are left out.
"""

from __future__ import annotations

import re
import sys
import threading
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sudachipy import Morpheme, Tokenizer

NOUN, VERB, ADVERB = "名詞", "動詞", "副詞"

_WEIGHTS: Final[Mapping[str, float]] = {
    NOUN: 1.0,
    VERB: 0.7,
    "形容詞": 1.0,
    "形状詞": 1.0,
    ADVERB: 0.5,
}
"""Kind of word → how much it says; others say nothing by themselves."""

KANJI_WEIGHT: Final = 0.8
MEANING_WEIGHT: Final = 0.6
"""What a kanji of a word, and its group of one meaning, count beside the word itself."""

_DENIALS: Final = frozenset({"ない", "無い", "ず", "ぬ", "まい"})
_DENIAL_WITHIN: Final = 2
"""Words after a verb in which it is denied: 届か-ない, 届い-て-ない."""

# Words that every clerk uses of every complaint, in the dictionary's spelling.
_SAID_OF_ANYTHING: Final = frozenset(
    [
        "為る",
        "居る",
        "有る",
        "無い",
        "成る",
        "言う",
        "事",
        "物",
        "所",
        "由",
        "為",
        "様",
        "方",
        "頂く",
        "下さる",
        "呉れる",
        "貰う",
        "思う",
        "見る",
        "出来る",
        "来る",
        "行く",
        "日",
        "月",
        "年",
        "回",
        "個",
        "本",
        "箱",
        "円",
        "分",
        "時",
        "後",
        "前",
        "中",
        "上",
        "下",
        "何",
        "此れ",
        "其れ",
        "どれ",
        "其の",
        "此の",
        "もう",
        "又",
        "未だ",
        "全然",
        "とても",
        "凄い",
        "御客様",
        "客",
        "御",
        "良い",
        "悪い",
        "御座る",
        "致す",
        "申し出る",
        "申し出",
        "希望",
        "商品",
        "連絡",
        "問い合わせ",
        "案内",
        "件",
        "旨",
    ]
)

_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+|\S*\d[\d\-]{3,}\S*")
_KANJI: Final = re.compile("[\u4e00-\u9fff]")
_BLANK: Final = re.compile(r"\s+")

LONGEST: Final = 2_000
"""Characters of a text that are read; a pasted exchange of mails says it at the start."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one text says.

    features: feature → weight. `w:` a word, `n:` a verb that is denied, `c:` a kanji,
        `m:` a group of words of one meaning.
    shown: feature `w:` or `n:` → how the text writes it, to be read by people.
    """

    features: Mapping[str, float]
    shown: Mapping[str, str]


NOTHING: Final = Said({}, {})


def said(text: str) -> Said:
    """Return what a text says; `NOTHING` for one without content words."""
    words = _tokens(plain(text)[:LONGEST])
    features: dict[str, float] = {}
    shown: dict[str, str] = {}
    for place, word in enumerate(words):
        weight = _weight(word)
        if not weight:
            continue
        followers = words[place + 1 : place + 1 + _DENIAL_WITHIN]
        if word.kind == VERB and any(f.normal in _DENIALS for f in followers):
            name = f"n:{word.normal}"
            if followers[0].base == "ない":
                shown.setdefault(name, f"{word.surface}ない")
            _raise(features, name, weight)
        shown.setdefault(sys.intern(f"w:{word.normal}"), sys.intern(word.base))
        _raise(features, f"w:{word.normal}", weight)
        for kanji in _KANJI.findall(word.normal):
            _raise(features, f"c:{kanji}", KANJI_WEIGHT * weight)
        for meaning in word.meanings:
            _raise(features, f"m:{meaning}", MEANING_WEIGHT * weight)
    return Said(features, shown) if features else NOTHING


def plain(text: str) -> str:
    """Return a text in one width, without addresses and long numbers."""
    return _BLANK.sub(" ", _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)))


def people_in(text: str) -> list[str]:
    """Return the names of persons that a text addresses: 山田 of 山田様, never お客様."""
    found, name = [], ""
    for word in _tokens(text[:LONGEST]):
        if _PERSON in word.finer:
            name += word.surface
            continue
        if name and word.surface in _ADDRESSED:
            found.append(name)
        name = ""
    return found


def features_of(texts: Iterable[str]) -> frozenset[str]:
    """Return every feature of some texts: of names of products, which tell no problem."""
    return frozenset(feature for text in texts for feature in said(text).features)


KEPT: Final = 8_000
"""Texts of which a `Reader` remembers what they say."""


class Reader:
    """Reads texts, each only once: of a new complaint only its own text is read.

    Kept is what the texts asked for last say, by their hash, never the texts: about 4 kB
    each, at most `KEPT`. Usable from many threads.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = threading.Lock()
        self._known: dict[int, Said] = {}

    def read(self, texts: Collection[str]) -> list[Said]:
        """Return what each text says; those asked for longest ago are forgotten."""
        with self._lock:
            known = dict(self._known)
        found = []
        for text in texts:
            mark = hash(text)
            one = known.pop(mark, None) or said(text)
            known[mark] = one
            found.append(one)
        kept = dict(islice(known.items(), max(len(known) - KEPT, 0), None))
        with self._lock:
            self._known = kept
        return found


# The tokenizer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Word:
    surface: str
    base: str
    normal: str
    kind: str
    finer: tuple[str, ...]
    meanings: tuple[int, ...]


_cutting = threading.Lock()


@cache
def _tokenizer() -> Tokenizer:
    """Load the dictionary when it is first needed: about 0.1 s, 100 MB mapped."""
    from sudachipy import Dictionary

    return Dictionary(dict="small").tokenizer()


def _tokens(text: str) -> list[_Word]:
    with _cutting:
        return [_word(morpheme) for morpheme in _tokenizer().tokenize(text)]


def _word(found: Morpheme) -> _Word:
    kind, *finer = found.part_of_speech()
    return _Word(
        found.surface(),
        found.dictionary_form(),
        found.normalized_form(),
        kind,
        tuple(finer[:2]),
        tuple(found.synonym_group_ids()),
    )


_PERSON: Final = "人名"
_PERSON_OR_PLACE: Final = frozenset({_PERSON, "地名"})
_ADDRESSED: Final = frozenset(
    {"様", "さま", "さん", "氏", "君", "くん", "ちゃん", "殿"}
)


def _weight(word: _Word) -> float:
    """Return how much a word says; 0 for what tells of no problem."""
    if "数詞" in word.finer or _PERSON_OR_PLACE & set(word.finer):
        return 0.0
    if word.normal in _SAID_OF_ANYTHING:
        return 0.0
    if len(word.normal) == 1 and not _KANJI.match(word.normal):
        return 0.0
    return _WEIGHTS.get(word.kind, 0.0)


def _raise(features: dict[str, float], name: str, weight: float) -> None:
    name = sys.intern(name)
    features[name] = max(features.get(name, 0.0), weight)
