"""Signing in: keys, the door, providers, invitations."""
