"""What a row of the table is."""

import dataclasses


@dataclasses.dataclass
class Options:
    repeats: int = 3
    seconds: int = 4
    gigabytes: float = 10


@dataclasses.dataclass
class Row:
    name: str
    bar: str  # what the design asks for
    value: str
    yardstick: str
    ratio: float | None  # of the value to the yardstick, or to the bar where there is none
    met: bool
    details: dict
