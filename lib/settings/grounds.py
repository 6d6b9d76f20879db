"""Laws and guidelines on which an answer to an agency can rest, as texts to choose.

They are offered, never required: whoever decides may write anything else. What ships can
be added to in 設定: a row of the group 「根拠法令」, whose name is the law and its article,
whose value says in one sentence what it means and whose description is a web address;
the value 「使わない」 takes a text out of use. None of it is legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import Category, Choice, ContactKind, SalesForm
from lib.settings.claim_types import UNUSED

GROUP: Final = "根拠法令"
"""区分 of the rows in 設定."""

_COMMERCE: Final = "https://laws.e-gov.go.jp/law/351AC0000000057"
_GUIDE: Final = "https://www.no-trouble.caa.go.jp/what/mailorder/"
_GUIDELINES: Final = "https://www.no-trouble.caa.go.jp/what/mailorder/guidelines.html"
_REPRESENTATIONS: Final = "https://laws.e-gov.go.jp/law/337AC0000000134"
_CONTRACTS: Final = "https://laws.e-gov.go.jp/law/412AC0000000061"
_CIVIL: Final = "https://laws.e-gov.go.jp/law/129AC0000000089"
_PRODUCTS: Final = "https://laws.e-gov.go.jp/law/348AC0000000031"
_MEDICINES: Final = "https://laws.e-gov.go.jp/law/335AC0000000145"
_PRIVACY: Final = "https://laws.e-gov.go.jp/law/415AC0000000057"


@dataclass(frozen=True, slots=True)
class Ground:
    """One law or guideline.

    name: law and article, as it is written into 根拠法令. says: what it means, in one
    sentence. url: where it can be read, "" where nobody said. fits: answers of an
    inquiry that make it likely to matter; it is offered to every other one too, later.
    """

    name: str
    says: str
    url: str = ""
    fits: frozenset[Choice] = frozenset()

    def written(self) -> str:
        """Return the line that stands in 根拠法令・ガイドライン."""
        return f"{self.name}({self.says})" if self.says else self.name

    def is_in(self, text: str) -> bool:
        """Whether a text names it: 12条の6 is not 12条."""
        return re.search(re.escape(self.name) + r"(?!の|\d)", text) is not None


def _for(*answers: Choice) -> frozenset[Choice]:
    return frozenset(answers)


_TERMS: Final = _for(Category.CONTRACT, Category.SALES_METHOD, Category.PRICE)

DEFAULTS: Final[tuple[Ground, ...]] = (
    Ground(
        "特定商取引法12条の6",
        N_(
            "最終確認画面に分量・価格・支払・引渡し・申込期間・撤回と解除を表示し、誤認させない。2022年6月1日施行"
        ),
        _GUIDELINES,
        _TERMS | _for(Category.ADVERTISING, SalesForm.MAIL_ORDER_SUBSCRIPTION),
    ),
    Ground(
        "特定商取引法15条の4",
        N_("最終確認画面の表示で誤認した申込みは、取り消すことができる"),
        _GUIDE,
        _TERMS,
    ),
    Ground(
        "特定商取引法13条の2",
        N_("解除を妨げるために事実と違うことを告げてはならない"),
        _COMMERCE,
        _for(Category.CONTRACT, Category.SERVICE, SalesForm.MAIL_ORDER_SUBSCRIPTION),
    ),
    Ground(
        "特定商取引法15条の3",
        N_(
            "返品特約の表示がなければ、受け取った日から8日のあいだ返品できる。送料はお客様。通信販売にクーリング・オフはない"
        ),
        _GUIDE,
        _for(Category.CONTRACT, Category.QUALITY, SalesForm.MAIL_ORDER_SINGLE),
    ),
    Ground(
        "特定商取引法11条",
        N_("広告に価格・送料・支払・引渡し・返品特約などを表示する"),
        _GUIDE,
        _for(Category.ADVERTISING, Category.PRICE),
    ),
    Ground(
        "特定商取引法12条",
        N_(
            "著しく事実と違う広告、実際より著しく優良・有利に見せる広告をしてはならない"
        ),
        _GUIDE,
        _for(Category.ADVERTISING),
    ),
    Ground(
        "特定商取引法13条",
        N_("前払いで引渡しが遅れるときは、承諾するかどうかを遅滞なく通知する"),
        _GUIDE,
        _for(Category.DELIVERY),
    ),
    Ground(
        "特定商取引法24条",
        N_("電話勧誘販売は、書面を受け取った日から8日のあいだ申込みを撤回できる"),
        _COMMERCE,
        _for(SalesForm.TELEMARKETING),
    ),
    Ground(
        "特定商取引法66条",
        N_("報告の求め・立入検査に応じる。拒んだり偽ったりすると罰則がある"),
        _COMMERCE,
        _for(ContactKind.REPORT_ORDER, ContactKind.SUMMONS),
    ),
    Ground(
        "景品表示法5条",
        N_("実際より著しく優良・有利に見せる表示をしてはならない"),
        _REPRESENTATIONS,
        _for(Category.ADVERTISING, Category.PRICE),
    ),
    Ground(
        "景品表示法7条2項",
        N_("表示の裏付けとなる合理的な根拠を、求められてから15日で示す"),
        _REPRESENTATIONS,
        _for(ContactKind.EVIDENCE_DEMAND),
    ),
    Ground(
        "景品表示法26条・27条",
        N_("確約手続の通知から60日のあいだ、確約計画の認定を申請できる"),
        _REPRESENTATIONS,
        _for(ContactKind.COMMITMENT_NOTICE),
    ),
    Ground(
        "消費者契約法41条",
        N_("差止請求の訴えは、書面が届いてから1週間を過ぎた後にだけ起こせる"),
        _CONTRACTS,
        _for(ContactKind.INJUNCTION_DEMAND),
    ),
    Ground(
        "消費者契約法12条の3",
        N_("適格消費者団体から契約条項の開示を求められたときは、応じるよう努める"),
        _CONTRACTS,
        _for(ContactKind.TERMS_DISCLOSURE),
    ),
    Ground(
        "民法562条・563条",
        N_("品物が契約に合わないときは、修理・交換・代金の減額を求められる"),
        _CIVIL,
        _for(Category.QUALITY, Category.PACKAGING),
    ),
    Ground(
        "消費生活用製品安全法35条",
        N_("重大製品事故を知った日を含めて10日以内に消費者庁へ報告する"),
        _PRODUCTS,
        _for(Category.SAFETY),
    ),
    Ground(
        "薬機法68条の10",
        N_("化粧品・医薬部外品の副作用などは、製造販売業者が15日か30日で報告する"),
        _MEDICINES,
        _for(Category.SAFETY),
    ),
    Ground(
        "個人情報保護法26条",
        N_("漏えいなどを知ったら、速やかに個人情報保護委員会へ報告し、本人に知らせる"),
        _PRIVACY,
    ),
    Ground(
        "通信販売の申込み段階における表示についてのガイドライン",
        N_("最終確認画面の表示の例と、誤認させる表示の例。消費者庁"),
        _GUIDELINES,
        _for(SalesForm.MAIL_ORDER_SUBSCRIPTION),
    ),
)
"""In the order of the laws, those on mail order first."""


def grounds(settings: pd.DataFrame, on: date) -> tuple[Ground, ...]:
    """Return the texts that are offered on that day: ours, then the company's own.

    Of several rows of one name the one that took effect last counts.
    """
    own = settings[settings["group"] == GROUP]
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    newest = valid.sort_values("effective_from", kind="stable").drop_duplicates(
        "name", keep="last"
    )
    known = {ground.name: ground for ground in DEFAULTS}
    for name, value, url in zip(
        newest["name"], newest["value"], newest["description"], strict=True
    ):
        usual = known.get(str(name), Ground(str(name), ""))
        known[str(name)] = replace(
            usual, says=str(value).strip(), url=str(url).strip() or usual.url
        )
    return tuple(ground for ground in known.values() if ground.says != UNUSED)


def offered(every: Iterable[Ground], inquiry: AgencyInquiry) -> tuple[Ground, ...]:
    """Return the texts with those first that this inquiry makes likely to matter."""
    answers = {inquiry.contact_kind, inquiry.category, inquiry.sales_form}
    return tuple(sorted(every, key=lambda ground: not ground.fits & answers))
