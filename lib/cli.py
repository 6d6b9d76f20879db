"""Operator's commands: `python -m lib.cli …`. The same actions as behind the screen.

Exit codes: 0 done, 1 done but something needs a look, 2 not done. What went wrong
stands on stderr in one line, without a traceback and without customers' data.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table as Grid
from rich.text import Text

from lib import clock, logs
from lib.actions import archiving, checking, connecting, contacts, importing, signing_in
from lib.actions import sample as sample_year
from lib.actions.by_hand import resting
from lib.actions.by_hand.tidying import tidy
from lib.actions.centre_files import keeping
from lib.actions.centre_files import making as centre_making
from lib.actions.centre_files.keeping import CentreFiles
from lib.actions.clocks import keeping as clock_keeping
from lib.actions.improving import keeping as improving
from lib.actions.notices import queue, texts
from lib.actions.notices.digest import digest_for
from lib.actions.privacy import running as erasing_people
from lib.actions.risks import watching
from lib.actions.sign_in_desk import Desk
from lib.errors import ActionRefused, AppError, UnreadableFile
from lib.i18n import N_, _
from lib.reports.export import to_csv, to_xlsx
from lib.sample import sample_company
from lib.sample.company import DEFAULT_COMPLAINTS_PER_DAY, DEFAULT_SEED
from lib.schema.dictionary import as_markdown
from lib.schema.ids import read_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.settings.customer_key import customer_key, secret_of
from lib.settings.install import (
    Installation,
    app_url,
    installation,
    notify_addresses,
)
from lib.store.access import UserStore, unread_cells
from lib.store.live import LiveStore
from lib.store.opening import open_live, open_store, sheets_client
from lib.store.protocol import AUDIT_TAIL, RowProblem, Store
from lib.store.row_memory import RowMemory
from lib.store.sheets import probe as probing
from lib.store.sheets import promises
from lib.store.sheets.setup.making import spreadsheet_id
from lib.store.sql.backup import back_up_now
from lib.store.sql.backup import restore as restore_backup
from lib.text import masked

DONE, LOOK, FAILED = 0, 1, 2
SHOWN: Final = 20
"""Problems printed for each sheet; the rest is counted."""

Command = TypeVar("Command", bound=Callable[..., Any])

app = typer.Typer(
    help=_("見守りを管理するコマンドです。"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

sheet_app = typer.Typer(
    help=_("Googleスプレッドシートの準備と確認です。"), no_args_is_help=True
)
app.add_typer(sheet_app, name="sheet")


def speaking_plainly(command: Command) -> Command:
    """Let an error end the command with one line on stderr and exit code 2."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            with logs.kept_harmless():
                return command(*args, **options)
        except AppError as error:
            _complain(_(error.message).format(**error.details))
        except OSError as error:
            why = " ".join(
                str(part) for part in (error.filename, error.strerror) if part
            )
            _complain(_("ファイルを扱えません: {why}").format(why=why))
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:  # noqa: BLE001 - its text may hold a customer's data
            kind = type(error).__name__
            _complain(_("予期しないエラーで終わりました: {kind}").format(kind=kind))
        raise typer.Exit(FAILED)

    return run  # type: ignore[return-value]


# Commands ------------------------------------------------------------------------


@app.command(help=_("1年分の見本データを入れます。--remove で取り除きます。"))
@speaking_plainly
def sample(
    months: Annotated[int, typer.Option(min=1, max=60, help=_("月数"))] = 13,
    seed: Annotated[
        int, typer.Option(help=_("同じ数なら同じデータになります"))
    ] = DEFAULT_SEED,
    complaints_per_day: Annotated[
        float, typer.Option(min=0.1, max=500, help=_("1日あたりの苦情の数"))
    ] = DEFAULT_COMPLAINTS_PER_DAY,
    remove: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--remove", help=_("見本データを取り除く"))
    ] = False,
) -> None:
    """Fill the store with the sample year, or take it out again."""
    with _store() as (store, place):
        if remove:
            with _progress(_("見本データを取り除いています")) as progress:
                count = sample_year.remove(store, progress=progress)
            _say(_("見本データを取り除きました: {count}行").format(count=count))
            return
        company = sample_company(
            end=clock.today(),
            months=months,
            seed=seed,
            complaints_per_day=complaints_per_day,
        )
        key_of = functools.partial(customer_key, secret=secret_of(place.data))
        with _progress(_("見本データを入れています")) as progress:
            count = sample_year.fill(store, company, progress=progress, key_of=key_of)
        _say(_("見本データを入れました: {count}行").format(count=count))


