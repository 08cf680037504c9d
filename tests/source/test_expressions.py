from fractions import Fraction
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.source.expressions import ExpressionError, evaluate, exact, normal, shown

F = Fraction


class Names:
    """A scope that is a dict."""

    def __init__(self, **values):
        self.values = {normal(name): value for name, value in values.items()}

    def value(self, name):
        return self.values[normal(name)]

    def names(self):
        return self.values


NAMES = Names(n=5, half=F(1, 2), wide=True, act="relu", sizes=[64, 128], width=32, 宽=64, größe=3, naïve=2, x1=1)


def value(text, names=NAMES):
    return evaluate(text, names)


def value_or_fault(text):
    try:
        return value(text)
    except ExpressionError as error:
        return error


def fault(text, names=NAMES):
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, names)
    return caught.value


VALUES = [
    # numbers, each exactly as written
    ("7", 7),
    ("0x10", 16),
    ("1_000", 1000),
    ("0.1", F(1, 10)),
    (".5", F(1, 2)),
    ("2.0", 2),
    ("1e3", 1000),
    ("1.5e3", 1500),
    ("1e18", 10**18),
    ("1e-18", F(1, 10**18)),
    ("0.1 + 0.2", F(3, 10)),
    # arithmetic
    ("2 + 3*4", 14),
    ("(2 + 3) * 4", 20),
    ("+n - -n", 10),
    ("7 / 2", F(7, 2)),
    ("8 / 2", 4),
    ("1/3 + 1/6", F(1, 2)),
    ("half * 3", F(3, 2)),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("7 // -2", -4),
    ("7/2 // 1", 3),
    ("7 % 3", 1),
    ("-7 % 3", 2),
    ("7 % -3", -2),
    ("7/2 % 1", F(1, 2)),
    ("2**10", 1024),
    ("2**-5", F(1, 32)),
    ("-2**2", -4),
    ("2**3**2", 512),
    ("(2/3)**2", F(4, 9)),
    ("(1/2)**-3", 8),
    ("0**0", 1),
    ("2**59", 576460752303423488),
    ("10**18", 10**18),
    ("-10**18", -(10**18)),
    ("1**10**18", 1),
    ("(-1)**(10**18 - 1)", -1),
    ("1 / 10**18", F(1, 10**18)),
    # comparisons, in chains too
    ("1 < 2", True),
    ("2 <= 2", True),
    ("1/3 == 2/6", True),
    ("1 != 1", False),
    ("1 < n < 9", True),
    ("1 < n < 3", False),
    ("9 > n >= 5 != 4", True),
    ("1 < 2 == 2", True),
    ("yes == no", False),
    ("wide != no", True),
    # yes and no
    ("yes", True),
    ("no", False),
    ("true", True),
    ("false", False),
    ("not wide", False),
    ("not n > 9", True),
    ("yes and n > 9", False),
    ("no or wide", True),
    ("no and 1/0 > 1", False),
    ("yes or 1/0 > 1", True),
    ("no or yes and no", False),
    # one or the other, and the other is not computed
    ("1 if wide else 2", 1),
    ("1 if n > 9 else 2 if n > 4 else 3", 2),
    ("1 if yes else 1/0", 1),
    ("sizes if wide else act", [64, 128]),
    # functions
    ("min(3, 1/2)", F(1, 2)),
    ("max(8, n, 6)", 8),
    ("min(n)", 5),
    ("abs(-7/2)", F(7, 2)),
    ("ceil(7/2)", 4),
    ("ceil(-7/2)", -3),
    ("floor(7/2)", 3),
    ("floor(-7/2)", -4),
    ("round(2.4)", 2),
    ("round(2.5)", 3),
    ("round(3.5)", 4),
    ("round(-2.5)", -2),
    ("round(-2.6)", -3),
    ("sqrt(16)", 4),
    ("sqrt(9/4)", F(3, 2)),
    ("sqrt(10**18)", 10**9),
    ("sqrt(0)", 0),
    ("floor(sqrt(2) * 1000)", 1414),
    ("log2(8)", 3),
    ("log2(1)", 0),
    ("log2(1/8)", -3),
    ("log2(2**59)", 59),
    ("floor(log2(10) * 1000)", 3321),
    ("range(3)", [0, 1, 2]),
    ("range(2, 5)", [2, 3, 4]),
    ("range(8, 2, -3)", [8, 5]),
    ("range(0)", []),
    ("reversed(range(3))", [2, 1, 0]),
    ("reversed(sizes)", [128, 64]),
    # names
    ("act", "relu"),
    ("sizes", [64, 128]),
    ("2 * 宽 + größe", 131),
    ("nai\u0308ve", 2),
    ("\uff57\uff49\uff44\uff54\uff48", 32),
    # blanks
    ("  n  ", 5),
    ("n\n+ 1", 6),
]


