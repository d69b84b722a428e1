"""A batch of pairs: a table, or a ZIP with one, says which pictures go together; what is wrong is said by its line."""

import io
import stat
import zipfile

import pytest

from gallery.catalogue.problems import InvalidValue
from gallery.services.references.pairs import archives
from gallery.services.references.pairs.archives import PairArchive
from gallery.services.references.pairs.tables import PairRow, read_pairs

TABLE = b"left,right,prompt\na.png,b.png,a night\nc.png,d.png,\n"


def zipped(files, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out


def archive(**files):
    return PairArchive(
        zipped([("pairs.csv", TABLE), *((name, name.encode()) for name in ("a.png", "b.png", "c.png", "d.png"))])
    )


# -- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (TABLE.decode(), [PairRow(2, ("a.png", "b.png"), "a night"), PairRow(3, ("c.png", "d.png"))]),
        ("Right;LEFT\n\n b.png ; a.png \n", [PairRow(3, ("a.png", "b.png"))]),
        (
            "prompt\treference_2\treference\nx\t\ta.png\ny\tb.png\ta.png",
            [PairRow(2, ("a.png",), "x"), PairRow(3, ("a.png", "b.png"), "y")],
        ),
        ("reference\nhttps://example.com/a.png?b=c,d\n", [PairRow(2, ("https://example.com/a.png?b=c,d",))]),
        ('Reference 1,reference 2\n"a, b.png",\'=c.png\n', [PairRow(2, ("a, b.png", "=c.png"))]),
        ("| left | right |\n|---|---|\n| a.png | b.png |\n", [PairRow(3, ("a.png", "b.png"))]),
    ],
    ids=["pairs", "other order", "references", "one column", "quotes", "markdown"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_any_order_and_encoding(text, rows, encoding):
    pairs = read_pairs(text.replace("night", "Übung").encode(encoding))
    assert pairs.rows == [PairRow(row.line, row.references, row.prompt.replace("night", "Übung")) for row in rows]
    assert pairs.problems == []


def test_what_is_wrong_in_a_row_is_said_by_its_line_and_the_others_stay():
    pairs = read_pairs(b'left,right\na.png,\n,b.png\na.png,b.png\na.png,b.png,c.png\n"a"b,c\na.png,d.png\n')
    assert [(problem.line, problem.column) for problem in pairs.problems] == [
        (2, "right"),
        (3, "left"),
        (5, ""),
        (6, ""),
    ]
    assert [row.line for row in pairs.rows] == [4, 7]
    gap = read_pairs(b"reference,reference_2,reference_3\na.png,,c.png\n,,\n,b.png,\n")
    assert [(problem.line, problem.column) for problem in gap.problems] == [(2, "reference_2"), (4, "reference")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no table"),
        ("left,right\n", "no rows"),
        ("left,middle\na,b", "“middle” is not known here"),
        ("left\na", "column right is missing"),
        ("reference_2\na", "column reference is missing"),
        ("reference,reference_3\na,b", "column reference_2 is missing"),
        ("left,right,Left\na,b,c", "column left stands there twice"),
        ("left,right,reference\na,b,c", "The columns are left and right, or"),
        ("prompt\na", "column reference is missing"),
        ("left,right\n" + "a,b\n" * 2001, "more than 2,000 rows"),
        ("PK\x03\x04", "workbook"),
    ],
)
def test_what_is_wrong_with_all_of_a_table_is_said(text, words):
    with pytest.raises(InvalidValue, match=words):
        read_pairs(text.encode())


# -- archives ---------------------------------------------------------------------------------------------------------


def test_a_zip_gives_its_rows_and_their_pictures():
    names = ["a.png", "b.png", "c.png", "d.png", "e.png"]
    found = PairArchive(zipped([("pairs.csv", TABLE), *((name, name.encode()) for name in names)]))
    assert [row.references for row in found.pairs.rows] == [("a.png", "b.png"), ("c.png", "d.png")]
    assert found.open_picture("a.png").read() == b"a.png"
    assert found.unused == ("e.png",)


TREE = [
    "set/in/Cat.PNG",
    "set/in/dog.png",
    "set/Größe.png",
    "top.png",
    "x/same.png",
    "y/same.png",
    "__MACOSX/set/._top.png",
    ".DS_Store",
]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("in/Cat.PNG", "set/in/Cat.PNG"),
        ("./in\\cat.png", "set/in/Cat.PNG"),
        ("set/in/dog.png", "set/in/dog.png"),
        ("dog.png", "set/in/dog.png"),
        ("Gro\u0308ße.png", "set/Größe.png"),
        ("top.png", "top.png"),
        ("x/same.png", "x/same.png"),
        ("https://example.com/dog.png", "https://example.com/dog.png"),
        ("same.png", "Several files are called “same.png”: write the folder too."),
        ("in/top.png", "“in/top.png” is not in the ZIP."),
        ("../top.png", "“../top.png” is not in the ZIP."),
        ("._top.png", "“._top.png” is not in the ZIP."),
    ],
)
def test_a_picture_is_found_by_its_path_or_its_name(written, found):
    table = f"left,right\n{written},top.png\n".encode()
    pairs = PairArchive(zipped([("set/pairs.csv", table), *((name, b"x") for name in TREE)])).pairs
    assert [row.references[0] for row in pairs.rows] + [problem.message for problem in pairs.problems] == [found]
    assert {problem.line for problem in pairs.problems} <= {2}


