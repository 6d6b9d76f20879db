"""Sentences that go with any story: anger, threats, abuse, greetings, routine."""

from __future__ import annotations

from typing import Final

from lib.schema.vocab import ActivityKind, HarassmentKind, OutsideThreat, Temper

TEMPER_NOTES: Final[dict[Temper, tuple[str, ...]]] = {
    Temper.CALM: ("", "", "", "落ち着いた口調。", "穏やかにお話しされる。"),
    Temper.DISSATISFIED: (
        "",
        "",
        "不満そうなご様子。",
        "「困るんですよね」と何度か話される。",
        "時間を取られたことにご不満。",
    ),
    Temper.ANGRY: (
        "強い口調。",
        "「いい加減にしてほしい」と声が大きくなる。",
        "「こちらは客ですよ」とお怒り。",
        "途中で何度も話をさえぎられる。",
    ),
    Temper.FURIOUS: (
        "終始大声で、こちらの説明は聞いていただけない。",
        "激しくお怒りで「上の者を出せ」と言われる。",
        "「どうなっているんだ、この会社は」と怒鳴られる。",
    ),
    Temper.HOSTILE: (
        "こちらの言葉尻をとらえ、非難が続く。",
        "用件が済んだ後も非難が続き、電話を切っていただけない。",
    ),
}

TEMPER_MAILS: Final[dict[Temper, tuple[str, ...]]] = {
    Temper.CALM: ("", "", "よろしくお願いいたします。"),
    Temper.DISSATISFIED: ("", "残念です。", "正直、困っています。"),
    Temper.ANGRY: (
        "本当に腹が立っています。",
        "納得のいく回答をお願いします。",
    ),
    Temper.FURIOUS: (
        "怒りが収まりません。責任者からの回答を求めます。",
        "御社の姿勢を疑います。許せません。",
    ),
    Temper.HOSTILE: ("返事がなければ何度でも送ります。",),
}

THREAT_NOTES: Final[dict[OutsideThreat, tuple[str, ...]]] = {
    OutsideThreat.CONSUMER_CENTRE: (
        "対応によっては消費生活センターに相談するとのこと。",
        "「消費者センターに電話しますから」と言われる。",
        "このあと188にかけるつもりだと話される。",
    ),
    OutsideThreat.LAWYER: (
        "弁護士に相談するとのこと。",
        "知り合いの弁護士に話すと言われる。",
    ),
    OutsideThreat.SNS: (
        "SNSに書くと言われる。",
        "口コミサイトに載せるとのこと。",
    ),
    OutsideThreat.POLICE: ("詐欺だから警察に行くと言われる。",),
    OutsideThreat.OTHER: ("テレビ局に言うと話される。",),
}

THREAT_MAILS: Final[dict[OutsideThreat, tuple[str, ...]]] = {
    OutsideThreat.CONSUMER_CENTRE: (
        "ご対応いただけない場合は、消費生活センターに相談します。",
        "3日以内に返事がなければ消費者センターに連絡します。",
    ),
    OutsideThreat.LAWYER: ("場合によっては弁護士に相談します。",),
    OutsideThreat.SNS: ("このやり取りは口コミサイトに書かせていただきます。",),
    OutsideThreat.POLICE: ("詐欺ではないかと思いますので、警察にも相談します。",),
    OutsideThreat.OTHER: ("しかるべきところに報告します。",),
}

