"""はじめかた: with pictures, from an empty computer to the first morning."""

from __future__ import annotations

from lib.ui import guide, navigation
from lib.ui.context import guard

desk = guard(*navigation.entry("getting_started").roles)

guide.show(desk)
