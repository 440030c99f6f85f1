"""What a hostile learner might write, for every page that shows it."""

ATTACKS = (
    '<script>window.hit="script"</script>',
    '<img src=x onerror="window.hit=1">',
    "<svg onload=window.hit=2></svg>",
    '"><iframe srcdoc="<script>parent.hit=3</script>"></iframe>',
    "</pre></style></textarea></title><script>window.hit=4</script>",
    "[click](javascript:window.hit=5)",
    "![see](https://elsewhere.example/seen.png)",
    "$\\href{javascript:window.hit=6}{x}$",
    "{{ 7 * 7 }} {% raw %}",
    "`</code><script>window.hit=7</script>`",
)
"""Text that would be a program, a link or a formula, if it were not text."""
UNSEEN = "\x1b]0;hit\x07\x1b[2J \u202egnorw\u202c \u2066x\u2069 \x00 \ud800 \u200b"
"""Terminal escapes, signs that turn the order of letters, and others that cannot be seen."""
HOSTILE = "\n".join(ATTACKS) + UNSEEN