ABUSE: Final[dict[HarassmentKind, tuple[str, ...]]] = {
    HarassmentKind.VERBAL_ABUSE: (
        "「ばか」「お前みたいなのは辞めろ」などの言葉が繰り返される。",
        "応対者の声や話し方をののしる言葉が続く。",
    ),
    HarassmentKind.REPETITION: (
        "回答済みの内容について、今週だけで7回目のお電話。毎回30分を超える。",
        "同じ質問を繰り返し、説明しても初めからやり直しになる。",
    ),
    HarassmentKind.THREAT: (
        "「住所は分かっている、会社に行くぞ」と言われる。",
        "「名前は覚えた。ただで済むと思うな」との発言あり。",
    ),
    HarassmentKind.AUTHORITARIAN: (
        "「自分は取引先の役員だ、社長に言えばどうなるか」と繰り返される。",
        "「客の言うことが聞けないのか」と命令口調が続く。",
    ),
    HarassmentKind.LONG_DETENTION: (
        "通話は2時間10分に及び、切ろうとすると「まだ終わっていない」と言われる。",
        "1時間半以上、電話を切らせてもらえない。",
    ),
    HarassmentKind.MONEY: (
        "迷惑料として5万円を払えと要求される。",
        "誠意を金額で示せ、商品代の10倍を払えと言われる。",
    ),
    HarassmentKind.KNEELING: ("「家まで来て土下座しろ」と要求される。",),
    HarassmentKind.SEXUAL: ("応対者の容姿や私生活を尋ねる発言が続く。",),
    HarassmentKind.SNS_SLANDER: ("応対者の名前を出してSNSに投稿したと話される。",),
}

ABUSE_WEIGHTS: Final[dict[HarassmentKind, float]] = {
    HarassmentKind.VERBAL_ABUSE: 39.8,
    HarassmentKind.THREAT: 14.7,
    HarassmentKind.REPETITION: 13.8,
    HarassmentKind.LONG_DETENTION: 11.1,
    HarassmentKind.AUTHORITARIAN: 10.2,
    HarassmentKind.SEXUAL: 3.7,
    HarassmentKind.MONEY: 2.1,
    HarassmentKind.KNEELING: 0.6,
    HarassmentKind.SNS_SLANDER: 0.8,
}
"""Shares of the UAゼンセン surveys of 2020 and 2024."""

HEARD_BY_PHONE: Final = (
    "お名前と注文番号を伺い、状況を確認。ご不便をおかけしたことをお詫びした。",
    "最後までお話を伺い、要点を復唱。お手数をおかけしたお詫びを申し上げた。",
    "お申し出の内容と時系列を伺う。不快な思いをさせたことをお詫び。",
    "注文内容を画面で確認しながらお話を伺った。",
)
HEARD_BY_MAIL: Final = (
    "{channel}を受信。注文履歴を確認し、受付のご連絡を送信。",
    "{channel}でのお申し出。内容を整理して担当を決めた。",
)
HEARD_A_WISH: Final = (
    "ご要望を最後まで伺い、ご意見へのお礼を申し上げた。",
    "ご愛用のお礼を伝え、ご意見の内容を復唱した。",
)
ARRANGED: Final = {
    ActivityKind.SHIPMENT: "発送の手配を物流担当に依頼した。",
    ActivityKind.REFUND: "返金の手続きを経理に依頼した。",
}
TAKEN_IN_BY_ITSELF: Final = "{channel}を受信。自動返信で受付をお知らせした。"
HEARD_IN_PUBLIC: Final = (
    "{channel}の投稿を確認。注文を特定できたため、ご本人へ連絡することにした。",
    "{channel}でお申し出を把握。内容を確認し、担当を決めた。",
)

GREETINGS: Final = (
    "",
    "",
    "注文番号{order}の件です。",
    "注文番号は{order}です。",
    "お世話になります。",
    "初めてご連絡します。",
    "突然のメールで失礼します。",
)

TAKEN_BACK: Final = (
    "お客様から、勘違いだったのでなかったことにしてほしいとのご連絡。取り消しとした。",
    "ご本人から、別の会社で買った商品だったとのご連絡。取り消しとした。",
)

PROMISED: Final = {
    "call": (
        "事実を確認し、{at}までにこちらからお電話するとお約束。",
        "確認のお時間をいただき、{at}までに折り返すとお伝えした。",
    ),
    "mail": (
        "{at}までに回答するとご案内。",
        "確認のうえ{at}までにご返信するとお伝えした。",
    ),
}

