"""Which column of a provider's file says what, whatever it is called there this year and in whichever language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..numbers.currencies import CENTS, DOLLARS, FOREIGN, bare
from ..numbers.numerals import plain

MOMENT, DATE, TIME, REQUEST, MODEL = "moment", "date", "time", "request_id", "model"
QUOTA, AMOUNT, CURRENCY, TYPE = "quota", "amount", "currency", "type"
# The likeliest name first: of two columns that could say the same it is taken.
NAMES: Mapping[str, tuple[str, ...]] = {
    MOMENT: (
        "created at", "created", "createdat", "timestamp", "datetime", "date time", "created time", "request time",
        "usage time", "创建时间", "请求时间", "日時", "建立時間", "zeitpunkt", "zeitstempel", "datum uhrzeit",
        "erstellt am", "fecha y hora", "date et heure", "horodatage", "data e ora", "data hora", "дата и время",
    ),
    DATE: ("date", "day", "usage date", "日期", "日付", "날짜", "datum", "tag", "fecha", "data", "дата", "tarih",
           "dato"),
    TIME: ("time", "时间", "時間", "時刻", "시간", "zeit", "uhrzeit", "hora", "heure", "ora", "tijd", "время"),
    REQUEST: ("request id", "requestid", "请求id", "请求 id", "請求id", "リクエストid", "anfrage id", "id de requête"),
    MODEL: (
        "model name", "model", "model id", "模型名称", "模型", "モデル", "모델", "modell", "modelo", "modèle",
        "modello", "модель",
    ),
    QUOTA: ("quota", "used quota"),
    AMOUNT: (
        "usd", "cost", "costs", "total cost", "total amount", "total price", "amount", "charge", "charged", "charges",
        "spend", "spent", "total", "fee", "price", "花费", "费用",
        "金额", "消费", "消费金额", "花費", "費用", "金額", "料金", "비용", "금액", "kwota", "tutar", "ücret",
        "belopp", "beløb", "beløp",
        "betrag", "kosten", "preis",
        "gebühr", "montant", "coût", "prix", "importe", "costo", "coste", "precio", "importo", "prezzo", "valor",
        "custo", "preço", "bedrag", "prijs", "сумма", "стоимость", "цена",
    ),
    CURRENCY: ("currency", "currency code", "币种", "货币", "幣別", "通貨", "통화", "währung", "devise", "moneda",
               "valuta", "moeda", "валюта"),
    TYPE: ("type", "类型", "類型", "種類", "유형", "typ", "tipo", "тип"),
}  # fmt: skip
ALL_NAMES = tuple(name for names in NAMES.values() for name in names)
_FILLERS = frozenset({"in", "en", "of", "the"})
_ZONES = frozenset({"utc", "gmt", "z"})
_TIMES = frozenset({MOMENT, DATE, TIME})


class InvalidColumns(ValueError):
    """The names of the columns leave open what is needed; `problems` says so in sentences."""

    def __init__(self, problems: Sequence[str]):
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Columns:
    """The place of each column by what it says, and how many there are.

    `strange`: amounts in other money, by their heads; `is_utc`: a head such as Time (UTC) names the zone.
    """

    places: Mapping[str, int]
    strange: Mapping[str, str]
    width: int
    is_utc: bool = False

    @property
    def is_head(self) -> bool:
        """Say whether such names can only be a head: one that says when, and one that says how much."""
        return self._says_when and bool({QUOTA, AMOUNT} & self.places.keys() or self.strange)

    @property
    def _says_when(self) -> bool:
        return bool({MOMENT, DATE, TIME} & self.places.keys())

    def check(self) -> None:
        """Raise InvalidColumns unless some column says when, and one how much in dollars."""
        problems = [] if self._says_when else ["No column says when: created_at or time."]
        if not {QUOTA, AMOUNT} & self.places.keys():
            problems += self._no_amount()
        if problems:
            raise InvalidColumns(problems)

    def _no_amount(self) -> list[str]:
        found = [f"“{head}” is in {money}, and the books are in US dollars." for head, money in self.strange.items()]
        return found or ["No column says how much: quota or usd."]


def find_columns(heads: Sequence[str]) -> Columns:
    """Find what each column says; of two that say the same, the one with the likelier name."""
    ranked: dict[str, tuple[int, int]] = {}
    strange = {}
    for place, head in enumerate(heads):
        for kind, rank, money in _meanings(head):
            if money:
                strange[head.strip()[:40]] = money
            elif kind not in ranked or rank < ranked[kind][0]:
                ranked[kind] = rank, place
    places = {kind: place for kind, (_, place) in ranked.items()}
    is_utc = any(_ZONES & set(_words(heads[place])) for kind, place in places.items() if kind in _TIMES)
    return Columns(places, strange, len(heads), is_utc)


def _words(head: str) -> list[str]:
    """Part a head into its words: created_at, Created At, createdAt, Cost (USD)."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(head))
    return [word for word in re.split(r"[\s_\-/.:()\[\]]+", parted.casefold()) if word]


def _meanings(head: str) -> list[tuple[str, int, str]]:
    """Return (what it says, how unlikely its name is, in which other money) of one head; nothing if nobody knows it."""
    words = _words(head)
    name = " ".join(words)
    known = [(kind, names.index(name), "") for kind, names in NAMES.items() if name in names]
    return known or _amount_in(words) or _time_in(words)


def _amount_in(words: Sequence[str]) -> list[tuple[str, int, str]]:
    """Read names such as cost (USD), amount_usd, Betrag in € and total cents."""
    units = [word for word in words if bare(word) in DOLLARS | FOREIGN.keys() | CENTS]
    name = " ".join(word for word in words if word not in units and word not in _FILLERS)
    if not units or (name and name not in NAMES[AMOUNT]):
        return []
    others = [FOREIGN.get(bare(word), "cents") for word in units if bare(word) not in DOLLARS]
    return [(AMOUNT, NAMES[AMOUNT].index(name) if name else 0, others[0] if others else "")]


def _time_in(words: Sequence[str]) -> list[tuple[str, int, str]]:
    """Read names such as Time (UTC)."""
    name = " ".join(word for word in words if word not in _ZONES)
    return [(kind, NAMES[kind].index(name), "") for kind in _TIMES if name in NAMES[kind]]
