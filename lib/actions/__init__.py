"""Verbs that change something, and proposals; no screen and no storage in here."""
