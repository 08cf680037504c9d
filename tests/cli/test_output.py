import json
import os

import pytest


@pytest.mark.parametrize("command", ["analyze", "run"])
@pytest.mark.parametrize("spelled", ["net.json", "./net.json", "link.json"])
def test_the_spec_is_never_written_over(shapecalc, tmp_path, monkeypatch, command, spelled):
    monkeypatch.chdir(tmp_path)
    text = json.dumps({"input": [3], "layers": [{"dense": 4}]})
    (tmp_path / "net.json").write_text(text, encoding="utf-8")
    os.link(tmp_path / "net.json", tmp_path / "link.json")
    answer = shapecalc(command, "net.json", "-o", spelled)
    assert answer.status == 2
    assert "is the spec itself" in answer.err
    assert (tmp_path / "net.json").read_text(encoding="utf-8") == text


def test_a_file_beside_the_spec_is_written(shapecalc, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.json").write_text('{"input": [3], "layers": [{"dense": 4}]}', encoding="utf-8")
    assert shapecalc("analyze", "net.json", "-o", "answer.json").status == 0
    assert json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))["totals"]["params"] == 16
