"""Archives as platforms and strangers make them, collected into a class folder."""

import io
import json
import os
import random
import stat
import struct
import tarfile
import zipfile
from collections import Counter
from datetime import datetime

import pytest
from click.testing import CliRunner

from rnncourse.cli import cli
from rnncourse.errors import ClassError, CollectError, UnknownNameError
from rnncourse.grading.collecting import collect, entries, placing
from rnncourse.grading.collecting.planning import Entry

SLUGS = ["01_recurrent_neurons", "06_bptt"]
RNN = "01_recurrent_neurons"
WEI, BOB = f"wei/{RNN}.ipynb", f"bob/{RNN}.ipynb"
MOODLE = "Wei Chen_1_assignsubmission_file_/" + RNN + ".ipynb"


def zipped(files, day=1):
    """Return a zip of files, each with its content or with a ZipInfo and its content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(info(name, day=day), content)
    return buffer.getvalue()


def info(name, day=1, mode=stat.S_IFREG, date=None):
    """Return the header of a zip's entry, whose name is taken as it is."""
    header = zipfile.ZipInfo("x", date or (2026, 11, day, 12, 0, 0))
    header.filename = name
    header.external_attr = mode << 16
    header.compress_type = zipfile.ZIP_DEFLATED
    return header


def tarred(files, day=1, *, gz=True):
    """Return a tar of files, each with its content or as a TarInfo."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz" if gz else "w") as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mtime = int(datetime(2026, 11, day, 12).timestamp())
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


class Class:
    """A class folder, and a way to collect into it."""

    def __init__(self, root):
        self.root = root
        self.submitted = root / "class" / "submitted"

    def collect(self, content, name="download.zip", **options):
        """Collect an archive; return (student, done, reason) of each file."""
        archive = self.root / name
        archive.write_bytes(zipped(content) if isinstance(content, dict) else content)
        done = collect(archive, self.submitted, SLUGS, **options)
        return [(outcome.student, outcome.done, outcome.reason) for outcome in done]

    def notebook(self, student, slug=RNN):
        """Return what is in a student's place."""
        return (self.submitted / student / slug / f"{slug}.ipynb").read_bytes()

    def files(self):
        """Return every file of the class folder, with content and time."""
        return {
            str(path.relative_to(self.root / "class")): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in (self.root / "class").rglob("*")
            if path.is_file()
        }


@pytest.fixture
def term(tmp_path):
    """Return an empty class."""
    return Class(tmp_path)


@pytest.mark.parametrize("make", [zipped, tarred, lambda files: tarred(files, gz=False)])
def test_collect_reads_zip_and_tar(term, make):
    """The content says what an archive is, whatever its name; files keep their time."""
    assert term.collect(make({WEI: b"{1}", BOB: b"{2}"}), "download") == [
        ("bob", "new", ""),
        ("wei", "new", ""),
    ]
    assert (term.notebook("wei"), term.notebook("bob")) == (b"{1}", b"{2}")
    placed = term.submitted / "wei" / RNN / f"{RNN}.ipynb"
    assert datetime.fromtimestamp(placed.stat().st_mtime) == datetime(2026, 11, 1, 12)


def test_collect_reads_a_folder_and_follows_no_link_in_it(term, tmp_path):
    """A link to a file or a folder, a pipe: each has its reason, the rest is collected."""
    folder = tmp_path / "download"
    for name in ("wei", "bob", "eve"):
        (folder / name).mkdir(parents=True)
    (folder / WEI).write_bytes(b"{1}")
    (tmp_path / "secret.ipynb").write_bytes(b"{2}")
    (folder / BOB).symlink_to(tmp_path / "secret.ipynb")
    (folder / "zoe").symlink_to(tmp_path)
    os.mkfifo(folder / f"eve/{RNN}.ipynb")
    (folder / "ann.zip").write_bytes(zipped({f"work/{RNN}.ipynb": b"{3}"}))
    done = collect(folder, term.submitted, SLUGS)
    assert {(o.where, o.done, o.reason) for o in done} == {
        (WEI, "new", ""),
        (f"ann.zip > work/{RNN}.ipynb", "new", ""),
        (BOB, "refused", "it is a link, not a file"),
        ("zoe", "refused", "it is a link, not a file"),
        (f"eve/{RNN}.ipynb", "refused", "it is a device or a pipe, not a file"),
    }
    assert sorted(path.name for path in term.submitted.glob("[!.]*")) == ["ann", "wei"]


