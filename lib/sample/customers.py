"""Customers who cannot exist: numbers of unused blocks, mail under example.jp."""

from __future__ import annotations

from dataclasses import dataclass

from lib.sample.chance import Chance

_NAMES = (
    ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"),
    ("伊藤", "ito"), ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"),
    ("小林", "kobayashi"), ("加藤", "kato"), ("吉田", "yoshida"), ("山田", "yamada"),
    ("山口", "yamaguchi"), ("松本", "matsumoto"), ("井上", "inoue"), ("木村", "kimura"),
    ("林", "hayashi"), ("斎藤", "saito"), ("清水", "shimizu"), ("山崎", "yamazaki"),
    ("森", "mori"), ("池田", "ikeda"), ("橋本", "hashimoto"), ("阿部", "abe"),
    ("石川", "ishikawa"), ("山下", "yamashita"), ("中島", "nakajima"), ("石井", "ishii"),
    ("小川", "ogawa"), ("前田", "maeda"), ("岡田", "okada"), ("後藤", "goto"),
    ("藤田", "fujita"), ("近藤", "kondo"), ("青木", "aoki"), ("坂本", "sakamoto"),
    ("遠藤", "endo"), ("藤井", "fujii"), ("西村", "nishimura"), ("福田", "fukuda"),
    ("太田", "ota"), ("三好", "miyoshi"), ("岡本", "okamoto"), ("中川", "nakagawa"),
    ("中野", "nakano"), ("原田", "harada"), ("小野", "ono"), ("竹内", "takeuchi"),
    ("金子", "kaneko"), ("和田", "wada"), ("中山", "nakayama"), ("石田", "ishida"),
    ("上田", "ueda"), ("森田", "morita"), ("柴田", "shibata"), ("酒井", "sakai"),
    ("宮崎", "miyazaki"), ("横山", "yokoyama"), ("高木", "takagi"), ("安藤", "ando"),
    ("宮本", "miyamoto"), ("大野", "ono"), ("新井", "arai"), ("今井", "imai"),
    ("河野", "kono"), ("藤原", "fujiwara"), ("菊地", "kikuchi"), ("野村", "nomura"),
    ("松田", "matsuda"), ("桜井", "sakurai"), ("久保", "kubo"), ("千葉", "chiba"),
    ("岩崎", "iwasaki"), ("木下", "kinoshita"), ("野口", "noguchi"), ("松尾", "matsuo"),
    ("菅原", "sugawara"), ("新田", "nitta"), ("早川", "hayakawa"), ("小松", "komatsu"),
)  # fmt: skip

_MOBILE = ("090-0000", "080-0000", "070-0000")
_LANDLINES = (
    "03-0000",
    "06-0000",
    "011-000",
    "022-000",
    "045-000",
    "052-000",
    "082-000",
    "092-000",
)


@dataclass(frozen=True, slots=True)
class Customer:
    """One invented customer; `phone` or `mail` is how this one writes or rings."""

    name: str
    phone: str
    mail: str


class CustomerBook:
    """Hands out customers; no contact is given twice."""

    def __init__(self, chance: Chance) -> None:
        """Draw from `chance`."""
        self._chance = chance
        self._given: set[str] = set()

    def new(self) -> Customer:
        """Return a customer nobody has met before."""
        name, romaji = self._chance.pick(_NAMES)
        return Customer(name, self._phone(), self._mail(romaji))

    def _phone(self) -> str:
        for _attempt in range(50):
            blocks = _MOBILE if self._chance.maybe(0.78) else _LANDLINES
            number = f"{self._chance.pick(blocks)}-{self._chance.whole(0, 9999):04}"
            if number not in self._given:
                self._given.add(number)
                return number
        return ""  # every block is used up: this customer withheld the number

    def _mail(self, romaji: str) -> str:
        while True:
            initial = self._chance.pick("abcdefghijkmnorstuwy")
            mail = f"{initial}.{romaji}{self._chance.whole(1, 9999)}@example.jp"
            if mail not in self._given:
                self._given.add(mail)
                return mail
