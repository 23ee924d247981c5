"""What power supplies, printers, sensors and hosts say: RFC 1628, 3805, 3433 and 2790."""

from drivers.base import Measure
from drivers.snmp.rows import MIB2, Oid, Rows

MOST = 64
"""Supplies, trays, sensors or disks of one device."""

UPS: Oid = (*MIB2, 33, 1)
UPS_BATTERY, UPS_ON_BATTERY, UPS_MINUTES = (*UPS, 2, 1, 0), (*UPS, 2, 2, 0), (*UPS, 2, 3, 0)
UPS_CHARGE, UPS_VOLTS, UPS_SOURCE, UPS_ALARMS = (*UPS, 2, 4, 0), (*UPS, 2, 5, 0), (*UPS, 4, 1, 0), (*UPS, 6, 1, 0)
UPS_LOAD: Oid = (*UPS, 4, 4, 1, 5)
UPS_SINGLE = (UPS_BATTERY, UPS_ON_BATTERY, UPS_MINUTES, UPS_CHARGE, UPS_VOLTS, UPS_SOURCE, UPS_ALARMS)
SOURCES = {1: "other", 2: "none", 3: "mains", 4: "bypass", 5: "battery", 6: "booster", 7: "reducer"}
BATTERIES = {1: "unknown", 2: "normal", 3: "low", 4: "depleted"}

PRINTER, ERRORS = (*MIB2, 25, 3, 5, 1, 1), (*MIB2, 25, 3, 5, 1, 2)
TRAY_MOST, TRAY = (*MIB2, 43, 8, 2, 1, 9), (*MIB2, 43, 8, 2, 1, 10)
SUPPLY_NAME, SUPPLY_MOST, SUPPLY = (*MIB2, 43, 11, 1, 1, 6), (*MIB2, 43, 11, 1, 1, 8), (*MIB2, 43, 11, 1, 1, 9)
PRINTING: tuple[Oid, ...] = (PRINTER, ERRORS, TRAY_MOST, TRAY, SUPPLY_NAME, SUPPLY_MOST, SUPPLY)
PRINTERS = {1: "other", 2: "unknown", 3: "idle", 4: "printing", 5: "warming up"}
FAULTS = (
    "low paper", "no paper", "low toner", "no toner", "door open", "jammed", "off line", "service requested",
    "input tray missing", "output tray missing", "marker supply missing", "output near full", "output full",
    "input tray empty", "overdue maintenance",
)  # fmt: skip
"""hrPrinterDetectedErrorState, from bit 0 on: the most significant bit of the first byte (RFC 2790)."""
SOME_LEFT = -3
"""prtMarkerSuppliesLevel and prtInputCurrentLevel: some, but nobody knows how much. -2: nothing is known."""

SENSOR: Oid = (*MIB2, 99, 1, 1, 1)
SENSOR_KIND, SENSOR_SCALE, SENSOR_DIGITS = (*SENSOR, 1), (*SENSOR, 2), (*SENSOR, 3)
SENSOR_VALUE, SENSOR_STATUS, SENSOR_NAME = (*SENSOR, 4), (*SENSOR, 5), (*MIB2, 47, 1, 1, 1, 1, 7)
SENSING: tuple[Oid, ...] = (SENSOR_KIND, SENSOR_SCALE, SENSOR_DIGITS, SENSOR_VALUE, SENSOR_STATUS)
SENSOR_UNITS = {3: "mV", 4: "mV", 5: "mA", 6: "mW", 7: "mHz", 8: "m°C", 9: "m%", 10: "mrpm", 12: ""}
"""EntitySensorDataType → our unit, a thousandth of theirs."""
NO_SCALE, OK, FAR = 9, 1, 10**12

DISK_KIND, DISK_NAME = (*MIB2, 25, 2, 3, 1, 2), (*MIB2, 25, 2, 3, 1, 3)
DISK_SIZE, DISK_USED, LOAD = (*MIB2, 25, 2, 3, 1, 5), (*MIB2, 25, 2, 3, 1, 6), (*MIB2, 25, 3, 3, 1, 2)
HOST: tuple[Oid, ...] = (DISK_KIND, DISK_NAME, DISK_SIZE, DISK_USED, LOAD)
FIXED_DISK: Oid = (*MIB2, 25, 2, 1, 4)


