"""`python -m pmgen`."""

from pmgen.cli import main

main()
