#include "tools/common/parts.h"

#include "core/base/text.h"
#include "tools/common/group_split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of a training part, one in five goes to validation.
static const struct group_share validation_shares[] = {
    {.part = PART_TRAIN, .share = 4},
    {.part = PART_VAL, .share = 1},
};

void part_rows_clear(struct part_rows *rows)
{
    free(rows->rows);
    *rows = (struct part_rows){0};
}

// ---- names ----

// "ucf101-1, ucf101-2, groups", cut to fit.
static const char *list_splits(const struct pack *pack, char *text, size_t capacity)
{
    text[0] = 0;
    for (int i = 0; i < pack->split_count; i++) {
        char shown[96];
        size_t used = strlen(text);
        snprintf(text + used, capacity - used, "%s%s", i ? ", " : "",
                 text_escape(shown, sizeof shown, pack->splits[i].name));
    }
    return text;
}

int parts_find_split(const struct pack_column **ret, const struct pack *pack, const char *name,
                     struct error *err)
{
    char list[512], shown[96];
    if (pack->split_count == 0) {
        return error_set(err, ERR_VALUE, "%s: holds no split, so nothing says what is trained on; "
                         "extract makes one where classes are known", pack->path);
    }
    const struct pack_column *split = NULL;
    if (name) {
        split = pack_split(pack, name);
        if (!split) {
            return error_set(err, ERR_VALUE, "%s: has no split '%s'; it has: %s", pack->path,
                             text_escape(shown, sizeof shown, name),
                             list_splits(pack, list, sizeof list));
        }
    } else {
        split = pack->split_count == 1 ? &pack->splits[0] : pack_split(pack, "tutorial");
        split = split ? split : pack_split(pack, "groups");
        if (!split) {
            return error_set(err, ERR_VALUE, "%s: holds several splits; choose with --split: %s",
                             pack->path, list_splits(pack, list, sizeof list));
        }
    }
    *ret = split;
    return 0;
}

int parts_find(const struct pack_column **ret_split, enum pack_part *ret_part,
               const struct pack *pack, const char *text, struct error *err)
{
    char shown[96], list[512];
    text_escape(shown, sizeof shown, text);
    const char *slash = strrchr(text, '/');
    enum pack_part part = slash ? pack_part_parse(slash + 1) : PART_COUNT;
    if (part == PART_COUNT || part == PART_NONE) {
        return error_set(err, ERR_VALUE, "--split %s: NAME/PART is needed, PART one of train, val "
                         "and test; %s has the splits: %s", shown, pack->path,
                         list_splits(pack, list, sizeof list));
    }
    char *name = strndup(text, (size_t)(slash - text));
    if (!name) {
        return error_nomem(err, pack->path);
    }
    int code = parts_find_split(ret_split, pack, name, err);
    free(name);
    if (code == 0) {
        *ret_part = part;
    }
    return code;
}

// ---- rows ----

static bool is_decoded(const struct pack *pack, size_t row)
{
    return pack->status[row] == CLIP_OK || pack->status[row] == CLIP_REPEATED;
}

int parts_rows(struct part_rows *ret, const struct pack *pack, const struct pack_column *split,
               enum pack_part part, bool labelled, size_t *ret_left_out, struct error *err)
{
    if (pack->data.samples > UINT32_MAX) {
        return error_set(err, ERR_VALUE, "%s: %zu samples; at most %u can be used", pack->path,
                         pack->data.samples, UINT32_MAX);
    }
    struct part_rows chosen = {.rows = malloc((pack->data.samples + 1) * sizeof *chosen.rows)};
    if (!chosen.rows) {
        return error_nomem(err, pack->path);
    }
    size_t left_out = 0;
    for (size_t row = 0; row < pack->data.samples; row++) {
        if (!is_decoded(pack, row) || (split && split->parts[row] != part)) {
            continue;
        }
        if (labelled && pack->data.labels[row] == DATASET_UNLABELLED) {
            left_out++;
        } else {
            chosen.rows[chosen.count++] = (uint32_t)row;
        }
    }
    *ret = chosen;
    if (ret_left_out) {
        *ret_left_out = left_out;
    }
    return 0;
}

// Whole groups into the shares; those of part `held` are validated on.
static int draw(struct part_rows *ret_train, struct part_rows *ret_val, const struct pack *pack,
                const struct part_rows *rows, uint64_t seed, const struct group_share *shares,
                int share_count, uint8_t held, struct error *err)
{
    size_t count = rows->count;
    struct group_item *items = calloc(count + 1, sizeof *items);
    uint8_t *parts = malloc(count + 1);
    struct part_rows train = {.rows = malloc((count + 1) * sizeof *train.rows)};
    struct part_rows val = {.rows = malloc((count + 1) * sizeof *val.rows)};
    int code;
    if (!items || !parts || !train.rows || !val.rows) {
        code = error_nomem(err, pack->path);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        size_t row = rows->rows[i];
        // Rows of one clip have one path, so a clip is never divided.
        items[i] = (struct group_item){.class_number = pack->data.labels[row],
                                       .group = pack_group(pack, row),
                                       .name = pack_path(pack, row)};
    }
    code = group_split(items, count, (const char *const *)pack->classes, seed, shares,
                       share_count, parts, err);
    if (code < 0) {
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        struct part_rows *to = parts[i] == held ? &val : &train;
        to->rows[to->count++] = rows->rows[i];
    }
    *ret_train = train;
    *ret_val = val;
    train = val = (struct part_rows){0};

done:
    free(items);
    free(parts);
    part_rows_clear(&train);
    part_rows_clear(&val);
    return code;
}

int parts_draw_validation(struct part_rows *ret_train, struct part_rows *ret_val,
                          const struct pack *pack, const struct part_rows *rows, uint64_t seed,
                          struct error *err)
{
    return draw(ret_train, ret_val, pack, rows, seed, validation_shares,
                sizeof validation_shares / sizeof *validation_shares, PART_VAL, err);
}

int parts_draw_fold(struct part_rows *ret_train, struct part_rows *ret_val,
                    const struct pack *pack, const struct part_rows *rows, uint64_t seed,
                    int fold, int folds, struct error *err)
{
    struct group_share shares[PARTS_FOLDS_MAX];
    for (int i = 0; i < folds; i++) {
        shares[i] = (struct group_share){.part = (uint8_t)(i + 1), .share = 1};
    }
    return draw(ret_train, ret_val, pack, rows, seed, shares, folds, (uint8_t)fold, err);
}

bool parts_have_two_classes(const struct pack *pack, const struct part_rows *rows)
{
    for (size_t i = 1; i < rows->count; i++) {
        if (pack->data.labels[rows->rows[i]] != pack->data.labels[rows->rows[0]]) {
            return true;
        }
    }
    return false;
}
