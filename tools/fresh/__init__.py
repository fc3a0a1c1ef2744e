"""Runs `make demo` and `make test` on bare installations of Debian, as a person with a new computer would.

`python3 -m tools.fresh` needs root, mmdebstrap and the standard library only. Each installation contains git, make and python3,
and nothing else that the Makefile could use.
"""
