"""Convolutions whose weights are not shared everywhere, in many settings."""

SETTINGS = {}

OPS = []

COUNTED = []

FAULTS = []

NO_FAULTS = set()

ORACLES = []
