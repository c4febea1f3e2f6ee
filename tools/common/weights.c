#include "tools/common/weights.h"

#include "formats/safetensors.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SHAPE_SIZE = 80 };

// "8x3x7x7"
static const char *shape_text(const struct parameter *p, char text[SHAPE_SIZE])
{
    size_t used = 0;
    text[0] = 0;
    for (int d = 0; d < p->dim_count; d++) {
        used += (size_t)snprintf(text + used, SHAPE_SIZE - used, "%s%d", d ? "x" : "",
                                 p->dim[d]);
    }
    return text;
}

static bool same_shape(const struct parameter *a, const struct parameter *b)
{
    return a->dim_count == b->dim_count
        && memcmp(a->dim, b->dim, (size_t)a->dim_count * sizeof a->dim[0]) == 0;
}

static int check(const struct parameters *to, const struct model *model, const char *path,
                 struct error *err)
{
    for (int i = 0; i < to->count; i++) {
        const struct parameter *p = &to->table[i];
        const struct parameter *q = parameters_find(&model->parameters, p->name);
        char is[SHAPE_SIZE], wanted[SHAPE_SIZE];
        if (!q) {
            return error_set(err, ERR_VALUE, "%s: has no parameter %s (%s), which the net needs",
                             path, p->name, shape_text(p, wanted));
        }
        if (!same_shape(p, q)) {
            return error_set(err, ERR_VALUE, "%s: parameter %s is %s, the net needs %s", path,
                             p->name, shape_text(q, is), shape_text(p, wanted));
        }
    }
    for (int i = 0; i < model->parameters.count; i++) {
        const struct parameter *q = &model->parameters.table[i];
        if (!parameters_find(to, q->name)) {
            return error_set(err, ERR_VALUE, "%s: has a parameter %s, which the net does not",
                             path, q->name);
        }
    }
    return 0;
}

int weights_load(struct parameters *to, const struct model *model, const char *path,
                 struct error *err)
{
    int code = check(to, model, path, err);
    for (int i = 0; i < to->count && code == 0; i++) {
        const struct parameter *p = &to->table[i];
        const struct parameter *q = parameters_find(&model->parameters, p->name);
        memcpy(to->values + p->offset, model->parameters.values + q->offset,
               p->size * sizeof *to->values);
    }
    return code;
}

int weights_read(struct model **ret, const char *path, const struct sandbox *sandbox,
                 struct error *err)
{
    return safetensors_is_one(path) ? safetensors_read(ret, path, err)
                                    : model_read(ret, path, sandbox, err);
}
