"""The page of measures, run without a browser."""

import re
from dataclasses import replace
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.dashboard import measures_page as page_module
from posture_coach.dashboard.figures import entry_title, figure
from posture_coach.dashboard.measures_page import entries
from posture_coach.measures.accuracy import Accuracy, Error, shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, NAMES, SIDE_VIEW, TABLE
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.targets import shipped_sources, shipped_targets

TRUNK = BY_NAME["trunk_inclination_deg"]


def script():
    from posture_coach.dashboard.measures_page import measures_page

    measures_page()


def opened():
    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    return page


def words(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def texts(page):
    """Return what the page says, without tags."""
    return words(" ".join(element.value for element in [*page.markdown, *page.get("html"), *page.caption]))


def titles(page):
    return [heading.value for heading in page.subheader]


def facts(page):
    """Return the facts of every entry by its title."""
    lists = [html.value for html in page.get("html") if "pc-facts" in html.value and "<dl" in html.value]
    rows = [
        {words(name): words(told) for name, told in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", one)} for one in lists
    ]
    return dict(zip(titles(page), rows, strict=True))


def more(page, title):
    """Return what is folded away below an entry."""
    box = next(box for box in page.expander if box.label == f"Targets and sources: {title.lower()}")
    return words(" ".join(html.value for html in box.get("html")))


@pytest.fixture(scope="module")
def page():
    return opened()


def by_plane(rows):
    """Return the titles in the order of the page: plane by plane, as the table has them."""
    planes = list(dict.fromkeys(row.plane for row in TABLE))
    return list(dict.fromkeys(entry_title(row) for row in sorted(rows, key=lambda row: planes.index(row.plane))))


def test_every_measure_is_explained_once(page):
    assert titles(page) == by_plane(TABLE)
    told, drawn = facts(page), [element.value for element in page.markdown]
    for row in TABLE:
        entry = told[entry_title(row)]
        assert entry["Definition"].lower() == f"{row.definition}.".lower()
        assert entry["Zero and sign"] == f"{row.zero_and_sign}."
        assert row.name in entry["In tables"].replace(" ,", ",").split(", ")
        assert drawn.count(figure(row)) == 1


def test_planes_are_headed_and_kept_together(page):
    assert [heading.value for heading in page.header] == [
        "Forward and back (sagittal plane)",
        "To the sides (frontal plane)",
        "From several sides",
    ]
    scattered = entries([TRUNK, BY_NAME["head_roll_deg"], BY_NAME["body_lean_deg"]])
    assert [rows[0].name for rows in scattered] == ["trunk_inclination_deg", "body_lean_deg", "head_roll_deg"]


def test_the_page_says_what_signs_mean_and_what_it_cannot_see(page):
    said = texts(page)
    assert "0 is the anatomical position" in said.replace("**", "")
    assert "Left and right are the person's own" in said.replace("**", "")
    limits = next(box for box in page.expander if box.label == "What one webcam cannot measure")
    assert "craniovertebral" in limits.markdown[0].value
    assert "diagnosis" in limits.markdown[0].value


def test_views_and_points_are_told_in_words(page):
    told = facts(page)
    assert told["Trunk inclination"]["Seen from"] == "The side or a corner, between front and side."
    assert told["Head pitch"]["Seen from"] == "The side."
    assert told["Side lean"]["Seen from"] == "The front or behind."
    assert told["Ankle dorsiflexion"]["Points"] == "Knee, ankle, heel and toe tip."
    assert told["Head tilt to the side"]["Points"] == "Ears, outer eye corners and mouth corners."
    assert "Take my upright" in told["Head pitch"]["Needs"]
    assert "Needs" not in told["Trunk inclination"]
    assert "near one" in told["Hip flexion"]["Sides"]


@pytest.mark.parametrize("live", [False, True])
def test_errors_are_those_of_the_accuracy_file(page, live):
    for row in TABLE:
        error = facts(page)[entry_title(row)]["Error, 95 %, model full"]
        decimals, sign = {"deg": (1, "°"), "ratio": (2, ""), "cm": (0, " cm")}[row.unit]
        for (joint, _, _, model), known in shipped_accuracy(live=live).errors.items():
            if (joint, model) == (row.joint, Model.FULL):
                assert f"± {known.typical:.{decimals}f}{sign} " in error


def test_what_files_and_live_pictures_err_by_stands_side_by_side(page):
    in_files, live = (
        [
            shipped_accuracy(live=live).errors["knee_flexion_deg", View.SIDE, mode, Model.FULL].typical
            for mode in (Mode.TRACKED, Mode.DETECTED)
        ]
        for live in (False, True)
    )
    assert all(2 < file < now < 30 for file, now in zip(in_files, live, strict=True))
    assert facts(page)["Knee flexion"]["Error, 95 %, model full"].startswith(
        f"From the side: ± {in_files[0]:.1f}° in files and ± {live[0]:.1f}° live "
        f"when followed from picture to picture, ± {in_files[1]:.1f}° in files "
        f"and ± {live[1]:.1f}° live in single pictures. From a corner, between front and side: ± "
    )


def test_an_error_that_was_never_measured_is_not_known(monkeypatch):
    known = {("body_lean_deg", View.SIDE, Mode.TRACKED, Model.FULL): Error(0.0, 1.0, typical=1.24)}
    monkeypatch.setattr(page_module, "shipped_accuracy", lambda **_: Accuracy(known, shipped_accuracy().offsets, {}))
    told = facts(opened())
    assert told["Trunk inclination"]["Error, 95 %, model full"] == (
        "From the side: not known. From a corner, between front and side: not known."
    )
    assert told["Trunk inclination"]["Smallest change that counts"] == "not known"
    # What is known in one way to look is taken for the other, and widened.
    assert told["Whole-body lean"]["Error, 95 %, model full"] == (
        "From the side: ± 1.2° when followed from picture to picture, ± 1.6° in single pictures."
    )


def test_the_smallest_change_is_told_for_every_measure(page):
    told = facts(page)
    assert told["Trunk inclination"]["Smallest change that counts"] == "8°"
    assert told["Sway (hip ahead of the plumb line)"]["Smallest change that counts"] == "0.03"
    assert told["Distance from the camera"]["Smallest change that counts"] == "11 cm"


def test_errors_of_another_model():
    page = opened()
    page.selectbox[0].select("heavy").run()
    assert not page.exception
    assert facts(page)["Head turn"]["Error, 95 %, model heavy"].count("not known") == len(BY_NAME["head_yaw_deg"].views)


# Targets and sources


def test_targets_are_told_in_words_and_units(page):
    told = more(page, "Trunk inclination")
    sitting = told[told.index("Sitting: ") : told.index("Standing: ")]
    assert "good: -10° to 20° caution: -30° to -10° and 20° to 60° poor: below -30° and above 60°" in sitting
    assert "Judged against your own upright." in sitting
    assert "Evidence B: single studies or standards. Numbers: read in a work that cites the source." in sitting
    assert "Smallest change that counts: 8° (assumed)." in sitting
    assert "band that starts there" in sitting
    assert "Judged against" not in told[told.index("Standing: ") :]
    assert "Smallest change that counts: 6° (assumed)." in told[told.index("Walking: ") :]


def test_bands_know_units_sides_edges_and_conditions(page):
    assert "poor: above 6°, to either side" in more(page, "Shoulder line")
    assert "poor: below 40 cm and above 120 cm" in more(page, "Distance from the camera")
    assert "good: 0.95 to 1.1" in more(page, "Upper-body height")
    assert "band that ends there" in more(page, "Hip flexion")
    assert "Only while trunk inclination lies within -10° to 10° of your own upright." in more(page, "Neck inclination")


def test_every_target_stands_at_its_measure_with_all_its_works(page):
    sources = shipped_sources()
    for target in shipped_targets(NAMES).targets:
        told = more(page, entry_title(BY_NAME[target.measures[0]]))
        assert f"{target.activity.value.capitalize()}: {target.title}" in told
        assert target.note in told
        assert f"Evidence {target.evidence}: " in told
        for key in target.sources:
            assert sources[key].cite in told
            assert sources[key].doi in told
            assert f"Key: {key} ." in told


def test_a_definition_names_its_work_or_its_method(page):
    told = facts(page)
    assert told["Hip flexion"]["Source"] == "Neutral-zero method."
    assert told["Trunk inclination"]["Source"].startswith(shipped_sources()["iso11226"].cite)
    assert "International Organization for Standardization, 2000." in told["Trunk inclination"]["Source"]
    assert told["Trunk inclination"]["Targets"] == "When sitting, standing and walking."
    assert told["Head turn"]["Targets"].startswith("None.")
    assert "Key: engineering ." in more(page, "Head turn")  # a definition's own work, also where nothing is judged
    link = next(html.value for html in page.get("html") if "doi.org/10.1016/j.jmpt.2011.05.018" in html.value)
    assert 'rel="noopener noreferrer"' in link


# Filters


def test_the_view_filters():
    page = opened()
    page.radio[0].set_value("Front").run()
    assert titles(page) == by_plane(row for row in TABLE if View.FRONT in row.views)
    page.radio[0].set_value("Side").run()
    assert titles(page) == by_plane(row for row in TABLE if View.SIDE in row.views)
    page.radio[0].set_value("Any").run()
    assert len(titles(page)) == len(entries(TABLE))


@pytest.mark.parametrize(
    ("searched", "found"),
    [
        ("knee", ["Knee flexion", "Knee projection angle"]),
        ("  FLEXION hip ", ["Hip flexion"]),
        ("hip_flexion_right_deg", ["Hip flexion"]),
        ("valgus", ["Knee projection angle"]),
    ],
)
def test_the_search_finds_by_name(searched, found):
    page = opened()
    page.text_input[0].set_value(searched).run()
    assert titles(page) == found
    assert f"{len(found)} of {len(entries(TABLE))} measures" in texts(page)


def test_a_search_that_finds_nothing_says_so():
    page = opened()
    page.text_input[0].set_value("toothache").run()
    assert not page.exception
    assert titles(page) == []
    assert len(page.info) == 1


# What somebody adds later


def test_a_new_row_appears_by_itself(monkeypatch):
    new = replace(
        TRUNK, name="chest_tilt_deg", title="Chest <tilt>", plane="oblique", definition="chest < more",
        source="own_work", views=SIDE_VIEW | {View.UNKNOWN},
    )  # fmt: skip
    monkeypatch.setattr(page_module, "TABLE", (*TABLE, new))
    page = opened()
    assert titles(page)[-1] == "Chest <tilt>"
    assert page.header[-1].value == "Oblique"
    entry = facts(page)["Chest <tilt>"]
    assert entry["Definition"] == "Chest < more."
    assert any("Chest &lt; more." in html.value for html in page.get("html"))  # text, not markup
    assert entry["Source"] == "Own_work."
    assert entry["Smallest change that counts"] == "not known"
    assert entry["Targets"].startswith("None.")
    assert figure(new) in [element.value for element in page.markdown]
