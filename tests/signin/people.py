"""Who works in the company of these tests."""

ADMIN = "hanako@example.jp"
MANAGER = "yumi@example.jp"
CLERK = "jiro@example.jp"
AGENT = "agent@centre.example"
CLERKS = {
    CLERK: "鈴木 次郎",
    "saburo@example.jp": "鈴木 三郎",
    "shiro@example.jp": "鈴木 四郎",
    "goro@example.jp": "鈴木 五郎",
    "rokuro@example.jp": "鈴木 六郎",
    "nanami@example.jp": "鈴木 七海",
}
FORGETFUL, LEAVING, GOING_HOME, AWAY, CHANGING = list(CLERKS)[1:]
"""Each is for one test, which does something to them."""

GOOD = "kaminari-to-tsukemono-42"
"""A password that nobody guesses soon."""
