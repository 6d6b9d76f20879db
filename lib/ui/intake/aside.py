"""What stands beside the questions: earlier cases, where the call stands, severity."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import guiding
from lib.actions.business_settings import value_of
from lib.actions.complaints import Preview
from lib.actions.entry import Entry, Mark, PromiseTime
from lib.actions.guiding import Standing
from lib.i18n import N_, _
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.vocab import Request, Severity
from lib.settings import scripts
from lib.settings.business import BusinessSetting
from lib.settings.severity_rules import in_words
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, masked, one_line
from lib.ui import format as fmt
from lib.ui import navigation, viewport
from lib.ui.documents import beside
from lib.ui.filters import product_names
from lib.ui.form import Form, field_input
from lib.ui.harassment import safety
from lib.ui.intake import state
from lib.ui.knowledge import precedents

SHOWN: Final = 3
"""Earlier cases listed; the rest are counted."""

_SEVERITY: Final = "intake_severity"


def draw(desk: UserStore, form: Form, found: Preview) -> None:
    """Draw the quiet column: nothing in it has to be answered."""
    if not viewport.sounds_like_phone():
        harassed(desk, form)
    if not viewport.sounds_like_phone():
        callers(desk, form, found)
    severity(form, found)
    beside.links(desk, found.entry.product_code, found.entry.claim_type)
    precedents.beside_the_call(desk, found)
    guide(desk, found)
    if not viewport.sounds_like_phone():
        pasted(desk, found)


# Who is calling ------------------------------------------------------------------


def callers(desk: UserStore, form: Form, found: Preview) -> None:
    """List the newest earlier cases with their promises, and what this call is to be."""
    _put_away(found)
    if not found.earlier_ids or form.get(state.CONTINUES):
        return
    if state.has_looked_at(found.earlier_ids):
        return
    with st.container(border=True, gap="small"):
        title = _("以前の案件 {count}件").format(count=len(found.earlier_ids))
        st.markdown(f"**:material/history: {inert(title)}**")
        for number in found.earlier_ids[:SHOWN]:
            case = desk.record("complaints", number)
            if isinstance(case, Complaint):
                _case(case)
        rest = len(found.earlier_ids) - SHOWN
        if rest > 0:
            st.caption(_("ほかに {count}件").format(count=rest))
        st.button(
            _("新しい苦情"),
            key="intake_new",
            help=_("以前の案件とは別の苦情として続けます。入力はそのままです。"),
            on_click=state.start_new,
            args=(found.earlier_ids,),
        )


def _put_away(found: Preview) -> None:
    """Lead to earlier cases that are in the yearly archive; they can only be read."""
    if not found.put_away_ids:
        return
    with st.container(border=True, gap="small"):
        title = _("保管済みの案件 {count}件").format(count=len(found.put_away_ids))
        st.markdown(f"**:material/inventory_2: {inert(title)}**")
        with st.container(horizontal=True, gap="small"):
            for number in found.put_away_ids[:SHOWN]:
                navigation.link("ledger", number, case=number)


def _case(case: Complaint) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        navigation.link("ledger", case.id, icon=":material/open_in_new:", case=case.id)
        st.markdown(" ".join(_badges(case)), width="content")
    words = [fmt.day(case.received_at.date()), masked(case.contact), case.order_number]
    about = " · ".join(word for word in words if word)
    st.caption(f"{inert(about)}  \n{inert(one_line(case.content, 48))}")
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("この案件の続き"),
            key=f"intake_continue:{case.id}",
            on_click=state.continue_with,
            args=(case.id,),
        )
        st.button(
            _("この案件の二次クレーム"),
            key=f"intake_second:{case.id}",
            on_click=state.second_of,
            args=(case.id,),
        )


def _badges(case: Complaint) -> list[str]:
    found = [
        f":{fmt.badge_colour(case.status)}-badge[{inert(fmt.choice(case.status))}]"
    ]
    if case.is_open and case.next_promise_at:
        late = case.next_promise_at < clock.now()
        words = _("{promise} {time}").format(
            promise=fmt.choice(case.next_promise),
            time=fmt.short_moment(case.next_promise_at),
        ) + (_(" 超過") if late else "")
        icon = ":material/alarm:" if late else ":material/schedule:"
        found.append(f":{'red' if late else 'blue'}-badge[{icon} {inert(words)}]")
    return found


def continued(desk: UserStore, form: Form) -> None:
    """Say that this call goes on with an earlier case, and offer the way back."""
    number = form.get(state.CONTINUES)
    if not number:
        return
    case = desk.record("complaints", number)
    about = one_line(case.content, 40) if isinstance(case, Complaint) else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = _("{number} の続きとして残します").format(number=number)
        st.markdown(
            f":material/subdirectory_arrow_right: **{inert(words)}** {inert(about)}",
            width="content",
        )
        st.button(
            _("新しい苦情にする"),
            key="intake_not_continued",
            type="tertiary",
            on_click=state.start_new,
        )


# Harassment ----------------------------------------------------------------------


def harassed(desk: UserStore, form: Form) -> None:
    """Draw how to stay safe, as soon as the chip says that it happens."""
    if Mark.HARASSMENT in (form.get("marks") or ()):
        safety.aside(desk)


# Where the call stands -----------------------------------------------------------


_STEPS: Final = (
    (scripts.APOLOGY,),
    (scripts.FACTS,),
    (scripts.QUESTIONS,),
    (scripts.READ_BACK, scripts.THANKS),
)
_TITLES: Final = (
    N_("①短いお詫び(お手数・不快だけ)"),
    N_("②事実を聴く"),
    N_("③聞き残しを聞く"),
    N_("④復唱、お詫びと感謝"),
)


def guide(desk: UserStore, found: Preview) -> None:
    """Draw the four steps, the present one with its words; folded away on a phone.

    The one warning stands above, where no fold hides it.
    """
    if guiding.apologised_too_early(found.complaint):
        warning = _(
            "自社の非を確認中です。内容についての謝罪は、事実を確かめてからにしましょう。"
        )
        st.warning(inert(warning), icon=":material/warning:")
    folder = st.expander(
        _("電話の進み方"),
        expanded=not viewport.sounds_like_phone(),
        icon=":material/support_agent:",
        key="intake_guide",
        on_change="rerun",
    )
    if not folder.open:
        return
    entry = found.entry
    now = guiding.standing(entry, found.complaint)
    said = _typed(desk, entry)
    with folder:
        st.markdown(guide_text(desk, now, said))
        later = tuple(
            question
            for question in now.open_now
            if _(question) not in entry.open_questions.splitlines()
        )
        if now.step > 1 and later:
            st.button(
                _("折返しで聞くことに残す"),
                key="intake_ask_later",
                type="tertiary",
                icon=":material/playlist_add:",
                on_click=state.ask_later,
                args=(later,),
            )


def guide_text(desk: UserStore, now: Standing, said: dict[str, str]) -> str:
    """Return the panel's Markdown: steps, script of the present one, cautions."""
    lines: list[str] = []
    for place, title in enumerate(_TITLES):
        left = place == 2 and now.open_now  # noqa: PLR2004 - the third step
        lines.append(_step_line(place, now.step, _(title), is_done=not left))
        if place == now.step:
            lines += [_quoted(words) for words in _spoken(desk, place, said)]
        if place == 1 and now.step == 1:
            lines.append(_facts_line(now))
        if place == 2 and now.step > 0:  # noqa: PLR2004 - the third step
            lines += [f":small[• {inert(_(question))}]  " for question in now.open_now]
    cautions = [_words(desk, caution) for caution in scripts.CAUTIONS]
    lines.append("")
    lines += [f":small[:gray[• {inert(words)}]]  " for words in cautions if words]
    return "\n".join(lines)


