from math import inf, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.source.scalars import MAX_DIGITS, DigitsError, plain

# YAML 1.2.2, section 10.3.2: the core schema
CORE = [
    pytest.param("", None, id="empty"),
    *[pytest.param(text, None, id=text) for text in ("~", "null", "Null", "NULL")],
    *[pytest.param(text, True, id=text) for text in ("true", "True", "TRUE")],
    *[pytest.param(text, False, id=text) for text in ("false", "False", "FALSE")],
    *[pytest.param(text, number, id=text) for text, number in {
        "0": 0, "64": 64, "-3": -3, "+3": 3, "0777": 777, "08": 8, "-0": 0,
        "0o777": 511, "0o0": 0, "0xFF": 255, "0x0a": 10,
    }.items()],
    *[pytest.param(text, number, id=text) for text, number in {
        "1.5": 1.5, "1.": 1.0, ".5": 0.5, "-.5": -0.5, "+12.3": 12.3, "1e3": 1000.0, "1E3": 1000.0,
        "1.5e-3": 0.0015, "2e+2": 200.0, ".inf": inf, "-.Inf": -inf, "+.INF": inf,
    }.items()],
    *[pytest.param(text, text, id=text) for text in (
        "no", "yes", "on", "off", "y", "n", "nULL", "tRUE", "None", "none",
        "1:30", "1_000", "0b101", "0o8", "0xg", "-0x1", "1e", "e3", "1.2.3", "1 2", "+", "-", ".", "..", "+-1",
        "inf", "nan", ".infinity", "-.nan", "2001-01-01", "3x5", "25.6M", "١٢", "1\n", "max(8, c)",
    )],
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CORE)
def test_a_word_stands_for_what_the_core_schema_says(text, value):
    found = plain(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_number(text):
    assert isnan(plain(text))


@pytest.mark.parametrize("text", ["9" * 101, "-" + "9" * 101, "0x" + "f" * 101, "1." + "3" * 100, "9" * 5000])
def test_a_number_of_more_than_a_hundred_digits_is_refused(text):
    with pytest.raises(DigitsError):
        plain(text)


def test_a_number_of_a_hundred_digits_is_read():
    assert plain("-" + "9" * MAX_DIGITS) == 1 - 10**100


@given(st.integers(-(10**99), 10**99))
def test_every_whole_number_reads_as_itself(number):
    assert plain(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_as_itself(number):
    assert plain(repr(number)) == number


@given(st.text())
def test_any_text_is_itself_or_something_plain(text):
    assert plain(text) == text or not isinstance(plain(text), str)
