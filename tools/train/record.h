#ifndef TOOLS_TRAIN_RECORD_H
#define TOOLS_TRAIN_RECORD_H

#include "formats/model.h"
#include "tools/train/examples.h"
#include "tools/train/train_settings.h"

#include <stdbool.h>

/* What a run resolved to: every option that changes its result and what came
 * of it, as names and values. Printed, and stored in options.txt and the
 * model. */

enum { RECORD_MAX = 128 };

struct record {
    struct model_option items[RECORD_MAX]; /* their texts are the record's */
    int count;
};

/* `settings` holds what was resolved (split). init_digest is that of the model
 * that was started from, or NULL. */
int record_make(struct record *ret, const struct train_settings *settings,
                const struct pack *pack, const struct examples *examples,
                const char *init_digest, struct error *err) MUST_CHECK;

void record_clear(struct record *record);

/* Put at its end: every option that changes a result and has a value; or any name
 * and value. On failure the record holds what it held, and is the caller's still. */
int record_add_options(struct record *record, const struct train_settings *settings,
                       struct error *err) MUST_CHECK;
int record_add(struct record *record, const char *name, const char *value,
               struct error *err) MUST_CHECK;

/* "lr was 0.001, not 0.01; ..." into text[capacity]: what differs between options
 * that were (NULL-named ones: none) and those of `now`, but for names that
 * may_differ(context, name) lets pass (NULL: none). Empty where nothing does; what
 * does not fit is left out. */
void record_differences(char *text, size_t capacity, const struct model_option *old,
                        int old_count, const struct record *now,
                        bool (*may_differ)(const void *context, const char *name),
                        const void *context);

/* The value of an item, NULL where there is none of this name. */
const char *record_value(const struct model_option *items, int count, const char *name);

/* Is this the name of something that a record says beside options? */
bool record_is_fact(const char *name);

/* options.txt: a line "name = value" each. */
int record_write(const struct record *record, const char *path, struct error *err) MUST_CHECK;

/* What such a file says. */
struct record_file {
    char *text; /* that the names and values point into */
    struct model_option items[RECORD_MAX];
    int count;
};

/* The error names the line. On success the caller ends with record_file_clear(). */
int record_read(struct record_file *ret, const char *path, struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void record_file_clear(struct record_file *file);

#endif
