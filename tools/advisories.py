"""Hold the pinned versions against the advisories that are known here.

    python -m tools.advisories

This is no audit. The usual tool asks a server on the Internet; without one it says
that nothing could be audited, and ends well. This one knows `advisories.toml` alone,
says how many of the pinned packages that is, and ends badly where it is none.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parent.parent
PINS: Final = ("requirements.txt", "requirements-dev.txt", "requirements-scan.txt")


@dataclass(frozen=True, slots=True)
class Advisory:
    """One thing known of a package. fixed: since which version; "" for not yet."""

    package: str
    id: str
    about: str
    fixed: str
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was held against what.

    held: advisories of pinned packages. covered, pinned: numbers of packages with an
    advisory, and of all. open: advisories without a mended version, which somebody has
    to judge. below: those whose mending the pinned version lacks.
    """

    held: int
    covered: int
    pinned: int
    open: tuple[Advisory, ...]
    below: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether anything was held, and nothing was below."""
        return self.held > 0 and not self.below


def known(path: Path = ROOT / "advisories.toml") -> list[Advisory]:
    """Return the advisories; empty for a list of none.

    Raises:
        KeyError: one of them lacks a part.
    """
    listed = tomllib.loads(path.read_text("utf-8")).get("advisory", [])
    return [
        Advisory(
            package=canonicalize_name(one["package"]),
            id=one["id"],
            about=one["about"],
            fixed=one["fixed"],
            source=one["source"],
        )
        for one in listed
    ]


def pinned(names: Iterable[str] = PINS) -> dict[str, set[Version]]:
    """Return package → its pinned versions, over all files of pins."""
    found: dict[str, set[Version]] = {}
    for name in names:
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if not line or line.lstrip().startswith("#"):
                continue
            wanted = Requirement(line)
            exact = {Version(p.version) for p in wanted.specifier if p.operator == "=="}
            found.setdefault(canonicalize_name(wanted.name), set()).update(exact)
    return found


def held(
    advisories: Sequence[Advisory], versions: Mapping[str, Iterable[Version]]
) -> Found:
    """Hold versions against advisories; of a package nobody pins nothing is said."""
    ours = [one for one in advisories if one.package in versions]
    below = [
        f"{one.package} {version} lacks {one.fixed}: {one.id}, {one.about}"
        for one in ours
        for version in versions[one.package]
        if one.fixed and version < Version(one.fixed)
    ]
    return Found(
        held=len(ours),
        covered=len({one.package for one in ours}),
        pinned=len(versions),
        open=tuple(one for one in ours if not one.fixed),
        below=tuple(below),
    )


def main() -> int:
    """Print what was found; 0 where it is good."""
    found = held(known(), pinned())
    for line in found.below:
        print(line)
    for one in found.open:
        print(f"not mended, to be judged: {one.package}: {one.id}, {one.about}")
    print(
        f"{found.held} known advisories held against {found.covered} of"
        f" {found.pinned} pinned packages; of the other"
        f" {found.pinned - found.covered} nothing is known here."
    )
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
