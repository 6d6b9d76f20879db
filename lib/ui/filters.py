"""The ledger's filters: in the address as codes, on the screen as chips.

The address is the one truth: widgets are set from it on every run and only write to
it, so that a link, a reload and the browser's back button all lead to the same rows.
What a person types to search never stands in it.

Any page opens the ledger on the rows behind a figure with

    navigation.link("ledger", label, **ledger_query(status="open", severity=Severity.HIGH))

| parameter | values |
|---|---|
| any choice field of a complaint (`status`, `severity`, `category`, `kind`, …) | codes, joined with commas; `status` also `open` |
| `claim`, `product`, `centre`, `page`, `lot` | `searching.slug` of the word, joined with commas |
| `weekday`, `hour` | of 受付日時: 0 (Monday) to 6, 0 to 23, joined with commas |
| `handler` | `me`, `none` or `searching.name_slug` of the name |
| `promise` | `overdue`, `today`, `later`, `none` |
| `from`, `to` | ISO days of 受付日時, both counted in |
| `sort` | code of `searching.Order` |
| `cases` | numbers of complaints (`searching.case_code`), joined with commas: these alone |
| `case` | number of the complaint that is open beside the list |

Unknown names and codes are ignored.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import streamlit as st

from lib.actions.searching import (
    CHOICE_FIELDS,
    ME,
    NOBODY,
    OPEN,
    Order,
    Wanted,
    case_code,
    name_slug,
    read_case_code,
    slug,
    unlisted,
)
from lib.i18n import N_, _
from lib.metrics.promises import When
from lib.schema.complaint import Complaint
from lib.schema.vocab import UNLISTED, Choice, ComplaintKind, Unlisted
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import format as fmt

WORDS: Final = {
    "claim": "claim_type",
    "product": "product_code",
    "centre": "received_centre",
    "page": "sales_page",
    "lot": "lot",
    "improvement": "improvement_id",
}
"""Parameter → field of free words."""

TIMES: Final = {"weekday": 7, "hour": 24}
"""Parameter → how many numbers it counts, from 0."""

UNFOLDED_WORDS: Final = ("claim", "product", "centre")
"""Words that stand in the panel; the others come by links and show as chips."""

PROMISES: Final = {
    "overdue": When.OVERDUE,
    "today": When.TODAY,
    "later": When.LATER,
    "none": When.UNDATED,
}

PROMISE_NAMES: Final = {
    When.OVERDUE: N_("約束を超過"),
    When.TODAY: N_("今日の約束"),
    When.LATER: N_("明日以降の約束"),
    When.UNDATED: N_("約束の日時なし"),
}

UNFOLDED: Final = (
    "status",
    "severity",
    "category",
    "kind",
    "channel",
    "source",
)
"""Choice fields that stand in the panel; the others come by links and show as chips."""

PREFIX: Final = "ledger.filter"
SEARCH: Final = "ledger.search"
PAGE: Final = "ledger.page"


@dataclass(frozen=True, slots=True)
class Address:
    """What the ledger's address says: which rows, in which order, which case open."""

    wanted: Wanted = dataclasses.field(default_factory=Wanted)
    order: Order = Order.NEWEST
    case: str = ""


def ledger_query(**codes: Any) -> dict[str, str]:
    """Return the query that opens the ledger on these rows.

    Names are the parameters above, or the field's own name (`claim_type`); `since` and
    `until` are days. Values are choices, codes, words, days, or several of them; None
    and empty ones are left out.

    Raises:
        TypeError: there is no such filter; a mistake of a developer.
    """
    fields = {field: name for name, field in WORDS.items()}
    days = {"since": "from", "until": "to"}
    found: dict[str, str] = {}
    for given, value in codes.items():
        name = fields.get(given) or days.get(given) or given
        if name not in _NAMES:
            raise TypeError(f"the ledger has no filter {given!r}")
        if text := ",".join(_code(name, part) for part in _parts(value)):
            found[name] = text
    return found


