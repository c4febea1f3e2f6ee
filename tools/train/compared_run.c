#include "tools/train/compared_run.h"

#include "core/base/io.h"
#include "core/base/text.h"
#include "core/nn/net.h"
#include "formats/history.h"
#include "formats/model.h"
#include "formats/net_text.h"
#include "formats/score_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTIONS_SIZE_MAX = 1 << 20 };

const char *compared_run_option(const struct compared_run *run, const char *name)
{
    for (int i = 0; i < run->option_count; i++) {
        if (strcmp(run->names[i], name) == 0) {
            return run->values[i];
        }
    }
    return NULL;
}

bool compared_runs_agree(const struct compared_run *runs, int count, const char *name)
{
    const char *first = compared_run_option(&runs[0], name);
    for (int i = 1; i < count; i++) {
        const char *other = compared_run_option(&runs[i], name);
        if (first && other ? strcmp(first, other) != 0 : first != other) {
            return false;
        }
    }
    return true;
}

void compared_runs_each_difference(const struct compared_run *runs, int count,
                                   void (*use)(void *context, const char *name), void *context)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < runs[i].option_count; k++) {
            const char *name = runs[i].names[k];
            bool seen = false;
            for (int before = 0; before < i; before++) {
                seen = seen || compared_run_option(&runs[before], name);
            }
            if (!seen && !compared_runs_agree(runs, count, name)) {
                use(context, name);
            }
        }
    }
}

void compared_run_clear(struct compared_run *run)
{
    free(run->text);
    *run = (struct compared_run){.text = NULL};
}

static int read_options(struct compared_run *run, const char *path, struct error *err)
{
    size_t size;
    int code = io_read_file(&run->text, &size, path, OPTIONS_SIZE_MAX, err);
    char *cursor = run->text, *line;
    for (int number = 1; code == 0 && (line = text_next_line(&cursor)) != NULL; number++) {
        char *sign = strstr(line, " = ");
        if (!sign || run->option_count == COMPARED_OPTIONS_MAX) {
            return error_set(err, ERR_FORMAT, "%s, line %d: 'name = value' is needed, %d of them "
                             "at most", path, number, COMPARED_OPTIONS_MAX);
        }
        *sign = 0;
        run->names[run->option_count] = line;
        run->values[run->option_count++] = sign + strlen(" = ");
    }
    return code;
}

static int read_history(struct compared_run *run, const char *path, struct error *err)
{
    struct history history = {0};
    int code = history_read(&history, path, err);
    for (size_t i = 0; i < history.count; i++) {
        const struct history_row *row = &history.rows[i];
        run->seconds += row->train_seconds;
        run->last = row->val_accuracy_sample;
        run->last_frame = row->val_accuracy_frame;
        if (row->val_accuracy_sample > (isnan(run->best) ? -1 : run->best)) {
            run->best = row->val_accuracy_sample;
            run->best_epoch = row->epoch;
        }
    }
    run->epochs = (int)history.count;
    history_clear(&history);
    return code;
}

// The model file does not say which of its numbers are trained: its net does.
static int read_model(struct compared_run *run, const char *path, const struct sandbox *sandbox,
                      struct error *err)
{
    struct model *model = NULL;
    struct net_spec *spec = NULL;
    struct net *net = NULL;
    int code = model_read(&model, path, sandbox, err);
    code = code < 0 ? code : net_text_parse(&spec, model->net_text, path, err);
    if (code == 0) {
        struct net_input input = {3, model->input.height, model->input.width,
                                  model->input.frames};
        code = net_build(&net, spec, input, model->class_count, err);
    }
    if (code == 0) {
        run->parameters = (double)net_parameters(net)->trained;
        run->multiply_adds = net_multiply_adds(net);
    }
    net_close(&net);
    net_spec_free(&spec);
    model_free(&model);
    return code;
}

int compared_run_read(struct compared_run *ret, const char *path, const struct sandbox *sandbox,
                      struct error *err)
{
    struct compared_run run = {.path = path, .parameters = NAN, .multiply_adds = NAN, .best = NAN,
                               .last = NAN, .last_frame = NAN, .test = NAN};
    struct history_score test;
    size_t size = strlen(path) + 16;
    char *file = malloc(size);
    if (!file) {
        return error_nomem(err, path);
    }
    snprintf(file, size, "%s/options.txt", path);
    int code = access(file, F_OK) == 0 ? read_options(&run, file, err)
                                       : error_set(err, ERR_VALUE, "%s: holds no run of train: "
                                                   "there is no options.txt in it", path);
    snprintf(file, size, "%s/history.csv", path);
    code = code < 0 ? code : read_history(&run, file, err);
    snprintf(file, size, "%s/model.h5", path);
    if (code == 0 && access(file, F_OK) == 0) {
        code = read_model(&run, file, sandbox, err);
    }
    snprintf(file, size, "%s/test.csv", path);
    if (code == 0 && access(file, F_OK) == 0 && (code = score_read(&test, file, err)) == 0) {
        run.test = test.accuracy_sample;
    }
    free(file);
    if (code < 0) {
        compared_run_clear(&run);
        return code;
    }
    *ret = run;
    return 0;
}
