"""`python -m tools.hardware.boards`: writes both boards into build/hardware/boards, with gerbers, drill files, placements and
pictures. With `--route`, first routes them again and stores the result in hardware/boards/*.routes.txt.
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
