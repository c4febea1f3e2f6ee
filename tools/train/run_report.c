#include "tools/train/run_report.h"

#include "core/base/output.h"
#include "formats/html_write.h"
#include "tools/common/scoring.h"
#include "tools/train/report_chart.h"
#include "tools/train/report_page.h"
#include "tools/train/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_SIZE = 1024 };

// ---- curves ----

enum { COLUMNS = 6 };

// The columns of the history one by one, accuracies in per cent.
static void fill_columns(double *columns[COLUMNS], int *epochs, const struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct history_row *row = &history->rows[i];
        epochs[i] = row->epoch;
        columns[0][i] = row->train_loss;
        columns[1][i] = row->val_loss;
        columns[2][i] = 100 * row->train_accuracy_frame;
        columns[3][i] = 100 * row->val_accuracy_frame;
        columns[4][i] = 100 * row->val_accuracy_sample;
        columns[5][i] = 100 * row->train_accuracy_sample;
    }
}

static int write_charts(FILE *out, const struct history *history, struct error *err)
{
    size_t count = history->count;
    double *values = calloc(COLUMNS * count + 1, sizeof *values), *columns[COLUMNS];
    int *epochs = calloc(count + 1, sizeof *epochs);
    if (!values || !epochs) {
        free(values);
        free(epochs);
        return error_nomem(err, "a report");
    }
    for (int c = 0; c < COLUMNS; c++) {
        columns[c] = values + (size_t)c * count;
    }
    fill_columns(columns, epochs, history);
    struct chart loss = {
        .title = "Loss", .unit = "", .low = 0, .high = NAN, .count = count, .epochs = epochs,
        .line_count = 2,
        .lines = {{"training", columns[0]}, {"validation", columns[1]}},
    };
    struct chart accuracy = {
        .title = "Accuracy", .unit = " %", .low = 0, .high = 100, .count = count,
        .epochs = epochs, .line_count = 4,
        .lines = {{"training, per frame", columns[2]}, {"validation, per frame", columns[3]},
                  {"validation, per sample", columns[4]}, {"training, per sample", columns[5]}},
    };
    fputs("<h2>Learning</h2>\n<div class=\"charts\">\n", out);
    report_chart_write(out, &loss);
    report_chart_write(out, &accuracy);
    fputs("</div>\n", out);
    free(values);
    free(epochs);
    return 0;
}

// ---- the other parts ----

// "tutorial on ucf101.h5": nothing of where the run is, which changes no byte.
static void begin_page(FILE *out, const struct run_report *report)
{
    const char *net = "a net";
    char title[TITLE_SIZE];
    for (int i = 0; i < report->record->count; i++) {
        if (strcmp(report->record->items[i].name, "net") == 0) {
            net = report->record->items[i].value;
        }
    }
    snprintf(title, sizeof title, "%s on %s", net, report->pack->path);
    report_page_begin(out, title);
}

static void write_summary(FILE *out, const struct run_report *report)
{
    const struct history *history = report->history;
    const struct history_row *last = &history->rows[history->count - 1];
    fprintf(out, "<p>%zu epoch%s, %d classes. Training loss %.4f", history->count,
            history->count == 1 ? "" : "s", report->pack->class_count, last->train_loss);
    if (isfinite(last->val_accuracy_sample)) {
        fprintf(out, "; validation accuracy %.1f %% per frame, <b>%.1f %% per sample</b>",
                100 * last->val_accuracy_frame, 100 * last->val_accuracy_sample);
    }
    fputs(".</p>\n", out);
}

