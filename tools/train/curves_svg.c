#include "tools/train/curves_svg.h"

#include "core/base/output.h"
#include "formats/html_write.h"
#include "tools/train/report_chart.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, TITLE_HEIGHT = 30, LEGEND_HEIGHT = 20, LEGEND_COLUMNS = 3, GAP = 12 };

static const char style[] =
    ":root{" CHART_COLOURS_LIGHT "}@media(prefers-color-scheme:dark){:root{" CHART_COLOURS_DARK "}}"
    "text{fill:var(--soft);font:13px system-ui,sans-serif}.title{fill:var(--fg);font-size:15px}"
    ".paper{fill:var(--bg)}" CHART_LINES_STYLE;

// Zeroed, then filled from top to bottom.
struct curves {
    const struct compared_runs *runs;
    int *group;                 // for each run, of the line that it belongs to
    int group_count;
    size_t epoch_count;         // of the longest run
    int *epochs;                // [epoch_count], 1, 2 ...
    double *values;             // [CHART_LINES_MAX][epoch_count]
};

// ---- which runs are one line ----

// Every option of `a` but the seed, is it in `b`, too?
static bool has_all(const struct compared_run *a, const struct compared_run *b)
{
    for (int i = 0; i < a->options.count; i++) {
        const struct model_option *option = &a->options.items[i];
        const char *other = compared_run_option(b, option->name);
        if (strcmp(option->name, "seed") != 0 && (!other || strcmp(other, option->value) != 0)) {
            return false;
        }
    }
    return true;
}

static int find_groups(struct curves *c, struct error *err)
{
    for (int i = 0; i < c->runs->count; i++) {
        c->group[i] = c->group_count;
        for (int k = 0; k < i && c->group[i] == c->group_count; k++) {
            const struct compared_run *a = &c->runs->items[k], *b = &c->runs->items[i];
            if (has_all(a, b) && has_all(b, a)) {
                c->group[i] = c->group[k];
            }
        }
        c->group_count += c->group[i] == c->group_count;
    }
    return c->group_count <= CHART_LINES_MAX
        ? 0 : error_set(err, ERR_VALUE, "--svg draws %d lines at most, these are %d (runs that "
                        "differ in their seed alone are one)", CHART_LINES_MAX, c->group_count);
}

// The name of a run's folder, without what leads to it.
static void base_name(char name[NAME_SIZE], const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    snprintf(name, NAME_SIZE, "%.*s", (int)(end - start), path + start);
}

// "adam-1" and "adam-2" are "adam".
static void group_name(char name[NAME_SIZE], const struct curves *c, int group)
{
    int members = 0;
    char whole[NAME_SIZE] = "";
    for (int i = 0; i < c->runs->count; i++) {
        if (c->group[i] != group) {
            continue;
        }
        char other[NAME_SIZE];
        size_t same = 0;
        base_name(other, c->runs->items[i].path);
        if (members++ == 0) {
            memcpy(whole, other, NAME_SIZE);
            memcpy(name, other, NAME_SIZE);
            continue;
        }
        while (name[same] && name[same] == other[same]) {
            same++;
        }
        name[same] = 0;
    }
    size_t length = strlen(name);
    while (members > 1 && length > 0 && strchr("-_.", name[length - 1])) {
        name[--length] = 0;
    }
    if (length == 0) {
        memcpy(name, whole, NAME_SIZE);
    }
}

// ---- what they measured ----

// A column of the history, the mean over the runs of a line; NAN where one of
// them did not measure it. Times `scale`.
static const double *mean(struct curves *c, int line, int group, size_t offset, double scale)
{
    double *values = c->values + (size_t)line * c->epoch_count;
    for (size_t e = 0; e < c->epoch_count; e++) {
        double sum = 0;
        int members = 0;
        for (int i = 0; i < c->runs->count; i++) {
            if (c->group[i] == group) {
                sum += compared_run_measured(&c->runs->items[i], e, offset);
                members++;
            }
        }
        values[e] = scale * sum / members;
    }
    return values;
}

// ---- drawing ----

