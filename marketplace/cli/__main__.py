"""`python -m marketplace.cli`."""

import sys

from marketplace.cli import main

if __name__ == "__main__":
    sys.exit(main())
