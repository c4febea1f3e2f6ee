#include "tools/train/curves_svg.h"

#include "core/base/output.h"
#include "formats/history.h"
#include "formats/html_write.h"
#include "tools/train/compared_run.h"
#include "tools/train/report_chart.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, TITLE_HEIGHT = 30, LEGEND_HEIGHT = 20, LEGEND_COLUMNS = 3, GAP = 12 };

// Lines are told apart by their dashes, too.
static const char style[] =
    ":root{--fg:#1b1f24;--bg:#fff;--soft:#57606a;--edge:#d0d7de;--l0:#0550ae;--l1:#b83a00;"
    "--l2:#116329;--l3:#6e40c9;--l4:#9a6700;--l5:#bf3989;--l6:#1b7c83;--l7:#57606a}"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#9aa4af;"
    "--edge:#3d444d;--l0:#79b8ff;--l1:#ffab70;--l2:#7ee787;--l3:#d2a8ff;--l4:#e3b341;"
    "--l5:#ff9bce;--l6:#76e3ea;--l7:#9aa4af}}"
    "text{fill:var(--soft);font:13px system-ui,sans-serif}.title{fill:var(--fg);font-size:15px}"
    ".paper{fill:var(--bg)}.grid{stroke:var(--edge);fill:none}"
    ".line{fill:none;stroke-width:2}"
    ".line.l0{stroke:var(--l0)}.line.l1{stroke:var(--l1);stroke-dasharray:7 3}"
    ".line.l2{stroke:var(--l2);stroke-dasharray:2 3}.line.l3{stroke:var(--l3)}"
    ".line.l4{stroke:var(--l4);stroke-dasharray:7 3}.line.l5{stroke:var(--l5);"
    "stroke-dasharray:2 3}.line.l6{stroke:var(--l6)}.line.l7{stroke:var(--l7);"
    "stroke-dasharray:7 3}"
    ".dot.l0{fill:var(--l0)}.dot.l1{fill:var(--l1)}.dot.l2{fill:var(--l2)}"
    ".dot.l3{fill:var(--l3)}.dot.l4{fill:var(--l4)}.dot.l5{fill:var(--l5)}"
    ".dot.l6{fill:var(--l6)}.dot.l7{fill:var(--l7)}";

// Zeroed, then filled from top to bottom.
struct curves {
    int count;
    struct compared_run *runs;  // [count]
    struct history *histories;  // [count]
    int *group;                 // [count], of the line that the run belongs to
    int group_count;
    size_t epoch_count;         // of the longest run
    int *epochs;                // [epoch_count], 1, 2 ...
    double *values;             // [CHART_LINES_MAX][epoch_count]
};

// ---- which runs are one line ----

// Every option of `a` but the seed, is it in `b`, too?
static bool has_all(const struct compared_run *a, const struct compared_run *b)
{
    for (int i = 0; i < a->option_count; i++) {
        const char *other = compared_run_option(b, a->names[i]);
        if (strcmp(a->names[i], "seed") != 0
            && (!other || strcmp(other, a->values[i]) != 0)) {
            return false;
        }
    }
    return true;
}

static int find_groups(struct curves *c, struct error *err)
{
    for (int i = 0; i < c->count; i++) {
        c->group[i] = c->group_count;
        for (int k = 0; k < i && c->group[i] == c->group_count; k++) {
            if (has_all(&c->runs[k], &c->runs[i]) && has_all(&c->runs[i], &c->runs[k])) {
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
    for (int i = 0; i < c->count; i++) {
        if (c->group[i] != group) {
            continue;
        }
        char other[NAME_SIZE];
        size_t same = 0;
        base_name(other, c->runs[i].path);
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

static int read_runs(struct curves *c, char *const *paths, const struct sandbox *sandbox,
                     struct error *err)
{
    int code = 0;
    for (int i = 0; i < c->count && code == 0; i++) {
        size_t size = strlen(paths[i]) + sizeof "/history.csv";
        char *file = malloc(size);
        code = file ? compared_run_read(&c->runs[i], paths[i], sandbox, err)
                    : error_nomem(err, paths[i]);
        if (code == 0) {
            snprintf(file, size, "%s/history.csv", paths[i]);
            code = history_read(&c->histories[i], file, err);
        }
        free(file);
        c->epoch_count = c->histories[i].count > c->epoch_count ? c->histories[i].count
                                                                : c->epoch_count;
    }
    if (code == 0 && c->epoch_count == 0) {
        code = error_set(err, ERR_VALUE, "--svg: %s has finished no epoch yet", paths[0]);
    }
    return code;
}

// A column of the history, the mean over the runs of a line; NAN where one of
// them did not measure it. Times `scale`.
static const double *mean(struct curves *c, int line, int group, size_t offset, double scale)
{
    double *values = c->values + (size_t)line * c->epoch_count;
    for (size_t e = 0; e < c->epoch_count; e++) {
        double sum = 0;
        int members = 0;
        for (int i = 0; i < c->count; i++) {
            if (c->group[i] == group) {
                const struct history *h = &c->histories[i];
                sum += e < h->count ? *(const double *)(const void *)
                                          ((const char *)&h->rows[e] + offset)
                                    : NAN;
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
    for (int i = 0; i < c->count; i++) {
        if (c->runs) {
            compared_run_clear(&c->runs[i]);
        }
        if (c->histories) {
            history_clear(&c->histories[i]);
        }
    }
    free(c->runs);
    free(c->histories);
    free(c->group);
    free(c->epochs);
    free(c->values);
}

int curves_svg_write(const char *path, bool force, char *const *runs, int count,
                     const struct sandbox *sandbox, struct error *err)
{
    struct curves c = {.count = count};
    c.runs = calloc((size_t)count, sizeof *c.runs);
    c.histories = calloc((size_t)count, sizeof *c.histories);
    c.group = calloc((size_t)count, sizeof *c.group);
    int code = c.runs && c.histories && c.group ? 0 : error_nomem(err, "runs");
    code = code < 0 ? code : read_runs(&c, runs, sandbox, err);
    code = code < 0 ? code : find_groups(&c, err);
    if (code == 0) {
        c.epochs = calloc(c.epoch_count, sizeof *c.epochs);
        c.values = calloc(CHART_LINES_MAX * c.epoch_count, sizeof *c.values);
        code = c.epochs && c.values ? 0 : error_nomem(err, "curves");
    }
    for (size_t e = 0; code == 0 && e < c.epoch_count; e++) {
        c.epochs[e] = (int)e + 1;
    }
    code = code < 0 ? code : write_picture(&c, path, force, err);
    clear(&c);
    return code;
}
