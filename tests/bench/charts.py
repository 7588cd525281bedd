"""Line charts as SVG text: no library is worth six of them."""

import math

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 84, 690, 84, 350
COLORS = ("#1b6ca8", "#c8553d", "#3d8b5f", "#8a5aa8")


def shown(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def linear_ticks(top):
    """From 0 to at least `top` in steps of 1, 2 or 5 times a power of ten; four to eight of them."""
    power = 10 ** math.floor(math.log10(top))
    step = next(power * part for part in (0.1, 0.2, 0.5, 1, 2) if top / (power * part) <= 8)
    return [step * number for number in range(math.ceil(top / step) + 1)]


def logarithmic_ticks(bottom, top):
    """1, 2 and 5 times the powers of ten, or those powers alone where they are many, from below to above."""
    for steps in ((1, 2, 5), (1,)):
        every = [step * 10.0 ** power for power in range(-6, 10) for step in steps]
        first = max(index for index, tick in enumerate(every) if tick <= bottom)
        last = min(index for index, tick in enumerate(every) if tick >= top)
        ticks = every[first:max(last, first + 1) + 1]
        if len(ticks) <= 9:
            break
    return ticks


def text(x, y, content, **attributes):
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{content}</text>'


def line(x1, y1, x2, y2, color):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"/>'


def line_chart(title, x_name, y_name, x_values, series, logarithmic=False):
    """`series`: name -> values, one for each of `x_values`, whose scale is logarithmic; that of the values if asked."""
    values = [value for line_values in series.values() for value in line_values]
    ticks = logarithmic_ticks(min(values), max(values)) if logarithmic else linear_ticks(max(values))
    first_x, last_x = math.log(x_values[0]), math.log(x_values[-1])

    def x_of(value):
        return LEFT + (RIGHT - LEFT) * (math.log(value) - first_x) / (last_x - first_x)

    def y_of(value):
        low, high = ticks[0], ticks[-1]
        part = math.log(value / low) / math.log(high / low) if logarithmic else (value - low) / (high - low)
        return BOTTOM - (BOTTOM - TOP) * part

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             'font-size="13">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(LEFT, 26, title, font_size=17)]
    for tick in ticks:
        parts += [line(LEFT, y_of(tick), RIGHT, y_of(tick), "#ddd"),
                  text(LEFT - 8, y_of(tick) + 4, shown(tick), text_anchor="end")]
    for value in x_values:
        parts += [line(x_of(value), BOTTOM, x_of(value), BOTTOM + 5, "#888"),
                  text(x_of(value), BOTTOM + 22, shown(value), text_anchor="middle")]
    middle = (TOP + BOTTOM) / 2
    parts += [line(LEFT, BOTTOM, RIGHT, BOTTOM, "#888"), line(LEFT, TOP, LEFT, BOTTOM, "#888"),
              text((LEFT + RIGHT) / 2, BOTTOM + 50, x_name, text_anchor="middle"),
              text(20, middle, y_name, text_anchor="middle", transform=f"rotate(-90 20 {middle})")]
    legend_x = LEFT
    for number, (name, line_values) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        points = [(x_of(x), y_of(y)) for x, y in zip(x_values, line_values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts += [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>',
                  *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in points),
                  f'<rect x="{legend_x}" y="46" width="18" height="4" fill="{color}"/>',
                  text(legend_x + 24, 53, name)]
        legend_x += 50 + 8 * len(name)
    return "\n".join([*parts, "</svg>"]) + "\n"
