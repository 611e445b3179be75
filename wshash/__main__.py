"""The command line: ``python -m wshash study|claims|data|search|bench|notebooks``."""

import sys

from wshash.study.cli import main

if __name__ == "__main__":
    sys.exit(main())
