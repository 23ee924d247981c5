"""Which column of a price file means what: by the names that chains use, or as a person maps them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloud_sync.hq.csv_records import Unreadable

_NAMES = {
    "name": """product productname name item itemname description title naziv nazivproizvoda nazivartikla
        proizvod bezeichnung artikelbezeichnung 品名 商品名称 名称""",
    "number": """productid itemid itemnumber itemno number sku id plu code articlenumber sifra sifraproizvoda
        sifraartikla artikelnummer 编码 货号 商品编码""",
    "barcode": "barcode ean ean13 gtin upc barkod 条码 商品条码",
    "price": """price regularprice retailprice sellingprice cijena maloprodajnacijena mpc preis verkaufspreis
        价格 售价 零售价""",
    "special": """specialprice saleprice promoprice promotionprice offerprice akcijskacijena akcija
        mpczavrijemeposebnogoblikaprodaje posebnacijena aktionspreis 促销价 特价""",
    "member": """memberprice memberspecial loyaltyprice clubprice clanskacijena cijenazaclanove mitgliederpreis
        会员价""",
    "best30": """bestprice30 lowestprice30 lowestprice30days lowest30 najnizacijena30 najnizacijenau30dana
        najnizacijenauposljednjih30dana niedrigsterpreis30tage 30天最低价""",
    "quantity": "quantity netquantity content size kolicina netokolicina inhalt 规格 净含量",
    "unit": "unit salesunit unitofmeasure uom jedinica jedinicamjere einheit 单位",
    "unit_price": """unitprice priceperunit cijenazajedinicumjere cijenapojedinici grundpreis 单价
        单位价格""",
    "override": "override answersfor odgovara odgovornaosoba verantwortlich 责任人",
    "currency": "currency valuta wahrung 币种 货币",
}
FIELDS: dict[str, tuple[str, ...]] = {field: tuple(names.split()) for field, names in _NAMES.items()}
"""Field → header names that mean it, in the spelling of `_plain`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Place of each field in a record; a field that the file does not have is absent."""

    places: Mapping[str, int]

    def get(self, fields: Sequence[str], name: str) -> str:
        """The stripped text of a field, or "" where the file has no such column."""
        place = self.places.get(name)
        return "" if place is None else fields[place].strip()


def find_columns(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> Columns:
    """Match header names to fields; `mapping` (field → header name) comes first. Raises Unreadable."""
    places: dict[str, int] = {}
    plain = [_plain(name) for name in header]
    for field, wanted in (mapping or {}).items():
        if field not in FIELDS:
            raise Unreadable(f"{field!r} is not a field; there are: {', '.join(FIELDS)}")
        if _plain(wanted) not in plain:
            raise Unreadable(f"no column is called {wanted!r}; the file has: {', '.join(header)[:300]}")
        places[field] = plain.index(_plain(wanted))
    for field, names in FIELDS.items():
        if field not in places:
            found = [place for name in names for place, have in enumerate(plain) if have == name]
            free = [place for place in found if place not in places.values()]
            if free:
                places[field] = free[0]
    _require(places, header)
    return Columns(places)


def _require(places: Mapping[str, int], header: Sequence[str]) -> None:
    have = f"the file has: {', '.join(header)[:300]}"
    if "name" not in places:
        raise Unreadable(f"no column holds the item's name; map one with name=…; {have}")
    if "price" not in places and "special" not in places:
        raise Unreadable(f"no column holds a price; map one with price=…; {have}")
    if "barcode" not in places and "number" not in places:
        raise Unreadable(f"no column holds a barcode or an item number; map one with barcode=… or number=…; {have}")


def _plain(name: str) -> str:
    """A header name without case, diacritics, spaces and signs."""
    spread = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).casefold()
    return re.sub(r"[\W_]", "", "".join(sign for sign in spread if not unicodedata.combining(sign)))
