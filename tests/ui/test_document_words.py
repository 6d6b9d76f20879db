"""Of what people write into a document only headings, points and steps are alive."""

from __future__ import annotations

import pytest

from lib.text import inert
from lib.ui.documents.words import body_markdown


def test_headings_points_and_steps_are_drawn_as_such():
    text = "# はじめに\n- 復唱する\n・待つ\n1. 聞く\n２．伝える\n\nふつうの行"

    lines = [line for line in body_markdown(text).split("\n") if line.strip()]

    assert [line.strip() for line in lines] == [
        "**はじめに**",
        "- 復唱する",
        "- 待つ",
        "1. 聞く",
        "2. 伝える",
        "ふつうの行",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "1.5倍に薄めて使う",
        "0.5%を超えたら医師へ",
        "-18℃以下で保管",
        "１．５倍",
        "*印の商品",
    ],
)
def test_a_number_or_a_word_is_no_point_and_no_step(line):
    assert body_markdown(line).strip() == inert(line)


@pytest.mark.parametrize("before", ["", "# ", "- ", "1. "])
@pytest.mark.parametrize(
    "hostile",
    [
        "![x](https://evil.example/a.png)",
        "[押す](javascript:alert(1))",
        "<script>alert(1)</script>",
        ":red[偽の警告] :material/error:",
        "$x^2$ | a | b |",
        "https://evil.example",
        "> 引用",
        "```python",
    ],
)
def test_nothing_else_is(before, hostile):
    drawn = body_markdown(before + hostile).strip()

    assert inert(hostile) in drawn
    rest = drawn.replace(inert(hostile), "", 1)
    assert set(rest) <= set("*-1. ")
