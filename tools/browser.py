"""See to it that the browser tests find Chromium and Japanese letters.

    python -m tools.browser

What the system has is used. What is missing comes from apt where this process
may install, and the browser otherwise from Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/usr/bin",
    "/usr/local/bin",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
CHOSEN_BY = "CHROMIUM"
"""Environment variable that names another browser of the Chromium family."""

FONT_PACKAGE = "fonts-noto-cjk"
BROWSER_PACKAGE = "chromium"


def system_chromium() -> str | None:
    """Return the path of a Chromium that starts, or None if the system has none.

    Starting matters: Ubuntu's `chromium-browser` is a note about snap.
    """
    for candidate in _candidates():
        if _starts(candidate):
            return candidate
    return None


def has_japanese_font() -> bool:
    """Whether a page in Japanese shows letters rather than boxes."""
    lister = shutil.which("fc-list")
    if lister is None:
        return sys.platform in ("darwin", "win32")
    found = subprocess.run(
        [lister, ":lang=ja", "family"], capture_output=True, check=False
    )
    return bool(found.stdout.strip())


def prepare() -> None:
    """Install what is missing.

    Raises:
        SystemExit: no browser could be had, so the browser tests could not run.
    """
    lacking = [
        package
        for package, present in (
            (BROWSER_PACKAGE, system_chromium() is not None),
            (FONT_PACKAGE, has_japanese_font()),
        )
        if not present
    ]
    if lacking:
        _install_by_apt(lacking)
    if system_chromium() is None and not _install_by_playwright():
        sys.exit(
            "No Chromium could be installed. Install one, or name one in CHROMIUM=…, "
            "then run the command again."
        )
    if not has_japanese_font():
        print(
            f"No Japanese font was found (package {FONT_PACKAGE}): pictures of the "
            "screens will show boxes. The tests run all the same.",
            file=sys.stderr,
        )


def _candidates() -> list[str]:
    chosen = os.environ.get(CHOSEN_BY)
    if chosen:
        return [chosen]
    on_path = [shutil.which(name) for name in NAMES]
    elsewhere = [
        place if Path(place).is_file() else shutil.which(name, path=place)
        for place in PLACES
        for name in NAMES
    ]
    return list(dict.fromkeys(found for found in on_path + elsewhere if found))


def _starts(path: str) -> bool:
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _install_by_apt(packages: list[str]) -> None:
    if shutil.which("apt-get") is None or (as_root := _as_root()) is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        print("apt-get", *command, file=sys.stderr)
        subprocess.run([*as_root, "apt-get", *command], env=environment, check=False)


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if os.environ.get("CI") and shutil.which("sudo"):
        return ["sudo", "-n"]  # a person's own machine is not changed unasked
    return None


def _install_by_playwright() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    prepare()
