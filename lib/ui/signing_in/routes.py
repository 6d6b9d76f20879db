"""What the pages before Streamlit answer: sign in, second step, invitation, account."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

import segno
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from lib import clock, i18n
from lib.actions import signing_in
from lib.actions.sign_in_desk import Desk
from lib.actions.signing_in import CameIn
from lib.errors import ActionRefused, StoreError
from lib.i18n import LANGUAGES, N_, Language, _
from lib.settings.sign_in import CALLBACK, SignIn
from lib.signin import accounts as keys
from lib.signin.sessions import Session, Standing
from lib.ui import boundary, context
from lib.ui.signing_in import cookies, oidc, origin, paper
from lib.ui.signing_in.paper import Asked, Form, Link, Page

log = logging.getLogger(__name__)

_STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_AWAY_SECONDS: Final = 600
"""How long somebody may stay at the provider."""
_MOST_FIELDS: Final = 12
_LARGEST_FORM: Final = 16_384
_UNTIL_RESTART: Final = secrets.token_bytes(16)

WATCH: Final = "/signin/signed-in.js"
"""Says on an open page when the sign-in has run out."""

Found = TypeVar("Found")
Handler = Callable[[Request], Awaitable[Response]]


def routes(how: SignIn) -> list[Route]:
    """Return every address before Streamlit, for this way of signing in."""
    counter = Counter(how)
    shown = ["GET", "HEAD"]
    # Whoever has not signed in may send no more than a form has.
    sent = functools.partial(Route, methods=["POST"], max_body_size=_LARGEST_FORM)
    found = [
        Route("/signin", counter.page, methods=["GET"]),
        sent("/signin", counter.password),
        Route("/signin/code", counter.code_page, methods=["GET"]),
        sent("/signin/code", counter.code),
        Route("/signin/done", counter.done, methods=["GET"]),
        Route("/signin/state", counter.state, methods=["GET"]),
        Route("/signin/account", counter.account, methods=["GET"]),
        sent("/signin/account", counter.change),
        Route("/signin/style.css", _file("signin.css", "text/css"), methods=shown),
        Route("/signin/icon.svg", _file("icon.svg", "image/svg+xml"), methods=shown),
        Route(
            WATCH,
            _file("signed-in.js", "text/javascript"),
            methods=shown,
        ),
        Route("/invitation/{token}", counter.invitation, methods=["GET"]),
        sent("/invitation/{token}", counter.accepted),
    ]
    if not how.providers:
        return found
    away = [
        Middleware(
            SessionMiddleware,
            secret_key=how.cookie_secret,
            session_cookie="__Host-mimamori-away" if how.is_secure else "mimamori-away",
            max_age=_AWAY_SECONDS,
            https_only=how.is_secure,
            same_site="lax",
        )
    ]
    return [
        *found,
        Route("/signin/with/{provider}", counter.leave, middleware=away),
        Route(CALLBACK, counter.back, middleware=away),
    ]


class Counter:
    """Where people show who they are."""

    def __init__(self, how: SignIn) -> None:
        """Work by these settings."""
        self._how = how

    # Signing in ------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """Show the ways in; whoever is in already is led on."""
        with _speaking(request):
            here = await self._session(request)
            if here is not None and here.standing is Standing.LIVE:
                return _on(_next(request.query_params.get("next")))
            return paper.answer(request, self._how, self._ways_in(request))

    async def password(self, request: Request) -> Response:
        """Let in by password."""
        with _speaking(request):
            typed = await self._typed(request)
            if typed is None:
                return _not_our_form()
            address, leads = _text(typed, "email"), _next(_text(typed, "next"))

            def let_in(desk: Desk) -> CameIn:
                return signing_in.with_password(
                    desk,
                    address,
                    _text(typed, "password"),
                    origin=_from(request),
                    before=cookies.session(request, self._how),
                    now=clock.now(),
                )

            try:
                came = await _at_desk(let_in)
            except (ActionRefused, StoreError) as error:
                shown = self._ways_in(request, leads=leads, address=address)
                return self._refused(request, shown, error)
            return self._let_in(came, leads)

    async def code_page(self, request: Request) -> Response:
        """Ask for the phone's code."""
        with _speaking(request):
            leads = _next(request.query_params.get("next"))
            return paper.answer(request, self._how, _code_page(leads))

    async def code(self, request: Request) -> Response:
        """Let in by the phone's code, after the password."""
        with _speaking(request):
            typed = await self._typed(request)
            if typed is None:
                return _not_our_form()
            leads = _next(_text(typed, "next"))

            def let_in(desk: Desk) -> CameIn:
                return signing_in.with_code(
                    desk,
                    cookies.half(request, self._how),
                    _text(typed, "code"),
                    origin=_from(request),
                    before=cookies.session(request, self._how),
                    now=clock.now(),
                )

            try:
                came = await _at_desk(let_in)
            except (ActionRefused, StoreError) as error:
                return self._refused(request, _code_page(leads), error)
            return self._let_in(came, leads)

    async def leave(self, request: Request) -> Response:
        """Send to a provider."""
        with _speaking(request):
            provider = self._how.provider(request.path_params["provider"])
            if provider is None:
                return PlainTextResponse("Not Found", status_code=404)
            request.session.clear()
            request.session["next"] = _next(request.query_params.get("next"))
            try:
                return await oidc.leave_for(request, self._how, provider)
            except oidc.NotVouched as error:
                return self._not_vouched(request, error)

    async def back(self, request: Request) -> Response:
        """Take back whom a provider vouches for."""
        with _speaking(request):
            leads = _next(request.session.get("next"))
            try:
                provider, claims = await oidc.come_back(request, self._how)
            except oidc.NotVouched as error:
                return self._not_vouched(request, error)

            def let_in(desk: Desk) -> CameIn:
                return signing_in.vouched(
                    desk,
                    provider,
                    claims,
                    before=cookies.session(request, self._how),
                    now=clock.now(),
                )

            try:
                came = await _at_desk(let_in)
            except (ActionRefused, StoreError) as error:
                return self._refused(request, self._ways_in(request), error)
            return self._let_in(came, leads)

    async def done(self, _request: Request) -> Response:
        """Say that the other window goes on."""
        with _speaking(_request):
            page = Page(
                title=_("サインインしました"),
                lead=_(
                    "この画面を閉じて、元の画面に戻ってください。書きかけはそのままです。"
                ),
                links=(Link("/", _("新しく開く")),),
            )
            return paper.answer(_request, self._how, page)

    async def state(self, request: Request) -> Response:
        """Say how the browser's sign-in stands; asking is no activity."""
        with _speaking(request):
            here = await self._session(request)
            standing = here.standing if here else Standing.ENDED
            said: dict[str, str] = {"standing": standing.value}
            if here is not None:
                mark = hashlib.blake2b(here.member.encode(), key=_UNTIL_RESTART)
                said["who"] = mark.hexdigest()[:16]
            if standing is Standing.TIMED_OUT:
                said["words"] = _(
                    "サインインの時間が切れました。書きかけはこのまま残ります。"
                )
                said["link"] = _("サインインし直す")
            return JSONResponse(said, headers={"Cache-Control": "no-store"})

    # By invitation ---------------------------------------------------------------

    async def invitation(self, request: Request) -> Response:
        """Ask an invited person for a password; looking uses nothing up."""
        with _speaking(request):
            token = request.path_params["token"]
            try:
                who = await _at_desk(
                    lambda desk: signing_in.invited(
                        desk, token, origin=_from(request), now=clock.now()
                    )
                )
            except (ActionRefused, StoreError) as error:
                return self._refused(request, _dead_link(), error)
            return paper.answer(
                request, self._how, self._invited(request, who.name, who.key)
            )

    async def accepted(self, request: Request) -> Response:
        """Take the password of an invited person, and let them in."""
        with _speaking(request):
            typed = await self._typed(request)
            if typed is None:
                return _not_our_form()
            token = request.path_params["token"]

            def take(desk: Desk) -> CameIn:
                if _text(typed, "password") != _text(typed, "again"):
                    raise ActionRefused(N_("2つのパスワードが違います。"))
                return signing_in.accept(
                    desk,
                    token,
                    _text(typed, "password"),
                    origin=_from(request),
                    before=cookies.session(request, self._how),
                    now=clock.now(),
                )

            try:
                came = await _at_desk(take)
            except (ActionRefused, StoreError) as error:
                shown = await self._again(request, token)
                return self._refused(request, shown, error)
            return self._let_in(came, "/")

    async def _again(self, request: Request, token: str) -> Page:
        """Return the form once more, if the link still opens."""
        try:
            who = await _at_desk(
                lambda desk: signing_in.invited(
                    desk, token, origin=_from(request), now=clock.now()
                )
            )
        except (ActionRefused, StoreError):
            return _dead_link()
        return self._invited(request, who.name, who.key)

    def _invited(self, request: Request, name: str, address: str) -> Page:
        form = Form(
            key="new",
            action=request.url.path,
            button=_("決めて始める"),
            hidden={"username": address},
            fields=(
                _password("password", _("新しいパスワード"), new=True, first=True),
                _password("again", _("もう一度"), new=True, hint=False),
            ),
        )
        return Page(
            title=_("{name}さん、見守りへようこそ").format(name=name),
            lead=_("サインインに使うメールは {address} です。").format(address=address),
            forms=(form,),
            or_says=_("または"),
            others=self._providers("/"),
        )

    # One's own account -----------------------------------------------------------

    async def account(self, request: Request) -> Response:
        """Show one's own password and second step."""
        with _speaking(request):
            here = await self._session(request)
            if here is None or here.standing is not Standing.LIVE:
                return _on(f"/signin?next={quote(request.url.path, safe='')}")
            page = await _at_desk(lambda desk: _account_page(desk, here.member))
            if request.query_params.get("changed"):
                page = replace(page, done=_("変えました。"))
            return paper.answer(request, self._how, page)

    async def change(self, request: Request) -> Response:
        """Change one's own password or second step."""
        with _speaking(request):
            here = await self._session(request)
            if here is None or here.standing is not Standing.LIVE:
                return _on(f"/signin?next={quote(request.url.path, safe='')}")
            typed = await self._typed(request)
            if typed is None:
                return _not_our_form()
            try:
                await _at_desk(lambda desk: _change(desk, here, typed, _from(request)))
            except (ActionRefused, StoreError) as error:
                page = await _at_desk(lambda desk: _account_page(desk, here.member))
                return self._refused(request, page, error)
            return _on("/signin/account?changed=1")

    # Pieces ----------------------------------------------------------------------

    def _ways_in(self, request: Request, leads: str = "", address: str = "") -> Page:
        leads = leads or _next(request.query_params.get("next"))
        form = Form(
            key="in",
            action="/signin",
            button=_("サインイン"),
            hidden={"next": leads},
            fields=(
                Asked(
                    "email",
                    _("メール"),
                    "email",
                    "username",
                    value=address,
                    is_first=not address,
                ),
                _password("password", _("パスワード"), first=bool(address)),
            ),
        )
        return Page(
            title=_("サインイン"),
            forms=(form,),
            or_says=_("または"),
            others=self._providers(leads),
            note=_(
                "初めての人と、パスワードを忘れた人は、管理者に招待のリンクを頼んでください。"
            ),
            links=_languages(leads),
        )

    def _providers(self, leads: str) -> tuple[Link, ...]:
        return tuple(
            Link(
                f"/signin/with/{provider.code}?next={quote(leads, safe='')}",
                _("{name} でサインイン").format(name=provider.label),
            )
            for provider in self._how.providers
        )

    def _refused(
        self, request: Request, page: Page, error: ActionRefused | StoreError
    ) -> Response:
        if isinstance(error, StoreError):
            said = _("いまは確かめられません。少し待ってもう一度試してください。")
            status = 503
        else:
            said, status = boundary.message_of(error), 403
            if error.message == signing_in.TOO_OFTEN:
                status = 429
        return paper.answer(request, self._how, replace(page, problem=said), status)

    def _not_vouched(self, request: Request, error: Exception) -> Response:
        log.warning("a provider vouched for nobody: %s", error)
        said = _("サインインできませんでした。もう一度試してください。")
        page = replace(self._ways_in(request), problem=said)
        return paper.answer(request, self._how, page, 403)

    def _let_in(self, came: CameIn, leads: str) -> Response:
        if came.needs_code:
            answer = _on(f"/signin/code?next={quote(leads, safe='')}")
            cookies.give_half(answer, self._how, came.token)
            return answer
        answer = _on(leads)
        cookies.give(answer, self._how, came.token)
        return answer

    async def _session(self, request: Request) -> Session | None:
        token = cookies.session(request, self._how)

        def found(desk: Desk) -> Session | None:
            session = desk.sessions.of_token(token, clock.now())
            if session is None or not signing_in.principal_of(desk, session.member):
                return None
            return session

        try:
            return await _at_desk(found)
        except StoreError:
            return None

    async def _typed(self, request: Request) -> FormData | None:
        """Return what a form of ours sent; None where it is not ours."""
        if not origin.is_own(request.headers, self._how):
            return None
        typed = await request.form(max_files=0, max_fields=_MOST_FIELDS)
        ours = cookies.is_our_form(request, _text(typed, "form"), self._how)
        return typed if ours else None


