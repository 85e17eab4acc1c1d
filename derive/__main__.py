"""`python -m derive`."""

import sys

from derive.commands.cli import main

sys.exit(main())
