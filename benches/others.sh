#!/usr/bin/env bash
# Whole processes against libvips and ImageMagick: from a PNG file to a finished PNG file. Needs hyperfine, vips and convert
# (Debian: hyperfine libvips-tools imagemagick); CONVERT names ImageMagick's program if it is called otherwise.
#
#     benches/others.sh GREY.png RGB.png
set -euo pipefail
[ $# = 2 ] || { echo "usage: benches/others.sh GREY.png RGB.png" >&2; exit 2; }
filters="$(dirname "$0")/../target/release/filters"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

compare() { # title, ours, theirs
    hyperfine -N --warmup 1 --runs 7 --export-json "$folder/times.json" "$2" "$3" >/dev/null 2>&1
    python3 - "$folder/times.json" "$1" <<'PYTHON'
import json, sys
ours, theirs = (result["median"] for result in json.load(open(sys.argv[1]))["results"])
print(f"{sys.argv[2]:34}{ours * 1e3:9.0f} ms{theirs * 1e3:9.0f} ms{theirs / ours:8.1f}x")
PYTHON
}

compare "sobel, grey: vips" "$filters sobel $1 $folder/a.png" "vips sobel $1 $folder/b.png"
compare "sobel, colours: vips" "$filters sobel $2 $folder/a.png" "vips sobel $2 $folder/b.png"
compare "median 7, grey: vips" "$filters median --size 7 $1 $folder/a.png" "vips rank $1 $folder/b.png 7 7 24"
compare "median 3, grey: ImageMagick" "$filters median $1 $folder/a.png" \
    "${CONVERT:-convert} $1 -statistic Median 3x3 $folder/b.png"
compare "sobel, grey: ImageMagick" "$filters sobel $1 $folder/a.png" \
    "${CONVERT:-convert} $1 -define convolve:scale=! -morphology Convolve Sobel:> $folder/b.png"
