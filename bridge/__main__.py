"""`python -m bridge` is `kairan`."""

import sys

from bridge.cli import main

sys.exit(main())
