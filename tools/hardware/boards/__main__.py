"""`python -m tools.hardware.boards`: both boards into build/hardware/boards, with gerbers, drill, places and pictures.

With `--route`, first route them anew and keep the result in hardware/boards/*.routes.txt.
"""

import sys

from .board import boards
from .build import export, make, route


def main() -> int:
    """Exit status of the command."""
    for name in boards():
        if "--route" in sys.argv[1:]:
            left = route(name)
            print(f"{name}: routed, left over: {', '.join(left) or 'nothing'}")
        path = make(name)
        export(path)
        print(path)
    return 0


sys.exit(main())
