"""`make demo`: runs a simulated box with music at its input and reports what happened."""