def read_ups(rows: Rows) -> list[Measure]:
    """Where the power comes from, and how long it lasts. Nothing when the device is no power supply."""
    source = rows.number(UPS_SOURCE)
    if source is None:
        return []
    made = [Measure("ups.source", SOURCES.get(source, "unknown"))]
    if (battery := rows.number(UPS_BATTERY)) is not None:
        made.append(Measure("ups.battery", BATTERIES.get(battery, "unknown")))
    for name, words, unit in (
        (UPS_ON_BATTERY, "ups.on-battery", "s"), (UPS_MINUTES, "ups.minutes", "min"), (UPS_CHARGE, "ups.charge", "%"),
        (UPS_VOLTS, "ups.voltage", "dV"), (UPS_ALARMS, "ups.alarms", ""),
    ):  # fmt: skip
        if (value := rows.number(name)) is not None:
            made.append(Measure(words, value, unit))
    loads = [load for index in rows.indices(UPS_LOAD) if (load := rows.number((*UPS_LOAD, *index))) is not None]
    if loads:
        made.append(Measure("ups.load", max(loads), "%"))
    return made


def printer_faults(octets: bytes) -> tuple[str, ...]:
    """The faults in hrPrinterDetectedErrorState: no, one or two bytes, the first bit the most significant one."""
    bits = "".join(f"{byte:08b}" for byte in octets[:2])
    return tuple(fault for fault, bit in zip(FAULTS, bits, strict=False) if bit == "1")


def read_printer(rows: Rows) -> list[Measure]:
    """State, faults, paper and toner."""
    made = []
    for index in list(rows.indices(PRINTER))[:1]:
        made.append(Measure("printer.state", PRINTERS.get(rows.number((*PRINTER, *index)) or 0, "unknown")))
        made.append(Measure("printer.faults", ", ".join(printer_faults(rows.octets((*ERRORS, *index)) or b""))))
    for column, most, kind in ((TRAY, TRAY_MOST, "tray"), (SUPPLY, SUPPLY_MOST, "supply")):
        for index in list(rows.indices(column))[:MOST]:
            level = _level(rows.number((*column, *index)), rows.number((*most, *index)))
            made.append(Measure(f"{kind}.{index[-1]}.level", level, "%" if isinstance(level, int) else ""))
            if kind == "supply" and (name := rows.words((*SUPPLY_NAME, *index))):
                made.append(Measure(f"supply.{index[-1]}.name", name))
    return made


def _level(now: int | None, most: int | None) -> int | str:
    """Per cent, or the word for what a device says instead."""
    if now is None or now < 0:
        return "some" if now == SOME_LEFT else "unknown"
    return min(100, now * 100 // most) if most is not None and most > 0 else "unknown"


def read_sensors(rows: Rows) -> list[Measure]:
    """Each sensor in thousandths of its unit. One that is not well says so instead of a value."""
    made = []
    for index in list(rows.indices(SENSOR_VALUE))[:MOST]:
        number = index[-1]
        if name := rows.words((*SENSOR_NAME, *index)):
            made.append(Measure(f"sensor.{number}.name", name))
        unit = SENSOR_UNITS.get(rows.number((*SENSOR_KIND, *index)) or 0)
        value = rows.number((*SENSOR_VALUE, *index))
        status = rows.number((*SENSOR_STATUS, *index))
        if status != OK or unit is None or value is None:
            made.append(Measure(f"sensor.{number}.state", "no value"))
            continue
        scale = rows.number((*SENSOR_SCALE, *index))
        made.append(Measure(f"sensor.{number}.state", "ok"))
        digits = rows.number((*SENSOR_DIGITS, *index)) or 0
        made.append(
            Measure(f"sensor.{number}.value", thousandths(value, NO_SCALE if scale is None else scale, digits), unit)
        )
    return made


def thousandths(value: int, scale: int, digits: int) -> int:
    """A sensor's figure in thousandths of the plain unit. `scale`: 9 is none, each step up or down a factor of 1,000.

    `digits`: how many of the figure's digits stand behind the point (negative: how many are not significant).
    """
    power = (min(max(scale, 1), 17) - NO_SCALE) * 3 - (max(0, digits)) + 3
    exact = value * int(10**power) if power >= 0 else round(value / 10**-power)
    return min(max(exact, -FAR), FAR)


def read_host(rows: Rows) -> list[Measure]:
    """How full the disks are, and how busy the processor."""
    made = []
    disks = [index for index in rows.indices(DISK_SIZE) if rows.found.get((*DISK_KIND, *index)) == FIXED_DISK]
    for index in disks[:MOST]:
        size, used = rows.number((*DISK_SIZE, *index)), rows.number((*DISK_USED, *index))
        if size and used is not None and 0 <= used <= size:
            made.append(Measure(f"disk.{index[-1]}.name", rows.words((*DISK_NAME, *index))))
            made.append(Measure(f"disk.{index[-1]}.used", used * 100 // size, "%"))
    loads = [load for index in rows.indices(LOAD) if (load := rows.number((*LOAD, *index))) is not None]
    if loads:
        made.append(Measure("host.load", sum(loads) // len(loads), "%"))
    return made
