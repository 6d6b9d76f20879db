"""権限: what each role may do, line by line, and what it sees of the data."""

from __future__ import annotations

import streamlit as st

from lib.actions.permissions import PERMISSIONS, Group, Permission
from lib.actions.sights import Sight, sights_of, unseen
from lib.i18n import _
from lib.schema.tables import Table
from lib.schema.vocab import Role
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.context import guard

guard(*navigation.entry("permissions").roles)

MAY = "○"
MAY_BY_PHONE = "△"
MAY_NOT = "―"


def asked_role() -> Role | None:
    """Return the role that is looked at; None for all of them side by side."""
    return st.pills(
        _("役割"),
        list(Role),
        key="permissions.role",
        format_func=fmt.choice,
        persist_state="session",
        help=_("選ばなければ、すべての役割を並べます。"),
    )


def sign(line: Permission, role: Role) -> str:
    if role not in line.roles:
        return MAY_NOT
    by_phone = line.by_phone and role is Role.OUTSOURCED
    return MAY_BY_PHONE if by_phone else MAY


def legend() -> None:
    st.caption(
        inert(
            _(
                "{may} できる  {by_phone} 電話報告のあるセンターだけできる  {may_not} できない"
            ).format(may=MAY, by_phone=MAY_BY_PHONE, may_not=MAY_NOT)
        )
    )
    st.caption(
        inert(
            _(
                "委託先は、どの行でも自センターの分だけです。管理者を決めたり変えたりできるのは、管理者だけです。"
            )
        )
    )


def matrix(roles: list[Role]) -> None:
    """Draw all groups as one table, so that the columns of the roles stay in line."""
    rows: list[list[str]] = []
    for group in Group:
        names = [f":small[{inert(fmt.choice(role))}]" for role in roles]
        rows.append([f"**{inert(_(group.value))}**", *names])
        for line in PERMISSIONS:
            if line.group is group:
                signs = [sign(line, role) for role in roles]
                rows.append([inert(_(line.label)), *signs])
    st.table(
        rows,
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt=_("役割ごとにできること"),
    )


def data_seen(role: Role) -> None:
    with st.container(border=True):
        st.markdown(f"**{inert(fmt.choice(role))}**")
        for sight in sights_of(role):
            st.markdown(f"- **{inert(tables(sight.tables))}**: {inert(words(sight))}")
        if hidden := unseen(role):
            st.caption(inert(_("見えない表: {tables}").format(tables=tables(hidden))))


def tables(found: tuple[Table, ...]) -> str:
    return fmt.listed(_(table.tab) for table in found)


def words(sight: Sight) -> str:
    columns = fmt.listed(_(label) for label in sight.columns)
    parts = [
        _(sight.rows),
        _(sight.cells).format(columns=columns) if sight.cells else "",
        doing(sight),
    ]
    return " · ".join(part for part in parts if part)


def doing(sight: Sight) -> str:
    if sight.adds and sight.changes:
        return _("足す・直すことができる")
    return _("足すことだけできる") if sight.adds else _("読むだけ")


def main() -> None:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    st.title(_("権限"), anchor=False)
    st.caption(
        inert(
            _(
                "役割ごとに、できることと見えるものです。ここにないことは、だれにもできません。"
            )
        )
    )
    chosen = asked_role()
    roles = [chosen] if chosen else list(Role)
    legend()
    matrix(roles)
    st.subheader(_("データのどこが見えるか"), anchor=False)
    st.caption(
        inert(
            _(
                "お客様の連絡先は、だれの画面でも、担当の件のほかは伏せます。管理者・マネージャー・担当は、理由を書くと、しばらく見られます。"
            )
        )
    )
    for role in roles:
        data_seen(role)


main()