@app.command(help=_("招待のリンクを作ります。72時間、1回だけ使えます。"))
@speaking_plainly
def invite(
    email: Annotated[
        str, typer.Argument(help=_("有効なメンバーか MIMAMORI_ADMINS にあるメール"))
    ],
) -> None:
    """Print a link with which somebody sets a password and comes in."""
    place = installation()
    live = open_live(place.store_url, data=place.data)
    try:
        desk = Desk.of(live, place.data, place.admins)
        token = signing_in.invite_by_operator(desk, email, clock.now())
    finally:
        live.close()
    _say(signing_in.link(app_url(), token))


@app.command(help=_("データを点検します。問題がなければ0、あれば1で終わります。"))
@speaking_plainly
def check(
    json: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--json", help=_("JSONで出す"))
    ] = False,
) -> None:
    """List what in the data does not fit."""
    with _store() as (store, place):
        snapshot = store.load()
        memory = RowMemory(place.data, place.store_url)
        everything = checking.check(snapshot)
        found = resting.finished(snapshot, everything, memory, clock.now())
        found += keeping.told(place.data)
        live = LiveStore(store)
        archiving.with_archive(live, snapshot.frames)
        lost = live.lost_from_archive()
    problems = checking.to_mend(found)
    if json:
        told = {
            "problems": [asdict(p) | {"typed": _typed(p)} for p in found],
            "lost": lost,
        }
        sys.stdout.write(orjson.dumps(told).decode() + "\n")
        raise typer.Exit(LOOK if problems or lost else DONE)
    if problems:
        _console().print(_problem_grid(found))
        _say(_("直すところが{count}か所あります。").format(count=len(problems)))
    elif not lost:
        _say(_("問題は見つかりませんでした。"))
    _tell_lost(lost)
    raise typer.Exit(LOOK if problems or lost else DONE)


@app.command(
    help=_(
        "シートに手で書かれた行に番号を付け、変わったところを対応履歴に残します。書けない行があれば1で終わります。"
    )
)
@speaking_plainly
def sync() -> None:
    """Take in what people typed into the sheet, as the running app does by itself."""
    with _store() as (store, place):
        live = LiveStore(store)
        found = tidy(
            live,
            RowMemory(place.data, place.store_url),
            now=clock.now(),
            secret=secret_of(place.data),
        )
        started = clock_keeping.keep(live, clock.now())
    _say(
        _(
            "番号を付けた行: {numbered} / 取り込んだ行: {stamped} / 対応履歴: {steps} / 書きかけ: {waiting}"
        ).format(
            numbered=found.numbered,
            stamped=found.stamped,
            steps=found.steps,
            waiting=found.waiting,
        )
    )
    if started:
        _say(_("始まった期限: {count}").format(count=started))
    if found.refused:
        _complain(_("書けなかった行: {count}").format(count=found.refused))
    raise typer.Exit(LOOK if found.refused else DONE)


