"""Resizing and shuffling in many settings."""

SETTINGS = {}

OPS = []

COUNTED = []

FAULTS = []

NO_FAULTS = set()

ORACLES = []