@pytest.mark.parametrize(("text", "expected"), VALUES, ids=[text for text, _ in VALUES])
def test_an_expression_has_its_exact_value(text, expected):
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


# the widths of Keras' MobileNetV2 at alpha 0.35, 0.75 and 1.4, and the squeezes of torchvision's MobileNetV3-Large
MULTIPLES = [
    ("multiple(32 * 0.35)", 16),  # the nearest is 8, under 90 % of 11.2
    ("multiple(24 * 0.75)", 24),  # the nearest is 16, under 90 % of 18
    ("multiple(16 * 0.75)", 16),
    ("multiple(24 * 0.35)", 8),
    ("multiple(64 * 0.35)", 24),
    ("multiple(96 * 0.35)", 32),
    ("multiple(160 * 0.35)", 56),
    ("multiple(320 * 0.35)", 112),
    ("multiple(32 * 1.4)", 48),
    ("multiple(16 * 1.4)", 24),
    ("multiple(24 * 1.4)", 32),
    ("multiple(64 * 1.4)", 88),
    ("multiple(96 * 1.4)", 136),
    ("multiple(72 // 4)", 24),
    ("multiple(120 // 4)", 32),
    ("multiple(480 // 4)", 120),
    ("multiple(672 // 4)", 168),
    ("multiple(960 // 4)", 240),
    ("multiple(3)", 8),
    ("multiple(0)", 8),
    ("multiple(20, 8)", 24),
    ("multiple(100, 32)", 96),
    ("multiple(7, 1)", 7),
]


@pytest.mark.parametrize(("text", "expected"), MULTIPLES, ids=[text for text, _ in MULTIPLES])
def test_multiple_is_the_rule_of_mobilenet(text, expected):
    assert value(text) == expected


