"""One spelling for the many ways in which Japanese is typed, and its smallest parts.

`spelt` folds width, case and kana kind (`lib.text.folded`), and what people type at will:
long vowel marks (サーバー, サーバ, ｻｰﾊﾞｰ), small kana (キャンセル, キヤンセル), ヴァ and バ,
づ and ず, 3ヶ月 and 3か月. Kana between and behind kanji (取り替え, 取替え, 取替) is not
folded away, because 「届いた箱」 must stay findable by 「届いた」: such words get parts of
both spellings instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.text import folded

Codes = npt.NDArray[np.int64]

BETWEEN: Final = "\x01"
"""Stands between two texts that are taken apart together; no stored text can hold it."""

_KANJI: Final = "一-鿿㐀-䶿々〆"
_ENDINGS: Final = (
    "いえきぎくけげこさしじすせそたちつなねばびべまみむめもゆよらりるれろわっん"
)
"""Kana that people write or leave out between two kanji; no particle is among them."""

# Both begin with what they look for: a look behind at every letter would take longer
# than all the rest.
_MARKS: Final = r"ー\-‐‑–—―−~〜"
_LONG: Final = re.compile(rf"[{_MARKS}](?<=[ぁ-ゖ{_MARKS}][{_MARKS}])")
_MONTHS: Final = re.compile(
    r"[ゖゕけ](?<=[0-9一二三四五六七八九十数][ゖゕけ])(?=[月所年国])"
)
_VU: Final = re.compile("ゔ[ぁぃぇぉ]?")
_VU_AS: Final = {"ゔぁ": "ば", "ゔぃ": "び", "ゔぇ": "べ", "ゔぉ": "ぼ", "ゔ": "ぶ"}
_LARGE: Final = str.maketrans(
    "ぁぃぅぇぉっゃゅょゎゕゖづぢ", "あいうえおつやゆよわかけずじ"
)

_WITHIN: Final = re.compile(rf"(?<=[{_KANJI}])[{_ENDINGS}]{{1,2}}(?=[{_KANJI}])")
_BEHIND: Final = re.compile(
    rf"(?<=[{_KANJI}]{{2}})(?:わせ|らせ|わり|がり|まり|とし|だし|かえ|こみ|つけ|[えせみしりきけいちめれぎげび])"
    rf"(?![{_ENDINGS}])"
)

_IS_KANJI: Final = re.compile(f"[{_KANJI}]").match

_WIDTH: Final = 21
"""Bits that hold any character."""


def spelt(text: str) -> str:
    """Return `text` in the one spelling in which texts are compared; "" stays ""."""
    plain = _MONTHS.sub("か", folded(text))
    plain = _VU.sub(lambda found: _VU_AS[found.group()], plain)
    return _LONG.sub("", plain).translate(_LARGE)


def without_endings(word: str) -> str:
    """Return a spelt word without the kana that may stand in a compound or not.

    取り替え, 取替え and 取替 all become 取替; a word without such kana stays as it is.
    """
    return _BEHIND.sub("", _WITHIN.sub("", word))


def parts_of(texts: Sequence[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return the parts of all texts as numbers, and the place of each one's text.

    Parts are pairs of neighbouring letters, pairs of kanji with one or two endings
    between them, and single kanji; sorted, each once a text. texts: not yet spelt.
    """
    joined = spelt(BETWEEN.join(text.replace(BETWEEN, " ") for text in texts))
    signs = np.frombuffer(joined.encode("utf-32-le"), dtype=np.int32)
    owner = np.cumsum(signs == ord(BETWEEN), dtype=np.int32)
    letter = _are(signs, str.isalnum)
    kanji = _are(signs, _IS_KANJI)
    ending = _are(signs, _ENDINGS.__contains__)
    found = [(signs[kanji].astype(np.int64), owner[kanji])]
    for gap in range(3):
        first = _starts(letter if gap == 0 else kanji, gap)
        for step in range(1, gap + 1):
            first = first[ending[first + step]]
        found.append((_pair(signs[first], signs[first + gap + 1]), owner[first]))
    codes, owners = (np.concatenate(parts) for parts in zip(*found, strict=True))
    # One number for both, so that one sort finds what comes twice (`np.unique` hashes,
    # which takes ten times as long here).
    count = max(len(texts), 1)
    both = np.sort(codes * count + owners)
    both = both[np.diff(both, prepend=-1) != 0]
    return both // count, both % count


def parts(word: str) -> Codes:
    """Return the different parts of one spelt word, for looking them up.

    Pairs of neighbours; of a single kanji itself; of anything else that is one letter,
    none.
    """
    signs = [ord(sign) for sign in word if sign.isalnum()]
    if len(signs) == 1:
        return np.array(
            signs if re.match(f"[{_KANJI}]", chr(signs[0])) else [], np.int64
        )
    pairs = [
        (ord(one) << _WIDTH) | ord(next_one)
        for one, next_one in pairwise(word)
        if one.isalnum() and next_one.isalnum()
    ]
    return np.unique(np.array(pairs, dtype=np.int64))


def _are(
    signs: npt.NDArray[np.int32], is_so: Callable[[str], object]
) -> npt.NDArray[np.bool_]:
    """Return which signs pass a test that is asked once for each different sign."""
    used = np.flatnonzero(np.bincount(signs))
    passed = np.zeros(int(used[-1]) + 1 if len(used) else 0, dtype=bool)
    passed[used] = [bool(is_so(chr(sign))) for sign in used.tolist()]
    return np.asarray(passed[signs], dtype=bool)


def _starts(are: npt.NDArray[np.bool_], gap: int) -> npt.NDArray[np.intp]:
    """Return where a sign passes, and the one behind `gap` others does too."""
    step = gap + 1
    return np.flatnonzero(are[:-step] & are[step:])


def _pair(first: npt.NDArray[np.int32], last: npt.NDArray[np.int32]) -> Codes:
    return (first.astype(np.int64) << _WIDTH) | last
