#ifndef TOOLS_TRAIN_SCHEDULE_SETTINGS_H
#define TOOLS_TRAIN_SCHEDULE_SETTINGS_H

#include "core/nn/train/schedule.h"
#include "tools/train/train_settings.h"

/* The part of train's settings that is about the learning rate's schedule. */

/* The words of --plateau-watch, --anneal and --threshold-mode; the first of
 * each is the `true` of struct schedule_options. */
extern const char *const schedule_watch_words[];
extern const char *const schedule_anneal_words[];
extern const char *const schedule_threshold_words[];

/* Nothing given but the schedule's kind. */
void schedule_settings_unset(struct train_settings *settings);

/* Unset what this kind does not use. */
void schedule_settings_forget(struct train_settings *settings, int kind);

/* Fill in the kind's defaults. ERR_USAGE where an option was given that the
 * kind does not use, where one is missing that has no default, and where
 * milestones are no ascending numbers. Doing it twice changes nothing. */
int schedule_settings_resolve(struct train_settings *settings, struct error *err) MUST_CHECK;

/* Of resolved settings. */
struct schedule_options schedule_settings_options(const struct train_settings *settings);

#endif
