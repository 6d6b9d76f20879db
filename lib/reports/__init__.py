"""Frames in, files out. Nothing here reads a store or knows a screen."""
