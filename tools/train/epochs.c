#include "tools/train/epochs.h"

#include "core/base/crash_point.h"
#include "core/base/text.h"
#include "formats/history.h"
#include "tools/common/progress.h"
#include "tools/common/score_report.h"
#include "tools/common/stop.h"
#include "tools/train/epoch_table.h"
#include "tools/train/schedule_settings.h"

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

static int save(const struct epochs *e, struct error *err)
{
    int code = run_state_save(e->state, e->trainer, &e->model->model,
                              run_folder_file(e->folder, "checkpoint.h5"), err);
    crash_point("checkpoint-written");
    return code;
}

// The user asked to stop: keep what there is, and say how to go on.
static int stopped(const struct epochs *e, int epoch, struct error *err)
{
    char run[256], pack[256];
    const char *folder = e->settings->folds_folder ? e->settings->folds_folder
                                                   : e->settings->output;
    int code = save(e, err);
    return code < 0 ? code : error_set(err, ERR_STOPPED, "stopped after step %llu, in epoch %d; "
                                       "to go on: train --resume %s %s",
                                       (unsigned long long)trainer_step_number(e->trainer), epoch,
                                       text_escape(run, sizeof run, folder),
                                       text_escape(pack, sizeof pack, e->pack->path));
}

// One step, into the sums of the epoch.
static int train_step(const struct epochs *e, double *ret_loss, struct error *err)
{
    struct run_state *state = e->state;
    struct step_result step;
    int code = trainer_step(e->trainer, &step, err);
    if (code < 0) {
        return code;
    }
    uint64_t number = trainer_step_number(e->trainer);
    int every = e->settings->checkpoint_every;
    state->lr = step.lr;
    state->loss_sum += step.loss * step.examples;
    state->examples += (uint64_t)step.examples;
    state->correct += (uint64_t)step.correct;
    *ret_loss = step.loss;
    say_step(e->settings, number, step.loss);
    crash_point("train-step");
    return every > 0 && number % (uint64_t)every == 0 ? save(e, err) : 0;
}

// The steps of an epoch that are left.
static int train_epoch(const struct epochs *e, struct history_row *row, struct error *err)
{
    const struct train_settings *settings = e->settings;
    const struct run_state *state = e->state;
    uint64_t end = (uint64_t)row->epoch * trainer_steps_per_epoch(e->trainer);
    // A net that reads a sample's frames together has fewer examples than frames.
    size_t together = (size_t)net_frames_per_example(e->net);
    uint64_t before = state->examples;
    double start = progress_clock();
    char label[64], note[48];
    snprintf(label, sizeof label, "epoch %d/%d", row->epoch, settings->epochs);
    if (!settings->quiet) {
        progress_start(label, "frames", trainer_examples_per_epoch(e->trainer) * together);
    }
    int code = 0;
    while (code == 0 && trainer_step_number(e->trainer) < end) {
        double loss;
        code = train_step(e, &loss, err);
        if (code == 0) {
            snprintf(note, sizeof note, "loss %.4f, %.1f %% right", loss,
                     100 * (double)state->correct / (double)state->examples);
            progress_update(state->examples * together, note);
        }
        if (code == 0 && stop_requested()) {
            code = error_set(err, ERR_STOPPED, "stopped");
        }
    }
    progress_end();
    if (code < 0) {
        return code;
    }
    row->lr = state->lr;
    row->train_loss = state->loss_sum / (double)state->examples;
    row->train_accuracy_frame = (double)state->correct / (double)state->examples;
    row->train_seconds = progress_clock() - start;
    row->train_frames_per_second = rate((state->examples - before) * together,
                                        row->train_seconds);
    return 0;
}

// Score a part, with the tables of a report unless that is NULL.
static int score_part(struct score *ret, const struct epochs *e, const struct part_rows *rows,
                      const char *label, struct score_report *report, struct error *err)
{
    struct score_options options = {
        .label = e->settings->quiet ? NULL : label,
        .flip = data_settings_eval_flip(&e->settings->data),
        .confusion_frame = report ? report->confusion_frame : NULL,
        .confusion_sample = report ? report->confusion_sample : NULL,
    };
    return score_rows(ret, e->net, &e->pack->data, subset_of(rows), e->threads, &options, NULL,
                      err);
}

// The same, and PREFIX.csv and its tables in the run's folder.
static int report_part(struct history_score *ret, const struct epochs *e,
                       const struct part_rows *rows, enum pack_part part, const char *label,
                       const char *prefix, struct error *err)
{
    struct score_report report;
    const char *split = e->examples->split->name;
    int code = score_report_open(&report, e->pack->class_count, err);
    if (code < 0) {
        return code;
    }
    code = score_part(&report.score, e, rows, label, &report, err);
    code = code < 0 ? code : score_report_write(&report, run_folder_file(e->folder, prefix),
                                                split, pack_part_name(part),
                                                (const char *const *)e->pack->classes, err);
    if (code == 0) {
        *ret = score_report_line(&report, split, pack_part_name(part));
    }
    score_report_clear(&report);
    return code;
}

