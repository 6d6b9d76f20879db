"""What one does first, step by step, for a person who never opened a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.i18n import N_, Language

PICTURES: Final = Path(__file__).resolve().parent / "pictures"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. All texts are catalogue keys, `typed` apart.

    text: what to do. drawing: code of what `drawings.drawn` draws; "" for nothing.
    picture: name of a picture of the app; "" for none. alt: what is to be seen there.
    typed: lines to copy, as they are typed.
    """

    text: str
    drawing: str = ""
    picture: str = ""
    alt: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One sitting. page: code of the page where it happens; "" outside the app."""

    code: str
    title: str
    intro: str
    steps: tuple[Step, ...]
    page: str = ""


WINDOWS_LINES: Final = """py -3 -m venv .venv
.venv\\Scripts\\python -m pip install -r requirements.txt
.venv\\Scripts\\python -m streamlit run app.py"""
MAC_LINES: Final = """python3 -m venv .venv
.venv/bin/python -m pip install -r requirements.txt
.venv/bin/python -m streamlit run app.py"""

INSTALL: Final = Chapter(
    "install",
    N_("パソコンで動かす"),
    N_(
        "一人がこれを一度だけ行います。15分ほどかかります。データはこのパソコンの中だけに残ります。"
    ),
    (
        Step(
            N_(
                "受け取ったZIPファイルを展開します。Windowsは右クリックして「すべて展開」、Macはダブルクリックです。できたフォルダーを、消さない場所(書類など)に置きます。"
            ),
            drawing="unzip",
            alt=N_("ZIPファイルを展開すると、フォルダーになる図"),
        ),
        Step(
            N_(
                "Python(パイソン)を入れます。https://www.python.org/downloads/ を開き、黄色の「Download Python」を押し、落ちてきたファイルを開きます。Windowsでは、窓の下の「Add python.exe to PATH」に印を付けてから「Install Now」を押します。"
            ),
            drawing="python",
            alt=N_(
                "Pythonを入れる窓。下の「Add python.exe to PATH」に印が付いている図"
            ),
        ),
        Step(
            N_(
                "フォルダーの中の「start」をダブルクリックします。Windowsは start.bat、Macは start.command です。"
            ),
            drawing="folder",
            alt=N_("フォルダーの中の start.bat と start.command を指す図"),
        ),
        Step(
            N_(
                "「WindowsによってPCが保護されました」と出たら「詳細情報」→「実行」。Macで「開けません」と出たら「システム設定」→「プライバシーとセキュリティ」を下まで送り、「このまま開く」を押します。"
            ),
        ),
        Step(
            N_(
                "黒い窓が開きます。はじめの一回は準備に数分かかります。見守りを使うあいだ、この窓は閉じません。やめるときに閉じます。"
            ),
            drawing="terminal",
            alt=N_("黒い窓に「見守りを始めます」と出ている図"),
        ),
        Step(
            N_(
                "ブラウザーが自動で開きます。開かないときは、ブラウザーの上の欄に http://localhost:8501 と打ちます。次からは、3の「start」だけです。"
            ),
            drawing="browser",
            alt=N_("ブラウザーの上の欄に http://localhost:8501 と入っている図"),
        ),
        Step(
            N_(
                "「start」で動かないときは、フォルダーの中で黒い窓を開き(Windows: フォルダーの上の欄に powershell と打ってEnter)、次の3行を1行ずつ打ちます。"
            ),
            typed=WINDOWS_LINES,
        ),
        Step(
            N_(
                "Macでは、「ターミナル」を開いて cd と空白を打ち、フォルダーを窓に引き入れてEnter。それから次の3行です。"
            ),
            typed=MAC_LINES,
        ),
    ),
)

WELCOME: Final = Chapter(
    "welcome",
    N_("名前を入れる"),
    N_("最初の画面で聞かれるのは、あなたの名前だけです。"),
    (
        Step(
            N_(
                "名前を入れて「始める」を押します。あなたが管理者になります。ほかの人はあとで足せます。"
            ),
            picture="welcome",
            alt=N_("最初の画面。名前の欄と「始める」のボタン"),
        ),
        Step(
            N_(
                "まず触ってみたいときは、「今日」の画面で見本の一年を入れられます。いつでも一度に消せます。"
            ),
        ),
    ),
)

CONNECT: Final = Chapter(
    "connect",
    N_("Googleのスプレッドシートにつなぐ(使うときだけ)"),
    N_(
        "何人かで同じ表を見るとき、スプレッドシートを保存先にできます。一人で試すあいだは要りません。"
    ),
    (
        Step(
            N_(
                "「設定・点検」の「Googleシートにつなぐ」を開き、画面の順番どおりに進みます。うまくいったところに印が付きます。"
            ),
            picture="connect",
            alt=N_("Googleシートにつなぐ画面。順番に確かめる項目が並ぶ"),
        ),
        Step(
            N_(
                "スプレッドシートは、自社の人とだけ共有します。委託先とは共有しません(センターごとの小さなファイルをアプリが作ります)。"
            ),
        ),
    ),
    page="connect",
)

PEOPLE: Final = Chapter(
    "people",
    N_("一緒に使う人を入れる"),
    N_("だれが受け、だれに引き継ぐかを決めます。"),
    (
        Step(
            N_(
                "「設定・点検」の「メンバー」で、名前と役割(管理者・マネージャー・担当・委託先・閲覧)を入れます。「商品」に、扱う商品も入れます。"
            ),
            picture="members",
            alt=N_("メンバーの画面。名前と役割の一覧"),
        ),
        Step(
            N_(
                "それぞれのパソコンから使うときは、サインインを設定したサーバーで「招待」を開き、リンクとメールの文を渡します。設定のしかたは docs/operations.md にあります。"
            ),
        ),
        Step(
            N_(
                "「通知」で通知先を決め、「試しに送る」を押します。届けば、朝のまとめも届きます。"
            ),
        ),
    ),
    page="members",
)

IMPORT: Final = Chapter(
    "import",
    N_("いままでのExcelを入れる"),
    N_("付けてきた苦情の一覧や日報を、そのまま入れられます。"),
    (
        Step(
            N_(
                "「Excel取込」を開き、ファイルを選びます。アンケート・レビュー・SNS・意見箱の一覧も入ります。列と言葉は推測され、違えば直せます。"
            ),
            picture="excel_import",
            alt=N_("Excel取込の画面。ファイルを選ぶ欄"),
        ),
        Step(
            N_(
                "何が入るかを確かめてから「取り込む」を押します。間違えたら「この取込を取り消す」で一度に戻せます。取り込んだ件は通知も超過もしません。"
            ),
        ),
    ),
    page="excel_import",
)

COMPLAINT: Final = Chapter(
    "complaint",
    N_("最初の苦情を登録する"),
    N_("電話を聞きながら打てます。要るのは「内容」と「次の約束」だけです。"),
    (
        Step(
            N_(
                "「苦情受付」を開き、お客様の言葉を「内容」に打ち、「次の約束」を一つ押します。その場で済んだら「その場で解決」です。"
            ),
            picture="intake",
            alt=N_("苦情受付の画面。上から順に打つ欄と、次の約束のボタン"),
        ),
        Step(
            N_(
                "「登録する」を押すと、電話で読み上げられる番号が出ます。要望だけの声は「要望のみ」を押せば、約束なしで残せます。"
            ),
        ),
    ),
    page="intake",
)

KPI_DAY: Final = Chapter(
    "kpi_day",
    N_("最初の日次KPIを入れる"),
    N_("きのうの電話の数です。着信と応答の二つで始められます。"),
    (
        Step(
            N_(
                "「日次KPI入力」を開き、着信と応答を入れて保存します。放棄は自動で入ります。分からない欄は空けます(0ではありません)。"
            ),
            picture="kpi_entry",
            alt=N_("日次KPI入力の画面。着信と応答の欄"),
        ),
    ),
    page="kpi_entry",
)

MORNING: Final = Chapter(
    "morning",
    N_("毎朝「今日」を開く"),
    N_("三つの答えだけ見れば足ります。"),
    (
        Step(
            N_(
                "電話はつながっているか、センターからの連絡は増えているか、今日やること。見たら「確認した」を押します。"
            ),
            picture="today",
            alt=N_("今日の画面。三つの答えと、会社全体の数字"),
        ),
    ),
    page="today",
)

CHAPTERS: Final = (
    INSTALL,
    WELCOME,
    CONNECT,
    PEOPLE,
    IMPORT,
    COMPLAINT,
    KPI_DAY,
    MORNING,
)
"""All chapters, in the order of the first week."""


def picture_of(name: str, language: Language) -> Path:
    """Return where the picture of a screen lies, in the words of that language."""
    return PICTURES / f"{name}.{language}.webp"