# The account -----------------------------------------------------------------------


def _account_page(desk: Desk, member: str) -> Page:
    has_password = desk.accounts.has_password(member)
    forms: list[Form] = []
    if has_password:
        forms.append(
            Form(
                key="password",
                action="/signin/account",
                title=_("パスワードを変える"),
                button=_("パスワードを変える"),
                hidden={"what": "password", "username": member},
                fields=(
                    _password("password", _("いまのパスワード"), hint=False),
                    _password("new", _("新しいパスワード"), new=True),
                ),
            )
        )
        forms.append(_second_step(desk, member))
    return Page(
        title=_("アカウント"),
        lead=member,
        forms=tuple(forms),
        note=""
        if has_password
        else _(
            "パスワードはありません。ほかのサービスのアカウントでサインインしています。"
        ),
        links=(Link("/", _("見守りへ戻る")),),
    )


def _second_step(desk: Desk, member: str) -> Form:
    mine = _password("password", _("いまのパスワード"), hint=False)
    if desk.accounts.has_second_step(member):
        return Form(
            key="step",
            action="/signin/account",
            title=_("2段階の確認: 使っています"),
            lead=_("サインインのたびに、スマートフォンの確認コードを聞きます。"),
            button=_("使うのをやめる"),
            hidden={"what": "step-off"},
            fields=(mine,),
            is_plain=True,
        )
    secret = keys.new_secret()
    picture = segno.make(keys.for_phone(secret, member), micro=False)
    return Form(
        key="step",
        action="/signin/account",
        title=_("2段階の確認(任意)"),
        lead=_(
            "スマートフォンの認証アプリ(Google Authenticator など)でこの図を読み取り、出てきた6けたの数字を入れてください。"
        ),
        picture=picture.svg_data_uri(scale=4, border=2, light="#fff"),
        picture_says=_("認証アプリで読み取る図"),
        spelled=secret,
        button=_("使い始める"),
        hidden={"what": "step-on", "secret": secret},
        fields=(_code_field(), mine),
        is_plain=True,
    )


