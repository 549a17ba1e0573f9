#!/usr/bin/env bash
# Draws the pictures of the default letters in docs/letters/: each language, as a telephone shows it and as a window on a desk does.
#
#   docs/screenshots.sh
#
# And the printed letter: the first page of its file.
#
# Needs headless Chromium and poppler-utils (Debian: apt-get install chromium poppler-utils).
set -euo pipefail
cd "$(dirname "$0")/.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "no Chromium: apt-get install chromium" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cargo build --release --quiet
firstbell=(env -u FIRSTBELL_KEY "HOME=$folder" "${CARGO_TARGET_DIR:-target}/release/firstbell")
"${firstbell[@]}" -C examples/quickstart preview --html "$folder/letter.html" > /dev/null
mkdir -p docs/letters
for page in "$folder"/letter.*.html; do
  language=$(basename "$page" .html) language=${language#letter.}
  for width in 360 800; do
    # A window of a telephone's width can't be made: the page is put into a frame that is as wide.
    printf '<body style="margin:0;background:#ddd"><iframe src="file://%s" style="border:0;background:#fff;width:%dpx;height:%dpx"></iframe>' \
      "$page" "$width" 1420 > "$folder/frame.html"
    "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
      --window-size="$((width < 500 ? 500 : width)),1420" --screenshot="$folder/shot.png" "file://$folder/frame.html" 2> /dev/null
    mv "$folder/shot.png" "docs/letters/$language-$width.png"
  done
done
"${firstbell[@]}" -C examples/quickstart preview --language en --pdf "$folder/letter.pdf" > /dev/null
pdftoppm -r 80 -png -singlefile "$folder/letter.pdf" docs/letters/paper-en
ls -l docs/letters
