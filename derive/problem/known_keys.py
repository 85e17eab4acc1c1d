"""Tables and keys of a problem file that have no meaning here."""

from fractions import Fraction

from derive.errors import suggestion
from derive.problem.keys import TABLES
from derive.problem.reading.framework_names import OTHER_TABLES
from derive.problem.reading.tables import Tables

KEYS = {table: tuple(keys) for table, keys in TABLES.items()}


def check_keys(tables: Tables) -> None:
    """Whether every table and key has a meaning; what has none is noted, with what may be meant."""
    for key in tables.source.data:
        if key not in KEYS[""]:
            value = isinstance(tables.source.data[key], int | Fraction | list)
            meant = OTHER_TABLES.get(key.casefold())
            hint = f"write [{meant}]" if meant else suggestion(key, KEYS[""]) or f"known: {', '.join(KEYS[''])}"
            hint = "a given value belongs into [data] or [parameters]" if value else hint
            tables.fault(f"`{key}` has no meaning here", hint, key)
    for table, keys in KEYS.items():
        for key in tables.table(table) if table else ():
            if key not in keys:
                others = (other for other, known in KEYS.items() if other and key in known)
                meant = next(others, OTHER_TABLES.get(key.casefold()))
                hint = f"it belongs into [{meant}]" if meant and meant != table else suggestion(key, keys)
                hint = hint or f"[{table}] has: {', '.join(keys)}"
                tables.fault(f"`{key}` has no meaning in [{table}]", hint, table, key)
    strange = [key.casefold() for key in tables.source.data if key not in KEYS[""]]
    either = {"model", "network"} & {*strange, *(OTHER_TABLES.get(key, "") for key in strange)}
    if not either and ("model" in tables.source.data) == ("network" in tables.source.data):
        message = "a problem needs either [model] with equations or [network] with layers"
        tables.fault(message, "see docs/problem-file.md", "network")
