"""Commands that talk to a box: its settings, meters, health and service."""
