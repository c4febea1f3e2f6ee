#include "tools/train/resume.h"

#include "tools/common/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int resume_read(struct resume *ret, const char *path, const struct sandbox *sandbox,
                struct error *err)
{
    struct resume resume = {.path = strdup(path)};
    int code = resume.path ? checkpoint_read(&resume.checkpoint, &resume.model, path, sandbox,
                                             err)
                           : error_nomem(err, path);
    if (code < 0) {
        resume_clear(&resume);
        return code;
    }
    *ret = resume;
    return 0;
}

void resume_clear(struct resume *resume)
{
    free(resume->path);
    checkpoint_free(&resume->checkpoint);
    model_free(&resume->model);
    *resume = (struct resume){0};
}

// ---- is it the same run? ----

static bool may_differ(const void *context, const char *name)
{
    const struct resume *resume = context;
    const char *schedule = model_option_value(resume->model, "schedule");
    if (strcmp(name, "epochs") == 0) {
        return schedule && strcmp(schedule, "onecycle") != 0;
    }
    return strcmp(name, "patience") == 0;
}

int resume_check(const struct resume *resume, const struct record *record, struct error *err)
{
    const struct model *model = resume->model;
    const char *digest = model_option_value(model, "pack_digest");
    const char *digest_now = record_value(record->items, record->count, "pack_digest");
    char differences[ERROR_TEXT_SIZE - 256];
    if (!digest || !digest_now || strcmp(digest, digest_now) != 0) {
        return error_set(err, ERR_VALUE, "%s: was begun with another pack (digest %.12s..., that "
                         "of this one is %.12s...)", resume->path, digest ? digest : "unknown",
                         digest_now ? digest_now : "unknown");
    }
    record_differences(differences, sizeof differences, model->options, model->option_count,
                       record, may_differ, resume);
    return differences[0]
        ? error_set(err, ERR_VALUE, "%s: was begun with other options: %s", resume->path,
                    differences)
        : 0;
}

// ---- where did it stand? ----

// Only times: all else is the checkpoint's. A history that is not there, or not
// readable, costs these cells and no more.
static void take_times(struct history *history, const char *path)
{
    struct history before;
    struct error err = ERROR_INIT;
    if (history_read(&before, path, &err) < 0) {
        return;
    }
    for (size_t i = 0; i < before.count; i++) {
        const struct history_row *row = &before.rows[i];
        if (row->epoch >= 1 && (size_t)row->epoch <= history->count) {
            struct history_row *to = &history->rows[row->epoch - 1];
            for (const struct history_column *c = history_columns; c->name; c++) {
                if (c->cell == HISTORY_SECONDS || c->cell == HISTORY_RATE) {
                    memcpy((char *)to + c->offset, (const char *)row + c->offset,
                           sizeof(double));
                }
            }
        }
    }
    history_clear(&before);
}

int resume_apply(struct run_state *ret, struct resume *resume, struct net *net,
                 struct trainer *trainer, const char *history_path, struct error *err)
{
    struct run_state state;
    int code = weights_load(net_parameters(net), resume->model, resume->path, err);
    code = code < 0 ? code : run_state_restore(&state, trainer, resume->checkpoint, resume->path,
                                               err);
    if (code < 0) {
        return code;
    }
    take_times(&state.history, history_path);
    *ret = state;
    return 0;
}
