"""Members, centres and products: adding, changing, switching off, recognising."""

from __future__ import annotations

import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import pandas as pd

from lib.actions.broken_rows import refuse_broken
from lib.actions.permissions import needs, roles_of
from lib.errors import ActionRefused, Conflict, FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.frames import JOINER, standing
from lib.schema.ids import ALPHABET
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre, Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table, table, table_of
from lib.schema.vocab import Flag, Role, Source
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update
from lib.text import folded

AnyRecord = TypeVar("AnyRecord", bound=Record)

LOCAL_DOMAIN: Final = "mimamori.invalid"
"""Domain of members without an address; RFC 2606 keeps `.invalid` unused for ever."""

EDITORS: Final[Mapping[str, tuple[Role, ...]]] = {
    "members": roles_of("members.edit"),
    "centres": roles_of("centres.edit"),
    "products": roles_of("products.edit"),
}
"""Who may change a master, by table code."""

SWITCHES: Final[Mapping[str, str]] = {
    "members": "active",
    "centres": "active",
    "products": "on_sale",
}
"""The field that takes a row out of use, by table code."""

FIXTURES: Final[Mapping[str, str]] = {"centres": COMPANY, "products": UNKNOWN_PRODUCT}
"""The row of a master that always exists and stays in use."""


# Adding and changing -----------------------------------------------------------


def may_edit(who: Principal, code: str) -> bool:
    """Whether this person may change the master with that table code."""
    return who.role in EDITORS[code]


@needs("members.edit", "centres.edit", "products.edit")
def add(
    store: UserStore,
    record: type[AnyRecord],
    values: Mapping[str, Any],
    *,
    entry: str,
    now: datetime,
) -> AnyRecord:
    """Return the new row; the same `entry` again saves nothing twice.

    A member without an address gets a key of this machine.

    Raises:
        InvalidRecord: a field does not fit, or its key or name is taken.
        NotAllowed: the person's role may not.
    """
    place = table_of(record)
    _refuse_others(store.principal, place)
    typed = _tidied(values)
    if place.code == "members":
        typed["email"] = member_key(str(typed.get("email") or ""), seed=entry)
    made = record.parse(typed)
    _refuse_promotion(store.principal, None, made)
    commit = Commit(entry, store.principal.name, now, (Insert(made),))
    try:
        _refuse_taken(store, made, ignoring=_key_if_repeated(store, made))
        store.commit(commit)
    except Conflict as conflict:
        raise InvalidRecord(
            [FieldProblem(place.key[0], _TAKEN_KEY[place.code])]
        ) from conflict
    return made


@needs("members.edit", "centres.edit", "products.edit")
def change(
    store: UserStore,
    seen: AnyRecord,
    values: Mapping[str, Any],
    *,
    entry: str,
    now: datetime,
) -> AnyRecord:
    """Return the row with `values` laid over what the person saw.

    Only what differs from `seen` is written, so that others' changes of other fields
    stay. A new name keeps the old one among the 別名.

    Raises:
        InvalidRecord: a field does not fit, or the new name is taken.
        Conflict: somebody else changed one of these fields since.
        ActionRefused: nobody could administer any more, or a row that always exists
            would go out of use.
        NotAllowed: the person's role may not.
    """
    place = table_of(seen)
    _refuse_others(store.principal, place)
    refuse_broken(seen, values)
    wanted = seen.with_values(**_tidied(values))
    if isinstance(wanted, Member) and isinstance(seen, Member):
        wanted = cast("AnyRecord", _remembering(seen, wanted))
    differing = [
        name for name in wanted.values() if getattr(seen, name) != getattr(wanted, name)
    ]
    if not differing:
        return seen
    _refuse_promotion(store.principal, seen, wanted)
    _refuse_taken(store, wanted, ignoring=place.key_of(seen))
    _refuse_out_of_use(store, seen, wanted)
    update = Update(
        place.code,
        place.key_of(seen),
        {name: getattr(seen, name) for name in differing},
        {name: getattr(wanted, name) for name in differing},
    )
    receipt = store.commit(Commit(entry, store.principal.name, now, (update,)))
    merged = receipt.records.get((place.code, place.key_of(seen)), wanted)
    return cast("AnyRecord", merged)


@needs("members.edit", "centres.edit", "products.edit")
def switch(
    store: UserStore, seen: AnyRecord, state: Flag, *, entry: str, now: datetime
) -> AnyRecord:
    """Return the row taken out of use (いいえ) or back into it (はい).

    Raises:
        What `change` raises.
    """
    field = SWITCHES[table_of(seen).code]
    return change(store, seen, {field: state}, entry=entry, now=now)


