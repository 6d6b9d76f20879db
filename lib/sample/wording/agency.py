"""What agencies bring: facts, demand, our check, our answer and its ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lib.sample.goods import Item
from lib.sample.wording.base import anything, by_subscription
from lib.schema.vocab import Category, Decision, MendedPlace


@dataclass(frozen=True, eq=False)
class Theme:
    """One kind of inquiry. cases: what they say happened, and what they ask for."""

    category: Category
    weight: float
    cases: tuple[tuple[str, str], ...]
    check: str
    found: str
    ground: str
    decisions: Mapping[Decision, float]
    answers: Mapping[Decision, str]
    mends: tuple[MendedPlace, ...]
    no_change: tuple[str, ...]
    improvement: str = ""
    fits: Callable[[Item], bool] = anything
    end: str = "先方から、ご相談者が納得されたとの連絡。記録をまとめて完了。"


THEMES: Final[dict[str, Theme]] = {
    "cancel": Theme(
        Category.CONTRACT,
        4,
        (
            (
                "{age}代の方から相談。{P}の定期を解約したいが、電話が{tries}回かけてもつながらないまま次の商品が届いたとのこと。",
                "次回分の返品を受け付け、解約の手続きをしてほしい。",
            ),
            (
                "解約は電話のみと書いてあるのに、2週間つながらないとのご相談。{price}の支払いを求める請求書が届いている。",
                "解約を認め、届いた分の請求を取り下げてほしい。",
            ),
            (
                "解約を申し出たが引き止められ、受け付けてもらえなかったとのご相談。その後の電話はつながらないという。",
                "解約の意思表示があったものとして扱ってほしい。",
            ),
        ),
        "着信記録と応対の録音、定期の契約内容を確認。",
        "期限前からの着信が記録で確かめられた。応答できていない日が続いていた。",
        "特定商取引法(解除妨害の禁止)の考え方、自社の解約規定",
        {Decision.ACCEPT: 6, Decision.PARTLY: 2},
        {
            Decision.ACCEPT: "電話がつながりにくかったことをお詫びし、申し出の日に解約があったものとして扱い、届いた分は返品・返金すると回答。",
            Decision.PARTLY: "解約は申し出の日に受け付け、開封済みの1個を除いて返金すると回答。",
        },
        (MendedPlace.CANCELLATION_PATH, MendedPlace.SERVICE),
        (
            "その日のうちに手続きを終えており、この件から新たに直すところはない。",
            "個別の事情によるもので、手続きの案内に問題はなかった。",
        ),
        "seats",
        by_subscription,
    ),
    "unaware": Theme(
        Category.SALES_METHOD,
        4,
        (
            (
                "{age}代の方がスマートフォンの広告から{P}を初回{first}で購入。1回限りと思っていたが2回目が届き、{price}を請求されたとのこと。",
                "定期と分からなかったとして、契約の取り消しと返金を求めている。",
            ),
            (
                "高齢の親が{P}を申し込んだ。定期購入の表示が小さく、本人は理解していなかったとご家族からのご相談。",
                "2回目以降の請求の取り下げと、最終確認画面の控えの提供を求める。",
            ),
        ),
        "申し込み日時点の広告と最終確認画面の記録を取り出して確認。",
        "最終確認画面に定期の表示はあるが、2回目以降の金額の文字が小さいことを確認。",
        "特定商取引法12条の6(最終確認画面の表示)、15条の4(取消権)",
        {Decision.ACCEPT: 5, Decision.PARTLY: 3, Decision.DECLINE: 1},
        {
            Decision.ACCEPT: "表示の分かりにくさを認めてお詫びし、契約の取り消しと全額の返金に応じると回答。",
            Decision.PARTLY: "2回目は未開封のため返品を受け、以後の定期を解約すると回答。初回分の返金は対象外と説明。",
            Decision.DECLINE: "最終確認画面の控えを送り、定期である旨の表示をご説明。次回からの解約を案内すると回答。",
        },
        (MendedPlace.LANDING_PAGE, MendedPlace.CONFIRMATION),
        ("表示は指針の例に沿っており、この件での修正は要らないと判断。",),
        "confirm",
        by_subscription,
    ),
    "refund": Theme(
        Category.CONTRACT,
        2.5,
        (
            (
                "{P}を使ったが合わず、返品を申し出たところ開封済みを理由に断られたとのご相談。返品の条件は見当たらなかったという。",
                "返品条件の表示の有無を示し、返金に応じてほしい。",
            ),
            (
                "「返金保証」を信じて{P}を購入したが、条件が後から示されて返金されないとのご相談。",
                "広告の表示に沿って返金してほしい。",
            ),
        ),
        "購入時のページと返品特約の表示位置、応対の記録を確認。",
        "特約の表示はあるが、購入ボタンから離れた位置だった。",
        "特定商取引法15条の3(返品特約)、通信販売における返品特約の表示の指針",
        {Decision.ACCEPT: 4, Decision.PARTLY: 3, Decision.DECLINE: 2},
        {
            Decision.ACCEPT: "表示の位置が分かりにくかったことを認め、今回は返品を受けて全額返金すると回答。",
            Decision.PARTLY: "残量を踏まえ、代金の半額を返金すると回答。",
            Decision.DECLINE: "返品特約の表示を示し、お受けできない理由を説明。ご理解をお願いした。",
        },
        (MendedPlace.RETURN_TERMS,),
        ("表示は指針の例に沿っており、今回は修正しない。引き続き同種の件数を見る。",),
        "returns",
    ),
    "late": Theme(
        Category.DELIVERY,
        1.5,
        (
            (
                "{od}に注文した{P}が届かず、問い合わせの電話もつながらないとのご相談。会社が実在するのか不安だという。",
                "発送の予定を示すか、注文の取り消しと返金に応じてほしい。",
            ),
        ),
        "受注と出荷の記録を物流担当に確認。",
        "出荷の遅れ。遅延のお知らせメールが届いていなかった。",
        "民法(履行遅滞)、自社のお届け規定",
        {Decision.ACCEPT: 5},
        {
            Decision.ACCEPT: "遅れをお詫びし、ご希望に沿って注文を取り消し返金すると回答。ご本人にもお電話した。"
        },
        (MendedPlace.SERVICE,),
        ("一時的な出荷の集中によるもの。遅延メールの設定は直した。",),
    ),
    "harm": Theme(
        Category.SAFETY,
        1,
        (
            (
                "{P}を使い、体に合わず不調が出たとのご相談。定期の解約を申し出たが、返品はできないと言われたという。",
                "成分の情報と、解約・返金の可否を回答してほしい。",
            ),
        ),
        "同じ商品の申し出と成分、応対の記録を品質管理と確認。",
        "同種の申し出は多くない。解約の案内が不足していたことが分かった。",
        "消費者安全法の趣旨、自社の体調不良時の取り扱い",
        {Decision.ACCEPT: 5},
        {
            Decision.ACCEPT: "お見舞いをお伝えし、解約と全額返金に応じ、成分表をお送りすると回答。"
        },
        (MendedPlace.SERVICE,),
        ("体調不良時の解約の案内を窓口全員に周知したため、別の改善は登録しない。",),
    ),
    "health": Theme(
        Category.SAFETY,
        0,
        (
            (
                "{P}(ロット{lot})を飲んだ方が医療機関を受診したとの情報があり、事実関係の照会。",
                "同じロットの申し出の件数、出荷数、原因の見込みと対応を{due}までに回答するよう求められた。",
            ),
        ),
        "品質管理と製造元に、ロット{lot}の出荷数・申し出・調査の状況を確認。",
        "出荷数と申し出の一覧を作成。製造元の中間報告は明日届く予定。弁護士にも文案を確認中。",
        "食品衛生法、機能性表示食品の健康被害情報の取り扱い",
        {Decision.ACCEPT: 1},
        {
            Decision.ACCEPT: "申し出の件数、出荷数、原因の見込みと自主的な回収の方針を書面で回答。"
        },
        (MendedPlace.PRODUCT,),
        ("",),
        "sealing",
    ),
    "order": Theme(
        Category.ADVERTISING,
        0,
        (
            (
                "{P}の定期購入の表示について、特定商取引法に基づく報告を求める書面が届いた。対象は直近1年の広告と最終確認画面。",
                "広告・最終確認画面の写し、申込件数、解約の受付方法と件数を{due}までに報告すること。",
            ),
        ),
        "対象期間の広告と画面の版を洗い出し。弁護士に相談し、報告書の構成を決めた。",
        "申込件数と解約件数を集計。報告書の第1稿を作成し、経営会議で確認する。",
        "特定商取引法66条(報告徴収)、12条の6",
        {Decision.ACCEPT: 1},
        {Decision.ACCEPT: "求められた資料と報告書を期限までに提出。"},
        (MendedPlace.CONFIRMATION,),
        ("",),
        "confirm",
    ),
    "terms": Theme(
        Category.CONTRACT,
        0,
        (
            (
                "定期購入の規約のうち、解約期限と返金の条項について開示を求める書面が届いた。",
                "現行の規約全文と、条項を定めた考え方の回答。",
            ),
        ),
        "規約の現行版と改定の履歴を法務の窓口と確認。",
        "解約期限の条項の書き方が分かりにくいことを確認。改定案を準備。",
        "消費者契約法12条の3(開示要請への対応)",
        {Decision.ACCEPT: 1},
        {
            Decision.ACCEPT: "規約全文と考え方を書面で回答。解約期限の条項は分かりやすく改めると伝えた。"
        },
        (MendedPlace.CANCELLATION_PATH,),
        ("規約の改定は法務の計画に入っており、別の改善は登録しない。",),
        end="団体から、回答を確認したとの書面。改定後の規約を送って完了。",
    ),
}
"""Every kind of inquiry; those of weight 0 come only where the year stages them."""

_BY_CLAIM: Final = {
    "定期と知らなかった": "unaware",
    "返金・返品できない": "refund",
    "不良品": "refund",
    "交換品も不良": "refund",
    "届かない・遅い": "late",
    "欠品": "late",
    "肌トラブル・けが": "harm",
}


def theme_for(claim_type: str) -> Theme:
    """Return what a centre would call about after such a complaint."""
    return THEMES[_BY_CLAIM.get(claim_type, "cancel")]
