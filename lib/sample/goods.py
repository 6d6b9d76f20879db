"""What the sample company sells: facts for the master, words for the complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lib.sample.chance import Chance
from lib.sample.story import Story
from lib.schema.masters import Product
from lib.schema.vocab import Flag, ProductKind, Source, Symptom


@dataclass(frozen=True, slots=True, eq=False)
class Trouble:
    """A reaction or injury: what happened, in the past tense, and its kind."""

    words: str
    symptom: Symptom
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A product with what its customers say about it.

    word: what a customer calls it. starting: 「使い始めて」 or its like.
    defects: clauses that fit before 「とのこと」 and before 「状態」.
    price, first_price: in yen; first_price 0 where there is no first-time price.
    """

    code: str
    name: str
    word: str
    kind: ProductKind
    share: float
    price: int
    first_price: int
    starting: str
    using: str
    lot_prefix: str
    shelf: str
    maker: str
    pages: tuple[str, ...]
    defects: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    launched_days_ago: int
    own_make: bool = False

    @property
    def subscription(self) -> bool:
        """Whether it is sold by subscription."""
        return self.first_price > 0

    @property
    def edible(self) -> bool:
        """Whether it is eaten or drunk."""
        return self.kind in {
            ProductKind.FUNCTIONAL_FOOD,
            ProductKind.HEALTH_FOOD,
            ProductKind.FOOD,
        }

    @property
    def is_device(self) -> bool:
        """Whether it is a thing with a plug."""
        return self.kind is ProductKind.GOODS


OFFICIAL = "公式サイト"
MALL = "モール店"
BY_PHONE = "電話受注"

