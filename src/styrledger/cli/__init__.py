"""The command line: parse, call, print."""

from styrledger.cli.app import main

__all__ = ["main"]
