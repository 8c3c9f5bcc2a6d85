"""The few pieces of SVG that charts are made of, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import attrs

STYLE = """
.chart text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.chart .soft { fill: #59636e }
.chart .end { text-anchor: end }
.chart .middle { text-anchor: middle }
.chart .grid { stroke: #d0d7de; stroke-width: 1; fill: none }
.chart .axis { stroke: #59636e; stroke-width: 1; fill: none }
.chart .line { stroke: #0550ae; stroke-width: 2.5; fill: none }
.chart .then { stroke: #9a3412; stroke-width: 2; stroke-dasharray: 6 4; fill: none }
.chart .dot { fill: #0550ae }
.chart .target { stroke: #9a3412; stroke-width: 2.5; fill: none }
.chart .number { fill: #0550ae; font-weight: 600 }
"""
"""The rules for every class that charts use; a page that may have no inline style serves them."""


@attrs.frozen
class Frame:
    """The size of a picture, and the box in it that is drawn in."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    def share(self, across: float, up: float) -> tuple[float, float]:
        """Return the place of two shares (0 to 1) of the box, from its lower left corner."""
        x = self.left + (self.right - self.left) * across
        y = self.bottom - (self.bottom - self.top) * up
        return round(x, 1), round(y, 1)


def picture(frame: Frame, title: str, description: str, parts: Iterable[str], name: str) -> str:
    """Return a whole picture; ``name`` sets its ids apart from those of others on a page."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" '
        f'viewBox="0 0 {frame.width:g} {frame.height:g}" '
        f'width="{frame.width:g}" height="{frame.height:g}" role="img" '
        f'aria-labelledby="{escape(name)}-title {escape(name)}-desc">'
    )
    title_tag = f'<title id="{escape(name)}-title">{escape(title)}</title>'
    desc_tag = f'<desc id="{escape(name)}-desc">{escape(description)}</desc>'
    return "\n".join([head, title_tag, desc_tag, *parts, "</svg>"]) + "\n"


def text(x: float, y: float, words: str, style: str = "") -> str:
    """Return a line of text."""
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{escape(words)}</text>'


def path(drawn: str, style: str) -> str:
    """Return a line through the places that ``drawn`` names."""
    return f'<path class="{style}" d="{drawn}"/>'


def dot(x: float, y: float, radius: float = 4) -> str:
    """Return a dot."""
    return f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
