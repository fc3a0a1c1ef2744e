"""The software of the box. The laptop tool uses parts of it, therefore importing this package loads nothing else."""
