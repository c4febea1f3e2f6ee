/* The plan of a pack: can it be stored, and the tables it knows in advance. */

#include "formats/pack_layout.h"

#include "core/base/io.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPED_MAX = 4 * PATH_MAX + 1 }; // every byte as \xNN, and a NUL

// ---- checks ----

static int check_number(int value, int high, const char *what, struct error *err)
{
    if (value < 1 || value > high) {
        return error_set(err, ERR_VALUE, "a pack of %d %s: 1 to %d can be stored", value, what,
                         high);
    }
    return 0;
}

static int check_shape(const struct pack_plan *plan, struct pack_shape *ret, struct error *err)
{
    int code = check_number(plan->frames, PACK_FRAMES_MAX, "frames a sample", err);
    code = code < 0 ? code : check_number(plan->samples, PACK_FRAMES_MAX, "samples a clip", err);
    code = code < 0 ? code : check_number(plan->width, PACK_SIDE_MAX, "pixels of width", err);
    code = code < 0 ? code : check_number(plan->height, PACK_SIDE_MAX, "pixels of height", err);
    if (code < 0) {
        return code;
    }
    if (plan->clips == 0) {
        return error_set(err, ERR_VALUE, "a pack without clips cannot be stored");
    }
    uint64_t rows, pixels;
    uint64_t slot = (uint64_t)plan->width * (uint64_t)plan->height * 3;
    if (__builtin_mul_overflow(plan->clips, (uint64_t)plan->samples, &rows) || rows > UINT32_MAX) {
        return error_set(err, ERR_VALUE, "%zu clips of %d samples: at most %u samples can be "
                         "stored", plan->clips, plan->samples, UINT32_MAX);
    }
    if (__builtin_mul_overflow(slot, (uint64_t)plan->frames, &slot)
        || __builtin_mul_overflow(slot, rows, &pixels) || pixels > INT64_MAX / 2) {
        return error_set(err, ERR_VALUE, "%zu clips of %dx%d frames are too much for one file",
                         plan->clips, plan->width, plan->height);
    }
    *ret = (struct pack_shape){rows, (uint64_t)plan->frames, (uint64_t)plan->height,
                               (uint64_t)plan->width};
    return 0;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// No text empty, none twice. Sorts the array.
static int check_unique(const char **texts, int count, const char *what, struct error *err)
{
    if (count > 0) {
        qsort(texts, (size_t)count, sizeof *texts, compare_texts);
    }
    for (int i = 0; i < count; i++) {
        if (!texts[i][0]) {
            return error_set(err, ERR_VALUE, "a %s without a name cannot be stored", what);
        }
        if (i > 0 && strcmp(texts[i - 1], texts[i]) == 0) {
            char shown[200];
            return error_set(err, ERR_VALUE, "two %s%s are called %s", what,
                             what[strlen(what) - 1] == 's' ? "es" : "s",
                             text_escape(shown, sizeof shown, texts[i]));
        }
    }
    return 0;
}

static int check_classes(const struct pack_plan *plan, struct error *err)
{
    if (plan->class_count < 0 || plan->class_count >= DATASET_UNLABELLED) {
        return error_set(err, ERR_VALUE, "%d classes: at most %d can be stored",
                         plan->class_count, DATASET_UNLABELLED - 1);
    }
    for (int i = 0; i < plan->class_count; i++) {
        const char *name = plan->classes[i];
        if (!text_is_clean(name)) {
            char shown[200];
            return error_set(err, ERR_VALUE, "class name %s: must be UTF-8 without control "
                             "characters", text_escape(shown, sizeof shown, name));
        }
        if (strcmp(name, PACK_UNLABELLED_NAME) == 0) {
            return error_set(err, ERR_VALUE, "a class cannot be called \"%s\": that means none",
                             name);
        }
    }
    return 0;
}

static bool is_own_attribute(const char *name)
{
    for (const char *const *own = pack_own_attributes; *own; own++) {
        if (strcmp(name, *own) == 0) {
            return true;
        }
    }
    return false;
}

static int check_names(const struct pack_plan *plan, struct error *err)
{
    int most = plan->class_count > plan->split_count ? plan->class_count : plan->split_count;
    most = most > plan->attribute_count ? most : plan->attribute_count;
    const char **names = calloc((size_t)most + 1, sizeof *names);
    if (!names) {
        return error_nomem(err, "names of a pack");
    }
    for (int i = 0; i < plan->class_count; i++) {
        names[i] = plan->classes[i];
    }
    int code = check_unique(names, plan->class_count, "class", err);
    for (int i = 0; code == 0 && i < plan->split_count; i++) {
        const char *name = names[i] = plan->splits[i].name;
        if (!text_is_clean(name) || strchr(name, '/') || strcmp(name, ".") == 0) {
            char shown[200];
            code = error_set(err, ERR_VALUE, "split name %s: must be UTF-8 without \"/\"",
                             text_escape(shown, sizeof shown, name));
        }
    }
    code = code < 0 ? code : check_unique(names, plan->split_count, "split", err);
    for (int i = 0; code == 0 && i < plan->attribute_count; i++) {
        names[i] = plan->attributes[i].name;
        if (is_own_attribute(names[i])) {
            code = error_set(err, ERR_VALUE, "parameter %s: the pack's own", names[i]);
        }
    }
    code = code < 0 ? code : check_unique(names, plan->attribute_count, "parameter", err);
    free(names);
    return code;
}

// A text as it is stored; NULL when it is too long to be one.
static const char *stored_text(const struct pack_plan *plan, char out[ESCAPED_MAX],
                               const char *text)
{
    if (strlen(text) > (plan->escaped ? ESCAPED_MAX - 1 : PATH_MAX)) {
        return NULL;
    }
    return plan->escaped ? text_clean(out, ESCAPED_MAX, text)
                         : text_escape(out, ESCAPED_MAX, text);
}

static int measure(size_t *size, const struct pack_plan *plan, char buffer[ESCAPED_MAX],
                   const char *text, struct error *err)
{
    const char *stored = stored_text(plan, buffer, text);
    if (!stored) {
        return error_set(err, ERR_VALUE, "%.60s...: longer than %d bytes", text, PATH_MAX);
    }
    // A multiple of 8, so that every table stays aligned.
    size_t needed = (strlen(stored) + 8) / 8 * 8;
    *size = needed > *size ? needed : *size;
    return 0;
}

static int check_clips(const struct pack_plan *plan, size_t *ret_path_size,
                       size_t *ret_group_size, struct error *err)
{
    char buffer[ESCAPED_MAX];
    size_t path_size = PACK_TABLE_ALIGN, group_size = PACK_TABLE_ALIGN;
    for (size_t i = 0; i < plan->clips; i++) {
        struct pack_clip clip = plan->clip(plan->context, i);
        int code = measure(&path_size, plan, buffer, clip.path, err);
        code = code < 0 ? code : measure(&group_size, plan, buffer, clip.group, err);
        if (code < 0) {
            return code;
        }
        if (clip.label != DATASET_UNLABELLED && clip.label >= plan->class_count) {
            return error_set(err, ERR_VALUE, "clip %zu: class %u of %d", i, clip.label,
                             plan->class_count);
        }
    }
    *ret_path_size = path_size;
    *ret_group_size = group_size;
    return 0;
}

int pack_plan_check(const struct pack_plan *plan, struct pack_shape *ret_shape,
                    size_t *ret_path_size, size_t *ret_group_size, struct error *err)
{
    struct pack_shape shape;
    int code = check_shape(plan, &shape, err);
    code = code < 0 ? code : check_classes(plan, err);
    code = code < 0 ? code : check_names(plan, err);
    for (int s = 0; code == 0 && s < plan->split_count; s++) {
        for (size_t i = 0; code == 0 && i < plan->clips; i++) {
            if (plan->splits[s].parts[i] >= PART_COUNT) {
                code = error_set(err, ERR_VALUE, "split %s: clip %zu is in part %u",
                                 plan->splits[s].name, i, plan->splits[s].parts[i]);
            }
        }
    }
    code = code < 0 ? code : check_clips(plan, ret_path_size, ret_group_size, err);
    if (code == 0) {
        *ret_shape = shape;
    }
    return code;
}

// ---- tables ----

// Appends to one table, a block at a time.
struct stream {
    const struct pack_places *places;
    uint64_t offset;
    size_t used;
    unsigned char data[65536];
};

static int flush(struct stream *s, struct error *err)
{
    int code = io_write_at(s->places->fd, s->data, s->used, s->offset, s->places->name, err);
    s->offset += s->used;
    s->used = 0;
    return code;
}

// `size` bytes of a value, then zeros up to `width`.
static int append(struct stream *s, const void *value, size_t size, size_t width,
                  struct error *err)
{
    if (width > sizeof s->data - s->used) {
        int code = flush(s, err);
        if (code < 0) {
            return code;
        }
    }
    memcpy(s->data + s->used, value, size);
    memset(s->data + s->used + size, 0, width - size);
    s->used += width;
    return 0;
}

static void rewind_to(struct stream *s, const struct pack_places *places, uint64_t offset)
{
    s->places = places;
    s->offset = offset;
    s->used = 0;
}

enum { STREAM_LABELS, STREAM_PATH, STREAM_GROUP, STREAM_SAMPLE, STREAM_STATUS, STREAM_COUNT };

static int append_clip(struct stream *s, const struct pack_plan *plan, size_t index,
                       struct error *err)
{
    static const uint8_t pending = CLIP_PENDING;
    const struct pack_places *places = s->places;
    char path_buffer[ESCAPED_MAX], group_buffer[ESCAPED_MAX];
    struct pack_clip clip = plan->clip(plan->context, index);
    const char *path = stored_text(plan, path_buffer, clip.path);
    const char *group = stored_text(plan, group_buffer, clip.group);
    size_t path_length = path ? strlen(path) : SIZE_MAX;
    size_t group_length = group ? strlen(group) : SIZE_MAX;
    if (path_length >= places->path_size || group_length >= places->group_size) {
        return error_set(err, ERR_VALUE, "clip %zu is not what it was before", index);
    }
    int code = 0;
    for (uint32_t k = 0; code == 0 && k < (uint32_t)plan->samples; k++) {
        code = append(&s[STREAM_LABELS], &clip.label, sizeof clip.label, sizeof clip.label, err);
        code = code < 0 ? code
                        : append(&s[STREAM_PATH], path, path_length, places->path_size, err);
        code = code < 0 ? code
                        : append(&s[STREAM_GROUP], group, group_length, places->group_size, err);
        code = code < 0 ? code : append(&s[STREAM_SAMPLE], &k, sizeof k, sizeof k, err);
        code = code < 0 ? code : append(&s[STREAM_STATUS], &pending, 1, 1, err);
    }
    return code;
}

static int write_split(struct stream *s, const struct pack_plan *plan, const uint8_t *parts,
                       struct error *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < plan->clips; i++) {
        for (int k = 0; code == 0 && k < plan->samples; k++) {
            code = append(s, &parts[i], 1, 1, err);
        }
    }
    return code < 0 ? code : flush(s, err);
}

int pack_plan_write(const struct pack_plan *plan, const struct pack_places *places,
                    struct error *err)
{
    static const enum pack_table tables[STREAM_COUNT] = {
        [STREAM_LABELS] = TABLE_LABELS, [STREAM_PATH] = TABLE_PATH, [STREAM_GROUP] = TABLE_GROUP,
        [STREAM_SAMPLE] = TABLE_SAMPLE, [STREAM_STATUS] = TABLE_STATUS,
    };
    struct stream *s = malloc(STREAM_COUNT * sizeof *s);
    if (!s) {
        return error_nomem(err, places->name);
    }
    for (int i = 0; i < STREAM_COUNT; i++) {
        rewind_to(&s[i], places, places->table[tables[i]]);
    }
    int code = 0;
    for (size_t i = 0; code == 0 && i < plan->clips; i++) {
        code = append_clip(s, plan, i, err);
    }
    for (int i = 0; code == 0 && i < STREAM_COUNT; i++) {
        code = flush(&s[i], err);
    }
    for (int i = 0; code == 0 && i < plan->split_count; i++) {
        rewind_to(s, places, places->split[i]);
        code = write_split(s, plan, plan->splits[i].parts, err);
    }
    free(s);
    return code;
}
