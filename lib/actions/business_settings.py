"""設定: what counts, and a new value from a day on; older days keep what counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from lib.actions.permissions import needs, roles_of
from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import Category, Cause
from lib.settings import claim_types
from lib.settings.business import (
    BusinessSetting,
    checked,
    new_centre,
    rows_of,
    value_on,
)
from lib.settings.claim_types import ClaimType
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

EDITORS: Final = roles_of("settings.edit")

_CLAIM_TYPE: Final = N_("申出の種類ごとの内容分類・原因区分・しるし")


def claim_types_of(store: UserStore, on: date) -> tuple[ClaimType, ...]:
    """Return the words for complaints that are offered on that day, 「その他」 last."""
    return store.derived(
        ("claim types", on),
        lambda: claim_types.claim_types(store.frame("settings"), on),
    )


def value_of(store: UserStore, wanted: BusinessSetting, on: date) -> str:
    """Return the value of a setting that counts on that day, as text."""
    return store.derived(
        ("setting", wanted.field, on),
        lambda: value_on(store.frame("settings"), wanted, on=on),
    )


def new_centre_of(store: UserStore, on: date) -> Mapping[str, object]:
    """Return what the fields of a centre that is registered on that day start with."""
    return store.derived(
        ("new centre", on), lambda: new_centre(store.frame("settings"), on=on)
    )


def values_of(store: UserStore, wanted: BusinessSetting) -> tuple[Setting, ...]:
    """Return every value a setting was given, the newest 適用開始日 first."""

    def made() -> tuple[Setting, ...]:
        rows = rows_of(store.frame("settings"), wanted.group, wanted.name)
        found = [store.record("settings", str(key)) for key in rows.index]
        return tuple(row for row in found if isinstance(row, Setting))

    return store.derived(("values", wanted.field), made)


@needs("settings.edit")
def set_value(
    store: UserStore,
    wanted: BusinessSetting,
    value: str,
    *,
    since: date,
    entry: str,
    now: datetime,
    reason: str = "",
) -> None:
    """Let `value` count from `since` on.

    reason: why, for 説明; without one it says what the setting is for.

    Raises:
        InvalidRecord: it cannot be read as what the setting holds.
        Conflict: somebody else changed the row of that very day meanwhile.
        NotAllowed: the person's role may not.
    """
    row = Setting.parse(
        {
            "group": wanted.group,
            "name": wanted.name,
            "effective_from": since,
            "value": checked(wanted, value),
            "description": reason.strip() or wanted.help,
        }
    )
    _save(store, row, entry, now)


@needs("settings.edit")
def set_claim_type(
    store: UserStore,
    name: str,
    *,
    category: Category,
    cause: Cause,
    signs: Iterable[claim_types.Sign],
    used: bool,
    since: date,
    entry: str,
    now: datetime,
) -> None:
    """Let a word for complaints mean this from `since` on, or go out of use.

    Raises:
        InvalidRecord: the name is empty.
        Conflict, NotAllowed: see `set_value`.
    """
    meaning = JOINER.join([category.value, cause.value, *(s.value for s in signs)])
    row = Setting.parse(
        {
            "group": claim_types.GROUP,
            "name": name.strip(),
            "effective_from": since,
            "value": meaning if used else claim_types.UNUSED,
            "description": _CLAIM_TYPE,
        }
    )
    _save(store, row, entry, now)


def _save(store: UserStore, row: Setting, entry: str, now: datetime) -> None:
    write = setting_write(store, row)
    store.commit(Commit(entry, store.principal.name, now, (write,)))


def setting_write(
    store: UserStore, row: Setting, seen: Mapping[str, str] | None = None
) -> Write:
    """Return the write that lets a row of 設定 count, its day's earlier one replaced.

    seen: what stood in its fields when the person began, where that is known.
    """
    place = table("settings")
    key = place.key_of(row)
    if key not in store.frame(place.code).index:
        return Insert(row)
    stands = store.record(place.code, key)
    base = {name: getattr(stands, name) for name in ("value", "description")}
    base |= dict(seen or {})
    return Update(place.code, key, base, {n: getattr(row, n) for n in base})
