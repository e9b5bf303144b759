#!/usr/bin/env python3
"""Packs the operator cases of the ONNX project's backend test suite into one file.

    python onnx_cases.py FOLDER        writes onnx_cases.npz beside this file

FOLDER holds one npz a case (`input_0`, …, `output_0`, …) and index.json, a list of {name, op, attributes, rtol, atol, opset}, written from
onnx.backend.test.case.node. In onnx_cases.npz `index` is that list as JSON and the arrays are `CASE/input_0`, …; 64-bit integers are left out,
which are places of greatest numbers and not compared.
"""
import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
index = json.loads((folder / "index.json").read_text())
out = {"index": np.array(json.dumps([{key: case[key] for key in ("name", "op", "attributes", "rtol", "atol")} for case in index]))}
for case in index:
    with np.load(folder / f"{case['name']}.npz") as arrays:
        for name, array in arrays.items():
            if array.dtype != np.int64:
                out[f"{case['name']}/{name}"] = array
path = pathlib.Path(__file__).parent / "onnx_cases.npz"
np.savez_compressed(path, **out)
print(len(index), "cases,", len(out), "arrays,", path.stat().st_size, "bytes")
