#include "tools/train/session.h"

#include "core/base/crash_point.h"
#include "core/base/text.h"
#include "core/nn/kernels/kernel_set.h"
#include "core/nn/run/machine_peak.h"
#include "core/nn/train/normalise.h"
#include "formats/h5_file.h"
#include "formats/net_text.h"
#include "tools/common/report.h"
#include "tools/common/weights.h"
#include "tools/train/class_weights.h"
#include "tools/train/epochs.h"
#include "tools/train/nets.h"
#include "tools/train/profile_table.h"
#include "tools/train/record.h"
#include "tools/train/resume.h"
#include "tools/train/run_notes.h"
#include "tools/train/run_report.h"
#include "tools/train/run_summary.h"
#include "tools/train/tensorboard.h"
#include "tools/train/trained_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All that a run holds. Zeroed, then filled from top to bottom.
struct session {
    struct train_settings settings; // with what was resolved put in
    struct run_folder *folder;
    struct pack *pack;
    struct examples examples;
    double *class_weights; // NULL: all 1
    struct normalisation normalise;
    struct net_spec *spec;
    char *net_name;
    struct model *init;
    bool resuming; // from the checkpoint in resume
    struct resume resume;
    struct record record;
    struct threads *threads;
    struct net *net;
    struct profile *profile; // NULL: not asked for
    struct trainer *trainer;
    struct trained_model model;
    struct run_state state;
    struct tensorboard *tensorboard;
};

static void close_all(struct session *s)
{
    tensorboard_close(&s->tensorboard);
    run_state_clear(&s->state);
    trained_model_close(&s->model);
    trainer_close(&s->trainer);
    profile_close(&s->profile);
    net_close(&s->net);
    threads_close(&s->threads);
    record_clear(&s->record);
    resume_clear(&s->resume);
    model_free(&s->init);
    free(s->net_name);
    net_spec_free(&s->spec);
    free(s->class_weights);
    examples_clear(&s->examples);
    pack_close(&s->pack);
    run_folder_close(&s->folder);
}

// RUN, and the checkpoint in it where the run goes on.
static int open_folder(struct session *s, struct error *err)
{
    const struct train_settings *settings = &s->settings;
    if (!settings->resume) {
        return run_folder_open(&s->folder, settings->output, settings->force, err);
    }
    int code = run_folder_open_again(&s->folder, settings->output, err);
    if (code < 0) {
        return code;
    }
    s->resuming = run_folder_has(s->folder, "checkpoint.h5");
    if (s->resuming) {
        struct sandbox sandbox = train_settings_sandbox(settings);
        return resume_read(&s->resume, run_folder_file(s->folder, "checkpoint.h5"), &sandbox,
                           err);
    }
    if (run_folder_has(s->folder, "model.h5")) {
        return error_set(err, ERR_VALUE, "%s: a finished run without its checkpoint; there is "
                         "nothing to go on from", settings->output);
    }
    if (!settings->quiet) {
        report_say("train", "%s: no checkpoint was reached; the run begins anew",
                   settings->output);
    }
    return 0;
}

// The net of the run, which its checkpoint knows where its file is gone.
static int find_net(struct session *s, struct error *err)
{
    struct error own = ERROR_INIT;
    int code = nets_find(&s->spec, &s->net_name, s->settings.net, &own);
    if (!s->resuming) {
        return code < 0 ? error_set(err, code, "%s", own.text) : 0;
    }
    const struct model *model = s->resume.model;
    if (code < 0) {
        s->net_name = strdup(model->net_name);
        return s->net_name ? net_text_parse(&s->spec, model->net_text, model->net_name, err)
                           : error_nomem(err, model->net_name);
    }
    return strcmp(s->spec->text, model->net_text) == 0
        ? 0 : error_set(err, ERR_VALUE, "%s: was begun with another net than %s is now",
                        s->resume.path, s->settings.net);
}