@app.command(
    "import",
    help=_("ExcelかCSVを取り込みます。取り込めない行があれば1で終わります。"),
)
@speaking_plainly
def import_file(
    file: Annotated[Path, typer.Argument(help=_("xlsx・CSVのファイル"))],
    table: Annotated[
        str, typer.Option(help=_("表の名前。なければ見出しから見つけます"))
    ] = "",
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help=_("確かめるだけで取り込まない"))
    ] = False,
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", "-y", help=_("聞かずに取り込む"))
    ] = False,
) -> None:
    """Preview a file, ask, and add its new rows."""
    wanted = _table(table) if table else None
    source = importing.read_upload(file.name, _bytes_of(file))
    with _store() as (store, place):
        frames = archiving.with_archive(LiveStore(store), store.load().frames)
        runs = importing.runs_in(frames["settings"])
        learned = importing.learned_in(frames["settings"])
        shown = importing.preview(
            source,
            frames,
            table=wanted,
            secret=secret_of(place.data),
            choices=importing.Choices(importing.matches_from(learned)),
            bounds=importing.Bounds(undone=importing.undone_rows(runs)),
        )
        _print_preview(shown)
        if not dry_run and shown.new_rows and _agreed(shown.new_rows, yes=yes):
            with _progress(_("取り込んでいます")) as progress:
                now = clock.now()
                journal = importing.Journal(
                    store,
                    runs,
                    file=file.name,
                    digest=shown.digest,
                    who=SYSTEM,
                    now=now,
                )
                done = importing.apply(
                    store,
                    shown,
                    who=SYSTEM,
                    now=now,
                    progress=progress,
                    journal=journal,
                )
            _say(_("取り込みました: {count}行").format(count=done.added))
    raise typer.Exit(LOOK if shown.held_back else DONE)


@app.command(help=_("書き出します。xlsxは全部の表、CSVは --table の表です。"))
@speaking_plainly
def export(
    file: Annotated[Path, typer.Argument(help=_("書き出す先 (.xlsx か .csv)"))],
    table: Annotated[str, typer.Option(help=_("表の名前"))] = "",
    unmasked: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--unmasked", help=_("お客様の名前と連絡先を伏せない"))
    ] = False,
    reason: Annotated[
        str, typer.Option(help=_("伏せない理由。操作ログに残ります"))
    ] = "",
) -> None:
    """Write tables to a file; nothing in it can run as a formula."""
    kind = file.suffix.lower()
    wanted = [_table(table)] if table else list(TABLES)
    if kind not in {".xlsx", ".csv"}:
        raise ActionRefused(N_("書き出す先は .xlsx か .csv にしてください。"))
    if kind == ".csv" and not table:
        raise ActionRefused(N_("CSVは一つの表だけです。--table で表を選んでください。"))
    if unmasked and not reason.strip():
        raise ActionRefused(N_("伏せずに書き出す理由を --reason で書いてください。"))
    with _store() as (store, _place):
        everything = store.load()
        tabs = [place.tab for place in wanted]
        live, now = LiveStore(store), clock.now()
        contacts.log_export(live, tabs, reason, now, unmasked=unmasked)
        # An export is of everything that is kept, wherever it lies.
        frames = archiving.with_archive(live, everything.frames)
    typed = unread_cells(everything.statuses)
    chosen = {place: frames[place.code] for place in wanted}
    if kind == ".xlsx":
        data = to_xlsx(chosen, unmasked=unmasked, typed=typed)
    else:
        one = wanted[0]
        data = to_csv(one, frames[one.code], unmasked=unmasked, typed=typed)
    _write_private(file, data)
    if any(p.code == "audit" and len(f) >= AUDIT_TAIL for p, f in chosen.items()):
        _say(_("操作ログは新しい{count}行だけです。").format(count=AUDIT_TAIL))
    rows = sum(len(frame) for frame in chosen.values())
    _say(_("書き出しました: {file} ({count}行)").format(file=file.name, count=rows))


