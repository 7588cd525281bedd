"""What a row of the table of numbers is, and how repeated measurements become one."""

import dataclasses
import statistics
import typing


@dataclasses.dataclass
class Options:
    repeats: int
    seconds: int  # of each run of a load
    gigabytes: float  # of the row that writes much
    say: typing.Callable[[str], None]


@dataclasses.dataclass
class Row:
    name: str
    bar: str = ""  # what the design asks for; empty: nothing
    value: str = ""
    yardstick: str = ""
    ratio: str = ""  # of the value to the yardstick
    met: bool = True  # the bar
    trouble: str = ""  # why the figures count for nothing
    details: dict = dataclasses.field(default_factory=dict)

    @property
    def passed(self):
        return self.met and not self.trouble

    @property
    def verdict(self):
        if self.trouble:
            return self.trouble
        return ("met" if self.met else "missed") if self.bar else ""


def spread(values, form="{:,.0f}", unit=""):
    """`values` as text: the median, and between which they are."""
    middle = form.format(statistics.median(values)) + (f" {unit}" if unit else "")
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


def alternate(options, ours, theirs, repeats=None):
    """Pairs of what `ours` and `theirs` measure. Who is first changes from pair to pair (A B B A ...), so that a drift
    of the machine cancels."""
    repeats = repeats or options.repeats
    pairs = []
    for turn in range(repeats):
        if turn % 2 == 0:
            mine = ours()
            other = theirs()
        else:
            other = theirs()
            mine = ours()
        pairs.append((mine, other))
        options.say(f"  {turn + 1} of {repeats}: {mine:,.0f} to {other:,.0f}, {mine / other:.2f}")
    return pairs


def refused(refusals):
    return f"refused: {refusals}" if str(refusals) else ""


def ratio_row(name, unit, pairs, refusals, least=None, least_value=None):
    """Compares pairs of `alternate`. The bar is the ratio `least`, or the value `least_value`, or none."""
    ratios = [mine / other for mine, other in pairs]
    mine = [pair[0] for pair in pairs]
    bar, met = "", True
    if least is not None:
        bar, met = f"at least {least}", statistics.median(ratios) >= least
    elif least_value is not None:
        bar, met = f"at least {least_value:,} {unit}", statistics.median(mine) >= least_value
    return Row(name, bar, spread(mine, unit=unit), spread([pair[1] for pair in pairs], unit=unit),
               spread(ratios, "{:.2f}"), met, refused(refusals), {"pairs": pairs})


def limit_row(name, unit, values, limit, form="{:,.1f}", **details):
    """The median of `values` is to stay under `limit`."""
    return Row(name, f"under {limit} {unit}", spread(values, form, unit), met=statistics.median(values) < limit,
               details={"values": values, **details})
