"""施策・改善: from an idea to a figure that has moved, or has not.

`proposing` begins one, `moving` takes it from state to state, `figures` are what one may
want to move, `judging` tells whether it did, `keeping` does what needs no person.
"""

from __future__ import annotations

from lib.actions.improving.proposing import Scope, propose

__all__ = ["Scope", "propose"]
