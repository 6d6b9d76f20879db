#!/bin/sh
# Starts the app by a double click (macOS; also Linux). The first time it makes its own
# Python environment beside this file, which takes a few minutes and needs the internet.
cd "$(dirname "$0")" || exit 1

say() { printf '\n%s\n' "$1"; }

stop() {
  say "$1"
  if [ -t 0 ]; then printf '\nEnter を押すと閉じます / Press Enter to close. ' && read -r _answer; fi
  exit 1
}

find_python() {
  for name in python3 python3.14 python3.13 python3.12 python3.11 \
    /Library/Frameworks/Python.framework/Versions/Current/bin/python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
}

install() {
  python=$(find_python)
  [ -n "$python" ] || stop "Python 3.11 以上が見つかりません。https://www.python.org/downloads/ から入れて、もう一度開いてください。
Python 3.11 or newer was not found. Install it from the address above, then open this again."
  say "はじめの準備をしています。数分かかります。この窓は閉じないでください。
Getting ready for the first time. This takes a few minutes; leave this window open."
  if ! "$python" -m venv .venv 2>/dev/null; then
    # Debian ships Python without ensurepip; pip can then install itself from outside.
    "$python" -m venv --clear --without-pip .venv &&
      "$python" -m pip --python .venv/bin/python install --quiet pip || stop "準備できませんでした。 / Could not get ready."
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt ||
    stop "部品を取り寄せられませんでした。インターネットにつながっているか確かめて、もう一度開いてください。
The parts could not be fetched. Check the internet connection, then open this again."
  cp requirements.txt .venv/started-with.txt
}

# After an update the list of parts may be another one.
cmp -s requirements.txt .venv/started-with.txt || install

# Opened twice, it shows the one that runs.
.venv/bin/python -m tools.opening now && exit 0

say "見守りを始めます。ブラウザーが開かないときは http://localhost:8501 を開いてください。
使っているあいだ、この窓は閉じないでください。終わるときに閉じます。
Starting. If no browser opens, go to http://localhost:8501. Close this window to stop."
.venv/bin/python -m tools.opening later &
exec .venv/bin/python -m streamlit run app.py
