"""`yimi locate`: places of a stream of messages, one JSON line each."""

from __future__ import annotations

import json
from typing import TextIO

from nlu.places.gazetteer import Gazetteer


def locate_lines(stream_in: TextIO, stream_out: TextIO, stream_err: TextIO, gazetteer: Gazetteer | None = None) -> int:
    """Write {"id","status","code","village_code","candidates"} for every line of `stream_in`; return the exit code.

    A line is JSON {"id","text"} or plain text (its id is the line number); empty lines are skipped. A line that begins
    like JSON but is not such an object is reported on `stream_err` with its number, the rest is still processed, and
    the exit code is 2 then, else 0.
    """
    gazetteer = gazetteer or Gazetteer.load()
    bad = 0
    for number, line in enumerate(stream_in, 1):
        line = line.strip().lstrip("\ufeff")
        if not line:
            continue
        identifier: object = number
        text: object = line
        if line.startswith("{"):
            try:
                record = json.loads(line)
                identifier, text = record.get("id", number), record["text"]
                if not isinstance(text, str):
                    raise ValueError("“text” is not a string")
            except KeyError:
                bad = _report(stream_err, number, "没有 text 字段")
                continue
            except ValueError as error:
                bad = _report(stream_err, number, f"不是有效的 JSON 行({error})")
                continue
        place = gazetteer.locate(str(text))
        answer = {
            "id": identifier,
            "status": place.status,
            "code": place.code,
            "village_code": place.village_code,
            "candidates": list(place.candidates),
        }
        stream_out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return bad


def _report(stream_err: TextIO, number: int, reason: str) -> int:
    stream_err.write(f"第 {number} 行：{reason}\n")
    return 2
