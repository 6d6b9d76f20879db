"""The shape of a story: how a complaint begins, what is wished, how it may end.

Texts hold slots such as `{p}` (what the customer calls the product); `SLOTS` names
them all. `notes` are written by the person on the phone, `mails` by the customer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lib.sample.goods import Item
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Category,
    Cause,
    Certainty,
    ComplaintKind,
    Fault,
    Promise,
    Request,
    Resolution,
)

SLOTS = frozenset(
    {
        "p",  # what the customer calls the product
        "P",  # its full name
        "od",  # day of the order
        "rd",  # day of arrival
        "due",  # day for which delivery was announced
        "next",  # day of the next delivery of a subscription
        "price",  # usual price, "5,480円"
        "first",  # first-time price
        "times",  # which delivery of a subscription this was
        "tries",  # how often somebody rang
        "n",  # pieces ordered
        "short",  # pieces that came
        "lot",
        "defect",  # a clause of the item
        "trouble",  # a sentence part of the item, past tense
        "days",  # days of use before something happened
        "starting",  # 飲み始めて and its like
        "using",  # 飲用 and its like
        "shelf",
        "carrier",
        "page",
        "promised",  # when a call-back had been promised
        "person",  # surname of the colleague concerned
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the customer wants, in words of a note and of a mail."""

    request: Request
    weight: float
    notes: tuple[str, ...]
    mails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A fact that a colleague looked up: whom one asked, and what came back."""

    source: str
    asked: str
    found: str


@dataclass(frozen=True, slots=True)
class Act:
    """What was done besides talking; `promise` stands between answer and deed."""

    kind: ActivityKind
    text: str
    promise: Promise


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """One way in which a case comes to its end.

    wishes: the wishes it answers; empty for any. at_once: may end in the first call.
    waits: what the customer has to send or do before it goes on; empty for nothing.
    """

    resolution: Resolution
    cause: Cause
    fault: Fault
    answers: tuple[str, ...]
    weight: float = 1.0
    wishes: frozenset[Request] = frozenset()
    certainty: Certainty = Certainty.CONFIRMED
    checks: tuple[Check, ...] = ()
    act: Act | None = None
    waits: str = ""
    closings: tuple[str, ...] = (
        "内容を復唱し、ご了承いただいた。",
        "ご納得いただき、ほかに気になる点がないことを確認して終話。",
        "お詫びとお礼をお伝えし、完了とする。",
    )
    at_once: bool = False
    refused: bool = False


def anything(_item: Item) -> bool:
    """Fit every product."""
    return True


def by_subscription(item: Item) -> bool:
    """Fit products sold by subscription."""
    return item.subscription


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One kind of story under one 申出の種類."""

    code: str
    claim_type: str
    category: Category
    weight: float
    notes: tuple[str, ...]
    mails: tuple[str, ...]
    wishes: tuple[Wish, ...]
    endings: tuple[Ending, ...]
    category2: Category | None = None
    fits: Callable[[Item], bool] = anything
    kind: ComplaintKind = ComplaintKind.FIRST
    questions: tuple[str, ...] = ()
    anger: float = 1.0
    threat: float = 1.0
    harms: bool = False
    leak: Answered = Answered.NO
    replacement_defective: bool = False
    asks_lot: bool = False


# Wishes in everyday words, shared by many stories.


def refund(weight: float = 1.0) -> Wish:
    """Money back."""
    return Wish(
        Request.REFUND,
        weight,
        (
            "返金してほしいとのこと。",
            "代金を返してほしいとのご要望。",
            "もういらないので返金をとのお申し出。",
        ),
        (
            "返金をお願いします。",
            "代金を返していただきたいです。手続きの方法を教えてください。",
        ),
    )


def exchange(weight: float = 1.0) -> Wish:
    """A good one instead."""
    return Wish(
        Request.EXCHANGE,
        weight,
        (
            "新しいものと交換してほしいとのこと。",
            "代わりの品を早く送ってほしいとのご要望。",
            "交換をご希望。返送の送料は負担したくないとのこと。",
        ),
        (
            "新しいものと交換してください。",
            "交換をお願いします。今のものはどうすればよいでしょうか。",
        ),
    )


def cancellation(weight: float = 1.0) -> Wish:
    """An end of the subscription."""
    return Wish(
        Request.CANCELLATION,
        weight,
        (
            "今すぐ解約したいとのこと。",
            "次回分から止めてほしいとのご要望。",
            "もう続けるつもりはないので解約をとのお申し出。",
        ),
        (
            "このメールをもって解約としてください。",
            "すぐに解約の手続きをお願いします。",
        ),
    )


def explanation(weight: float = 1.0) -> Wish:
    """A reason."""
    return Wish(
        Request.EXPLANATION,
        weight,
        (
            "どうしてこうなったのか説明してほしいとのこと。",
            "理由を聞かせてほしいとのご要望。",
        ),
        (
            "どういうことなのか、ご説明をお願いします。",
            "原因を教えてください。",
        ),
    )


def apology(weight: float = 1.0) -> Wish:
    """An apology."""
    return Wish(
        Request.APOLOGY,
        weight,
        (
            "まずきちんと謝ってほしいとのこと。",
            "責任のある人から謝罪がほしいとのご要望。",
        ),
        ("きちんとした謝罪を求めます。",),
    )


def improvement(weight: float = 1.0) -> Wish:
    """That it does not happen again."""
    return Wish(
        Request.IMPROVEMENT,
        weight,
        (
            "ほかの人も困ると思うので直してほしいとのこと。",
            "改善してほしいとのご意見。",
        ),
        ("今後の改善をお願いします。",),
    )


def nothing(weight: float = 1.0) -> Wish:
    """Only to let us know."""
    return Wish(
        Request.NOTHING,
        weight,
        ("特に何かしてほしいわけではなく、伝えておきたかったとのこと。",),
        ("返信は不要ですが、お伝えしておきます。",),
    )


def hurry(weight: float = 1.0) -> Wish:
    """To be served soon."""
    return Wish(
        Request.OTHER,
        weight,
        (
            "とにかく早く送ってほしいとのこと。",
            "いつ届くのか、はっきりした日を知りたいとのこと。",
        ),
        ("いつ届くのか教えてください。", "至急発送をお願いします。"),
    )
