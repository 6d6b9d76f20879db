"""How far a matter has come: from one consultation to an order (R5), told calmly."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.schema.vocab import AgencyKind, Choice, ContactKind


class Rung(Choice):
    """The steps that a matter can take, the first one lowest."""

    SINGLE = N_("一人の相談")
    MANY = N_("同じ種類の相談が重なる")
    PUBLIC = N_("公表・報道(注意喚起)")
    HEARING = N_("事情の聴き取り・書類の提出")
    ORDER = N_("措置命令・差止訴訟")

    @property
    def height(self) -> int:
        """Its place from below; 1 is the lowest."""
        return list(Rung).index(self) + 1


_ORDERING: Final = frozenset(
    {ContactKind.INJUNCTION_DEMAND, ContactKind.COMMITMENT_NOTICE}
)
_HEARING: Final = frozenset(
    {
        ContactKind.EVIDENCE_DEMAND,
        ContactKind.REPORT_ORDER,
        ContactKind.SUMMONS,
        ContactKind.TERMS_DISCLOSURE,
    }
)
_AUTHORITIES: Final = frozenset(
    {
        AgencyKind.CONSUMER_AGENCY,
        AgencyKind.PREFECTURE,
        AgencyKind.HEALTH_OFFICE,
        AgencyKind.POLICE,
        AgencyKind.OTHER_MINISTRY,
    }
)


def rung_of(
    agency: AgencyKind | None, contact: ContactKind | None, others: int
) -> Rung:
    """Return the step on which a contact puts the matter.

    agency, contact: None where nobody has said. others: contacts of agencies about the
    same product and content in the last 90 days, this one not included.
    """
    if contact in _ORDERING:
        return Rung.ORDER
    if contact in _HEARING or agency in _AUTHORITIES:
        return Rung.HEARING
    if contact is ContactKind.PRESS or agency is AgencyKind.PRESS:
        return Rung.PUBLIC
    return Rung.MANY if others else Rung.SINGLE


NEXT: Final = {
    Rung.SINGLE: N_("一人に早く、正確に答えれば、ここで終わります。"),
    Rung.MANY: N_("同じ原因がないかを確かめ、直せるところを先に直します。"),
    Rung.PUBLIC: N_("問い合わせの窓口と、お伝えする内容を一つにそろえます。"),
    Rung.HEARING: N_("言われた期日と資料を確かめ、反論せずに指示に沿って進めます。"),
    Rung.ORDER: N_("弁護士に相談し、期限の中で落ち着いて答えます。"),
}
"""What to do on each step, in a sentence."""
