#!/usr/bin/env python3
"""What `dnn export` writes, in ONNX Runtime: the same outputs as `dnn` gives, to 1e-5.

    python data/golden/onnx_models.py target/release/dnn

Trains every preset and a U-Net for one epoch, exports each, checks the graph with onnx's strict checker, and compares the outputs for 20
pictures with those of `dnn show`. Needs onnx and onnxruntime in the versions of requirements.txt; not part of `cargo test`, which needs no Python.
"""
import json, os, subprocess, sys, tempfile
import numpy as np, onnx, onnxruntime

dnn = os.path.abspath(sys.argv[1])
data = np.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mnist.npz"))
os.chdir(tempfile.mkdtemp())
UNET = ("conv 8 3x3 same | relu | as wide | max-pool 2 | conv 16 3x3 same | relu | conv-transpose 8 2x2 stride 2 | concat wide "
        "| conv 8 3x3 same | relu | flatten | dense 10")
nets = [(name, ["--preset", name]) for name in ("article", "mlp", "lenet5", "cnn", "best")] + [("u-net", ["--layers", UNET])]


def run(*arguments):
    return subprocess.run([dnn, *arguments], check=True, capture_output=True, text=True).stdout


for name, flags in nets:
    run("train", *flags, "--epochs", "1", "--model", f"{name}.npz")
    run("export", f"{name}.npz", f"{name}.onnx")
    onnx.checker.check_model(onnx.load(f"{name}.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(f"{name}.onnx")
    port = session.get_inputs()[0]
    furthest = 0
    for index in range(20):
        shape = [side if isinstance(side, int) else 1 for side in port.shape]
        picture = (data["x_train"][index].astype("float32") / 255).reshape(shape)
        found = session.run(None, {port.name: picture})[0].ravel()
        wanted = json.loads(run("show", f"{name}.npz", "--index", str(index), "--json"))["outputs"]
        furthest = max(furthest, np.abs(found - wanted).max())
    print(f"{name:8} furthest {furthest:.1e}")
    assert furthest < 1e-5
