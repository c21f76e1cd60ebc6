"""Opens the sealed fields of an export, and seals them anew for the row that they come back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from posture_coach.errors import StoreKeyError, StoreTamperedError
from posture_coach.store.sealed.keys import answers_field, name_field
from posture_coach.store.sealed.sealing import Field, Sealer


class FieldKey:
    """One key, for names and diary; an `export_form.Key`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def opens(self, table: str, row: Mapping[str, Any]) -> Any:
        """Return a name, or the answers of a diary entry; None where there is none, or it cannot be read."""
        sealed = row["name_sealed" if table == "people" else "answers_sealed"]
        if not sealed:
            return None
        try:
            return self._sealer.open_json(sealed, _field(table, row))
        except (StoreKeyError, StoreTamperedError):
            return None

    def seals(self, table: str, row: Mapping[str, Any], value: Any) -> bytes:
        """Return it sealed for this row."""
        return self._sealer.seal_json(value, _field(table, row))


def _field(table: str, row: Mapping[str, Any]) -> Field:
    return name_field(row["id"]) if table == "people" else answers_field(row["person_id"], row["at"], row["day"])
