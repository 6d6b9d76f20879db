"""はじめかた: every step has its picture, and the files beside the app are up to date."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from lib.i18n import LANGUAGES, speaking
from lib.reports.guide import drawings
from lib.reports.guide.chapters import CHAPTERS, PICTURES, picture_of
from lib.reports.guide.paper import written
from tools.guide import PAPERS, names
from tools.serve import ROOT

MOST_BYTES = 1_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_for_whoever_has_no_running_app_is_what_the_source_says(language):
    path, to_root = PAPERS[language]
    kept = (ROOT / path).read_text(encoding="utf-8")
    assert kept == written(language, to_root=to_root)
    assert kept.count("<img ") == len(names())
    for name in names():
        said = f'src="{to_root}lib/reports/guide/pictures/{name}.{language}.webp"'
        assert said in kept


def test_every_picture_is_there_in_both_languages_and_all_together_are_small():
    files = {picture_of(name, language) for name in names() for language in LANGUAGES}
    assert files == set(PICTURES.iterdir())
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    for file in files:
        with Image.open(file) as picture:
            assert picture.format == "WEBP"


def test_every_drawing_is_well_formed_used_and_told_to_whoever_cannot_see_it():
    steps = [step for chapter in CHAPTERS for step in chapter.steps]
    assert {s.drawing for s in steps if s.drawing} == set(drawings.codes())
    assert all(step.alt for step in steps if step.drawing or step.picture)
    for code in drawings.codes():
        for language in LANGUAGES:
            with speaking(language):
                assert ET.fromstring(drawings.drawn(code)).tag.endswith("svg")
