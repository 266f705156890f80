"""`python -m pmruntime`."""

from pmruntime.cli import main

main()