@app.command(
    help=_("朝のまとめと、まだ知らせていないことを送ります。同じ日に二度は送りません。")
)
@speaking_plainly
def digest(
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help=_("送らずに文面を出す"))
    ] = False,
) -> None:
    """Send the morning message, once a day whoever asks, or show it."""
    place = installation()
    channels = notify_addresses()
    live = open_live(place.store_url, data=place.data)
    try:
        if dry_run:
            _print_digests(live, tuple(channels))
            return
        if not channels:
            raise ActionRefused(
                N_("通知先がありません。secrets.toml の [notify] に書いてください。")
            )
        watching.watch(live, clock.now())
        improving.keep(live, clock.now())
        sender = queue.Sender(live, channels, base=app_url(), between=timedelta(0))
        sent = sender.tick(clock.now(), digest_now=True)
        waiting = [
            name
            for name in channels
            if queue.waiting_rows(live.for_user(SYSTEM).frame("notices"), name)
        ]
    finally:
        live.close()
    _say(_("送りました: {count}通").format(count=len(sent)))
    if waiting:
        _say(_("まだ送れていない通知先: {count}").format(count=len(waiting)))
    raise typer.Exit(LOOK if waiting else DONE)


@app.command(
    help=_(
        "件数の増えを見つけます。series,date,count,exposure のCSVを読み、注意・警報の日を1行ずつJSONで出します。"
    )
)
@speaking_plainly
def detect(
    file: Annotated[str, typer.Argument(help=_("CSVのファイル。- なら標準入力"))],
) -> None:
    """Judge each day of each series by the rows up to it, at the usual sensitivity."""
    from lib.risk import panel

    rows = panel.read(sys.stdin.buffer if file == "-" else file)
    for part in panel.panels(rows):
        found = b"".join(orjson.dumps(line) + b"\n" for line in panel.findings(part))
        sys.stdout.write(found.decode())


@app.command(help=_("いまのデータの控えを取ります。"))
@speaking_plainly
def backup() -> None:
    """Copy the store into the data folder."""
    place = installation()
    made = back_up_now(place.store_url, data=place.data)
    _say(_("控えを取りました: {file}").format(file=made))


@app.command(help=_("控えから戻します。いまのデータも別に残します。"))
@speaking_plainly
def restore(
    file: Annotated[Path, typer.Argument(help=_("控えのファイル"))],
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", "-y", help=_("聞かずに戻す"))
    ] = False,
) -> None:
    """Put a copy in the store's place."""
    if not yes and sys.stdin.isatty():
        typer.confirm(
            _("いまのデータを控えのものに入れ替えます。よろしいですか"), abort=True
        )
    place = installation()
    kept = restore_backup(place.store_url, file, data=place.data)
    _say(_("戻しました。前のデータ: {file}").format(file=kept))


@app.command(
    help=_(
        "保存期間の過ぎたものを匿名化します。元に戻せません。残ったものがあれば1で終わります。"
    )
)
@speaking_plainly
def anonymise(
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help=_("何が消えるかだけを出す"))
    ] = False,
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", "-y", help=_("聞かずに匿名化する"))
    ] = False,
    again: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option(
            "--again", help=_("控えから戻したあと、前に匿名化したものをもう一度消す")
        ),
    ] = False,
) -> None:
    """Take people out of what is past its time, or out of a restored backup again."""
    place = installation()
    live = open_live(place.store_url, data=place.data)
    try:
        if again:
            done = erasing_people.erase_again(
                live, SYSTEM, now=clock.now(), data=place.data
            )
            _say(_("もう一度消しました: {count}行").format(count=done.rows))
            for (code, key), error in done.rows_refused:
                _say_refused(f"{_(table_by_code(code).tab)} {key}", error)
            raise typer.Exit(LOOK if done.rows_refused or done.traces else DONE)
        units = erasing_people.due(live, SYSTEM, clock.today())
        _print_due(erasing_people.preview(live, SYSTEM, units, data=place.data))
        free = sum(unit.is_free for unit in units)
        if dry_run or not free:
            return
        if not yes:
            typer.confirm(
                _("{count}件を匿名化します。元に戻せません。よろしいですか").format(
                    count=free
                ),
                abort=True,
            )
        with _progress(_("匿名化しています")) as progress:
            done = erasing_people.anonymise(
                live,
                SYSTEM,
                units,
                now=clock.now(),
                data=place.data,
                progress=progress,
            )
    finally:
        live.close()
    _say(_("匿名化しました: {count}件").format(count=done.units))
    for unit, error in done.refused:
        _say_refused(unit.key, error)
    raise typer.Exit(LOOK if done.refused or done.queued or done.traces else DONE)