def read(query: Mapping[str, str]) -> Address:
    """Return what a query asks for; whatever it does not understand is left out."""
    choices = {
        name: found for name in CHOICE_FIELDS if (found := _choices(name, query))
    }
    words = {
        field: tuple(query[name].split(","))
        for name, field in WORDS.items()
        if query.get(name)
    }
    others = {name: some for name in CHOICE_FIELDS if (some := _others(name, query))}
    wanted = Wanted(
        choices=choices,
        others=others,
        words=words,
        weekdays=_numbers("weekday", query),
        hours=_numbers("hour", query),
        handler=query.get("handler", ""),
        promise=PROMISES.get(query.get("promise", "")),
        since=_day(query.get("from", "")),
        until=_day(query.get("to", "")),
        cases=_cases(query),
    )
    order = Order.from_code(query.get("sort", "")) or Order.NEWEST
    return Address(wanted, order, read_case_code(query.get("case", "")))


def query_of(address: Address) -> dict[str, str]:
    """Return the query that `read` reads as this address; "" parts are left out."""
    wanted = address.wanted
    asked = {**wanted.choices, **wanted.others}
    found = {name: _codes_of(name, wanted) for name in asked}
    found |= {
        name: ",".join(wanted.words.get(field, ())) for name, field in WORDS.items()
    }
    found |= {
        "weekday": ",".join(map(str, wanted.weekdays)),
        "hour": ",".join(map(str, wanted.hours)),
        "handler": wanted.handler,
        "promise": next((c for c, w in PROMISES.items() if w is wanted.promise), ""),
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "cases": ",".join(wanted.cases),
        "sort": "" if address.order is Order.NEWEST else address.order.code,
        "case": address.case,
    }
    return {name: text for name, text in found.items() if text}


def address() -> Address:
    """Return what the address of this page says now."""
    return read(st.query_params.to_dict())


def move(to: Address) -> None:
    """Change the address; the next run shows it, and back leads to where one was."""
    st.query_params.from_dict(query_of(to))


def open_case(number: str) -> None:
    """Open that complaint beside the list as it is; "" closes it."""
    move(replace(address(), case=case_code(number)))


def opened_case(desk: UserStore, here: Address) -> str:
    """Return the key of the complaint that the address names, "" for none."""

    def made() -> dict[str, str]:
        keys = map(str, desk.frame("complaints").index)
        return {code: key for key in keys if (code := case_code(key)) != key}

    return desk.derived("ledger cases", made).get(here.case, here.case)


# On the screen --------------------------------------------------------------------