static int legend_rows(const struct chart *chart)
{
    return (chart->line_count + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
}

static int panel_height(const struct chart *chart)
{
    return TITLE_HEIGHT + CHART_HEIGHT + legend_rows(chart) * LEGEND_HEIGHT + GAP;
}

static void draw_panel(FILE *out, const struct chart *chart, int top)
{
    fprintf(out, "<g transform=\"translate(0 %d)\">\n<text class=\"title\" x=\"14\" y=\"20\">%s"
            "</text>\n<g transform=\"translate(0 %d)\">\n", top, chart->title, TITLE_HEIGHT);
    report_chart_draw(out, chart);
    fputs("</g>\n", out);
    for (int l = 0; l < chart->line_count; l++) {
        int x = 14 + l % LEGEND_COLUMNS * (CHART_WIDTH / LEGEND_COLUMNS);
        int y = TITLE_HEIGHT + CHART_HEIGHT + l / LEGEND_COLUMNS * LEGEND_HEIGHT + 10;
        fprintf(out, "<path class=\"line l%d\" d=\"M%d %dh24\"/><circle class=\"dot l%d\" r=\"3\" "
                "cx=\"%d\" cy=\"%d\"/><text x=\"%d\" y=\"%d\">", l, x, y, l, x + 12, y, x + 32,
                y + 4);
        html_text(out, chart->lines[l].name);
        fputs("</text>\n", out);
    }
    fputs("</g>\n", out);
}

static void draw(FILE *out, const struct chart *charts, int count, const char *says)
{
    int height = 0;
    for (int i = 0; i < count; i++) {
        height += panel_height(&charts[i]);
    }
    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>%s</title>\n<style>%s</style>\n"
            "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", CHART_WIDTH, height,
            CHART_WIDTH, height, says, style, CHART_WIDTH, height);
    for (int i = 0, top = 0; i < count; i++) {
        draw_panel(out, &charts[i], top);
        top += panel_height(&charts[i]);
    }
    fputs("</svg>\n", out);
}

#define COLUMN(member) offsetof(struct history_row, member)

static void draw_several(FILE *out, struct curves *c)
{
    char names[CHART_LINES_MAX][NAME_SIZE];
    struct chart chart = {
        .title = "Validation accuracy per sample", .unit = " %", .low = 0, .high = NAN,
        .count = c->epoch_count, .epochs = c->epochs, .line_count = c->group_count,
    };
    for (int g = 0; g < c->group_count; g++) {
        group_name(names[g], c, g);
        chart.lines[g].name = names[g];
        chart.lines[g].values = mean(c, g, g, COLUMN(val_accuracy_sample), 100);
    }
    draw(out, &chart, 1, "Validation accuracy per sample over the epochs");
}

static void draw_one(FILE *out, struct curves *c)
{
    struct chart charts[2] = {
        {.title = "Accuracy", .unit = " %", .low = 0, .high = 100, .count = c->epoch_count,
         .epochs = c->epochs, .line_count = 3,
         .lines = {{"training, per frame", mean(c, 0, 0, COLUMN(train_accuracy_frame), 100)},
                   {"validation, per frame", mean(c, 1, 0, COLUMN(val_accuracy_frame), 100)},
                   {"validation, per sample", mean(c, 2, 0, COLUMN(val_accuracy_sample), 100)}}},
        {.title = "Loss", .unit = "", .low = 0, .high = NAN, .count = c->epoch_count,
         .epochs = c->epochs, .line_count = 2,
         .lines = {{"training", mean(c, 3, 0, COLUMN(train_loss), 1)},
                   {"validation", mean(c, 4, 0, COLUMN(val_loss), 1)}}},
    };
    draw(out, charts, 2, "Accuracy and loss over the epochs");
}

static int write_picture(struct curves *c, const char *path, bool force, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        return error_nomem(err, path);
    }
    if (c->group_count == 1) {
        draw_one(out, c);
    } else {
        draw_several(out, c);
    }
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    int code = failed ? error_nomem(err, path)
                      : output_write_file(path, text, size, force, err);
    free(text);
    return code;
}

static void clear(struct curves *c)
{
    free(c->group);
    free(c->epochs);
    free(c->values);
}

int curves_svg_write(const char *path, bool force, const struct compared_runs *runs,
                     struct error *err)
{
    struct curves c = {.runs = runs, .epoch_count = compared_runs_epochs(runs)};
    if (c.epoch_count == 0) {
        return error_set(err, ERR_VALUE, "--svg: %s has finished no epoch yet",
                         runs->items[0].path);
    }
    c.group = calloc((size_t)runs->count, sizeof *c.group);
    c.epochs = calloc(c.epoch_count, sizeof *c.epochs);
    c.values = calloc(CHART_LINES_MAX * c.epoch_count, sizeof *c.values);
    int code = c.group && c.epochs && c.values ? find_groups(&c, err)
                                               : error_nomem(err, "curves");
    for (size_t e = 0; code == 0 && e < c.epoch_count; e++) {
        c.epochs[e] = (int)e + 1;
    }
    code = code < 0 ? code : write_picture(&c, path, force, err);
    clear(&c);
    return code;
}