# the characters between « and » are those that the fault points at
FAULTS = [
    ("«widht»", "E121", "`widht` is not a variable here", "no variable of this name"),
    ("4 * «widht»", "E121", "`widht` is not a variable here", "no variable of this name"),
    ("宽 * «widht» + 宽", "E121", "`widht` is not a variable here", "no variable of this name"),
    ("größe + naïve * «fehlt»", "E121", "`fehlt` is not a variable here", "no variable of this name"),
    ("nai\u0308ve * («fehlt» + 1)", "E121", "`fehlt` is not a variable here", "no variable of this name"),
    ("\N{GRINNING FACE} * n", "E120", "`\N{GRINNING FACE} * n` is not an expression", "cannot be read as arithmetic"),
    ("  «widht» ", "E121", "`widht` is not a variable here", "no variable of this name"),
    ("n\n+ «widht»", "E121", "`widht` is not a variable here", "no variable of this name"),
    ("1 + «n / 0»", "E124", "a division by zero", "the divisor of `n / 0` is 0"),
    ("«n // (n - 5)»", "E124", "a division by zero", "the divisor of `n // (n - 5)` is 0"),
    ("宽 + «n % 0»", "E124", "a division by zero", "the divisor of `n % 0` is 0"),
    ("«0**-1»", "E124", "a division by zero", "the divisor of `0**-1` is 0"),
    ("1 + «n**half»", "E124", "a power needs a whole exponent", "1/2 is a fraction"),
    ("1 + «sqrt(-4)»", "E124", "the root of a negative number is not defined", "has no value"),
    ("«log2(0)»", "E124", "the logarithm of a number that is not positive is not defined", "has no value"),
    (
        "«multiple(8, half)»",
        "E124",
        "a multiple of a number that is not whole and positive is not defined",
        "has no value",
    ),
    ("1 + «act»", "E114", "arithmetic needs numbers", "this is `relu`"),
    ("«sizes» * 2", "E114", "arithmetic needs numbers", "this is `[64, 128]`"),
    ("«yes» + 1", "E114", "arithmetic needs numbers", "this is `yes`"),
    ("max(1, «n > 2»)", "E114", "arithmetic needs numbers", "this is `yes`"),
    ("1 < «wide»", "E114", "arithmetic needs numbers", "this is `yes`"),
    ("yes and «n»", "E114", "a condition needs yes or no", "this is `5`"),
    ("not «act»", "E114", "a condition needs yes or no", "this is `relu`"),
    ("1 if «n» else 2", "E114", "a condition needs yes or no", "this is `5`"),
    ("1if «2» else 3", "E114", "a condition needs yes or no", "this is `2`"),
    ("range(«half»)", "E122", "a whole number is needed", "this is 1/2"),
    ("«range(10**12)»", "E206", "a range here is too long", "more than 100,000 numbers"),
    ("reversed(«range(100001)»)", "E206", "a range here is too long", "more than 100,000 numbers"),
    ("«range(1, 2, 0)»", "E120", "`range` takes a stop, or a start and a stop", "as in range(4)"),
    ("«reversed(3)»", "E114", "`reversed` needs one list", "as in reversed(range(4))"),
    ("1 + «sqroot(4)»", "E120", "`sqroot` is not a function of the language", "not known"),
    ("«min()»", "E120", "`min` takes 1 or more numbers", "0 are given"),
    ("«sqrt(1, 2)»", "E120", "`sqrt` takes 1 number", "2 are given"),
    ("1 + «10**10**10»", "E123", "a power here is too large", "10**10000000000 passes 10^18"),
    ("«2**60»", "E123", "a number here is too large", "it passes 10^18"),
    ("«10**18 + 1»", "E123", "a number here is too large", "it passes 10^18"),
    ("n + «9999999999999999999»", "E123", "a number here is too large", "it passes 10^18"),
    ("«1 / 10**18 / 2»", "E123", "a fraction here is too fine", "its denominator passes 10^18"),
    ("«1e-19» * n", "E123", "a fraction here is too fine", "its denominator passes 10^18"),
    ("n «n»", "E120", "`n n` is not an expression", "cannot be read as arithmetic"),
    ("宽 + + «)»", "E120", "`宽 + + )` is not an expression", "cannot be read as arithmetic"),
    ("max«(»1, 2", "E120", "`max(1, 2` is not an expression", "cannot be read as arithmetic"),
    ("1 + «n.real»", "E120", "`1 + n.real` is not an expression", "cannot be read as arithmetic"),
    ("«sizes[0]»", "E120", "`sizes[0]` is not an expression", "cannot be read as arithmetic"),
    ("宽 * «'a'»", "E120", "`宽 * 'a'` is not an expression", "cannot be read as arithmetic"),
    ("«lambda: 1»", "E120", "`lambda: 1` is not an expression", "cannot be read as arithmetic"),
    ("«[1, 2]»", "E120", "`[1, 2]` is not an expression", "cannot be read as arithmetic"),
    ("«1 in sizes»", "E120", "`1 in sizes` is not an expression", "cannot be read as arithmetic"),
    ("2 * («1 << 3»)", "E120", "`2 * (1 << 3)` is not an expression", "cannot be read as arithmetic"),
    ("max(«*sizes»)", "E120", "`max(*sizes)` is not an expression", "cannot be read as arithmetic"),
    ("«None»", "E120", "`None` is not an expression", "cannot be read as arithmetic"),
    ("«1j»", "E120", "`1j` is not an expression", "cannot be read as arithmetic"),
    ("«__import__('os')»", "E120", "`__import__` is not a function of the language", "not known"),
]


