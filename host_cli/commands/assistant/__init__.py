"""Commands that suggest a master: from references, and from the mix alone."""
