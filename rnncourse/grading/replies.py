"""What a kernel's replies say; nothing in them is trusted."""

from typing import Any

from rnncourse.checks.calls import ANSWER, Outcome, outcome_from_text
from rnncourse.checks.marking import UNREADABLE
from rnncourse.checks.values import printable
from rnncourse.errors import CourseError

MAX_ANSWER = 64 * 2**20
"""Characters of an answer that is read."""


def asks_to_exit(content: dict[str, Any]) -> bool:
    """Return whether a reply says that the kernel is about to end: exit() or quit()."""
    payload = content.get("payload") or []
    return any(isinstance(item, dict) and item.get("source") == "ask_exit" for item in payload)


def read_reply(content: dict[str, Any]) -> Outcome:
    """Return the outcome in a reply; whatever else it holds is an outcome too."""
    answer = content.get("user_expressions", {}).get("answer", {})
    if answer.get("status") != "ok":
        name, text = str(answer.get("ename", "Error")), str(answer.get("evalue", ""))
        return Outcome(raised=printable(name[:80]), message=printable(text[:300]))
    text = answer.get("data", {}).get(ANSWER)
    if not isinstance(text, str):
        return Outcome(raised=UNREADABLE, message="The function gave no answer.")
    if len(text) > MAX_ANSWER:
        limit = MAX_ANSWER // 2**20
        return Outcome(raised=UNREADABLE, message=f"The answer is larger than {limit} MB.")
    try:
        return outcome_from_text(text)
    except CourseError as error:
        return Outcome(raised=UNREADABLE, message=f"The answer could not be read: {error}")
