"""What results are called: legal everywhere, and distinct within a run."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from posture_coach.batch.names import apart, safe_stem, stems

LONGEST_SUFFIX = ".frames.parquet"
ILLEGAL = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("clip.mp4", "clip"),
        ("two words.mp4", "two words"),
        ("one.two.mp4", "one.two"),
        ("no_extension", "no_extension"),
        ("""it's "good".mp4""", "it's _good_"),
        ("line\nbreak\ttab.mp4", "line_break_tab"),
        ("a:b.mp4", "a_b"),
        ("what?*<>|.mp4", "what_____"),
        ("back\\slash.mp4", "back_slash"),
        ("Größe 日本 🙂.mp4", "Größe 日本 🙂"),
        ("-rf.mp4", "_rf"),
        ("--out.mp4", "_out"),
        (".hidden.mp4", "hidden"),
        ("...mp4", "unnamed"),
        ("trailing. .mp4", "trailing"),
        ("con.mp4", "_con"),
        ("NUL.tar.mp4", "_NUL.tar"),
        ("com1.mp4", "_com1"),
        ("console.mp4", "console"),
        (" .mp4", "unnamed"),
        ("bad\udcffbyte.mp4", "bad_byte"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(name, stem):
    assert safe_stem(Path("/videos") / name) == stem


def test_the_two_ways_to_write_an_umlaut_are_one_name():
    composed, decomposed = (unicodedata.normalize(form, "Übung.mp4") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert safe_stem(Path(decomposed)) == safe_stem(Path(composed)) == "Übung"


@pytest.mark.parametrize("letter", ["a", "é", "日", "🙂"])
def test_a_name_of_255_bytes_is_cut_between_letters(letter):
    whole = letter * (251 // len(letter.encode()))
    stem = safe_stem(Path(f"{whole}.mp4"))
    assert whole.startswith(stem)
    assert 100 < len(stem.encode()) <= 255 - len(f"-12345678{LONGEST_SUFFIX}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/clip.mp4", "/a/clip.mov"),
        ("/a/clip.mp4", "/b/clip.mp4"),
        ("/a/Clip.mp4", "/a/clip.mp4"),
        ("/a/STRASSE.mp4", "/a/straße.mp4"),
        ("/a/x:y.mp4", "/a/x?y.mp4"),
        ("/a/\udcff.mp4", "/a/\udcfe.mp4"),
        (f"/a/{'x' * 200}1.mp4", f"/a/{'x' * 200}2.mp4"),
    ],
)
def test_two_inputs_of_one_stem_both_get_a_hash(one, other):
    first, second, third = stems([Path(one), Path(other), Path("/a/bystander.mp4")])
    assert first.casefold() != second.casefold()
    for stem, path in ((first, one), (second, other)):
        assert re.fullmatch(re.escape(safe_stem(Path(path))) + "-[0-9a-f]{8}", stem)
    assert third == "bystander"


def test_the_hash_depends_on_the_path_alone():
    paths = [Path("/a/clip.mp4"), Path("/b/clip.mp4")]
    assert stems(paths) == list(reversed(stems(paths[::-1])))
    assert stems(paths) == stems([*paths, Path("/c/other.mp4")])[:2]


def test_a_file_named_like_a_hashed_one_does_not_collide_with_it():
    paths = [Path("/a/clip.mp4"), Path("/b/clip.mp4")]
    imitator = Path(f"/c/{stems(paths)[0]}.mp4")
    assert len({stem.casefold() for stem in stems([*paths, imitator])}) == 3


FILE_NAMES = st.text(
    st.characters(blacklist_characters="/\x00", blacklist_categories=()), min_size=1, max_size=300
).filter(lambda name: name not in (".", ".."))


@given(st.lists(st.tuples(st.sampled_from(["/a", "/b"]), FILE_NAMES).map(lambda at: Path(*at)), unique=True))
@example([Path("/a/con"), Path("/b/CON.mp4"), Path("/a/.mp4"), Path("/a/-.mp4"), Path("/a/_.mp4")])
@example([Path("/a/ǰ.mp4"), Path("/a/J̌.mp4")])
def test_any_file_names_give_legal_and_distinct_stems(paths):
    named = stems(paths)
    folded = [unicodedata.normalize("NFC", stem.casefold()) for stem in named]
    assert len(set(folded)) == len(paths)
    for stem in named:
        assert stem
        assert not ILLEGAL.search(stem)
        assert not WINDOWS_DEVICE.match(stem)
        assert not stem.startswith(("-", ".", " "))
        assert len(f"{stem}{LONGEST_SUFFIX}".encode()) <= 255
        assert unicodedata.is_normalized("NFC", stem)


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["p.jpg"], ["p.jpg"]),
        (["in/deep/p.jpg"], ["p.jpg"]),
        (["a/p.jpg", "b/p.jpg", "b/q.jpg"], ["a/p.jpg", "b/p.jpg", "q.jpg"]),
        (["/v/a/1/p.jpg", "/v/b/1/p.jpg", "p.jpg"], ["a/1/p.jpg", "b/1/p.jpg", "p.jpg"]),
        ([], []),
    ],
)
def test_paths_are_told_apart_by_as_little_as_it_takes(paths, told):
    assert apart(paths) == told


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), unique=True))
def test_no_two_paths_are_told_alike(paths):
    told = apart(paths)
    assert len(set(told)) == len(paths)
    assert all(f"/{path}".endswith(f"/{label}") for path, label in zip(paths, told, strict=True))
