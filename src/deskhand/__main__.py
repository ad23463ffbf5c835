"""`python -m deskhand` is the same as `deskhand`."""

import sys

if __name__ == "__main__":
    # Not at the top: worker processes import this module as well, and need no command line.
    from deskhand.cli import main

    sys.exit(main())