def member_key(email: str, *, seed: str = "") -> str:
    """Return the address in its one form; a made key for an empty one.

    seed: the same seed gives the same made key, so that a save tried again is the
        same row; "" gives a new one each time.

    Raises:
        InvalidRecord: it is no address.
    """
    plain = unicodedata.normalize("NFKC", email).strip().casefold()
    if not plain:
        return f"local-{_letters(seed)}@{LOCAL_DOMAIN}"
    name, _, domain = plain.rpartition("@")
    if not name or "." not in domain or any(c.isspace() for c in plain):
        raise InvalidRecord(
            [FieldProblem("email", N_("メールアドレスの形ではありません。"))]
        )
    return plain


def has_address(member: Member) -> bool:
    """Whether the key is a real address and not one made on this machine."""
    return not member.email.endswith("@" + LOCAL_DOMAIN)


def with_rights(members: pd.DataFrame) -> list[Member]:
    """Return the members whose rights are beyond doubt, in the order of the table.

    In a sheet anybody types anything: a role that is blank or no role gives no rights,
    nor does a row without address or name, nor do rows of one address that disagree.
    """
    everyone = [m for m in standing(table("members"), members) if isinstance(m, Member)]
    asked = members["role"].notna().tolist()
    rights: dict[str, set[tuple[Any, ...]]] = {}
    for member in everyone:
        seen = rights.setdefault(recognisable(member.email), set())
        seen.add((member.role, member.centre, member.active))
    found: dict[str, Member] = {}
    for member, has_role in zip(everyone, asked, strict=True):
        address = recognisable(member.email)
        clear = has_role and isinstance(member.role, Role) and len(rights[address]) == 1
        if clear and address and member.name.strip():
            found.setdefault(address, member)
    return list(found.values())


STAND_IN: Final = Member(
    email=f"administrator@{LOCAL_DOMAIN}", name="管理者", role=Role.ADMIN
)
"""Who acts where the table names people but no administrator that can be told."""


