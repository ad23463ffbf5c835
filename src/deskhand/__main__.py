"""`python -m deskhand` is the same as `deskhand`."""

import sys

from deskhand.cli import main

if __name__ == "__main__":
    sys.exit(main())
