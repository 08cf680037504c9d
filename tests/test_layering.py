"""Who may import whom: each module stands on a floor and imports from its own floor or from below."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "shapecalc"
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    {"figure", "shape", "diagnostics", "pages"},  # the ground: knows nothing of networks
    {"source"},
    {"kernels"},
    {"formulas"},
    {"layers"},
    {"network", "loading"},
    {"analysis"},
    {"engine"},
    {  # and the questions people ask
        "testing",
        "budget",
        "comparison",
        "solving",
        "quizzing",
        "sizing",
        "fields",
        "linting",
        "explanation",
    },
    {"render", "examples"},
    {"cli", "__main__"},
)
"""From the ground up, by the first name of a module after the package's."""

ONLY = {"kernels": {"kernels"}, "formulas": {"formulas", "figure"}}
"""What may import nothing but this."""

NUMPY = {"kernels", "engine", "testing"}
"""What may load NumPy when it is imported."""

ALLOWED = {
    ("shapecalc.explanation", "shapecalc.render.derivation.formats"): "an explanation knows how to show itself: str()",
    ("shapecalc.explanation", "shapecalc.render.derivation.html"): "the same: in a notebook",
    ("shapecalc.explanation", "shapecalc.render.derivation.json"): "the same: to_dict()",
    ("shapecalc.analysis", "shapecalc.render.json"): "an answer knows how to show itself, when asked: to_dict()",
    ("shapecalc.analysis", "shapecalc.render.records"): "the same: records()",
    ("shapecalc.analysis", "shapecalc.render.screen"): "the same: on a console of rich",
    ("shapecalc.analysis", "shapecalc.render.table"): "the same: on a console of rich",
    ("shapecalc.analysis.memory.question", "shapecalc.render.memory"): "the same: on a console of rich",
    ("shapecalc.analysis.memory.question", "shapecalc.render.memory.data"): "the same: to_dict()",
    ("shapecalc.analysis.memory.question", "shapecalc.render.screen"): "the same: on a console of rich",
    ("shapecalc.fields", "shapecalc.render.field.json"): "the same: to_dict()",
    ("shapecalc.fields", "shapecalc.render.field.layer"): "the same: on a console of rich",
    ("shapecalc.fields", "shapecalc.render.field.table"): "the same: on a console of rich",
    ("shapecalc.fields", "shapecalc.render.screen"): "the same: on a console of rich",
    ("shapecalc.comparison", "shapecalc.render.compare"): "the same: to_dict(), and on a console of rich",
    ("shapecalc.comparison", "shapecalc.render.screen"): "the same",
    ("shapecalc.engine.proof", "shapecalc.render.proof"): "a proof knows how to show itself: to_dict()",
    ("shapecalc.engine.proof", "shapecalc.render.screen"): "the same: on a console of rich",
    ("shapecalc.sizing.answer", "shapecalc.render.sizes"): "the sizes know how to show themselves: to_dict()",
    ("shapecalc.sizing.answer", "shapecalc.render.screen"): "the same: on a console of rich",
}
"""Imports from above, all inside functions, each with its reason."""

MOST_LINES = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "misc", "tools"}


class Import(NamedTuple):
    """One import: whose, of what, and whether it is made at once, in a function, or for types alone."""

    module: str
    of: str
    when: str
    line: int


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def part(module):
    """The first name after the package's: what stands on a floor."""
    return [*module.split("."), ""][1]


def floor(module):
    """The height of a module; None where it is on no floor."""
    return next((height for height, names in enumerate(FLOORS) if part(module) in names), None)


def targets(statement):
    """The full names that an import statement is about."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    assert not statement.level, "imports are written in full"
    names = [f"{statement.module}.{alias.name}" for alias in statement.names]
    return [name if name in MODULES else statement.module for name in names]


def found_in(node, module, when="at once"):
    """The imports in a piece of a module's text."""
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from (Import(module, target, when, node.lineno) for target in targets(node))
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            for child in node.body:
                yield from found_in(child, module, "types")
            for child in node.orelse:
                yield from found_in(child, module, when)
        case _:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                when = "function"
            for child in ast.iter_child_nodes(node):
                yield from found_in(child, module, when)


