"""The words of a complaint, put together from a scenario and the facts of the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.sample.chance import Chance
from lib.sample.goods import BAD_LOT_DEFECTS, Item, Trouble
from lib.sample.voices_of import day_spoken, spoken
from lib.sample.wording import voices
from lib.sample.wording.base import Scenario, Wish
from lib.schema.vocab import HarassmentKind, Harm, OutsideThreat, Symptom, Temper

_CARRIERS = ("配送会社", "宅配会社")
_DIAGNOSES = {
    Symptom.RASH: (
        "皮膚科で接触皮膚炎と言われたとのこと。",
        "皮膚科を受診し、塗り薬が出たとのこと。",
    ),
    Symptom.SWELLING: ("皮膚科を受診し、アレルギーの疑いと言われたとのこと。",),
    Symptom.STOMACH: (
        "内科を受診し、整腸剤が出たとのこと。",
        "内科で胃腸炎と言われたとのこと。",
    ),
    Symptom.BURN: ("皮膚科で軽いやけどと言われ、軟膏が出たとのこと。",),
    Symptom.INJURY: ("外科で2針縫ったとのこと。",),
    Symptom.OTHER: ("眼科を受診し、目薬が出たとのこと。",),
}
_EATEN_RASH = ("皮膚科を受診し、食べ物によるじんましんと言われたとのこと。",)
_NOT_SEEN = ("病院には行っていないとのこと。", "受診はまだで、様子を見ているそう。")
_NOT_SEEN_MAIL = "病院には行っていません。"
_EARLIER = {
    True: "にも同じことでご連絡しました。",
    False: "にも同じ件で対応したお客様。",
}
_IN_OWN_WORDS = (
    ("言われたとのこと。", "言われました。"),
    ("出たとのこと。", "出ました。"),
    ("縫ったとのこと。", "縫いました。"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words are about. ordered, received: days; lot, promised: "" if none."""

    item: Item
    received: date
    ordered: date
    page: str
    lot: str
    bad_lot: str
    trouble: Trouble | None
    promised: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """How it is told. earlier: day of a like case; greeting: how a mail begins."""

    wish: Wish
    temper: Temper
    threat: OutsideThreat
    abuse: HarassmentKind | None
    harm: Harm
    written: bool
    earlier: date | None
    greeting: str = ""


def slots_of(facts: Facts, chance: Chance) -> dict[str, str]:
    """Return the words for every slot but `person`."""
    item, ordered, received = facts.item, facts.ordered, facts.received
    due = min(
        ordered + timedelta(days=chance.whole(3, 5)), received - timedelta(days=1)
    )
    arrived = max(
        ordered + timedelta(days=2), received - timedelta(days=chance.whole(0, 4))
    )
    pieces = chance.whole(2, 4)
    defects = BAD_LOT_DEFECTS if facts.lot == facts.bad_lot else item.defects
    return {
        "p": item.word,
        "P": item.name,
        "od": day_spoken(ordered),
        "rd": day_spoken(arrived),
        "due": day_spoken(due),
        "next": day_spoken(received + timedelta(days=chance.whole(4, 9))),
        "price": f"{item.price:,}円",
        "first": f"初回{item.first_price:,}円"
        if item.first_price
        else f"{item.price:,}円",
        "times": str(chance.whole(3, 14)),
        "tries": str(chance.pick((4, 5, 6, 8, 10, 12, 15))),
        "n": str(pieces),
        "short": str(pieces - 1),
        "lot": facts.lot or "(聞き取り中)",
        "defect": chance.pick(defects),
        "trouble": facts.trouble.words if facts.trouble else "",
        "days": str(chance.pick((2, 3, 3, 4, 5, 7, 10, 14))),
        "starting": item.starting,
        "using": item.using,
        "shelf": item.shelf,
        "carrier": chance.pick(_CARRIERS),
        "page": facts.page,
        "promised": spoken(facts.promised) if facts.promised else "",
    }


def content_of(
    scenario: Scenario,
    facts: Facts,
    said: Said,
    slots: Mapping[str, str],
    chance: Chance,
) -> str:
    """Return what stands under 内容: a clerk's note, or the customer's own writing."""
    written, wish = said.written, said.wish
    openings = scenario.mails if written else scenario.notes
    if said.temper is Temper.CALM:
        openings = tuple(o for o in openings if "怒" not in o) or openings
    parts = [chance.pick(openings)]
    parts.insert(0, said.greeting)
    if said.earlier is not None:
        parts.insert(1, day_spoken(said.earlier) + _EARLIER[written])
    if facts.trouble is not None:
        parts.append(_seen_by_a_doctor(facts.trouble, facts.item, said, chance))
    parts.append(chance.pick(wish.mails if written else wish.notes))
    tempers = voices.TEMPER_MAILS if written else voices.TEMPER_NOTES
    parts.append(chance.pick(tempers[said.temper]))
    if said.threat is not OutsideThreat.NO:
        threats = voices.THREAT_MAILS if written else voices.THREAT_NOTES
        parts.append(chance.pick(threats[said.threat]))
    if said.abuse is not None:
        parts.append(chance.pick(voices.ABUSE[said.abuse]))
    return "".join(parts).format_map(slots)


def _seen_by_a_doctor(trouble: Trouble, item: Item, said: Said, chance: Chance) -> str:
    if said.harm is not Harm.TREATED:
        return _NOT_SEEN_MAIL if said.written else chance.pick(_NOT_SEEN)
    eaten = item.edible and trouble.symptom is Symptom.RASH
    told = chance.pick(_EATEN_RASH if eaten else _DIAGNOSES[trouble.symptom])
    if said.written:
        for spoken_form, own_words in _IN_OWN_WORDS:
            told = told.replace(spoken_form, own_words)
    return told
