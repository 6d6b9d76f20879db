"""The main script: set up, menu by role, error boundary around the page."""

from __future__ import annotations

import streamlit as st

from lib import i18n
from lib.i18n import _
from lib.ui import (
    boundary,
    context,
    flash,
    hold_banner,
    looking_as,
    navigation,
    sample_banner,
    shell,
    signed_out,
)


def main() -> None:
    """Draw the frame and the page that the address names."""
    st.set_page_config(
        page_title=_("見守り Mimamori"), page_icon=shell.ICON, layout="wide"
    )
    with boundary.page_boundary(), signed_out.shown():
        who = context.principal()
        page = st.navigation(navigation.menu(who.role if who else None))
        navigation.show_address()
        st.set_page_config(page_title=f"{page.title} · {_('見守り Mimamori')}")
        shell.lead_home_after_change(page.url_path)
        shell.sidebar()
        if who:
            looking_as.banner()
            sample_banner.banner(context.desk())
            hold_banner.banner(context.desk())
        flash.show()
        with boundary.way_home():
            page.run()


i18n.follow(context.language)
context.restore_choices()
with i18n.speaking(context.language()):
    main()
