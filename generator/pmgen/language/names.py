"""Which names can stand in the generated class. Others are refused, never mangled."""

from __future__ import annotations

import builtins
import keyword
import re

from pmgen.expressions.functions import HELPERS
from pmgen.ops import OWN_LAYERS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MAX_NAME = 60

# What a Paddle layer has already: public methods and the attributes of an instance.
# A test compares this list with the Paddle that is installed.
LAYER_ATTRIBUTES = frozenset({
    "add_module", "add_parameter", "add_sublayer", "apply", "astype", "backward",
    "bfloat16", "buffers", "children", "clear_gradients", "cpu", "create_parameter",
    "create_tensor", "create_variable", "cuda", "double", "eval", "extra_repr",
    "float", "float16", "forward", "full", "full_name", "get_buffer",
    "get_extra_state", "get_parameter", "get_sublayer", "get_submodule", "half",
    "load_dict", "load_state_dict", "modules", "named_buffers", "named_children",
    "named_modules", "named_parameters", "named_sublayers", "parameters",
    "register_buffer", "register_forward_hook", "register_forward_post_hook",
    "register_forward_pre_hook", "register_module", "register_parameter",
    "register_state_dict_hook", "requires_grad_", "set_dict", "set_state_dict",
    "set_sublayer", "set_submodule", "sharded_state_dict", "state_dict",
    "sublayers", "to", "to_static_state_dict", "train", "training", "type", "xpu",
    "zero_grad",
})  # fmt: skip
# What the class of a repeated inline form calls the `$in_channels` around it.
BLOCK_CHANNELS = "block_channels"
# What the emitted classes define themselves.
CLASS_ATTRIBUTES = frozenset(
    {"in_channels", "in_features", "input_shape", "loss_weights", "shapes"}
    | {BLOCK_CHANNELS}
)
# What the emitted module uses by name.
MODULE_NAMES = frozenset(
    {
        "paddle",
        "nn",
        "F",
        "check_layer",
        "check_shape",
        "checked",
        "ShapeError",
        "self",
        "x",
        *HELPERS,
        *OWN_LAYERS,
    }
)

_BUILTINS = frozenset(dir(builtins))
_SOFT_KEYWORDS = frozenset({"match", "case", "type"})


def why_not_a_name(text: str) -> str | None:
    """Why `text` is not a plain Python name, or None where it is one."""
    if not _WORD.fullmatch(text):
        return "a name is made of ASCII letters, digits and `_`, a letter first"
    if len(text) > MAX_NAME:
        return f"a name has at most {MAX_NAME} characters"
    if text.endswith("__"):
        return "a name does not end in `__`"
    if keyword.iskeyword(text):
        return f"`{text}` is a keyword of Python"
    if text in _BUILTINS or text in _SOFT_KEYWORDS:
        return f"`{text}` is a builtin of Python"
    return None


def why_not_a_layer(text: str) -> str | None:
    """Why a layer cannot be called `text`, or None where it can."""
    if text in LAYER_ATTRIBUTES or text in CLASS_ATTRIBUTES:
        return f"`{text}` is an attribute that the class has already"
    if text in MODULE_NAMES:
        return f"`{text}` has a meaning of its own in the generated class"
    return why_not_a_name(text)


def after_attribute(label: str, role: str) -> str:
    """The attribute of a normalisation or activation behind the layer `label`:
    `conv1_norm`, or `norm` alone behind a whole block, whose label is empty."""
    return f"{label}_{role}" if label else role


def class_title(layer: str) -> str:
    """The class name for an inline form that repeats: `stage_2` gives `Stage2`."""
    return "".join(part[:1].upper() + part[1:] for part in layer.split("_"))


def why_not_a_param(text: str) -> str | None:
    """Why a parameter cannot be called `text`, or None where it can."""
    if text in MODULE_NAMES or text in CLASS_ATTRIBUTES:
        return f"`{text}` has a meaning of its own in the generated class"
    return why_not_a_name(text)


def why_not_a_class(text: str) -> str | None:
    """Why a block or model cannot be called `text`, or None where it can."""
    if text in MODULE_NAMES:
        return f"`{text}` has a meaning of its own in the generated module"
    if not text[:1].isupper():
        return "a class name begins with a capital letter"
    return why_not_a_name(text)
