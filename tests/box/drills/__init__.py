"""The drills: tests that run inside a guest, against the real `burnishd`. tests/box/test_drills.py starts them."""
