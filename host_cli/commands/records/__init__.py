"""Commands that finish a record: check, album, delivery, translation, proof and catalogue."""
