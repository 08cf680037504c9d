import codecs
import errno
import io
import os
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecalc.diagnostics import Place, SpecError
from shapecalc.source.document import Document
from shapecalc.source.reader import places
from tests.source.marking import BOTH, marked

TEXT = """\
name: LeNet  # of 1998
notes: |
  one
  two

vars: {"width": 64, depth: }
layers:
  - {conv: 'max(8, c)', kernel: [3, 5]}   # first
  - conv:
      filters: 64
    kernel: 3
  -
  - for: {c: [1,
              2]}
"""

# route -> what the key covers, what the value covers; one line of each
COVERED = {
    (): ("name: LeNet", "name: LeNet"),
    ("name",): ("name", "LeNet"),
    ("notes",): ("notes", "|"),
    ("vars",): ("vars", '{"width": 64, depth: }'),
    ("vars", "width"): ('"width"', "64"),
    ("vars", "depth"): ("depth", "depth"),
    ("layers",): ("layers", "- {conv: 'max(8, c)', kernel: [3, 5]}"),
    ("layers", 0): ("{conv: 'max(8, c)', kernel: [3, 5]}", "{conv: 'max(8, c)', kernel: [3, 5]}"),
    ("layers", 0, "conv"): ("conv", "'max(8, c)'"),
    ("layers", 0, "kernel"): ("kernel", "[3, 5]"),
    ("layers", 0, "kernel", 1): ("5", "5"),
    ("layers", 1): ("conv", "conv"),
    ("layers", 1, "conv"): ("conv", "filters: 64"),
    ("layers", 1, "conv", "filters"): ("filters", "64"),
    ("layers", 1, "kernel"): ("kernel", "3"),
    ("layers", 2): ("", ""),
    ("layers", 3): ("for: {c: [1", "for: {c: [1"),
    ("layers", 3, "for", "c"): ("c", "[1"),
    ("layers", 3, "for", "c", 1): ("2", "2"),
}


def refusal(call, *args):
    """The one fault for which a call raises, and what it was raised about."""
    with pytest.raises(SpecError) as caught:
        call(*args)
    [fault] = caught.value.diagnostics
    return fault, caught.value


class TestPlaces:
    @pytest.mark.parametrize(("route", "covered"), COVERED.items(), ids=str)
    def test_cover_the_key_and_the_value_of_a_route(self, route, covered):
        document = Document.from_text(TEXT)
        lines = TEXT.splitlines()
        for place, text in zip((document.key_place(route), document.value_place(route)), covered, strict=True):
            end = place.end_column if place.line == place.end_line else None
            assert lines[place.line][place.column : end] == text

    def test_a_block_of_text_ends_with_its_last_line(self):
        assert Document.from_text(TEXT).value_place(("notes",)) == Place(1, 7, 3, 5)

    @pytest.mark.parametrize(
        ("route", "nearest"),
        [
            (("layers", 0, "stride"), ("layers", 0)),
            (("layers", 9, "conv", "kernel"), ("layers",)),
            (("name", "x", 1), ("name",)),
            (("budget",), ()),
        ],
    )
    def test_of_what_is_not_there_are_those_around_it(self, route, nearest):
        document = Document.from_text(TEXT)
        assert document.value_place(route) == document.value_place(nearest)
        assert document.key_place(route) == document.key_place(nearest)

    def test_count_characters_and_not_bytes_or_cells(self):
        text, [key, value] = marked("层: 一\n{}\n".format("«名字»: «\N{GRINNING FACE}é»"))
        document = Document.from_text(text)
        assert (document.key_place(("名字",)), document.value_place(("名字",))) == (key, value)

    def test_of_a_file_with_a_byte_order_mark_do_not_count_it(self):
        document = Document.from_bytes(codecs.BOM_UTF8 + b"a: 1")
        assert (document.text, document.key_place(("a",))) == ("a: 1", Place(0, 0, 0, 1))

    @pytest.mark.skipif(len(BOTH) < 2, reason="PyYAML is built without its parser in C")
    def test_are_the_same_from_both_parsers(self):
        c, pure = (places(TEXT.replace("\n", "\r\n"), parser) for parser in ("c", "pure"))
        assert (c.keys, c.values) == (pure.keys, pure.values)
        assert c.values == places(TEXT, "c").values

    def test_are_not_sought_before_one_is_asked_for(self, monkeypatch):
        document = Document.from_text(TEXT)
        calls = []
        monkeypatch.setattr("shapecalc.source.reader.places", lambda text: calls.append(text) or places(text))
        assert calls == []
        document.key_place(("name",))
        document.value_place(("name",))
        assert calls == [TEXT]