ITEMS = (
    Item(
        code="TS-SRM30",
        name="つゆしずく 保湿美容液 30mL",
        word="美容液",
        kind=ProductKind.COSMETIC,
        share=0.24,
        price=5480,
        first_price=1980,
        starting="使い始めて",
        using="使用",
        lot_prefix="TS",
        shelf="洗面台",
        maker="株式会社みどりの化成 03-0000-2210",
        pages=("美容液LP(初回1,980円)", "美容液 記事LP", OFFICIAL, MALL),
        defects=(
            "ポンプを何度押しても中身が出てこない",
            "容器の底にひびが入っていて中身がにじみ出ている",
            "前回と比べて液が黄色く、においも違う",
            "キャップの内側が割れていて閉まらない",
            "箱を開けたら中身が3分の1ほど漏れている",
            "液が分離していて白い粒のようなものが浮いている",
        ),
        troubles=(
            Trouble("頬から首にかけて赤くなり、かゆみが出た", Symptom.RASH, 4),
            Trouble("まぶたが腫れて、化粧もできなくなった", Symptom.SWELLING, 1.5),
            Trouble("あごの周りに細かいぶつぶつが広がった", Symptom.RASH, 3),
        ),
        launched_days_ago=1480,
    ),
    Item(
        code="TS-NCR45",
        name="つゆしずく ナイトクリーム 45g",
        word="クリーム",
        kind=ProductKind.COSMETIC,
        share=0.13,
        price=6200,
        first_price=2480,
        starting="使い始めて",
        using="使用",
        lot_prefix="TN",
        shelf="鏡台",
        maker="株式会社みどりの化成 03-0000-2210",
        pages=("クリームLP(初回2,480円)", OFFICIAL, MALL),
        defects=(
            "内ぶたのシールがはがれかけていて、未使用に見えない",
            "中身が固くてスパチュラですくえない",
            "ふたのねじ山が欠けていて最後まで閉まらない",
            "表面に水のようなものが浮いている",
            "付属のスパチュラが折れている",
        ),
        troubles=(
            Trouble("口の周りがひりひりして、皮がむけた", Symptom.RASH, 3),
            Trouble("翌朝、顔全体に赤みとかゆみが出た", Symptom.RASH, 3),
            Trouble("首に湿疹のようなものができた", Symptom.RASH, 2),
        ),
        launched_days_ago=1120,
    ),
    Item(
        code="TS-CLB90",
        name="つゆしずく クレンジングバーム 90g",
        word="クレンジング",
        kind=ProductKind.COSMETIC,
        share=0.12,
        price=3980,
        first_price=980,
        starting="使い始めて",
        using="使用",
        lot_prefix="TC",
        shelf="洗面所",
        maker="株式会社みどりの化成 03-0000-2210",
        pages=("バームLP(初回980円)", "SNS広告LP バーム", OFFICIAL, MALL),
        defects=(
            "中身が溶けて片側に寄り、ふたの裏までべったり付いている",
            "中に黒い糸くずのようなものが混ざっている",
            "容器の側面が割れて中身が箱に染みている",
            "バームがざらざらしていて肌に伸びない",
        ),
        troubles=(
            Trouble("洗い流した後に目の周りが赤くなり、ひりひりした", Symptom.RASH, 3),
            Trouble("額と頬に吹き出物のようなものが増えた", Symptom.RASH, 3),
            Trouble("目に入って充血し、痛みが続いた", Symptom.OTHER, 1),
        ),
        launched_days_ago=860,
    ),
    Item(
        code="SA-LTN120",
        name="薬用しろあかりローション 120mL",
        word="化粧水",
        kind=ProductKind.QUASI_DRUG,
        share=0.11,
        price=4280,
        first_price=1480,
        starting="使い始めて",
        using="使用",
        lot_prefix="SL",
        shelf="洗面台",
        maker="東部製薬工業株式会社 042-000-3380",
        pages=("しろあかりLP(初回1,480円)", "しろあかり 記事LP", OFFICIAL),
        defects=(
            "中栓が外れていて箱の中がびしょびしょになっている",
            "外箱がつぶれ、ボトルも大きくへこんでいる",
            "いつもは透明なのに白く濁っている",
            "ノズルの先が欠けていて、手に出すと飛び散る",
        ),
        troubles=(
            Trouble("頬に赤い斑点が出て、かゆみが2日たっても引かない", Symptom.RASH, 4),
            Trouble(
                "付けた直後に顔がかっと熱くなり、腫れぼったくなった",
                Symptom.SWELLING,
                2,
            ),
        ),
        launched_days_ago=990,
    ),
    Item(
        code="HZ-TAB60",
        name="ひざらくサポート 60粒(機能性表示食品)",
        word="サプリ",
        kind=ProductKind.FUNCTIONAL_FOOD,
        share=0.19,
        price=4980,
        first_price=990,
        starting="飲み始めて",
        using="飲用",
        lot_prefix="HZ",
        shelf="食器棚",
        maker="北陸ヘルスサイエンス株式会社 076-000-4150",
        pages=("ひざらくLP(初回990円)", "新聞折込", "テレビ通販", OFFICIAL),
        defects=(
            "袋のチャックが壊れていて口が閉まらない",
            "粒がいくつも割れて粉になっている",
            "袋の中の粒が60粒なく、数えたら52粒しか入っていない",
            "袋の上部のシールが最初から少し開いている",
        ),
        troubles=(
            Trouble("胃がもたれて、下痢が続いた", Symptom.STOMACH, 4),
            Trouble("腕とお腹に発疹が出て、かゆみがある", Symptom.RASH, 2),
            Trouble("吐き気がして食事がとれなくなった", Symptom.STOMACH, 2),
        ),
        launched_days_ago=1260,
    ),
    Item(
        code="AK-KLE30",
        name="朝のケール青汁 30包",
        word="青汁",
        kind=ProductKind.FOOD,
        share=0.12,
        price=3780,
        first_price=980,
        starting="飲み始めて",
        using="飲用",
        lot_prefix="AK",
        shelf="台所",
        maker="霧島ファーム加工有限会社 0995-00-6120",
        pages=("青汁LP(初回980円)", "新聞折込", OFFICIAL, MALL),
        defects=(
            "個包装の端が破れて、粉が箱の中にこぼれている",
            "粉が固まっていて水に溶けない",
            "30包のはずが28包しか入っていない",
            "開けたら油が古くなったようなにおいがする",
            "賞味期限が来月に迫っている",
        ),
        troubles=(
            Trouble(
                "お腹がゆるくなり、一日に何度もトイレに行くようになった",
                Symptom.STOMACH,
                4,
            ),
            Trouble("飲んだ後に口の中がかゆくなった", Symptom.RASH, 1),
        ),
        launched_days_ago=1620,
    ),
    Item(
        code="PC-JLY31",
        name="ぷるる習慣 コラーゲンゼリー 31本",
        word="ゼリー",
        kind=ProductKind.FOOD,
        share=0.11,
        price=4320,
        first_price=1080,
        starting="食べ始めて",
        using="飲食",
        lot_prefix="PC",
        shelf="冷蔵庫",
        maker="株式会社しらゆき食品 0265-00-7300",
        pages=("ゼリーLP(初回1,080円)", "SNS広告LP ゼリー", OFFICIAL),
        defects=(
            "スティックの切り口から中身が漏れて箱の底がべとべとになっている",
            "ゼリーが水っぽくて固まっていない",
            "31本のはずが29本しか入っていない",
            "個包装の端がふくらんでいる",
            "写真では個別の箱入りなのに、袋にまとめて入っている",
        ),
        troubles=(
            Trouble("食べた日の夜にお腹が痛くなり、下した", Symptom.STOMACH, 3),
            Trouble("唇が少し腫れた", Symptom.SWELLING, 1),
        ),
        launched_days_ago=0,
    ),
    Item(
        code="HW-STM01",
        name="ほわり美顔スチーマー HW-01",
        word="スチーマー",
        kind=ProductKind.GOODS,
        share=0.08,
        price=14800,
        first_price=0,
        starting="使い始めて",
        using="使用",
        lot_prefix="HW",
        shelf="寝室",
        maker="当社輸入(製造: 海外委託先)",
        pages=("スチーマーLP", OFFICIAL, MALL),
        defects=(
            "電源を入れてもランプが点滅するだけでスチームが出ない",
            "給水タンクから水が漏れて台がぬれる",
            "運転中に「ブーン」という大きな音がする",
            "使って3分ほどで勝手に電源が切れる",
            "本体の背面に大きな傷がある",
        ),
        troubles=(
            Trouble(
                "吹き出し口から熱いしずくが飛び、手の甲をやけどした", Symptom.BURN, 3
            ),
            Trouble("タンクを外すときに割れたふちで指を切った", Symptom.INJURY, 1),
        ),
        launched_days_ago=540,
        own_make=True,
    ),
)

