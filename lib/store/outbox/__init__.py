"""Saves kept on this machine until the shared store has them."""

from lib.store.outbox.store import OutboxStore

__all__ = ["OutboxStore"]
