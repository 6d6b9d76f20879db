"""What the rules of screens.yaml must find, and what they must leave alone."""

import streamlit as st

# ruleid: foreign-frame
import streamlit.components.v1 as components

# ruleid: streamlit-cache
from streamlit import cache_data

_STYLE = "<style></style>"


def html(typed, note):
    # ruleid: html-allowed
    st.markdown(typed, unsafe_allow_html=True)
    # ruleid: html-allowed
    st.caption("<b>fixed</b>", unsafe_allow_html=note)
    # ok: html-allowed
    st.markdown(typed, unsafe_allow_html=False)
    # ok: html-allowed
    st.markdown(typed)
    # ruleid: script-allowed
    st.html(_STYLE, unsafe_allow_javascript=True)
    # ruleid: html-with-data
    st.html(typed)
    # ruleid: html-with-data
    st.html(f"<p>{typed}</p>")
    # ruleid: html-with-data
    st.html("<p>" + typed + "</p>")
    # ok: html-with-data
    st.html("<p>fixed</p>")
    # ok: html-with-data
    st.html(_STYLE)


def frames(typed):
    # ruleid: foreign-frame
    components.html(typed)
    # ruleid: foreign-frame
    st.components.v1.iframe("https://example.com")
    # ok: foreign-frame
    st.components.v2.component("viewport", js="export default () => {}")


def errors(work, say):
    try:
        work()
    except ValueError as error:
        # ruleid: exception-shown
        st.exception(error)
        # ruleid: exception-shown
        st.write(error)
        # ruleid: exception-shown
        st.error(str(error))
        # ruleid: exception-shown
        st.error(f"no: {error}")
        # ok: exception-shown
        st.error(say(error))
    # ruleid: exception-shown
    st.exception(RuntimeError("no"))
    # ok: exception-shown
    st.write("done")


# ruleid: streamlit-cache
@st.cache_data
def cached(principal):
    return principal


# ruleid: streamlit-cache
@st.cache_resource(ttl=60)
def kept():
    return cache_data


def who(context):
    # ruleid: claimed-identity
    if st.user.get("is_logged_in"):
        return True
    # ruleid: claimed-identity
    st.login("google")
    # ruleid: claimed-identity
    if st.context.ip_address == "127.0.0.1":
        return True
    # ok: claimed-identity
    return context.principal()
