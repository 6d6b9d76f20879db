"""A centre's own spreadsheet: made or mended, and named in センター."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from lib import clock
from lib.actions.permissions import needs
from lib.errors import ActionRefused, SettingsError
from lib.i18n import N_
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.vocab import Flag
from lib.store.access import UserStore
from lib.store.address import read_address, sheet_id
from lib.store.opening import sheets_client
from lib.store.protocol import Commit, Update
from lib.store.sheets.client import SCOPES
from lib.store.sheets.creating import DRIVE_SCOPE, create, share
from lib.store.sheets.setup.centre import set_up_centre, tend_centre
from lib.store.sheets.setup.making import spreadsheet_id
from lib.store.sheets.setup.report import Report
from lib.text import folded

ADDRESS: Final = "https://docs.google.com/spreadsheets/d/{id}/edit"

_NO_CENTRE: Final = N_("「{name}」というセンターはありません。")
_OWN_ROW: Final = N_("自社の行は、会社の台帳そのものに入れます。")
_THE_LEDGER: Final = N_(
    "これは会社の台帳です。委託先には見せられません。センター用に別の空のスプレッドシートを作ってください。"
)
_ANOTHERS: Final = N_("このスプレッドシートは、ほかのセンターのものです。")
_NOBODY: Final = N_(
    "新しく作るときは、だれに見せるかも指定してください。空のスプレッドシートを自分で作って、そのアドレスを渡すこともできます。"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A centre's spreadsheet: its address, and what was made or mended in it."""

    address: str
    report: Report


def find_centre(desk: UserStore, name: str) -> Centre:
    """Return the centre of that code or name, whatever its width or case.

    Raises:
        ActionRefused: there is none, or it is the company's own row.
    """
    frame = desk.frame("centres")
    wanted = folded(name)
    for key in frame.index:
        row = frame.loc[key]
        if wanted in (folded(str(row["code"])), folded(str(row["name"]))):
            if key == COMPANY:
                raise ActionRefused(_OWN_ROW)
            return cast("Centre", desk.record("centres", str(key)))
    raise ActionRefused(_NO_CENTRE, name=name)


@needs("centres.file")
def make_file(
    desk: UserStore,
    centre: Centre,
    *,
    store: str,
    data: Path,
    address: str = "",
    reader: str = "",
) -> Made:
    """Make or mend a centre's spreadsheet and name it in センター; idempotent.

    Args:
        desk: of somebody who may change センター.
        centre: whose file it is.
        store: address of the company's store, which must never be the centre's file.
        data: the data folder.
        address: of a spreadsheet that exists; "" for the centre's present one, or for
            a new one.
        reader: mail address of the person at the centre who gets a new one.

    Raises:
        ActionRefused: the spreadsheet is the company's or another centre's.
        AppError: it cannot be reached or changed.
    """
    given = address or centre.spreadsheet
    if not given and not reader:
        raise ActionRefused(_NOBODY)
    spreadsheet = spreadsheet_id(given) if given else ""
    _refuse_anothers(desk, centre, spreadsheet, store)
    scopes = SCOPES if spreadsheet else (*SCOPES, DRIVE_SCOPE)
    with sheets_client(data, scopes=scopes) as client:
        if not spreadsheet:
            spreadsheet = create(client, f"見守り {centre.name}")
        report = set_up_centre(
            client,
            spreadsheet,
            code=centre.code,
            name=centre.name,
            reports=centre.phone_reports is Flag.YES,
        )
        if not given:
            share(client, spreadsheet, reader)
    made = ADDRESS.format(id=spreadsheet)
    if _id_of(centre.spreadsheet) != spreadsheet:
        _name(desk, centre, made)
    return Made(made, report)


def tend_file(centre: Centre, data: Path) -> None:
    """Lay out the month ahead in a centre's file; it costs two reads.

    Raises:
        AppError: it cannot be reached or changed.
    """
    with sheets_client(data) as client:
        tend_centre(client, spreadsheet_id(centre.spreadsheet), centre.code)


def _refuse_anothers(
    desk: UserStore, centre: Centre, spreadsheet: str, store: str
) -> None:
    if not spreadsheet:
        return
    if spreadsheet == sheet_id(read_address(store)):
        raise ActionRefused(_THE_LEDGER)
    others = desk.frame("centres").drop(index=centre.code)["spreadsheet"]
    if spreadsheet in {_id_of(str(address)) for address in others}:
        raise ActionRefused(_ANOTHERS)


def _id_of(address: str) -> str:
    """Return the id in an address that somebody typed; "" where there is none."""
    try:
        return spreadsheet_id(address)
    except SettingsError:
        return ""


def _name(desk: UserStore, centre: Centre, address: str) -> None:
    update = Update(
        "centres",
        centre.code,
        base={"spreadsheet": centre.spreadsheet},
        values={"spreadsheet": address},
    )
    who = desk.principal.name
    desk.commit(Commit(new_commit_id(), who, clock.now(), (update,)))
