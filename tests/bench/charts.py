"""Line charts as SVG text: no library is worth three of them."""

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 80, 620, 50, 300
COLORS = ("#1b6ca8", "#c8553d", "#3d8b5f", "#8a5aa8")


def nice_ceiling(value):
    """The next of 1, 2, 5, 10, 20, ... above."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value)


def shown(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def line_chart(title, x_name, y_name, x_values, series):
    """`series`: name -> values, one for each of `x_values`, which stand at equal distances."""
    top = nice_ceiling(max(max(values) for values in series.values()) or 1)
    step = (RIGHT - LEFT) / max(1, len(x_values) - 1)

    def point(index, value):
        return LEFT + index * step, BOTTOM - (BOTTOM - TOP) * value / top

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             'font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="22" font-size="15">{title}</text>']
    for part in range(6):
        value = top * part / 5
        _, y = point(0, value)
        lines += [f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>',
                  f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{shown(value)}</text>']
    for index, value in enumerate(x_values):
        x, _ = point(index, 0)
        lines.append(f'<text x="{x:.1f}" y="{BOTTOM + 18}" text-anchor="middle">{value}</text>')
    lines += [f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 40}" text-anchor="middle">{x_name}</text>',
              f'<text x="{LEFT}" y="{TOP - 10}">{y_name}</text>']
    for number, (name, values) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        points = [point(index, value) for index, value in enumerate(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in points]
        lines.append(f'<text x="{RIGHT}" y="{22 + 14 * number}" text-anchor="end" fill="{color}">{name}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