CALLED_BACK: Final = (
    "お約束どおりお電話。",
    "お約束の時間内に折り返し。",
)
CALLED_BACK_LATE: Final = (
    "折り返しがお約束の時間を過ぎたことをお詫び。",
    "ご連絡が遅れたお詫びを申し上げたうえで回答。",
)
REPLIED: Final = ("メールで回答。", "回答のメールを送信。")
REPLIED_LATE: Final = ("返信が遅れたことをお詫びしたうえで回答。",)
NOT_HOME: Final = (
    "お約束の時間にお電話したがご不在。留守番電話に伝言を残した。",
    "折り返したが応答なし。時間を改めてかけ直すことにした。",
)

APOLOGISED: Final = (
    "確認の結果、当社の落ち度であることをお伝えし、内容についてお詫び。",
    "事実を確かめたうえで、当社に非があったことをお詫び申し上げた。",
)

COURSE: Final = {
    "temper": (
        "最初の説明が長く、お客様の話を途中でさえぎる形になった。担当を替え、まずお話を最後まで伺ったところ落ち着かれた。",
        "つながるまでに長くお待ちいただいたことで、初めから強くお怒りだった。役職者が名乗って引き継ぎ、要点を復唱してから回答した。",
        "担当者が回答を急いで確認前の案内をした。上席から訂正とお詫びを申し上げた。",
    ),
    "forgotten": (
        "折り返しの約束が付箋のままで、交代時の引き継ぎに漏れた。お客様からのお電話で気づいた。",
        "社内確認の回答を待つ間に約束の時刻を過ぎた。中間の連絡もしていなかった。",
        "担当が休みで、約束を引き継ぐ人が決まっていなかった。",
    ),
    "harassment": (
        "用件は済んでいるが、応対者への発言が限度を超えた。方針に沿って警告し、役職者が引き継いで終話した。",
        "同じ要求が繰り返されたため、回答は変わらないことを役職者から伝え、今後は書面での対応とした。",
    ),
    "replacement": (
        "交換品を検品せずに同じロットから出荷していた。上席からお詫びし、個別に検品して対応した。",
    ),
    "harm": (
        "健康被害の申し出のため{title}が引き継ぎ。受診状況を伺い、品質管理と製造元に連絡した。",
    ),
    "authority": ("規定を超える返金の判断が必要だったため、{title}に引き継いだ。",),
    "asked": ("責任者と話したいとのご要望があり、{title}が引き継いで回答した。",),
    "leak": (
        "納品書の入れ違い。{title}が引き継ぎ、双方のお客様に連絡して納品書を回収した。要配慮情報や決済情報は含まれていない。",
    ),
}

PREVENTION: Final = {
    "temper": (
        "最初にお待たせしたお詫びを一言入れ、話を最後まで聞いてから確認に入る。",
        "確認前に結論を言わない。分からないときは時間をいただく。",
    ),
    "forgotten": (
        "約束はその場でアプリに登録し、退勤前に残っている約束を担当別に確認する。",
        "回答がそろわなくても、約束の時刻に中間のご連絡を入れる。",
    ),
    "harassment": (
        "警告の文例を手元に置き、2度目の暴言で役職者に替わる。",
        "長時間の電話は30分を目安に一度切る手順を全員で確認する。",
    ),
    "replacement": ("交換品は別ロットから選び、開封検品してから出荷する。",),
    "harm": (
        "健康被害の申し出は最初の電話で受診の有無とロットを聞き、主任に即時共有する。",
    ),
    "authority": ("主任の判断でできる返金の範囲を表にして共有する。",),
    "asked": ("初めに名乗り、自分が最後まで受け持つことを伝える。",),
    "leak": ("納品書と送り状の注文番号をバーコードで突き合わせてから封をする。",),
}

CLOSED_BY_MAIL: Final = (
    "ご了承のご返信を確認し、お礼をお送りして完了。",
    "お礼のご返信をいただいた。完了とする。",
    "その後ご返信がないことを確認し、完了とした。",
)

_SPOKEN = (
    "終話",
    "復唱",
    "いただいた",
    "言われる",
    "一緒に",
    "お話",
    "伺",
    "その場で",
    "お電話",
)


def is_spoken(words: str) -> bool:
    """Whether these words tell of a conversation, which a mail is not."""
    return any(mark in words for mark in _SPOKEN)
