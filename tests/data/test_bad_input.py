import io

import pytest

from core.data import Table, read_table
from core.errors import RondoError
from tests.bad_input import FAULTS, large_csv


def read(name: str) -> Table | RondoError:
    fault = FAULTS[name]
    try:
        return read_table(io.BytesIO(fault.make()), name=fault.file_name)
    except RondoError as error:
        return error


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_file_becomes_a_table_or_a_message_with_a_next_step(name):
    found = read(name)
    if FAULTS[name].refused is not None:
        assert isinstance(found, RondoError) == FAULTS[name].refused, found
    if isinstance(found, RondoError):
        assert found.message
        assert found.hint
        assert len(str(found)) < 600
    else:
        assert len(found.frame) > 0
        assert found.frame.columns.is_unique
        assert found.report.n_rows == len(found.frame)


def test_a_file_from_disk_fares_like_the_same_bytes(tmp_path):
    for name in ("empty file", "header only", "binary file called .csv"):
        path = tmp_path / FAULTS[name].file_name
        path.write_bytes(FAULTS[name].make())
        with pytest.raises(RondoError):
            read_table(path)


def test_a_large_file_is_read_whole():
    content = b"".join(large_csv(5_000_000))
    table = read_table(io.BytesIO(content), name="large.csv")
    assert len(table.frame) == content.count(b"\n") - 1


@pytest.mark.slow
def test_200_megabytes_are_read_from_disk(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.writelines(large_csv(200_000_000))
    table = read_table(path)
    assert len(table.frame) > 5_000_000
