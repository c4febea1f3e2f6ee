#include "tools/train/report_chart.h"

#include "formats/html_write.h"

#include <math.h>
#include <stdbool.h>

enum { WIDTH = CHART_WIDTH, HEIGHT = CHART_HEIGHT, LEFT = 58, RIGHT = 14, TOP = 14, BOTTOM = 36,
       TICKS = 5, DOTTED_EPOCHS = 40 };

// Where the values lie, and round numbers to mark.
struct axis {
    double low;
    double step;
    int steps;
};

static bool has_values(const struct chart *chart, int line)
{
    for (size_t i = 0; i < chart->count; i++) {
        if (isfinite(chart->lines[line].values[i])) {
            return true;
        }
    }
    return false;
}

static struct axis find_axis(const struct chart *chart)
{
    double low = chart->low, high = chart->high;
    for (int l = 0; l < chart->line_count; l++) {
        for (size_t i = 0; i < chart->count; i++) {
            double v = chart->lines[l].values[i];
            if (isfinite(v)) {
                low = isnan(low) || (isnan(chart->low) && v < low) ? v : low;
                high = isnan(high) || (isnan(chart->high) && v > high) ? v : high;
            }
        }
    }
    if (isnan(low) || isnan(high) || high <= low) {
        low = isnan(low) ? 0 : low;
        high = low + 1;
    }
    // 1, 2 or 5 times a power of ten.
    double raw = (high - low) / TICKS, power = pow(10, floor(log10(raw)));
    double times = raw / power;
    double step = (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
    double first = floor(low / step + 1e-9) * step;
    return (struct axis){first, step, (int)ceil((high - first) / step - 1e-9)};
}

static double x_of(const struct chart *chart, size_t i)
{
    double span = chart->count > 1 ? chart->epochs[chart->count - 1] - chart->epochs[0] : 1;
    return LEFT + (chart->epochs[i] - chart->epochs[0]) / span * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct axis *axis, double value)
{
    double share = (value - axis->low) / (axis->step * axis->steps);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

// Below the axis stand the first epoch and the multiples of this, about ten numbers in all.
static long epoch_step(const struct chart *chart)
{
    long span = chart->count > 0 ? chart->epochs[chart->count - 1] - chart->epochs[0] : 0;
    long power = 1;
    while (span / (5 * power) >= 10) {
        power *= 10;
    }
    return power * (span / power < 10 ? 1 : span / (2 * power) < 10 ? 2 : 5);
}

// A dot for each epoch would hide a long line; a value that stands alone has nothing else.
static bool has_dot(const struct chart *chart, const double *values, size_t i)
{
    bool alone = (i == 0 || !isfinite(values[i - 1]))
                 && (i + 1 == chart->count || !isfinite(values[i + 1]));
    return isfinite(values[i]) && (chart->count <= DOTTED_EPOCHS || alone);
}

static void write_axes(FILE *out, const struct chart *chart, const struct axis *axis)
{
    for (int t = 0; t <= axis->steps; t++) {
        double value = axis->low + t * axis->step;
        double y = y_of(axis, value);
        fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                "text-anchor=\"end\">%g%s</text>\n", LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4,
                fabs(value) < axis->step / 2 ? 0 : value, chart->unit);
    }
    long step = epoch_step(chart);
    for (size_t i = 0; i < chart->count; i++) {
        long past = chart->epochs[i] % step;
        if (past == 0 || (i == 0 && 2 * (step - past) >= step)) {
            fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n",
                    x_of(chart, i), HEIGHT - BOTTOM + 18, chart->epochs[i]);
        }
    }
    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">epoch</text>\n", WIDTH - RIGHT,
            HEIGHT - 2);
}

static void write_line(FILE *out, const struct chart *chart, const struct axis *axis, int line)
{
    const double *values = chart->lines[line].values;
    bool pen_down = false;
    fprintf(out, "<path class=\"line l%d\" d=\"", line);
    for (size_t i = 0; i < chart->count; i++) {
        if (isfinite(values[i])) {
            fprintf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', x_of(chart, i),
                    y_of(axis, values[i]));
        }
        pen_down = isfinite(values[i]);
    }
    fputs("\"/>\n", out);
    for (size_t i = 0; i < chart->count; i++) {
        if (has_dot(chart, values, i)) {
            fprintf(out, "<circle class=\"dot l%d\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"/>\n", line,
                    x_of(chart, i), y_of(axis, values[i]));
        }
    }
}

static void write_values(FILE *out, const struct chart *chart)
{
    fputs("<details><summary>Values</summary><div class=\"wide\"><table><thead><tr>"
          "<th scope=\"col\">epoch</th>", out);
    for (int l = 0; l < chart->line_count; l++) {
        if (has_values(chart, l)) {
            fputs("<th scope=\"col\">", out);
            html_text(out, chart->lines[l].name);
            fputs("</th>", out);
        }
    }
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 0; i < chart->count; i++) {
        fprintf(out, "<tr data-x=\"%.1f\"><th scope=\"row\">%d</th>", x_of(chart, i),
                chart->epochs[i]);
        for (int l = 0; l < chart->line_count; l++) {
            if (has_values(chart, l) && isfinite(chart->lines[l].values[i])) {
                fprintf(out, "<td>%.5g%s</td>", chart->lines[l].values[i], chart->unit);
            } else if (has_values(chart, l)) {
                fputs("<td></td>", out);
            }
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></details>\n", out);
}

void report_chart_draw(FILE *out, const struct chart *chart)
{
    struct axis axis = find_axis(chart);
    write_axes(out, chart, &axis);
    for (int l = 0; l < chart->line_count; l++) {
        if (has_values(chart, l)) {
            write_line(out, chart, &axis, l);
        }
    }
}

void report_chart_write(FILE *out, const struct chart *chart)
{
    fprintf(out, "<div class=\"chart\"><h3>%s</h3><p class=\"legend\">", chart->title);
    for (int l = 0; l < chart->line_count; l++) {
        if (has_values(chart, l)) {
            fprintf(out, "<span class=\"key l%d\">", l);
            html_text(out, chart->lines[l].name);
            fputs("</span> ", out);
        }
    }
    fprintf(out, "</p>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" tabindex=\"0\" "
            "aria-label=\"%s over the epochs; the arrow keys read the values, which are in the "
            "table below, too\">\n", WIDTH, HEIGHT, chart->title);
    report_chart_draw(out, chart);
    fprintf(out, "<path class=\"cursor\" d=\"M0 %dV%d\"/></svg>\n<p class=\"readout\" "
            "aria-live=\"polite\">&nbsp;</p>\n", TOP, HEIGHT - BOTTOM);
    write_values(out, chart);
    fputs("</div>\n", out);
}
