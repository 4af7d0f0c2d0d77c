"""A page as a reader gets it: its words, in order."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

UNSEEN = ("script", "style", "template", "head")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.skipping += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self.skipping -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words += data.split()


def text_of(answer: HttpResponseBase) -> str:
    reader = _Words()
    reader.feed(body_of(answer).decode())
    return " ".join(reader.words)


def body_of(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer)
    assert isinstance(answer, HttpResponse)
    return answer.content
