"""不良品, 交換品も不良, 肌トラブル・けが."""

from __future__ import annotations

from dataclasses import replace

from lib.sample.goods import Item
from lib.sample.wording.base import (
    Act,
    Check,
    Ending,
    Scenario,
    Wish,
    apology,
    exchange,
    explanation,
    refund,
)
from lib.schema.vocab import (
    ActivityKind,
    Category,
    Cause,
    Certainty,
    Fault,
    Promise,
    Request,
    Resolution,
)

_SEND_GOOD = Act(
    ActivityKind.SHIPMENT,
    "検品済みの代替品を発送。不良品は着払いで引き取りを手配。",
    Promise.SHIPMENT,
)
_PAY_BACK = Act(
    ActivityKind.REFUND,
    "全額の返金手続きを完了。明細への反映時期もお伝えした。",
    Promise.REFUND,
)
_TO_MAKER = Check(
    "品質管理",
    "ロット{lot}の保管見本と出荷記録を品質管理に確認。",
    "保管見本に異常なし。個体の不良とみられるため現品を確認したいとの回答。",
)
_KNOWN_LOT = Check(
    "品質管理",
    "ロット{lot}の申し出が続いていることを品質管理に報告し、見解を確認。",
    "袋の熱シールの温度不足で湿気が入った可能性が高い。出荷を止め、製造元で調査中との回答。",
)

_DEFECT_ENDINGS = (
    Ending(
        Resolution.EXCHANGE,
        Cause.PRODUCT,
        Fault.YES,
        (
            "不良のお詫びをし、検品した代替品を本日お送りすると説明。",
            "ご不便をお詫び。代わりの品を明日着で手配し、現品は着払いで回収するとご案内。",
        ),
        weight=5,
        wishes=frozenset({Request.EXCHANGE, Request.EXPLANATION}),
        certainty=Certainty.PRESUMED,
        checks=(_TO_MAKER,),
        act=_SEND_GOOD,
        closings=(
            "代替品の到着と、問題なく使えることを確認して完了。",
            "交換品が届き、異常がないことを伺った。あらためてお詫びして終話。",
        ),
    ),
    Ending(
        Resolution.REFUND,
        Cause.PRODUCT,
        Fault.YES,
        (
            "お詫びのうえ、着払いで返送いただいて全額返金するとご案内。",
            "不良と認めてお詫びし、返金でご了承いただいた。",
        ),
        weight=3,
        wishes=frozenset({Request.REFUND}),
        checks=(_TO_MAKER,),
        waits="現品の返送待ち。着払い伝票を送付済み。",
        act=_PAY_BACK,
    ),
    Ending(
        Resolution.EXCHANGE,
        Cause.DELIVERY,
        Fault.PARTLY,
        ("輸送中の衝撃による破損とみられると説明し、交換品をお送りするとお伝えした。",),
        weight=1.2,
        wishes=frozenset({Request.EXCHANGE}),
        certainty=Certainty.PRESUMED,
        act=_SEND_GOOD,
    ),
    Ending(
        Resolution.EXPLANATION,
        Cause.CUSTOMER,
        Fault.NO,
        (
            "使い方と保管の仕方をご説明したところ、解消したとのこと。",
            "使い方と保管の仕方をご案内。直らない場合は交換するとお伝えした。",
        ),
        weight=0.8,
        wishes=frozenset({Request.EXCHANGE, Request.EXPLANATION}),
        at_once=True,
    ),
)

_LOT_ENDINGS = (
    Ending(
        Resolution.EXCHANGE,
        Cause.PRODUCT,
        Fault.YES,
        (
            "同じロットで不具合が出ていることをお伝えし、お詫び。別ロットの品をお送りし、お手元の分は{using}を控えて返送いただくようお願いした。",
            "袋のシール不良の可能性を説明しお詫び。別ロットの代替品を本日発送するとご案内。",
        ),
        weight=4,
        wishes=frozenset({Request.EXCHANGE, Request.EXPLANATION}),
        checks=(_KNOWN_LOT,),
        act=_SEND_GOOD,
        closings=("別ロットの品が届き、異常がないことを確認。お詫びして完了。",),
    ),
    Ending(
        Resolution.REFUND,
        Cause.PRODUCT,
        Fault.YES,
        ("同じロットの不具合を説明しお詫び。着払いで回収し、全額返金するとご案内。",),
        weight=3,
        wishes=frozenset({Request.REFUND}),
        checks=(_KNOWN_LOT,),
        act=_PAY_BACK,
    ),
)

