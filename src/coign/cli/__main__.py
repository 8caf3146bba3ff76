"""`python -m coign.cli`: the same as `coign`."""

import sys

from coign.cli.program import main

sys.exit(main())