# Recognising -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word in the registers that its master does not know.

    master: table code. word: as typed most often. count: rows that carry it.
    """

    master: str
    word: str
    count: int


def unknown_words(frames: Mapping[str, pd.DataFrame]) -> tuple[UnknownWord, ...]:
    """Return the words that no master knows, the most frequent first.

    Args:
        frames: by table code: the three masters, and the registers to look through.
            Every field that refers to a master counts.
    """
    known = {code: _known(code, frames[code]) for code in EDITORS}
    spellings: dict[tuple[str, str], Counter[str]] = {}
    for master, words in _references(frames):
        for word, count in words.items():
            form = recognisable(word)
            if form and form not in known[master]:
                spellings.setdefault((master, form), Counter())[word.strip()] += count
    found = [
        UnknownWord(master, counts.most_common(1)[0][0], counts.total())
        for (master, _form), counts in spellings.items()
    ]
    return tuple(sorted(found, key=lambda w: (-w.count, w.master, w.word)))


def recognisable(word: str) -> str:
    """Return a word as names are compared: without width, case, kana kind or blanks."""
    return folded(word).replace(" ", "")


@needs("members.edit", "centres.edit", "products.edit")
def take_over(
    store: UserStore, words: Sequence[UnknownWord], *, entry: str, now: datetime
) -> int:
    """Add each word to its master in one commit and return how many there were.

    The word becomes the code of a product or centre, because that is what the rows
    carry; a member becomes a 担当 without an address.

    Raises:
        NotAllowed: the person's role may not change one of the masters.
    """
    for word in words:
        _refuse_others(store.principal, table(word.master))
    records = [_made_of(word, f"{entry}{number}") for number, word in enumerate(words)]
    if records:
        writes = tuple(Insert(record) for record in records)
        store.commit(Commit(entry, store.principal.name, now, writes))
    return len(records)


@needs("members.edit")
def take_as_alias(
    store: UserStore, word: UnknownWord, member: Member, *, entry: str, now: datetime
) -> Member:
    """Return the member who is known by that word too from now on.

    Raises:
        What `change` raises.
    """
    aliases = _joined([*_parts(member.aliases), word.word])
    return change(store, member, {"aliases": aliases}, entry=entry, now=now)


def _made_of(word: UnknownWord, seed: str) -> Record:
    match word.master:
        case "members":
            return Member(email=member_key("", seed=seed), name=word.word)
        case "centres":
            return Centre(code=word.word, name=word.word)
        case _:
            return Product(code=word.word, name=word.word)


def _references(
    frames: Mapping[str, pd.DataFrame],
) -> Iterable[tuple[str, dict[str, int]]]:
    """Yield (master, count by word) for each column that refers to a master."""
    for place in TABLES:
        frame = frames.get(place.code)
        if frame is None or frame.empty:
            continue
        for field in place.fields:
            if field.column.refers in EDITORS:
                counts = frame[field.name].value_counts()
                yield field.column.refers, {str(w): int(n) for w, n in counts.items()}


def _known(code: str, master: pd.DataFrame) -> set[str]:
    fields = ["name", *table(code).key]
    words = [word for field in fields for word in master[field]]
    if code == "members":
        words += [part for cell in master["aliases"] for part in _parts(cell)]
        words.append(SYSTEM.name)
    if code in FIXTURES:
        words.append(FIXTURES[code])
    return {recognisable(str(word)) for word in words}


# Rules -------------------------------------------------------------------------

_TAKEN_KEY: Final[Mapping[str, str]] = {
    "members": N_("このメールはすでに登録されています。"),
    "centres": N_("このコードはすでに使われています。"),
    "products": N_("このコードはすでに使われています。"),
}

_TAKEN_NAME = N_("同じ名前の人がすでにいます。見分けられる名前にしてください。")


def _refuse_others(who: Principal, place: Table) -> None:
    if not may_edit(who, place.code):
        raise NotAllowed


def _refuse_promotion(who: Principal, seen: Record | None, wanted: Record) -> None:
    """Only an administrator makes administrators or changes one."""
    if who.role is Role.ADMIN:
        return
    involved = [m for m in (seen, wanted) if isinstance(m, Member)]
    if any(member.role is Role.ADMIN for member in involved):
        raise ActionRefused(N_("管理者を決めたり変えたりできるのは、管理者だけです。"))


def _refuse_taken(store: UserStore, wanted: Record, *, ignoring: str | None) -> None:
    """Refuse a key that differs only in spelling, and a second member of one name."""
    place = table_of(wanted)
    others = store.frame(place.code)
    others = others[others.index != (ignoring or "")]
    key = place.key[0]
    if recognisable(getattr(wanted, key)) in {recognisable(k) for k in others[key]}:
        raise InvalidRecord([FieldProblem(key, _TAKEN_KEY[place.code])])
    if isinstance(wanted, Member) and recognisable(wanted.name) in {
        recognisable(name) for name in others["name"]
    }:
        raise InvalidRecord([FieldProblem("name", _TAKEN_NAME)])


def _key_if_repeated(store: UserStore, made: Record) -> str | None:
    """Return the key where the very row stands already: the save is being repeated."""
    place = table_of(made)
    key = place.key_of(made)
    if key not in store.frame(place.code).index:
        return None
    standing = store.record(place.code, key)
    automatic = {field.name for field in place.fields if field.auto}
    same = all(
        getattr(standing, name) == value
        for name, value in made.values().items()
        if name not in automatic
    )
    return key if same else None


def _refuse_out_of_use(store: UserStore, seen: Record, wanted: Record) -> None:
    place = table_of(seen)
    switched_off = getattr(wanted, SWITCHES[place.code]) is Flag.NO
    if switched_off and FIXTURES.get(place.code) == place.key_of(seen):
        raise ActionRefused(
            N_("「{name}」はいつも使うので、使わない設定にはできません。"),
            name=FIXTURES[place.code],
        )
    if isinstance(seen, Member) and isinstance(wanted, Member):
        _refuse_last_administrator(store, seen, wanted)


def _refuse_last_administrator(store: UserStore, seen: Member, wanted: Member) -> None:
    if not _administers(seen) or _administers(wanted):
        return
    members = store.frame("members")
    others = members[
        (members.index != seen.email)
        & (members["role"] == Role.ADMIN.value)
        & (members["active"] == Flag.YES.value)
        # People of the sample year go with it.
        & (members["source"] != Source.SAMPLE.value)
    ]
    if others.empty:
        raise ActionRefused(
            N_(
                "管理者が一人もいなくなるため、変えられません。先に別の人を管理者にしてください。"
            )
        )


def _administers(member: Member) -> bool:
    return member.role is Role.ADMIN and member.is_active


def _remembering(seen: Member, wanted: Member) -> Member:
    if recognisable(seen.name) == recognisable(wanted.name):
        return wanted
    aliases = _parts(wanted.aliases)
    if recognisable(seen.name) not in map(recognisable, aliases):
        aliases.append(seen.name)
    return wanted.with_values(aliases=_joined(aliases))


def _parts(aliases: str) -> list[str]:
    """Return the single words of a 別名 cell; people type 、 or a comma."""
    plain = aliases.replace(",", JOINER).replace("，", JOINER).replace("\n", JOINER)
    return [part.strip() for part in plain.split(JOINER) if part.strip()]


def _joined(aliases: Iterable[str]) -> str:
    return JOINER.join(dict.fromkeys(aliases))


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
    }


def _letters(seed: str) -> str:
    if not seed:
        return "".join(secrets.choice(ALPHABET) for _i in range(8)).lower()
    return seed.lower()[-12:]
