#ifndef FORMATS_MODEL_H
#define FORMATS_MODEL_H

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "core/nn/dataset.h"
#include "core/nn/parameters.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The model file: docs/model-format.md. Plain HDF5, everything predict needs. */

/* Version 2 has /normalise; a model without it is written as version 1. */
enum { MODEL_FORMAT_VERSION = 2 };

/* A clip the model was trained on. */
struct model_clip {
    const char *class_name;
    const char *group; /* "" unknown */
    const char *path;
};

/* Order of the clips: by class, group, path, bytewise. For qsort. */
int model_clip_compare(const void *a, const void *b);

/* How the frames of the pack came about that the model expects. */
struct model_input {
    int frames; /* T */
    int height; /* pixels */
    int width;
    const char *fit;      /* the pack's attributes of the same names */
    const char *sampling;
    const char *scaler;
    const char *matrix;
    const struct normalisation *normalise; /* NULL: byte / 255 is what the net reads */
};

/* A setting of the run: option name and value as text. */
struct model_option {
    const char *name;
    const char *value;
};

/* To write one, fill it with pointers to what you have; nothing is taken over.
 * One that was read owns all it points to until model_free(). */
struct model {
    const char *net_text;
    const char *net_name;
    const char *const *classes; /* one per output, in order */
    int class_count;
    struct model_input input;
    const struct model_option *options; /* no name twice; read: by name */
    int option_count;
    const struct model_clip *clips; /* sorted by model_clip_compare() */
    size_t clip_count;
    struct parameters parameters; /* values as float; read: by name */
    char digest[DIGEST_HEX_SIZE]; /* of all the above; model_write() ignores it */
    void *storage;                /* of one that was read; else NULL */
};

/* Write atomically. Same contents, same bytes: the order of options and
 * parameters in the struct makes no difference. Not thread-safe (libhdf5). */
int model_write(const char *path, const struct model *model, bool force,
                struct error *err) MUST_CHECK;

/* Read in a sandboxed child, checked; the caller frees *ret. Errors tell apart
 * what is not HDF5, HDF5 but no model, damaged, and of a newer version. Forks:
 * call it before there are threads. */
int model_read(struct model **ret, const char *path, const struct sandbox *sandbox,
               struct error *err) MUST_CHECK;

/* The value of a setting; NULL when there is none of that name. */
const char *model_option_value(const struct model *model, const char *name);

/* For a model that was read. Accepts NULL; sets *model to NULL. */
void model_free(struct model **model);

#endif
