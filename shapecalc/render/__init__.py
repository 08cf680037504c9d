"""Text for people and programs, made here and nowhere else."""
