"""What stands beside a number: the words and signs of dollars, and of other money, which is refused by name."""

import re

DOLLARS = frozenset({
    "$", "us$", "$us", "usd", "usd$", "$usd", "us", "dollar", "dollars", "usdollar", "usdollars", "dollarus",
    "dollarsus", "dólar", "dólares", "dollari", "dollaro", "доллар", "доллара", "долларов", "美元", "美金", "ドル",
    "米ドル", "달러", "미국달러", "دولار",
    "dolar", "dolares",
})  # fmt: skip
CENTS = frozenset({"¢", "c", "ct", "cts", "cent", "cents", "uscent", "uscents"})
_FOREIGN = {
    "euros": "€ eur euro euros eur€",
    "pounds": "£ gbp pound pounds",
    "yen or yuan": "¥",
    "yen": "jpy yen jp¥ 円 日元",
    "yuan": "cny rmb cnh yuan cn¥ 元 块 人民币 人民幣",
    "Swiss francs": "chf sfr fr",
    "Australian dollars": "a$ au$ aud",
    "Canadian dollars": "c$ ca$ can$ cad",
    "Hong Kong dollars": "hk$ hkd",
    "New Zealand dollars": "nz$ nzd",
    "Singapore dollars": "s$ sg$ sgd",
    "Taiwan dollars": "nt$ tw$ twd ntd",
    "Brazilian reais": "r$ brl",
    "Mexican pesos": "mx$ mex$ mxn",
    "rupees": "₹ inr rs re",
    "won": "₩ krw won 원",
    "roubles": "₽ rub руб",
    "lira": "₺ try tl",
    "hryvnias": "₴ uah",
    "dong": "₫ vnd",
    "baht": "฿ thb",
    "shekels": "₪ ils nis",
    "złoty": "zł zl pln",
    "kronor or kroner": "kr sek nok dkk",
    "Czech crowns": "kč kc czk",
    "forints": "ft huf",
    "bitcoin": "₿ btc",
    "tether": "₮ usdt",
    "UAE dirhams": "aed",
    "rand": "zar",
}


def bare(word: str) -> str:
    """Write a currency word without what does not matter: US-Dollar, U.S. $, USD: and us dollar are one."""
    return re.sub(r"[\s.:\-]", "", word.casefold())


FOREIGN = {word: name for name, words in _FOREIGN.items() for word in (bare(name), *words.split())}