def _say_refused(name: str, error: AppError) -> None:
    _say(f"{name}: {_(error.message).format(**error.details)}")


def _print_due(found: erasing_people.Preview) -> None:
    """Print what would go and what stays; numbers of cases, and nothing of anybody."""
    for unit in found.free[:SHOWN]:
        _say(f"{unit.key}  {_(unit.kind.value)}")
    for unit in found.held[:SHOWN]:
        why = " ".join(_(hold.why).format(number=hold.number) for hold in unit.holds)
        _say(f"{unit.key}  {why}")
    _say(
        _("匿名化するもの: {count}件 / そのまま残すもの: {held}件").format(
            count=len(found.free), held=len(found.held)
        )
    )
    _say(
        _(
            "操作ログの変更前・変更後・理由: {log}行 / 書きかけ: {drafts}件 / 送信待ち: {waiting}件"
        ).format(log=found.log_rows, drafts=found.drafts, waiting=found.waiting)
    )
    for name in found.copies:
        _say(_("元のまま残る控え: {name}").format(name=name))


@app.command(
    help=_(
        "終わって久しい苦情を、年ごとの保管に移します。--back で戻します。残ったものがあれば1で終わります。"
    )
)
@speaking_plainly
def archive(
    months: Annotated[
        int | None,
        typer.Option(min=1, max=600, help=_("終わってからの月数。なければ設定の値")),
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help=_("何が移るかだけを出す"))
    ] = False,
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", "-y", help=_("聞かずに移す"))
    ] = False,
    back: Annotated[
        str, typer.Option(help=_("戻す年(例 2024)か受付番号。「,」で区切る"))
    ] = "",
) -> None:
    """Put away what ended long ago, or bring it back."""
    place = installation()
    live = open_live(place.store_url, data=place.data)
    try:
        if back:
            _archive_back(live, place, back, dry_run=dry_run)
        found = archiving.due(live, SYSTEM, clock.now(), months=months)
        _print_archive(found)
        if dry_run or not found.cases:
            return
        if not yes:
            typer.confirm(
                _("{count}件を保管します。よろしいですか").format(
                    count=len(found.cases)
                ),
                abort=True,
            )
        with _progress(_("保管しています")) as progress:
            done = archiving.put_away(
                live,
                SYSTEM,
                clock.now(),
                data=place.data,
                url=place.store_url,
                months=months,
                progress=progress,
            )
    finally:
        live.close()
    _say(
        _("保管しました: {count}件 ({rows}行)").format(
            count=len(done.cases), rows=done.rows
        )
    )
    _end_of_archiving(done)


def _archive_back(
    live: LiveStore, place: Installation, back: str, *, dry_run: bool
) -> NoReturn:
    parts = [part.strip() for part in back.split(",") if part.strip()]
    wanted: list[int | str] = [
        int(part) if part.isdecimal() else read_id(part) or part for part in parts
    ]
    if dry_run:
        found, missing = archiving.would_come(live, SYSTEM, wanted)
        _say(_("戻すもの: {count}件").format(count=len(found)))
        _say_missing(missing)
        raise typer.Exit(LOOK if missing else DONE)
    with _progress(_("保管から戻しています")) as progress:
        done = archiving.bring_back(
            live, SYSTEM, clock.now(), wanted, data=place.data, progress=progress
        )
    _say(
        _("保管から戻しました: {count}件 ({rows}行)").format(
            count=len(done.cases), rows=done.rows
        )
    )
    _say_missing(done.missing)
    _end_of_archiving(done)


def _say_missing(missing: Sequence[int | str]) -> None:
    for one in missing:
        _say(_("保管にないもの: {what}").format(what=one))