// Files are read while there are no threads yet: their readers are forked.
static int read_files(struct session *s, const char *pack_path, struct error *err)
{
    struct sandbox sandbox = train_settings_sandbox(&s->settings);
    int code = pack_open(&s->pack, pack_path, &sandbox, err);
    struct examples_fold fold = {s->settings.data.fold, s->settings.data.cross_validate};
    code = code < 0 ? code : examples_choose(&s->examples, s->pack, s->settings.split,
                                             s->settings.seed, fold, err);
    code = code < 0 ? code : class_weights_make(&s->class_weights, s->settings.data.class_weights,
                                                s->pack, &s->examples.train, err);
    code = code < 0 ? code : find_net(s, err);
    if (code == 0 && s->settings.init && !s->resuming) {
        code = weights_read(&s->init, s->settings.init, &sandbox, err);
    }
    if (code == 0) {
        s->settings.split = s->examples.split->name;
    }
    return code;
}

static int check_watched(const struct session *s, struct error *err)
{
    bool plateau = s->settings.schedule == SCHEDULE_PLATEAU;
    if (s->examples.val.count > 0 || (!plateau && s->settings.patience == 0)) {
        return 0;
    }
    char name[96];
    return error_set(err, ERR_VALUE, "%s watches the validation part, but there is none in split "
                     "%s of %s", plateau ? "--schedule plateau" : "--patience",
                     text_escape(name, sizeof name, s->examples.split->name), s->pack->path);
}

static void note_other_classes(const struct session *s)
{
    const struct model *init = s->init;
    if (init->class_count == 0) {
        return; // parameters alone: safetensors
    }
    bool same = init->class_count == s->pack->class_count;
    for (int i = 0; same && i < init->class_count; i++) {
        same = strcmp(init->classes[i], s->pack->classes[i]) == 0;
    }
    if (!same) {
        report_say("train", "%s was trained for other classes; its outputs are taken over by "
                   "number", s->settings.init);
    }
}

// From here on every reader of the pack's data sees it normalised.
static int measure(struct session *s, struct error *err)
{
    if (!data_settings_normalise(&s->settings.data)) {
        return 0;
    }
    struct subset subset = {s->examples.train.rows, s->examples.train.count};
    int code = normalise_measure(&s->normalise, &s->pack->data, subset, s->threads, err);
    if (code == 0) {
        s->pack->data.normalise = &s->normalise;
    }
    return code;
}

static int build_net(struct session *s, struct error *err)
{
    struct net_input input = {3, s->pack->data.height, s->pack->data.width,
                              s->pack->data.frames_per_sample};
    int code = threads_open(&s->threads, s->settings.threads, err);
    code = code < 0 ? code : measure(s, err);
    return code < 0 ? code : net_build(&s->net, s->spec, input, s->pack->class_count, err);
}

// Once the trainer has its memory.
static int fill_net(struct session *s, struct error *err)
{
    net_init(s->net, s->settings.seed);
    int code = s->init ? weights_load(net_parameters(s->net), s->init, s->settings.init, err) : 0;
    if (code == 0 && s->init && !s->settings.quiet) {
        note_other_classes(s);
    }
    return code;
}

static int open_trainer(struct session *s, struct error *err)
{
    struct trainer_options options = train_settings_trainer(&s->settings);
    options.loss.weights = s->class_weights;
    struct subset subset = {s->examples.train.rows, s->examples.train.count};
    if (s->settings.profile) {
        int code = profile_open(&s->profile, s->settings.threads, err);
        if (code < 0) {
            return code;
        }
    }
    options.profile = s->profile;
    return trainer_open(&s->trainer, s->net, &s->pack->data, subset, &options, s->threads, err);
}

// The record of what the run resolved to; a run that goes on keeps its own.
static int make_record(struct session *s, struct error *err)
{
    const char *init_digest = s->init ? s->init->digest : NULL;
    if (s->resuming) {
        init_digest = model_option_value(s->resume.model, "init_digest");
    }
    int code = record_make(&s->record, &s->settings, s->pack, &s->examples, init_digest, err);
    if (code == 0 && class_weights_is_file(s->settings.data.class_weights)) {
        // What the file says today: a run that goes on must not meet another.
        char *text = class_weights_text(s->class_weights, s->pack->class_count);
        code = text ? record_add(&s->record, "class_weights_values", text, err)
                    : error_nomem(err, "class weights");
        free(text);
    }
    return code == 0 && s->resuming ? resume_check(&s->resume, &s->record, err) : code;
}

