"""The clock that tests go by."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import where_it_is_noon


@pytest.mark.parametrize("hour", range(24))
def test_it_is_noon_there(hour):
    now = datetime(2026, 11, 30, hour, 59, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(where_it_is_noon(now))).hour == 12
