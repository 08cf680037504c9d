"""From what a user gives to plain data: YAML with the place of every key, and expressions."""
