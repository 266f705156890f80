"""What an unknown name in a recipe most likely means, as a line of help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pmruntime.recipe.definition import CHOICES, SECTIONS
from pmruntime.suggest import did_you_mean, nearest

from pmgen.recipe.keys import KEYS

# What other frameworks and papers call the same thing.
SYNONYMS = {
    "lr": "learning_rate", "base_lr": "learning_rate", "wd": "weight_decay",
    "l2": "weight_decay", "decay": "weight_decay", "nesterov": "use_nesterov",
    "eps": "epsilon", "beta_1": "beta1", "beta_2": "beta2", "optim": "optimizer",
    "lr_scheduler": "schedule", "lr_schedule": "schedule", "scheduler": "schedule",
    "sched": "schedule", "warmup": "warmup_epochs", "step_size": "step_epochs",
    "decay_rate": "gamma", "max_epochs": "epochs", "num_epochs": "epochs",
    "epoch_num": "epochs", "bs": "batch_size", "batch": "batch_size",
    "accumulation_steps": "accumulate", "accumulate_grad_batches": "accumulate",
    "gradient_accumulation_steps": "accumulate", "grad_clip": "clip_norm",
    "gradient_clip_val": "clip_norm", "max_grad_norm": "clip_norm",
    "ema_decay": "ema", "patience": "early_stopping", "monitor": "select",
    "tta": "views", "precision": "amp", "mixed_precision": "amp",
    "amp_level": "amp", "sync_bn": "sync_batch_norm", "frozen": "freeze",
    "transforms": "augment", "aug": "augment",
    "criterion": "loss", "smoothing": "label_smoothing",
    "weights": "class_weights", "interpolation": "resize", "mean": "normalize",
    "channels": "color", "flip": "flip_horizontal", "fliplr": "flip_horizontal",
    "hflip": "flip_horizontal", "horizontal_flip": "flip_horizontal",
    "flipud": "flip_vertical", "vflip": "flip_vertical",
    "vertical_flip": "flip_vertical", "degrees": "rotate", "zoom": "scale",
    "translate": "shift", "hue": "tint", "color_jitter": "tint",
    "random_resized_crop": "crop", "RandomResizedCrop": "crop",
    "CosineAnnealing": "Cosine", "CosineAnnealingDecay": "Cosine",
    "CosineAnnealingLR": "Cosine", "StepDecay": "Step", "StepLR": "Step",
}  # fmt: skip
_COMMAND_LINE = {"seed", "device", "nproc", "threads", "out", "data"}


def help_for_argument(name: str, known: Iterable[str]) -> str | None:
    """Help for an unknown argument, optimizer or schedule.

    `known` are the names that would fit there.
    """
    known = list(known)
    synonym = SYNONYMS.get(name)
    if synonym in known:
        return f"did you mean `{synonym}`?"
    if nearest(name, known) is None and name in KEYS:
        return f"`{name}` is a key of the recipe itself"
    return did_you_mean(name, known)


def help_for_key(name: str, chosen: Mapping[str, str]) -> str | None:
    """Help for a name that is no key of a recipe.

    `chosen` are the recipe's optimizer and schedule, by their keys.
    """
    if name in _COMMAND_LINE:
        return f"it is not for the recipe: `pmgen train ... --{name} ...`"
    meant = SYNONYMS.get(name, name)
    if meant in KEYS:
        return f"did you mean `{meant}`?"
    for key, section in SECTIONS.items():
        if meant in section.arguments:
            return f"write `{key}: {{{meant}: ...}}`"
    for key, choices in CHOICES.items():
        if name in choices:
            return f"write `{key}: {name}`"
        having = [n for n, choice in choices.items() if meant in choice.arguments]
        if having:
            owner = chosen[key] if chosen[key] in having else having[0]
            return f"write `{key}: {{{owner}: {{{meant}: ...}}}}`"
    return did_you_mean(name, KEYS)
