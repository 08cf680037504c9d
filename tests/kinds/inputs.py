"""The inputs that kinds are tried on."""

FLAT, LINE, LONG, IMAGE, VOLUME = (12,), (4, 11), (2, 40), (4, 7, 9), (2, 5, 6, 7)

SMALL = (3, 4, 4)
"""48 elements, whose operations can be worked out in the head."""

ELEMENTWISE = [(given, {"": None}) for given in (FLAT, LINE, IMAGE, VOLUME)]


def each(**times):
    """Operations of every element of SMALL."""
    return {kind: 48 * count for kind, count in times.items()}