_AGAIN_ENDINGS = (
    Ending(
        Resolution.REFUND,
        Cause.PRODUCT,
        Fault.YES,
        (
            "上席から重ねてのご迷惑をお詫び。全額返金と、送料・電話代相当のクーポンを提案し、ご了承いただいた。",
            "二度続いたことをお詫びし、これまでの代金を全額返金するとお伝えした。",
        ),
        weight=3,
        checks=(_TO_MAKER,),
        act=_PAY_BACK,
        closings=(
            "返金を確認いただいた。厳しいお言葉を頂戴したが、最後はご了承いただいた。",
        ),
    ),
    Ending(
        Resolution.EXCHANGE,
        Cause.PRODUCT,
        Fault.YES,
        (
            "上席からお詫び。今回は開封して中身を確かめた品を担当者名入りでお送りするとお約束。",
        ),
        wishes=frozenset({Request.EXCHANGE}),
        checks=(_TO_MAKER,),
        act=_SEND_GOOD,
        closings=(
            "3つ目の品で問題がないことを確認。長くお待たせしたお詫びをして完了。",
        ),
    ),
)

DEFECTS = (
    Scenario(
        code="defect",
        claim_type="不良品",
        category=Category.QUALITY,
        weight=10,
        notes=(
            "{rd}に届いた{p}、{defect}とのこと。",
            "届いた{p}を確かめたところ、{defect}そう。まだほとんど使えていないとのお話。",
            "届いたばかりの{P}。{defect}とお電話。いつも買っているが初めてだとのこと。",
            "{p}が不良品ではないかとのお申し出。{defect}とのこと。写真は撮ってあるそう。",
        ),
        mails=(
            "{rd}に届いた{p}ですが、{defect}状態です。写真を添付します。",
            "届いた{P}を開けたら、{defect}状態でした。ほかの方は問題ないのでしょうか。",
            "{p}を楽しみに待っていたのに、{defect}状態で、とてもがっかりしました。",
        ),
        wishes=(exchange(5), refund(2.5), explanation(1.2)),
        endings=_DEFECT_ENDINGS,
        questions=(
            "箱と容器のロット番号",
            "届いてからの保管場所",
            "写真を送っていただけるか",
        ),
        asks_lot=True,
        threat=0.6,
    ),
)

BAD_LOT = (
    Scenario(
        code="bad_lot",
        claim_type="不良品",
        category=Category.QUALITY,
        category2=Category.SAFETY,
        weight=1,
        notes=(
            "{rd}に届いた{p}、{defect}とのこと。ロットは{lot}。",
            "{p}の新しい袋を開けたら、{defect}とお電話。飲んでも大丈夫なのか不安だそう。袋の裏の番号は{lot}。",
            "いつもの{p}と違う。{defect}とのこと。{lot}と印字されていると教えていただいた。",
            "{p}を{shelf}で保管していたが、{defect}とのお申し出。開けたのは3日前。ロット{lot}。",
        ),
        mails=(
            "{rd}に届いた{p}ですが、{defect}状態です。袋の裏には{lot}と書いてあります。飲んで害はないのでしょうか。",
            "定期で届いた{P}が、{defect}状態でした。これまで2年続けていて、こんなことは初めてです。番号は{lot}です。",
        ),
        wishes=(exchange(4), refund(3), explanation(2)),
        endings=_LOT_ENDINGS,
        questions=(
            "何粒飲まれたか",
            "体の具合に変わりはないか",
            "現品を送っていただけるか",
        ),
        asks_lot=True,
        anger=1.2,
        threat=0.9,
    ),
)

