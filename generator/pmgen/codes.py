"""Every diagnostic code with its meaning: the one list behind the docs and the checks.

PM1xx reading, PM2xx names, PM3xx values and shapes, PM4xx expectations,
PM5xx recipes. A code never changes its meaning once it is released.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # -- PM1xx: reading ---------------------------------------------------------
    "PM101": "The text is not well-formed YAML.",
    "PM102": "A key stands twice in one mapping. YAML would keep the last silently.",
    "PM103": "A YAML feature that specs do not use: a tag, a merge key, several "
    "documents, a key that is not a plain word.",
    "PM104": "The file is too large, nested too deeply or uses too many aliases.",
    "PM105": "A file cannot be read: it is missing, no file, or not UTF-8 text.",
    "PM106": "A value of the wrong kind: a mapping, a list or one value was needed.",
    "PM107": "A key that has no meaning here.",
    "PM108": "A key that must be given is missing.",
    "PM109": "The language version is missing or is not one that this pmgen knows.",
    "PM110": "An expression cannot be read. It is integer arithmetic over `$names`: "
    "+ - * // %, comparisons, `and`, `or`, `not` and parentheses.",
    "PM111": "A path in `extends` or `use` leaves the trusted folder or leads back to "
    "a file that is being read.",
    "PM112": "A variant changes something that its base does not have, or does not "
    "say where a new layer goes.",
    # -- PM2xx: names -----------------------------------------------------------
    "PM201": "A name that cannot become a Python name: malformed, a keyword, a "
    "builtin, or an attribute that every Paddle layer has.",
    "PM202": "An op, activation, normalisation, initializer or block that is unknown.",
    "PM203": "An argument that the op or block does not take.",
    "PM204": "An argument that must be given is missing.",
    "PM205": "A `$name` that is no parameter here.",
    "PM206": "A layer named in `from`, `before` or `after` that is not there yet.",
    "PM207": "Two things would share one name in the generated class.",
    "PM208": "A block that contains itself.",
    "PM209": "A layer whose output neither the next layer nor a `from` takes.",
    # -- PM3xx: values and shapes -----------------------------------------------
    "PM301": "A value of the wrong type or outside its range.",
    "PM302": "A window, or what is left after cropping, does not fit the image.",
    "PM303": "The inputs of a concatenation differ outside the channel axis.",
    "PM304": "The two sides of an addition, a product or a residual differ in shape.",
    "PM305": "Channels that cannot be divided as asked.",
    "PM306": "An input with the wrong number of axes: an image where features are "
    "taken, or features where an image is.",
    "PM307": "A size is needed that `any` in the input leaves open.",
    "PM308": "The network expands to more layers than the limit.",
    "PM309": "An expression has no value: a division by zero or a number too large.",
    # -- PM4xx: expectations ----------------------------------------------------
    "PM401": "A figure under `expect` is not what the network has.",
    # -- PM5xx: recipes ---------------------------------------------------------
    "PM501": "A recipe setting that is not known, or a layer that the network has not.",
    "PM502": "A recipe value of the wrong type or outside its range.",
}
