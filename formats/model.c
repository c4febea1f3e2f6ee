#include "formats/model.h"

#include "formats/model_parts.h"

#include <stdlib.h>
#include <string.h>

const struct model_text_field model_clip_fields[3] = {
    {"class", offsetof(struct model_clip, class_name)},
    {"group", offsetof(struct model_clip, group)},
    {"path", offsetof(struct model_clip, path)},
};

const struct model_text_field model_input_texts[4] = {
    {"fit", offsetof(struct model_input, fit)},
    {"sampling", offsetof(struct model_input, sampling)},
    {"scaler", offsetof(struct model_input, scaler)},
    {"matrix", offsetof(struct model_input, matrix)},
};

const struct model_text_field model_input_numbers[3] = {
    {"frames", offsetof(struct model_input, frames)},
    {"height", offsetof(struct model_input, height)},
    {"width", offsetof(struct model_input, width)},
};

int model_clip_compare(const void *a, const void *b)
{
    const struct model_clip *x = a, *y = b;
    int order = strcmp(x->class_name, y->class_name);
    order = order ? order : strcmp(x->group, y->group);
    return order ? order : strcmp(x->path, y->path);
}

const char *model_option_value(const struct model *model, const char *name)
{
    for (int i = 0; i < model->option_count; i++) {
        if (strcmp(model->options[i].name, name) == 0) {
            return model->options[i].value;
        }
    }
    return NULL;
}

// ---- storage: a list of blocks ----

enum { STORAGE_ALIGNMENT = 64 };

struct block {
    struct block *next;
    char unused[STORAGE_ALIGNMENT - sizeof(struct block *)];
    unsigned char data[];
};

void *model_storage(struct model *model, size_t size)
{
    if (size > SIZE_MAX - 2 * STORAGE_ALIGNMENT) {
        return NULL;
    }
    size = (size + STORAGE_ALIGNMENT - 1) / STORAGE_ALIGNMENT * STORAGE_ALIGNMENT;
    struct block *block = aligned_alloc(STORAGE_ALIGNMENT, sizeof *block + size);
    if (!block) {
        return NULL;
    }
    memset(block->data, 0, size);
    block->next = model->storage;
    model->storage = block;
    return block->data;
}

void model_free(struct model **model)
{
    if (!*model) {
        return;
    }
    for (struct block *block = (*model)->storage; block;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(*model);
    *model = NULL;
}

// ---- digest ----

static void add_number(struct digest *digest, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> 8 * i);
    }
    digest_add(digest, bytes, sizeof bytes);
}

static void add_parameters(struct digest *digest, const struct parameters *parameters)
{
    add_number(digest, (uint64_t)parameters->count);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->table[i];
        digest_add_text(digest, p->name);
        add_number(digest, (uint64_t)p->dim_count);
        for (int d = 0; d < p->dim_count; d++) {
            add_number(digest, (uint64_t)p->dim[d]);
        }
        digest_add(digest, parameters->values + p->offset, p->size * sizeof(float));
    }
}

bool model_normalise_fits(const struct normalisation *normalise)
{
    bool fits = true;
    for (int c = 0; c < 3; c++) {
        fits = fits && normalise->mean[c] >= 0 && normalise->mean[c] <= 1
            && normalise->std[c] > 0 && normalise->std[c] <= 1;
    }
    return fits;
}

int model_version(const struct model *model)
{
    return model->input.normalise ? 2 : 1;
}

// The fields and their order are part of the format: docs/model-format.md.
int model_digest(const struct model *model, char hex[DIGEST_HEX_SIZE], struct error *err)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return error_nomem(err, "digest of a model");
    }
    digest_add_text(digest, MODEL_FORMAT_NAME);
    add_number(digest, (uint64_t)model_version(model));
    digest_add_text(digest, model->net_name);
    digest_add_text(digest, model->net_text);
    const char *input = (const char *)&model->input;
    for (size_t i = 0; i < 3; i++) {
        add_number(digest, (uint64_t) *(const int *)(input + model_input_numbers[i].offset));
    }
    for (size_t i = 0; i < 4; i++) {
        digest_add_text(digest, *(const char *const *)(input + model_input_texts[i].offset));
    }
    add_number(digest, (uint64_t)model->class_count);
    for (int i = 0; i < model->class_count; i++) {
        digest_add_text(digest, model->classes[i]);
    }
    add_number(digest, (uint64_t)model->option_count);
    for (int i = 0; i < model->option_count; i++) {
        digest_add_text(digest, model->options[i].name);
        digest_add_text(digest, model->options[i].value);
    }
    add_number(digest, model->clip_count);
    for (size_t i = 0; i < model->clip_count; i++) {
        digest_add_text(digest, model->clips[i].class_name);
        digest_add_text(digest, model->clips[i].group);
        digest_add_text(digest, model->clips[i].path);
    }
    add_parameters(digest, &model->parameters);
    const struct normalisation *normalise = model->input.normalise;
    if (normalise) {
        digest_add(digest, normalise->mean, sizeof normalise->mean);
        digest_add(digest, normalise->std, sizeof normalise->std);
    }
    digest_finish(&digest, hex);
    return 0;
}