REPLACEMENTS = (
    Scenario(
        code="replacement_defective",
        claim_type="交換品も不良",
        category=Category.QUALITY,
        weight=1,
        notes=(
            "先日交換してもらった{p}も、{defect}とのこと。「二度も不良品を送るのか」とお怒り。",
            "交換品の{p}が届いたが、{defect}そう。検品していないのではとのご指摘。",
        ),
        mails=(
            "交換していただいた{p}が、また不良品です。{defect}状態です。どのような検品をされているのでしょうか。",
        ),
        wishes=(refund(4), exchange(1), apology(1)),
        endings=_AGAIN_ENDINGS,
        questions=("交換品のロット番号",),
        asks_lot=True,
        anger=2.2,
        threat=2.0,
        replacement_defective=True,
    ),
)

_WATCH = "{using}を中止し、症状が続くあいだは医師に相談いただくようお願いした。"
_MEDICAL = Wish(
    Request.COMPENSATION,
    1.5,
    ("病院代を負担してほしいとのこと。", "治療費と代金を補償してほしいとのご要望。"),
    ("治療費の負担をお願いします。",),
)


def _on_skin(item: Item) -> bool:
    return not item.edible and not item.is_device


def _edible(item: Item) -> bool:
    return item.edible


def _device(item: Item) -> bool:
    return item.is_device


_HARM_ENDINGS = (
    Ending(
        Resolution.REFUND,
        Cause.UNKNOWN,
        Fault.NO,
        (
            _WATCH + "お見舞いを申し上げ、返金の手順をご案内。",
            "その後のお加減を伺い、症状は軽くなってきたとのこと。お見舞いを伝え、返金するとお伝えした。",
        ),
        weight=4,
        certainty=Certainty.PRESUMED,
        wishes=frozenset({Request.REFUND, Request.EXPLANATION}),
        checks=(
            Check(
                "品質管理",
                "同じロットの申し出と成分を品質管理に確認。",
                "同じロットでほかに申し出なし。成分表をお渡しできるとの回答。",
            ),
        ),
        act=_PAY_BACK,
        closings=("症状が落ち着いたことを確認。成分表をお送りし、完了。",),
    ),
    Ending(
        Resolution.COMPENSATION,
        Cause.UNKNOWN,
        Fault.CHECKING,
        (
            "お見舞いを申し上げ、領収書と診断の内容を拝見したうえで、受診にかかった費用をお支払いするとご説明。",
        ),
        weight=3,
        certainty=Certainty.PRESUMED,
        wishes=frozenset({Request.COMPENSATION}),
        checks=(
            Check(
                "保険担当",
                "賠償責任保険の対応を確認。",
                "診断書と領収書があれば見舞金として支払えるとの回答。",
            ),
        ),
        waits="領収書と診断書の到着待ち。",
        act=Act(
            ActivityKind.REFUND,
            "受診費用と商品代金をお振り込み。",
            Promise.REFUND,
        ),
        closings=("入金を確認いただいた。症状は治まったとのこと。",),
    ),
    Ending(
        Resolution.EXPLANATION,
        Cause.UNKNOWN,
        Fault.NO,
        (
            "成分と使い方をご説明し、{using}を控えていただくようお願いした。ご本人もほかの原因かもしれないとのお話。",
            "成分表をお送りし、{using}を控えて様子を見ていただくようお願いした。",
        ),
        weight=2,
        certainty=Certainty.PRESUMED,
        wishes=frozenset({Request.EXPLANATION, Request.NOTHING}),
        at_once=True,
    ),
)

_DEVICE_ENDINGS = tuple(
    replace(
        ending,
        checks=(
            Check(
                "品質管理",
                "同じ製造番号帯の申し出と検査記録を品質管理に確認。",
                "検査記録に異常なし。ほかに同じ申し出はないとの回答。",
            ),
        )
        if ending.checks
        else (),
        answers=(
            "お見舞いを申し上げ、使用を中止いただくようお願い。本体を引き取って調べ、結果をお知らせするとお伝えした。",
        ),
        closings=(
            "けがの具合が落ち着いたことを確認。本体の調査結果をお伝えして完了。",
        ),
        at_once=False,
    )
    for ending in _HARM_ENDINGS
)

