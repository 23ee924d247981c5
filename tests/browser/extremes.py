"""More than a shop ever has: very many labels, and devices with malicious names."""

from drivers.base import Sighting
from edge.store import Transaction
from tests.console.floor import DAY, Floor, gtin, row


def multiply(floor: Floor, labels: int) -> None:
    """Very many more labels, all right but a few: written straight into the tables."""

    def work(tx: Transaction) -> None:
        tx.sql.execute("DELETE FROM binding WHERE device LIKE 'bulk-%'")
        for number in range(labels):
            device, item, state = (
                f"bulk-{number:05}",
                gtin(number % 4_000 + 1_000),
                "lost" if number % 3_000 == 1 else "ready",
            )
            panel = '{"width": 296, "height": 128, "inks": ["black", "white", "red"]}'
            tx.sql.execute(
                "INSERT INTO device (id, role, driver, panel, place, enrolled, state, state_at, seen_at, battery_mv)"
                " VALUES (?, 'label', 'ble', ?, ?, 1, ?, ?, ?, 2950)",
                (device, panel, f"Aisle {number // 400 + 1}, shelf {number % 5 + 1}", state, tx.now, tx.now),
            )
            wish = f'{{"item":"{item}","version":1}}'
            said = f'{{"item":"{item}","version":1,"digest":"{number:064}"}}'
            tx.sql.execute("INSERT INTO twin VALUES (?, ?, 1, ?, ?, 1, ?)", (device, wish, tx.now, said, tx.now))
            tx.sql.execute("INSERT INTO binding VALUES (?, ?, 'mara', ?)", (device, item, tx.now))
            if number < 4_000:
                tx.sql.execute(
                    "INSERT INTO price (item, version, name, minor, currency, per, effective_at, received_at, author,"
                    " phase, told, changed_at)"
                    " VALUES (?, 1, ?, 199, 'EUR', 'each', 0, 0, 'bulk', 'landed', 'landed', ?)",
                    (item, f"Item {number}", tx.now - DAY),
                )

    floor.do(work)
    floor.registry = type(floor.registry)(floor.store, floor.clock, 10 * DAY)


def hostile(floor: Floor) -> None:
    """Names that try to become markup, script or a spreadsheet formula."""
    bad = "<img src=x onerror=\"document.title='owned'\">"
    floor.see(Sighting("shelf-98", '"><script>1</script>', bad, "<b>m</b>", "{{1+1}}"), "label", "ble")
    floor.change([row(gtin(500), 100, f"{bad} ${{7*7}}")])
    floor.label("shelf-97", gtin(500), "</span><script>document.title='owned'</script>")
    floor.till("till-9", "=1+1 " + bad)
    floor.answer()
