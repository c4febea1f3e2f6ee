#ifndef TOOLS_PREDICT_PREDICT_SETTINGS_H
#define TOOLS_PREDICT_PREDICT_SETTINGS_H

#include "core/base/sandbox.h"
#include "formats/predictions.h"
#include "tools/common/options.h"

#include <stdbool.h>

/* predict's command line. */

struct predict_settings {
    const char *output; /* NULL: no table; "-": standard output */
    bool force;      /* replace files */
    bool score_seen; /* give accuracy on what the model was trained on */
    const char *report; /* PREFIX of the files of a score_report, or NULL */
    int eval_flip;      /* index in as-trained, on, off */
    bool json;
    bool quiet;
    int threads; /* 0: as many as CPUs */
    const char *cpu; /* the kernels' instruction set, as kernel_set_choose() has it */
    int sandbox; /* enum sandbox_mode */
    const char *split; /* "NAME/PART"; NULL: every decoded sample */
    int by; /* index in frame, sample */
    bool names;
    bool scores;
};

extern const struct command predict_command;

struct predict_settings predict_settings_defaults(void);

/* What the table alone cannot check; fills in the number of threads and makes the
 * kernels of settings->cpu those of the process. */
int predict_settings_check(struct predict_settings *settings, int operand_count,
                           struct error *err) MUST_CHECK;

/* `trained` is the model's option of that name, or NULL. */
bool predict_settings_eval_flip(const struct predict_settings *settings, const char *trained);

struct predictions_format predict_settings_format(const struct predict_settings *settings);
struct sandbox predict_settings_sandbox(const struct predict_settings *settings);

/* Does the table go to standard output? */
bool predict_settings_to_stdout(const struct predict_settings *settings);

#endif
