#include "tools/predict/prediction.h"

#include "core/nn/graph/net.h"
#include "formats/h5_file.h"
#include "formats/net_text.h"
#include "tools/common/report.h"
#include "tools/common/same_file.h"
#include "tools/common/score_report.h"
#include "tools/common/weights.h"
#include "tools/predict/class_map.h"
#include "tools/predict/prediction_summary.h"
#include "tools/predict/results.h"
#include "tools/predict/seen_clips.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All that one run holds. Zeroed, then filled from top to bottom.
struct prediction {
    const struct predict_settings *settings;
    const char *model_path;
    struct output *output; // NULL: no table, or standard output
    struct model *model;
    struct pack *pack;
    const struct pack_column *split; // NULL: all of the pack
    enum pack_part part;
    struct part_rows rows;
    uint16_t *labels; // of all rows, as the model numbers classes
    size_t seen;      // of the chosen labelled rows, by the model in training
    struct threads *threads;
    struct net *net;
    float *probabilities;
    struct score_report report;
};

static void close_all(struct prediction *p)
{
    score_report_clear(&p->report);
    free(p->probabilities);
    net_close(&p->net);
    threads_close(&p->threads);
    free(p->labels);
    part_rows_clear(&p->rows);
    pack_close(&p->pack);
    model_free(&p->model);
    output_abandon(&p->output);
}

static int choose_rows(struct prediction *p, struct error *err)
{
    int code = 0;
    if (p->settings->split) {
        code = parts_find(&p->split, &p->part, p->pack, p->settings->split, err);
    }
    code = code < 0 ? code : parts_rows(&p->rows, p->pack, p->split, p->part, false, NULL, err);
    if (code == 0 && p->rows.count == 0) {
        code = error_set(err, ERR_VALUE, "%s: there are no samples %s%s", p->pack->path,
                         p->split ? "in --split " : "in it",
                         p->split ? p->settings->split : "");
    }
    return code;
}

static int check_input(const struct prediction *p, struct error *err)
{
    const struct model_input *input = &p->model->input;
    const struct dataset *data = &p->pack->data;
    if (input->width != data->width || input->height != data->height) {
        return error_set(err, ERR_VALUE, "%s: its frames are %dx%d, the model in %s takes %dx%d "
                         "(extract --size %dx%d)", p->pack->path, data->width, data->height,
                         p->model_path, input->width, input->height, input->width,
                         input->height);
    }
    return 0;
}

// Files are read while there are no threads yet: their readers are forked.
static int read_files(struct prediction *p, const char *pack_path, struct error *err)
{
    struct sandbox sandbox = predict_settings_sandbox(p->settings);
    int code = model_read(&p->model, p->model_path, &sandbox, err);
    code = code < 0 ? code : pack_open(&p->pack, pack_path, &sandbox, err);
    code = code < 0 ? code : check_input(p, err);
    code = code < 0 ? code : choose_rows(p, err);
    code = code < 0 ? code : class_map_labels(&p->labels, p->model, p->model_path, p->pack,
                                              &p->rows, err);
    return code < 0 ? code : seen_clips_count(&p->seen, p->model, p->pack, &p->rows, err);
}

static int build_net(struct prediction *p, struct error *err)
{
    struct net_input input = {3, p->model->input.height, p->model->input.width,
                              p->model->input.frames};
    struct net_spec *spec = NULL;
    int code = net_text_parse(&spec, p->model->net_text, p->model_path, err);
    code = code < 0 ? code : net_build(&p->net, spec, input, p->model->class_count, err);
    net_spec_free(&spec);
    return code < 0 ? code : weights_load(net_parameters(p->net), p->model, p->model_path, err);
}