def _end_of_archiving(done: archiving.Done) -> NoReturn:
    if done.mended:
        _say(_("前の回の途中から元に戻したもの: {count}").format(count=done.mended))
    for case in done.passed[:SHOWN]:
        _say(_("途中で変わったので移さなかった件: {number}").format(number=case))
    _tell_lost(done.lost)
    raise typer.Exit(LOOK if done.passed or done.lost or done.missing else DONE)


def _tell_lost(cases: Sequence[str]) -> None:
    """Say which complaints people took out of the archive by hand."""
    for case in cases[:SHOWN]:
        _say(_("年ごとのタブから消えている件: {number}").format(number=case))
    if len(cases) > SHOWN:
        _say(
            _("年ごとのタブから消えている件は全部で{count}件").format(count=len(cases))
        )


def _print_archive(found: archiving.Due) -> None:
    """Print what would move, year by year, and what stays; numbers alone."""
    for year, count in found.by_year().items():
        _say(_("{year}年: {count}件").format(year=year, count=count))
    for why, count in found.held.items():
        _say(_("残るもの {count}件: {why}").format(count=count, why=_(why)))
    _say(
        _("保管するもの: {count}件 ({rows}行) / いまの苦情台帳: {live}行").format(
            count=len(found.cases), rows=found.rows, live=found.live["complaints"]
        )
    )


@app.command(help=_("データ項目の一覧をMarkdownで出します。"))
@speaking_plainly
def dictionary() -> None:
    """Print the data dictionary."""
    sys.stdout.write(as_markdown())


@app.command(
    "trim-contacts",
    help=_(
        "連絡先を残す日数を過ぎた完了・取消の件で、連絡先を下4桁だけにします。できない行があれば1で終わります。"
    ),
)
@speaking_plainly
def trim_contacts(
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help=_("変えずに件数だけを出す"))
    ] = False,
) -> None:
    """Cut contacts whose time is over, as the running app does by itself."""
    with _store() as (store, place):
        live, now = LiveStore(store), clock.now()
        if dry_run:
            due = contacts.over(live.for_user(SYSTEM), now, secret_of(place.data))
            _say(_("下4桁だけになる連絡先: {count}件").format(count=len(due)))
            raise typer.Exit(DONE)
        done = contacts.tend(live, place.data, now)
    _say_done(done)


@app.command(
    "rotate-key",
    help=_(
        "照合キーの鍵を新しくし、連絡先の残る件の照合キーを作り直します。できない行があれば1で終わります。"
    ),
)
@speaking_plainly
def rotate_key(
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", help=_("確認せずに進める"))
    ] = False,
) -> None:
    """Replace the key with which customers are recognised."""
    if not yes and sys.stdin.isatty():
        typer.confirm(_("照合キーの鍵を新しくします。よろしいですか"), abort=True)
    with _store() as (store, place), _progress(_("作り直しています")) as progress:
        live = LiveStore(store)
        done = contacts.rotate(live, place.data, clock.now(), progress=progress)
    _say_done(done)


def _say_done(done: contacts.Done) -> NoReturn:
    _say(_("変えた行: {count}").format(count=done.changed))
    if done.refused:
        _complain(_("書けなかった行: {count}").format(count=done.refused))
    raise typer.Exit(LOOK if done.refused else DONE)


@sheet_app.command(
    "setup",
    help=_(
        "スプレッドシートを人が使えるように整えます。何度行っても同じです。確かめることが残れば1で終わります。"
    ),
)
@speaking_plainly
def sheet_setup(
    url: Annotated[
        str, typer.Argument(help=_("スプレッドシートのアドレス。なければ今の保存先"))
    ] = "",
    zone: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option("--zone", help=_("使用中のシートも日本の書式と時刻に直す")),
    ] = False,
    centre: Annotated[
        str,
        typer.Option(
            help=_("委託先センターのコードか名前。そのセンターだけのシートを整える")
        ),
    ] = "",
    share: Annotated[
        str, typer.Option(help=_("センター用に新しく作るシートを見せる人のメール"))
    ] = "",
) -> None:
    """Make or mend the spreadsheet for people; what they made stays."""
    place = installation()
    if centre:
        done = _centre_file(place, centre, url, share)
    else:
        done = connecting.set_up(
            SYSTEM, url or place.store_url, place.data, mend_zone=zone
        )
    _console().print(_setup_grid(done))
    raise typer.Exit(DONE if done.clean else LOOK)