def test_collect_twice_changes_nothing(term):
    """Not a byte and not a time, whatever the archive holds."""
    files = {WEI: b"{1}", MOODLE: b"{2}", f"wei/{RNN}-copy.ipynb": b"{3}", "../x.ipynb": b""}
    term.collect(files)
    before = term.files()
    again = term.collect(files)
    assert term.files() == before
    assert {done for _, done, _ in again} == {"unchanged", "older", "refused"}


def test_newer_replaces_older_and_what_was_there_is_kept(term):
    """Archives may come in any order; nothing is lost."""
    days = {2: "new", 3: "replaced", 1: "older"}
    for day, expected in [*days.items(), (2, "older"), (3, "unchanged")]:
        assert term.collect(zipped({WEI: b"%d" % day}, day=day))[0][1] == expected
    assert term.notebook("wei") == b"3"
    kept = list((term.submitted / ".replaced").rglob("*.ipynb"))
    assert [path.read_bytes() for path in kept] == [b"2"]
    assert kept[0].name.startswith("2026-11-02T12-00-00-")
    assert kept[0].parent == term.submitted / ".replaced" / "wei" / RNN


def test_same_notebook_in_a_later_archive_is_as_new_as_that(term):
    """What is between the two is older, then."""
    for day, content, expected in ((1, b"1", "new"), (3, b"1", "unchanged"), (2, b"2", "older")):
        assert term.collect(zipped({WEI: content}, day=day))[0][1] == expected


def test_same_age_and_other_content_is_refused(term):
    """Which one counts cannot be told, and the one that is there stays."""
    term.collect({WEI: b"1"})
    assert term.collect({WEI: b"2"})[0][1:] == (
        "refused",
        "what is there differs, and which is newer cannot be told. Remove one",
    )
    assert term.notebook("wei") == b"1"


def test_person_of_the_same_name_replaces_nobody(term, tmp_path):
    """Two archives of one exercise, two numbers, one name: the second needs a roster."""
    other = MOODLE.replace("_1_", "_2_")
    term.collect({MOODLE: b"1"})
    done = term.collect(zipped({other: b"2"}, day=9))
    assert done[0][1] == "refused"
    assert "not handed in by Wei Chen (Moodle 2). Use --roster" in done[0][2]
    assert term.notebook("wei-chen") == b"1"
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,moodle_id\nwei-chen,Wei Chen,1\nwei2,Wei Chen,2\n", "utf-8-sig")
    done = term.collect(zipped({other: b"2", MOODLE: b"1"}, day=9), roster=roster)
    assert [(who, what) for who, what, _ in done] == [("wei-chen", "unchanged"), ("wei2", "new")]


def test_roster_joins_what_one_person_handed_in_twice(term, tmp_path):
    """A second Moodle assignment, for who is late, gives everybody a new number."""
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\nchen,Wei Chen\n")
    term.collect({MOODLE: b"1"}, roster=roster)
    late = zipped({MOODLE.replace("_1_", "_2_"): b"2"}, day=9)
    assert term.collect(late, roster=roster)[0][:2] == ("chen", "replaced")


def test_file_put_there_by_hand_belongs_to_the_folders_name(term):
    """Who is only called alike does not replace it; who is stated to be the same does."""
    place = term.submitted / "wei-chen" / RNN / f"{RNN}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"by hand")
    os.utime(place, (10**9, 10**9))
    assert term.collect({MOODLE: b"1"})[0][1] == "refused"
    assert term.collect({MOODLE: b"by hand"})[0][1] == "unchanged"
    assert term.collect({f"wei-chen/{RNN}.ipynb": b"2"})[0][1] == "replaced"
    assert term.notebook("wei-chen") == b"2"