@pytest.mark.parametrize(("marked", "code", "message", "label"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_names_its_exact_characters(marked, code, message, label):
    text = marked.replace("«", "").replace("»", "")
    found = fault(text)
    assert (found.code, found.message) == (code, message)
    assert found.label.endswith(label)
    if "«" in marked:
        assert found.span is not None
        start, length = found.span
        assert f"{text[:start]}«{text[start : start + length]}»{text[start + length :]}" == marked


@pytest.mark.parametrize("text", ["1 +", "1 if n > 2 else", "n *  "])
def test_an_unfinished_expression_is_marked_at_its_end(text):
    (start, length), end = fault(text).span, len(text.rstrip())
    assert start <= end <= start + length + 1
    assert start > 0


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_nothing_is_no_expression(text):
    assert fault(text).code == "E120"


def test_a_near_name_is_suggested():
    assert fault("widht + 1").help == "did you mean `width`?"
    assert fault("celi(1.5)").help == "did you mean ceil()?"


def test_where_no_name_is_near_those_there_are_are_listed():
    assert fault("zzz", Names(b=1, a=2)).help == "the variables here are `a`, `b`"


def test_where_there_are_no_names_the_help_says_how_to_define_one():
    assert fault("zzz", Names()).help == "define it under `vars:`, as in `vars: {zzz: 8}`"


def test_a_function_with_named_arguments_is_not_called_unknown():
    found = fault("max(x1=1)")
    assert found.help != "did you mean max()?"


@pytest.mark.parametrize("text", ["1e400", "1e999999999", "-1e400"])
def test_a_number_beyond_all_bounds_is_too_large(text):
    assert fault(text).code == "E123"


# everything that could take long, and does not
BOMBS = {
    "power of powers": "10**10**10",
    "left powers": "((10**10)**10)**10",
    "many powers": "9**9**9**9**9",
    "powers of a fraction": "(1/3)**(10**18)",
    "power of negatives": "(-3)**-(10**18)",
    "long literal": "9" * 999,
    "10,000 digits": "9" * 10_000,
    "10,000 characters": "n+" * 5_000 + "n",
    "a million characters": "(" * 1_000_000,
    "large exponent": "1e999999999",
    "parentheses": "(" * 490 + "1" + ")" * 490,
    "brackets": "[" * 900,
    "signs": "-" * 900 + "1",
    "nots": "not " * 240 + "yes",
    "calls": "abs(" * 190 + "1" + ")" * 190,
    "ifs": "1 if yes else " * 70 + "2",
    "sum": "+".join(["n"] * 490),
    "products": "*".join(["999999999"] * 90),
    "range": "range(10**12)",
    "long range": "range(-10**18, 10**18)",
    "range back": "range(10**18, -10**18, -1)",
    "reversed range": "reversed(range(10**18))",
    "fine fraction": "1/999999999999999989 + 1/999999999999999967",
    "root": "sqrt(1/999999999999999989)",
    "multiple": "multiple(10**18, 10**18)",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_no_text_takes_long(text):
    start = monotonic()
    found = value_or_fault(text)
    assert monotonic() - start < 2
    if isinstance(found, ExpressionError):
        assert found.code in {"E120", "E123", "E206"}
        assert len(found.message) < 200
    else:
        assert -(10**18) <= found <= 10**18


def test_a_sum_as_long_as_anyone_writes_has_a_value():
    assert value(" + ".join(["n"] * 30)) == 150


def test_a_range_may_have_a_hundred_thousand_numbers():
    assert len(value("range(100000)")) == 100_000


SIGNS = [*"0123456789.+-*/%()<>=!,[]{}:;'\"\\ \n\t_eEjxn宽é", "**", "//", "10**", "1e9", "yes", "no", "n", "half"]
WORDS = [
    "if",
    "else",
    "and",
    "or",
    "not",
    "lambda",
    "min(",
    "max(",
    "sqrt(",
    "log2(",
    "multiple(",
    "range(",
    "reversed(",
]
PIECES = st.lists(st.sampled_from([*SIGNS, *WORDS]), max_size=25)


@settings(deadline=1000, max_examples=400)
@given(st.one_of(st.text(max_size=60), PIECES.map("".join), PIECES.map(" ".join)))
def test_any_text_ends_in_a_value_or_a_fault_with_its_place(text):
    found = value_or_fault(text)
    if not isinstance(found, ExpressionError):
        assert isinstance(found, int | Fraction | list | str)
        return
    assert found.code.startswith("E1") or found.code == "E206"
    if found.span is not None:
        start, length = found.span
        assert 0 <= start <= len(text)
        assert length >= 1


@given(st.integers(-(10**18), 10**18), st.integers(-(10**18), 10**18), st.sampled_from(["+", "-", "*", "/", "//", "%"]))
def test_arithmetic_agrees_with_fractions(a, b, sign):
    names = Names(a=a, b=b)
    if sign in {"/", "//", "%"} and b == 0:
        assert fault(f"a {sign} b", names).code == "E124"
        return
    by_sign = {"+": F(a) + b, "-": F(a) - b, "*": F(a) * b}
    expected = by_sign.get(sign)
    if expected is None:
        quotient = F(a, b)
        floor = quotient.numerator // quotient.denominator
        expected = {"/": quotient, "//": F(floor), "%": F(a - floor * b)}[sign]
    if abs(expected) > 10**18 or expected.denominator > 10**18:
        assert fault(f"a {sign} b", names).code == "E123"
    else:
        assert value(f"a {sign} b", names) == expected


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (F(7, 2), "7/2"),
        (F(4, 2), "2"),
        ([1, F(1, 2), True, "a"], "[1, 1/2, yes, a]"),
    ],
)
def test_a_value_is_shown_as_it_would_be_written(given, text):
    assert shown(given) == text


def test_a_number_of_the_file_is_exact():
    assert exact(0.1) == F(1, 10)
    assert exact(2.0) == 2
    for number in (float("inf"), float("nan"), 1e300, 1e-300):
        with pytest.raises(ExpressionError, match=r"finite|large|fine"):
            exact(number)
