#ifndef FORMATS_MODEL_PARTS_H
#define FORMATS_MODEL_PARTS_H

#include "formats/h5_write.h"
#include "formats/model.h"

/* What the reader and the writer of models share, and what the writer of
 * checkpoints needs of them; for formats/model_*.c and checkpoint_*.c only. */

#define MODEL_FORMAT_NAME "triptych model"

enum { MODEL_CLASSES_MAX = 65535 };

/* Where a clip's and the input's texts stand in the file. */
struct model_text_field {
    const char *name;
    size_t offset; /* of the `const char *` in its struct */
};
extern const struct model_text_field model_clip_fields[3];
extern const struct model_text_field model_input_texts[4];
extern const struct model_text_field model_input_numbers[3]; /* offsets of ints */

/* Zeroed memory, 64-byte aligned, that model_free() gives back. */
void *model_storage(struct model *model, size_t size);

/* The lowest format version that can say what is in the model. */
int model_version(const struct model *model);

/* Can these be a mean and a standard deviation of numbers in 0..1? */
bool model_normalise_fits(const struct normalisation *normalise);

/* model_write(), and before the file is complete `more` adds what it has to
 * say; `digest` is the model's. */
int model_write_with(const char *path, const struct model *model, bool force,
                     int (*more)(struct h5_writer *writer, const void *context,
                                 const char *digest, struct error *err),
                     const void *context, struct error *err) MUST_CHECK;

/* Of a model whose options and parameters are sorted by name. */
int model_digest(const struct model *model, char hex[DIGEST_HEX_SIZE],
                 struct error *err) MUST_CHECK;

#endif
