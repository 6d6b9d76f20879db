"""Promises of the real API that can be broken, to test what falls back on them.

The protocol of the store rests on documented behaviour that nobody has seen recorded;
each switch here makes the emulator behave as if one of those documents were wrong.
"""

import dataclasses


@dataclasses.dataclass
class Quirks:
    """Which promises do not hold.

    Args:
        ids_may_repeat: An explicit id of a named range that exists is accepted and
            replaces the older range.
        partial_batches: Of a batch that fails, the requests before the bad one stay.
        no_sheet_in_response: includeSpreadsheetInResponse is ignored.
        append_below_looks: appendCells counts rows that hold only formats or rules.
    """

    ids_may_repeat: bool = False
    partial_batches: bool = False
    no_sheet_in_response: bool = False
    append_below_looks: bool = False

    def set(self, **switches):
        """Throw switches by name.

        Raises:
            ValueError: There is no such switch.
        """
        for name, value in switches.items():
            if name not in {field.name for field in dataclasses.fields(self)}:
                raise ValueError(f"no such quirk: {name}")
            setattr(self, name, bool(value))
