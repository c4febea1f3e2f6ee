#ifndef FORMATS_MODEL_H
#define FORMATS_MODEL_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "core/nn/parameters.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The model file: docs/model-format.md. Plain HDF5, everything predict needs. */

enum { MODEL_FORMAT_VERSION = 1 };

/* A clip the model was trained on. */
struct model_clip {
    char *class_name;
    char *group; /* "" unknown */
    char *path;
};

/* How the frames of the pack came about that the model expects. */
struct model_input {
    int frames; /* T */
    int height;
    int width;
    char *fit;      /* the pack's attributes of the same names */
    char *sampling;
    char *scaler;
    char *matrix;
};

/* A setting of the run: option name and value as text. */
struct model_option {
    char *name;
    char *value;
};

struct model {
    char *net_text;
    char *net_name;
    char **classes;
    int class_count;
    struct model_input input;
    struct model_option *options;
    int option_count;
    struct model_clip *clips; /* sorted by class, group, path */
    size_t clip_count;
    struct parameters parameters; /* values as float, whatever `real` is */
};

/* Write atomically. Same contents, same bytes. */
int model_write(const char *path, const struct model *model, bool force,
                struct error *err) MUST_CHECK;

/* Read in a sandboxed child, checked; the caller frees *ret. */
int model_read(struct model **ret, const char *path, const struct sandbox *sandbox,
               struct error *err) MUST_CHECK;

/* Accepts NULL; sets *model to NULL. */
void model_free(struct model **model);

#endif
