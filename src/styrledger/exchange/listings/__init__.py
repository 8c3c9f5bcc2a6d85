"""Answers as tables with typed columns: the lists that people open in a spreadsheet."""
