"""A page that is nothing but the workflow of one inquiry, for tests to press through."""

from __future__ import annotations

from typing import cast

import streamlit as st

from lib import i18n
from lib.schema.inquiry import AgencyInquiry
from lib.ui import boundary, context, flash, shell
from lib.ui.inquiries.workflow import workflow_panel

i18n.follow(context.language)
context.restore_choices()
with i18n.speaking(context.language()), boundary.page_boundary():
    st.set_page_config(layout="wide")
    shell.sidebar()
    flash.show()
    desk = context.desk()
    number = st.query_params.get("inquiry") or desk.frame("agency_inquiries").index[0]
    with st.container(border=True):
        workflow_panel(
            desk, cast("AgencyInquiry", desk.record("agency_inquiries", str(number)))
        )
