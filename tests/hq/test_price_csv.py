"""The importer: every row lands or is rejected with its line and a reason, whatever the file holds."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.item import gtin14, internal_item, is_internal
from cloud_sync.hq.csv_amounts import decimal_mark, exact_minor, rounded_minor
from cloud_sync.hq.price_csv import PriceImport, Unreadable, read_prices, rejects_csv

HEADER = "Product,ProductId,Quantity,Unit,Barcode,Price,UnitPrice,SpecialPrice,BestPrice30\n"
GOOD = "3850334043641"
LISTS = Path(__file__).parents[2].parent / "shared" / "data" / "pricelists"


def read(*lines: str, header: str = HEADER) -> PriceImport:
    return read_prices((header + "".join(f"{line}\n" for line in lines)).encode())


def only(*lines: str, header: str = HEADER) -> tuple[str, str]:
    """The single reject's reason and the single landing's note, "" where there is none."""
    done = read(*lines, header=header)
    reasons, notes = [r.reason for r in done.rejects], [r.note for r in done.rows]
    assert len(reasons) + len(notes) == len(lines) == 1
    return (reasons or [""])[0], (notes or [""])[0]


def test_a_plain_row() -> None:
    done = read(f"BUDDY  MP MINI PIL 300G ,907,0.30 kg,ko,{GOOD},0.99,3.3,,")
    (landing,) = done.rows
    assert landing.line == 2
    assert landing.row.model_dump() == {
        "item": gtin14(GOOD), "name": "BUDDY MP MINI PIL 300G", "minor": 99, "currency": "EUR", "per": "each",
        "unit_minor": 330, "unit": "kg", "was_minor": None, "content": 300, "content_within": 5, "override": None,
        "member_minor": None,
    }  # fmt: skip


def test_no_barcode_or_a_wrong_one_goes_by_the_own_number_with_a_note() -> None:
    for barcode in ("", "3850334043642", "12345", "3.85E+12"):
        done = read(f"Kruh,1605116,1.00 ko,ko,{barcode},1.29,1.29,,")
        assert done.rows[0].row.item == internal_item("1605116")
        assert is_internal(done.rows[0].row.item)
        assert "own number 1605116" in done.rows[0].note
    assert "no item number" in only("Kruh,,1.00 ko,ko,,1.29,,,")[0]
    assert "item number" in only("Kruh,A-7,1.00 ko,ko,,1.29,,,")[0]


@pytest.mark.parametrize(
    ("price", "special", "best", "minor", "was"),
    [
        ("", "3.59", "5.89", 359, 589),
        ("", "3.59", "3.59", 359, None),
        ("", "3.59", "3.00", 359, None),
        ("4.99", "3.59", "", 359, 499),
        ("4.99", "3.59", "4.10", 359, 410),
        ("4.99", "3.59", "3.20", 359, None),
        ("4.99", "", "3.20", 499, None),
    ],
)
def test_a_special_price_is_the_price_and_was_only_what_it_may_be_compared_with(
    price: str, special: str, best: str, minor: int, was: int | None
) -> None:
    landing = read(f"X,1,,ko,{GOOD},{price},,{special},{best}").rows[0]
    assert (landing.row.minor, landing.row.was_minor) == (minor, was)


def test_sold_by_weight() -> None:
    assert read(f"Sir,1,1.00 kg,kg,{GOOD},12.95,12.95,,").rows[0].row.per == "kg"
    assert "differ" in only(f"Sir 2600 g,1,2.60 kg,kg,{GOOD},8.99,3.46,,")[0]


def test_the_same_item_twice() -> None:
    row = f"Mlijeko,1,1.00 l,ko,{GOOD},1.29,1.29,,"
    done = read(row, row, row)
    assert [landing.line for landing in done.rows] == [2]
    assert [(r.line, r.reason) for r in done.rejects] == [(3, "duplicate of line 2"), (4, "duplicate of line 2")]
    other = row.replace("1.29,1.29", "1.39,1.39")
    done = read(row, other)
    assert done.rows == ()
    assert [r.line for r in done.rejects] == [2, 3]
    assert all("lines 2, 3" in r.reason for r in done.rejects)


@pytest.mark.parametrize("price", ["abc", "-1", "0", "1e5", "1.2.3", "1,2,3", "٣", "4.589", "9" * 20, "1 2x", "NaN"])
def test_weird_prices_are_rejected_with_a_reason(price: str) -> None:
    assert only(f'X,1,,ko,{GOOD},"{price}",,,')[0]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x07b", "\u202e"])
def test_names_that_cannot_be_shown_are_rejected(name: str) -> None:
    assert only(f"{name},1,,ko,{GOOD},1,,,")[0]


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [("3,30", ",", 330), ("1.234,5", ",", 123450), ("1,234.50", ".", 123450), ("€ 3.30", ".", 330),
     ("3.30 EUR", ".", 330), ("4.5900", ".", 459), ("12", ",", 1200), ("1 234,50", ",", 123450)],
)  # fmt: skip
def test_amounts(text: str, mark: str, minor: int) -> None:
    assert exact_minor(text, "," if mark == "," else ".", "EUR") == minor


def test_a_unit_price_rounds_and_a_price_never_does() -> None:
    assert rounded_minor("3.335", ".", "EUR") == 334
    with pytest.raises(ValueError, match="parts of a cent"):
        exact_minor("3.335", ".", "EUR")
    assert exact_minor("120", ".", "JPY") == 120


def test_a_file_with_decimal_commas_is_read_as_such() -> None:
    assert decimal_mark(["3,30", "1.234,00", "7"]) == ","
    assert decimal_mark(["4.589", "1.20"]) == "."
    text = "Naziv;Šifra;Barkod;Maloprodajna cijena\nKruh;7;;1,29\nTV;8;;1.234,00\n"
    for data in (text.encode(), text.encode("windows-1250"), text.encode("utf-8-sig"), text.encode("utf-16")):
        done = read_prices(data)
        assert [landing.row.minor for landing in done.rows] == [129, 123400]


def test_a_person_may_map_columns() -> None:
    data = b"What;Costs;Key\nKruh;1,29;7\n"
    with pytest.raises(Unreadable, match="name"):
        read_prices(data)
    done = read_prices(data, mapping={"name": "what", "price": "Costs", "number": "Key"})
    assert done.rows[0].row.minor == 129
    with pytest.raises(Unreadable, match="Kosts"):
        read_prices(data, mapping={"price": "Kosts"})


def test_a_broken_quote_costs_one_row_and_a_quoted_line_break_none() -> None:
    done = read(f'"OPEN,1,,ko,{GOOD},1,,,', "Kruh,2,,ko,,1.29,,,", '"TWO\nLINES",3,,ko,,2.29,,,', 'A "B" C,4,,ko,,3,,,',
                '"A"x,5,,ko,,3,,,')  # fmt: skip
    assert [(landing.line, landing.row.name) for landing in done.rows] == [
        (3, "Kruh"),
        (4, "TWO LINES"),
        (6, 'A "B" C'),
    ]
    assert [reject.line for reject in done.rejects] == [2, 7]


def test_bytes_that_are_no_text_cost_their_own_row() -> None:
    data = (HEADER + "Čaj,1,,ko,,1,,,\nŠećer,2,,ko,,1,,,\n").encode() + b"\xffX,3,,ko,,1,,,\nA\0B,4,,ko,,1,,,\n"
    done = read_prices(data)
    assert [landing.row.name for landing in done.rows] == ["Čaj", "Šećer"]
    assert [reject.line for reject in done.rejects] == [4, 5]


def test_too_many_or_too_few_columns() -> None:
    assert "columns" in only(f"X,1,,ko,{GOOD},1,,,,extra")[0]
    assert "columns" in only(f"X,1,,ko,{GOOD}")[0]


def test_the_rejects_file_cannot_run_formulas() -> None:
    done = read('=HYPERLINK("x"),1,,ko,,no,,,', "+1,2,,ko,,no,,,", "  @x,3,,ko,,no,,,", "\t=x,4,,ko,,-5,,,")
    cells = [cell for line in csv.reader(io.StringIO(rejects_csv(done))) for cell in line]
    assert len(done.rejects) == 4
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in tuple("=+-@\t\r")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe", b"only one column\n1\n", b'"open header\n'])
def test_a_file_that_is_no_price_list_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_prices(data)


@given(st.binary(max_size=400))
def test_random_bytes_never_crash(data: bytes) -> None:
    for head in (b"", HEADER.encode()):
        try:
            done = read_prices(head + data)
        except Unreadable:
            continue
        rejects_csv(done).encode()
        assert done.total == len(done.rows) + len(done.rejects)


cell = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\0'), max_size=12)
amount = st.sampled_from(["1.29", "0", "-1", "", "4.589", "2", "12,5"]) | cell
record = st.tuples(cell, st.sampled_from(["1", "2", ""]), cell, st.sampled_from(["ko", "kg", ""]),
                   st.sampled_from([GOOD, "", "38503"]), amount, amount, amount, amount)  # fmt: skip


@given(st.lists(record, max_size=12))
def test_every_row_lands_or_is_rejected_on_its_own_line(records: list[tuple[str, ...]]) -> None:
    done = read(*(",".join(fields) for fields in records))
    seen = [landing.line for landing in done.rows] + [reject.line for reject in done.rejects]
    assert sorted(seen) == list(range(2, len(records) + 2))
    assert all(reject.reason for reject in done.rejects)
    assert len({landing.row.item for landing in done.rows}) == len(done.rows)


@pytest.mark.skipif(not LISTS.is_dir(), reason="the real price lists are not here (../shared/data/pricelists)")
@pytest.mark.parametrize(
    ("store", "rows", "rejected", "without_barcode", "promotions"),
    [("0204", 10_950, [], 158, 497), ("0530", 11_470, [5070, 9637], 176, 541), ("1601", 5_984, [], 143, 83)],
)
def test_the_real_lists(store: str, rows: int, rejected: list[int], without_barcode: int, promotions: int) -> None:
    done = read_prices((LISTS / f"{store}.csv").read_bytes())
    assert done.total == rows
    assert [reject.line for reject in done.rejects] == rejected
    assert sum(is_internal(landing.row.item) for landing in done.rows) == without_barcode
    assert sum(landing.row.was_minor is not None for landing in done.rows) == promotions


@pytest.mark.parametrize(
    ("quantity", "content", "within"),
    [
        ("0.30 kg", 300, 5),
        ("0.405 kg", 405, 1),
        ("1 l", 1000, 0),
        ("1.5 l", 1500, 50),
        ("0.01 kg", 10, 10),  # what a 4.8 g stick is listed as
        ("0.00 kg", None, 0),
        ("40.00 ko", 40, 0),  # pieces are counted
        ("2.50 ko", 3, 1),
        ("1.2.3 kg", None, 0),
        ("99999999999 kg", None, 0),
    ],
)
def test_the_content_comes_with_what_it_may_be_rounded_by(quantity: str, content: int | None, within: int) -> None:
    row = read(f"X,1,{quantity},ko,{GOOD},0.99,3.3,,").rows[0].row
    assert (row.content, row.content_within) == (content, within)


def test_no_unit_price_no_content_and_a_name_that_answers_for_a_word() -> None:
    row = read(f"X,1,0.30 kg,ko,{GOOD},0.99,,,,Mara", header=HEADER.replace("\n", ",Override\n")).rows[0].row
    assert (row.content, row.unit, row.override) == (None, None, "Mara")