def test_names_that_other_systems_write_are_read():
    raw = "ein\\Größe.png".encode()  # without the flag that says UTF-8, and with the backslash of Windows
    named = zipped(
        [("pairs.csv", "left,right\nein/Größe.png,b.png\n".encode()), ("b.png", b"b"), ("x" * len(raw), b"g")]
    )
    found = PairArchive(io.BytesIO(named.getvalue().replace(b"x" * len(raw), raw)))
    assert found.pairs.rows[0].references == ("ein/Größe.png", "b.png")
    assert found.open_picture("ein/Größe.png").read() == b"g"


def link():
    info = zipfile.ZipInfo("a.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def patched(content, offset, value):
    """Change the entry of a file in the list of files: where it says how it is packed, or that it is encrypted."""
    at = content.rindex(b"PK\x01\x02") + offset
    return content[:at] + value + content[at + len(value) :]


SOUND = zipped([("pairs.csv", TABLE), ("a.png", b"a")]).getvalue()
BAD = {
    "no ZIP": (b"left,right", "no ZIP file"),
    "cut": (SOUND[:-30], "no ZIP file"),
    "a list of nonsense": (SOUND.replace(b"PK\x01\x02", b"PK\x09\x09"), "no ZIP file"),
    "empty": (zipped([]).getvalue(), "no CSV file in this ZIP"),
    "no table": (zipped([("a.png", b"a")]).getvalue(), "no CSV file in this ZIP"),
    "two tables": (zipped([("a.csv", TABLE), ("b.tsv", TABLE)]).getvalue(), "several tables in this ZIP: “a.csv”, “b"),
    "a bad table": (zipped([("a.csv", b"x,y\n1,2")]).getvalue(), "“x” is not known here"),
    "the way up": (zipped([("../../etc/a.png", b"a")]).getvalue(), "points out of the ZIP"),
    "a way up inside": (zipped([("a/../../b.png", b"a")]).getvalue(), "points out of the ZIP"),
    "an absolute path": (zipped([("/etc/passwd", b"a")]).getvalue(), "points out of the ZIP"),
    "a drive": (zipped([("C:/a.png", b"a")]).getvalue(), "points out of the ZIP"),
    "backslashes": (zipped([("..\\a.png", b"a")]).getvalue(), "points out of the ZIP"),
    "a name without a letter": (SOUND.replace(b"a.png", b"\0.png"), "points out of the ZIP"),
    "a link": (zipped([("pairs.csv", TABLE), (link(), "/etc/passwd")]).getvalue(), "points out of the ZIP"),
    "encrypted": (patched(SOUND, 8, b"\x01\0"), "has a password"),
    "packed otherwise": (zipped([("a.csv", TABLE)], compression=14).getvalue(), "packed in an unusual way"),
    "a table too large": (zipped([("a.csv", b"x" * 2_000_001)], compression=8).getvalue(), "larger than 2 MB"),
    "a size that lies": (patched(zipped([("a.csv", TABLE)]).getvalue(), 20, b"\x04\0\0\0\x04\0\0\0"), "is damaged"),
    "a long list": (SOUND[:-10] + (3_000_000).to_bytes(4, "little") + SOUND[-6:], "more than 5,000 files"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_zip_that_is_no_honest_one_is_refused(what):
    content, words = BAD[what]
    with pytest.raises(InvalidValue, match=words):
        PairArchive(io.BytesIO(content))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice_is_refused():
    with pytest.raises(InvalidValue, match=r"“a.png” is in the ZIP twice"):
        PairArchive(zipped([("a.csv", TABLE), ("a.png", b"1"), ("a.png", b"2")]))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = zipped(
        [("a.csv", b"left,right\na.png,b.png\n"), ("a.png", bytes(21 * 2**20)), ("b.png", b"b")], compression=8
    )
    with pytest.raises(InvalidValue, match=r"“a.png” is larger than 21 MB"):
        PairArchive(bomb).open_picture("a.png")
    monkeypatch.setattr(archives, "UNPACKED_MOST", 20 * 2**20)
    with pytest.raises(InvalidValue, match="Unpacked, this ZIP is larger"):
        PairArchive(bomb)
    monkeypatch.setattr(archives, "ENTRIES_MOST", 2)
    with pytest.raises(InvalidValue, match="more than 2 files"):
        PairArchive(bomb)


def test_a_picture_that_is_damaged_in_the_zip_is_named():
    content = zipped(
        [("pairs.csv", TABLE.replace(b"c.png,d.png,\n", b"")), ("a.png", b"a"), ("b.png", b"SOUND")]
    ).getvalue()
    found = PairArchive(io.BytesIO(content.replace(b"SOUND", b"OTHER")))
    assert found.open_picture("a.png").read() == b"a"
    with pytest.raises(InvalidValue, match=r"“b.png” in the ZIP is damaged"):
        found.open_picture("b.png")