static int compute(struct prediction *p, struct error *err)
{
    size_t outputs = (size_t)p->pack->data.frames_per_sample * (size_t)p->model->class_count;
    p->probabilities = p->rows.count > SIZE_MAX / sizeof(float) / outputs
        ? NULL : malloc(p->rows.count * outputs * sizeof(float));
    if (!p->probabilities) {
        return error_nomem(err, "predictions");
    }
    struct dataset data = p->pack->data;
    data.labels = p->labels;
    data.normalise = p->model->input.normalise;
    int code = threads_open(&p->threads, p->settings->threads, err);
    if (code == 0 && p->settings->report) {
        code = score_report_open(&p->report, p->model->class_count, err);
    }
    const char *trained = model_option_value(p->model, "eval-flip");
    struct score_options options = {
        .label = p->settings->quiet ? NULL : "predict",
        .flip = predict_settings_eval_flip(p->settings, trained),
        .confusion_frame = p->report.confusion_frame,
        .confusion_sample = p->report.confusion_sample,
    };
    return code < 0 ? code : score_rows(&p->report.score, p->net, &data,
                                        (struct subset){p->rows.rows, p->rows.count}, p->threads,
                                        &options, p->probabilities, err);
}

// ---- what is said ----

static void note_difference(const char *what, const char *model, const struct pack *pack)
{
    const struct pack_value *value = pack_attribute(pack, what);
    const char *here = value && value->is_text ? value->text : "";
    if (strcmp(model, here) != 0) {
        report_say("predict", "note: the model was trained on frames made with %s '%s', these "
                   "were made with '%s'", what, model, here);
    }
}

// Is there an accuracy to give?
static bool is_scored(const struct prediction *p)
{
    return p->report.score.samples > 0 && (p->seen == 0 || p->settings->score_seen);
}

// Is what it answers said sample by sample, too?
static bool shows_samples(const struct prediction *p)
{
    bool is_new = p->report.score.samples == 0 || !p->settings->output;
    return is_new && !predict_settings_to_stdout(p->settings)
        && p->rows.count <= RESULTS_PRINTED_MAX;
}

static void say_notes(const struct prediction *p)
{
    const struct model_input *input = &p->model->input;
    if (!p->settings->output && p->report.score.samples == 0 && !shows_samples(p)) {
        report_say("predict", "%zu samples are predicted; -o FILE writes what", p->rows.count);
    }
    note_difference("fit", input->fit, p->pack);
    note_difference("sampling", input->sampling, p->pack);
    note_difference("scaler", input->scaler, p->pack);
    note_difference("matrix", input->matrix, p->pack);
    if (p->seen > 0) {
        report_say("predict", "%zu of %zu labelled samples are of source videos that the model "
                   "was trained on: %s", p->seen, p->report.score.samples,
                   p->settings->score_seen
                   ? "this accuracy is no measure of new ones"
                   : "no accuracy is given (--split NAME/PART chooses others, --score-seen "
                     "gives it)");
    }
    if (is_scored(p) && p->report.score.samples < p->rows.count) {
        report_say("predict", "%zu samples without a label are not in the accuracy",
                   p->rows.count - p->report.score.samples);
    }
}

static int say(const struct prediction *p, const struct predictions *predictions,
               struct error *err)
{
    bool to_stdout = predict_settings_to_stdout(p->settings);
    FILE *out = to_stdout ? stderr : stdout; // a table must not get other lines into it
    int code = 0;
    if (shows_samples(p)) {
        code = results_print_samples(out, predictions, p->pack, &p->rows, err);
    }
    say_notes(p);
    if (is_scored(p)) {
        results_print_accuracy(out, &p->report.score, p->model->class_count);
    }
    return code;
}

// The same for scripts; notes are for people, who may be looking on.
static int say_json(const struct prediction *p, const struct predictions *predictions,
                    struct error *err)
{
    struct prediction_summary summary = {
        .model_path = p->model_path,
        .pack = p->pack,
        .split = p->split ? p->split->name : NULL,
        .part = p->split ? pack_part_name(p->part) : NULL,
        .rows = &p->rows,
        .seen = p->seen,
        .report = &p->report,
        .is_scored = is_scored(p),
        .table = p->settings->output,
        .prefix = p->settings->report,
        .answers = shows_samples(p) ? predictions : NULL,
    };
    if (!p->settings->quiet) {
        say_notes(p);
    }
    return prediction_summary_print(stdout, &summary, err);
}

