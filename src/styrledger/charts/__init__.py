"""Charts as SVG: drawn by rule from figures and days, without script, font or file from outside.

A chart never says what its caller does not also say in text; its colours only repeat what lines,
dots and numbers tell.
"""
