"""What the watch would have told of the company's own past."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from lib.actions.risks import life, watching
from lib.actions.risks.reading import alarms_of
from lib.actions.risks.replaying import blind, replay
from lib.schema.principal import Principal
from lib.schema.vocab import Role
from tests.actions.risks.company import (
    NOW,
    TODAY,
    back,
    by_chance,
    orders,
    risen,
    steady,
)


def fresh(live):
    return live.for_user(Principal("boss@example.jp", "高橋 一郎", Role.MANAGER))


def test_a_rise_of_the_past_is_told_with_its_days(live, put) -> None:
    put(*steady(), *risen(60, 2, until=45), *orders())
    found = replay(fresh(live), NOW, back(90), back(1))
    (told,) = [one for one in found.rises if one.alarm]

    assert back(60) <= told.watch <= told.alarm <= back(45)
    assert told.ended is not None
    assert abs((told.start.likely - back(60)).days) <= 5
    assert f"{told.alarm:%Y/%m/%d}に警報でした" in told.sentence.text()
    assert found.alarms == 1


def test_an_alarm_after_the_period_is_none_of_it(live, put) -> None:
    put(*by_chance(seed=8, risen_for=41))
    (whole,) = replay(fresh(live), NOW, back(60), TODAY).rises[-1:]
    cut = replay(fresh(live), NOW, back(60), whole.alarm - timedelta(days=1))

    assert whole.watch < whole.alarm
    assert cut.rises[-1].watch == whole.watch
    assert cut.rises[-1].alarm is None
    assert cut.alarms == 0


def test_a_rise_that_fades_and_goes_on_is_told_once(live, put) -> None:
    put(*by_chance(seed=13))
    course = blind(fresh(live), TODAY)
    begun = [course.daily.days[first].item() for first, _last in course.episodes()]
    found = replay(fresh(live), NOW, back(45), TODAY)

    assert [day for day in begun if day > back(45)] == [back(38), back(29)]
    assert len(found.rises) == 1
    assert found.rises[0].watch == back(38)


def test_a_calm_period_honestly_says_nothing(live, put) -> None:
    put(*steady(), *risen(30, 2, until=20), *orders())
    found = replay(fresh(live), NOW, back(100), back(60))

    assert found.rises == ()
    assert "注意も警報もありませんでした" in found.sentence.text()
    assert "41日を判定" in found.sentence.text()


def test_too_few_days_are_said(live, put) -> None:
    put(*steady(days=100))
    found = replay(fresh(live), NOW, back(100), back(95))

    assert found.judged == 0
    assert "判定できません" in found.sentence.text()


def test_a_period_before_anything_is_known_says_so(live, put) -> None:
    put(*steady(days=100))

    assert replay(fresh(live), NOW, back(400), back(300)).known == 0


def test_no_day_knows_of_a_later_one(live, put) -> None:
    """The same days, judged with and without what came after."""
    rows = [*steady(), *risen(60, 2, until=45), *orders()]
    put(*rows)
    whole = blind(fresh(live), TODAY)
    early = blind(fresh(live), back(50))
    both = len(early.level) - 1  # today is not over in the shorter one

    assert np.array_equal(whole.level[:both], early.level[:both])
    assert np.allclose(whole.statistic[:both], early.statistic[:both])


def test_what_was_closed_as_false_is_counted_as_such(live, put) -> None:
    put(*steady(), *risen(), *orders())
    watching.watch(live, NOW)
    (alarm,) = alarms_of(fresh(live))
    life.close_as_false(fresh(live), alarm, reason="重複", now=NOW, entry="e1")
    found = replay(fresh(live), NOW, back(30), TODAY)

    assert (found.alarms, found.false) == (1, 1)
    assert "誤報として閉じたもの1回" in found.sentence.text()


def test_a_rise_that_goes_on_has_no_end(live, put) -> None:
    put(*steady(), *risen(), *orders())
    found = replay(fresh(live), NOW, back(30), TODAY + timedelta(days=9))

    assert found.rises[-1].ended is None
