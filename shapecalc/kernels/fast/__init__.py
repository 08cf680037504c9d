"""The same arithmetic as the kernels', faster: each module is one way, for arrays that lie with their channels last.

Shapes stay ``(batch, channels, *lengths)``. ``last`` takes an array as it lies, ``first`` shows one so again; so the
direct kernels work on what these give, and these on what the direct kernels give.
"""
