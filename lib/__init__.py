"""Mimamori's library; the order of its layers stands in docs/architecture.md."""
