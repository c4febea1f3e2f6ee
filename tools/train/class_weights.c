#include "tools/train/class_weights.h"

#include "core/base/text.h"
#include "formats/list_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 24 };

static void balance(double *weights, const struct pack *pack, const struct part_rows *train)
{
    int present = 0;
    for (int c = 0; c < pack->class_count; c++) {
        weights[c] = 0;
    }
    for (size_t i = 0; i < train->count; i++) {
        double *count = &weights[pack->data.labels[train->rows[i]]];
        present += *count == 0;
        *count += 1;
    }
    for (int c = 0; c < pack->class_count; c++) {
        weights[c] = weights[c] > 0 ? (double)train->count / (present * weights[c]) : 1;
    }
}

static int find_class(const struct pack *pack, const char *name)
{
    for (int c = 0; c < pack->class_count; c++) {
        if (strcmp(pack->classes[c], name) == 0) {
            return c;
        }
    }
    return -1;
}

static int read_line(double *weights, bool *seen, const struct pack *pack,
                     const struct list_text *text, char *line, struct error *err)
{
    char shown[96];
    size_t length = strlen(list_text_trim(line));
    while (length > 0 && line[length - 1] != ' ' && line[length - 1] != '\t') {
        length--;
    }
    double weight;
    if (length == 0 || !text_to_double(line + length, 1e-6, 1e6, &weight)) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: '%s'; CLASS WEIGHT is needed, the weight "
                         "from 1e-6 to 1e6", text->name, text->line,
                         text_escape(shown, sizeof shown, line));
    }
    line[length - 1] = 0;
    list_text_trim(line);
    int class = find_class(pack, line);
    if (class < 0) {
        return error_set(err, ERR_VALUE, "%s, line %zu: %s has no class '%s'", text->name,
                         text->line, pack->path, text_escape(shown, sizeof shown, line));
    }
    if (seen[class]) {
        return error_set(err, ERR_VALUE, "%s, line %zu: class '%s' has a weight already",
                         text->name, text->line, text_escape(shown, sizeof shown, line));
    }
    seen[class] = true;
    weights[class] = weight;
    return 0;
}

static int read_file(double *weights, const char *path, const struct pack *pack,
                     struct error *err)
{
    struct list_text text = {0};
    bool *seen = calloc((size_t)pack->class_count, sizeof *seen);
    int code = seen ? list_text_open(&text, path, FILE_LIMIT, err) : error_nomem(err, path);
    for (int c = 0; c < pack->class_count; c++) {
        weights[c] = 1;
    }
    char *line;
    while (code == 0 && (line = list_text_next(&text))) {
        if (line[0] != '#') {
            code = read_line(weights, seen, pack, &text, line, err);
        }
    }
    list_text_close(&text);
    free(seen);
    return code;
}

bool class_weights_is_file(const char *how)
{
    return strcmp(how, "none") != 0 && strcmp(how, "balanced") != 0;
}

char *class_weights_text(const double *weights, int count)
{
    enum { EACH = 32, DIGITS_MAX = 17 };
    size_t capacity = (size_t)count * EACH + 1, used = 0;
    char *text = calloc(capacity, 1);
    for (int c = 0; text && c < count; c++) {
        char number[EACH];
        for (int digits = 1; digits <= DIGITS_MAX; digits++) {
            snprintf(number, sizeof number, "%.*g", digits, weights[c]);
            if (strtod(number, NULL) == weights[c]) {
                break;
            }
        }
        used += (size_t)snprintf(text + used, capacity - used, "%s%s", c ? "," : "", number);
    }
    return text;
}

int class_weights_make(double **ret, const char *how, const struct pack *pack,
                       const struct part_rows *train, struct error *err)
{
    if (strcmp(how, "none") == 0) {
        *ret = NULL;
        return 0;
    }
    double *weights = malloc((size_t)pack->class_count * sizeof *weights);
    if (!weights) {
        return error_nomem(err, "class weights");
    }
    int code = 0;
    if (strcmp(how, "balanced") == 0) {
        balance(weights, pack, train);
    } else {
        code = read_file(weights, how, pack, err);
    }
    if (code < 0) {
        free(weights);
        return code;
    }
    *ret = weights;
    return 0;
}