@cache
def imports():
    found = []
    for module, path in MODULES.items():
        found += found_in(ast.parse(path.read_text()), module)
    return found


def ours():
    return [found for found in imports() if found.of.split(".")[0] == "shapecalc"]


def test_the_walk_finds_the_imports():
    assert ("shapecalc.layers.conv", "shapecalc.kernels", "at once") in {found[:3] for found in imports()}
    kinds = {when: sum(found.when == when for found in ours()) for when in ("at once", "function", "types")}
    assert kinds["at once"] > 100
    assert kinds["function"] > 10
    assert kinds["types"] > 30


def test_every_module_stands_on_a_floor():
    assert [module for module in MODULES if floor(module) is None] == ["shapecalc"]


def test_every_name_of_the_floors_is_there():
    there = {module.split(".")[1] for module in MODULES if "." in module}
    assert set().union(*FLOORS) - {"testing"} <= there


def test_imports_point_down():
    """What is imported for types alone is no dependency when the program runs, and may point anywhere."""
    running = [found for found in ours() if found.when != "types" and (found.module, found.of) not in ALLOWED]
    assert [found for found in running if floor(found.of) > floor(found.module)] == []


def test_nothing_imports_the_whole_package():
    assert [found for found in ours() if found.of == "shapecalc" and found.when != "types"] == []


def test_the_package_itself_loads_nothing_of_its_own():
    assert [found for found in ours() if found.module == "shapecalc" and found.when != "types"] == []


def test_what_is_allowed_is_there_and_inside_functions():
    there = {(found.module, found.of): found.when for found in ours() if (found.module, found.of) in ALLOWED}
    assert there == dict.fromkeys(ALLOWED, "function")


@pytest.mark.parametrize("package", ONLY)
def test_a_package_imports_nothing_else_of_ours(package):
    theirs = [found for found in ours() if part(found.module) == package]
    assert [found for found in theirs if part(found.of) not in ONLY[package]] == []


@pytest.mark.parametrize("library", ["numpy", "PIL", "safetensors"])
def test_what_is_heavy_is_loaded_by_what_needs_it_alone(library):
    loading = {
        part(found.module) for found in imports() if found.of.split(".")[0] == library and found.when == "at once"
    }
    assert loading <= (NUMPY if library == "numpy" else set())


def test_modules_have_no_circles():
    """In the order in which they are loaded: imports inside functions and for types come later or never."""
    above = {module: {f.of for f in ours() if f.module == module and f.when == "at once"} for module in MODULES}
    try:
        list(TopologicalSorter(above).static_order())
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_kernels_and_layers_know_no_yaml_and_no_terminal():
    outside = {"yaml", "rich", "click"}
    knowing = {part(found.module) for found in imports() if found.of.split(".")[0] in outside}
    assert knowing <= {"source", "render", "cli"}


# what is loaded when it runs


def loaded(*arguments):
    """The modules that are loaded once the command has run."""
    program = (
        "import sys\n"
        "from shapecalc.cli import main\n"
        f"sys.argv = ['shapecalc', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_analyze_loads_nothing_that_it_does_not_need(form):
    modules = loaded("analyze", "specs/resnet50.yaml", "--format", form)
    assert "shapecalc.analysis" in modules
    heavy = {"numpy", "PIL", "safetensors", "torch", "shapecalc.engine"}
    assert {module for module in modules if module in heavy or module.split(".")[0] in heavy} == set()


def test_to_be_imported_the_package_loads_next_to_nothing():
    program = "import sys, shapecalc; print(' '.join(m for m in sys.modules if m.split('.')[0] == 'shapecalc'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["shapecalc"]


# how the house is kept


@pytest.mark.parametrize("module", MODULES)
def test_a_file_is_one_idea(module):
    text = MODULES[module].read_text()
    lines = len(text.splitlines())
    assert lines <= MOST_LINES
    caption = ast.get_docstring(ast.parse(text)) if text.strip() else None
    assert caption or module == "shapecalc.__main__", "a file has a caption"


def test_no_module_has_a_name_that_says_nothing():
    assert [module for module in MODULES if module.rpartition(".")[2].strip("_") in VAGUE] == []
