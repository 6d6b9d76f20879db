"""The short pages by which the company answers, and who learned them when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from lib.sample.cast import CAST, CHIEF, CLERKS, LEADER, OBSERVER
from lib.sample.chance import Chance
from lib.sample.story import Story
from lib.schema.document import Document, Training
from lib.schema.vocab import DocumentKind, DocumentStatus, Flag, Source


@dataclass(frozen=True, slots=True)
class _Page:
    """One document. ago, review: days before and after today it was written, is due."""

    title: str
    kind: DocumentKind
    owner: str
    ago: int
    review: int
    body: str
    claim_type: str = ""
    for_everybody: Flag = Flag.NO
    status: DocumentStatus = DocumentStatus.IN_USE


_PAGES = (
    _Page("解約の申出の受け方", DocumentKind.MANUAL, LEADER, 120, 60, "# はじめに\n- 「解約をご希望ですね」と、意思を先に復唱する。\n- 引き止めは一度まで。断られたら手続きに進む。\n\n# 手順\n1. 注文番号か電話番号で注文を確かめる。\n2. 次回の発送日と、間に合うかどうかを伝える。\n3. 解約の日付と、以後の請求がないことを伝える。\n4. 控えのメールを送る。", claim_type="解約できない", for_everybody=Flag.YES),
    _Page("「定期と知らなかった」と言われたら", DocumentKind.MANUAL, CLERKS[2], 90, 90, "# まず聞くこと\n- どの画面から申し込んだか。スクリーンショットがあるか。\n- 届いたのは何回目か、開封したか。\n\n# 伝えること\n- お客様を責めない。「分かりにくい表示でした」とおわびする。\n- 初回だけの返品・返金の扱いは、室長の承認で決める。", claim_type="定期と知らなかった"),
    _Page("肌トラブル・けがの申出", DocumentKind.MANUAL, LEADER, 200, -20, "# その場で\n1. 使用をやめていただく。受診をすすめる。\n2. いつから、どこに、どんな症状かを聞く。\n3. ロット番号を聞き、商品をとっておいていただく。\n\n- 因果関係を約束しない。治療費の話は品質の担当から連絡する。\n- 30日以上の治療や入院は、すぐに主任へ。", claim_type="肌トラブル・けが", for_everybody=Flag.YES),
    _Page("届くまでの日数と、遅れたときの案内", DocumentKind.FAQ, CLERKS[1], 60, 120, "- 通常は発送から2〜4日。沖縄・離島は5〜7日。\n- 追跡が3日動かないときは、こちらから配送会社に確かめる。\n- 再送は、追跡の「持戻り」を確かめてから。", claim_type="届かない・遅い"),
    _Page("つらい電話から身を守る", DocumentKind.TRAINING, CHIEF, 150, 30, "# 大事なこと\n- 一人で受けない。10分を超えたら手を挙げる。\n- 大声・脅し・長時間の拘束は、警告して切ってよい。\n- 終わったら必ず主任に話す。24時間以内に声をかけます。", for_everybody=Flag.YES),
    _Page("返金の決裁", DocumentKind.RULE, CHIEF, 240, 40, "1. 3,000円まで: 担当が決める。\n2. 10,000円まで: 主任が決める。\n3. それより上: 室長が決める。\n- 理由と承認した人を、対応履歴に残す。"),
    _Page("旧・返品の案内(2024年版)", DocumentKind.FAQ, CLERKS[0], 330, 0, "- 未開封にかぎり8日以内。", status=DocumentStatus.RETIRED),
)  # fmt: skip

_UNTRAINED = (CLERKS[3],)
"""Joined last, and has not had the last training yet."""


def documents(story: Story, chance: Chance) -> tuple[Document, ...]:
    """Return the documents of the period."""
    return tuple(
        Document(
            id=chance.new_id("B", story.back(page.ago)),
            title=page.title,
            kind=page.kind,
            claim_type=page.claim_type,
            body=page.body,
            owner=page.owner,
            review_on=story.end + timedelta(days=page.review) if page.review else None,
            for_everybody=page.for_everybody,
            status=page.status,
            source=Source.SAMPLE,
        )
        for page in _PAGES
        if story.back(page.ago) >= story.start
    )


def trainings(story: Story, pages: Sequence[Document]) -> tuple[Training, ...]:
    """Return who was trained on what is for everybody, and when they are again."""
    return tuple(_trainings(story, pages))


def _trainings(story: Story, pages: Sequence[Document]) -> Iterator[Training]:
    taught = [page for page in pages if page.for_everybody is Flag.YES]
    for number, page in enumerate(taught):
        day = story.back(100 - 30 * number)
        for person in CAST:
            is_last = page is taught[-1]
            if person.name == OBSERVER or (is_last and person.name in _UNTRAINED):
                continue
            yield Training(
                email=person.mail,
                document_id=page.id,
                read_on=day - timedelta(days=3),
                trained_on=day,
                next_on=day + timedelta(days=365),
                source=Source.SAMPLE,
            )
