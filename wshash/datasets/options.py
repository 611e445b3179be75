"""Options of a data set: they come from command lines, so a wrong one gets a sentence."""

import inspect
from collections.abc import Callable
from functools import wraps
from numbers import Integral, Real
from typing import Any, Literal, get_args, get_origin, get_type_hints

from wshash.errors import InputError


def checked(load: Callable) -> Callable:
    """Decorate ``load(name, folder, **options)``: an option that it lacks, or of another type, is an InputError."""

    @wraps(load)
    def wrapper(name, /, *positional, **options):
        check(load, name, options)
        return load(name, *positional, **options)

    return wrapper


def check(load: Callable, name: str, options: dict) -> None:
    """What :func:`checked` asks of the options, by itself."""
    parameters = list(inspect.signature(load).parameters)[2:]
    known = {option: hint for option, hint in get_type_hints(load).items() if option in parameters}
    for option, value in options.items():
        if option not in known:
            raise InputError(f"{name} has no option {option!r}; choose among {', '.join(known)}")
        if not _fits(value, known[option]):
            wanted = inspect.formatannotation(known[option]).replace("Literal", "one of ")
            raise InputError(f"{name}: {option}={value!r} does not fit; choose {wanted}")


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if get_args(hint):  # a union, or a sequence of str
        if isinstance(value, list | tuple):
            return any(get_args(h) == (str,) for h in get_args(hint)) and all(isinstance(v, str) for v in value)
        return any(_fits(value, h) for h in get_args(hint))
    if isinstance(value, bool) or hint is bool:
        return isinstance(value, bool) and hint is bool
    return isinstance(value, {int: Integral, float: Real}.get(hint, hint))
