"""A contact that was typed into the sheet goes in its time; a new key tells no lies."""

from __future__ import annotations

from datetime import timedelta

from lib.actions import contacts
from lib.actions.by_hand.tidying import tidy
from lib.settings.customer_key import customer_key, replace_key, secret_of
from tests.actions.by_hand.conftest import SECRET

PHONE = "090-1234-5678"


def later(machine, days=40):
    machine.live.refreshed()
    return machine.now + timedelta(days=days)


def test_a_row_typed_and_closed_by_hand_keeps_only_a_trace(machine, sheet):
    sheet.type(2, content="届かない", contact=PHONE, status="完了")
    sheet.type(3, content="割れていた", contact="t@yamada.jp", status="対応中")
    sheet.type(4, content="欠品", contact=PHONE, status="取消", severity="ひどい")
    machine.sync()
    machine.sync(timedelta(minutes=11))
    machine.sync()

    done = contacts.cut(machine.live, later(machine), SECRET)

    assert done == contacts.Done(changed=2)
    assert sheet.read("contact")[:3] == ["…5678", "t@yamada.jp", "…5678"]
    assert sheet.read("customer_key")[0] == customer_key(PHONE, SECRET)
    log = machine.frame("audit")
    assert PHONE not in log.to_csv()
    assert contacts.cut(machine.live, later(machine), SECRET) == contacts.Done()


def test_what_the_app_cut_is_no_change_by_hand(machine, sheet):
    sheet.type(2, content="届かない", contact=PHONE, status="完了", note="一言")
    machine.sync()
    machine.sync(timedelta(minutes=11))
    contacts.cut(machine.live, later(machine), SECRET)
    before = len(machine.frame("activities"))

    machine.sync()

    assert len(machine.frame("activities")) == before
    assert sheet.read("customer_key")[0] == customer_key(PHONE, SECRET)


def test_a_new_key_makes_no_note_look_new(machine, sheet):
    data = machine.place.data
    sheet.type(2, content="届かない", contact=f"{PHONE} a@b.jp", note="一言")

    def looked(after):
        machine.now += after
        machine.live.refreshed()
        tidy(machine.live, machine.memory, now=machine.now, secret=secret_of(data))

    looked(timedelta(seconds=10))
    looked(timedelta(minutes=11))
    steps = len(machine.frame("activities"))
    secret = replace_key(data, machine.now)
    contacts.rekey(machine.live, machine.now, secret)

    looked(timedelta(seconds=10))
    looked(timedelta(seconds=10))

    assert len(machine.frame("activities")) == steps
    assert sheet.read("customer_key")[0] == customer_key(PHONE, secret)