def test_name_that_differs_only_in_case_from_a_students_is_refused(term):
    """On some disks it would be the same folder."""
    term.collect({WEI: b"1"})
    done = term.collect(zipped({f"WEI/{RNN}.ipynb": b"2"}, day=9))
    assert done == [("WEI", "refused", "the class has 'wei', which is nearly the same name")]


@pytest.mark.parametrize("kind", ["SYMTYPE", "LNKTYPE", "CHRTYPE", "FIFOTYPE"])
def test_links_and_devices_in_a_tar_are_refused(term, kind):
    """Their targets are never opened."""
    member = tarfile.TarInfo(BOB)
    member.type, member.linkname = getattr(tarfile, kind), "/etc/passwd"
    done = term.collect(tarred({WEI: b"1", BOB: member}))
    assert [what for _, what, _ in done] == ["new", "refused"]
    assert done[1][2] in (entries.LINK, entries.SPECIAL)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(term, mode):
    """A zip says so in its attributes."""
    buffer = io.BytesIO(zipped({WEI: b"1"}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info(BOB, mode=mode), "/etc/passwd")
    assert [what for _, what, _ in term.collect(buffer.getvalue())] == ["new", "refused"]


def changed(content, name, offset, value):
    """Return a zip with bytes of one entry's two headers changed: offset in the local one."""
    content = bytearray(content)
    name = name.encode()
    local = content.find(b"PK\x03\x04", content.find(name) - 30)
    central = content.rfind(name) - 46
    content[local + offset : local + offset + len(value)] = value
    content[central + offset + 2 : central + offset + 2 + len(value)] = value
    return bytes(content)


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [
        (6, b"\x01\x00", "it is encrypted"),
        (8, b"\x63\x00", "compressed in a way that is not known"),
        (14, b"1234", "damaged in the archive (Bad CRC-32"),
        (22, struct.pack("<I", 2**31), "larger than 200 MB"),
    ],
)
def test_entries_that_cannot_be_read_are_refused_alone(term, offset, value, said):
    """Encrypted, odd, damaged or huge: the others are collected."""
    content = changed(zipped({BOB: b"2" * 99, WEI: b"1"}), BOB, offset, value)
    done = term.collect(content)
    assert [(who, what) for who, what, _ in done] == [("bob", "refused"), ("wei", "new")]
    assert said in done[0][2]


def test_names_with_nul_are_refused_in_a_zip(term):
    """zipfile would cut them off there."""
    done = term.collect({f"bob/{RNN}.ipynb\0.txt": b"2", WEI: b"1"})
    assert [what for _, what, _ in done] == ["new", "refused"]


@pytest.mark.parametrize("date", [(1980, 0, 0), (1980, 1, 1), (2107, 12, 31), (2025, 2, 30)])
def test_impossible_dates_stop_nothing(term, date):
    """The notebook is collected, as the oldest of all."""
    year, month, day = date
    stamp = struct.pack("<HH", 0, (year - 1980) << 9 | month << 5 | day)
    content = changed(zipped({WEI: b"1"}), WEI, 10, stamp)
    assert term.collect(content) == [("wei", "new", "undated, so it counts as the oldest")]
    assert term.collect({WEI: b"2"})[0][1] == "replaced"
    assert term.collect(content)[0][1] == "older"