def _centre_file(
    place: Installation, name: str, url: str, reader: str
) -> connecting.Report:
    """Make or mend a centre's own spreadsheet, and fold it in for the first time."""
    with _store() as (store, _place):
        live = LiveStore(store)
        desk = live.for_user(SYSTEM)
        made = centre_making.make_file(
            desk,
            centre_making.find_centre(desk, name),
            store=place.store_url,
            data=place.data,
            address=url,
            reader=reader,
        )
        _say(made.address)
        files = CentreFiles(place.data)
        files.fold_all(live)
        files.close()
        return made.report


@sheet_app.command(
    "probe",
    help=_(
        "Googleが説明書のとおりに動くかを、試しのタブで確かめます。違えば1で終わります。"
    ),
)
@speaking_plainly
def sheet_probe(
    url: Annotated[
        str, typer.Argument(help=_("スプレッドシートのアドレス。なければ今の保存先"))
    ] = "",
) -> None:
    """Look on a live spreadsheet whether Google keeps what the store rests on."""
    place = installation()
    spreadsheet = spreadsheet_id(url or place.store_url)
    with sheets_client(place.data) as client:
        findings = probing.probe(client, spreadsheet, place.data)
    _console().print(_finding_grid(findings))
    broken = [found for found in findings if found.holds is False]
    for found in broken:
        _say(f"- {_(found.tried)}\n  {_(found.instead)}")
    _say(
        _(
            "説明書と違うところが{count}か所あります。上の代わりの方法で動きます。"
        ).format(count=len(broken))
        if broken
        else _("頼っていることは、確かめられた限り、すべて説明書のとおりでした。")
    )
    days = promises.STALE_AFTER.days
    _say(
        _(
            "結果はデータフォルダに保存しました。{days}日たったら、もう一度確かめてください。確かめるまでは説明書のとおりとみなします。"
        ).format(days=days)
    )
    raise typer.Exit(LOOK if broken else DONE)


def _print_digests(live: LiveStore, channels: tuple[str, ...]) -> None:
    """Print what each channel would read; without channels, what a lead would."""
    now, view = clock.now(), live.for_user(SYSTEM)
    if not channels:
        _say(digest_text(view, queue.leads_of(view), now))
    for name in channels:
        _say(f"[{name}]")
        _say(digest_text(view, queue.readers(view, name, channels, now), now))


def digest_text(view: UserStore, readers: Sequence[Member], now: datetime) -> str:
    """Return the morning message of those who read a channel, as plain text."""
    message = texts.digest_message(digest_for(view, readers, now), app_url())
    return f"{message.title}\n{message.body}\n"


# Store, tables, files ---------------------------------------------------------------


@contextmanager
def _store() -> Iterator[tuple[Store, Installation]]:
    place = installation()
    store = open_store(place.store_url, data=place.data)
    try:
        yield store, place
    finally:
        store.close()


def _table(name: str) -> Table:
    """Return the table of that code or Japanese name."""
    for place in TABLES:
        if name in {place.code, place.tab}:
            return place
    names = ", ".join(f"{place.tab} ({place.code})" for place in TABLES)
    raise ActionRefused(
        N_("「{name}」という表はありません。あるのは: {names}"), name=name, names=names
    )


def _bytes_of(file: Path) -> bytes:
    """Return the file's content; look at its size before reading it."""
    if file.stat().st_size > importing.LARGEST_FILE:
        raise UnreadableFile(importing.TOO_LARGE)
    return file.read_bytes()


