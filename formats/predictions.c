#include "formats/predictions.h"

#include "formats/csv_field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void predictions_frame_scores(const struct predictions *predictions, size_t sample, int frame,
                              double *scores)
{
    size_t classes = (size_t)predictions->classes;
    size_t index = sample * (size_t)predictions->frames_per_sample + (size_t)frame;
    const float *probabilities = predictions->probabilities + index * classes;
    for (size_t c = 0; c < classes; c++) {
        scores[c] = probabilities[c];
    }
}

void predictions_sample_scores(const struct predictions *predictions, size_t sample,
                               double *scores)
{
    size_t classes = (size_t)predictions->classes;
    size_t frames = (size_t)predictions->frames_per_sample;
    const float *probabilities = predictions->probabilities + sample * frames * classes;
    for (size_t c = 0; c < classes; c++) {
        double sum = 0;
        for (size_t t = 0; t < frames; t++) {
            sum += probabilities[t * classes + c];
        }
        scores[c] = sum / (double)frames;
    }
}

int predictions_best(const double *scores, int count)
{
    int best = 0;
    for (int c = 1; c < count; c++) {
        if (scores[c] > scores[best]) {
            best = c;
        }
    }
    return best;
}

// Every class name as a field, [classes] texts in one block; NULL when out of memory.
static char **quote_names(const struct predictions *predictions)
{
    size_t count = (size_t)predictions->classes;
    size_t size = count * sizeof(char *);
    for (size_t c = 0; c < count; c++) {
        size += csv_field_bound(strlen(predictions->class_names[c]));
    }
    char **names = malloc(size);
    if (!names) {
        return NULL;
    }
    char *text = (char *)(names + count);
    for (size_t c = 0; c < count; c++) {
        names[c] = csv_field(text, predictions->class_names[c]);
        text += csv_field_bound(strlen(predictions->class_names[c]));
    }
    return names;
}

static int write_header(FILE *out, const struct predictions *predictions, bool scores)
{
    fputs("Id,Class", out);
    for (int c = 0; scores && c < predictions->classes; c++) {
        // "score_" goes within the quotes that the name may need.
        const char *name = predictions->class_names[c];
        size_t length = strlen(name);
        char *title = malloc(sizeof "score_" + length + csv_field_bound(length + 6));
        if (!title) {
            return ERR_NOMEM;
        }
        memcpy(title, "score_", 6);
        memcpy(title + 6, name, length + 1);
        fputc(',', out);
        fputs(csv_field(title + 6 + length + 1, title), out);
        free(title);
    }
    fputc('\n', out);
    return 0;
}

static void write_line(FILE *out, size_t id, const struct predictions *predictions,
                       const double *scores, char *const *names, bool with_scores)
{
    char text[64];
    int best = predictions_best(scores, predictions->classes);
    snprintf(text, sizeof text, "%zu,", id);
    fputs(text, out);
    if (names) {
        fputs(names[best], out);
    } else {
        snprintf(text, sizeof text, "%d", best);
        fputs(text, out);
    }
    for (int c = 0; with_scores && c < predictions->classes; c++) {
        snprintf(text, sizeof text, ",%.6g", scores[c]);
        fputs(text, out);
    }
    fputc('\n', out);
}

int predictions_write(FILE *out, const char *name, const struct predictions *predictions,
                      struct predictions_format format, struct error *err)
{
    int code = 0;
    char **names = format.names ? quote_names(predictions) : NULL;
    double *scores = malloc((size_t)predictions->classes * sizeof *scores);
    if (!scores || (format.names && !names)) {
        code = error_nomem(err, name);
        goto done;
    }
    errno = 0;
    if (write_header(out, predictions, format.scores) < 0) {
        code = error_nomem(err, name);
        goto done;
    }
    size_t id = 0;
    for (size_t s = 0; s < predictions->samples && !ferror(out); s++) {
        int lines = format.by_sample ? 1 : predictions->frames_per_sample;
        for (int t = 0; t < lines; t++) {
            if (format.by_sample) {
                predictions_sample_scores(predictions, s, scores);
            } else {
                predictions_frame_scores(predictions, s, t, scores);
            }
            write_line(out, id++, predictions, scores, names, format.scores);
        }
    }
    if (fflush(out) != 0 || ferror(out)) {
        code = error_errno(err, errno ? errno : EIO, "%s: cannot write", name);
    }

done:
    free(names);
    free(scores);
    return code;
}
