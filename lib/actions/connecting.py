"""Getting a Google Sheet to work as the store: each step tried, each mistake named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lib.actions.permissions import needs
from lib.errors import AppError, SettingsError, StoreDenied, StoreUnavailable
from lib.i18n import N_
from lib.schema.principal import Principal
from lib.settings.install import app_url, sheets_settings
from lib.store.opening import open_sheet, sheets_client
from lib.store.sheets.client import NO_KEY, SheetsClient
from lib.store.sheets.faults import API_OFF, KEY_REFUSED, NOT_FOUND
from lib.store.sheets.layout import is_tokyo
from lib.store.sheets.setup import making, tending
from lib.store.sheets.setup.making import spreadsheet_id
from lib.store.sheets.setup.report import Line, Outcome, Report

__all__ = [
    "Line",
    "Outcome",
    "Report",
    "Step",
    "Trial",
    "account",
    "first_load",
    "set_up",
    "settings_line",
    "spreadsheet_id",
    "tend",
    "try_out",
]


class Step(StrEnum):
    """What has to be right, in the order in which it is tried. Values are keys."""

    KEY = N_("鍵ファイルを読む")
    ACCOUNT = N_("鍵をGoogleに見せる")
    API = N_("Google Sheets API を使う")
    ADDRESS = N_("スプレッドシートを見つける")
    SHARED = N_("スプレッドシートを開く")
    WRITE = N_("書き込む")
    ZONE = N_("時刻を確かめる")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a step.

    ok: None where an earlier step failed, so that it was not tried.
    why: what is wrong; mend: what to do. Catalogue keys, `details` fill their braces.
    """

    step: Step
    ok: bool | None
    why: str = ""
    mend: str = ""
    details: tuple[tuple[str, str], ...] = ()


_NO_KEY_YET: Final = N_("鍵がまだありません。")
_MEND_NO_KEY: Final = N_(
    "ダウンロードした鍵ファイルの場所を MIMAMORI_SERVICE_ACCOUNT に入れて、アプリを開き直してください。"
)
_MEND_KEY: Final = N_(
    "Googleからもう一度鍵をダウンロードし、中身を変えずに置いてください。"
)
_MEND_REFUSED: Final = N_(
    "このコンピューターの時計を合わせてください。合っていれば、鍵が取り消されています。新しい鍵を作ってください。"
)
_MEND_API: Final = N_(
    "Google Cloud の「APIとサービス」→「ライブラリ」で Google Sheets API を有効にし、数分待ってください。"
)
_WRONG_ADDRESS: Final = N_("このIDのスプレッドシートはありません。")
_MEND_ADDRESS: Final = N_(
    "ブラウザーで開いたスプレッドシートのアドレスを、そのまま貼り付けてください。ゴミ箱に入れていないかも確かめてください。"
)
_NOT_SHARED: Final = N_("スプレッドシートが共有されていません。")
_ONLY_READER: Final = N_("見るだけの権限で共有されています。")
_MEND_SHARING: Final = N_("「共有」で {account} を「編集者」として加えてください。")
_OTHER_ZONE: Final = N_("スプレッドシートの時刻が東京ではありません({zone})。")
_MEND_ZONE: Final = N_(
    "「ファイル」→「設定」で、タイムゾーンを東京にしてください。新しい空のシートなら、整えるときに直します。"
)
_AWAY: Final = N_("Googleにつながりません。")
_MEND_AWAY: Final = N_("インターネットにつながっているか確かめてください。")
_OTHER: Final = N_("Googleが受け付けませんでした。")


def account() -> str:
    """Return the service account's address, to share with; "" without a key.

    Raises:
        SettingsError: the key file or the secrets cannot be read.
    """
    key = sheets_settings().service_account
    return str(key.get("client_email", "")) if key else ""


def try_out(address: str, data: Path) -> list[Trial]:
    """Return what comes of every step: two calls, and nothing is changed.

    Args:
        address: of the spreadsheet, as people copy it.
        data: the data folder, which holds the count of calls.
    """
    try:
        with sheets_client(data) as client:
            return _with_key(client, address)
    except SettingsError as error:
        lacking = error.message == NO_KEY
        why = _NO_KEY_YET if lacking else error.message
        mend = _MEND_NO_KEY if lacking else _MEND_KEY
        failed = Trial(Step.KEY, ok=False, why=why, mend=mend, details=_details(error))
        return _filled_up([failed])