def _write_private(file: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as out:
        out.write(data)
    part.replace(file)


# Talking ---------------------------------------------------------------------------


def _console() -> Console:
    """Return a console for stdout; made anew, because a test replaces stdout."""
    return Console(highlight=False)


def _say(text: str) -> None:
    typer.echo(text)


def _complain(text: str) -> None:
    typer.echo(text, err=True)


def _agreed(count: int, *, yes: bool) -> bool:
    """Whether to go on; only a person at a terminal is asked."""
    if yes or not sys.stdin.isatty():
        return True
    return typer.confirm(
        _("{count}行を取り込みます。よろしいですか").format(count=count)
    )


@contextmanager
def _progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that moves a bar on stderr; the bar shows only in a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(text, total=None)

        def moved(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield moved


def _print_preview(shown: importing.Preview) -> None:
    grid = Grid(title=shown.file)
    for header in (
        _("シート"),
        _("表"),
        _("新しい行"),
        _("直す行"),
        _("登録済み"),
        _("除いた行"),
    ):
        grid.add_column(header, overflow="fold")
    for part in shown.parts:
        counts = (part.rows, range(part.held_back), part.duplicates, part.skipped)
        grid.add_row(
            Text(part.sheet), _(part.table.tab), *(str(len(found)) for found in counts)
        )
    _console().print(grid)
    for left in shown.left_out:
        _say(_("シート「{sheet}」: {why}").format(sheet=left.text, why=_(left.why)))
    for part in shown.parts:
        if part.unknown:
            names = _("、").join(part.unknown)
            _say(_("取り込まない列: {names}").format(names=names))
        _print_changed(part)
        _print_some(_("取り込めない行"), part.problems)
        _print_some(_("確かめてください"), part.doubts)
        _print_some(_("計算と合わない割合"), part.shares)


def _print_changed(part: importing.Part) -> None:
    changed = [d.key for d in part.duplicates if d.why == importing.THERE_CHANGED]
    if changed:
        some = _("、").join(changed[:SHOWN])
        _say(f"{_(importing.THERE_CHANGED)} ({len(changed)}: {some})")


def _print_some(title: str, problems: Iterable[RowProblem]) -> None:
    found = list(problems)
    if not found:
        return
    _console().print(_problem_grid(found[:SHOWN], title))
    if len(found) > SHOWN:
        _say(_("ほか{count}か所").format(count=len(found) - SHOWN))


def _problem_grid(problems: Iterable[RowProblem], title: str = "") -> Grid:
    grid = Grid(title=title or None)
    for header in (_("シート"), _("行・番号"), _("項目"), _("入力"), _("理由")):
        grid.add_column(header, overflow="fold")
    for problem in problems:
        why = " ".join(_(text) for text in (problem.why, problem.mend) if text)
        place = problem.place or (str(problem.row) if problem.row else problem.key)
        # As Text: what people typed is no markup of the console.
        cells = (problem.tab, place, _(problem.column), _typed(problem), why)
        grid.add_row(*(Text(cell) for cell in cells))
    return grid


def _setup_grid(done: connecting.Report) -> Grid:
    # As Text: what people called their tabs and their file is no markup.
    grid = Grid(title=Text(done.title))
    for header in (_("結果"), _("タブ"), _("内容")):
        grid.add_column(header, overflow="fold")
    for line in done.lines:
        grid.add_row(_(line.outcome), Text(line.tab), Text(line.text()))
    return grid


def _finding_grid(findings: Iterable[probing.Finding]) -> Grid:
    grid = Grid()
    for header in (_("試したこと"), _("結果"), _("これに頼っていること")):
        grid.add_column(header, overflow="fold")
    for found in findings:
        grid.add_row(_(found.tried), _(found.seen), _(found.rests))
    return grid


def _typed(problem: RowProblem) -> str:
    """Return what was typed, customers' names and contacts masked."""
    fields = [f for t in TABLES if t.code == problem.table for f in t.fields]
    personal = {field.label for field in fields if field.column.personal}
    return masked(problem.typed) if problem.column in personal else problem.typed


if __name__ == "__main__":
    app()
