"""What the engine may use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from funnelpact.adapters.warehouse.engines.engine import EngineSettingWrong, Limits, connect, usable_memory


def setting(name: str, limits: Limits, folder: Path) -> str:
    """A setting of a new engine."""
    engine = connect(limits=limits, folder=folder)
    return str(engine.raw_sql(f"SELECT current_setting('{name}')").fetchone()[0])


def test_settings_reach_the_engine(tmp_path: Path):
    """Memory, threads, and a folder of its own for what does not fit, which is not made before it is needed."""
    (tmp_path / "it's here").mkdir()
    limits = Limits(memory="1GiB", threads="1", spill=tmp_path / "it's here")
    folder = Path(setting("temp_directory", limits, tmp_path))

    assert setting("memory_limit", limits, tmp_path) == "1.0 GiB"
    assert setting("threads", limits, tmp_path) == "1"
    assert folder.parent == tmp_path / "it's here"
    assert not folder.exists()
    assert setting("temp_directory", limits, tmp_path) != str(folder)


def test_by_default_it_takes_six_tenths_of_the_memory(tmp_path: Path):
    """Of what the process may use."""
    number, unit = setting("memory_limit", Limits(), tmp_path).split()
    scale = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]

    assert float(number) * scale == pytest.approx(0.6 * usable_memory(), rel=0.1)


@pytest.mark.parametrize(
    "limits", [Limits(memory="much"), Limits(threads="two"), Limits(threads="0"), Limits(spill=Path("/nowhere"))]
)
def test_a_setting_that_is_none_is_said_so(limits: Limits, tmp_path: Path):
    """With what would be one."""
    with pytest.raises(EngineSettingWrong):
        connect(limits=limits, folder=tmp_path)


def test_little_memory_is_enough_for_many_rows(tmp_path: Path):
    """What does not fit goes to the disk, and is gone afterwards."""
    engine = connect(limits=Limits(memory="60MB", threads="1"), folder=tmp_path)
    engine.raw_sql("CREATE TABLE shuffled AS SELECT i FROM range(20000000) r(i) ORDER BY hash(i)")
    spilled = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    counted = engine.raw_sql("SELECT count(DISTINCT i) FROM shuffled").fetchone()
    engine.disconnect()

    assert spilled > 50_000_000
    assert counted == (20_000_000,)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_clock_in_utc_shows_is_told_without_the_calendar_of_the_engine(tmp_path: Path):
    """To the microsecond, before 1970 too; what is not known stays so."""
    instants = [datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2026, 3, 29, 1, 0, 0, 1, UTC), None]
    engine = connect(limits=Limits(), folder=tmp_path)
    table = engine.create_table("told", pa.table({"at": pa.array(instants, pa.timestamp("us", "UTC"))}), temp=True)
    clock = table.select(clock=table["at"].cast("timestamp"))

    assert clock.to_pyarrow()["clock"].to_pylist() == [at and at.replace(tzinfo=None) for at in instants]
    assert "EPOCH_US" in engine.compile(clock)
