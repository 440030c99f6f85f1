"""What browsers did on each page, as a table below the tests that measured it."""

from collections import defaultdict

COLUMNS = ("requests", "  MB", "load s", "first run s", "first run MB", "errors", "foreign", "axe")


def rows_of(reports):
    """Return what tests noted under "browser": values by column, by page."""
    rows = defaultdict(dict)
    for report in reports:
        for name, noted in getattr(report, "user_properties", ()):
            if name == "browser":
                rows[noted["page"]].update(noted)
    return rows


def table(reports):
    """Return the lines of the table; none, if no test noted anything."""
    rows = rows_of(reports)
    if not rows:
        return []
    width = max(map(len, ["page", *rows]))
    head = "  ".join([f"{'page':{width}}", *COLUMNS])
    return [head, *(line(page, rows[page], width) for page in sorted(rows))]


def line(page, values, width):
    """Return the line of one page; what was not measured stays empty."""
    cells = [values.get(column.strip(), "") for column in COLUMNS]
    texts = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
    aligned = [f"{text:>{len(column)}}" for text, column in zip(texts, COLUMNS, strict=True)]
    return "  ".join([f"{page:{width}}", *aligned])
