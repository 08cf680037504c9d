import pytest


@pytest.fixture(autouse=True)
def _no_width_of_this_terminal(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
