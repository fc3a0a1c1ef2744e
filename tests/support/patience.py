"""How long a test waits for what must come. The limit ends a test that hangs; it measures nothing.

Machines that run other work beside the tests can be twenty times as slow as an idle one.
"""

#: In seconds.
PATIENCE_S = 300