def _change(desk: Desk, here: Session, typed: FormData, address: str) -> None:
    password, now = _text(typed, "password"), clock.now()
    match _text(typed, "what"):
        case "password":
            signing_in.change_password(
                desk,
                here.member,
                password,
                _text(typed, "new"),
                session=here.id,
                origin=address,
                now=now,
            )
        case "step-on":
            signing_in.begin_second_step(
                desk,
                here.member,
                password,
                _text(typed, "secret"),
                _text(typed, "code"),
                origin=address,
                now=now,
            )
        case "step-off":
            signing_in.end_second_step(
                desk, here.member, password, origin=address, now=now
            )


# Small things ----------------------------------------------------------------------


def _code_page(leads: str) -> Page:
    form = Form(
        key="code",
        action="/signin/code",
        button=_("確かめる"),
        hidden={"next": leads},
        fields=(replace(_code_field(), is_first=True),),
    )
    return Page(
        title=_("確認コード"),
        lead=_("スマートフォンの認証アプリに出ている6けたの数字を入れてください。"),
        forms=(form,),
        note=_("スマートフォンを失くしたときは、管理者に新しい招待を頼んでください。"),
        links=(Link("/signin", _("はじめからやり直す")),),
    )


def _code_field() -> Asked:
    return Asked("code", _("確認コード"), "code", "one-time-code")


