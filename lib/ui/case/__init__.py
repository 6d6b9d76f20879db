"""One complaint on the screen: read it, follow it up, edit it."""

from lib.ui.case.view import show

__all__ = ["show"]
