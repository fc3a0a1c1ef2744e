"""`make demo`: the box on virtual hardware, fed with music, and a report of what came out."""
