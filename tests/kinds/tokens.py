"""Between maps and tokens, in many settings."""

SETTINGS = {}

OPS = []

COUNTED = []

FAULTS = []

NO_FAULTS = set()

ORACLES = []
