#ifndef FORMATS_MODEL_PARTS_H
#define FORMATS_MODEL_PARTS_H

#include "formats/model.h"

/* What the reader and the writer of models share; for formats/model_*.c only. */

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

/* Of a model whose options and parameters are sorted by name. */
int model_digest(const struct model *model, char hex[DIGEST_HEX_SIZE],
                 struct error *err) MUST_CHECK;

#endif
