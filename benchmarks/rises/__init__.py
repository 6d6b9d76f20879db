"""Simulated companies, detectors to compare with, and how they are scored."""