def _with_key(client: SheetsClient, address: str) -> list[Trial]:
    try:
        spreadsheet = spreadsheet_id(address)
    except SettingsError as error:
        untried = [Trial(step, ok=None) for step in (Step.ACCOUNT, Step.API)]
        failed = Trial(Step.ADDRESS, ok=False, why=error.message, mend=_MEND_ADDRESS)
        return _filled_up([*untried, failed])
    try:
        properties = client.metadata(spreadsheet, "properties(title,timeZone)")
    except AppError as error:
        return _failed_at(error, writing=False)
    kept = properties.get("properties", {})
    try:
        _write_nothing_new(client, spreadsheet, str(kept.get("title", "")))
    except AppError as error:
        return _failed_at(error, writing=True)
    zone = str(kept.get("timeZone", ""))
    right = is_tokyo(zone)
    checked = Trial(
        Step.ZONE,
        ok=right,
        why="" if right else _OTHER_ZONE,
        mend="" if right else _MEND_ZONE,
        details=(("zone", zone),),
    )
    return _filled_up([checked])


def _write_nothing_new(client: SheetsClient, spreadsheet: str, title: str) -> None:
    """Give the spreadsheet the title that it has: a reader may not even do that."""
    renamed = {"properties": {"title": title}, "fields": "title"}
    client.change(spreadsheet, {"requests": [{"updateSpreadsheetProperties": renamed}]})


def _failed_at(error: AppError, *, writing: bool) -> list[Trial]:
    step, why, mend = _mistake(error, writing=writing)
    details = (("account", account()),) if mend == _MEND_SHARING else ()
    return _filled_up([Trial(step, ok=False, why=why, mend=mend, details=details)])


def _mistake(error: AppError, *, writing: bool) -> tuple[Step, str, str]:
    reached = Step.WRITE if writing else Step.SHARED
    match error:
        case StoreDenied() if writing:
            return Step.WRITE, _ONLY_READER, _MEND_SHARING
        case StoreDenied():
            return Step.SHARED, _NOT_SHARED, _MEND_SHARING
        case StoreUnavailable():
            return (Step.WRITE if writing else Step.ACCOUNT), _AWAY, _MEND_AWAY
        case _ if error.message == KEY_REFUSED:
            return Step.ACCOUNT, error.message, _MEND_REFUSED
        case _ if error.message == API_OFF:
            return Step.API, error.message, _MEND_API
        case _ if error.message == NOT_FOUND:
            return Step.ADDRESS, _WRONG_ADDRESS, _MEND_ADDRESS
        case _:
            return reached, _OTHER, ""


def _filled_up(known: list[Trial]) -> list[Trial]:
    """Return every step: those before a known one passed, those behind it wait."""
    found = {trial.step: trial for trial in known}
    steps = list(Step)
    last = max(steps.index(step) for step in found)
    return [
        found.get(step, Trial(step, ok=True if at < last else None))
        for at, step in enumerate(steps)
    ]


def _details(error: AppError) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in error.details.items())


# Setting up -------------------------------------------------------------------------


@needs("store.connect")
def set_up(
    who: Principal,  # noqa: ARG001 - the guard asks it
    address: str,
    data: Path,
    *,
    mend_zone: bool = False,
) -> Report:
    """Make or mend the spreadsheet for people.

    Raises:
        NotAllowed: it is not for this person.
        AppError: the address, the key or the sharing is wrong; nothing was changed.
    """
    with sheets_client(data) as client:
        return making.set_up(
            client,
            spreadsheet_id(address),
            app=_address_of_the_app(),
            mend_zone=mend_zone,
        )


def _address_of_the_app() -> str:
    """Return the app's address for 使い方; none where only this computer knows it."""
    address = app_url()
    host = urlsplit(address).hostname or ""
    return "" if host in ("localhost", "127.0.0.1", "::1") else address


def tend(address: str, data: Path) -> bool:
    """Lay out the month ahead and fill in row formulas; return whether it wrote.

    Raises:
        AppError: as `set_up` does.
    """
    with sheets_client(data) as client:
        return tending.tend(client, spreadsheet_id(address))


def first_load(address: str, data: Path) -> tuple[int, int]:
    """Read the spreadsheet as the store does; return its records and its problems.

    Raises:
        AppError: as opening the store does.
    """
    store = open_sheet(spreadsheet_id(address), data=data)
    try:
        snapshot = store.load()
    finally:
        store.close()
    return sum(map(len, snapshot.frames.values())), len(snapshot.problems)


def settings_line(address: str) -> str:
    """Return what to put into the settings, so that the app uses the spreadsheet.

    Raises:
        SettingsError: the address is none.
    """
    return f'MIMAMORI_STORE = "gsheet://{spreadsheet_id(address)}"'