def bar(desk: UserStore, here: Address) -> None:
    """Draw search, the views in one tap, the panel of all filters, and the chips."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            _("検索"),
            max_chars=LONGEST_TEXT,
            key=SEARCH,
            type="search",
            icon=":material/search:",
            placeholder=_("番号・注文番号・電話・お客様名・内容"),
            label_visibility="collapsed",
            live="500ms",
            on_change=_first_page,
            persist_state="session",
            width=340,
        )
        _views(here)
        _panel(desk, here)
    _chips(desk, here)


def searched() -> str:
    """Return what is typed in the search box; "" for nothing."""
    return str(st.session_state.get(SEARCH) or "").strip()


def clear_all() -> None:
    """Take every filter off and empty the search."""
    st.session_state[SEARCH] = ""
    _filter(Wanted())


VIEWS: Final[Mapping[str, tuple[str, Wanted]]] = {
    "open": (N_("未完了"), Wanted(choices={"status": OPEN})),
    "overdue": (N_("約束を超過"), Wanted(promise=When.OVERDUE)),
    "today": (N_("今日の約束"), Wanted(promise=When.TODAY)),
    "mine": (N_("自分の担当"), Wanted(choices={"status": OPEN}, handler=ME)),
    "wishes": (N_("要望"), Wanted(choices={"kind": (ComplaintKind.WISH,)})),
}
"""Filters in one tap, by code: name and what is wanted."""


def view_of(wanted: Wanted) -> str | None:
    """Return the code of the view that says exactly this; None where none does."""
    return next((code for code, (_n, view) in VIEWS.items() if view == wanted), None)


def _views(here: Address) -> None:
    key = f"{PREFIX}.view"
    st.session_state[key] = view_of(here.wanted)
    st.pills(
        _("表示"),
        list(VIEWS),
        key=key,
        format_func=lambda code: _(VIEWS[code][0]),
        label_visibility="collapsed",
        on_change=_choose_view,
    )


def _choose_view() -> None:
    code = st.session_state[f"{PREFIX}.view"]
    _filter(VIEWS[code][1] if code else Wanted())


def _panel(desk: UserStore, here: Address) -> None:
    count = len(list(_active(desk, here.wanted)))
    label = _("絞り込み") + (f" ({count})" if count else "")
    panel = st.popover(
        label,
        icon=":material/filter_list:",
        key=f"{PREFIX}.panel",
        on_change="rerun",
        width="content",
    )
    if panel.open:
        with panel:
            _panel_fields(desk, here.wanted)


def _panel_fields(desk: UserStore, wanted: Wanted) -> None:
    for name in UNFOLDED:
        _choice_field(desk, name, wanted)
    for name in UNFOLDED_WORDS:
        _word_field(desk, name, WORDS[name], wanted)
    _handler_field(desk, wanted)
    _promise_field(wanted)
    _period_fields(wanted)


def _choice_field(desk: UserStore, name: str, wanted: Wanted) -> None:
    key = f"{PREFIX}.{name}"
    spec = Complaint.field(name)
    options: list[Any] = [*spec.choices, *unlisted_of(desk, name)]
    st.session_state[key] = [c for c in options if _is_wanted(c, name, wanted)]
    st.multiselect(
        _(spec.label),
        options,
        key=key,
        format_func=fmt.choice,
        placeholder=_("すべて"),
        filter_mode="contains",
        on_change=_changed,
        args=(_with_choices, name),
    )


def _is_wanted(choice: Choice | Unlisted, name: str, wanted: Wanted) -> bool:
    if isinstance(choice, Unlisted):
        return choice.code in wanted.others.get(name, ())
    return choice in wanted.choices.get(name, ())


def _word_field(desk: UserStore, name: str, field: str, wanted: Wanted) -> None:
    key = f"{PREFIX}.{name}"
    known = words_of(desk, field)
    asked = wanted.words.get(field, ())
    codes = [*known, *(code for code in asked if code not in known)]
    st.session_state[key] = list(asked)
    st.multiselect(
        _(Complaint.field(field).label),
        codes,
        key=key,
        format_func=lambda code: known.get(code, code),
        placeholder=_("すべて"),
        filter_mode="contains",
        on_change=_changed,
        args=(_with_words, name),
    )


def _handler_field(desk: UserStore, wanted: Wanted) -> None:
    key = f"{PREFIX}.handler"
    names = handlers_of(desk)
    codes = ["", ME, NOBODY, *names]
    if wanted.handler not in codes:
        codes.append(wanted.handler)
    st.session_state[key] = wanted.handler
    st.selectbox(
        _("担当者"),
        codes,
        key=key,
        format_func=lambda code: _handler_name(code, names),
        filter_mode="contains",
        on_change=_changed,
        args=(_with_handler, "handler"),
    )


def _promise_field(wanted: Wanted) -> None:
    key = f"{PREFIX}.promise"
    st.session_state[key] = wanted.promise
    st.pills(
        _("次の約束"),
        list(PROMISE_NAMES),
        key=key,
        format_func=lambda when: _(PROMISE_NAMES[when]),
        on_change=_changed,
        args=(_with_promise, "promise"),
    )


def _period_fields(wanted: Wanted) -> None:
    with st.container(horizontal=True):
        for name, label, value in (
            ("from", _("受付日(から)"), wanted.since),
            ("to", _("受付日(まで)"), wanted.until),
        ):
            key = f"{PREFIX}.{name}"
            st.session_state[key] = value
            st.date_input(
                label,
                key=key,
                format="YYYY/MM/DD",
                on_change=_changed,
                args=(_with_day, name),
            )


def _chips(desk: UserStore, here: Address) -> None:
    """Draw what is filtered, each to be taken off; nothing where a view says it all."""
    active = list(_active(desk, here.wanted))
    if not active or view_of(here.wanted):
        return
    with st.container(horizontal=True, gap="small"):
        for name, text, without in active:
            st.button(
                text,
                key=f"{PREFIX}.chip.{name}",
                icon=":material/close:",
                icon_position="right",
                help=_("この絞り込みを外す"),
                on_click=_filter,
                args=(without,),
            )
        st.button(
            _("すべて外す"),
            key=f"{PREFIX}.chip.all",
            type="tertiary",
            on_click=_filter,
            args=(Wanted(),),
        )


def _active(desk: UserStore, wanted: Wanted) -> Iterable[tuple[str, str, Wanted]]:
    """Yield of each filter its name, its words and what is wanted without it."""
    for name in {**wanted.choices, **wanted.others}:
        words = _choice_words(desk, name, wanted)
        text = _label(Complaint.field(name).label, words)
        yield name, text, _with_choices(wanted, name, [])
    for field, slugs in wanted.words.items():
        names = words_of(desk, field)
        text = _label(
            Complaint.field(field).label, "・".join(names.get(s, s) for s in slugs)
        )
        left = {f: s for f, s in wanted.words.items() if f != field}
        yield field, text, replace(wanted, words=left)
    if wanted.weekdays:
        days = fmt.listed(fmt.weekday(n) for n in wanted.weekdays)
        yield "weekday", _label(N_("曜日"), days), replace(wanted, weekdays=())
    if wanted.hours:
        hours = fmt.listed(_("{hour}時台").format(hour=n) for n in wanted.hours)
        yield "hour", _label(N_("時間帯"), hours), replace(wanted, hours=())
    if wanted.handler:
        name = _handler_name(wanted.handler, handlers_of(desk))
        yield "handler", _label("担当者", name), replace(wanted, handler="")
    if wanted.promise:
        yield (
            "promise",
            _(PROMISE_NAMES[wanted.promise]),
            replace(wanted, promise=None),
        )
    if wanted.since or wanted.until:
        ends = [fmt.full_day(d) if d else "" for d in (wanted.since, wanted.until)]
        text = _label("受付日時", " – ".join(ends).strip())
        yield "period", text, replace(wanted, since=None, until=None)
    if wanted.cases:
        words = _("{count}件").format(count=fmt.number(len(wanted.cases)))
        yield "cases", _label(N_("選んだ苦情"), words), replace(wanted, cases=())


def _label(label: str, words: str) -> str:
    return inert(f"{_(label)}: {words}")


def _choice_words(desk: UserStore, name: str, wanted: Wanted) -> str:
    some = wanted.choices.get(name, ())
    words = [fmt.choice(choice) for choice in some]
    if name == "status" and set(some) == set(OPEN):
        words = [_("未完了")]
    elif len(some) >= _MANY and len(left := _left_out(name, some)) == 1:
        words = [_("{word}以外").format(word=fmt.choice(left[0]))]
    typed = {word.code: fmt.choice(word) for word in unlisted_of(desk, name)}
    others = wanted.others.get(name, ())
    return "・".join([*words, *(typed.get(code, fmt.NOTHING) for code in others)])


_MANY: Final = 3
"""Choices from which on it is shorter to say which one is left out."""


def _left_out(name: str, some: Iterable[Choice]) -> list[Choice]:
    return [choice for choice in Complaint.field(name).choices if choice not in some]


def _handler_name(code: str, names: Mapping[str, str]) -> str:
    match code:
        case "":
            return _("すべて")
        case "me":
            return _("自分")
        case "none":
            return _("担当なし")
        case _:
            return names.get(code, code)


# What can be chosen ---------------------------------------------------------------


def unlisted_of(desk: UserStore, field: str) -> list[Unlisted]:
    """Return the words that stand in this choice field and are in no vocabulary."""
    return desk.derived(
        ("ledger unlisted", field),
        lambda: unlisted(desk.frame("complaints")[field]),
    )


def words_of(desk: UserStore, field: str) -> dict[str, str]:
    """Return slug → word for the words that stand in this field, codes by name."""

    def made() -> dict[str, str]:
        words = sorted(w for w in desk.frame("complaints")[field].unique() if w)
        names = _NAMED[field](desk) if field in _NAMED else {}
        return {slug(word): names.get(word, word) for word in words}

    known = desk.derived(("ledger words", field), made)
    if field != "claim_type":
        return known
    return {code: _(word) for code, word in known.items()}


def claim_names(desk: UserStore) -> dict[str, str]:
    """Return each claim type that is in use → its name in the person's language."""
    used = desk.derived(
        "claim types in use",
        lambda: sorted(desk.frame("complaints")["claim_type"].unique()),
    )
    return {claim: _(claim) for claim in used}


