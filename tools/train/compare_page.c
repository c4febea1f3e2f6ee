#include "tools/train/compare_page.h"

#include "core/base/output.h"
#include "formats/html_write.h"
#include "tools/train/report_chart.h"
#include "tools/train/report_page.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 320 };

// Zeroed, then filled from top to bottom.
struct page {
    FILE *out;
    const struct compared_runs *runs;
    size_t epoch_count; // of the longest run
    int *epochs;        // [epoch_count], 1, 2 ...
    double *values;     // [runs][epoch_count], for one chart at a time
};

// ---- tables ----

static void write_number(FILE *out, double value, double scale, int decimals, const char *unit)
{
    if (isnan(value)) {
        fputs("<td></td>", out);
    } else {
        fprintf(out, "<td>%.*f%s</td>", decimals, scale * value, unit);
    }
}

static void write_run_heads(const struct page *page)
{
    for (int i = 0; i < page->runs->count; i++) {
        fprintf(page->out, "<th scope=\"col\">%d</th>", i + 1);
    }
}

static void write_results(const struct page *page)
{
    FILE *out = page->out;
    fputs("<h2>What they came to</h2>\n<p>Accuracies are per sample.</p>\n<div class=\"wide\" "
          "tabindex=\"0\" role=\"region\" aria-label=\"Results\"><table><thead><tr>"
          "<th scope=\"col\">run</th><th scope=\"col\">parameters</th>"
          "<th scope=\"col\">multiply-adds</th><th scope=\"col\">epochs</th>"
          "<th scope=\"col\">seconds</th><th scope=\"col\">best validation</th>"
          "<th scope=\"col\">in epoch</th><th scope=\"col\">last validation</th>"
          "<th scope=\"col\">test</th></tr></thead><tbody>\n", out);
    for (int i = 0; i < page->runs->count; i++) {
        const struct compared_run *run = &page->runs->items[i];
        fprintf(out, "<tr><th scope=\"row\">%d ", i + 1);
        html_text(out, run->path);
        fputs("</th>", out);
        write_number(out, run->parameters, 1, 0, "");
        write_number(out, run->multiply_adds, 1, 0, "");
        write_number(out, (double)run->history.count, 1, 0, "");
        write_number(out, run->seconds, 1, 1, "");
        write_number(out, run->best, 100, 1, " %");
        write_number(out, run->best_epoch > 0 ? (double)run->best_epoch : NAN, 1, 0, "");
        write_number(out, run->last, 100, 1, " %");
        write_number(out, run->test, 100, 1, " %");
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_difference(void *context, const char *name)
{
    const struct page *page = context;
    FILE *out = page->out;
    fputs("<tr><th scope=\"row\">", out);
    html_text(out, name);
    fputs("</th>", out);
    for (int i = 0; i < page->runs->count; i++) {
        const char *value = compared_run_option(&page->runs->items[i], name);
        fputs("<td>", out);
        if (value) {
            html_text(out, value);
        }
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

static void write_differences(struct page *page)
{
    fputs("<h2>Options that differ</h2>\n<p>The runs by their numbers; an empty cell: the run has "
          "no such option.</p>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Options that differ\"><table class=\"plain\"><thead><tr>"
          "<th scope=\"col\">option</th>", page->out);
    write_run_heads(page);
    fputs("</tr></thead><tbody>\n", page->out);
    compared_runs_each_difference(page->runs, write_difference, page);
    fputs("</tbody></table></div>\n", page->out);
}

// ---- curves ----

// A column of every run's history, times `scale`.
static void write_chart(struct page *page, const char *title, size_t offset, double scale,
                        double high, const char *unit)
{
    char names[CHART_LINES_MAX][NAME_SIZE];
    struct chart chart = {
        .title = title, .unit = unit, .low = 0, .high = high, .count = page->epoch_count,
        .epochs = page->epochs, .line_count = page->runs->count,
    };
    for (int i = 0; i < page->runs->count; i++) {
        const struct compared_run *run = &page->runs->items[i];
        double *values = page->values + (size_t)i * page->epoch_count;
        for (size_t e = 0; e < page->epoch_count; e++) {
            values[e] = scale * compared_run_measured(run, e, offset);
        }
        snprintf(names[i], NAME_SIZE, "%d %s", i + 1, run->path);
        chart.lines[i].name = names[i];
        chart.lines[i].values = values;
    }
    report_chart_write(page->out, &chart);
}

#define COLUMN(member) offsetof(struct history_row, member)

static void write_page(struct page *page)
{
    char title[64];
    snprintf(title, sizeof title, "%d run%s side by side", page->runs->count,
             page->runs->count == 1 ? "" : "s");
    report_page_begin(page->out, title);
    write_results(page);
    fputs("<h2>Learning</h2>\n<div class=\"charts\">\n", page->out);
    write_chart(page, "Validation accuracy per sample", COLUMN(val_accuracy_sample), 100, 100,
                " %");
    write_chart(page, "Validation loss", COLUMN(val_loss), 1, NAN, "");
    write_chart(page, "Training accuracy per frame", COLUMN(train_accuracy_frame), 100, 100,
                " %");
    write_chart(page, "Training loss", COLUMN(train_loss), 1, NAN, "");
    fputs("</div>\n", page->out);
    write_differences(page);
    report_page_end(page->out);
}

int compare_page_write(const char *path, bool force, const struct compared_runs *runs,
                       struct error *err)
{
    if (runs->count > CHART_LINES_MAX) {
        return error_set(err, ERR_VALUE, "--html shows %d runs at most, these are %d (--tsv takes "
                         "any number)", CHART_LINES_MAX, runs->count);
    }
    struct page page = {.runs = runs, .epoch_count = compared_runs_epochs(runs)};
    if (page.epoch_count == 0) {
        return error_set(err, ERR_VALUE, "--html: %s has finished no epoch yet",
                         runs->items[0].path);
    }
    char *text = NULL;
    size_t size = 0;
    page.epochs = calloc(page.epoch_count, sizeof *page.epochs);
    page.values = calloc((size_t)runs->count * page.epoch_count, sizeof *page.values);
    page.out = page.epochs && page.values ? open_memstream(&text, &size) : NULL;
    int code = page.out ? 0 : error_nomem(err, path);
    if (code == 0) {
        for (size_t e = 0; e < page.epoch_count; e++) {
            page.epochs[e] = (int)e + 1;
        }
        write_page(&page);
        bool failed = ferror(page.out) != 0;
        failed = fclose(page.out) != 0 || failed;
        code = failed ? error_nomem(err, path)
                      : output_write_file(path, text, size, force, err);
    }
    free(text);
    free(page.epochs);
    free(page.values);
    return code;
}