static void write_layers(FILE *out, const struct net *net)
{
    fputs("<h2>Layers</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Layers\"><table><thead><tr><th scope=\"col\">layer</th>"
          "<th scope=\"col\">name</th><th scope=\"col\">output</th><th scope=\"col\">parameters"
          "</th><th scope=\"col\">multiply-adds</th></tr></thead><tbody>\n", out);
    size_t parameters = 0;
    for (int i = 0; i < net_layer_count(net); i++) {
        struct net_layer layer = net_layer(net, i);
        char shape[SHAPE_TEXT_SIZE];
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, layer.label);
        fputs("</th><td>", out);
        html_text(out, layer.name);
        fprintf(out, "</td><td>%s</td><td>%zu</td><td>%.0f</td></tr>\n",
                shape_text(shape, layer.output), layer.parameters, layer.multiply_adds);
        parameters += layer.parameters;
    }
    fprintf(out, "<tr><th scope=\"row\">all</th><td></td><td></td><td>%zu</td><td>%.0f</td></tr>\n"
            "</tbody></table></div>\n", parameters, net_multiply_adds(net));
}

static void write_settings(FILE *out, const struct run_report *report)
{
    fputs("<h2>Settings</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Settings\"><table class=\"plain\"><tbody>\n", out);
    for (int i = 0; i < report->record->count; i++) {
        const struct model_option *option = &report->record->items[i];
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, option->name);
        fputs("</th><td>", out);
        html_text(out, option->value);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

// A word as a shell takes it for one: within '...', where it needs that.
static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-+./,:=@";
    bool quoted = !word[0] || word[strspn(word, plain)];
    char piece[2] = "";
    fputs(quoted ? "&#39;" : "", out);
    for (const char *c = word; *c; c++) {
        piece[0] = *c;
        if (*c == '\'') {
            html_text(out, "'\\''");
        } else if ((unsigned char)*c < 0x80) {
            html_text(out, piece);
        } else {
            fputc(*c, out);
        }
    }
    fputs(quoted ? "&#39;" : "", out);
}

static void write_commands(FILE *out, const struct run_report *report)
{
    fputs("<h2>Again</h2>\n<p>RUN is the folder that this page is in.</p>\n"
          "<pre><code>train -o again --recipe RUN/options.txt ", out);
    write_word(out, report->pack->path);
    fputs("\npredict -o results.csv RUN/model.h5 ", out);
    write_word(out, report->pack->path);
    fputs("</code></pre>\n", out);
}

static int write_page(FILE *out, const struct run_report *report, struct error *err)
{
    struct report_answers answers = {0};
    int code = 0;
    begin_page(out, report);
    write_summary(out, report);
    code = write_charts(out, report->history, err);
    if (code == 0 && report->probabilities) {
        code = report_answers_make(&answers, report, err);
        if (code == 0) {
            report_confusion_write(out, report, &answers);
            report_classes_write(out, report, &answers);
            code = report_wrong_write(out, report, &answers, err);
        }
    }
    code = code < 0 ? code : report_filters_write(out, report, err);
    if (code == 0) {
        write_layers(out, report->net);
        write_settings(out, report);
        write_commands(out, report);
        report_page_end(out);
    }
    report_answers_clear(&answers);
    return code;
}

int run_report_write(const struct run_report *report, const char *path, struct error *err)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = report->history->count > 0 ? open_memstream(&page, &size) : NULL;
    if (!out) {
        return report->history->count > 0 ? error_nomem(err, path) : 0; // nothing to tell yet
    }
    int code = write_page(out, report, err);
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    if (code == 0) {
        code = failed ? error_nomem(err, path) : output_write_file(path, page, size, true, err);
    }
    free(page);
    return code;
}

int run_report_make(struct run_report report, const struct dataset *data,
                    struct threads *threads, const char *path, struct error *err)
{
    size_t each = (size_t)data->frames_per_sample * (size_t)report.pack->class_count;
    size_t count = report.val->count;
    float *probabilities = NULL;
    int code = 0;
    if (count > 0) {
        struct score score;
        struct score_options options = {.label = NULL};
        probabilities = count > SIZE_MAX / sizeof(float) / each
            ? NULL : malloc(count * each * sizeof(float));
        code = probabilities
            ? score_rows(&score, report.net, data, (struct subset){report.val->rows, count},
                         threads, &options, probabilities, err)
            : error_nomem(err, path);
    }
    report.probabilities = probabilities;
    code = code < 0 ? code : run_report_write(&report, path, err);
    free(probabilities);
    return code;
}
