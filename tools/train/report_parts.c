#include "tools/train/report_parts.h"

#include "formats/html_write.h"
#include "formats/predictions.h"
#include "tools/train/filter_pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_CLASSES_MAX = 150, WRONG_MAX = 24, FRAMES_SHOWN = 3, SIDE_WANTED = 64 };

// ---- what the net says ----

void report_answers_clear(struct report_answers *answers)
{
    free(answers->said);
    free(answers->sure);
    free(answers->table);
    *answers = (struct report_answers){0};
}

int report_answers_make(struct report_answers *ret, const struct run_report *report,
                        struct error *err)
{
    size_t count = report->val->count, classes = (size_t)report->pack->class_count;
    struct predictions predictions = {
        .probabilities = report->probabilities,
        .samples = count,
        .frames_per_sample = report->pack->data.frames_per_sample,
        .classes = report->pack->class_count,
    };
    struct report_answers made = {
        .count = count,
        .said = calloc(count + 1, sizeof *made.said),
        .sure = calloc(count + 1, sizeof *made.sure),
        .table = calloc(classes * classes, sizeof *made.table),
    };
    double *scores = calloc(classes, sizeof *scores);
    if (!made.said || !made.sure || !made.table || !scores) {
        free(scores);
        report_answers_clear(&made);
        return error_nomem(err, "a report");
    }
    for (size_t i = 0; i < count; i++) {
        predictions_sample_scores(&predictions, i, scores);
        made.said[i] = predictions_best(scores, report->pack->class_count);
        made.sure[i] = scores[made.said[i]];
        size_t label = report->pack->data.labels[report->val->rows[i]];
        made.table[label * classes + (size_t)made.said[i]]++;
    }
    free(scores);
    *ret = made;
    return 0;
}

static size_t row_sum(const struct report_answers *answers, int classes, int label)
{
    size_t sum = 0;
    for (int k = 0; k < classes; k++) {
        sum += answers->table[(size_t)label * (size_t)classes + (size_t)k];
    }
    return sum;
}

// ---- tables ----