BAD_LOT_ITEM = next(item for item in ITEMS if item.code == "HZ-TAB60")
"""The one product of which a lot went wrong; a functional food, so L7 applies."""

BAD_LOT_DEFECTS = (
    "袋を開けたら粒がまだらに茶色く変色している",
    "粒どうしがくっついて固まりになり、酸っぱいにおいがする",
    "袋の上のシールが端まで付いておらず、粒が湿っている",
    "白いはずの粒に黒っぽい点が出ている",
    "乾燥剤の袋がふくらみ、粒がべたついている",
)

BAD_LOT_TROUBLES = (
    Trouble("翌日から腕とお腹に赤い発疹が出て、かゆみがある", Symptom.RASH, 3),
    Trouble("その晩に胃がむかむかして、吐いた", Symptom.STOMACH, 2),
)

_NEW_ITEM = "PC-JLY31"


def lot_of(item: Item, day: date, chance: Chance) -> str:
    """Return the number of a lot that was on sale on `day`, such as "TS2608B"."""
    made = day - timedelta(days=chance.whole(30, 120))
    return f"{item.lot_prefix}{made:%y%m}{chance.pick('AB')}"


def bad_lot(story: Story) -> str:
    """Return the number of the lot that went wrong."""
    return f"{BAD_LOT_ITEM.lot_prefix}{story.bad_lot.first - timedelta(days=40):%y%m}C"


def launched_on(item: Item, story: Story) -> date:
    """Return the day on which the item went on sale."""
    if item.code == _NEW_ITEM:
        return story.launched_on
    return min(story.back(item.launched_days_ago), story.start - timedelta(days=60))


def on_sale(story: Story, day: date) -> tuple[Item, ...]:
    """Return what customers can have at home on `day`."""
    return tuple(i for i in ITEMS if launched_on(i, story) + timedelta(days=3) <= day)


def products(story: Story) -> tuple[Product, ...]:
    """Return the product master."""
    return tuple(
        Product(
            code=item.code,
            name=item.name,
            kind=item.kind,
            subscription=Flag.YES if item.subscription else Flag.NO,
            launched_on=launched_on(item, story),
            maker=item.maker,
            own_make=Flag.YES if item.own_make else Flag.NO,
            source=Source.SAMPLE,
        )
        for item in ITEMS
    )
