"""Whatever a device, a driver or a desk says in English is said to a reader of another language in theirs."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.contract.templates import pattern_of
from cloud_sync.pages.i18n import Catalogue
from cloud_sync.pages.phrasebook import LONGEST, Phrasebook, phrasebook_of
from cloud_sync.pages.reasons import in_words
from drivers.bthome.advert import Trouble
from drivers.errors import Asleep, DeviceError, Misspoke, Refused, Unprintable, Unreachable
from drivers.serial.dialog06.frames import CODES
from edge.vision.capture import BROKEN, FILM_OVER
from edge.vision.crew import RESTARTS

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load("cloud_sync.pages", "edge.console")
OTHERS = sorted(CATALOGUE.languages.keys() - {"en"})


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SAID_BY = _listed("""
    Asleep Misspoke Refused Unprintable Unreachable lost misspoke odd
    BadAddressError DeniedError ElsewhereError NameNotFoundError OddError OddTextError UnreadableError WireError
    BadModelError Ended Misbehaved NoStill NotAsked StillMade _FloodError
    BadPicture BadPlan HTTPException MayNotUncover Untrusted ValueError refused
    CallFailed Conflict HqError NotAllowed NotFound TooOften Unreadable WrongPassword
""")
"""Calls whose texts end on a page."""
NAMES = {"why", "what", "_why", "_KEEPS_TRYING"}
"""Variables that hold such texts."""
RETURNS = _listed(
    "cloud_sync/link/calls.py cloud_sync/link/phase.py drivers/serial/escpos/talk.py edge/prices/checks.py"
)
"""Where functions return them."""
IN_A_TERMINAL = _listed("""
    drivers/bthome/driver.py drivers/bthome/options.py drivers/mqtt/options.py drivers/serial/options.py
    drivers/snmp/options.py edge/alarms/config.py edge/coldchain/config.py edge/commands.py edge/config.py
    edge/inspect/commands.py edge/vision/training edge/vision/supervisor.py:two cloud_sync/hq/listen.py
""")
"""Told to whoever writes the configuration or starts a command: nothing else runs then."""
REJECTS = ("cloud_sync/hq/price_csv.py", "cloud_sync/hq/csv_amounts.py")
"""Written into the file of rejected rows."""
TO_PROGRAMS = _listed("""
    drivers/serial/dialog06/frames.py drivers/serial/mt8217/frames.py edge/labels/digital_link.py edge/labels/picture.py
    edge/law/lexicon.py edge/store edge/vision/audit/told.py edge/vision/slot.py edge/vision/wire.py
    cloud_sync/contract/change.py:a cloud_sync/contract/change.py:prices cloud_sync/contract/change.py:the
    cloud_sync/contract/events.py cloud_sync/contract/goods.py
""")
"""Nobody but a program, a log or a test hears these."""
BY_ANOTHER_CODE = ("drivers/payment", "edge/lane/", "edge/console/api_readings.py")
"""Pages say these by a code of their own: a lane's parts, why a photo cannot be read."""
OF_THE_SYSTEM = re.compile(r"\[Errno|could not open port|^[A-Z][a-z/]+( [a-z]+){1,8}$|^timed out$|Too many open files")
"""The operating system's words and libraries', which no line here says."""
PUT_TOGETHER = re.compile(r"{order} is|coupon {coupon}|{why} \(said|{process} died")
"""Texts of which one half is made in another place."""


def texts_in(path: Path) -> Iterator[str]:
    """Texts that may end on a page, their values made up."""
    returns = path.relative_to(ROOT).as_posix() in RETURNS
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords) if (
                name in SAID_BY
            ):
                for one in (*args, *(keyword.value for keyword in keywords)):
                    yield from _sample(one)
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value) if name in NAMES:
                yield from _sample(value)
            case ast.Return(value=ast.Tuple(elts=values)) if returns:
                for one in values:
                    yield from _sample(one)
            case ast.Return(value=ast.expr() as value) if returns:
                yield from _sample(value)


def _sample(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if " " in text:
            yield text
        case ast.BoolOp(values=values):
            for one in values:
                yield from _sample(one)
        case ast.BinOp(left=left, right=right):
            yield from _sample(left)
            yield from _sample(right)
        case ast.JoinedStr(values=parts):
            made = "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"<{n}>" for n, part in enumerate(parts)
            )
            if re.search(r"[a-z] [a-z]", made):
                yield made


