"""The layers hold, and so do the house rules that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib.ui import navigation

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(
    [ROOT / "app.py", *(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
)
PAGES = sorted((ROOT / "pages").glob("*.py"))
MAIN_SCRIPT = ROOT / "lib" / "ui" / "main.py"

CLOCK_CALLS = {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp"}
CLOCK_OWNERS = {"date", "datetime", "Timestamp"}
FORBIDDEN_ON_SCREEN = re.compile(
    r"unsafe_allow_html|unsafe_allow_javascript|st\.exception\b|components\.v1"
)


# Layers ----------------------------------------------------------------------


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the tree in `root` with the contracts found there."""
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-cache", "--no-logo"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """Return a copy of the code and its contracts that a test may break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("lib", "pages"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def test_every_import_points_down_the_layers():
    outcome = lint(ROOT)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("lib/schema/extra.py", "from lib import actions", "Each layer of lib/"),
        ("lib/extra.py", "", "Each layer of lib/"),
        ("lib/ui/extra.py", "from lib import cli", "Each layer of lib/"),
        ("lib/text.py", "from lib import clock", "Each layer of lib/"),
        ("lib/ui/extra.py", "import pages.extra", "Nothing in lib/ knows a page"),
        ("lib/metrics/extra.py", "import streamlit", "In lib/ only lib.ui knows"),
        ("lib/cli.py", "import streamlit", "In lib/ only lib.ui knows"),
        ("lib/ui/extra.py", "import sqlalchemy", "In lib/ only lib.store knows"),
        ("lib/actions/extra.py", "import gspread", "In lib/ only lib.store knows"),
        ("pages/extra.py", "import pandas", "Pages reach data only through"),
        ("pages/extra.py", "from lib.store import sql", "Pages reach data only"),
        ("pages/extra.py", "import pages.other", "No page imports another"),
    ],
)
def test_an_import_against_a_contract_is_found(copied_tree, module, line, contract):
    """Each contract can fail; otherwise its being kept would say nothing."""
    place = copied_tree / module
    for extra in ("pages/extra.py", "pages/other.py", module):
        (copied_tree / extra).touch()
    place.write_text(f"{place.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    outcome = lint(copied_tree)

    assert outcome.returncode == 1
    assert re.search(f"^{re.escape(contract)}.* BROKEN", outcome.stdout, re.MULTILINE)


def test_the_entry_script_hands_over_to_the_screen_layer():
    """`app.py` starts the server; what it needs of lib/ it gets from lib.ui."""
    from_lib = {
        name for name in imported_by(ROOT / "app.py") if name.split(".")[0] == "lib"
    }

    assert from_lib
    assert {name for name in from_lib if not f"{name}.".startswith("lib.ui.")} == set()


def imported_by(path: Path) -> Iterator[str]:
    """Yield the full name of each module or object that a file imports."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# House rules -----------------------------------------------------------------


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def clock_readings(tree: ast.Module) -> list[int]:
    """Return the line of each call that asks the system for the time of day."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
        and last_name(node.func.value) in CLOCK_OWNERS
    ]


def last_name(node: ast.expr) -> str:
    """Return `date` for both `date` and `datetime.date`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_only_the_clock_asks_what_time_it_is():
    found = {
        str(path.relative_to(ROOT)): lines
        for path in CODE
        if path != ROOT / "lib" / "clock.py"
        and (lines := clock_readings(tree_of(path)))
    }

    assert found == {}


@pytest.mark.parametrize(
    "reading",
    [
        "date.today()",
        "datetime.datetime.now(UTC)",
        "datetime.utcnow()",
        "pd.Timestamp.now()",
    ],
)
def test_a_reading_of_the_system_clock_is_found(reading):
    assert clock_readings(ast.parse(f"import x\nmoment = {reading}")) == [2]


def test_nothing_shows_raw_html_or_an_exception():
    """Raw HTML would run what a customer typed; an exception would show it."""
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if FORBIDDEN_ON_SCREEN.search(line)
    }

    assert found == set()


def test_there_is_no_pages_folder_beside_the_main_script():
    """Streamlit would run its files by URL, past the sign-in of the main script."""
    assert MAIN_SCRIPT.exists()
    assert not (MAIN_SCRIPT.parent / "pages").exists()


def test_the_list_of_pages_and_the_folder_of_pages_agree():
    """A file that is not listed cannot be reached; a listed one has to be there."""
    listed = {page.code for page in (*navigation.PAGES, navigation.WELCOME)}

    assert {page.stem for page in PAGES} == listed


def test_a_plain_start_serves_this_computer_only():
    """Without a sign-in, whoever reaches the port is whoever they say they are."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))

    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_each_page_says_first_what_it_needs(file):
    """The first thing a page does is to call `guard`, before anything shows."""
    doing = [statement for statement in tree_of(file).body if does_something(statement)]

    calls = {
        last_name(node.func)
        for node in ast.walk(doing[0])
        if isinstance(node, ast.Call)
    }
    assert "guard" in calls


def does_something(statement: ast.stmt) -> bool:
    """Whether a statement of a module is more than a name for something."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
            return False
        case ast.Assign() | ast.AnnAssign() | ast.Expr():
            return any(isinstance(part, ast.Call) for part in ast.walk(statement))
    return True


# Requirements ----------------------------------------------------------------


def pins(name: str) -> dict[str, list[Requirement]]:
    """Return package → its pinned lines; several where they differ by Python."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            pinned = Requirement(line)
            found.setdefault(canonicalize_name(pinned.name), []).append(pinned)
    return found


def asked_for(name: str) -> list[Requirement]:
    """Return what pyproject.toml asks for, for one file of pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    if name == "requirements-scan.txt":
        return [Requirement(text) for text in groups["scan"]]
    wanted = list(project["project"]["dependencies"])
    if name == "requirements-dev.txt":
        wanted += groups["dev"]
    return [Requirement(text) for text in wanted]


def version_of(pinned: Requirement) -> str:
    return next(part.version for part in pinned.specifier if part.operator == "==")


FILES_OF_PINS = ("requirements.txt", "requirements-dev.txt", "requirements-scan.txt")


@pytest.mark.parametrize("name", FILES_OF_PINS)
def test_the_pins_fit_what_the_project_asks_for(name):
    """If this fails, run `make lock`."""
    pinned = pins(name)

    unmet = [
        str(wanted)
        for wanted in asked_for(name)
        for pin in pinned.get(canonicalize_name(wanted.name), [None])
        if pin is None or version_of(pin) not in wanted.specifier
    ]
    assert unmet == []


@pytest.mark.parametrize("name", FILES_OF_PINS)
def test_every_direct_pin_is_asked_for(name):
    """A package dropped from the project leaves its pin too; `make lock` does it."""
    lines = (ROOT / name).read_text("utf-8")
    blocks = re.findall(r"^([\w.-]+)==.*\n((?:    #.*\n)+)", lines, re.MULTILINE)
    direct = {canonicalize_name(pkg) for pkg, via in blocks if "(pyproject" in via}

    assert direct == {canonicalize_name(wanted.name) for wanted in asked_for(name)}


@pytest.mark.parametrize("name", FILES_OF_PINS)
def test_the_pins_name_no_package_server(name):
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_the_tests_run_on_the_versions_that_run_the_app():
    development = pins("requirements-dev.txt")

    differing = {
        package: (pinned, development.get(package))
        for package, pinned in pins("requirements.txt").items()
        if list(map(str, pinned)) != list(map(str, development.get(package, [])))
    }
    assert differing == {}