void report_confusion_write(FILE *out, const struct run_report *report,
                            const struct report_answers *answers)
{
    int classes = report->pack->class_count;
    fputs("<h2>What is taken for what</h2>\n", out);
    if (classes > TABLE_CLASSES_MAX) {
        fprintf(out, "<p>%d classes are too many for a table; val-confusion.csv has all.</p>\n",
                classes);
        return;
    }
    fputs("<p>Samples of the validation part: rows are the labels, columns what the net says. The "
          "stronger the colour, the larger the share of the row.</p>\n"
          "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Confusion matrix\"><table class=\"confusion\"><thead><tr>"
          "<td></td>", out);
    for (int k = 0; k < classes; k++) {
        fputs("<th scope=\"col\"><span>", out);
        html_text(out, report->pack->classes[k]);
        fputs("</span></th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (int i = 0; i < classes; i++) {
        size_t sum = row_sum(answers, classes, i);
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, report->pack->classes[i]);
        fputs("</th>", out);
        for (int k = 0; k < classes; k++) {
            size_t n = answers->table[(size_t)i * (size_t)classes + (size_t)k];
            double share = sum > 0 ? (double)n / (double)sum : 0;
            fprintf(out, "<td class=\"%s\" style=\"--s:%.3f\">", i == k ? "right" : "wrong",
                    share);
            if (n > 0) {
                fprintf(out, "%zu", n);
            }
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

struct class_score {
    int number;
    size_t right;
    size_t samples;
    double share;
};

// The best first; those without samples last; then by number.
static int by_share(const void *a, const void *b)
{
    const struct class_score *x = a, *y = b;
    int order = (y->share > x->share) - (y->share < x->share);
    return order ? order : x->number - y->number;
}

void report_classes_write(FILE *out, const struct run_report *report,
                          const struct report_answers *answers)
{
    int classes = report->pack->class_count;
    struct class_score *scores = calloc((size_t)classes, sizeof *scores);
    if (!scores) {
        return; // the table above has the same numbers
    }
    for (int i = 0; i < classes; i++) {
        size_t right = answers->table[(size_t)i * (size_t)classes + (size_t)i];
        size_t sum = row_sum(answers, classes, i);
        scores[i] = (struct class_score){i, right, sum,
                                         sum > 0 ? (double)right / (double)sum : -1};
    }
    qsort(scores, (size_t)classes, sizeof *scores, by_share);
    fputs("<h2>Accuracy of each class</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Accuracy of each class\"><table class=\"classes\"><thead>"
          "<tr><th scope=\"col\">class</th><th scope=\"col\">right</th><th scope=\"col\">samples"
          "</th><th scope=\"col\">accuracy</th><td></td></tr></thead><tbody>\n", out);
    for (int i = 0; i < classes; i++) {
        if (scores[i].samples == 0) {
            continue;
        }
        fputs("<tr><th scope=\"row\">", out);
        html_text(out, report->pack->classes[scores[i].number]);
        fprintf(out, "</th><td>%zu</td><td>%zu</td><td>%.1f %%</td><td class=\"bar\"><div "
                "style=\"width:%.1f%%\"></div></td></tr>\n", scores[i].right, scores[i].samples,
                100 * scores[i].share, 100 * scores[i].share);
    }
    fputs("</tbody></table></div>\n", out);
    free(scores);
}

// ---- pictures ----

// First, middle and last frame of a sample, side by side.
static int write_frames(FILE *out, const struct run_report *report, uint32_t row,
                        const char *alt, struct error *err)
{
    const struct dataset *data = &report->pack->data;
    int shown = data->frames_per_sample < FRAMES_SHOWN ? data->frames_per_sample : FRAMES_SHOWN;
    size_t line = 3 * (size_t)data->width, frame = line * (size_t)data->height;
    uint8_t *pixels = malloc((size_t)shown * frame);
    if (!pixels) {
        return error_nomem(err, "a report");
    }
    for (int k = 0; k < shown; k++) {
        int t = shown > 1 ? k * (data->frames_per_sample - 1) / (shown - 1) : 0;
        const uint8_t *from = data->frames
            + ((size_t)row * (size_t)data->frames_per_sample + (size_t)t) * frame;
        for (int y = 0; y < data->height; y++) {
            memcpy(pixels + ((size_t)y * (size_t)shown + (size_t)k) * line,
                   from + (size_t)y * line, line);
        }
    }
    int zoom = data->width < SIDE_WANTED ? (SIDE_WANTED + data->width - 1) / data->width : 1;
    int code = html_picture(out, pixels, shown * data->width, data->height, zoom, alt, err);
    free(pixels);
    return code;
}

struct wrong {
    double sure;
    size_t at; // in the validation part
};

static int by_sureness(const void *a, const void *b)
{
    const struct wrong *x = a, *y = b;
    int order = (y->sure > x->sure) - (y->sure < x->sure);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

// Samples of one source video are nearly the same picture: one of them is enough.
static bool same_source(const struct pack *pack, uint32_t a, uint32_t b)
{
    const char *group = pack_group(pack, a);
    return group[0] && pack->data.labels[a] == pack->data.labels[b]
           && strcmp(group, pack_group(pack, b)) == 0;
}

// Of the wrong ones, the first of each source video: their count, moved to the
// front.
static size_t keep_one_each(struct wrong *wrong, size_t count, size_t wanted,
                            const struct run_report *report)
{
    const uint32_t *rows = report->val->rows;
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < wanted; i++) {
        bool is_new = true;
        for (size_t k = 0; k < kept && is_new; k++) {
            is_new = !same_source(report->pack, rows[wrong[k].at], rows[wrong[i].at]);
        }
        if (is_new) {
            wrong[kept++] = wrong[i];
        }
    }
    return kept;
}

static int write_wrong(FILE *out, const struct run_report *report,
                       const struct report_answers *answers, size_t at, struct error *err)
{
    const struct pack *pack = report->pack;
    uint32_t row = report->val->rows[at];
    const char *label = pack->classes[pack->data.labels[row]];
    const char *said = pack->classes[answers->said[at]];
    char alt[300];
    snprintf(alt, sizeof alt, "Frames of %s", pack_path(pack, row));
    fputs("<figure>", out);
    int code = write_frames(out, report, row, alt, err);
    fputs("<figcaption><b>", out);
    html_text(out, said);
    fprintf(out, "</b> (%.0f %%), but it is <b>", 100 * answers->sure[at]);
    html_text(out, label);
    fputs("</b><br><small>", out);
    html_text(out, pack_path(pack, row));
    fputs("</small></figcaption></figure>\n", out);
    return code;
}

int report_wrong_write(FILE *out, const struct run_report *report,
                       const struct report_answers *answers, struct error *err)
{
    struct wrong *wrong = calloc(answers->count + 1, sizeof *wrong);
    if (!wrong) {
        return error_nomem(err, "a report");
    }
    size_t count = 0;
    for (size_t i = 0; i < answers->count; i++) {
        if (answers->said[i] != (int)report->pack->data.labels[report->val->rows[i]]) {
            wrong[count++] = (struct wrong){answers->sure[i], i};
        }
    }
    qsort(wrong, count, sizeof *wrong, by_sureness);
    fprintf(out, "<h2>Wrong, and most sure of it</h2>\n<p>%zu of %zu samples of the validation "
            "part are wrong%s.</p>\n<div class=\"gallery\">\n", count, answers->count,
            count > 0 ? "; here is at most one of each source video" : "");
    size_t shown = keep_one_each(wrong, count, WRONG_MAX, report);
    int code = 0;
    for (size_t i = 0; i < shown && code == 0; i++) {
        code = write_wrong(out, report, answers, wrong[i].at, err);
    }
    fputs("</div>\n", out);
    free(wrong);
    return code;
}

int report_filters_write(FILE *out, const struct run_report *report, struct error *err)
{
    struct filter_pictures filters;
    if (!filter_pictures_find(&filters, report->net)) {
        return 0;
    }
    int height = filters.height, width = filters.width, code = 0;
    uint8_t *pixels = malloc(3 * (size_t)height * (size_t)width);
    if (!pixels) {
        return error_nomem(err, "a report");
    }
    int shown = filters.count < FILTER_PICTURES_MAX ? filters.count : FILTER_PICTURES_MAX;
    fprintf(out, "<h2>Filters of the first layer</h2>\n<p>%d of %d, %dx%d pixels%s; each from its "
            "smallest weight (black) to its largest (white).</p>\n<div class=\"filters\">\n",
            shown, filters.count, height, width,
            filters.channels > 3 ? ", for the first frame" : "");
    for (int i = 0; i < shown && code == 0; i++) {
        char alt[40];
        snprintf(alt, sizeof alt, "Filter %d", i);
        filter_pictures_draw(pixels, &filters, i);
        code = html_picture(out, pixels, width, height, 8, alt, err);
    }
    fputs("</div>\n", out);
    free(pixels);
    return code;
}