@cache
def spoken() -> tuple[tuple[str, str], ...]:
    """Where, and what: of all modules whose words pages show."""
    apart = (*IN_A_TERMINAL, *REJECTS, *TO_PROGRAMS, *BY_ANOTHER_CODE)
    found = []
    for folder in ("drivers", "edge", "cloud_sync/contract", "cloud_sync/hq", "cloud_sync/link"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            found += [(place, text) for text in texts_in(path) if not f"{place}:{text}".startswith(apart)]
    errors: list[type[DeviceError]] = [Asleep, Misspoke, Refused, Unprintable, Unreachable]
    found += [("what happens now", error.what_now) for error in errors]
    found += [("what happens now", text) for text in (BROKEN, FILM_OVER, RESTARTS)]
    found += [("a sensor", str(trouble)) for trouble in Trouble]
    found += [("a scale", f"it says: {why}") for balance, why in CODES.values() if balance is None]
    return tuple(found)


@cache
def written() -> frozenset[str]:
    """Every text in the sources, their values made up."""
    found = set[str]()
    for folder in ("drivers", "edge", "cloud_sync"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    found.update(_sample(node))
    return frozenset(found)


def sentences(text: str) -> list[str]:
    """Without their full stops; none for what is a value alone."""
    apart = re.split(r"(?<=[.?]) +(?=[A-Z0-9<])", text.strip())
    return [one.removesuffix(".") for one in apart if re.search("[a-z]", one)]


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_known(language: str) -> None:
    book = phrasebook_of(language)
    assert len(spoken()) > 300
    assert [(where, one) for where, text in spoken() for one in sentences(text) if book.said(one) == one] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_phrase_is_for_what_nobody_says(language: str) -> None:
    made = {one for text in written() for one in (text, *sentences(text))}
    forms = [re.compile(re.sub("<[0-9]+>", ".+", re.escape(one))) for one in made if "<" in one]

    def is_said(english: str) -> bool:
        phrase = pattern_of(english)
        return english in made or any(map(phrase.fullmatch, made)) or any(form.fullmatch(english) for form in forms)

    apart = (OF_THE_SYSTEM.search, PUT_TOGETHER.match)
    assert [one for one in phrases(language) if not any(known(one) for known in apart) and not is_said(one)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_phrase_keeps_what_the_text_names(language: str) -> None:
    for english, own in phrases(language).items():
        named, kept = (set(re.findall(r"{(\w+)}", one)) for one in (english, own))
        assert kept <= named, english
        assert kept == named or OF_THE_SYSTEM.search(english), english


@given(st.text(max_size=60), st.sampled_from(OTHERS))
@settings(max_examples=100)
def test_any_text_can_be_said(text: str, language: str) -> None:
    assert phrasebook_of(language).said(f"{text}: the stream ended. {text}.")


def test_what_nobody_here_wrote_stays_as_it_is() -> None:
    book = phrasebook_of("zh")
    for text in ("E-4711 fuser", "", "x" * (LONGEST + 1), "the camera said: nonsense"):
        assert book.said(text) == text
    assert Phrasebook.of({}).said("the stream ended") == "the stream ended"


def test_a_manager_reads_what_is_wrong_in_chinese() -> None:
    def zh(why: str) -> str:
        return in_words(why, CATALOGUE.words("zh"), str)

    camera = "http://10.0.0.7:80/live: [Errno 111] Connection refused. " + Unreachable.what_now
    assert zh(camera) == "http://10.0.0.7:80/live：连接被拒绝。Aisle 会继续尝试。若一直如此，请检查供电、电池和距离。"
    assert zh("/dev/scale cannot be opened: [Errno 13] Permission denied") == "无法打开 /dev/scale：没有权限"
    assert zh(Misspoke("scale-1", "its answer cannot be read", b"\x01\x02").why) == "它的应答无法读取（收到：01 02）"
    assert zh("it cannot be accepted (too-warm, expired); sign it as held").startswith("不能验收（温度过高、已过期）")
    line = "Head office at hq.example cannot answer now (503: busy). Events wait here and Aisle keeps trying."
    assert zh(line) == "总部 hq.example 目前无法应答（503: busy）。数据在此等待，Aisle 会继续尝试。"
    label = "label-4: the label was last heard 40 s ago. " + Asleep.what_now
    assert zh(label) == "label-4：该价签最近一次信号在 40 秒前。Aisle 会等到设备唤醒。"
    assert zh("its cover is loose. " + Refused.what_now).startswith("its cover is loose. Aisle 不再尝试。")
    assert in_words(camera, CATALOGUE.words("en"), str) == camera


def phrases(language: str) -> dict[str, str]:
    """The file."""
    file = ROOT / "cloud_sync" / "pages" / "phrases" / f"{language}.json"
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return loaded
