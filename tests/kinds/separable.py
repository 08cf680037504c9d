"""Convolutions taken apart, in many settings."""

SETTINGS = {}

OPS = []

COUNTED = []

FAULTS = []

NO_FAULTS = set()

ORACLES = []