def _step_line(place: int, now: int, title: str, *, is_done: bool) -> str:
    if place < now and is_done:
        return f"\n:small[:gray[✓ {inert(title)}]]\n"
    if place == now:
        return f"\n:blue[**▶ {inert(title)}**]\n"
    return f"\n:small[:gray[{inert(title)}]]\n"


def _quoted(words: str) -> str:
    return (
        "\n"
        + "\n".join(f"> :small[{line}]" for line in inert(words).split("\n"))
        + "\n"
    )


def _facts_line(now: Standing) -> str:
    parts = [f"{'✓' if fact.known else '○'} {_(fact.name)}" for fact in now.facts]
    return f"\n:small[{inert('　'.join(parts))}]\n"


def _spoken(desk: UserStore, place: int, said: dict[str, str]) -> list[str]:
    words = [_words(desk, script) for script in _STEPS[place]]
    return [scripts.spoken(text, said) for text in words if text]


def _words(desk: UserStore, script: BusinessSetting) -> str:
    return scripts.words_of(script, value_of(desk, script, clock.today()))


def _typed(desk: UserStore, entry: Entry) -> dict[str, str]:
    """Return what stands for each name in braces; "" where nothing is typed yet."""
    names = product_names(desk)
    known = entry.product_code != UNKNOWN_PRODUCT
    wish = "" if entry.request is Request.UNASKED else fmt.choice(entry.request)
    return {
        "商品": names.get(entry.product_code, entry.product_code) if known else "",
        "要望": wish,
        "約束": _promised(entry),
        "お客様": entry.customer_name,
    }


