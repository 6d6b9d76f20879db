"""Emulators and clients for the emulator's own tests."""

import pytest

from tests.emulator.calls import Api
from tests.sheets_api import Clock, Emulator

NOON = 1_793_674_800.0  # 2026-11-03 12:00 in Tokyo


@pytest.fixture
def emulator():
    with Emulator(clock=Clock(NOON)) as running:
        yield running


@pytest.fixture
def api(emulator):
    """An en_US spreadsheet with the tab Sheet1."""
    return Api(emulator.url, emulator.create(tabs=["Sheet1"], locale="en_US"))


@pytest.fixture
def japanese(emulator):
    """A ja_JP spreadsheet with the tab 苦情."""
    return Api(emulator.url, emulator.create(tabs=["苦情"]))
