"""The diary of pain and comfort on the trends page: beside posture and apart from it, sealed, and never needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from posture_coach.coach.story.whose import Whose
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.html import note_html
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.table import Column, Table, columns
from posture_coach.dashboard.words import message_html, plain
from posture_coach.errors import DataError, StoreError
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.reader import Reader
from posture_coach.store.sealed import diary, keys
from posture_coach.store.sealed.diary import LEAST, MOST, MOST_LETTERS, Entry
from posture_coach.store.sealed.sealing import Sealer

SEALER, DONE, FAULT = "trends_sealer", "trends_diary_done", "trends_diary_fault"
PAIN, COMFORT, NOTE, NEW, AGAIN = (
    "trends_pain",
    "trends_comfort",
    "trends_note",
    "trends_new_passphrase",
    "trends_new_passphrase_again",
)
EMPTY = {PAIN: None, COMFORT: None, NOTE: ""}
"""What stands in the form when nothing was typed."""
APART = (
    "No posture has been shown to cause pain, and one day beside another shows no cause: so pain and comfort stand "
    "here for themselves, and nothing is reckoned between them and posture. Pain that is strong, new or lasting "
    "is for a doctor or a physiotherapist."
)
SEALED = "What you write here is sealed with a key of your own before it is kept, on this machine alone."
RATINGS = list(range(LEAST, MOST + 1))


def diary_section(reader: Reader, period: Period, whose: Whose, *, by_itself: bool = False) -> None:
    """Show somebody's diary of some days, and a form to write into it.

    Parameters
    ----------
    by_itself
        Nobody has clicked: the page is built anew for what is new on it.
    """
    person = whose.person
    owner = "your diary (only if you like)" if person is None else f"diary of {plain(whose.called)} (only if wanted)"
    with st.expander(f"Pain and comfort: {owner}", key="trends_diary", on_change="rerun") as shown:
        if not shown.open:
            return
        st.html(note_html(APART, SEALED))
        # It has its place also where there is nothing to say: what stands below must not be made anew.
        with st.container():
            _messages(by_itself=by_itself)
        standing = reader.ask(keys.standing)
        if standing is not None and standing.held_by and SEALER not in st.session_state:
            _closed(reader, standing)
            return
        sealer: Sealer | None = st.session_state.get(SEALER)
        if sealer is not None:
            told = reader.ask(lambda c: diary.entries(c, sealer, person, period.first, period.last)) or []
            _entries(told, period)
            if told:
                _removal(reader, told)
        _form(reader, person, ask=sealer is None)


def _messages(*, by_itself: bool) -> None:
    """Say how the last click went; a page that is built anew by itself says it again."""
    state = st.session_state
    for name, tell in ((FAULT, st.error), (DONE, st.success)):
        words = state.pop(name, None) or (state.get(f"{name}_said") if by_itself else None)
        state[f"{name}_said"] = words
        if words:
            tell(plain(words))


def _closed(reader: Reader, standing: keys.Standing) -> None:
    """Say that the diary is sealed, and let open it."""
    count = f"{standing.entries} {'entry is' if standing.entries == 1 else 'entries are'}"
    st.html(note_html(f"{count} in the diary, sealed."))
    with st.form("trends_diary_open", border=False):
        passphrase = (
            st.text_input("Passphrase", type="password", key="trends_passphrase", width=320) if standing.asks else ""
        )
        if st.form_submit_button("Open the diary", icon=":material/lock_open:"):
            _try(lambda: reader.ask(lambda c: keys.unlock(c, passphrase)))
            st.rerun()


def _try(opened: Callable[[], Sealer | None]) -> None:
    """Keep the opened key as long as the tab is open, or say why it does not open."""
    try:
        sealer = opened()
    except (StoreError, DataError) as why:
        st.session_state[FAULT] = str(why)
        return
    if sealer is not None:
        st.session_state[SEALER] = sealer


def _entries(told: list[Entry], period: Period) -> None:
    if not told:
        st.html(note_html(f"No entry of {period.words}."))
        return
    table = diary_table(told, period)
    chart = charts.diary_chart(table, period) if len(list(period.buckets())) > 1 else None
    keys = ["Diamond: pain. Circle: comfort. 0 is none, 10 as much as can be."]
    if period.by_weeks:
        keys.append("Line: the median of a week's entries.")
    show(table, chart, keys, "posture-coach-diary-")
    if any(entry.note or entry.problem for entry in told):
        st.html(notes_html(told))


def notes_html(told: Sequence[Entry]) -> str:
    """Return what was noted, the newest first: a year's notes are long."""
    lines = [f"<li>{message_html(entry_words(entry))}</li>" for entry in reversed(told) if entry.note or entry.problem]
    return f'<ul class="pc-entries" aria-label="Notes">{"".join(lines)}</ul>'


