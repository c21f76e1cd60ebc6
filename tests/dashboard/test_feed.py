"""What the views of live pictures share in the browser, in a real one."""

from __future__ import annotations

import pytest

from posture_coach.dashboard.feed import view


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Run `a <b>`, or wait.", "Run <code>a &lt;b&gt;</code>, or wait."),
        ("no <i>camera</i> a`b", "no &lt;i&gt;camera&lt;/i&gt; a`b"),
        ("", ""),
    ],
)
def test_a_message_is_shown_as_it_is_and_its_commands_as_code(page, words, html):
    page.set_content("<p>before</p>")
    page.add_script_tag(path=view.HERE / "feed.js")
    page.evaluate("(words) => set(document.querySelector('p'), words)", words)
    assert page.inner_html("p") == html


def test_what_has_not_changed_is_not_touched(page):
    page.set_content("<p></p>")
    page.add_script_tag(path=view.HERE / "feed.js")
    same = """() => {
        const p = document.querySelector("p");
        set(p, "as before");
        const first = p.firstChild;
        set(p, "as before");
        return p.firstChild === first;
    }"""
    assert page.evaluate(same)