def handlers_of(desk: UserStore) -> dict[str, str]:
    """Return code → name of everybody who handles a complaint."""

    def made() -> dict[str, str]:
        names = sorted(n for n in desk.frame("complaints")["handler"].unique() if n)
        return {name_slug(name): name for name in names}

    return desk.derived("ledger handlers", made)


def product_names(desk: UserStore) -> dict[str, str]:
    """Return code → name of every product of the master."""

    def made() -> dict[str, str]:
        products = desk.frame("products")
        return dict(zip(products["code"], products["name"], strict=True))

    return desk.derived("product names", made)


def centre_names(desk: UserStore) -> dict[str, str]:
    """Return code → name of every centre of the master."""

    def made() -> dict[str, str]:
        centres = desk.frame("centres")
        return dict(zip(centres["code"], centres["name"], strict=True))

    return desk.derived("centre names", made)


_NAMED: Final = {"product_code": product_names, "received_centre": centre_names}
"""Fields that hold the code of a master → its names."""


# From widgets to the address ------------------------------------------------------


def _changed(change: Callable[[Wanted, str, Any], Wanted], name: str) -> None:
    _filter(change(address().wanted, name, st.session_state[f"{PREFIX}.{name}"]))


def _filter(wanted: Wanted) -> None:
    _first_page()
    move(replace(address(), wanted=wanted, case=""))