def _promised(entry: Entry) -> str:
    if entry.promise_time is PromiseTime.SOLVED:
        return _("本日ここまで")
    if entry.next_promise_at is None or entry.next_promise is None:
        return ""
    return _("{time} までに{promise}").format(
        time=fmt.short_moment(entry.next_promise_at),
        promise=fmt.choice(entry.next_promise),
    )


# Severity ------------------------------------------------------------------------


def severity(form: Form, found: Preview) -> None:
    """Show the proposed severity with every reason for it, and the way to change it."""
    chosen: Severity | None = form.get("chosen_severity")
    with st.container(border=True, gap="small"):
        st.markdown(_severity_text(found, chosen))
        st.menu_button(
            _("重大度を変える"),
            [
                level
                for level in Severity
                if level is not (chosen or found.proposal.level)
            ],
            key=_SEVERITY,
            format_func=fmt.choice,
            type="tertiary",
            on_click=_change_severity,
        )
        if chosen is not None and chosen is not found.proposal.level:
            field_input(form, "severity_why", show_help=True)


def _severity_text(found: Preview, chosen: Severity | None) -> str:
    level = chosen or found.proposal.level
    badge = f":{fmt.badge_colour(level)}-badge[{inert(fmt.choice(level))}]"
    lines = [f"**{inert(_('重大度の見立て'))}** {badge}"]
    if chosen is not None and chosen is not found.proposal.level:
        words = _("規則の見立ては {level}").format(
            level=fmt.choice(found.proposal.level)
        )
        lines.append(f"\n:small[{inert(words)}]\n")
    lines += [f"- {inert(in_words(reason))}" for reason in found.proposal.reasons]
    if len(lines) == 1:
        hint = _("入力に合わせて、理由とともに変わります。")
        lines.append(f"\n:small[:gray[{inert(hint)}]]")
    return "\n".join(lines)


def _change_severity() -> None:
    chosen: Any = st.session_state.get(_SEVERITY)
    state.choose_severity(chosen)


# A pasted report -----------------------------------------------------------------


def pasted(desk: UserStore, found: Preview) -> None:
    """Offer the box that takes an answering service's report; folded away."""
    folder = st.expander(
        _("報告を貼り付けて読み取る"),
        icon=":material/content_paste:",
        key="intake_paste_open",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        st.text_area(
            _("電話代行などの報告"),
            max_chars=LONGEST_TEXT,
            key=state.PASTED,
            height=160,
            placeholder=_("LINE・Chatwork・Slack・メールの文を、そのまま貼り付けます"),
            on_change="ignore",
            persist_state="session",
        )
        names = product_names(desk)
        st.button(
            _("読み取る"),
            key="intake_read_report",
            icon=":material/input:",
            on_click=state.fill_from_report,
            args=(tuple(kind.name for kind in found.claims), names),
        )
