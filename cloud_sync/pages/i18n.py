"""Words on the screen: one catalogue of messages, a JSON file per language, a choice per browser."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

COOKIE = "aisle_language"
FALLBACK = "en"
_LOCAL_PATH = re.compile(r"/(?:[^/\\\s][^\\\s]*)?")


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one language. Call it: `t("ago.minutes", count=3)`."""

    language: str
    messages: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The message with its {names} filled in. A key that no catalogue has is shown as it is."""
        return self.messages.get(key, key).format_map(values)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Messages of several packages together, per language."""

    languages: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, *packages: str) -> "Catalogue":
        """Read `messages/<language>.json` of each package; a later package may replace a message."""
        found: dict[str, dict[str, str]] = {}
        for package in packages:
            for file in sorted(files(package).joinpath("messages").iterdir(), key=lambda file: file.name):
                if file.name.endswith(".json"):
                    messages = json.loads(file.read_text(encoding="utf-8"))
                    found.setdefault(file.name.removesuffix(".json"), {}).update(messages)
        return cls(found)

    def words(self, language: str) -> Words:
        """The words of a language; what it lacks comes from English."""
        chosen = language if language in self.languages else FALLBACK
        return Words(chosen, {**self.languages.get(FALLBACK, {}), **self.languages[chosen]})

    def name(self, language: str) -> str:
        """What a language calls itself."""
        return self.languages[language].get("language.name", language)

    def missing(self) -> list[str]:
        """Keys that some language lacks or fills in differently, as "language: key"; none in a good one."""
        keys = {key for messages in self.languages.values() for key in messages}
        first = self.languages[FALLBACK]
        return sorted(
            f"{language}: {key}"
            for language, messages in self.languages.items()
            for key in keys
            if key not in messages or _holes(messages[key]) != _holes(first.get(key, ""))
        )

    def of_request(self, request: Request) -> Words:
        """The language that this browser chose, else the first one it asks for that exists, else English."""
        asked = [request.cookies.get(COOKIE, "")]
        asked += [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")[:20]]
        for tag in asked:
            for language in (tag, tag.split("-")[0].lower()):
                if language in self.languages:
                    return self.words(language)
        return self.words(FALLBACK)


def language_router(catalogue: Catalogue) -> APIRouter:
    """GET /language/{code}?to=/path remembers the choice in a cookie and goes back to the page."""
    router = APIRouter()

    @router.get("/language/{code}", include_in_schema=False)
    def choose(code: str, to: str = "/") -> RedirectResponse:
        answer = RedirectResponse(to if _LOCAL_PATH.fullmatch(to) else "/", status_code=303)
        if code in catalogue.languages:
            answer.set_cookie(COOKIE, code, max_age=365 * 86_400, samesite="lax", httponly=True)
        return answer

    return router


def _holes(message: str) -> frozenset[str]:
    return frozenset(re.findall(r"{(\w+)", message))
