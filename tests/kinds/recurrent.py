"""Embeddings and recurrent layers in many settings."""

SETTINGS = {}

OPS = []

COUNTED = []

FAULTS = []

NO_FAULTS = set()

ORACLES = []
