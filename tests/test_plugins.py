"""A package adds a kind by an entry point: here the class of the README, in a package made for the test."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = next(
    text for text in re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL) if "kind: ClassVar" in text
)
KIND = re.search(r'kind: ClassVar = "(\w+)"', CODE)[1]
CLASS = re.search(r"^class (\w+)", CODE, re.MULTILINE)[1]


def package(folder, code=CODE, entries=f"{KIND} = more_layers:{CLASS}"):
    """A package of one module, installed as pip leaves it."""
    (folder / "more_layers.py").write_text(code, encoding="utf-8")
    metadata = folder / "more_layers-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: more-layers\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[shapecalc.layers]\n{entries}\n", encoding="utf-8")
    return folder


def shapecalc(folder, *arguments, layers=f"[{KIND}]"):
    (folder / "net.yaml").write_text(f"input: [4, 8, 8]\nlayers: {layers}\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "shapecalc", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_of_the_readme_is_at_most_25_lines():
    assert len(CODE.strip().splitlines()) <= 25


def test_a_kind_of_another_package_is_analyzed(tmp_path):
    done = shapecalc(package(tmp_path), "analyze", "net.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"{KIND}1 +{KIND} +4×8×8", done.stdout)


def test_a_kind_of_another_package_is_run(tmp_path):
    done = shapecalc(package(tmp_path), "run", "net.yaml")
    assert done.returncode == 0, done.stderr
    assert f"{KIND}1" in done.stdout


def test_a_kind_of_another_package_has_its_page_and_stands_in_the_list(tmp_path):
    folder = package(tmp_path)
    assert shapecalc(folder, "layers", KIND).stdout.startswith(KIND)
    assert f"\n  {KIND} " in shapecalc(folder, "layers").stdout


def test_a_misspelt_option_of_it_is_told(tmp_path):
    done = shapecalc(package(tmp_path), "analyze", "net.yaml", layers=f"[{{{KIND}: , nonsense: 3}}]")
    assert done.returncode == 2
    assert f"error[E113]: `{KIND}` has no option `nonsense`" in done.stderr


def test_its_defaults_may_be_given(tmp_path):
    folder = package(tmp_path)
    (folder / "more.yaml").write_text(
        f"input: [4, 8]\ndefaults: {{{KIND}: {{}}}}\nlayers: [{KIND}]\n", encoding="utf-8"
    )
    assert shapecalc(folder, "analyze", "more.yaml").returncode == 0


@pytest.mark.parametrize(
    ("code", "entries", "says"),
    [
        ("import no_such_module\n", f"{KIND} = more_layers:{CLASS}", "No module named 'no_such_module'"),
        ("class Other: pass\n", f"{KIND} = more_layers:Other", f"it gives no layer whose kind is `{KIND}`"),
        ("", f"{KIND} = more_layers:Missing", "Missing"),
    ],
    ids=["import", "no-layer", "missing"],
)
def test_a_package_that_cannot_be_used_is_told_without_a_traceback(tmp_path, code, entries, says):
    done = shapecalc(package(tmp_path, code, entries), "analyze", "net.yaml")
    assert done.returncode == 2
    assert "error[E128]" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_package_the_kind_is_unknown(tmp_path):
    done = shapecalc(tmp_path, "analyze", "net.yaml")
    assert done.returncode == 2
    assert f"error[E112]: `{KIND}` is not a kind of layer" in done.stderr