// After `epoch` epochs, of which this one was the best.
static bool run_is_over(const struct epochs *e, int epoch, int best)
{
    int patience = e->settings->patience;
    return epoch >= e->settings->epochs || (patience > 0 && epoch - best >= patience);
}

static int score_epoch(const struct epochs *e, struct history_row *row, struct error *err)
{
    struct history_score score;
    double start = progress_clock();
    int code = 0;
    if (e->examples->val.count > 0) {
        code = report_part(&score, e, &e->examples->val, PART_VAL, "validation", "val", err);
        if (code < 0) {
            return code;
        }
        row->val_loss = score.loss;
        row->val_accuracy_frame = score.accuracy_frame;
        row->val_accuracy_sample = score.accuracy_sample;
        row->eval_frames_per_second = rate(score.frames, progress_clock() - start);
    }
    int when = e->settings->train_eval;
    int best = run_state_is_best(e->state, row) ? row->epoch : e->state->best_epoch;
    bool is_last = run_is_over(e, row->epoch, best);
    if (when == TRAIN_EVAL_EACH || (when == TRAIN_EVAL_LAST && is_last)) {
        struct score all;
        code = score_part(&all, e, &e->examples->train, "training part", NULL, err);
        if (code < 0) {
            return code;
        }
        row->train_eval_loss = score_loss(&all);
        row->train_eval_accuracy_frame = score_accuracy_frame(&all);
        row->train_accuracy_sample = score_accuracy_sample(&all);
    }
    return 0;
}

static int save_best(const struct epochs *e, const struct history_row *row, struct error *err)
{
    if (!run_state_is_best(e->state, row)) {
        return 0;
    }
    e->state->best_epoch = row->epoch;
    e->state->best_accuracy = row->val_accuracy_sample;
    e->state->best_loss = row->val_loss;
    int code = trained_model_write_best(e->model, row->epoch,
                                        run_folder_file(e->folder, "best.h5"), err);
    crash_point("epoch-best");
    return code;
}

// checkpoint-EPOCH.h5, and no more of them than asked for.
static int keep_checkpoint(const struct epochs *e, int epoch, struct error *err)
{
    char name[32];
    int keep = e->settings->keep;
    if (keep == 0) {
        return 0;
    }
    snprintf(name, sizeof name, "checkpoint-%d.h5", epoch);
    int code = run_state_save(e->state, e->trainer, &e->model->model,
                              run_folder_file(e->folder, name), err);
    crash_point("epoch-kept");
    return code < 0 ? code : run_folder_drop_checkpoints(e->folder, epoch - keep, err);
}

// Put on record what an epoch came to. The checkpoint is last: a run that is
// killed before it writes the same files again.
static int end_epoch(const struct epochs *e, const struct history_row *row, struct error *err)
{
    bool accuracy = e->settings->schedule == SCHEDULE_PLATEAU
                 && schedule_settings_options(e->settings).larger_is_better;
    trainer_epoch_done(e->trainer, accuracy ? row->val_accuracy_sample : row->val_loss);
    int code = save_best(e, row, err);
    code = code < 0 ? code : run_state_add(e->state, row, err);
    code = code < 0 ? code : history_write(&e->state->history,
                                           run_folder_file(e->folder, "history.csv"), err);
    crash_point("epoch-history");
    code = code < 0 ? code : tensorboard_add(e->tensorboard, row, e->net, err);
    crash_point("epoch-tensorboard");
    code = code < 0 ? code : keep_checkpoint(e, row->epoch, err);
    code = code < 0 ? code : save(e, err);
    if (code == 0 && !e->settings->quiet) {
        epoch_table_row(row);
    }
    return code;
}

int epochs_run(const struct epochs *e, struct error *err)
{
    int code = 0;
    while (code == 0 && !run_is_over(e, (int)e->state->history.count, e->state->best_epoch)) {
        struct history_row row = history_row_empty((int)e->state->history.count + 1);
        struct error own = ERROR_INIT;
        code = train_epoch(e, &row, &own);
        code = code < 0 ? code : score_epoch(e, &row, &own);
        code = code < 0 ? code : end_epoch(e, &row, &own);
        if (code == ERR_STOPPED) {
            code = stopped(e, row.epoch, err);
        } else if (code < 0) {
            error_set(err, code, "%s", own.text);
        }
    }
    return code;
}

int epochs_score_test(struct history_score *ret, const struct epochs *e, struct error *err)
{
    struct history_score line;
    if (e->examples->test.count == 0) {
        return 0;
    }
    int code = report_part(&line, e, &e->examples->test, PART_TEST, "test", "test", err);
    if (code < 0) {
        return code;
    }
    if (!e->settings->quiet) {
        epoch_table_score(&line);
    }
    *ret = line;
    return 0;
}
