#include "tools/train/compared_run.h"

#include "core/nn/graph/net.h"
#include "formats/model.h"
#include "formats/net_text.h"
#include "formats/score_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *compared_run_option(const struct compared_run *run, const char *name)
{
    return record_value(run->options.items, run->options.count, name);
}

// Has the option the same value in all runs, or do all lack it?
static bool agree(const struct compared_runs *runs, const char *name)
{
    const char *first = compared_run_option(&runs->items[0], name);
    for (int i = 1; i < runs->count; i++) {
        const char *other = compared_run_option(&runs->items[i], name);
        if (first && other ? strcmp(first, other) != 0 : first != other) {
            return false;
        }
    }
    return true;
}

void compared_runs_each_difference(const struct compared_runs *runs,
                                   void (*use)(void *context, const char *name), void *context)
{
    for (int i = 0; i < runs->count; i++) {
        const struct record_file *options = &runs->items[i].options;
        for (int k = 0; k < options->count; k++) {
            const char *name = options->items[k].name;
            bool seen = false;
            for (int before = 0; before < i; before++) {
                seen = seen || compared_run_option(&runs->items[before], name);
            }
            if (!seen && !agree(runs, name)) {
                use(context, name);
            }
        }
    }
}

size_t compared_runs_epochs(const struct compared_runs *runs)
{
    size_t longest = 0;
    for (int i = 0; i < runs->count; i++) {
        size_t count = runs->items[i].history.count;
        longest = count > longest ? count : longest;
    }
    return longest;
}

double compared_run_measured(const struct compared_run *run, size_t index, size_t offset)
{
    double value = NAN;
    if (index < run->history.count) {
        memcpy(&value, (const char *)&run->history.rows[index] + offset, sizeof value);
    }
    return value;
}

static void clear(struct compared_run *run)
{
    record_file_clear(&run->options);
    history_clear(&run->history);
}

void compared_runs_clear(struct compared_runs *runs)
{
    for (int i = 0; i < runs->count; i++) {
        clear(&runs->items[i]);
    }
    free(runs->items);
    *runs = (struct compared_runs){.items = NULL};
}

// ---- reading ----

static int read_history(struct compared_run *run, const char *path, struct error *err)
{
    int code = history_read(&run->history, path, err);
    for (size_t i = 0; code == 0 && i < run->history.count; i++) {
        const struct history_row *row = &run->history.rows[i];
        run->seconds += row->train_seconds;
        run->last = row->val_accuracy_sample;
        run->last_frame = row->val_accuracy_frame;
        if (row->val_accuracy_sample > (isnan(run->best) ? -1 : run->best)) {
            run->best = row->val_accuracy_sample;
            run->best_epoch = row->epoch;
        }
    }
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

static int read_run(struct compared_run *ret, const char *path, const struct sandbox *sandbox,
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
    int code = access(file, F_OK) == 0 ? record_read(&run.options, file, err)
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
        clear(&run);
        return code;
    }
    *ret = run;
    return 0;
}

int compared_runs_read(struct compared_runs *ret, char *const *paths, int count,
                       const struct sandbox *sandbox, struct error *err)
{
    struct compared_runs runs = {.items = calloc((size_t)count, sizeof *runs.items)};
    int code = runs.items ? 0 : error_nomem(err, "runs");
    while (code == 0 && runs.count < count) {
        code = read_run(&runs.items[runs.count], paths[runs.count], sandbox, err);
        runs.count += code == 0;
    }
    if (code < 0) {
        compared_runs_clear(&runs);
        return code;
    }
    *ret = runs;
    return 0;
}