HARMS = (
    Scenario(
        code="skin",
        claim_type="肌トラブル・けが",
        category=Category.SAFETY,
        weight=5,
        notes=(
            "{p}を{starting}{days}日目に{trouble}とのこと。",
            "{P}を{starting}{days}日、{trouble}とお電話。ほかの化粧品は変えていないそう。",
            "敏感肌でも使えると書いてあったので{p}を買ったが、{trouble}とのこと。{using}はやめているそう。",
        ),
        mails=(
            "{p}を{starting}{days}日目に{trouble}ため、{using}をやめています。成分を教えてください。",
            "{P}を使ったところ、{trouble}のですが、同じような申し出はありますか。",
        ),
        wishes=(refund(4), explanation(2.5), _MEDICAL),
        endings=_HARM_ENDINGS,
        fits=_on_skin,
        questions=(
            "受診されたか、病院名",
            "アレルギーの有無",
            "ほかに使っている化粧品",
            "箱のロット番号",
        ),
        harms=True,
        asks_lot=True,
        anger=1.1,
        threat=0.8,
    ),
    Scenario(
        code="stomach",
        claim_type="肌トラブル・けが",
        category=Category.SAFETY,
        weight=2.2,
        notes=(
            "{p}を{starting}{days}日目に{trouble}とのこと。ほかに変わったものは口にしていないそう。",
            "{P}を{starting}から{trouble}とお電話。持病の薬も飲まれているとのこと。",
        ),
        mails=(
            "{p}を{starting}{days}日ほどで{trouble}ので、やめました。飲み続けてよいものなのでしょうか。",
        ),
        wishes=(refund(4), explanation(3), _MEDICAL),
        endings=_HARM_ENDINGS,
        fits=_edible,
        questions=(
            "受診されたか、病院名",
            "一緒に飲んでいる薬",
            "飲んだ量と時間",
            "袋のロット番号",
        ),
        harms=True,
        asks_lot=True,
        threat=0.7,
    ),
    Scenario(
        code="device_injury",
        claim_type="肌トラブル・けが",
        category=Category.SAFETY,
        weight=0.7,
        notes=(
            "{p}を使っていたところ、{trouble}とのこと。すぐに電源を切ったそう。",
            "{p}の使用中に{trouble}とお電話。説明書どおりに使っていたとのこと。",
        ),
        mails=(
            "{p}を使用中に{trouble}ので、ご連絡しました。説明書どおりに使っていました。",
        ),
        wishes=(refund(3), explanation(2), _MEDICAL),
        endings=_DEVICE_ENDINGS,
        fits=_device,
        questions=(
            "治療にかかる日数の見込み",
            "本体の製造番号",
            "使っていた水の種類と量",
        ),
        harms=True,
        asks_lot=True,
        anger=1.2,
        threat=1.0,
    ),
)

BAD_LOT_HARM = (
    Scenario(
        code="bad_lot_harm",
        claim_type="肌トラブル・けが",
        category=Category.SAFETY,
        category2=Category.QUALITY,
        weight=1,
        notes=(
            "粒の色が違う{p}を気づかずに飲み、{trouble}とのこと。袋の番号は{lot}。",
            "{p}を新しい袋に替えて2日飲んだところ、{trouble}とお電話。粒が湿っていたそう。ロット{lot}。",
        ),
        mails=(
            "いつもの{p}の新しい袋を開けて飲んだら、{trouble}のでご連絡します。袋には{lot}と書いてあります。",
        ),
        wishes=(refund(2), _MEDICAL, explanation(2)),
        endings=(
            Ending(
                Resolution.COMPENSATION,
                Cause.PRODUCT,
                Fault.YES,
                (
                    "上席からお見舞いとお詫び。同じロットで調査中であることを説明し、受診費用と代金をお支払いするとお伝えした。",
                ),
                certainty=Certainty.PRESUMED,
                checks=(_KNOWN_LOT,),
                waits="領収書と現品の到着待ち。",
                act=Act(
                    ActivityKind.REFUND,
                    "受診費用と商品代金をお振り込み。",
                    Promise.REFUND,
                ),
                closings=(
                    "症状が治まったことを確認。調査の結果は分かり次第お知らせするとお約束して完了。",
                ),
            ),
        ),
        questions=(
            "受診されたか、病院名と診断",
            "飲んだ粒の数",
            "現品を送っていただけるか",
        ),
        harms=True,
        asks_lot=True,
        anger=1.4,
        threat=1.2,
    ),
)
