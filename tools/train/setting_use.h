#ifndef TOOLS_TRAIN_SETTING_USE_H
#define TOOLS_TRAIN_SETTING_USE_H

#include "core/base/error.h"

#include <stddef.h>

/* Options that only some kinds of a thing use: alpha is RMSprop's. One table
 * says who uses what; where the command line says nothing, the variable is
 * OPTION_UNSET until the kind's default fills it, and what a kind does not use
 * stays unset, so that it is neither shown nor recorded. */

enum setting_type {
    SETTING_NUMBER, /* double, in both structs */
    SETTING_WHOLE,  /* int, in both */
    SETTING_SWITCH, /* int in the settings, index of a word; bool: is it the first? */
};

struct setting_use {
    const char *name; /* of the option */
    enum setting_type type;
    size_t setting; /* offset in the settings */
    size_t option;  /* offset in the options that are filled */
    unsigned kinds; /* sum of 1 << kind of those that use it */
};

/* What the kind is of, for messages. */
struct setting_kind {
    const char *option; /* "optimiser" */
    const char *const *names; /* of the kinds; ends with NULL */
    int kind;
};

/* Take what is unset from `defaults`, options of this kind. ERR_USAGE where an
 * option was given that this kind does not use, naming those that do. */
int setting_uses_resolve(const struct setting_use *uses, size_t count, void *settings,
                         const void *defaults, const struct setting_kind *kind,
                         struct error *err) MUST_CHECK;

/* Unset what this kind does not use. */
void setting_uses_forget(const struct setting_use *uses, size_t count, void *settings, int kind);

/* Fill options of this kind from resolved settings. */
void setting_uses_apply(const struct setting_use *uses, size_t count, const void *settings,
                        void *options, int kind);

#endif
