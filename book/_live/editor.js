// The editor of one cell: CodeMirror with Python's colours, and no more keys than needed.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { python } from "@codemirror/lang-python";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const markLine = StateEffect.define();
const wrong = Decoration.line({ class: "live-wrong-line" });

// The line that an error came from; it loses its mark when the text changes.
const markedLine = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    if (transaction.docChanged) return Decoration.none;
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const { doc } = transaction.state;
      if (effect.value < 1 || effect.value > doc.lines) return Decoration.none;
      return Decoration.set([wrong.range(doc.line(effect.value).from)]);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Text after which Escape, then Tab, leaves the editor (CodeMirror's own way) is in the
// description that screen readers read.
const description = document.createElement("p");
description.id = "live-keys";
description.className = "live-keys";
description.textContent =
  "Shift+Enter runs the cell, Ctrl+. stops it. Tab indents; Escape, then Tab, leaves the editor.";
document.body.append(description);

export function createEditor(parent, { text, label, onRun, onStop, onChange }) {
  const command = (action) => () => {
    action();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Shift-Enter", run: command(onRun) },
          { key: "Mod-Enter", run: command(onRun) },
          { key: "Mod-.", run: command(onStop) },
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        history(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        python(),
        syntaxHighlighting(classHighlighter),
        markedLine,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": description.id,
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (whole) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: whole } }),
    mark: (line) => view.dispatch({ effects: markLine.of(line) }),
  };
}