// PREFIX.csv and the others, which say of what split and part they are.
static int write_report(const struct prediction *p, struct error *err)
{
    const char *prefix = p->settings->report;
    if (!prefix) {
        return 0;
    }
    const char *split = p->split ? p->split->name : "";
    return score_report_write(&p->report, prefix, split, p->split ? pack_part_name(p->part) : "",
                              p->model->classes, err);
}

// Before the work: may there be a report, and are its files free?
static int check_report(const struct prediction *p, struct error *err)
{
    const char *prefix = p->settings->report;
    if (!prefix) {
        return 0;
    }
    size_t labelled = 0;
    for (size_t i = 0; i < p->rows.count; i++) {
        labelled += p->labels[p->rows.rows[i]] != DATASET_UNLABELLED;
    }
    if (labelled == 0) {
        return error_set(err, ERR_VALUE, "--report %s: %s has no labels for these samples",
                         prefix, p->pack->path);
    }
    if (p->seen > 0 && !p->settings->score_seen) {
        return error_set(err, ERR_VALUE, "--report %s: %zu of %zu labelled samples are of source "
                         "videos that the model was trained on (--split NAME/PART chooses "
                         "others, --score-seen scores them)", prefix, p->seen, labelled);
    }
    return p->settings->force ? 0 : score_report_check(prefix, err);
}

static int finish(struct prediction *p, struct error *err)
{
    struct predictions predictions = {
        .probabilities = p->probabilities,
        .samples = p->rows.count,
        .frames_per_sample = p->pack->data.frames_per_sample,
        .classes = p->model->class_count,
        .class_names = p->model->classes,
    };
    struct predictions_format format = predict_settings_format(p->settings);
    int code = 0;
    if (p->output) {
        code = results_write(p->output, p->settings->output, &predictions, format, err);
        code = code < 0 ? code : output_commit(&p->output, err);
    } else if (predict_settings_to_stdout(p->settings)) {
        code = predictions_write(stdout, "standard output", &predictions, format, err);
    }
    code = code < 0 ? code : write_report(p, err);
    if (code == 0 && p->settings->json) {
        code = say_json(p, &predictions, err);
    } else if (code == 0 && !p->settings->quiet) {
        code = say(p, &predictions, err);
    }
    return code;
}

// With --force a file that is read, or written, would be lost without a word.
static int check_names(const struct predict_settings *settings, const char *model,
                       const char *pack, struct error *err)
{
    const char *table = predict_settings_to_stdout(settings) ? NULL : settings->output;
    int code = 0;
    if (table) {
        code = same_file_refuse("-o", table, model, "the model", err);
        code = code < 0 ? code : same_file_refuse("-o", table, pack, "the pack", err);
    }
    for (int i = 0; settings->report && i < SCORE_REPORT_FILES && code == 0; i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s%s", settings->report,
                              score_report_endings[i]);
        if (length >= (int)sizeof path) {
            return error_set(err, ERR_USAGE, "--report: the names of its files are too long");
        }
        code = same_file_refuse("--report", path, model, "the model", err);
        code = code < 0 ? code : same_file_refuse("--report", path, pack, "the pack", err);
        if (code == 0 && table) {
            code = same_file_refuse("--report", path, table, "the table of -o", err);
        }
    }
    return code;
}

int prediction_run(const struct predict_settings *settings, const char *model_path,
                   const char *pack_path, struct error *err)
{
    struct prediction p = {.settings = settings, .model_path = model_path, .part = PART_NONE};
    int code = check_names(settings, model_path, pack_path, err);
    if (code == 0 && settings->output && !predict_settings_to_stdout(settings)) {
        code = output_open(&p.output, settings->output, settings->force, err);
    }
    code = code < 0 ? code : read_files(&p, pack_path, err);
    code = code < 0 ? code : check_report(&p, err);
    code = code < 0 ? code : build_net(&p, err);
    code = code < 0 ? code : compute(&p, err);
    code = code < 0 ? code : h5_file_check_whole(p.pack->file, err);
    code = code < 0 ? code : finish(&p, err);
    close_all(&p);
    return code;
}
