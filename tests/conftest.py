import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _no_width_of_this_terminal(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
