"""Arithmetic as a sheet of small functions of integers, each for one axis and with its source.

The letters: ``n`` length, ``k`` taps, ``s`` stride, ``d`` dilation, ``p`` padding before, ``q`` padding after,
``o`` output length, ``c`` channels, ``g`` groups, ``f`` filters, ``r`` reach of a window or size of a field,
``j`` jump, ``b`` batch.
"""
