"""The proof that generated code does nothing but build and run a network.

It is read off the syntax tree: which kinds of nodes it may have, what it may call, and
which names it may read. Text of a spec can then stand in it as a literal or a comment
alone, or as a name that the code binds itself.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import unicodedata

from pmgen.expressions.functions import HELPERS
from pmgen.language.names import LAYER_ATTRIBUTES
from pmgen.ops import INITIALIZERS, OPS, OWN_LAYERS

NODES = {
    "Add", "And", "AnnAssign", "Assign", "Attribute", "AugAssign", "BinOp", "BitOr",
    "BoolOp", "Call", "ClassDef", "Compare", "Constant", "Dict", "Eq", "Expr",
    "FloorDiv", "For", "FunctionDef", "GeneratorExp", "Gt", "GtE", "If", "IfExp",
    "Import", "ImportFrom", "In", "Is", "IsNot", "List", "ListComp", "Load", "Lt",
    "LtE", "Mod", "Module", "Mult", "Name", "Not", "NotEq", "Or", "Pow", "Return",
    "Slice", "Starred", "Store", "Sub", "Subscript", "Tuple", "UAdd", "USub",
    "UnaryOp", "alias", "arg", "arguments", "comprehension", "keyword", "Div",
}  # fmt: skip
IMPORTS = {
    "import paddle",
    "import paddle.nn.functional as F",
    "from paddle import nn",
    "from pmruntime.checks import checked",
    "from pmruntime.checks import check_layer, checked",
}
IMPORTED = {"paddle", "nn", "F", "check_layer", "checked", *HELPERS, *OWN_LAYERS}
# The builtins that generated code uses, and no other.
BUILTINS = {
    "super", "range", "int", "float", "bool", "str", "tuple", "list", "len", "min",
    "max", "round", "enumerate", "zip", "reversed", "sum", "abs", "type", "dict",
    "object",
}  # fmt: skip
# What may be called of Paddle: the ops, and what holds several or joins them.
CALLED = {
    "nn.Sequential", "paddle.split", "paddle.transpose", "paddle.jit.not_to_static",
    *(op.layer for op in (*OPS.values(), *INITIALIZERS.values()) if op.layer),
    *(op.function for op in OPS.values() if op.function),
}  # fmt: skip
METHODS = {"append", "flatten", "items", "values"}  # of what is not a module


def check_inert(code: str) -> None:
    """AssertionError where generated code, not `--standalone`, does anything else."""
    assert all(char.isprintable() or char == "\n" for char in code)
    tree = ast.parse(code)
    assert {type(node).__name__ for node in ast.walk(tree)} <= NODES
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            _check_import(node)
        elif isinstance(node, ast.ClassDef):
            _check_class(node, classes)
        else:
            assert isinstance(node, ast.Assign), ast.unparse(node)
            assert ast.unparse(node.targets[0]) == "__all__"
            assert isinstance(node.value, ast.List)
            assert all(isinstance(item, ast.Constant) for item in node.value.elts)
            assert {ast.literal_eval(item) for item in node.value.elts} <= classes


def _check_import(node: ast.Import | ast.ImportFrom) -> None:
    text = ast.unparse(node)
    names = {name.name for name in node.names}
    layers = text.startswith("from pmruntime.layers import ") and names <= set(
        OWN_LAYERS
    )
    sizes = text.startswith("from pmruntime.sizes import ") and names <= set(HELPERS)
    assert text in IMPORTS or layers or sizes, text


def _check_class(node: ast.ClassDef, classes: set[str]) -> None:
    assert [ast.unparse(base) for base in node.bases] == ["nn.Layer"]
    assert not node.keywords
    assert not node.decorator_list
    _check_bound(node.name)
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            assert item.name in ("__init__", "forward", "shapes"), item.name
            decorators = [ast.unparse(decorator) for decorator in item.decorator_list]
            assert decorators in ([], ["checked"]), decorators
            _check_function(item, classes)
        elif isinstance(item, ast.Expr):
            assert isinstance(item.value, ast.Constant), ast.unparse(item)
            assert isinstance(item.value.value, str)
        else:
            assert isinstance(item, ast.Assign), ast.unparse(item)
            ast.literal_eval(item.value)


def _check_function(function: ast.FunctionDef, classes: set[str]) -> None:
    nodes = list(ast.walk(function))
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound = arguments | stored
    for name in bound - {"self", "_"}:
        _check_bound(name)
    known = bound | classes | IMPORTED | BUILTINS
    for node in nodes:
        if isinstance(node, ast.Name):
            assert node.id in known, f"reads `{node.id}`"
        elif isinstance(node, ast.Attribute):
            _check_attribute(node)
        elif isinstance(node, ast.Call):
            _check_call(node, classes)
        elif isinstance(node, ast.FunctionDef):
            assert node is function, "a function inside a function"
        assert not isinstance(node, ast.Import | ast.ImportFrom), ast.unparse(node)


def _check_attribute(node: ast.Attribute) -> None:
    text = ast.unparse(node)
    stored = isinstance(node.ctx, ast.Store)
    assert not stored or text.startswith("self."), text
    assert not (stored and node.attr in LAYER_ATTRIBUTES), text
    assert not node.attr.startswith("_") or text == "super().__init__", text
    assert not node.attr.endswith("__") or text == "super().__init__", text


def _check_call(node: ast.Call, classes: set[str]) -> None:
    text = ast.unparse(node.func)
    root = text.split(".")[0]
    if isinstance(node.func, ast.Name):
        allowed = classes | (IMPORTED - {"paddle", "nn", "F"}) | BUILTINS
        allowed -= {"type", "dict", "object"}  # stand in annotations
        local = text not in vars(builtins)  # a layer of a list, called by its own name
        assert text in allowed or local, f"calls `{text}`"
    elif isinstance(node.func, ast.Attribute):
        assert (
            root == "self"
            or text in CALLED
            or text == "super().__init__"
            or (node.func.attr in METHODS and root not in IMPORTED)
        ), f"calls `{text}`"
    else:
        assert isinstance(node.func, ast.Subscript), f"calls `{text}`"
        assert root == "self", f"calls `{text}`"


def _check_bound(name: str) -> None:
    """A name that the code binds hides nothing and reads the same in any form."""
    assert unicodedata.normalize("NFKC", name) == name
    assert not keyword.iskeyword(name), name
    assert name not in vars(builtins), f"hides `{name}`"
    assert name not in IMPORTED, f"hides `{name}`"
    assert not name.startswith("_"), name
    assert not name.endswith("__"), name