def _first_page() -> None:
    st.session_state[PAGE] = 1


def _with_choices(wanted: Wanted, name: str, chosen: list[Choice | Unlisted]) -> Wanted:
    choices = {n: some for n, some in wanted.choices.items() if n != name}
    others = {n: some for n, some in wanted.others.items() if n != name}
    if known := tuple(c for c in chosen if isinstance(c, Choice)):
        choices[name] = known
    if typed := tuple(c.code for c in chosen if isinstance(c, Unlisted)):
        others[name] = typed
    return replace(wanted, choices=choices, others=others)


def _with_words(wanted: Wanted, name: str, chosen: list[str]) -> Wanted:
    rest = {f: slugs for f, slugs in wanted.words.items() if f != WORDS[name]}
    return replace(
        wanted, words=rest | ({WORDS[name]: tuple(chosen)} if chosen else {})
    )


def _with_handler(wanted: Wanted, _name: str, chosen: str | None) -> Wanted:
    return replace(wanted, handler=chosen or "")


def _with_promise(wanted: Wanted, _name: str, chosen: When | None) -> Wanted:
    return replace(wanted, promise=chosen)


def _with_day(wanted: Wanted, name: str, chosen: date | None) -> Wanted:
    if name == "from":
        return replace(wanted, since=chosen)
    return replace(wanted, until=chosen)


# Codes ----------------------------------------------------------------------------

_NAMES: Final = frozenset(
    {
        *CHOICE_FIELDS,
        *WORDS,
        *TIMES,
        "handler",
        "promise",
        "from",
        "to",
        "sort",
        "case",
        "cases",
    }
)


def _parts(value: Any) -> Iterable[Any]:
    if value is None or value == "":
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return (value,)


def _code(name: str, value: Any) -> str:
    if isinstance(value, When):
        return next(code for code, when in PROMISES.items() if when is value)
    if isinstance(value, Choice | Unlisted):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    if name in WORDS:
        return slug(str(value))
    if name in ("case", "cases"):
        return case_code(str(value))
    return str(value)


def _choices(name: str, query: Mapping[str, str]) -> tuple[Choice, ...]:
    codes = query.get(name, "").split(",")
    if name == "status" and "open" in codes:
        return OPEN
    kind = Complaint.field(name).choice_type
    found = (kind.from_code(code) for code in codes if code) if kind else ()
    return tuple(choice for choice in found if choice is not None)


def _others(name: str, query: Mapping[str, str]) -> tuple[str, ...]:
    codes = query.get(name, "").split(",")
    return tuple(code for code in codes if _UNLISTED.fullmatch(code))


_UNLISTED: Final = re.compile(rf"{UNLISTED}[0-9a-f]{{10}}")


def _numbers(name: str, query: Mapping[str, str]) -> tuple[int, ...]:
    codes = query.get(name, "").split(",")
    known = {str(number): number for number in range(TIMES[name])}
    return tuple(known[code] for code in codes if code in known)


def _codes_of(name: str, wanted: Wanted) -> str:
    some = wanted.choices.get(name, ())
    if name == "status" and set(some) == set(OPEN):
        codes = ["open"]
    else:
        codes = [choice.code for choice in some]
    return ",".join([*codes, *wanted.others.get(name, ())])


def _cases(query: Mapping[str, str]) -> tuple[str, ...]:
    codes = map(read_case_code, query.get("cases", "").split(","))
    return tuple(dict.fromkeys(code for code in codes if code))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
