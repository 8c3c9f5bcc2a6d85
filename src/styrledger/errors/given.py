"""What a caller gave or asked for and cannot have: entries, names, files, packages, ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from styrledger.errors.faults import Fault, StyrledgerError, nearest, quoted


class ClockError(StyrledgerError):
    """A clock gave something else than a datetime with its offset; ``given`` is what it gave."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"the clock gave {quoted(given)}, expected a datetime with its offset,"
            " use a clock such as `lambda: datetime.now(UTC)`"
        )
        self.given = given


class EntriesRefused(StyrledgerError):
    """Nothing was recorded, for each of these faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class UnknownName(StyrledgerError):
    """A question names something that the ledger has never heard of."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.expected = nearest(name, known)
        super().__init__(f"no {kind} {name!r}, expected {self.expected}")
        self.kind = kind
        self.name = name


class UnknownPosition(StyrledgerError):
    """A question names a position that the log has not reached."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(f"no entry #{position}, expected a position from #0 to #{head}")
        self.position = position
        self.head = head


class FileUnreadable(StyrledgerError):
    """A file that was named cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}, expected a file, check the path and its permissions")
        self.path = path
        self.reason = reason


class FileInTheWay(StyrledgerError):
    """Something lies where a file is to be written; ``ours`` is what might be replaced."""

    def __init__(self, path: str, ours: str = "") -> None:
        what = "another file" if ours else "something already"
        free = f"a free path or {ours}" if ours else "a free path"
        super().__init__(f"{path}: there is {what}, expected {free}, choose another path")
        self.path = path
        self.ours = ours


class PolicyError(StyrledgerError):
    """A policy file for controls holds something that is no rule."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class CopyUnreadable(StyrledgerError):
    """An exported copy of a ledger is no copy, is cut off, or was changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class MissingExtraError(StyrledgerError):
    """A package that an optional part needs is not installed; ``extra`` is what to ask pip for."""

    def __init__(self, extra: str, package: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the package {package!r}, which is not installed: "
            f"run `pip install 'styrledger[{extra}]'`"
        )
        self.extra = extra
        self.package = package


class PortInUse(StyrledgerError):
    """The explorer cannot listen on a port; ``reason`` is what the system says."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 cannot be used ({reason}), expected a free one, "
            "choose another with --port, or --port 0 for any"
        )
        self.port = port
        self.reason = reason
