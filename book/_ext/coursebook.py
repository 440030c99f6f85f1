"""Sphinx extension of the course book: the `predict` directive, and how pages are described.

Pages stay plain MyST: what a chapter says belongs in the chapter, what the
reader's browser looks like belongs in `_assets/course.css`. Beside this one stand
`execution` (how cells are run), `live` (cells that run in the page), `launch` (where
else they run), `notebooks` (pages as notebooks), `paper` (the book in print),
`downloads` (what to take along), `progress` (which questions a reader has answered),
`sharing` (cards, the list of pages), `vendor` (scripts and type) and `policy`.
"""

import hashlib
import re
import textwrap
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

MARKS = {"[x] ": True, "[X] ": True, "[ ] ": False}
VERDICTS = {True: ("✓", "Right."), False: ("✗", "Not this one.")}

# Each script, and what a page has that it is for.
SCRIPTS = {
    "questions.js": re.compile('class="predict(-count)?"'),
    "steps.js": re.compile('class="stepped"'),
}


class predict(nodes.Element):
    """A question to answer before reading on; holds its text and its options."""


class predict_option(nodes.Element):
    """One option: a `predict_choice`, then the blocks of its feedback."""


class predict_choice(nodes.TextElement):
    """What the reader chooses."""


class PredictDirective(SphinxDirective):
    """Ask the reader to predict, and answer every option on the spot.

    The argument is the question. The body is one bullet list; each item begins
    with `[x]` (right, exactly one) or `[ ]` (wrong), and continues, indented,
    with the feedback for that option:

        :::{predict} What is $1 + 1$ in binary?
        - [ ] 2

          Binary has no digit 2.
        - [x] 10

          One two and no ones.
        :::
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return one `predict` node, or raise an error that fails a strict build."""
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        group = f"predict-{self.env.new_serialno('predict') + 1}"
        options = [self.read_option(item, group) for item in self.items_of(body)]
        if sum(option["right"] for option in options) != 1:
            raise self.error("predict: exactly one option must be marked [x].")
        result = predict("", self.question(group), *options, group=group, key=self.key())
        self.set_source_info(result)
        return [result]

    def key(self) -> str:
        """Return a name of this question that changes when its text does."""
        text = "\n".join([*self.arguments, *self.content])
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    def items_of(self, body: nodes.Element) -> list[nodes.Node]:
        """Return the list items of the body, which must hold one list and nothing else."""
        if len(body) != 1 or not isinstance(body[0], nodes.bullet_list):
            raise self.error("predict: the body must be one bullet list of options.")
        return body[0].children

    def question(self, group: str) -> nodes.paragraph:
        """Return the question as a paragraph, the legend of its options."""
        inline, problems = self.state.inline_text(self.arguments[0], self.lineno)
        paragraph = nodes.paragraph(self.arguments[0], "", *inline, *problems)
        paragraph["ids"], paragraph["classes"] = [f"{group}-question"], ["predict-question"]
        self.set_source_info(paragraph)
        return paragraph

    def read_option(self, item: nodes.Element, group: str) -> predict_option:
        """Turn one list item into an option with its feedback."""
        text = item.astext()
        if text[:4] not in MARKS or not isinstance(item[0], nodes.paragraph):
            raise self.error(f"predict: an option must begin with [x] or [ ]. Received: {text!r}.")
        if len(item) < 2:
            raise self.error(f"predict: the option {text!r} has no feedback below it.")
        first = item[0]
        first[0] = nodes.Text(first[0].astext()[4:])
        choice = predict_choice(first.rawsource[4:], "", *first.children)
        choice.source, choice.line = first.source, first.line
        return predict_option("", choice, *item[1:], group=group, right=MARKS[text[:4]])


class PlainPredict(SphinxPostTransform):
    """Elsewhere than on the web and on paper, turn a question into a list with its answers."""

    default_priority = 5

    def run(self, **kwargs: object) -> None:
        """Replace every `predict` node, unless the builder has its own way or collects text."""
        if self.app.builder.format in ("html", "latex") or self.app.builder.name == "gettext":
            return
        for node in list(self.document.findall(predict)):
            question, *options = node.children
            answers = nodes.bullet_list("", *map(plain_option, options))
            node.replace_self([question, answers])


def plain_option(option: predict_option) -> nodes.list_item:
    """Return an option as a list item: the choice, the verdict, the feedback."""
    choice, *feedback = option.children
    verdict = nodes.strong("", " ".join(VERDICTS[option["right"]]))
    line = nodes.paragraph("", "", *choice.children, nodes.Text(" "), verdict)
    return nodes.list_item("", line, *feedback)


def visit_predict(self, node: predict) -> None:
    """Open the group: a fieldset, named by the question, which is a paragraph inside it."""
    label = f"{node['group']}-question"
    self.body.append(f'<fieldset class="predict" id="{node["group"]}" data-key="{node["key"]}"')
    self.body.append(f' aria-labelledby="{label}">\n')
    self.body.append('<p class="predict-label">Predict first</p>\n')


def depart_predict(self, node: predict) -> None:
    """Close the group; what the script says there is read aloud."""
    self.body.append('<div class="predict-said" role="status"></div></fieldset>\n')


def visit_option(self, node: predict_option) -> None:
    """Open an option; equal names make the options of one question exclusive."""
    kind = "predict-right" if node["right"] else "predict-wrong"
    self.body.append(f'<details class="predict-option {kind}" name="{node["group"]}">\n')


def depart_option(self, node: predict_option) -> None:
    """Close the feedback and the option."""
    self.body.append("</div></details>\n")


def visit_choice(self, node: predict_choice) -> None:
    """Open the part of an option that is always visible."""
    self.body.append('<summary><span class="predict-choice">')


def depart_choice(self, node: predict_choice) -> None:
    """Close the choice, open its feedback with the verdict in words and as a symbol."""
    symbol, words = VERDICTS[node.parent["right"]]
    self.body.append(
        '</span></summary>\n<div class="predict-feedback"><p class="predict-verdict">'
        f'<span class="predict-symbol" aria-hidden="true">{symbol}</span> {words}</p>\n'
    )


def describe(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give a page without a description its first paragraph as one."""
    metatags = context.get("metatags", "")
    if doctree is None or 'name="description"' in metatags:
        return
    first = next(iter(doctree.findall(nodes.paragraph)), None)
    if first is not None:
        text = textwrap.shorten(first.astext(), 160, placeholder=" …")
        context["metatags"] = f'{metatags}<meta name="description" content="{escape(text)}" />\n'


def mend_roles(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Let folded cells be announced by their words, and works of a list as items of it."""
    if doctree is not None:
        body = context["body"].replace(' aria-label="Toggle hidden content"', "")
        context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')


def add_scripts(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give a page the scripts that it has something for."""
    for script, sign in SCRIPTS.items():
        if doctree is not None and sign.search(context["body"]):
            app.add_js_file(script, loading_method="defer")


def first_paragraph_of_modules(app, what, name, obj, options, lines) -> None:
    """Keep the first paragraph of a module's docstring; the rest lists its files."""
    if what == "module" and "" in lines:
        del lines[lines.index("") :]


def setup(app) -> dict:
    """Register the extension."""
    app.add_node(predict, html=(visit_predict, depart_predict))
    app.add_node(predict_option, html=(visit_option, depart_option))
    app.add_node(predict_choice, html=(visit_choice, depart_choice))
    app.add_directive("predict", PredictDirective)
    app.add_post_transform(PlainPredict)
    app.connect("autodoc-process-docstring", first_paragraph_of_modules)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", add_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
