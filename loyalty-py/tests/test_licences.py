"""What is compiled into the wheel goes with its licences."""

from importlib import metadata

import pytest


def test_the_wheel_brings_the_licences_of_what_is_in_it() -> None:
    try:
        files = metadata.files("loyalty") or []
    except metadata.PackageNotFoundError:
        pytest.skip("loyalty runs from its sources: no wheel is installed")
    licences = {file.name: file for file in files if "/licenses/" in str(file)}
    assert {"LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES.txt"} <= set(licences)
    notices = licences["THIRD-PARTY-LICENSES.txt"].read_text()
    # Apache-2.0 asks that the notice of a work goes with it, and arrow has one.
    for part in ["nalgebra", "pyo3", "arrow-array", "--- NOTICE.txt"]:
        assert part in notices
