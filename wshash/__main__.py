"""The command line: ``python -m wshash COMMAND``."""

import sys

from wshash.study.cli import main

if __name__ == "__main__":
    sys.exit(main())
