from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecalc.render.units import exact, plain, share, si, size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (25_557_032, "25,557,032"),
        (-1_234, "-1,234"),
        (10**18, "1,000,000,000,000,000,000"),
    ],
)
def test_exact_numbers_have_commas(number, text):
    assert exact(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(7, "7", id="one digit"),
        pytest.param(999, "999", id="below a thousand, as it is"),
        pytest.param(1_000, "1.00 k", id="a thousand"),
        pytest.param(1_004, "1.00 k", id="down"),
        pytest.param(1_005, "1.01 k", id="half up"),
        pytest.param(1_015, "1.02 k", id="half up, where a float would go down"),
        pytest.param(9_994, "9.99 k", id="just below ten"),
        pytest.param(9_995, "10.0 k", id="three digits still"),
        pytest.param(99_949, "99.9 k", id="just below a hundred"),
        pytest.param(99_950, "100 k", id="no decimals any more"),
        pytest.param(999_499, "999 k", id="the most of a thousand"),
        pytest.param(999_500, "1.00 M", id="999.5 k is a million"),
        pytest.param(118_013_952, "118 M", id="VGG stem of the design"),
        pytest.param(4_089_184_256, "4.09 G", id="ResNet-50"),
        pytest.param(15_470_264_320, "15.5 G", id="VGG-16"),
        pytest.param(999_500_000_000, "1.00 T", id="tera"),
        pytest.param(10**15, "1.00 P", id="peta"),
        pytest.param(10**18, "1.00 E", id="exa"),
        pytest.param(10**22, "10,000 E", id="beyond the letters"),
        pytest.param(-41_472, "-41.5 k", id="below zero"),
    ],
)
def test_big_numbers_have_three_digits_and_a_letter(number, text):
    assert si(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(0, "0 B", id="nothing"),
        pytest.param(960, "960 B", id="bytes as they are"),
        pytest.param(1_023, "1,023 B", id="the most of bytes"),
        pytest.param(1_024, "1.00 KiB", id="1,024"),
        pytest.param(37_632, "36.8 KiB", id="half up: 36.75"),
        pytest.param(246_824, "241 KiB", id="LeNet-5"),
        pytest.param(1_023 * 2**10, "1,023 KiB", id="1,023 KiB"),
        pytest.param(1_023 * 2**20, "1,023 MiB", id="1,023 MiB"),
        pytest.param(1_023 * 2**20 + 2**19 - 1, "1,023 MiB", id="just below 1,023.5 MiB"),
        pytest.param(1_023 * 2**20 + 2**19, "1.00 GiB", id="1,023.5 MiB is a gibibyte"),
        pytest.param(1_000 * 2**20, "1,000 MiB", id="four digits below 1,024"),
        pytest.param(9_633_792, "9.19 MiB", id="ResNet-50, peak"),
        pytest.param(102_440_608, "97.7 MiB", id="ResNet-50, weights and buffers"),
        pytest.param(2**40, "1.00 TiB", id="tebi"),
        pytest.param(2**50, "1.00 PiB", id="pebi"),
        pytest.param(2**62, "4,096 PiB", id="beyond the letters"),
    ],
)
def test_memory_counts_in_1024s(number, text):
    assert size(number) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        pytest.param(0, 100, "0%", id="nothing of something"),
        pytest.param(0, 0, "", id="nothing of nothing"),
        pytest.param(100, 100, "100.0%", id="all"),
        pytest.param(1, 3, "33.3%", id="a third"),
        pytest.param(2, 3, "66.7%", id="two thirds"),
        pytest.param(1, 800, "0.1%", id="0.125"),
        pytest.param(3, 2_000, "0.2%", id="half up: 0.15"),
        pytest.param(1, 2_000, "0.1%", id="half up: 0.05"),
        pytest.param(1, 2_001, "<0.1%", id="less than that is not 0.0%"),
        pytest.param(1, 10**18, "<0.1%", id="next to nothing"),
        pytest.param(9_408, 25_557_032, "<0.1%", id="the stem of ResNet-50"),
    ],
)
def test_a_share_is_never_nothing_of_something(part, whole, text):
    assert share(part, whole) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("stem", "stem"),
        ("卷积 ü é", "卷积 ü é"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("back\rback", "back\\rback"),
        ("tab\t", "tab\\t"),
        ("bell\x07 nul\x00", "bell\\x07 nul\\x00"),
        ("c1\x9b31m", "c1\\x9b31m"),
        ("\u202ereversed", "\\u202ereversed"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("[bold]", "[bold]"),
    ],
)
def test_user_text_has_no_control_characters(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_plain_text_can_be_printed(text):
    assert plain(text).isprintable()
    assert plain(text) == text or not text.isprintable()


MEANT = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
MEANT_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50}


def read_back(text, units):
    digits, _, unit = text.partition(" ")
    digits = digits.replace(",", "")
    return Fraction(digits) * units[unit], Fraction(10) ** -len(digits.partition(".")[2]) * units[unit], digits


@given(st.integers(0, 999 * 10**18))
def test_what_is_written_is_the_nearest_of_three_digits(number):
    value, step, digits = read_back(si(number), MEANT)
    assert -step / 2 <= number - value < step / 2  # half up
    assert len(digits.replace(".", "")) == 3 or number < 100


@given(st.integers(0, 1_000 * 2**50))
def test_memory_is_written_to_the_nearest_too(number):
    value, step, digits = read_back(size(number), MEANT_BYTES)
    assert -step / 2 <= number - value < step / 2
    assert len(digits.replace(".", "")) in {3, 4} or number < 100


@given(st.integers(0, 10**20), st.integers(0, 10**20))
def test_a_larger_number_never_reads_smaller(a, b):
    small, large = sorted((a, b))
    assert read_back(si(small), MEANT)[0] <= read_back(si(large), MEANT)[0]
    assert read_back(size(small), MEANT_BYTES)[0] <= read_back(size(large), MEANT_BYTES)[0]
