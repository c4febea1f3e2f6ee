#include "tools/train/epochs.h"

#include "formats/history.h"
#include "tools/common/progress.h"
#include "tools/common/scoring.h"
#include "tools/common/stop.h"
#include "tools/train/epoch_table.h"

#include <stdio.h>

static struct subset subset_of(const struct part_rows *rows)
{
    return (struct subset){rows->rows, rows->count};
}

// Frames per second, or 0 where no time passed that the clock could tell.
static double rate(size_t frames, double seconds)
{
    return seconds > 0 ? (double)frames / seconds : 0;
}

static void say_step(const struct train_settings *settings, uint64_t step, double loss)
{
    bool due = settings->log_every > 0 && step % (uint64_t)settings->log_every == 0;
    if (due && !settings->quiet) {
        epoch_table_step(step, loss);
    }
}

static int stopped(uint64_t step, int epoch, struct error *err)
{
    return error_set(err, ERR_STOPPED, "stopped after step %llu, in epoch %d: no model is "
                     "written", (unsigned long long)step, epoch);
}

// The steps of one epoch.
static int train_epoch(const struct epochs *e, struct history_row *row, struct error *err)
{
    const struct train_settings *settings = e->settings;
    uint64_t steps = trainer_steps_per_epoch(e->trainer);
    size_t total = e->examples->train.count * (size_t)e->pack->data.frames_per_sample;
    size_t frames = 0, correct = 0;
    double loss = 0;
    double start = progress_clock();
    char label[64], note[48];
    snprintf(label, sizeof label, "epoch %d/%d", row->epoch, settings->epochs);
    if (!settings->quiet) {
        progress_start(label, "frames", total);
    }
    int code = 0;
    for (uint64_t i = 0; i < steps && code == 0; i++) {
        struct step_result step;
        code = trainer_step(e->trainer, &step, err);
        if (code < 0) {
            break;
        }
        loss += step.loss * step.examples;
        frames += (size_t)step.examples;
        correct += (size_t)step.correct;
        snprintf(note, sizeof note, "loss %.4f", step.loss);
        progress_update(frames, note);
        say_step(settings, trainer_step_number(e->trainer), step.loss);
        if (stop_requested()) {
            code = stopped(trainer_step_number(e->trainer), row->epoch, err);
        }
    }
    progress_end();
    if (code < 0) {
        return code;
    }
    row->lr = settings->lr;
    row->train_loss = loss / (double)frames;
    row->train_accuracy_frame = (double)correct / (double)frames;
    row->train_seconds = progress_clock() - start;
    row->train_frames_per_second = rate(frames, row->train_seconds);
    return 0;
}

static int score_part(struct score *ret, const struct epochs *e, const struct part_rows *rows,
                      const char *label, struct error *err)
{
    return score_rows(ret, e->net, &e->pack->data, subset_of(rows), e->threads,
                      e->settings->quiet ? NULL : label, NULL, err);
}

static int score_epoch(const struct epochs *e, struct history_row *row, struct error *err)
{
    struct score score;
    double start = progress_clock();
    int code = 0;
    if (e->examples->val.count > 0) {
        code = score_part(&score, e, &e->examples->val, "validation", err);
        if (code < 0) {
            return code;
        }
        row->val_loss = score_loss(&score);
        row->val_accuracy_frame = score_accuracy_frame(&score);
        row->val_accuracy_sample = score_accuracy_sample(&score);
        row->eval_frames_per_second = rate(score.frames, progress_clock() - start);
    }
    int when = e->settings->train_eval;
    bool is_last = row->epoch == e->settings->epochs;
    if (when == TRAIN_EVAL_EACH || (when == TRAIN_EVAL_LAST && is_last)) {
        code = score_part(&score, e, &e->examples->train, "training part", err);
        if (code < 0) {
            return code;
        }
        row->train_eval_loss = score_loss(&score);
        row->train_eval_accuracy_frame = score_accuracy_frame(&score);
        row->train_accuracy_sample = score_accuracy_sample(&score);
    }
    return 0;
}

int epochs_run(const struct epochs *e, struct error *err)
{
    struct history history = {0};
    int code = 0;
    for (int epoch = 1; epoch <= e->settings->epochs && code == 0; epoch++) {
        struct history_row row = history_row_empty(epoch);
        struct error own = ERROR_INIT;
        code = train_epoch(e, &row, err);
        code = code < 0 ? code : score_epoch(e, &row, &own);
        if (own.code == ERR_STOPPED) {
            code = stopped(trainer_step_number(e->trainer), epoch, err);
        } else if (own.code < 0) {
            code = error_set(err, own.code, "%s", own.text);
        }
        code = code < 0 ? code : history_add(&history, &row, err);
        code = code < 0 ? code : history_write(&history, run_folder_file(e->folder, "history.csv"),
                                               err);
        if (code == 0 && !e->settings->quiet) {
            epoch_table_row(&row);
        }
    }
    history_clear(&history);
    return code;
}

int epochs_score_test(const struct epochs *e, struct error *err)
{
    struct score score;
    if (e->examples->test.count == 0) {
        return 0;
    }
    int code = score_part(&score, e, &e->examples->test, "test", err);
    if (code < 0) {
        return code;
    }
    struct history_score line = {
        .split = e->examples->split->name,
        .part = pack_part_name(PART_TEST),
        .samples = score.samples,
        .frames = score.frames,
        .loss = score_loss(&score),
        .accuracy_frame = score_accuracy_frame(&score),
        .accuracy_sample = score_accuracy_sample(&score),
    };
    code = history_write_score(&line, run_folder_file(e->folder, "test.csv"), err);
    if (code == 0 && !e->settings->quiet) {
        epoch_table_score(&line);
    }
    return code;
}
