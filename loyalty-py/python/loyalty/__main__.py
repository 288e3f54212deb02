"""``python -m loyalty``."""

import sys

from loyalty.cli import main

if __name__ == "__main__":
    sys.exit(main())
