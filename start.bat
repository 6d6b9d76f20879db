@echo off
rem Starts the app by a double click (Windows). The first time it makes its own Python
rem environment beside this file, which takes a few minutes and needs the internet.
chcp 65001 >nul
cd /d "%~dp0"

fc /b requirements.txt .venv\started-with.txt >nul 2>&1 && goto start

set PYTHON=
for %%P in ("py -3" "python" "python3") do (
  if not defined PYTHON %%~P -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1 && set PYTHON=%%~P
)
if not defined PYTHON goto nopython

echo.
echo はじめの準備をしています。数分かかります。この窓は閉じないでください。
echo Getting ready for the first time. This takes a few minutes; leave this window open.
if not exist .venv\Scripts\python.exe %PYTHON% -m venv .venv || goto failed
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check -r requirements.txt || goto failed
copy /y requirements.txt .venv\started-with.txt >nul

:start
rem Opened twice, it shows the one that runs.
.venv\Scripts\python -m tools.opening now && exit /b 0
echo.
echo 見守りを始めます。ブラウザーが開かないときは http://localhost:8501 を開いてください。
echo 使っているあいだ、この窓は閉じないでください。終わるときに閉じます。
echo Starting. If no browser opens, go to http://localhost:8501. Close this window to stop.
start "" /b .venv\Scripts\python -m tools.opening later
.venv\Scripts\python -m streamlit run app.py
goto stop

:nopython
echo.
echo Python 3.11 以上が見つかりません。 https://www.python.org/downloads/ から入れて、もう一度開いてください。
echo 入れるとき、窓の下の Add python.exe to PATH に印を付けてください。
echo Python 3.11 or newer was not found. Install it from the address above, with Add python.exe to PATH ticked.
goto stop

:failed
echo.
echo 準備できませんでした。インターネットにつながっているか確かめて、もう一度開いてください。
echo Could not get ready. Check the internet connection, then open this again.

:stop
pause
