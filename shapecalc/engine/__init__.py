"""The engine: it runs a network in NumPy. ``engine.run.run(graph)`` is the verb; the other modules prepare for it."""
