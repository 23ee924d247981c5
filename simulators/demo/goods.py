"""What the simulated shop sells when no real price list is given."""

import csv
import random
from pathlib import Path

GOODS = (
    "Svježe mlijeko 3,2 % 1 L", "Čokolada s lješnjacima 100 g", "Ekstra djevičansko maslinovo ulje 0,75 L",
    "Kruh od cjelovitog žita 500 g", "Sir Gouda narezani 150 g", "Jogurt čvrsti 180 g", "Kava mljevena 250 g",
    "Mineralna voda gazirana 1,5 L", "Tjestenina Penne rigate 500 g", "Riža dugog zrna 1 kg", "Šećer bijeli 1 kg",
    "Brašno glatko tip 550 1 kg", "Paradajz pelati 400 g", "Ćevapčići miješani 480 g", "Žitarice s medom 375 g",
    "Sok od naranče 100 % 1 L", "绿茶 龙井 100 g", "酱油 生抽 500 ml", "大米 东北 1 kg", "方便面 牛肉味 120 g",
    "Đumbir svježi 200 g", "Jaja M 10 kom", "Maslac 250 g", "Deterdžent za rublje 2 L", "Toaletni papir 10/1",
)  # fmt: skip
WEIGHED = ("Jabuke Idared", "Krumpir mladi", "Mrkva", "Banane", "Rajčica", "Luk crveni")
"""Sold by the kilogram: every fortieth item."""
BRANDS = ("Podravka", "Vindija", "Kraš", "Zvijezda", "Dukat", "海天", "统一", "Domaće", "Jadran", "Slavonija")


def write_list(path: Path, items: int, seed: int) -> None:
    """Write a price list as a chain would publish it: name, barcode, quantity, unit, price and unit price, in euro."""
    source = random.Random(seed)  # noqa: S311  a shop window, no secret
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            [
                "Product",
                "ProductId",
                "Brand",
                "Quantity",
                "Unit",
                "Barcode",
                "Category",
                "Price",
                "UnitPrice",
                "SpecialPrice",
            ]
        )
        for number in range(items):
            by_weight = number % 40 == 20
            goods = WEIGHED[number // 40 % len(WEIGHED)] if by_weight else GOODS[number % len(GOODS)]
            name = f"{goods} {BRANDS[number // len(GOODS) % len(BRANDS)]}"
            minor = source.randrange(69, 1999)
            out.writerow(
                [name, f"{90_000_000 + number}", "", "", "kg" if by_weight else "kom",
                 _ean13(385_000_000_000 + number * 7), "Hrana",
                 f"{minor // 100}.{minor % 100:02}", "", ""]
            )  # fmt: skip


def _ean13(body: int) -> str:
    digits = f"{body:012}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
