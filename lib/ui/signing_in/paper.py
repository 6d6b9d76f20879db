"""The plain pages: forms without scripts, in one template, under a strict policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from lib.i18n import _, current
from lib.settings.sign_in import SignIn
from lib.ui.signing_in import cookies

_PAPER: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # A stricter one makes browsers hide where our own forms come from.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go instead."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form. kind: of HTML. autocomplete: what password managers read."""

    name: str
    label: str
    kind: str
    autocomplete: str
    value: str = ""
    help: str = ""
    is_first: bool = False

    @property
    def type(self) -> str:
        """Type of the input."""
        return "text" if self.is_code else self.kind

    @property
    def is_code(self) -> bool:
        """Whether digits are typed."""
        return self.kind == "code"


@dataclass(frozen=True, slots=True)
class Form:
    """One form. key: tells its fields from another form's."""

    key: str
    action: str
    button: str
    fields: tuple[Asked, ...]
    title: str = ""
    lead: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""
    picture_says: str = ""
    spelled: str = ""
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page; every text is translated already."""

    title: str
    lead: str = ""
    problem: str = ""
    done: str = ""
    forms: tuple[Form, ...] = ()
    others: tuple[Link, ...] = ()
    or_says: str = ""
    note: str = ""
    links: tuple[Link, ...] = ()


def answer(
    request: Request, how: SignIn, page: Page, status: int = 200
) -> HTMLResponse:
    """Return the page, with the secret without which its forms are not taken."""
    secret = cookies.form(request, how)
    text = _PAPER.get_template("page.html").render(
        page=page, secret=secret, language=current(), product=_("見守り Mimamori")
    )
    made = HTMLResponse(text, status_code=status, headers=dict(HEADERS))
    cookies.give_form(made, how, secret)
    cookies.give_language(made, current())
    return made