def _password(
    name: str, label: str, *, new: bool = False, first: bool = False, hint: bool = True
) -> Asked:
    says = _(
        "{count}文字以上。関係のない言葉をいくつか続けると、覚えやすく強くなります。"
    )
    return Asked(
        name,
        label,
        "password",
        "new-password" if new else "current-password",
        help=says.format(count=keys.SHORTEST) if new and hint else "",
        is_first=first,
    )


def _dead_link() -> Page:
    return Page(
        title=_("招待のリンク"), links=(Link("/signin", _("サインインの画面へ")),)
    )


def _languages(leads: str) -> tuple[Link, ...]:
    return tuple(
        Link(f"/signin?lang={code}&next={quote(leads, safe='')}", name)
        for code, name in LANGUAGES.items()
        if code != i18n.current()
    )


def _speaking(request: Request) -> AbstractContextManager[None]:
    asked = request.query_params.get("lang") or cookies.language(request)
    known: Language = "en" if asked == "en" else i18n.SOURCE
    return i18n.speaking(known)


def _next(wanted: object) -> str:
    """Return where to go afterwards: a place of ours, or the start."""
    place = str(wanted or "")
    is_ours = place.startswith("/") and not place.startswith(("//", "/\\"))
    plain = place.isascii() and place.isprintable() and "\\" not in place
    return place if is_ours and plain else "/"


def _on(place: str) -> RedirectResponse:
    answer = RedirectResponse(place, status_code=303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _not_our_form() -> Response:
    with i18n.speaking(i18n.current()):
        said = _("この画面は古くなりました。開き直してからもう一度試してください。")
    return PlainTextResponse(said, status_code=403, headers=dict(paper.HEADERS))


def _from(request: Request) -> str:
    return request.client.host if request.client else ""


def _text(typed: FormData, name: str) -> str:
    found = typed.get(name, "")
    return found if isinstance(found, str) else ""


async def _at_desk(step: Callable[[Desk], Found]) -> Found:
    """Do a step that looks into files, beside the loop that serves everybody."""
    return await asyncio.to_thread(lambda: step(context.sign_in_desk()))


def _file(name: str, kind: str) -> Handler:
    async def answer(_request: Request) -> Response:
        return FileResponse(
            _STATIC / name,
            media_type=kind,
            headers={
                "Cache-Control": "max-age=3600",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return answer
