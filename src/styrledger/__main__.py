"""Run the command line with ``python -m styrledger``."""

from styrledger.cli import main

main(prog_name="styrledger")
