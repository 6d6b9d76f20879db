"""How soon what is typed is safe."""

import re

from lib.ui import drafting, typing


def test_what_stood_in_a_field_for_five_seconds_is_on_disk():
    found = re.search(r"LONGEST = (\d+);", typing._SCRIPT)

    assert int(found[1]) / 1000 + drafting.EVERY_SECONDS < 5