class TestFile:
    def test_is_read(self, tmp_path):
        path = tmp_path / "net.yaml"
        path.write_text("a: é\n", encoding="utf-8")
        document = Document.open(path)
        assert (document.name, document.text, document.data) == (str(path), "a: é\n", {"a": "é"})

    def test_named_dash_is_standard_input(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
        assert Document.open("-") == Document("<stdin>", "a: 1", {"a": 1})

    def test_named_dash_is_refused_where_there_is_no_standard_input(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", None)
        fault, error = refusal(Document.open, "-")
        assert (fault.code, fault.message, fault.help, error.name) == (
            "E101", "standard input cannot be read", "name a file, or pipe one in", "<stdin>",
        )  # fmt: skip

    def test_that_is_not_there_is_refused_with_the_nearest_name(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("nets").mkdir()
        Path("nets/resnet.yaml").touch()
        fault, error = refusal(Document.open, "nets/resent.yaml")
        assert (fault.code, fault.message) == ("E101", "there is no file `nets/resent.yaml`")
        assert fault.help == "did you mean `nets/resnet.yaml`?"
        assert (error.name, error.text, fault.place) == ("nets/resent.yaml", "", None)

    def test_in_no_folder_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        fault, _ = refusal(Document.open, "nots/a.yaml")
        assert (fault.message, fault.help) == ("there is no file `nots/a.yaml`", "there is no folder `nots` either")

    def test_that_is_a_folder_is_refused_with_a_file_in_it(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("nets").mkdir()
        Path("nets/b.yaml").touch()
        Path("nets/a.txt").touch()
        fault, _ = refusal(Document.open, "nets")
        assert (fault.code, fault.message, fault.help) == (
            "E101", "`nets` is a folder", "give a file in it: `nets/b.yaml`",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("error", "message", "help"),
        [
            (PermissionError(), "`a` may not be read", "give yourself the permission to read it"),
            (OSError(errno.EIO, "No luck"), "`a` cannot be read: no luck", "check the name of the file"),
        ],
    )
    def test_that_cannot_be_read_is_refused(self, monkeypatch, error, message, help):
        def refuse(*_):
            raise error

        monkeypatch.setattr(Path, "open", refuse)
        fault, _ = refusal(Document.open, "a")
        assert (fault.code, fault.message, fault.help) == ("E101", message, help)

    @pytest.mark.parametrize("name", ["a\0b", "a" * 5000, os.fsdecode(b"\xff\xfe"), "a\nb"])
    def test_with_an_impossible_name_is_refused_in_printable_text(self, name):
        fault, error = refusal(Document.open, name)
        assert fault.code == "E101"
        assert fault.message.isprintable()
        assert error.name.encode()

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs an endless file")
    def test_without_an_end_is_refused(self):
        fault, _ = refusal(Document.open, "/dev/zero")
        assert (fault.code, fault.message) == ("E108", "the text is longer than 16 MiB")


class TestBytes:
    @pytest.mark.parametrize(
        ("content", "message", "help"),
        [
            (codecs.BOM_UTF16_LE + b"a", "the file is saved as UTF-16, and a spec is UTF-8", "save the file as UTF-8"),
            (codecs.BOM_UTF16_BE + b"a", "the file is saved as UTF-16, and a spec is UTF-8", "save the file as UTF-8"),
            (codecs.BOM_UTF32_LE, "the file is saved as UTF-32, and a spec is UTF-8", "save the file as UTF-8"),
            (
                b"\x7fELF\x02\x00\xff", "the file is not text: at offset 5 stands a NUL byte",
                "is this the right file? if it is, save it as UTF-8",
            ),
        ],
    )  # fmt: skip
    def test_that_are_no_text_are_refused(self, content, message, help):
        fault, error = refusal(Document.from_bytes, content)
        assert (fault.code, fault.message, fault.help) == ("E102", message, help)
        assert (fault.place, error.text) == (None, "")

    @pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
    def test_in_another_encoding_are_refused_in_their_place(self, mark):
        fault, error = refusal(Document.from_bytes, mark + "a: ü\nb: ".encode() + b"\xe9\x07\n")
        offset = 9 + len(mark)
        assert (fault.code, fault.label, fault.help) == ("E102", "this byte", "save the file as UTF-8")
        assert fault.message == f"the file is not UTF-8: at offset {offset} stands the byte 0xE9"
        assert (fault.place, error.text) == (Place(1, 3, 1, 4), "a: ü\nb: ��\n")

    def test_beyond_the_limit_are_refused(self):
        fault, error = refusal(Document.from_bytes, b" " * (16 * 1024 * 1024 + 1))
        assert (fault.code, error.text) == ("E108", "")

    @settings(deadline=None)
    @given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda content: b'a: "' + content + b'"'))
    def test_of_any_kind_are_a_document_or_refused(self, content):
        try:
            document = Document.from_bytes(content)
        except SpecError as error:
            said = error
        else:
            assert document.key_place(()) == document.value_place(())
            return
        assert said.diagnostics
        assert said.text.encode() is not None


class Colour(StrEnum):
    RED = "red"


class TestData:
    def test_are_copied(self):
        inner = [1, 2]
        document = Document.from_data({"a": inner})
        inner.append(3)
        assert document == Document("<dict>", "", {"a": [1, 2]})

    def test_have_no_places(self):
        document = Document.from_data({"a": 1})
        assert (document.key_place(("a",)), document.value_place(("a",))) == (None, None)

    def test_become_what_a_file_could_hold(self):
        data = {"a": (1, (2.5, None)), Colour.RED: Colour.RED, "b": np.int64(3), "c": np.float64(0.5), "d": True}
        copy = Document.from_data(data).data
        assert copy == {"a": [1, [2.5, None]], "red": "red", "b": 3, "c": 0.5, "d": True}
        assert [type(x) for x in (*copy, *copy.values())] == [*[str] * 5, list, str, int, float, bool]

    def test_may_hold_one_list_twice(self):
        shape = [3, 3]
        assert Document.from_data({"a": shape, "b": shape}).data == {"a": [3, 3], "b": [3, 3]}

    @pytest.mark.parametrize(
        ("data", "code", "message", "route"),
        [
            ([1], "E109", "a list stands at the top, where a spec has keys", ()),
            (None, "E109", "a value stands at the top, where a spec has keys", ()),
            ({"a": [{3: 1}]}, "E106", "the key 3 is not a text", ("a", 0)),
            ({"a": {None: 1}}, "E106", "a key is not a text", ("a",)),
            ({"a": {"b": {1, 2}}}, "E106", "a value is of a kind that no file can hold", ("a", "b")),
            ({"a": [0, object()]}, "E106", "a value is of a kind that no file can hold", ("a", 1)),
            ({"a": "\udc00"}, "E102", "a text holds half a character", ("a",)),
            ({"a": [10**100]}, "E108", "a number has more than 100 digits", ("a", 0)),
        ],
    )
    def test_that_no_file_could_hold_are_refused_by_route(self, data, code, message, route):
        fault, error = refusal(Document.from_data, data)
        assert (fault.code, fault.message, fault.route, error.name) == (code, message, route, "<dict>")

    def test_that_hold_themselves_are_refused(self):
        data = {"a": []}
        data["a"].append(data)
        fault, _ = refusal(Document.from_data, data)
        assert (fault.code, fault.message, fault.route) == ("E106", "a value holds itself", ("a", 0))

    def test_that_nest_too_deep_are_refused(self):
        data = {}
        for _ in range(100_000):
            data = {"a": data}
        fault, _ = refusal(Document.from_data, data)
        assert (fault.code, fault.route) == ("E107", ("a",) * 64)
        while data:
            data = data["a"]

    def test_that_double_at_every_level_are_refused(self, monkeypatch):
        monkeypatch.setattr("shapecalc.source.document.MAX_EVENTS", 1000)
        data = 1
        for _ in range(60):
            data = [data, data]
        fault, _ = refusal(Document.from_data, {"a": data})
        assert fault.code == "E108"