def entry_words(entry: Entry) -> str:
    """Write what an entry says in a line."""
    return f"{_moment(entry)}: {entry.problem or entry.note}"


def entry_title(entry: Entry) -> str:
    """Write which entry it is in a line."""
    ratings = [
        f"{name} {value}" for name, value in (("pain", entry.pain), ("comfort", entry.comfort)) if value is not None
    ]
    return ", ".join([_moment(entry), *ratings])


def _moment(entry: Entry) -> str:
    return f"{entry.at:%a} {entry.at.day} {entry.at:%b, %H:%M}"


def diary_table(told: list[Entry], period: Period) -> Table:
    """Return the entries as a table."""
    heads = columns(("time", "time"), ("pain", "pain"), ("comfort", "comfort"), ("note", "note"))
    placed = Column(period.bucket, period.bucket, hidden=True)
    rows = tuple(
        (f"{entry.at:%Y-%m-%d %H:%M}", entry.pain, entry.comfort, entry.note, period.bucket_of(entry.at.date()))
        for entry in told
    )
    count = f"{len(rows)} {'entry' if len(rows) == 1 else 'entries'}"
    return Table("diary", "Diary", f"{count} of {period.words}.", (*heads, placed), rows)


def _form(reader: Reader, person: int | None, *, ask: bool) -> None:
    """Let write an entry; the first one makes the key, and one that is refused stays in the form."""
    with st.form("trends_diary_form"):
        st.segmented_control("Pain, 0 none to 10 as much as can be", RATINGS, key=PAIN)
        st.segmented_control("Comfort, 0 none to 10 as much as can be", RATINGS, key=COMFORT)
        st.text_area("Note", key=NOTE, max_chars=MOST_LETTERS, height=80)
        if ask and not keys.told_passphrase():
            st.text_input(
                "Passphrase for the diary", type="password", key=NEW, width=320,
                help="Empty: the key goes into the keyring of this system. Nobody can bring a lost passphrase back.",
            )  # fmt: skip
            st.text_input("The same passphrase again", type="password", key=AGAIN, width=320)
        st.form_submit_button("Keep this entry", icon=":material/edit_note:", on_click=_keep, args=(reader, person))


def _now() -> datetime:
    return datetime.now().astimezone()


def _keep(reader: Reader, person: int | None) -> None:
    """Keep what stands in the form, and empty it."""
    state = st.session_state
    try:
        entry = diary.checked(Entry(_now(), state[PAIN], state[COMFORT], state[NOTE]))
        passphrase = _typed_twice()
        database = reader.database() or _made(reader, entry.at)
        prepare(database, entry.at)
        sealer = state.get(SEALER) or keys.ready(database, int(entry.at.timestamp()), passphrase)
        with database.writing() as connection:
            diary.add(connection, sealer, person, entry)
    except (StoreError, DataError) as why:
        state[FAULT] = str(why)
        return
    state.update({SEALER: sealer, DONE: "Kept.", **EMPTY})


def _typed_twice() -> str:
    """Return the passphrase for a new key, empty where none was typed: a slip in it would lock the diary for good."""
    passphrase = st.session_state.get(NEW, "")
    if passphrase != st.session_state.get(AGAIN, ""):
        raise DataError("The two passphrases are not the same. Type the same one twice. Nothing was kept.")
    return str(passphrase)


def _made(reader: Reader, now: datetime) -> Database:
    """Make the history: a diary may be its first entry."""
    with Database(address()) as new:
        prepare(new, now)
    made = reader.database()
    if made is None:
        raise StoreError(f"{new.where} was made, and is gone again. Try once more.")
    return made


def _removal(reader: Reader, told: list[Entry]) -> None:
    """Let delete an entry."""
    with st.popover("Delete an entry", icon=":material/delete:"):
        chosen = st.selectbox("Entry", told, format_func=entry_title, key="trends_diary_entry", index=None)
        if st.button("Delete it for good", disabled=chosen is None, key="trends_diary_delete") and chosen is not None:
            _delete(reader, chosen)
            st.rerun()


def _delete(reader: Reader, entry: Entry) -> None:
    database = reader.database()
    if database is None or entry.id is None:
        return
    try:
        with database.writing() as connection:
            diary.remove(connection, entry.id)
    except StoreError as why:
        st.session_state[FAULT] = str(why)
        return
    st.session_state[DONE] = "Deleted."