def test_zip_within_a_zip_is_opened_once(term):
    """Each student may hand in a zip; a zip in it is no notebook."""
    files = {f"a/{RNN}.ipynb": b"1", "deeper.zip": zipped({"06_bptt.ipynb": b"2"})}
    nested = zipped({"x.zip": zipped({WEI: b"3"})})
    done = term.collect({"wei.zip": zipped(files), "bob.zip": nested})
    assert [(who, what) for who, what, _ in done] == [("wei", "new"), ("", "refused")]
    assert "the folder bob handed in no file" in done[1][2]
    assert sorted(term.files()) == [
        f"submitted/.collected/{RNN}/wei.json",
        f"submitted/wei/{RNN}/{RNN}.ipynb",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged zip"),
        (b"PK\x03\x04 no zip", "damaged zip"),
        (zipped({WEI: b"1"})[:-30], "damaged zip"),
        (b"\0" * 2**21, "unpacks to more than 20 times its size"),
        (zipped({f"{n}.txt": b"" for n in range(10_001)}), "more than 10000 files"),
        (zipped({}), "handed in no file"),
    ],
)
def test_bad_zip_of_one_student_is_refused_alone(term, content, said):
    """Damaged, empty, a bomb, or of countless files."""
    done = term.collect({"bob.zip": content, WEI: b"1"})
    assert [what for _, what, _ in done] == ["new", "refused"]
    assert said in done[1][2]


def test_file_in_a_folder_that_is_too_large_is_refused_alone(term, tmp_path, monkeypatch):
    """No more is read of it than the limit."""
    monkeypatch.setattr(entries, "MAX_BYTES", 10)
    for path, size in ((WEI, 10), (BOB, 11)):
        (tmp_path / "download" / path).parent.mkdir(parents=True)
        (tmp_path / "download" / path).write_bytes(b"x" * size)
    done = collect(tmp_path / "download", term.submitted, SLUGS)
    assert [(o.student, o.done, o.reason) for o in done] == [
        ("bob", "refused", "it is larger than 200 MB"),
        ("wei", "new", ""),
    ]


def test_read_asks_for_no_more_than_the_limit(monkeypatch):
    """What unpacks without end is not unpacked to see how large it is."""

    class Endless(io.BytesIO):
        def read(self, size=-1):
            assert size >= 0, "all of it"
            return b"x" * size

    monkeypatch.setattr(entries, "MAX_BYTES", 10)
    with pytest.raises(CollectError, match="larger than"):
        entries.read(Entry("wei.zip", Endless))


def test_one_student_cannot_fill_the_disk(term, monkeypatch):
    """All that one hands in at once has a limit; the others do not notice."""
    monkeypatch.setattr(placing, "MAX_STUDENT_BYTES", 100)
    done = term.collect({WEI: b"1" * 60, "wei/06_bptt.ipynb": b"2" * 60, BOB: b"3" * 60})
    assert [(who, what) for who, what, _ in done] == [
        ("bob", "new"),
        ("wei", "new"),
        ("wei", "refused"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither a folder nor a zip"),
        (b'{"cells": []}', "neither a folder nor a zip"),
        (zipped({WEI: b"1"})[:-30], "File is not a zip file"),
        (tarred({WEI: os.urandom(5000)})[:-300], "could not be read"),
        (tarred({WEI: b"1", BOB: b"2" * 600}, gz=False)[:1536], "could not be read"),
        (tarred({WEI: b"1", BOB: b"2"}, gz=False).replace(b"bob", b"eve"), "damaged after 1 files"),
    ],
)
def test_damaged_archive_says_so_and_changes_nothing(term, content, said):
    """Half of a class is not taken for the class."""
    with pytest.raises(ClassError, match=said):
        term.collect(content)
    assert not term.submitted.exists()


def test_tar_and_folder_have_limits(term, monkeypatch):
    """What unpacks without end, or has countless files, is refused as a whole."""
    monkeypatch.setattr(entries, "MAX_TAR_BYTES", 10**6)
    with pytest.raises(ClassError, match="unpacks to more than"):
        term.collect(tarred({WEI: b"\0" * 10**7}))
    monkeypatch.setattr(entries, "MAX_ENTRIES", 2)
    with pytest.raises(ClassError, match="more than 2 files"):
        term.collect(zipped({str(n): b"" for n in range(3)}))


