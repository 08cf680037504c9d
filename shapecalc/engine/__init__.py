"""The engine: it runs a network in NumPy. ``engine.run.run(graph)`` is the verb, ``engine.ways`` the rule."""
