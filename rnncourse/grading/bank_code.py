"""The answers of a bank as code that stands on its own, for a sample notebook."""

import ast
from typing import Any


def bank_code(source: str, name: str, field: str, number: int) -> str:
    """Return source text that defines a question's function as one answer of its bank.

    Args:
        source: The text of `questions.py`.
        name: Name of the question.
        field: "mistakes" or "also_right".
        number: Which of them; what the field says must be written out there.
    """
    tree = ast.parse(source)
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and not _is_question(node.value):
            names = [part for part in ast.walk(node.targets[0]) if isinstance(part, ast.Name)]
            defined |= {name.id: node for name in names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined |= {a.asname or a.name.split(".")[0]: node for a in node.names}
    bank = _keyword(_question(tree, name), field)
    answer = (bank.values if isinstance(bank, ast.Dict) else bank.elts)[number]
    needed = dict.fromkeys(ast.unparse(defined[other]) for other in _needed(answer, defined))
    return "\n\n".join([*needed, f"{name} = {ast.unparse(answer)}\n"])


def _is_question(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "Question"


def _question(tree: ast.Module, name: str) -> Any:
    """Return the call in `name = Question(…)`: its name may be that of a library function."""
    return next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )


def _keyword(question: Any, field: str) -> Any:
    """Return the expression that `Question(…)` is given for one of its fields."""
    return next(keyword.value for keyword in question.keywords if keyword.arg == field)


def _needed(node: ast.AST, defined: dict[str, ast.stmt]) -> list[str]:
    """Return the defined names that an expression uses, directly or not, in their order."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        for part in ast.walk(waiting.pop()):
            if isinstance(part, ast.Name) and part.id in defined and part.id not in names:
                names.add(part.id)
                waiting.append(defined[part.id])
    return [name for name in defined if name in names]
