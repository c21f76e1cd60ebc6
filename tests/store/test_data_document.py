"""docs/data.md says what is really kept: tables, columns, settings."""

from __future__ import annotations

import re
from dataclasses import fields

from benchmarks.history_tables import DOCUMENT, text, written
from posture_coach.store.carried.about import TABLES, about
from posture_coach.store.files.settings import Settings
from posture_coach.store.history.migrate import BACKUPS, BEFORE_UPDATE
from posture_coach.store.history.tables import METADATA


def test_every_table_and_column_is_described():
    assert set(TABLES) == set(METADATA.tables)
    for table in METADATA.sorted_tables:
        for column in table.columns:
            _, means = about(column)
            assert means.endswith("."), f"{table.name}.{column.name}"
            assert f"`{column.name}`" in text()


def test_the_documents_tables_are_those_of_the_history():
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "python -m benchmarks.history_tables --write"


def test_the_documents_settings_are_the_shipped_ones():
    found = re.findall(r"^\| `(\w+)` \| `?([\w ]+?)`? \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    told = dict(found)
    for field in fields(Settings):
        shipped = "until you delete them" if field.default is None else str(field.default).lower()
        assert told[field.name] == shipped, field.name


def test_the_document_names_the_copies():
    assert f"`{BACKUPS}/`" in DOCUMENT.read_text(encoding="utf-8")
    assert f"`{BEFORE_UPDATE}`" in DOCUMENT.read_text(encoding="utf-8")