@pytest.mark.parametrize("part", ["wei", f"wei/{RNN}", f"wei/{RNN}/{RNN}.ipynb", ".collected"])
def test_links_in_the_class_folder_are_not_followed(term, tmp_path, part):
    """Nothing is written outside of it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    link = term.submitted / part
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    done = term.collect({WEI: b"1"})
    assert done[0][1] == "refused"
    assert "is a link" in done[0][2]
    assert not list(outside.iterdir())


def test_dry_run_says_the_same_and_writes_nothing(term):
    """What would be done is what is done next."""
    files = {WEI: b"1", "../x.ipynb": b"2", BOB: b"3"}
    dry = term.collect(files, write=False)
    assert not term.submitted.exists()
    assert term.collect(files) == dry


@pytest.mark.parametrize("first", [{}, {WEI: b"0", BOB: b"0"}])
@pytest.mark.parametrize("writes", range(7))
def test_interrupted_collection_goes_on_from_there(term, monkeypatch, first, writes):
    """Whichever file is the last to be written, the next run ends where one run would have."""
    write, count = placing._write, iter(range(100))

    def cut_off(*arguments):
        if next(count) >= writes:
            raise KeyboardInterrupt
        write(*arguments)

    # An undated file can be told from a newer one by nothing but the record.
    dates = [(1980, 0, 0, 0, 0, 0), (2026, 11, 2, 0, 0, 0)]
    contents = []
    for date, files in zip(dates, (first, {WEI: b"1", BOB: b"2"}), strict=True):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                archive.writestr(info(name, date=date), content)
        contents.append(buffer.getvalue())
    term.collect(contents[0])
    monkeypatch.setattr(placing, "_write", cut_off)
    try:
        term.collect(contents[1])
    except KeyboardInterrupt:
        monkeypatch.setattr(placing, "_write", write)
        again = {what for _, what, _ in term.collect(contents[1])}
        assert again <= {"new", "replaced", "unchanged"}
    assert (term.notebook("wei"), term.notebook("bob")) == (b"1", b"2")
    kept = [path.read_bytes() for path in (term.submitted / ".replaced").rglob("*.ipynb")]
    assert kept == [b"0"] * len(first)


def test_damaged_record_is_named(term):
    """A person has to look; nothing is overwritten meanwhile."""
    term.collect({WEI: b"1"})
    record = term.submitted / ".collected" / RNN / "wei.json"
    record.write_text("{")
    done = term.collect(zipped({WEI: b"2"}, day=9))
    assert done[0][1] == "refused"
    assert "wei.json is damaged" in done[0][2]
    assert term.notebook("wei") == b"1"


def test_wrong_arguments_say_what_there_is(term, tmp_path):
    """A near match is suggested."""
    with pytest.raises(UnknownNameError, match="Did you mean '06_bptt'"):
        term.collect({WEI: b"1"}, exercise="6_bptt")
    with pytest.raises(UnknownNameError, match=r"Did you mean '.*download.zip'"):
        collect(tmp_path / "dwnload.zip", term.submitted, SLUGS)
    with pytest.raises(ClassError, match=r"roster .* could not be read"):
        term.collect({WEI: b"1"}, roster=tmp_path / "none.csv")


def test_command_prints_a_table_and_says_by_its_code_whether_all_is_well(term, tmp_path):
    """Exit 0 when everything has its place, 1 when a person has to look."""
    archive = tmp_path / "download.zip"
    command = ["collect", str(archive), "--course-dir", str(tmp_path / "class")]
    archive.write_bytes(zipped({MOODLE: b"1", BOB: b"2"}))
    done = CliRunner().invoke(cli, [*command, "--dry-run"])
    assert (done.exit_code, "Nothing was written." in done.output) == (0, True)
    done = CliRunner().invoke(cli, command)
    assert (done.exit_code, "2 new" in done.output) == (0, True)
    assert "wei-chen  01_recurrent_neurons  new" in done.output
    archive.write_bytes(zipped({MOODLE: b"1", "[red]/\u202eA.ipynb": b"2"}))
    done = CliRunner().invoke(cli, command)
    assert (done.exit_code, "1 unchanged, 1 refused" in done.output) == (1, True)
    assert "[red]/?A.ipynb: its name says no exercise" in " ".join(done.output.split())
    archive.write_bytes(b"")
    done = CliRunner().invoke(cli, command)
    assert (done.exit_code, "Traceback" in done.output) == (1, False)


NAMES = ["wei", "WEI", "bob", "Wei Chen", "jos\u00e9", "jose\u0301", "..", ".", "", "CON"]
NAMES += ["a\\b", "C:", "submitted", ".collected", ".replaced", "__MACOSX", RNN, "download"]
NAMES += ["\u202e", "x" * 300]
PLATFORMS = ["{}", "{}_1_assignsubmission_file_", "{}_2_assignsubmission_file"]
PLATFORMS += ["{}_1_2_x", "{}_LATE_3_4_x"]
FILES = [f"{RNN}.ipynb", f"{RNN} (1).ipynb", "06_bptt.ipynb", "x.ipynb", "x.pdf", "in.zip"]
FILES += ["\0.ipynb"]


def random_path(rng):
    """Return a path of a platform, of a student, or of nobody."""
    folders = [rng.choice(PLATFORMS).format(rng.choice(NAMES)) for _ in range(rng.randint(0, 3))]
    return rng.choice(["/", "/", "/", "_", "//"]).join([*folders, rng.choice(FILES)])


def random_archive(rng, depth=0):
    """Return a zip or tar of random paths, perhaps damaged."""
    files = {}
    for _ in range(rng.randint(1, 6)):
        name = random_path(rng)
        inner = name.endswith(".zip") and depth < 2
        files[name] = random_archive(rng, depth + 1) if inner else rng.randbytes(8)
    if depth == 0 and rng.random() < 0.3:
        files = {name.replace("\0", ""): data for name, data in files.items()}
        return tarred(files, rng.randint(1, 9))
    content = bytearray(zipped(files, rng.randint(1, 9)))
    for _ in range(rng.choice([0, 0, 0, 1, 3])):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content[: -rng.randint(1, 50)] if rng.random() < 0.05 else content)


def owners(files):
    """Return whose each place is, where no person wrote it."""
    said = {name: json.loads(data) for name, (data, _) in files.items() if name.endswith(".json")}
    return {n: (s["platform"], s["key"]) for n, s in said.items() if not s["stated"]}


@pytest.mark.parametrize("seed", range(40))
def test_no_archives_do_harm(term, seed):
    """Random archives, one after another: only `submitted/` changes, and nothing is lost.

    Whoever reports no work of a student has left that student's folder as it was;
    a second run changes nothing; what was in a place is there, or is kept.
    """
    rng = random.Random(seed)  # noqa: S311
    (term.root / "outside").write_bytes(b"safe")
    seen = set()
    for _ in range(8):
        before = term.files() if term.submitted.exists() else {}
        content = random_archive(rng)
        try:
            done = term.collect(content)
        except ClassError:
            assert (term.files() if term.submitted.exists() else {}) == before
            continue
        after = term.files() if term.submitted.exists() else {}
        seen |= {data for name, (data, _) in after.items() if name.endswith(".ipynb")}
        allowed = {who for who, what, _ in done if what in ("new", "replaced", "unchanged")}
        for name in {name for name in {*before, *after} if before.get(name) != after.get(name)}:
            step, *parts = name.split("/")
            assert step == "submitted"
            hidden = {".collected": 2, ".replaced": 1}.get(parts[0], 0)
            assert parts[hidden].removesuffix(".json") in allowed
        assert owners(before).items() <= owners(after).items()
        assert {data for name, (data, _) in after.items() if name.endswith(".ipynb")} == seen
        term.collect(content)
        assert (term.files() if term.submitted.exists() else {}) == after
    names = {path.name for path in term.root.iterdir()}
    assert names <= {"outside", "download.zip", "class"}
    assert (term.root / "outside").read_bytes() == b"safe"


def test_fuzzed_archives_do_place_notebooks(term):
    """The test above tests something: its archives are not all refused."""
    rng = random.Random(1)  # noqa: S311
    counts = Counter()
    for _ in range(100):
        try:
            counts.update(what for _, what, _ in term.collect(random_archive(rng)))
        except ClassError:
            counts["archive refused"] += 1
    assert set(counts) >= {"new", "replaced", "older", "refused", "archive refused"}