// To where the run stood; or an empty folder, the options, and a checkpoint of
// the first step, so that from here on it can be killed and gone on with.
static int begin(struct session *s, struct error *err)
{
    int code = trained_model_open(&s->model, s->net, s->spec, s->net_name, s->pack,
                                  &s->examples.train, &s->record, err);
    if (code == 0 && s->resuming) {
        code = resume_apply(&s->state, &s->resume, s->net, s->trainer,
                            run_folder_file(s->folder, "history.csv"), err);
    } else if (code == 0) {
        code = run_folder_clear(s->folder, err);
    }
    if (code == 0 && s->resuming && (size_t)s->settings.epochs < s->state.history.count) {
        code = error_set(err, ERR_VALUE, "--epochs %d: %zu are over already in %s",
                         s->settings.epochs, s->state.history.count, s->settings.output);
    }
    code = code < 0 ? code : record_write(&s->record, run_folder_file(s->folder, "options.txt"),
                                          err);
    crash_point("run-options");
    if (code == 0 && !s->resuming) {
        code = run_state_save(&s->state, s->trainer, &s->model.model,
                              run_folder_file(s->folder, "checkpoint.h5"), err);
        crash_point("run-begun");
    }
    return code < 0 ? code : tensorboard_open(&s->tensorboard, s->settings.output,
                                              &s->state.history, s->examples.val.count > 0, err);
}

// The page about the run; the last of its files.
static int write_report(struct session *s, struct error *err)
{
    const struct run_report report = {
        .history = &s->state.history,
        .record = &s->record,
        .pack = s->pack,
        .net = s->net,
        .val = &s->examples.val,
    };
    return run_report_make(report, &s->pack->data, s->threads,
                           run_folder_file(s->folder, "report.html"), err);
}

static int train(struct session *s, struct error *err)
{
    struct epochs epochs = {
        .settings = &s->settings,
        .pack = s->pack,
        .examples = &s->examples,
        .net = s->net,
        .trainer = s->trainer,
        .threads = s->threads,
        .folder = s->folder,
        .state = &s->state,
        .model = &s->model,
        .tensorboard = s->tensorboard,
    };
    int code = epochs_run(&epochs, err);
    code = code < 0 ? code : h5_file_check_whole(s->pack->file, err);
    const char *path = run_folder_file(s->folder, "model.h5");
    code = code < 0 ? code : model_write(path, &s->model.model, true, err);
    crash_point("model-written");
    if (code < 0) {
        return code;
    }
    struct error own = ERROR_INIT;
    struct history_score test = {.samples = 0};
    code = epochs_score_test(&test, &epochs, &own);
    path = run_folder_file(s->folder, "model.h5");
    if (code == ERR_STOPPED) {
        return error_set(err, code, "stopped while the test part was scored; %s is complete",
                         path);
    }
    code = code < 0 ? code : write_report(s, &own);
    if (code < 0) {
        return error_set(err, code, "%s", own.text);
    }
    if (!s->settings.quiet) {
        run_notes_end(&s->settings, &s->state, run_folder_file(s->folder, "best.h5"));
        char shown[1024];
        printf("written: %s\n", text_escape(shown, sizeof shown,
                                             run_folder_file(s->folder, "model.h5")));
    }
    if (s->settings.json) {
        run_summary_print(stdout, s->folder, &s->state, &test);
    }
    if (s->profile && !s->settings.quiet) {
        profile_table_print(stdout, s->profile, machine_peak(s->threads),
                            kernel_set_current()->name);
    }
    return 0;
}

int session_run(const struct train_settings *settings, const char *pack_path, struct error *err)
{
    struct session s = {.settings = *settings};
    int code = train_settings_resolve(&s.settings, err);
    code = code < 0 ? code : open_folder(&s, err);
    code = code < 0 ? code : read_files(&s, pack_path, err);
    code = code < 0 ? code : check_watched(&s, err);
    code = code < 0 ? code : build_net(&s, err);
    code = code < 0 ? code : make_record(&s, err);
    code = code < 0 ? code : open_trainer(&s, err);
    code = code < 0 ? code : fill_net(&s, err);
    code = code < 0 ? code : begin(&s, err);
    if (code == 0) {
        if (!settings->quiet) {
            struct run_notes notes = {&s.settings, s.pack, &s.examples, s.net, s.net_name,
                                      &s.record, s.resuming ? s.trainer : NULL};
            run_notes_begin(&notes);
        }
        code = train(&s, err);
    }
    close_all(&s);
    return code;
}
